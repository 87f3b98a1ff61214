"""Blocks and patterns of rows give what the whole table gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.quality import careless_indices, row_blocks
from coprod_stats.quality.careless_responding import intra_individual_sd, mahalanobis_distance
from coprod_stats.quality.pairwise_moments import PairSums, row_correlation
from coprod_stats.quality.response_consistency import (
    person_total_correlation,
    psychometric_synonyms,
    synonyms_and_antonyms,
)
from coprod_stats.quality.row_blocks import row_patterns
from coprod_stats.responses import Responses, read_responses

TABLES = arrays(np.bool_, st.tuples(st.integers(0, 12), st.integers(1, 5)))


@given(TABLES)
def test_patterns_are_those_of_numpy(table) -> None:
    patterns, which = row_patterns(table.T, n_rows=len(table))
    expected, inverse = np.unique(table, axis=0, return_inverse=True)
    assert_array_equal(patterns, expected)
    assert_array_equal(which, inverse.ravel())


def test_a_table_without_columns_has_one_pattern() -> None:
    patterns, which = row_patterns([], n_rows=3)
    assert patterns.shape == (1, 0)
    assert which.tolist() == [0, 0, 0]


@pytest.fixture
def answers() -> np.ndarray:
    rng = np.random.default_rng(5)
    common = rng.normal(size=(200, 1))
    given = np.clip(np.round(3 + common + rng.normal(size=(200, 9)) / 2), 1, 5)
    given[rng.random(given.shape) < 0.15] = np.nan
    given[7] = np.nan
    return given


@pytest.mark.parametrize(
    "index",
    [intra_individual_sd, mahalanobis_distance, person_total_correlation, psychometric_synonyms],
)
def test_blocks_of_rows_change_no_index(monkeypatch, answers, index) -> None:
    whole = index(answers)
    monkeypatch.setattr(row_blocks.row_blocks, "__kwdefaults__", {"size": 13})
    by_blocks = index(answers)
    assert by_blocks.reasons == whole.reasons
    assert_allclose(by_blocks.values, whole.values, rtol=1e-12)


def test_sums_over_pairs_do_not_depend_on_blocks(monkeypatch, answers) -> None:
    whole = PairSums.of(answers)
    monkeypatch.setattr(row_blocks.row_blocks, "__kwdefaults__", {"size": 13})
    by_blocks = PairSums.of(answers)
    for name in ("n_pairs", "sums", "squares", "products"):
        assert_allclose(getattr(by_blocks, name), getattr(whole, name), rtol=1e-12, atol=1e-12)
    r, n_pairs, flat = row_correlation(answers[:, :4], answers[:, 5:])
    assert (len(r), len(n_pairs), len(flat)) == (200, 200, 200)


def test_synonyms_and_antonyms_are_those_of_each_limit(answers) -> None:
    for pair in zip(
        synonyms_and_antonyms(answers),
        (psychometric_synonyms(answers), psychometric_synonyms(answers, critical=-0.6)),
        strict=True,
    ):
        assert pair[0].name == pair[1].name
        assert pair[0].reasons == pair[1].reasons
        assert_array_equal(pair[0].values, pair[1].values)


@pytest.fixture(scope="module")
def citizens() -> Responses:
    citizen: Instrument = read_instrument("citizen")
    return read_responses("citizen_synthetic.csv", citizen)


def test_indices_of_a_file_do_not_depend_on_blocks(monkeypatch, citizens) -> None:
    whole = careless_indices(citizens)
    monkeypatch.setattr(row_blocks.row_blocks, "__kwdefaults__", {"size": 257})
    by_blocks = careless_indices(citizens)
    for index in whole.indices:
        assert by_blocks[index.name].reasons == index.reasons
        assert_allclose(by_blocks[index.name].values, index.values, rtol=1e-9)
