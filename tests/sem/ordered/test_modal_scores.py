"""Scores of ordered and mixed data against lavPredict(method = "EBM") and by minimization."""

import json
from pathlib import Path

import numpy as np
import pytest
from oracle_cases import ORDERED_CASES
from scipy.optimize import minimize
from scipy.stats import norm
from tolerances import bound

from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.factor_scores import factor_scores
from coprod_stats.sem.fit import fit
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.sample import SemData

LAVAAN = bound("modal scores")


@pytest.mark.parametrize("name", ["hs_ord4_wlsmv", "hs_dich_wlsmv"])
def test_first_cases(name, fit_oracle, oracle):
    expected = oracle(name)["fscores_EBM_first30"]
    scored = factor_scores(fit_oracle(name, ORDERED_CASES[name]))
    assert list(scored.latent) == expected["cols"]
    wanted = np.array(expected["values"], dtype=float)
    np.testing.assert_allclose(scored.scores[:30], wanted, atol=LAVAAN)


SCRIPT = Path(__file__).parents[2] / "oracles" / "lavaan_modal_scores.R"
REFERENCE = json.loads(SCRIPT.with_suffix(".json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", REFERENCE["cases"], ids=lambda case: case["name"])
def test_mixed_items_covariates_and_missing_answers(case, oracle_data):
    names = ["x1", "x2", "x3", "x4", "x5", "x6", "ageyr"]
    values = oracle_data("hs_ord4.csv", names)
    values[:, 3:6] = oracle_data("hs1939.csv", names[3:6])
    values[::7, 1] = np.nan
    options = FitOptions("WLSMV", ordered=("x1", "x2", "x3"), missing=case["missing"])
    scored = factor_scores(fit(case["model"], SemData(values, tuple(names)), options))
    used = ~np.isnan(scored.scores).any(axis=1)
    np.testing.assert_allclose(scored.scores[used][:40], case["scores"], atol=LAVAAN)


def test_theta_scores_are_rescaled_delta_scores(fit_oracle):
    delta, theta = (
        factor_scores(fit_oracle(name, ORDERED_CASES[name])).scores
        for name in ("hs_dich_wlsmv", "hs_dich_wlsmv_theta")
    )
    ratios = theta / delta
    np.testing.assert_allclose(ratios, np.broadcast_to(ratios[0], ratios.shape), rtol=1e-5)


def two_groups(rng, n_obs=200):
    factor = rng.normal(size=2 * n_obs)
    latent = factor[:, None] * [0.9, 0.7, 0.8, 0.6] + 0.6 * rng.normal(size=(2 * n_obs, 4))
    groups = np.repeat([0, 1], n_obs)
    values = np.column_stack([np.digitize(latent[:, j], [-0.6, 0.5]) for j in range(4)]) * 1.0
    values[5, 2] = np.nan
    values[6] = np.nan
    names = ("y1", "y2", "y3", "y4")
    return SemData(values, names, groups=groups, group_labels=("a", "b"))


def test_each_group_is_scored_by_its_own_model():
    data = two_groups(np.random.default_rng(3))
    options = FitOptions("WLSMV", ordered="all", missing="pairwise")
    fitted = fit("f =~ y1 + y2 + y3 + y4", data, options)
    scores = factor_scores(fitted).scores[:, 0]
    assert np.isnan(scores).nonzero()[0].tolist() == [6]
    place = {(r.lhs, r.op, r.rhs, r.group): i for i, r in enumerate(fitted.table)}
    value = fitted.parameters.estimates
    for row in (5, 0, 250, 399):
        group = int(data.groups[row]) + 1
        spread = value[place["f", "~~", "f", group]]

        def minus(eta, row=row, group=group, spread=spread):
            total = 0.5 * eta[0] ** 2 / spread
            for item in ("y1", "y2", "y3", "y4"):
                answer = data.values[row, data.names.index(item)]
                if np.isnan(answer):
                    continue
                loading = value[place["f", "=~", item, group]]
                cuts = [value[place[item, "|", f"t{k}", group]] for k in (1, 2)]
                edges = np.concatenate([[-np.inf], cuts, [np.inf]])
                error = np.sqrt(1.0 - loading**2 * spread)
                bounds = norm.cdf((edges[int(answer) :][:2] - loading * eta[0]) / error)
                total -= np.log(bounds[1] - bounds[0])
            return total

        found = minimize(
            minus, [0.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-13}
        )
        assert scores[row] == pytest.approx(found.x[0], abs=1e-6)


def test_extreme_answers_have_finite_scores():
    data = two_groups(np.random.default_rng(4))
    data.values[0], data.values[1] = 0.0, 2.0
    scores = factor_scores(fit("f =~ y1 + y2 + y3 + y4", data, FitOptions("WLSMV", "all"))).scores
    assert scores[0, 0] == np.nanmin(scores[:200])
    assert scores[1, 0] == np.nanmax(scores[:200])


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("f =~ y1 + y2 + y3 + y4\ng =~ y1\nf ~~ 1*g\nf ~~ 1*f\ng ~~ 1*g\ny1 ~~ 0*y2", "singular"),
        ("f =~ 1*y1 + y2 + y3 + y4\nf ~~ 1*f", "no residual variance"),
    ],
)
def test_what_has_no_scores(model, message):
    rng = np.random.default_rng(5)
    fitted = fit(model, two_groups(rng), FitOptions("WLSMV", ordered="all"))
    with pytest.raises(SemOptionError, match=message):
        factor_scores(fitted)
