"""Starting values: loadings by instrumental variables, the rest from factor moments.

Loadings come from the FABIN estimator [hagglund1982]_, whose signs are right for reverse-scored
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

from coprod_stats.sem.model.layout import Kind
from coprod_stats.sem.model.lisrel import eta_means
from coprod_stats.sem.model.matrices import GroupMatrices, stacked_matrices
from coprod_stats.sem.model.parameters import ParameterTable

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]


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
    for alike in _alike(matrices):
        stack = stacked_matrices([matrices[group] for group in alike])
        cov, mean = (np.stack([of[group] for group in alike]) for of in (covs, means))
        start[stack.parameters] = _stack_start(stack, cov, mean, given[stack.parameters])
    return np.where(np.isnan(given), start, given)


def _alike(matrices: Sequence[GroupMatrices]) -> list[list[int]]:
    """Find the groups whose free and nonzero cells are the same; these are started as one."""
    found: dict[tuple[object, bytes], list[int]] = {}
    for group, of_group in enumerate(matrices):
        structure = (of_group.layout, (of_group.template != 0).tobytes())
        found.setdefault(structure, []).append(group)
    return list(found.values())


def _stack_start(
    stack: GroupMatrices, cov: FloatArray, mean: FloatArray, given: FloatArray
) -> FloatArray:
    parts = _Parts(stack)
    _start_loadings(parts, cov)
    _take_given_loadings(parts, given)
    eta_cov = _eta_cov(parts, cov)
    if _start_cross_loadings(parts, cov, eta_cov):
        eta_cov = _eta_cov(parts, cov)
    parts.write_loadings()
    _start_regressions(parts, eta_cov)
    _start_variances(parts, cov, eta_cov)
    _start_means(parts, mean)
    return parts.read()


class _Parts:
    """The matrices of stacked groups with room for starting values.

    Parameters
    ----------
    stack : GroupMatrices
        With a leading axis of groups.

    Attributes
    ----------
    loadings : (n_groups, n_observed, n_eta) array
        Of all observed variables on all elements of eta, also of observed variables that are in
        eta themselves, whose loadings are in beta.
    free_loadings, loads : (n_observed, n_eta) bool array
        Which of them are free, and which free or fixed to a value other than 0.
    is_pure : (n_observed,) bool array
        Observed variables that load on one latent variable.
    markers : (n_eta,) int array
        Marker of each element of eta: the first fixed loading, else the first, or -1.
    defining : (n_eta, n_observed) bool array
        Items that define an element of eta: those of nothing else, or all if few.
    """

    def __init__(self, stack: GroupMatrices) -> None:
        layout = stack.layout
        self.layout = layout
        self.cells = stack.template.copy()
        self.matrices = layout.split(self.cells)
        free = np.zeros(self.cells.shape[-1], dtype=bool)
        free[layout.cells[0]] = True
        self.free = layout.split(free)
        place = {name: index for index, name in enumerate(layout.eta)}
        inner = [(item, place[n]) for item, n in enumerate(layout.observed) if n in place]
        self.inner_items, self.inner_rows = np.array(inner, dtype=np.intp).reshape(-1, 2).T
        is_latent = np.ones(layout.n_eta, dtype=bool)
        is_latent[self.inner_rows] = False
        self.loadings = self.matrices[Kind.LAMBDA].copy()
        self.free_loadings = self.free[Kind.LAMBDA].copy()
        if inner:
            items = self.inner_items[:, None], np.flatnonzero(is_latent)
            rows = self.inner_rows[:, None], np.flatnonzero(is_latent)
            self.loadings[:, *items] = self.matrices[Kind.BETA][:, *rows]
            self.free_loadings[items] = self.free[Kind.BETA][rows]
        self.loads: BoolArray = self.free_loadings | (self.loadings[0] != 0)
        self.is_pure: BoolArray = self.loads[:, is_latent].sum(axis=1) == 1
        self.markers = self._markers()
        self.defining = self._defining()

    def _markers(self) -> IntArray:
        fixed = self.loads & ~self.free_loadings
        first = np.where(fixed.any(axis=0), fixed.argmax(axis=0), self.loads.argmax(axis=0))
        return np.where(self.loads.any(axis=0), first, -1)

    def _defining(self) -> BoolArray:
        loads = self.loads.T
        pure = loads & self.is_pure
        is_enough = (pure.sum(axis=1) >= 2) & pure[np.arange(len(pure)), self.markers]
        return np.where(is_enough[:, None], pure, loads)

    def write_loadings(self) -> None:
        """Assign `loadings` to their places."""
        outer = self.free_loadings.copy()
        outer[self.inner_items] = False
        self.matrices[Kind.LAMBDA][:, outer] = self.loadings[:, outer]
        inner, columns = np.nonzero(self.free_loadings[self.inner_items])
        values = self.loadings[:, self.inner_items[inner], columns]
        self.matrices[Kind.BETA][:, self.inner_rows[inner], columns] = values

    def read(self) -> FloatArray:
        """Values of the parameters in local order, ``(n_groups, n_local)``."""
        cells, sources = self.layout.cells
        values = np.zeros((len(self.cells), len(self.layout.places)))
        values[:, sources] = self.cells[:, cells]
        return values


def _start_loadings(parts: _Parts, cov: FloatArray) -> None:
    free, markers = parts.free_loadings, parts.markers
    if not free.any():
        return
    factors = np.arange(markers.size)
    ratios = _fabin(cov, parts.loads.T, markers, parts.defining)
    of_marker = np.where(free[markers, factors], 1.0, parts.loadings[:, markers, factors])
    variances = np.diagonal(parts.matrices[Kind.PSI], axis1=1, axis2=2)
    is_scaled = free[markers, factors] & (variances > 0)
    if is_scaled.any():
        scales = _marker_variances(cov, ratios, markers) / np.where(is_scaled, variances, 1.0)
        of_marker = np.where(is_scaled, np.sqrt(scales), of_marker)
    parts.loadings[:, free] = (ratios * of_marker[:, :, None]).mT[:, free]


def _take_given_loadings(parts: _Parts, given: FloatArray) -> None:
    """Use the user's loadings, from which the rest is started."""
    layout = parts.layout
    groups, local = np.nonzero(~np.isnan(given) & (layout.kinds == Kind.LAMBDA))
    parts.loadings[groups, layout.rows[local], layout.columns[local]] = given[groups, local]


