import json
from pathlib import Path

import numpy as np
import pytest
from tolerances import bound

from coprod_stats.sem.observed.errors import ObservedDataError
from coprod_stats.sem.observed.weights import normalized_weights
from coprod_stats.sem.ordered.gamma import gamma_diagonal, gamma_matrix
from coprod_stats.sem.ordered.moments import (
    CategoricalData,
    _casewise_moments,
    categorical_moments,
)
from coprod_stats.sem.ordered.thresholds import category_codes

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "tests" / "oracles" / "lavaan_categorical_moments.R"
REFERENCE = json.loads(SCRIPT.with_suffix(".json").read_text(encoding="utf-8"))

HS = [f"x{i}" for i in range(1, 10)]
BFI = [f"{scale}{i}" for scale in "ACE" for i in range(1, 6)]

LAVAAN_PAIRS = bound("polychoric")


def categorical(data, n_ordered, covariates=None, weights=None):
    coded = category_codes(data[:, :n_ordered])
    values = data.copy()
    values[:, :n_ordered] = np.where(coded.codes < 0, np.nan, coded.codes)
    sizes = coded.n_categories + (0,) * (data.shape[1] - n_ordered)
    return CategoricalData(values, sizes, covariates, weights)


@pytest.fixture
def holzinger(oracle_data):
    """Six items, the first ones in four categories, as the R script builds them."""

    def read(case):
        items, n_ordered = HS[:6], case["n_ordered"]
        data = oracle_data("hs1939.csv", items)
        data[:, :n_ordered] = oracle_data("hs_ord4.csv", items)[:, :n_ordered]
        if case["missing"]:
            data[np.isnan(oracle_data("hs_mcar.csv", items))] = np.nan
        sex, years, months = oracle_data("hs1939.csv", ["sex", "ageyr", "agemo"]).T
        covariates = np.column_stack([sex - 1, years + months / 12])
        weights = normalized_weights(oracle_data("hs_weights.csv", ["w"])[:, 0])
        return categorical(
            data,
            n_ordered,
            covariates if case["conditional"] else None,
            weights if case["weighted"] else None,
        )

    return read


def name(case):
    flags = [flag for flag in ("missing", "weighted", "conditional") if case[flag]]
    return "-".join([str(case["n_ordered"]), *flags])


@pytest.mark.parametrize("case", REFERENCE["cases"], ids=name)
def test_statistics_and_gamma_agree_with_lavaan(case, holzinger):
    moments = categorical_moments(holzinger(case))
    np.testing.assert_allclose(moments.thresholds, case["thresholds"], atol=bound("thresholds"))
    np.testing.assert_allclose(moments.cov, case["cov"], atol=LAVAAN_PAIRS)
    if case["conditional"]:
        np.testing.assert_allclose(moments.slopes, case["slopes"], atol=bound("slopes"))
    gamma = gamma_matrix(moments.influence, n_obs=moments.n_obs)
    scale = np.sqrt(np.outer(*2 * [np.diag(case["gamma"])]))
    np.testing.assert_allclose(gamma / scale, case["gamma"] / scale, atol=LAVAAN_PAIRS)
    diagonal = gamma_diagonal(moments.influence, n_obs=moments.n_obs)
    np.testing.assert_allclose(diagonal, np.diag(gamma), rtol=1e-12)


@pytest.mark.parametrize(
    ("file", "data", "items", "n_ordered"),
    [
        ("hs_dich_wlsmv", "hs_dich.csv", HS, 9),
        ("hs_ord4_wlsmv", "hs_ord4.csv", HS, 9),
        ("bfi_wlsmv", "bfi_complete.csv", BFI, 15),
        ("bfi_wlsmv_pairwise", "bfi_missing.csv", BFI, 15),
        ("bfi_mixed_wlsmv", "bfi_complete.csv", BFI, 10),
    ],
)
def test_whole_fits_start_from_lavaans_statistics(
    oracle, oracle_data, file, data, items, n_ordered
):
    moments = categorical_moments(categorical(oracle_data(data, items), n_ordered))
    reference = oracle(file)["sampstat"]["all"]
    np.testing.assert_allclose(moments.cov, reference["cov"]["values"], atol=LAVAAN_PAIRS)
    of_ordered = moments.is_ordered[moments.threshold_items]
    thresholds = np.ravel(reference["th"]["values"])
    np.testing.assert_allclose(moments.thresholds[of_ordered], thresholds, atol=bound("margins"))
    means = np.ravel(reference["mean"]["values"])[n_ordered:]
    np.testing.assert_allclose(moments.thresholds[~of_ordered], means, atol=bound("margins"))


