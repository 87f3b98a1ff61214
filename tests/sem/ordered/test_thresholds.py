import numpy as np
import pytest
from scipy.stats import norm

from coprod_stats.sem.observed.errors import ObservedDataError
from coprod_stats.sem.ordered.thresholds import (
    MISSING,
    category_codes,
    category_counts,
    ranks_among,
    require_all_categories,
    thresholds_from_counts,
)


def test_answers_become_ranks():
    data = np.array([[1, 10], [np.nan, 20], [5, 10], [3, 30]])
    coded = category_codes(data)
    assert coded.codes.tolist() == [[0, 0], [MISSING, 1], [2, 0], [1, 2]]
    assert coded.n_categories == (3, 3)
    assert coded.levels[0].tolist() == [1, 3, 5]


def test_an_item_with_one_answer_is_refused():
    with pytest.raises(ObservedDataError, match=r"OBS-010.*column 2"):
        category_codes(np.array([[1, 2], [2, 2], [1, np.nan]]))


def test_counts_leave_missing_answers_out():
    codes = np.array([0, 2, MISSING, 2], dtype=np.int16)
    assert category_counts(codes, 3).tolist() == [1, 0, 2]
    weights = np.array([0.5, 1, 9, 2.0])
    assert category_counts(codes, 3, weights=weights).tolist() == [0.5, 0, 3]


def test_empty_categories_are_named():
    with pytest.raises(ObservedDataError, match=r"OBS-011.*rank: 2, 3.*\(column 2\)"):
        require_all_categories((np.array([1, 2]), np.array([1, 0, 0, 4])))


def test_thresholds_are_quantiles_of_the_cumulated_shares():
    np.testing.assert_allclose(
        thresholds_from_counts(np.array([10, 40, 50])), norm.ppf([0.1, 0.5]), atol=1e-15
    )


def test_answers_need_not_be_small_whole_numbers():
    answers = np.array([-1.0, 2.5, np.nan, 3000.0, 2.5])
    assert ranks_among(np.array([-1.0, 2.5, 3000.0]), answers).tolist() == [0, 1, -1, 2, 1]
    assert ranks_among(np.array([0.0, 5.0]), np.array([5.0, np.nan, 0.0])).tolist() == [1, -1, 0]