def _fabin(
    cov: FloatArray, items: BoolArray, markers: IntArray, instruments: BoolArray
) -> FloatArray:
    """Estimate loadings relative to the marker by instruments (FABIN2), the other items if none.

    Parameters
    ----------
    cov : (n_groups, n_observed, n_observed) array
    items, instruments : (n_factors, n_observed) bool array
        Of each factor; the marker itself and the item in question are no instruments.
    markers : (n_factors,) int array

    Returns
    -------
    (n_groups, n_factors, n_observed) array
        0 for what is no item of the factor.
    """
    factors = np.arange(markers.size)
    used = instruments.copy()
    used[factors, markers] = False
    of_marker = cov[:, markers]
    variances = np.diagonal(cov, axis1=1, axis2=2)
    by_marker = used * of_marker
    squares = by_marker**2
    whole = squares.sum(axis=2, keepdims=True)
    # sums over the instruments other than the item itself
    top = by_marker @ cov - by_marker * variances[:, None]
    bottom = whole - squares
    scales = np.sqrt(np.maximum(variances[:, None], 0.0))
    scales = scales / np.sqrt(np.maximum(variances[:, markers], 1e-12))[:, :, None]
    ratios = np.divide(top, bottom, out=np.ones_like(top), where=bottom > 1e-12 * whole)
    is_alone = used.sum(axis=1, keepdims=True) == used
    ratios = np.where(is_alone, np.copysign(scales, of_marker), ratios)
    ratios = np.where(np.isfinite(ratios), np.clip(ratios, -5.0 * scales, 5.0 * scales), 1.0)
    ratios[:, factors, markers] = 1.0
    return np.where(items, ratios, 0.0)


