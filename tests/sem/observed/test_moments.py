import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tolerances import bound

from coprod_stats.sem.observed.errors import ObservedDataError
from coprod_stats.sem.observed.moments import (
    complete_rows,
    moment_notes,
    rows_by_group,
    sample_moments,
)
from coprod_stats.sem.observed.weights import normalized_weights

HS = [f"x{i}" for i in range(1, 10)]


@pytest.fixture
def answers():
    return np.random.default_rng(3).normal(size=(60, 4)) @ np.triu(np.ones((4, 4)))


def test_moments_agree_with_numpy(answers):
    moments = sample_moments(answers)
    assert moments.n_obs == 60
    np.testing.assert_allclose(moments.mean, answers.mean(axis=0), rtol=1e-13)
    np.testing.assert_allclose(moments.cov, np.cov(answers.T, bias=True), rtol=1e-12)
    np.testing.assert_allclose(moments.unbiased_cov, np.cov(answers.T), rtol=1e-12)


def test_weighted_moments_agree_with_lavaan(oracle, oracle_data):
    reference = oracle("hs_weights_mlr")["sampstat"]["all"]
    data = oracle_data("hs_weights.csv", [*HS, "w"])
    moments = sample_moments(data[:, :9], weights=normalized_weights(data[:, 9]))
    np.testing.assert_allclose(
        moments.cov, reference["cov"]["values"], rtol=bound("weighted moments")
    )


def test_equal_weights_change_nothing(answers):
    weights = normalized_weights(np.full(60, 3.7))
    weighted, plain = sample_moments(answers, weights=weights), sample_moments(answers)
    np.testing.assert_allclose(weighted.cov, plain.cov, rtol=1e-12)


@given(shift=st.floats(-1e4, 1e4), seed=st.integers(0, 50))
def test_covariances_ignore_a_shift_and_row_order(shift, seed):
    rng = np.random.default_rng(seed)
    data = rng.normal(size=(30, 3))
    moved = sample_moments(rng.permutation(data + shift))
    np.testing.assert_allclose(moved.cov, sample_moments(data).cov, atol=1e-9)


def test_complete_rows_and_groups():
    data = np.array([[1.0, 2.0], [np.nan, 1.0], [3.0, 4.0]])
    assert complete_rows(data).tolist() == [True, False, True]
    rows = rows_by_group(np.array([0, 1, 0, 1, -1]), ["group 1", "group 2"])
    assert [members.tolist() for members in rows] == [[0, 2], [1, 3]]


def test_a_group_of_one_is_refused():
    with pytest.raises(ObservedDataError, match="OBS-003: group 'b' has 1 usable case;"):
        rows_by_group(np.array([0, 0, 1]), ["group 'a'", "group 'b'"])


def test_a_single_case_is_refused():
    with pytest.raises(ObservedDataError, match="OBS-003"):
        sample_moments(np.ones((1, 2)))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_missing_and_infinite_values_are_refused(answers, value):
    answers[3, 1] = value
    with pytest.raises(ObservedDataError, match="OBS-002"):
        sample_moments(answers)


@pytest.mark.parametrize("weight", [0.0, -1.0, np.nan, np.inf])
def test_improper_weights_are_refused(weight):
    with pytest.raises(ObservedDataError, match=r"OBS-001.*row 2"):
        normalized_weights(np.array([1.0, weight, 1.0]))


def test_constant_and_collinear_items_are_named(answers):
    data = np.column_stack([answers[:, :2], np.full(60, 7.0), answers[:, 0] - 2 * answers[:, 1]])
    notes = {note.code: note.items for note in moment_notes(sample_moments(data))}
    assert notes == {"OBS-101": (2,), "OBS-102": (0, 1, 3)}


def test_fewer_cases_than_items_are_named(answers):
    assert [note.code for note in moment_notes(sample_moments(answers[:4]))] == ["OBS-103"]


def test_sound_moments_give_no_note(answers):
    assert moment_notes(sample_moments(answers)) == ()


def test_errors_pickle():
    error = pickle.loads(pickle.dumps(ObservedDataError("OBS-001", "weights")))
    assert (error.code, str(error)) == ("OBS-001", "OBS-001: weights")
