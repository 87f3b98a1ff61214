"""Starting values: loadings by instrumental variables, the rest from factor moments.

Loadings come from the FABIN estimator [hagglund1982]_, whose signs are right for reverse-keyed
items; covariances of the latent variables from the loadings; regressions by least squares among
the latent variables; residual variances from what is left. Items that load on several latent
variables define none of them, where the others suffice: their loadings are least squares on their
covariances with the items that load on one.

References
----------
.. [hagglund1982] Hägglund, G. (1982). Factor analysis by instrumental variables methods.
   Psychometrika, 47, 209-222.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.model.matrices import GroupMatrices, Kind
from coprod_stats.sem.model.parameters import ParameterTable

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


def starting_values(
    table: ParameterTable,
    matrices: Sequence[GroupMatrices],
    covs: Sequence[FloatArray],
    means: Sequence[FloatArray],
) -> FloatArray:
    """Propose values of all free parameters; those given by the user go first.

    Parameters
    ----------
    table : ParameterTable
    matrices : sequence of GroupMatrices
        One per group (and level).
    covs, means : sequence of ndarray
        Sample moments of each, ``(n_observed, n_observed)`` and ``(n_observed,)``.

    Returns
    -------
    (n_free,) array
    """
    start = np.zeros(table.n_free)
    given = np.array([table.rows[index].start for index in table.free_rows])
    for group, cov, mean in zip(matrices, covs, means, strict=True):
        start[group.parameters] = _group_start(group, cov, mean, given[group.parameters])
    return np.where(np.isnan(given), start, given)


def _group_start(
    group: GroupMatrices, cov: FloatArray, mean: FloatArray, given: FloatArray
) -> FloatArray:
    parts = _Parts(group)
    markers = _markers(parts)
    _start_loadings(parts, cov, markers)
    _take_given_loadings(parts, given)
    eta_cov = _eta_cov(parts, cov, markers)
    if _start_cross_loadings(parts, cov, eta_cov):
        eta_cov = _eta_cov(parts, cov, markers)
    parts.write_loadings()
    _start_regressions(parts, eta_cov)
    _start_variances(parts, cov, eta_cov)
    _start_means(parts, mean)
    return parts.read()


class _Parts:
    """The matrices of a group with room for starting values.

    `loadings` and `free_loadings` hold those of all observed variables on all elements of eta,
    also of observed variables that are in eta themselves, whose loadings are in beta.
    """

    def __init__(self, group: GroupMatrices) -> None:
        self.group = group
        self.cells = group.template.copy()
        self.matrices = [
            self.cells[group.offsets[k] : group.offsets[k + 1]].reshape(group.shapes[k])
            for k in range(len(group.shapes))
        ]
        free = np.zeros(self.cells.size, dtype=bool)
        free[group.cells[0]] = True
        self.free = [
            free[group.offsets[k] : group.offsets[k + 1]].reshape(group.shapes[k])
            for k in range(len(group.shapes))
        ]
        place = {name: index for index, name in enumerate(group.eta)}
        self.is_latent = np.array([name not in group.observed for name in group.eta], dtype=bool)
        self.inner = [(item, place[n]) for item, n in enumerate(group.observed) if n in place]
        self.loadings = self.matrices[Kind.LAMBDA].copy()
        self.free_loadings = self.free[Kind.LAMBDA].copy()
        for item, row in self.inner:
            self.loadings[item, self.is_latent] = self.matrices[Kind.BETA][row, self.is_latent]
            self.free_loadings[item, self.is_latent] = self.free[Kind.BETA][row, self.is_latent]

    def write_loadings(self) -> None:
        """Put `loadings` where they belong."""
        inner = dict(self.inner)
        for item, values in enumerate(self.loadings):
            free = self.free_loadings[item]
            if item in inner:
                self.matrices[Kind.BETA][inner[item], free] = values[free]
            else:
                self.matrices[Kind.LAMBDA][item, free] = values[free]

    def read(self) -> FloatArray:
        """Values of the parameters in local order."""
        cells, sources = self.group.cells
        values = np.zeros(len(self.group.places))
        values[sources] = self.cells[cells]
        return values


def _indicators(parts: _Parts, factor: int) -> IntArray:
    """Find the observed variables that load on an element of eta, fixed or free."""
    loads = parts.free_loadings[:, factor] | (parts.loadings[:, factor] != 0)
    return np.flatnonzero(loads)


def _is_pure(parts: _Parts) -> NDArray[np.bool_]:
    """Mark observed variables that load on one latent variable, ``(n_observed,)``."""
    loads = parts.free_loadings | (parts.loadings != 0)
    return np.asarray(loads[:, parts.is_latent].sum(axis=1) == 1)


def _defining(parts: _Parts, factor: int, marker: int) -> IntArray:
    """Find the items that define an element of eta: those of nothing else, or all if few."""
    items = _indicators(parts, factor)
    pure = items[_is_pure(parts)[items]]
    return pure if pure.size >= 2 and marker in pure else items


def _markers(parts: _Parts) -> IntArray:
    """Pick the marker of each element of eta: the first fixed loading, else the first, or -1."""
    lambda_, free = parts.loadings, parts.free_loadings
    markers = np.full(parts.group.n_eta, -1, dtype=np.intp)
    for factor in range(parts.group.n_eta):
        items = _indicators(parts, factor)
        if items.size:
            fixed = [item for item in items if not free[item, factor] and lambda_[item, factor]]
            markers[factor] = fixed[0] if fixed else items[0]
    return markers


def _start_loadings(parts: _Parts, cov: FloatArray, markers: IntArray) -> None:
    lambda_, free = parts.loadings, parts.free_loadings
    for factor in range(parts.group.n_eta):
        items = _indicators(parts, factor)
        if not free[:, factor].any():
            continue
        marker = int(markers[factor])
        ratios = _fabin(cov, items, marker, _defining(parts, factor, marker))
        marker_value = 1.0 if free[marker, factor] else lambda_[marker, factor]
        if free[marker, factor] and parts.matrices[Kind.PSI][factor, factor] != 0:
            variance = _marker_variance(cov, items, marker, ratios)
            marker_value = np.sqrt(variance / parts.matrices[Kind.PSI][factor, factor])
        for item, ratio in zip(items, ratios, strict=True):
            if free[item, factor]:
                lambda_[item, factor] = ratio * marker_value


def _take_given_loadings(parts: _Parts, given: FloatArray) -> None:
    """Use the user's loadings, from which the rest is started."""
    for place, value in zip(parts.group.places, given, strict=True):
        if place.kind == Kind.LAMBDA and not np.isnan(value):
            parts.loadings[place.row, place.column] = value


