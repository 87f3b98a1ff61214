"""Random models, data and options, fitted here and by lavaan (rerun by ``make oracles``)."""

import shutil

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tolerances import bound

from coprod_stats.errors import CoprodError
from coprod_stats.latent_models import fit_sem
from coprod_stats.latent_models.engines.comparison import engine_differences

pytestmark = [
    pytest.mark.r,
    pytest.mark.skipif(shutil.which("Rscript") is None, reason="needs Rscript with lavaan"),
]
LIMIT = bound("random models")
BY_UNIROOT = ("rmsea_ci_lower", "rmsea_ci_upper")

KINDS = {
    "continuous": [{"estimator": e} for e in ("ML", "MLR", "MLM", "MLMV", "GLS", "ULSMV", "DWLS")],
    "incomplete": [
        {"missing": "fiml", "estimator": e, "information": i}
        for e in ("ML", "MLR")
        for i in ("expected", "observed")
    ]
    + [{"missing": kind} for kind in ("two-stage", "robust-two-stage")],
    "ordered": [
        {"ordered": "all", "estimator": e, "parameterization": p}
        for e in ("WLSMV", "WLSM", "DWLS", "ULSMV")
        for p in ("delta", "theta")
    ],
    "design": [
        {"estimator": "MLR", **columns}
        for columns in (
            {"cluster": "cl"},
            {"sampling_weights": "w"},
            {"cluster": "cl", "sampling_weights": "w"},
        )
    ],
    "groups": [
        {"group": "g", "group_equal": families, "estimator": estimator}
        for families in (["loadings"], ["loadings", "intercepts"], ["loadings", "residuals"])
        for estimator in ("ML", "MLR")
    ],
}


def answers(rng: np.random.Generator, kind: str, n_obs: int) -> pd.DataFrame:
    mixing = rng.normal(size=(2, 2)) * 0.3 + np.eye(2)
    factors = rng.normal(size=(n_obs, 2)) @ mixing
    columns = {}
    for factor, letter in enumerate("yz"):
        for item in range(1, 5):
            loading = rng.uniform(0.5, 0.9) * rng.choice([1, 1, -1])
            values = loading * factors[:, factor] + 0.7 * rng.normal(size=n_obs)
            if kind == "ordered":
                n_categories = int(rng.integers(2, 6))
                shares = np.arange(1, n_categories) / n_categories
                values = np.searchsorted(np.quantile(values, shares), values) * 1.0
            if kind == "incomplete":
                values[rng.random(n_obs) < 0.15] = np.nan
            columns[f"{letter}{item}"] = values
    columns["x"] = rng.normal(size=n_obs) + 0.4 * factors[:, 0]
    columns["w"] = np.exp(rng.normal(0, 0.4, n_obs))
    columns["cl"] = rng.integers(0, n_obs // 5, n_obs) * 1.0
    columns["g"] = np.where(rng.random(n_obs) < 0.5, "b", "a")
    return pd.DataFrame(columns)


@st.composite
def questions(draw):
    kind = draw(st.sampled_from(sorted(KINDS)))
    options = dict(draw(st.sampled_from(KINDS[kind])))
    lines = ["f =~ y1 + y2 + y3 + y4", "g1 =~ z1 + z2 + z3 + z4"]
    more = ["y1 ~~ y2", "f =~ z3", "g1 ~ a*f"]
    if not options.get("missing", "").endswith("two-stage"):  # lavaan: no fixed covariates there
        more += ["f ~ x", "z1 ~ x"]
    lines += draw(st.lists(st.sampled_from(more), unique=True))
    if "g1 ~ a*f" in lines and kind != "groups":
        lines.append("twice := 2*a^2")
    if draw(st.booleans()):
        options["std_lv"] = True
    return kind, "\n".join(lines), options, draw(st.integers(0, 10**6))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(questions())
def test_lavaan_agrees(question):
    kind, model, options, seed = question
    data = answers(np.random.default_rng(seed), kind, 500)
    try:
        fit = fit_sem(model, data, **options)
    except CoprodError:
        assume(False)
    assume(fit.proper)
    for row in engine_differences(fit, "lavaan"):
        if row.name not in BY_UNIROOT and not np.isnan(row.theirs):
            assert abs(row.ours - row.theirs) <= LIMIT * max(1.0, abs(row.theirs)), row
