import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from exact_samples import sample_with
from tolerances import assert_agrees

from coprod_stats import alpha, omega
from coprod_stats.measurement.categorical_omega import (
    categorical_omega,
    covariance_of_answers,
    variance_of_answers,
)
from coprod_stats.measurement.frame_reliability import ReliabilityError
from coprod_stats.results import Result
from coprod_stats.sem.distributions import ndtri

ROOT = Path(__file__).parents[2]
ORACLES = ROOT / "tests" / "oracles"
CARERS = json.loads((ORACLES / "psych_carers.json").read_text(encoding="utf-8"))
ORDERED = json.loads((ORACLES / "sem_after_fit.json").read_text(encoding="utf-8"))["omega"]
SCALES = {"NEG": [f"COP{i}" for i in range(2, 8)], "POS": ["COP1", "COP8", "COP9"]}
FILES = {"hs_ord4": "hs_ord4.csv", "visual": "hs_ord4.csv", "bfi": "bfi_complete.csv"}


def ordered_answers(case):
    return pd.read_csv(ORACLES / "lavaan" / "data" / FILES[case])[ORDERED[case]["items"]]


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_alpha_is_that_of_psych(scale, missing, answers):
    found = alpha(answers, SCALES[scale], missing=missing)
    expected = CARERS[missing][scale]
    assert isinstance(found, Result)
    table = found.tidy()
    assert list(table.columns) == [
        "term",
        "estimate",
        "std_error",
        "conf_low",
        "conf_high",
        "n_obs",
        "n_items",
    ]
    row = table.iloc[0]
    assert_agrees(row["estimate"], expected["total"]["raw_alpha"], "closed form")
    assert_agrees([row["conf_low"], row["conf_high"]], expected["feldt"], "reliability limits")
    assert (row["n_obs"], row["n_items"]) == (expected["n"], len(SCALES[scale]))


@pytest.mark.parametrize("scale", SCALES)
def test_omega_is_that_of_semtools(scale, answers):
    found = omega(answers[SCALES[scale]])
    expected = CARERS["omega"][scale]
    assert_agrees(found.estimate, expected["omega"], "polished omega")
    assert_agrees(found.coefficient.std_error, expected["se"], "polished omega")
    assert found.tidy()["n_obs"].item() == expected["n"]
    assert found.proper
    assert str(found).startswith(f"omega {expected['omega']:.3f} [")


@pytest.mark.parametrize("case", FILES)
def test_omega_of_ordered_items_is_that_of_semtools(case):
    found = omega(ordered_answers(case), ordered=True)
    assert_agrees(found.estimate, ORDERED[case]["observed"], "ordered")
    assert found.tidy()["n_obs"].item() == ORDERED[case]["n_obs"]
    assert np.isnan(found.coefficient.conf_low)
    assert str(found).startswith("omega ")
    assert "[" not in str(found)


def test_answers_covary_as_a_large_sample_of_cut_responses_does():
    cuts = np.array([-0.8, 0.2]), np.array([-0.3, 0.1, 1.2])
    rng = np.random.default_rng(5)
    responses = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], 400_000).T
    first, second = (np.searchsorted(c, r) for c, r in zip(cuts, responses, strict=True))
    assert covariance_of_answers(*cuts, 0.6) == pytest.approx(np.cov(first, second)[0, 1], abs=4e-3)
    assert variance_of_answers(cuts[1]) == pytest.approx(second.var(), abs=5e-3)
    assert covariance_of_answers(*cuts, 0.0) == 0.0


def test_fine_categories_give_the_omega_of_the_responses():
    loadings = np.array([0.8, 0.7, 0.6])
    correlations = np.outer(loadings, loadings) + np.diag(1 - loadings**2)
    cuts = [ndtri(np.linspace(0.0005, 0.9995, 120))] * 3
    steps = [ndtri(np.array([0.5]))] * 3
    normal = loadings.sum() ** 2 / correlations.sum()
    # scored by steps of equal probability the answers are uniform, not normal: a little less
    assert categorical_omega(loadings, cuts, correlations) == pytest.approx(normal, abs=0.02)
    assert categorical_omega(loadings, steps, correlations) < normal - 0.05