def _fabin(
    cov: FloatArray, items: IntArray, marker: int, instruments: IntArray | None = None
) -> FloatArray:
    """Estimate loadings relative to the marker by instruments (FABIN2), the other items if none."""
    instruments = items if instruments is None else instruments
    instruments = instruments[instruments != marker]
    is_other = items[:, None] != instruments
    by_marker = is_other * cov[marker, instruments]
    top = np.sum(by_marker * cov[items[:, None], instruments], axis=1)
    bottom = np.sum(by_marker**2, axis=1)
    variances = cov[items, items]
    scales = np.sqrt(np.maximum(variances, 0.0) / max(cov[marker, marker], 1e-12))
    ratios = np.divide(top, bottom, out=np.ones(items.size), where=bottom > 0)
    alone = ~is_other.any(axis=1)
    ratios[alone] = np.copysign(scales, cov[items, marker])[alone]
    ratios = np.where(np.isfinite(ratios), np.clip(ratios, -5.0 * scales, 5.0 * scales), 1.0)
    return np.where(items == marker, 1.0, ratios)


def _start_cross_loadings(parts: _Parts, cov: FloatArray, eta_cov: FloatArray) -> bool:
    """Fit the loadings of items on several latent variables; tell whether there were any."""
    lambda_, free = parts.loadings, parts.free_loadings
    pure = np.flatnonzero(_is_pure(parts))
    counts = (lambda_[pure] != 0).sum(axis=0)
    found = False
    for item in np.flatnonzero(~_is_pure(parts) & free.any(axis=1)):
        factors = np.flatnonzero(free[item])
        if (counts[factors] < 2).any():
            continue
        explained = lambda_[pure] @ eta_cov
        held = np.where(free[item], 0.0, lambda_[item])
        target = cov[item, pure] - explained @ held
        lambda_[item, factors] = np.linalg.lstsq(explained[:, factors], target, rcond=None)[0]
        found = True
    return found


def _marker_variance(cov: FloatArray, items: IntArray, marker: int, ratios: FloatArray) -> float:
    """Variance of a factor in units of its marker: least squares on the covariances."""
    squares = ratios**2
    # sums over pairs of different items
    top = 0.5 * float(ratios @ cov[items[:, None], items] @ ratios - squares @ cov[items, items])
    bottom = 0.5 * float(squares.sum() ** 2 - squares @ squares)
    total = float(cov[marker, marker])
    estimate = top / bottom if bottom > 0 else 0.5 * total
    return min(max(estimate, 0.05 * total), 0.95 * total)


