import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tolerances import bound

from coprod_stats.sem.observed.errors import ObservedDataError
from coprod_stats.sem.observed.missing_patterns import group_by_pattern


def holes(n_rows, n_items, seed):
    rng = np.random.default_rng(seed)
    data = rng.normal(size=(n_rows, n_items))
    data[rng.random(data.shape) < 0.3] = np.nan
    data[0] = 1.0
    return data


@given(seed=st.integers(0, 200), n_items=st.integers(1, 12))
def test_every_case_is_counted_once_with_its_own_pattern(seed, n_items):
    data = holes(40, n_items, seed)
    weights = np.random.default_rng(seed).uniform(0.5, 2, 40)
    patterns = group_by_pattern(data, weights=weights)
    answered = ~np.isnan(data)
    assert patterns.n_empty == np.count_nonzero(~answered.any(axis=1))
    for pattern, items in enumerate(patterns.observed):
        rows = patterns.pattern_of_case == pattern
        assert (answered[rows] == items).all()
        assert patterns.counts[pattern] == pytest.approx(weights[rows].sum())
        mean = np.average(data[rows][:, items], axis=0, weights=weights[rows])
        np.testing.assert_allclose(patterns.means[pattern, items], mean, atol=1e-12)


def test_most_frequent_pattern_comes_first():
    data = np.array([[1, np.nan], [1, 2], [2, np.nan], [np.nan, np.nan]])
    patterns = group_by_pattern(data)
    assert patterns.observed.tolist() == [[True, False], [True, True]]
    assert patterns.pattern_of_case.tolist() == [0, 1, 0, -1]
    assert patterns.counts.tolist() == [2, 1]
    assert patterns.covs[0].tolist() == [[0.25, 0], [0, 0]]
    assert patterns.n_obs == 3


def test_coverage_agrees_with_lavaan(oracle, oracle_data):
    data = oracle_data("hs_mcar.csv", [f"x{i}" for i in range(1, 10)])
    patterns = group_by_pattern(data)
    extra = oracle("hs_fiml")["extra"]
    assert patterns.counts.size == extra["npatterns"]
    np.testing.assert_allclose(
        patterns.coverage(), extra["coverage"]["values"], rtol=bound("shares")
    )


def test_blocks_hold_everything_in_order():
    patterns = group_by_pattern(holes(60, 6, 1))
    joined = np.concatenate([block.counts for block in patterns.blocks(7)])
    assert joined.tolist() == patterns.counts.tolist()


def test_an_item_without_answers_is_refused():
    with pytest.raises(ObservedDataError, match=r"OBS-004.*\(column 2\)"):
        group_by_pattern(np.array([[1.0, np.nan], [2.0, np.nan]]))


def test_infinite_values_are_refused():
    with pytest.raises(ObservedDataError, match="OBS-002"):
        group_by_pattern(np.array([[1.0, np.inf], [2.0, np.nan]]))
