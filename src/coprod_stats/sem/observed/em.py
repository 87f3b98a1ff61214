"""Saturated normal moments of incomplete data by the EM algorithm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.observed.errors import ObservedDataError
from coprod_stats.sem.observed.missing_patterns import MissingPatterns, available_moments

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

_Moments = tuple[FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class SaturatedMoments:
    """Maximum likelihood estimates of an unrestricted mean vector and covariance matrix.

    Parameters
    ----------
    n_obs : float
    mean : (n_items,) array
    cov : (n_items, n_items) array
    loglik : float
        Log-likelihood of the observed values.
    n_iterations : int
    converged : bool
    """

    n_obs: float
    mean: FloatArray
    cov: FloatArray
    loglik: float
    n_iterations: int
    converged: bool


def saturated_moments(
    patterns: MissingPatterns, *, tolerance: float = 1e-11, max_iterations: int = 2000
) -> SaturatedMoments:
    """Estimate mean and covariance from incomplete data by EM.

    The plain EM step is accelerated by squared extrapolation (SQUAREM, scheme S3), because with
    much missing data EM alone needs thousands of steps for the precision that fit indices of a
    FIML model need. An extrapolation from which the likelihood is lower, or which is not positive
    definite, is taken back.

    Parameters
    ----------
    patterns : MissingPatterns
    tolerance : float
        Largest change in one EM step, in units of the items' standard deviations.
    max_iterations : int

    Raises
    ------
    ObservedDataError
        ``OBS-005`` if the covariance matrix becomes singular: constant or collinear items, or
        fewer cases than items.

    References
    ----------
    Dempster, A. P., Laird, N. M., & Rubin, D. B. (1977). JRSS B, 39, 1-38.
    Varadhan, R., & Roland, C. (2008). Scandinavian Journal of Statistics, 35, 335-353, eq. 9.
    """
    expectation = _Expectation(patterns)
    try:
        return _squarem(
            expectation,
            available_moments(patterns, np.zeros((patterns.n_items,) * 2)),
            tolerance,
            max_iterations,
        )
    except np.linalg.LinAlgError as error:
        raise ObservedDataError(
            "OBS-005",
            "the covariance matrix of the incomplete data is singular: there are constant or "
            "collinear items, or too few cases. Leave items out.",
        ) from error


def saturated_loglik(patterns: MissingPatterns, *, mean: FloatArray, cov: FloatArray) -> float:
    """Compute the normal log-likelihood of the observed values.

    ``-1/2 sum_j n_j [p_j log 2π + log|Σ_j| + tr Σ_j⁻¹ (S_j + d_j d_j')]`` over patterns `j`.

    Parameters
    ----------
    patterns : MissingPatterns
    mean : (n_items,) array
    cov : (n_items, n_items) array

    Raises
    ------
    numpy.linalg.LinAlgError
        If `cov` is not positive definite.
    """
    return _Expectation(patterns).step((mean, cov))[1]


def _squarem(
    expectation: _Expectation, moments: _Moments, tolerance: float, max_iterations: int
) -> SaturatedMoments:
    fallback, best = moments, -np.inf
    for iteration in range(1, max_iterations + 1):
        try:
            first, loglik = expectation.step(moments)
        except np.linalg.LinAlgError:
            if moments is fallback:
                raise
            loglik = -np.inf
        if loglik < best - 1e-12 * abs(best):
            moments = fallback
            first, loglik = expectation.step(moments)
        if _largest_change(moments, first) < tolerance:
            return SaturatedMoments(expectation.n_obs, *first, loglik, iteration, True)
        second, best = expectation.step(first)
        fallback, moments = second, _extrapolated(moments, first, second)
    _, loglik = expectation.step(fallback)
    return SaturatedMoments(expectation.n_obs, *fallback, loglik, max_iterations, False)


class _Expectation:
    """The E step, prepared once: patterns stacked by their number of missing items.

    With ``K = Σ⁻¹``, the missing answers given the observed ones have covariance ``A = K_mm⁻¹``
    and mean ``μ_m − A K_mo d_o``: only matrices of the size of what is missing are inverted.
    """

    def __init__(self, patterns: MissingPatterns) -> None:
        self.patterns = patterns
        self.n_obs = patterns.n_obs
        self.within = np.tensordot(patterns.counts, patterns.covs, axes=1)
        n_missing = np.count_nonzero(~patterns.observed, axis=1)
        n_values = float(patterns.counts @ patterns.observed.sum(axis=1))
        self.constant = n_values * np.log(2.0 * np.pi)
        spread = patterns.covs.any(axis=(1, 2))
        self.blocks: list[tuple[IntArray, IntArray, bool]] = []
        for size in np.unique(n_missing[n_missing > 0]):
            for spreading in (False, True):
                rows = np.flatnonzero((n_missing == size) & (spread == spreading))
                for part in np.array_split(rows, -(-rows.size // 512) or 1):
                    if part.size:
                        missing = np.nonzero(~patterns.observed[part])[1].reshape(-1, size)
                        self.blocks.append((part, missing, spreading))

    def step(self, moments: _Moments) -> tuple[_Moments, float]:
        """One EM step, and the log-likelihood at the moments that it started from."""
        mean, cov = moments
        precision, log_det = _inverse(cov)
        patterns, counts = self.patterns, self.patterns.counts
        deviation = np.where(patterns.observed, patterns.means - mean, 0.0)
        projected = deviation @ precision
        filled = deviation.copy()
        products = self.within.copy()
        total_log_det = self.n_obs * log_det
        for rows, missing, spreading in self.blocks:
            pairs = (missing[:, :, None], missing[:, None, :])
            conditional = precision[pairs]
            total_log_det += counts[rows] @ np.linalg.slogdet(conditional).logabsdet
            conditional = np.asarray(np.linalg.inv(conditional), dtype=np.float64)
            slots = (rows[:, None], missing)
            filled[slots] = -np.einsum("kij,kj->ki", conditional, projected[slots])
            added = conditional
            if spreading:
                slopes = -conditional @ precision[missing]
                cross = slopes @ patterns.covs[rows]
                _scatter(products, missing, cross * counts[rows, None, None])
                added = conditional + cross @ slopes.transpose(0, 2, 1)
            _scatter_pairs(products, pairs, added * counts[rows, None, None])
        # tr(K (sum of completed products)) counts each conditional covariance once as its own size
        n_missing_values = counts @ np.count_nonzero(~patterns.observed, axis=1)
        quadratic = np.einsum("ki,ki,k->", projected, filled, counts)
        trace = np.einsum("ij,ij->", precision, products) - n_missing_values
        loglik = -0.5 * float(self.constant + total_log_det + quadratic + trace)
        shift = counts @ filled / self.n_obs
        products += (filled * counts[:, None]).T @ filled
        new_cov = products / self.n_obs - np.outer(shift, shift)
        return (mean + shift, (new_cov + new_cov.T) / 2.0), loglik


def _inverse(cov: FloatArray) -> tuple[FloatArray, float]:
    """Inverse and log determinant; LinAlgError if `cov` is not positive definite."""
    root = np.linalg.cholesky(cov)
    inverse_root = np.linalg.inv(root)
    return inverse_root.T @ inverse_root, 2.0 * float(np.log(np.diag(root)).sum())


def _scatter(total: FloatArray, missing: IntArray, rows_of: FloatArray) -> None:
    """Add ``(k, m, p)`` rows to the rows of the missing items, and their transposes to columns."""
    n_items = total.shape[0]
    places = missing[:, :, None] * n_items + np.arange(n_items)
    added = np.bincount(places.ravel(), rows_of.ravel(), minlength=total.size)
    square = added.reshape(n_items, n_items)
    total += square + square.T


def _scatter_pairs(total: FloatArray, pairs: tuple[IntArray, IntArray], values: FloatArray) -> None:
    """Add ``(k, m, m)`` blocks to the rows and columns of the missing items."""
    places = pairs[0] * total.shape[0] + pairs[1]
    total += np.bincount(places.ravel(), values.ravel(), minlength=total.size).reshape(total.shape)


def _extrapolated(start: _Moments, first: _Moments, second: _Moments) -> _Moments:
    """Squared extrapolation through three EM iterates."""
    packed = [np.concatenate([mean, cov.ravel()]) for mean, cov in (start, first, second)]
    velocity = packed[1] - packed[0]
    acceleration = packed[2] - packed[1] - velocity
    bend = float(np.linalg.norm(acceleration))
    length = float(np.linalg.norm(velocity)) / bend if bend > 0.0 else 1.0
    if length <= 1.0:
        return second
    point = packed[0] + 2.0 * length * velocity + length**2 * acceleration
    mean, cov = np.split(point, [start[0].size])
    return mean, cov.reshape(mean.size, -1)


def _largest_change(old: _Moments, new: _Moments) -> float:
    scale = np.sqrt(np.diag(new[1]))
    shift = np.abs(new[0] - old[0]) / scale
    return float(max(shift.max(), (np.abs(new[1] - old[1]) / np.outer(scale, scale)).max()))
