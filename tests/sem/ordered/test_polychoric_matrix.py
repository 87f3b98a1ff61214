import numpy as np
import pytest
from tolerances import bound

from coprod_stats.sem.observed.errors import ObservedDataError
from coprod_stats.sem.ordered.polychoric_matrix import polychoric_matrix

BFI = [f"{scale}{i}" for scale in "ACE" for i in range(1, 6)]


def test_agrees_with_lavaan(oracle, oracle_data):
    matrix = polychoric_matrix(oracle_data("bfi_complete.csv", BFI))
    expected = oracle("bfi_wlsmv")["extra"]["polychoric"]["values"]
    np.testing.assert_allclose(matrix.correlations, expected, atol=bound("polychoric"))
    assert [note.code for note in matrix.notes] == ["OBS-111"]


def test_any_scale_and_missing_answers(oracle, oracle_data):
    data = oracle_data("bfi_missing.csv", BFI)
    matrix = polychoric_matrix(data * 10 - 3)
    expected = oracle("bfi_wlsmv_pairwise")["sampstat"]["all"]["cov"]["values"]
    np.testing.assert_allclose(matrix.correlations, expected, atol=bound("polychoric"))
    assert [values.size for values in matrix.thresholds] == [5] * 15


def test_whole_weights_are_repetitions(oracle_data):
    data = oracle_data("hs_ord4.csv", ["x1", "x2", "x3"])
    weights = np.random.default_rng(1).integers(1, 4, len(data))
    weighted = polychoric_matrix(data, weights=weights.astype(float))
    repeated = polychoric_matrix(np.repeat(data, weights, axis=0))
    np.testing.assert_allclose(weighted.correlations, repeated.correlations, atol=1e-10)


def test_items_never_answered_together_are_refused():
    data = np.array([[0, np.nan], [1, np.nan], [np.nan, 0], [np.nan, 1]])
    with pytest.raises(ObservedDataError, match=r"OBS-015.*column 1, column 2"):
        polychoric_matrix(data)