def test_a_table_of_arrow_and_objects(answers):
    data = answers[SCALES["NEG"]]
    expected = alpha(data).estimate
    assert alpha(pa.Table.from_pandas(data)).estimate == pytest.approx(expected, rel=1e-12)
    assert alpha(data.astype(object)).estimate == pytest.approx(expected, rel=1e-12)
    assert omega(pa.Table.from_pandas(data)).estimate == pytest.approx(omega(data).estimate)


def test_an_item_against_the_others_is_noted(answers):
    turned = answers[SCALES["NEG"]].assign(COP2=lambda d: -d["COP2"])
    assert (
        "an item correlates negatively with the others: check its scoring direction"
        in alpha(turned).notes
    )
    assert alpha(answers, SCALES["NEG"]).notes == ()


def exact(covariance):
    return pd.DataFrame(sample_with(covariance), columns=list("abc"))


def test_solutions_that_are_not_proper_say_so():
    heywood = omega(exact([[1, 0.7, 0.7], [0.7, 1, 0.35], [0.7, 0.35, 1]]))
    assert not heywood.glance()["proper"].item()
    assert "Heywood" in heywood.glance()["notes"].item()
    assert np.isnan(heywood.coefficient.conf_low)
    assert not np.isnan(heywood.estimate)
    none = omega(exact([[1, 0.2, -0.2], [0.2, 1, 0.2], [-0.2, 0.2, 1]]))
    assert not none.proper
    assert np.isnan(none.estimate)
    assert "did not converge" in str(none)


def test_remarks_name_the_items(answers):
    data = answers[SCALES["NEG"]]
    assert any("COP2" in note for note in omega(data, ordered=True).notes)
    spaced = omega(data.rename(columns=lambda name: f"item {name}"), ordered=True)
    assert any("item1" in note for note in spaced.notes)
    assert spaced.estimate == omega(data, ordered=True).estimate


def test_an_ordered_loading_beyond_1_has_no_omega():
    rng = np.random.default_rng(1)
    cov = [[1, 0.7, 0.7], [0.7, 1, 0.3], [0.7, 0.3, 1]]
    responses = rng.multivariate_normal(np.zeros(3), cov, 2000)
    found = omega(pd.DataFrame((responses > 0).astype(int), columns=list("abc")), ordered=True)
    assert np.isnan(found.estimate)
    assert not found.proper
    assert found.notes


@pytest.mark.parametrize(
    ("function", "items", "message"),
    [
        (alpha, ["COP1", "gone"], "no column 'gone'; the data have"),
        (alpha, ["COP1", "COP1"], "'COP1' is named twice"),
        (alpha, ["COP1"], "a single item"),
        (alpha, [], "no items"),
        (omega, ["COP1", "COP2"], "three or more items, not 2"),
    ],
)
def test_items_that_do_not_do(function, items, message, answers):
    with pytest.raises(ReliabilityError, match=message):
        function(answers, items)


def test_an_unknown_way_with_missing_answers_is_refused(answers):
    with pytest.raises(
        ReliabilityError, match="unknown missing 'pairwize'; expected one of pairwise, listwise"
    ):
        alpha(answers, SCALES["NEG"], missing="pairwize")


def test_answers_that_do_not_do(answers):
    data = answers[SCALES["NEG"]]
    for function in (alpha, omega):
        with pytest.raises(ReliabilityError, match="first value that is not a number: 'often'"):
            function(data.assign(COP2="often"))
        with pytest.raises(ReliabilityError, match="infinite values: COP2"):
            function(data.assign(COP2=data["COP2"].replace(1, np.inf)))
        with pytest.raises(ReliabilityError, match="not a data frame"):
            function([1, 2])
    with pytest.raises(ReliabilityError, match=r"no omega: .*singular"):
        omega(data.assign(COP2=data["COP3"]))
    with pytest.raises(ReliabilityError, match="no omega"):
        omega(data.assign(COP2=1), ordered=True)
    with pytest.raises(ReliabilityError, match="no alpha: an item does not vary"):
        alpha(data.assign(COP2=1))
