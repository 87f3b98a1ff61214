"""Other starting values, tried in turn where the first ones lead to no solution.

Estimates by instrumental variables may have the wrong sign where the marker of a latent variable
is weak or shared; the way to the solution then leads through infinite loadings. The values here
rest on no such estimate: loadings as large as their items vary, with the sign of their covariance
with the marker or the opposite one; no paths among the elements of eta.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.model.layout import Kind
from coprod_stats.sem.model.matrices import GroupMatrices
from coprod_stats.sem.model.parameters import ParameterTable

FloatArray = NDArray[np.float64]

LATENT_SHARE = 0.3
"""Share of its marker's variance that a latent variable starts with."""


def other_starts(
    table: ParameterTable,
    matrices: Sequence[GroupMatrices],
    covs: Sequence[FloatArray],
    proposed: FloatArray,
) -> Iterator[FloatArray]:
    """Yield plain starting values, then such with the loadings of one factor after another turned.

    Parameters
    ----------
    table : ParameterTable
    matrices : sequence of GroupMatrices
        One per group.
    covs : sequence of (n_observed, n_observed) array
        Of the samples.
    proposed : (n_free,) array
        The first ones, from which means, thresholds and scales are taken.
    """
    plain = proposed.copy()
    loadings: dict[int, list[int]] = {}
    for of_group, cov in zip(matrices, covs, strict=True):
        _start_group(plain, of_group, cov)
        for kind, column, free in zip(
            of_group.kinds, of_group.layout.columns, of_group.parameters, strict=True
        ):
            if kind == Kind.LAMBDA:
                loadings.setdefault(int(column), []).append(int(free))
    given = np.array([table.rows[index].start for index in table.free_rows])
    yield np.where(np.isnan(given), plain, given)
    for places in loadings.values():
        turned = plain.copy()
        turned[places] *= -1.0
        yield np.where(np.isnan(given), turned, given)


def _start_group(start: FloatArray, of_group: GroupMatrices, cov: FloatArray) -> None:
    layout, parameters = of_group.layout, of_group.parameters
    kinds, rows, columns = layout.kinds, layout.rows, layout.columns
    spread = np.sqrt(np.diagonal(cov))
    lambda_ = layout.split(of_group.template)[Kind.LAMBDA].copy()
    free = kinds == Kind.LAMBDA
    lambda_[rows[free], columns[free]] = np.nan
    inner = {name: place for place, name in enumerate(layout.observed)}
    for factor, name in enumerate(layout.eta):
        if name in inner:
            scale = spread[inner[name]] ** 2
        else:
            items = np.flatnonzero(lambda_[:, factor] != 0)  # nan where free
            if not items.size:
                continue
            fixed = items[~np.isnan(lambda_[items, factor])]
            marker = int(fixed[0]) if fixed.size else int(items[0])
            unit = spread[marker] if fixed.size else 1.0
            own = free & (columns == factor)
            signs = np.where(cov[rows[own], marker] < 0, -1.0, 1.0)
            start[parameters[own]] = signs * spread[rows[own]] / (2.0 - bool(fixed.size)) / unit
            scale = LATENT_SHARE * spread[marker] ** 2
        variance = (kinds == Kind.PSI) & (rows == factor) & (columns == factor)
        start[parameters[variance]] = 0.5 * scale if name in inner else scale
    start[parameters[kinds == Kind.BETA]] = 0.0
    start[parameters[np.isin(kinds, (Kind.PSI, Kind.THETA)) & (rows != columns)]] = 0.0
    own = (kinds == Kind.THETA) & (rows == columns)
    start[parameters[own]] = 0.5 * spread[rows[own]] ** 2