def _eta_cov(parts: _Parts, cov: FloatArray, markers: IntArray) -> FloatArray:
    """Covariances among the elements of eta, by least squares from the loadings."""
    lambda_ = parts.loadings
    n_eta = parts.group.n_eta
    variances = np.zeros(n_eta)
    weights = np.zeros((n_eta, cov.shape[0]))
    for factor in range(n_eta):
        marker = int(markers[factor])
        if marker < 0:
            continue
        items = _defining(parts, factor, marker)
        if not np.any(lambda_[items, factor]):
            continue
        loadings = lambda_[items, factor]
        scale = loadings @ loadings
        weights[factor, items] = loadings / scale
        if items.size == 1:
            variances[factor] = cov[marker, marker] / loadings[0] ** 2
        else:
            reference = lambda_[marker, factor] or 1.0
            variances[factor] = (
                _marker_variance(cov, items, marker, loadings / reference) / reference**2
            )
    eta_cov = weights @ cov @ weights.T
    np.fill_diagonal(eta_cov, variances)
    _start_higher_order(parts, eta_cov)
    return _shrunk(eta_cov)


def _start_higher_order(parts: _Parts, eta_cov: FloatArray) -> None:
    """Moments of latent variables that are measured only through other latent variables."""
    beta, free = parts.matrices[Kind.BETA], parts.free[Kind.BETA]
    for factor in np.flatnonzero(np.diagonal(eta_cov) == 0):
        below = np.flatnonzero(free[:, factor] | (beta[:, factor] != 0))
        below = below[np.diagonal(eta_cov)[below] > 0]
        if below.size == 0:
            eta_cov[factor, factor] = parts.matrices[Kind.PSI][factor, factor] or 0.05
            continue
        marker = below[0]
        ratios = _fabin(eta_cov, below, int(marker))
        variance = _marker_variance(eta_cov, below, int(marker), ratios)
        eta_cov[factor, :] = eta_cov[:, factor] = eta_cov[marker, :] * 0.8
        eta_cov[factor, below] = eta_cov[below, factor] = ratios * variance
        eta_cov[factor, factor] = variance


def _shrunk(cov: FloatArray) -> FloatArray:
    """Pull covariances towards zero until the matrix is positive definite."""
    diagonal = np.diag(np.diagonal(cov))
    for share in (1.0, 0.9, 0.7, 0.5, 0.2):
        candidate = share * cov + (1.0 - share) * diagonal
        smallest = np.linalg.eigvalsh(candidate)[0] if cov.size else 1.0
        if smallest > 1e-3 * np.trace(candidate) / max(len(cov), 1):
            return candidate
    return diagonal


def _start_regressions(parts: _Parts, eta_cov: FloatArray) -> None:
    beta, free = parts.matrices[Kind.BETA], parts.free[Kind.BETA]
    for outcome in np.flatnonzero(free.any(axis=1)):
        predictors = np.flatnonzero(free[outcome])
        fixed = beta[outcome] * ~free[outcome]
        target = eta_cov[predictors, outcome] - eta_cov[predictors] @ fixed
        within = eta_cov[np.ix_(predictors, predictors)]
        slopes = np.linalg.lstsq(within, target, rcond=None)[0]
        beta[outcome, predictors] = slopes


def _start_variances(parts: _Parts, cov: FloatArray, eta_cov: FloatArray) -> None:
    beta, psi, theta = (parts.matrices[k] for k in (Kind.BETA, Kind.PSI, Kind.THETA))
    free_psi, free_theta = parts.free[Kind.PSI], parts.free[Kind.THETA]
    residual = np.eye(len(beta)) - beta
    disturbance = residual @ eta_cov @ residual.T
    endogenous = np.any(beta != 0, axis=1)
    for a, b in zip(*np.nonzero(free_psi), strict=True):
        if a == b:
            psi[a, a] = max(disturbance[a, a], 0.1 * eta_cov[a, a], 1e-3)
        elif not (endogenous[a] or endogenous[b]):
            psi[a, b] = eta_cov[a, b]
    lambda_ = parts.matrices[Kind.LAMBDA]
    left = np.diagonal(cov) - np.einsum("ij,jk,ik->i", lambda_, eta_cov, lambda_)
    for a, b in zip(*np.nonzero(free_theta), strict=True):
        if a == b:
            theta[a, a] = max(left[a], 0.2 * cov[a, a])


def _start_means(parts: _Parts, mean: FloatArray) -> None:
    """Reproduce the sample means; free intercepts of latent variables are 0."""
    nu, alpha = parts.matrices[Kind.NU], parts.matrices[Kind.ALPHA]
    beta, is_latent = parts.matrices[Kind.BETA], parts.is_latent
    index = {name: place for place, name in enumerate(parts.group.observed)}
    centres = np.array([mean[index[n]] if n in index else 0.0 for n in parts.group.eta])
    among = beta[np.ix_(is_latent, is_latent)]
    explained = alpha[is_latent] + beta[np.ix_(is_latent, ~is_latent)] @ centres[~is_latent]
    centres[is_latent] = np.linalg.solve(np.eye(len(among)) - among, explained)
    inner = parts.free[Kind.ALPHA] & ~is_latent
    alpha[inner] = (centres - beta @ centres)[inner]
    free = parts.free[Kind.NU]
    nu[free] = (mean - parts.matrices[Kind.LAMBDA] @ centres)[free]
