"""Models, options and data where random comparisons had found differences, by the Python door."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lavaan_agreement import differences
from tolerances import bound

from coprod_stats.latent_models import fit_sem
from coprod_stats.latent_models.modification import modification_indices
from coprod_stats.latent_models.sem_json import fit_document
from coprod_stats.sem.compare import release_tests
from coprod_stats.sem.inference.residuals import raw_residuals

pytestmark = pytest.mark.any_python

ORACLES = Path(__file__).parents[1] / "oracles"
REFERENCE = json.loads((ORACLES / "sem_wider.json").read_text(encoding="utf-8"))
CASES = {case["name"]: case for case in REFERENCE["cases"]}
VALUES = {"ml": "fiml", "two.stage": "two-stage", "lv.variances": "lv-variances"}
LISTS = ("group.equal", "group.partial", "ordered")


@pytest.fixture(scope="module", params=CASES)
def pair(request):
    case = CASES[request.param]
    data = pd.read_csv(ORACLES / "lavaan" / "data" / case["data"])
    given = case["options"] if isinstance(case["options"], dict) else {}
    options = {}
    for name, value in given.items():
        value = [value] if name in LISTS and isinstance(value, str) else value
        value = VALUES.get(value, value) if isinstance(value, str) else value
        if isinstance(value, list):
            value = [VALUES.get(item, item) for item in value]
        options[name.replace(".", "_")] = value
    return case, fit_sem(case["model"], data, model_type=case["model_type"], **options)


@pytest.fixture
def limit(pair):
    if not pair[0]["polished"]:
        return bound("unpolished")
    return bound("all keys, ordered" if pair[1].specification.ordered else "all keys")


def test_all_keys_agree(pair, limit):
    case, fit = pair
    found = fit_document(fit, modification_indices=modification_indices(fit))
    assert differences(found, case, limit) == []


def test_explained_variances_agree(pair, limit):
    case, fit = pair
    for ours, theirs in zip(fit.r_squared, case["r2"], strict=True):
        assert ours.keys() == theirs.keys()
        wanted = [np.nan if value is None else value for value in theirs.values()]
        assert list(ours.values()) == pytest.approx(wanted, abs=5 * limit, nan_ok=True)


def test_raw_residuals_agree(pair, limit):
    case, fit = pair
    for ours, theirs in zip(raw_residuals(fit.core), case["residuals"], strict=True):
        places = [fit.observed.index(name) for name in theirs["rows"]]
        found = ours.cov[np.ix_(places, places)]
        assert found == pytest.approx(np.array(theirs["values"]), abs=5 * limit)


@pytest.mark.parametrize("pair", [n for n in CASES if "scores" in CASES[n]], indirect=True)
@pytest.mark.parametrize("method", ["regression", "bartlett"])
def test_factor_scores_agree(pair, limit, method):
    case, fit = pair
    scores = fit.factor_scores(method)
    for sample, theirs in zip(fit.core.samples, case["scores"][method], strict=True):
        names = theirs["cols"] if isinstance(theirs["cols"], list) else [theirs["cols"]]
        found = scores.iloc[sample.rows[:3]][names].to_numpy()
        wanted = np.array(theirs["values"], dtype=float).reshape(found.shape)
        known = np.isfinite(wanted)  # with two-stage estimation lavaan scores complete cases only
        assert known.any()
        assert found[known] == pytest.approx(wanted[known], abs=20 * limit)


@pytest.mark.parametrize("pair", [n for n in CASES if "score_test" in CASES[n]], indirect=True)
def test_score_tests_agree(pair):
    case, fit = pair
    single, total = release_tests(fit.core)
    wanted = case["score_test"]
    assert (total.statistic, total.df) == pytest.approx(
        (wanted["total"], wanted["df"]), rel=bound("score test")
    )
    found = sorted(each.test.statistic for each in single)
    limit = bound("score test")
    assert found == pytest.approx(sorted(wanted["single"]), rel=limit, abs=limit)


def test_robust_indices_do_not_depend_on_how_scales_are_identified():
    """With three categories, equal thresholds can be had for free intercepts and scales.

    lavaan gives no robust indices where thresholds are held equal (Wu & Estabrook, 2016).
    """
    data = pd.read_csv(ORACLES / "lavaan" / "data" / "hs_ord4.csv")
    items = [f"x{i}" for i in range(1, 7)]
    data[items] = data[items].clip(upper=3)
    factors = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6"
    lines = [
        f"{x} | c(a{x}, a{x})*t1 + c(b{x}, b{x})*t2\n{x} ~ c(0, NA)*1\n{x} ~*~ c(1, NA)*{x}"
        for x in items
    ]
    free = fit_sem(factors, data, ordered="all", group="school").fit
    tied = fit_sem("\n".join([factors, *lines]), data, ordered="all", group="school").fit
    assert tied["df"] == free["df"]
    for name in ("chisq", "cfi", "cfi_robust", "tli_robust", "rmsea_robust"):
        assert tied[name] == pytest.approx(free[name], abs=1e-6), name
    assert free["cfi_robust"] < 1


def test_equal_thresholds_do_not_flatter_robust_indices():
    """The correlations, which these indices are about, are those of the model without equality."""
    data = pd.read_csv(ORACLES / "lavaan" / "data" / "hs_ord4.csv")
    model = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
    fits = [
        fit_sem(model, data, ordered="all", group="school", group_equal=equal).fit
        for equal in ([], ["thresholds"])
    ]
    free, tied = (fit["cfi_robust"] for fit in fits)
    assert tied < 1
    assert tied == pytest.approx(free, abs=0.02)
    assert fits[1]["tli_robust"] < 1
