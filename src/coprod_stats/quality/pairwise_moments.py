"""Means, covariances and correlations from available cases (pairwise)."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np

from coprod_stats.latent_models.blas_threads import one_thread
from coprod_stats.quality.person_index import BoolArray, FloatArray
from coprod_stats.quality.row_blocks import ROWS, row_blocks, rowwise


@dataclass(frozen=True, slots=True, eq=False)
class PairSums:
    """Sums over the respondents who answered both items of each pair.

    Answers are centred on the item means, which leaves covariances unchanged and avoids
    cancellation.

    Parameters
    ----------
    n_pairs : ndarray, shape (n_items, n_items)
        Respondents with both answers.
    sums : ndarray, shape (n_items, n_items)
        Sum of the row's item over those respondents.
    squares : ndarray, shape (n_items, n_items)
        Sum of squares of the row's item over those respondents.
    products : ndarray, shape (n_items, n_items)
        Sum of products.
    """

    n_pairs: FloatArray
    sums: FloatArray
    squares: FloatArray
    products: FloatArray

    @classmethod
    def of(cls, answers: FloatArray) -> PairSums:
        """Sum over the pairs of answers of shape (n_persons, n_items), NaN where missing.

        The products have a few dozen rows: over large data one thread takes a tenth of the time
        of two, which wait for each other.
        """
        means = column_means(answers)
        n_pairs, sums, squares, products = np.zeros((4, len(means), len(means)))
        with one_thread() if len(answers) > ROWS else nullcontext():
            for block in row_blocks(len(answers)):
                answered = (~np.isnan(answers[block])).astype(np.float64)
                centred = zero_filled(answers[block] - means)
                n_pairs += answered.T @ answered
                sums += centred.T @ answered
                squares += (centred**2).T @ answered
                products += centred.T @ centred
        return cls(n_pairs, sums, squares, products)


def zero_filled(answers: FloatArray) -> FloatArray:
    """Return the answers with 0 where missing."""
    return np.where(np.isnan(answers), 0.0, answers)


def row_means(answers: FloatArray) -> FloatArray:
    """Mean of the answers in each row; NaN for a row without any."""
    (means,) = rowwise(_block_means, answers)
    return np.asarray(means, dtype=np.float64)


def _block_means(answers: FloatArray) -> tuple[FloatArray]:
    n_answers = (~np.isnan(answers)).sum(axis=1)
    with np.errstate(invalid="ignore"):
        return (np.nansum(answers, axis=1) / n_answers,)


def column_means(answers: FloatArray) -> FloatArray:
    """Mean of the answers to each item; NaN for an item without any."""
    return row_means(answers.T)


def pairwise_covariance(answers: FloatArray) -> FloatArray:
    """Covariances with divisor n − 1, each from the respondents who answered both items.

    As R's ``cov(use = "pairwise.complete.obs")``; NaN where fewer than two respondents did.
    """
    pairs = PairSums.of(answers)
    with np.errstate(invalid="ignore", divide="ignore"):
        cross = pairs.products - pairs.sums * pairs.sums.T / pairs.n_pairs
        return np.where(pairs.n_pairs > 1, cross / (pairs.n_pairs - 1), np.nan)


def pairwise_correlation(answers: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Correlations among the respondents who answered both items, and how many there are.

    As R's ``cor(use = "pairwise.complete.obs")``: the standard deviations are those of the same
    respondents. NaN where an item does not vary among them.
    """
    pairs = PairSums.of(answers)
    with np.errstate(invalid="ignore", divide="ignore"):
        cross = pairs.products - pairs.sums * pairs.sums.T / pairs.n_pairs
        spread = pairs.squares - pairs.sums**2 / pairs.n_pairs
        negligible = spread <= 1e-12 * np.maximum(pairs.squares, 1e-300)
        r = cross / np.sqrt(spread * spread.T)
    r = np.where((pairs.n_pairs > 1) & ~negligible & ~negligible.T, np.clip(r, -1.0, 1.0), np.nan)
    return r, pairs.n_pairs


def row_correlation(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Correlate two arrays row by row over the columns that both have.

    Returns
    -------
    r : ndarray, shape (n_rows,)
        NaN where there are fewer than two pairs or one side does not vary.
    n_pairs : ndarray, shape (n_rows,)
        Columns with both values.
    flat : ndarray of bool, shape (n_rows,)
        Whether one side does not vary over those columns.
    """
    r, n_pairs, flat = rowwise(_block_correlation, x, y)
    return r, n_pairs, flat


def _block_correlation(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray, BoolArray]:
    both = ~np.isnan(x) & ~np.isnan(y)
    n_pairs = both.sum(axis=1).astype(np.float64)
    first, second = np.where(both, x, np.nan), np.where(both, y, np.nan)
    flat = _does_not_vary(first) | _does_not_vary(second)
    first = zero_filled(first - row_means(first)[:, None])
    second = zero_filled(second - row_means(second)[:, None])
    with np.errstate(invalid="ignore", divide="ignore"):
        r = (first * second).sum(axis=1) / np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1))
    return np.where(flat | (n_pairs < 2), np.nan, np.clip(r, -1.0, 1.0)), n_pairs, flat


def _does_not_vary(rows: FloatArray) -> BoolArray:
    highest = np.max(rows, axis=1, initial=-np.inf, where=~np.isnan(rows))
    lowest = np.min(rows, axis=1, initial=np.inf, where=~np.isnan(rows))
    return np.asarray(highest <= lowest, dtype=np.bool_)


def covariance_fault(covariance: FloatArray) -> str:
    """Return why a covariance matrix cannot usefully be inverted; empty if it can."""
    if covariance.size == 0:
        return "there are no items"
    if np.isnan(covariance).any():
        return "two items were answered together by fewer than two respondents"
    if (np.diag(covariance) <= 0).any():
        return "an item does not vary"
    scale = np.sqrt(np.diag(covariance))
    smallest = float(np.linalg.eigvalsh(covariance / np.outer(scale, scale))[0])
    if abs(smallest) < 1e-10:
        return "the covariance matrix of the answers is singular"
    return "" if smallest > 0 else "the covariance matrix of the answers is not positive definite"
