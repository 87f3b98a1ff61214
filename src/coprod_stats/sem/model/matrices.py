"""The matrices of a group: their layout, what is fixed in them, and which parameters fill them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.model.layout import Kind, Layout, Place, coordinates
from coprod_stats.sem.model.parameters import Parameter, ParameterTable

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


@dataclass(frozen=True)
class GroupMatrices:
    """The matrices of one group, or of groups with the same variables on a leading axis.

    Parameters
    ----------
    layout : Layout
        Which cells are parameters.
    template : (n_cells,) array
        All matrices, one after another in the order of :class:`Kind`, with fixed values filled
        in and zero elsewhere; ``(n_groups, n_cells)`` for stacked groups.
    parameters : (n_local,) int array
        Free indices of the parameters of this group; ``(n_groups, n_local)`` for stacked groups,
        with -1 where a cell is fixed in a group.
    exogenous : tuple of Place
        Cells that hold moments of fixed covariates; rows and columns as in ``eta``.
    """

    layout: Layout
    template: FloatArray
    parameters: IntArray
    exogenous: tuple[Place, ...]

    @property
    def observed(self) -> tuple[str, ...]:
        """Names of ``y``."""
        return self.layout.observed

    @property
    def eta(self) -> tuple[str, ...]:
        """Names of ``eta``: latent variables first."""
        return self.layout.eta

    @property
    def thresholds(self) -> tuple[str, ...]:
        """Names ``x|t1`` in the order of ``tau``."""
        return self.layout.thresholds

    @property
    def places(self) -> tuple[Place, ...]:
        """Cells of the parameters."""
        return self.layout.places

    @property
    def n_observed(self) -> int:
        """Number of observed variables."""
        return self.layout.n_observed

    @property
    def n_eta(self) -> int:
        """Number of latent variables and observed variables treated like them."""
        return self.layout.n_eta

    @property
    def kinds(self) -> IntArray:
        """Matrix of each parameter, ``(n_local,)``."""
        return self.layout.kinds

    @property
    def rows(self) -> IntArray:
        """Row of each parameter, ``(n_local,)``."""
        return self.layout.rows

    @property
    def columns(self) -> IntArray:
        """Column of each parameter, ``(n_local,)``."""
        return self.layout.columns

    def fill(self, params: FloatArray) -> FloatArray:
        """All cells at given parameters, ``(n_cells,)``."""
        values = self.template.copy()
        cells, sources = self.layout.cells
        filled = params[self.parameters[..., sources]]
        if not self.is_present.all():
            filled = np.where(self.is_present[..., sources], filled, values[..., cells])
        values[..., cells] = filled
        return values

    @cached_property
    def is_present(self) -> NDArray[np.bool_]:
        """Whether each cell of the layout is a parameter of the group, as `parameters`."""
        return np.asarray(self.parameters >= 0)

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
                template[self.layout.offsets[Kind.ALPHA] + place.row] = mean[row]
            else:
                template[list(self.layout.cells_of(place))] = cov[row, source[names[place.column]]]
        return replace(self, template=template)


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
    placed = place_rows(table, group, level=level)
    free = np.flatnonzero(placed.free >= 0).tolist()
    structure = (*placed.names, tuple(placed.places[row] for row in free))
    layout = table.found_layouts.setdefault(structure, Layout(*structure))
    return GroupMatrices(
        layout=layout,
        template=_template(table, layout, placed),
        parameters=placed.free[free],
        exogenous=tuple(
            place
            for number, place in zip(placed.numbers.tolist(), placed.places, strict=True)
            if np.isnan(table.rows[number].fixed) and table.rows[number].free < 0
        ),
    )


def _template(table: ParameterTable, layout: Layout, placed: PlacedRows) -> FloatArray:
    template = np.zeros(layout.offsets[-1])
    items = {name: index for index, name in enumerate(layout.observed)}
    for column, name in enumerate(layout.eta):
        if name in items:
            template[layout.cells_of(Place(Kind.LAMBDA, items[name], column))[0]] = 1.0
    template[layout.offsets[Kind.DELTA] :] = 1.0
    for number, place in zip(placed.numbers.tolist(), placed.places, strict=True):
        row = table.rows[number]
        of_itself = row.op == "=~" and row.lhs == row.rhs
        if row.free < 0 and not np.isnan(row.fixed) and not of_itself:
            template[list(layout.cells_of(place))] = row.fixed
    return template


def stacked_matrices(groups: Sequence[GroupMatrices]) -> GroupMatrices:
    """Stack groups with the same variables on a leading axis.

    Parameters
    ----------
    groups : sequence of GroupMatrices
        With equal names. What is a parameter of some of them and fixed in others is -1 in the
        `parameters` of the others.
    """
    layouts = dict.fromkeys(group.layout for group in groups)
    layout = groups[0].layout
    if len(layouts) > 1:
        places = dict.fromkeys(place for one in layouts for place in one.places)
        layout = replace(layout, places=tuple(places))
    local = {place: number for number, place in enumerate(layout.places)}
    parameters = np.full((len(groups), len(local)), -1, dtype=np.intp)
    for row, group in zip(parameters, groups, strict=True):
        row[[local[place] for place in group.places]] = group.parameters
    template = np.stack([group.template for group in groups])
    return replace(groups[0], layout=layout, template=template, parameters=parameters)


@dataclass(frozen=True)
class PlacedRows:
    """Rows of the table that belong to a group (and level), and their cells.

    Parameters
    ----------
    names : tuple
        Names of ``y``, of ``eta`` and of thresholds, as in :class:`Layout`.
    numbers : (n_rows,) int array
        Places of the rows in the table.
    free : (n_rows,) int array
        Their free indices, -1 for fixed ones.
    places : tuple of Place
        Their cells.
    """

    names: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
    numbers: IntArray
    free: IntArray
    places: tuple[Place, ...]

    @cached_property
    def coordinates(self) -> IntArray:
        """Matrix, row and column of each cell, ``(3, n_rows)``."""
        return coordinates(self.places)


def place_rows(table: ParameterTable, group: int, *, level: int = 0) -> PlacedRows:
    """Find the cells of all rows of a group, free or not."""
    placed: PlacedRows | None = table.found_places.get((group, level))
    if placed is None:
        placed = table.found_places[group, level] = _place_rows(table, group, level)
    return placed


def _place_rows(table: ParameterTable, group: int, level: int) -> PlacedRows:
    numbers = table.block_rows[group, level]
    rows = [table.rows[number] for number in numbers]
    variables = table.variables(group, level)
    observed = variables.observed
    eta = (*variables.latent, *_observed_in_eta(rows, observed, variables.latent))
    placing = _placing(rows, observed, eta)
    return PlacedRows(
        names=(observed, eta, tuple(placing.thresholds)),
        numbers=np.array(numbers, dtype=np.intp),
        free=np.array([row.free for row in rows], dtype=np.intp),
        places=tuple(placing.place(row) for row in rows),
    )


def _placing(rows: Sequence[Parameter], observed: Sequence[str], eta: Sequence[str]) -> _Placing:
    ordered = [row for row in rows if row.op == "|"]
    ordered.sort(key=lambda row: (observed.index(row.lhs), int(row.rhs[1:])))
    return _Placing(
        {name: index for index, name in enumerate(observed)},
        {name: index for index, name in enumerate(eta)},
        {row.name: index for index, row in enumerate(ordered)},
    )


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