def _marker_variances(cov: FloatArray, ratios: FloatArray, markers: IntArray) -> FloatArray:
    """Variances of factors in units of their markers: least squares on the covariances.

    Parameters
    ----------
    cov : (n_groups, n_observed, n_observed) array
    ratios : (n_groups, n_factors, n_observed) array
        Loadings relative to the marker, 0 for what is no item of the factor.
    markers : (n_factors,) int array

    Returns
    -------
    (n_groups, n_factors) array
    """
    squares = ratios**2
    variances = np.diagonal(cov, axis1=1, axis2=2)
    # sums over pairs of different items
    top = np.sum((ratios @ cov) * ratios - squares * variances[:, None], axis=2)
    bottom = squares.sum(axis=2) ** 2 - np.sum(squares**2, axis=2)
    total = variances[:, markers]
    estimates = np.divide(top, bottom, out=0.5 * total, where=bottom > 0)
    return np.asarray(np.clip(estimates, 0.05 * total, 0.95 * total))


def _start_cross_loadings(parts: _Parts, cov: FloatArray, eta_cov: FloatArray) -> bool:
    """Fit the loadings of items on several latent variables; return whether there were any."""
    free, pure = parts.free_loadings, np.flatnonzero(parts.is_pure)
    counts = (parts.loadings[0][pure] != 0).sum(axis=0)
    found = False
    for item in np.flatnonzero(~parts.is_pure & free.any(axis=1)):
        factors = np.flatnonzero(free[item])
        if (counts[factors] < 2).any():
            continue
        for loadings, of_eta, of_items in zip(parts.loadings, eta_cov, cov, strict=True):
            explained = loadings[pure] @ of_eta
            target = of_items[item, pure] - explained @ np.where(free[item], 0.0, loadings[item])
            fitted = np.linalg.lstsq(explained[:, factors], target, rcond=None)[0]
            loadings[item, factors] = fitted
        found = True
    return found


def _eta_cov(parts: _Parts, cov: FloatArray) -> FloatArray:
    """Covariances among the elements of eta, by least squares from the loadings."""
    markers, factors = parts.markers, np.arange(parts.markers.size)
    loadings = np.where(parts.defining, parts.loadings.mT, 0.0)
    scales = np.sum(loadings**2, axis=2)
    is_measured = scales > 0
    weights = loadings / np.where(is_measured, scales, 1.0)[:, :, None]
    of_marker = parts.loadings[:, markers, factors]
    reference = np.where(of_marker == 0, 1.0, of_marker)
    variances = _marker_variances(cov, loadings / reference[:, :, None], markers) / reference**2
    is_single = parts.defining.sum(axis=1) == 1
    alone = np.diagonal(cov, axis1=1, axis2=2)[:, markers] / np.where(is_measured, scales, 1.0)
    variances = np.where(is_single, alone, variances)
    eta_cov = weights @ cov @ weights.mT
    eta_cov[:, factors, factors] = np.where(is_measured, variances, 0.0)
    for group, of_group in enumerate(eta_cov):
        _start_higher_order(parts, group, of_group)
    return _shrunk(eta_cov)


def _start_higher_order(parts: _Parts, group: int, eta_cov: FloatArray) -> None:
    """Moments of latent variables that are measured only through other latent variables."""
    beta, free = parts.matrices[Kind.BETA][group], parts.free[Kind.BETA]
    for factor in np.flatnonzero(np.diagonal(eta_cov) == 0):
        below = (free[:, factor] | (beta[:, factor] != 0)) & (np.diagonal(eta_cov) > 0)
        if not below.any():
            eta_cov[factor, factor] = parts.matrices[Kind.PSI][group, factor, factor] or 0.05
            continue
        markers = np.flatnonzero(below)[:1]
        ratios = _fabin(eta_cov[None], below[None], markers, below[None])
        variance = _marker_variances(eta_cov[None], ratios, markers)[0, 0]
        across = eta_cov[markers[0]] * 0.8
        eta_cov[factor, :] = eta_cov[:, factor] = across
        eta_cov[factor, below] = eta_cov[below, factor] = ratios[0, 0, below] * variance
        eta_cov[factor, factor] = variance


