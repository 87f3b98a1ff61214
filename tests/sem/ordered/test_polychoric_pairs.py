import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import multivariate_normal, norm

from coprod_stats.sem.ordered.newton import BOUND
from coprod_stats.sem.ordered.pair_tables import (
    PairTables,
    pair_tables,
    table_notes,
    with_filled_binary_tables,
)
from coprod_stats.sem.ordered.polychoric import polychoric_correlations
from coprod_stats.sem.ordered.thresholds import MISSING, thresholds_from_counts


def one_table(counts):
    counts = np.array(counts, dtype=float)
    size = max(counts.shape)
    padded = np.zeros((1, size, size))
    padded[0, : counts.shape[0], : counts.shape[1]] = counts
    return PairTables(np.array([0]), np.array([1]), padded, np.array([counts.shape == (2, 2)]))


def estimate(counts):
    counts = np.array(counts, dtype=float)
    margins = tuple(thresholds_from_counts(counts.sum(axis=axis)) for axis in (1, 0))
    return polychoric_correlations(one_table(counts), margins)


def ordered_answers(n_obs, loadings, cuts, seed):
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=(n_obs, 1))
    noise = rng.normal(size=(n_obs, len(loadings)))
    latent = factor * loadings + noise * np.sqrt(1 - np.square(loadings))
    return np.stack([np.digitize(latent[:, j], cut) for j, cut in enumerate(cuts)], axis=1)


def test_tables_count_every_pair():
    rng = np.random.default_rng(4)
    codes = rng.integers(-1, 3, size=(9000, 4)).astype(np.int16)
    codes[codes[:, 2] == 2, 2] = 1
    weights = rng.uniform(0.2, 3, 9000)
    plain = pair_tables(codes, (3, 3, 2, 3))
    weighted = pair_tables(codes, (3, 3, 2, 3), weights=weights)
    for pair, (i, j) in enumerate(zip(plain.first, plain.second, strict=True)):
        for k in range(3):
            for m in range(3):
                cell = (codes[:, i] == k) & (codes[:, j] == m)
                assert plain.counts[pair, k, m] == cell.sum()
                assert weighted.counts[pair, k, m] == pytest.approx(weights[cell].sum())


def test_a_median_split_has_a_closed_form():
    # both thresholds zero: rho = -cos(2 pi p11)
    rho = estimate([[30, 20], [20, 30]]).rho[0]
    assert rho == pytest.approx(-np.cos(2 * np.pi * 0.3), abs=1e-12)


def test_independence_gives_zero():
    assert estimate(np.outer([10, 20, 30], [5, 7, 9, 4])).rho[0] == pytest.approx(0, abs=1e-12)


def test_probabilities_and_slopes_belong_to_the_estimate():
    fitted = estimate([[40, 20, 5], [15, 50, 30], [3, 25, 60]])
    assert fitted.probabilities.sum() == pytest.approx(1, abs=1e-14)
    assert fitted.slopes.sum() == pytest.approx(0, abs=1e-14)
    relative = fitted.slopes / fitted.probabilities
    assert (relative * one_table([[40, 20, 5], [15, 50, 30], [3, 25, 60]]).counts).sum() == (
        pytest.approx(0, abs=1e-6)
    )


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), rho=st.floats(-0.95, 0.95))
def test_reversing_an_item_turns_the_sign(seed, rho):
    rng = np.random.default_rng(seed)
    latent = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], 200)
    codes = np.stack([np.digitize(latent[:, 0], [-0.5, 0.6]), np.digitize(latent[:, 1], [0.2])], 1)
    table = np.array([[np.sum((codes == [k, m]).all(axis=1)) for m in range(2)] for k in range(3)])
    if (table.sum(axis=1) == 0).any() or (table.sum(axis=0) == 0).any():
        return
    turned = estimate(table[::-1]).rho[0]
    assert turned == pytest.approx(-estimate(table).rho[0], abs=1e-9)
    assert estimate(table.T).rho[0] == pytest.approx(estimate(table).rho[0], abs=1e-12)


