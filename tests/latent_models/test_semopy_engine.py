import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from coprod_stats.errors import CoprodError
from coprod_stats.latent_models import LatentModelError, fit_sem
from coprod_stats.latent_models.engines import semopy_engine
from coprod_stats.latent_models.engines.semopy_engine import SemopyEstimates, solve_by_semopy

ROOT = Path(__file__).parents[2]

SCRIPT = """
import pandas as pd
from coprod_stats.latent_models import fit_sem
countries = pd.read_csv("tests/oracles/lavaan/data/pd.csv")
model = "f =~ y1 + y2 + y3 + y4\\ng =~ y5 + y6 + y7 + y8\\nf ~ x1 + x2\\ng ~ f + x3\\ny1 ~~ y5"
print(fit_sem(model, countries, engine="semopy").to_json())
"""


def test_results_do_not_depend_on_the_hash_seed():
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "src")},
            stdout=subprocess.PIPE,
        )
        for seed in ("1", "2")
    ]
    first, second = (run.communicate()[0] for run in runs)
    assert all(run.returncode == 0 for run in runs)
    assert b'"converged": true' in first
    assert first == second


@pytest.fixture
def solve_wrongly(monkeypatch):
    """Replace semopy's solution by something made of it."""

    def replace(change):
        monkeypatch.setattr(
            semopy_engine,
            "solve_by_semopy",
            lambda *arguments: change(solve_by_semopy(*arguments)),
        )

    return replace


def test_names_that_semopy_would_misread(holzinger, pupils):
    names = {"x1": "DEFINE", "x2": "START", "x3": "Zufriedenheit.mit.Ämtern"}
    model = holzinger.replace("visual", "BOUND")
    for old, new in names.items():
        model = model.replace(old, new)
    renamed = fit_sem(model, pupils.rename(columns=names), engine="semopy")
    assert renamed.fit["chisq"] == pytest.approx(fit_sem(holzinger, pupils).fit["chisq"], abs=1e-8)


def test_estimates_away_from_the_optimum_have_not_converged(holzinger, pupils, solve_wrongly):
    solve_wrongly(lambda found: found + 0.01)
    fit = fit_sem(holzinger, pupils, engine="semopy")
    assert [warning.code for warning in fit.warnings] == ["SEM-102"]
    assert not fit.converged
    assert "NOT CONVERGED" in str(fit)


def test_estimates_without_a_likelihood_are_written_but_never_as_a_success(
    holzinger, pupils, solve_wrongly
):
    solve_wrongly(lambda found: np.full_like(found, -5.0))
    fit = fit_sem(holzinger, pupils, engine="semopy")
    assert (fit.converged, fit.proper) == (False, False)
    assert fit.fit["npar"] == 21
    assert not {"chisq", "cfi", "logl"} & set(fit.fit)
    assert "NOT CONVERGED" in str(fit)
    assert json.loads(fit.to_json())["converged"] is False


def test_a_search_that_ends_nowhere_is_an_error(holzinger, pupils, monkeypatch):
    monkeypatch.setattr(
        semopy_engine,
        "estimate_with_semopy",
        lambda table, *_: SemopyEstimates(np.full(table.n_free, np.nan), 1, "gave up"),
    )
    with pytest.raises(LatentModelError, match="did not converge: gave up"):
        fit_sem(holzinger, pupils, engine="semopy")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"estimator": "WLSMV", "ordered": "all"}, "estimator WLSMV, ordered variables"),
        ({"estimator": "MLR", "missing": "fiml"}, "estimator MLR, missing = fiml"),
        ({"group": "school"}, "groups"),
        ({"group": "school", "group_equal": ["loadings"]}, "groups"),
        ({"cluster": "school"}, "clusters"),
        ({"sampling_weights": "grade"}, "sampling weights"),
        ({"meanstructure": True}, "a mean structure"),
        ({"effect_coding": True}, "effect coding"),
        ({"likelihood": "wishart"}, "likelihood wishart"),
        ({"model_type": "growth"}, "model type growth"),
    ],
)
def test_what_semopy_lacks_is_refused_by_name(holzinger, pupils, options, message):
    data = pupils.dropna()
    with pytest.raises(LatentModelError, match=message):
        fit_sem(holzinger, data, engine="semopy", **options)


@pytest.mark.parametrize(
    ("addition", "message"),
    [
        ("a := 2*3", "defined parameters"),
        ("visual ~~ v*visual\nv > 0.1", "constraints"),
        ("x1 ~ 1", "intercepts"),
        ("x1 ~ lower(0)*x2", "bounds"),
        ("school ~~ ageyr", "variable school, which has no paths"),
        ("visual ~~ x9", "covariance visual ~~ x9 of a residual with a predictor"),
    ],
)
def test_what_semopy_cannot_estimate_is_refused_by_name(holzinger, pupils, addition, message):
    numbered = pupils.assign(school=(pupils["school"] == "Pasteur").astype(float))
    with pytest.raises(LatentModelError, match=message):
        fit_sem(f"{holzinger}\n{addition}", numbered, engine="semopy")


def test_residuals_of_observed_outcomes_covary_with_those_of_factors(holzinger, pupils):
    model = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\n"
    model += "textual ~ visual\nx7 ~ visual\nx8 ~ visual\n"
    model += "textual ~~ x7\ntextual ~~ x8\nx7 ~~ x8"
    data = pupils.dropna()
    ours, theirs = fit_sem(model, data), fit_sem(model, data, engine="semopy")
    assert theirs.converged
    for row in ours.parameters:
        other = theirs.parameter(row.lhs, row.op, row.rhs)
        assert other.est == pytest.approx(row.est, abs=1e-5)
    assert theirs.fit["chisq"] == pytest.approx(ours.fit["chisq"], abs=1e-6)


def test_other_operators_are_refused_by_name(pupils):
    with pytest.raises(LatentModelError, match="operator <~"):
        fit_sem("c <~ x1 + x2\nx3 ~ c", pupils, engine="semopy")
    with pytest.raises(CoprodError, match="exploratory"):
        fit_sem(
            'efa("one")*f1 + efa("one")*f2 =~ x1 + x2 + x3 + x4 + x5 + x6', pupils, engine="semopy"
        )