def test_ordered_items_given_covariates(oracle, oracle_data):
    covariates = oracle_data("bfi_complete.csv", ["gender", "age"]) - [1, 0]
    moments = categorical_moments(categorical(oracle_data("bfi_complete.csv", BFI), 15, covariates))
    reference = oracle("bfi_mimic_wlsmv")["sampstat"]["all"]
    np.testing.assert_allclose(moments.cov, reference["res.cov"]["values"], atol=LAVAAN_PAIRS)
    np.testing.assert_allclose(
        moments.thresholds[:, None], reference["res.th"]["values"], atol=bound("thresholds")
    )
    np.testing.assert_allclose(
        moments.slopes, reference["res.slopes"]["values"], atol=bound("thresholds")
    )
    np.testing.assert_allclose(
        moments.covariates.unbiased_cov, reference["cov.x"]["values"], rtol=bound("closed form")
    )


@pytest.mark.parametrize("case", [c for c in REFERENCE["cases"] if not c["conditional"]][:10:3])
def test_cases_and_tables_give_the_same(case, holzinger):
    data = holzinger(case)
    fast, slow = categorical_moments(data), _casewise_moments(data)
    np.testing.assert_allclose(fast.statistics, slow.statistics, atol=1e-10)
    np.testing.assert_allclose(
        gamma_matrix(fast.influence, n_obs=fast.n_obs),
        gamma_matrix(slow.influence, n_obs=slow.n_obs),
        atol=1e-9,
    )


def test_equal_weights_and_row_order_change_nothing(holzinger):
    data = holzinger(REFERENCE["cases"][3])
    order = np.random.default_rng(1).permutation(len(data.values))
    shuffled = CategoricalData(
        data.values[order], data.n_categories, None, np.ones(len(data.values))
    )
    plain, weighted = categorical_moments(data), categorical_moments(shuffled)
    np.testing.assert_allclose(plain.statistics, weighted.statistics, atol=1e-12)
    np.testing.assert_allclose(
        gamma_matrix(plain.influence, n_obs=301), gamma_matrix(weighted.influence, n_obs=301)
    )


def test_doubling_the_cases_keeps_estimates_and_gamma(holzinger):
    data = holzinger(REFERENCE["cases"][1])
    doubled = CategoricalData(np.tile(data.values, (2, 1)), data.n_categories)
    one, two = categorical_moments(data), categorical_moments(doubled)
    np.testing.assert_allclose(one.statistics, two.statistics, atol=1e-10)
    np.testing.assert_allclose(
        gamma_matrix(one.influence, n_obs=one.n_obs),
        gamma_matrix(two.influence, n_obs=two.n_obs),
        atol=1e-9,
    )


def test_an_empty_category_is_refused():
    values = np.array([[0, 1], [2, 0], [0, 1], [2, 1.0]])
    with pytest.raises(ObservedDataError, match=r"OBS-011.*rank: 2.*\(column 1\)"):
        categorical_moments(CategoricalData(values, (3, 2)))


def test_missing_covariates_are_refused():
    values, covariates = np.array([[0.0], [1], [1]]), np.array([[1.0], [np.nan], [2]])
    with pytest.raises(ObservedDataError, match="OBS-002"):
        categorical_moments(CategoricalData(values, (2,), covariates))


def test_items_never_answered_together_are_refused():
    values = np.array([[0, np.nan], [1, np.nan], [np.nan, 0], [np.nan, 1]])
    with pytest.raises(ObservedDataError, match=r"OBS-015.*\(column 1, column 2\)"):
        categorical_moments(CategoricalData(values, (2, 2)))


def test_correlations_near_and_at_one_are_named():
    item = np.repeat([0, 1, 2], 400).astype(float)
    same = CategoricalData(np.column_stack([item, item]), (3, 3))
    assert [note.code for note in categorical_moments(same).notes] == ["OBS-111", "OBS-116"]
    other = item.copy()
    other[380:400], other[400:420] = 1, 0
    similar = CategoricalData(np.column_stack([item, other]), (3, 3))
    assert [note.code for note in categorical_moments(similar).notes] == ["OBS-111", "OBS-114"]