def test_a_single_empty_cell_is_filled_at_fixed_margins():
    tables = one_table([[0, 10], [20, 30]])
    assert with_filled_binary_tables(tables)[0].tolist() == [[0.5, 9.5], [19.5, 30.5]]
    mirrored = with_filled_binary_tables(one_table([[10, 0], [20, 30]]))
    assert mirrored[0].tolist() == [[9.5, 0.5], [20.5, 29.5]]
    assert [note.code for note in table_notes(tables, (2, 2))] == ["OBS-111", "OBS-112"]


@pytest.mark.parametrize(("counts", "rho"), [([[10, 0], [0, 5]], 1), ([[0, 5], [9, 0]], -1)])
def test_two_empty_cells_give_a_perfect_correlation(counts, rho):
    assert estimate(counts).rho[0] == rho
    notes = table_notes(one_table(counts), (2, 2))
    assert [note.code for note in notes] == ["OBS-111", "OBS-113"]


def test_an_estimate_stops_at_the_bound():
    assert estimate(np.diag([30, 40, 50])).rho[0] == BOUND
    assert estimate(np.diag([30, 40, 50])[::-1]).rho[0] == -BOUND


@pytest.mark.parametrize(
    "counts",
    [
        # Newton's first step ends where the single case of a corner has no probability left
        [[1, 16, 39], [35, 24, 0]],
        [[39, 16, 1], [0, 24, 35]],
        [[43, 16, 1], [0, 15, 35]],
    ],
)
def test_a_case_against_a_high_correlation_keeps_it_from_the_bound(counts):
    counts = np.array(counts)
    # by an independent search over SciPy's bivariate normal distribution
    cuts = [
        norm.ppf(np.append(0, counts.sum(axis=axis).cumsum() / counts.sum())) for axis in (1, 0)
    ]
    a, b = np.meshgrid(*(np.clip(cut, -8, 8) for cut in cuts), indexing="ij")

    def negative_likelihood(rho):
        corners = multivariate_normal.cdf(np.dstack([a, b]), cov=[[1, rho], [rho, 1]])
        cells = np.diff(np.diff(corners, axis=0), axis=1)
        return -(counts * np.log(np.maximum(cells, 1e-12))).sum()

    found = estimate(counts).rho[0]
    side = (0.7, 0.998) if found > 0 else (-0.998, -0.7)
    highest = minimize_scalar(negative_likelihood, bounds=side, method="bounded")
    assert found == pytest.approx(highest.x, abs=1e-4)
    assert abs(found) < 0.99


def test_full_tables_give_no_note():
    assert table_notes(one_table([[5, 3], [4, 6]]), (2, 2)) == ()


def test_many_items_with_different_numbers_of_categories():
    cuts = [[0], [-0.5, 0.5], [-1, 0, 1], [-1, -0.3, 0.4, 1.2]] * 7
    codes = ordered_answers(4000, np.full(28, 0.7), cuts, seed=5).astype(np.int16)
    sizes = tuple(len(cut) + 1 for cut in cuts)
    tables = pair_tables(codes, sizes)
    margins = tuple(
        thresholds_from_counts(np.bincount(codes[:, j], minlength=size))
        for j, size in enumerate(sizes)
    )
    rho = polychoric_correlations(tables, margins).rho
    # 378 correlations of 0.49 with standard errors of about 0.02
    assert np.abs(rho - 0.49).max() < 0.09
    alone = [
        polychoric_correlations(
            pair_tables(codes[:, [i, j]], (sizes[i], sizes[j])), (margins[i], margins[j])
        ).rho[0]
        for i, j in [(0, 1), (2, 27), (13, 14)]
    ]
    together = [
        rho[(tables.first == i) & (tables.second == j)][0] for i, j in [(0, 1), (2, 27), (13, 14)]
    ]
    np.testing.assert_allclose(alone, together, atol=1e-13)


def test_missing_answers_are_in_no_table():
    codes = np.array([[0, MISSING], [1, 1], [MISSING, 0]], dtype=np.int16)
    assert pair_tables(codes, (2, 2)).counts.sum() == 1
