"""Where each parameter stands in the LISREL matrices of its group.

The all-y LISREL model of one group is

    y = nu + lambda_ eta + epsilon,   eta = alpha + beta eta + zeta,

with ``cov(zeta) = psi`` and ``cov(epsilon) = theta``. Observed variables that take part in a
regression, or covary with a variable that does, enter ``eta`` themselves, with a loading of 1
and no residual [joreskog1996]_.

References
----------
.. [joreskog1996] Jöreskog, K. G., & Sörbom, D. (1996). LISREL 8 user's reference guide. SSI.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.model.parameters import Parameter, ParameterTable

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


class Kind(IntEnum):
    """The matrix that a parameter belongs to."""

    LAMBDA = 0
    BETA = 1
    PSI = 2
    THETA = 3
    NU = 4
    ALPHA = 5
    TAU = 6
    DELTA = 7


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of a matrix."""

    kind: Kind
    row: int
    column: int


@dataclass(frozen=True)
class GroupMatrices:
    """The matrices of one group, and which cells are parameters.

    Parameters
    ----------
    observed, eta : tuple of str
        Names of ``y`` (``n_observed``) and of ``eta`` (``n_eta``): latent variables first.
    thresholds : tuple of str
        Names ``x|t1`` in the order of ``tau``.
    template : (n_cells,) array
        All matrices, one after another in the order of :class:`Kind`, with fixed values filled
        in and zero elsewhere.
    parameters : (n_local,) int array
        Free indices of the parameters of this group.
    places : tuple of Place
        Their cells.
    exogenous : tuple of Place
        Cells that hold moments of fixed covariates; rows and columns as in ``eta``.
    """

    observed: tuple[str, ...]
    eta: tuple[str, ...]
    thresholds: tuple[str, ...]
    template: FloatArray
    parameters: IntArray
    places: tuple[Place, ...]
    exogenous: tuple[Place, ...]

    @property
    def n_observed(self) -> int:
        """Number of observed variables."""
        return len(self.observed)

    @property
    def n_eta(self) -> int:
        """Number of latent variables and observed variables treated like them."""
        return len(self.eta)

    @cached_property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Shapes of the matrices in the order of :class:`Kind`."""
        return matrix_shapes(self.n_observed, self.n_eta, len(self.thresholds))

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """Where each matrix begins in ``template``, and where the last one ends."""
        return matrix_offsets(self.shapes)

    @cached_property
    def kinds(self) -> IntArray:
        """Matrix of each parameter, ``(n_local,)``."""
        return np.array([place.kind for place in self.places], dtype=np.intp)

    @cached_property
    def rows(self) -> IntArray:
        """Row of each parameter, ``(n_local,)``."""
        return np.array([place.row for place in self.places], dtype=np.intp)

    @cached_property
    def columns(self) -> IntArray:
        """Column of each parameter, ``(n_local,)``."""
        return np.array([place.column for place in self.places], dtype=np.intp)

    @cached_property
    def cells(self) -> tuple[IntArray, IntArray]:
        """Cells of ``template`` that parameters fill, and the local parameter of each."""
        cells: list[int] = []
        sources: list[int] = []
        for source, place in enumerate(self.places):
            for cell in self.cells_of(place):
                cells.append(cell)
                sources.append(source)
        return np.array(cells, dtype=np.intp), np.array(sources, dtype=np.intp)

    def cells_of(self, place: Place) -> tuple[int, ...]:
        """Cells of `template` that a parameter fills: two for a covariance."""
        width = self.shapes[place.kind][-1] if len(self.shapes[place.kind]) > 1 else 1
        base = self.offsets[place.kind]
        cell = base + place.row * width + place.column
        mirror = base + place.column * width + place.row
        symmetric = place.kind in (Kind.PSI, Kind.THETA) and cell != mirror
        return (cell, mirror) if symmetric else (cell,)

    def fill(self, params: FloatArray) -> FloatArray:
        """All cells at given parameters, ``(n_cells,)``."""
        values = self.template.copy()
        cells, sources = self.cells
        values[cells] = params[self.parameters][sources]
        return values

    def with_exogenous(self, mean: FloatArray, cov: FloatArray) -> GroupMatrices:
        """Fill in the sample moments of fixed covariates.

        Parameters
        ----------
        mean : (n_observed,) array
        cov : (n_observed, n_observed) array
            Of all observed variables in the order of ``observed``.
        """
        if not self.exogenous:
            return self
        template = self.template.copy()
        source = {name: index for index, name in enumerate(self.observed)}
        names = self.eta
        for place in self.exogenous:
            row = source[names[place.row]]
            if place.kind == Kind.ALPHA:
                template[self.offsets[Kind.ALPHA] + place.row] = mean[row]
            else:
                template[list(self.cells_of(place))] = cov[row, source[names[place.column]]]
        return GroupMatrices(
            self.observed,
            self.eta,
            self.thresholds,
            template,
            self.parameters,
            self.places,
            self.exogenous,
        )


def matrix_shapes(
    n_observed: int, n_eta: int, n_thresholds: int = 0
) -> tuple[tuple[int, ...], ...]:
    """Shapes of all matrices in the order of :class:`Kind`."""
    return (
        (n_observed, n_eta),
        (n_eta, n_eta),
        (n_eta, n_eta),
        (n_observed, n_observed),
        (n_observed,),
        (n_eta,),
        (n_thresholds,),
        (n_observed,),
    )


def matrix_offsets(shapes: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """Where each matrix begins when all are laid end to end."""
    return (0, *(end for end in accumulate(math.prod(shape) for shape in shapes)))


def group_matrices(table: ParameterTable, group: int, *, level: int = 0) -> GroupMatrices:
    """Place the parameters of one group (and level) in the LISREL matrices.

    Parameters
    ----------
    table : ParameterTable
    group : int
        Number of the group, from 1.
    level : int
        Number of the level, from 1; 0 in a single-level model.
    """
    rows = [row for row in table if row.group == group and row.level == level]
    variables = table.variables(level)
    observed = variables.observed
    eta = (*variables.latent, *_observed_in_eta(rows, observed, variables.latent))
    placing = _placing(rows, observed, eta)
    thresholds = tuple(placing.thresholds)
    shapes = matrix_shapes(len(observed), len(eta), len(thresholds))
    template = np.zeros(matrix_offsets(shapes)[-1])
    free = [row for row in rows if row.free >= 0]
    matrices = GroupMatrices(
        observed=observed,
        eta=eta,
        thresholds=thresholds,
        template=template,
        parameters=np.array([row.free for row in free], dtype=np.intp),
        places=tuple(placing.place(row) for row in free),
        exogenous=tuple(placing.place(row) for row in rows if np.isnan(row.fixed) and row.free < 0),
    )
    _fill_template(template, matrices, rows, placing)
    return matrices


def place_rows(
    table: ParameterTable, group: int, *, level: int = 0
) -> tuple[tuple[int, Place], ...]:
    """Find the cells of all rows of a group, free or not, with the numbers of the rows."""
    places: tuple[tuple[int, Place], ...] | None = table.found_places.get((group, level))
    if places is None:
        places = table.found_places[group, level] = _place_rows(table, group, level)
    return places


def _place_rows(table: ParameterTable, group: int, level: int) -> tuple[tuple[int, Place], ...]:
    chosen = [(i, r) for i, r in enumerate(table) if r.group == group and r.level == level]
    rows = [row for _, row in chosen]
    variables = table.variables(level)
    eta = (*variables.latent, *_observed_in_eta(rows, variables.observed, variables.latent))
    placing = _placing(rows, variables.observed, eta)
    return tuple((index, placing.place(row)) for index, row in chosen)


def _placing(rows: Sequence[Parameter], observed: Sequence[str], eta: Sequence[str]) -> _Placing:
    ordered = [row for row in rows if row.op == "|"]
    ordered.sort(key=lambda row: (observed.index(row.lhs), int(row.rhs[1:])))
    return _Placing(
        {name: index for index, name in enumerate(observed)},
        {name: index for index, name in enumerate(eta)},
        {row.name: index for index, row in enumerate(ordered)},
    )


def _fill_template(
    template: FloatArray,
    matrices: GroupMatrices,
    rows: Sequence[Parameter],
    placing: _Placing,
) -> None:
    offsets, n_eta = matrices.offsets, matrices.n_eta
    for name, column in placing.eta.items():
        if name in placing.observed:
            template[placing.observed[name] * n_eta + column] = 1.0
    template[offsets[Kind.DELTA] :] = 1.0
    for row in rows:
        if row.free < 0 and not np.isnan(row.fixed) and not (row.op == "=~" and row.lhs == row.rhs):
            template[list(matrices.cells_of(placing.place(row)))] = row.fixed


def _observed_in_eta(
    rows: Sequence[Parameter], observed: Sequence[str], latent: Sequence[str]
) -> tuple[str, ...]:
    in_eta = {name for row in rows if row.op in ("~", "<~") for name in (row.lhs, row.rhs)}
    in_eta |= set(latent)
    in_eta |= {row.lhs for row in rows if row.op == "~~" and row.exogenous}
    pairs = [(row.lhs, row.rhs) for row in rows if row.op == "~~" and row.lhs != row.rhs]
    grown = True
    while grown:
        size = len(in_eta)
        for pair in pairs:
            if in_eta.intersection(pair):
                in_eta.update(pair)
        grown = len(in_eta) > size
    return tuple(name for name in observed if name in in_eta)


@dataclass(frozen=True, slots=True)
class _Placing:
    """Indices of names in ``y``, ``eta`` and ``tau``."""

    observed: dict[str, int]
    eta: dict[str, int]
    thresholds: dict[str, int]

    def place(self, row: Parameter) -> Place:
        """Find the cell of a parameter."""
        match row.op:
            case "=~" if row.rhs in self.eta:
                return Place(Kind.BETA, self.eta[row.rhs], self.eta[row.lhs])
            case "=~":
                return Place(Kind.LAMBDA, self.observed[row.rhs], self.eta[row.lhs])
            case "~" | "<~":
                return Place(Kind.BETA, self.eta[row.lhs], self.eta[row.rhs])
            case "~~" if row.lhs in self.eta:
                return Place(Kind.PSI, self.eta[row.lhs], self.eta[row.rhs])
            case "~~":
                return Place(Kind.THETA, self.observed[row.lhs], self.observed[row.rhs])
            case "~1" if row.lhs in self.eta:
                return Place(Kind.ALPHA, self.eta[row.lhs], 0)
            case "~1":
                return Place(Kind.NU, self.observed[row.lhs], 0)
            case "|":
                return Place(Kind.TAU, self.thresholds[row.name], 0)
            case _:
                return Place(Kind.DELTA, self.observed[row.lhs], 0)