def _shrunk(covs: FloatArray) -> FloatArray:
    """Pull covariances towards zero until the matrices are positive definite."""
    diagonal = covs * np.eye(covs.shape[-1])
    if not covs.size:
        return covs
    least = 1e-3 * np.trace(covs, axis1=1, axis2=2) / covs.shape[-1]
    result, is_done = diagonal, np.zeros(len(covs), dtype=bool)
    for share in (1.0, 0.9, 0.7, 0.5, 0.2):
        candidates = share * covs + (1.0 - share) * diagonal
        is_good = ~is_done & (np.linalg.eigvalsh(candidates)[:, 0] > least)
        result = np.where(is_good[:, None, None], candidates, result)
        is_done |= is_good
        if is_done.all():
            break
    return result


def _start_regressions(parts: _Parts, eta_cov: FloatArray) -> None:
    beta, free = parts.matrices[Kind.BETA], parts.free[Kind.BETA]
    for outcome in np.flatnonzero(free.any(axis=1)):
        predictors = np.flatnonzero(free[outcome])
        fixed = np.where(free[outcome], 0.0, beta[:, outcome])
        rows = eta_cov[:, predictors]
        target = rows[:, :, outcome] - np.matvec(rows, fixed)
        inverse = np.linalg.pinv(rows[:, :, predictors], hermitian=True)
        beta[:, outcome, predictors] = np.matvec(inverse, target)


def _start_variances(parts: _Parts, cov: FloatArray, eta_cov: FloatArray) -> None:
    lambda_, beta, psi, theta = parts.matrices[: Kind.NU]
    free_psi, free_theta = parts.free[Kind.PSI], parts.free[Kind.THETA]
    residual = np.eye(beta.shape[-1]) - beta
    disturbance = residual @ eta_cov @ residual.mT
    is_exogenous = ~np.any(beta != 0, axis=2)
    among = is_exogenous[:, :, None] & is_exogenous[:, None, :]
    psi[...] = np.where(free_psi & among, eta_cov, psi)
    own = np.flatnonzero(np.diagonal(free_psi))
    least = np.maximum(0.1 * eta_cov[:, own, own], 1e-3)
    psi[:, own, own] = np.maximum(disturbance[:, own, own], least)
    own = np.flatnonzero(np.diagonal(free_theta))
    left = cov[:, own, own] - np.sum((lambda_ @ eta_cov) * lambda_, axis=2)[:, own]
    theta[:, own, own] = np.maximum(left, 0.2 * cov[:, own, own])


def _start_means(parts: _Parts, mean: FloatArray) -> None:
    """Reproduce the sample means; free intercepts of latent variables are 0."""
    beta, nu, alpha = (parts.matrices[kind] for kind in (Kind.BETA, Kind.NU, Kind.ALPHA))
    free_nu, free_alpha = parts.free[Kind.NU], parts.free[Kind.ALPHA]
    is_observed = np.zeros_like(free_alpha)
    is_observed[parts.inner_rows] = True
    centres = np.zeros_like(alpha)
    centres[:, parts.inner_rows] = mean[:, parts.inner_items]
    centres = eta_means(beta, alpha, centres, is_observed)
    inner = free_alpha & is_observed
    alpha[:, inner] = (centres - np.matvec(beta, centres))[:, inner]
    nu[:, free_nu] = (mean - np.matvec(parts.matrices[Kind.LAMBDA], centres))[:, free_nu]
