"""Blocks of exploratory factors in a parameter table.

A block can be turned without any change in fit where the model treats its factors alike: each
indicator, predictor, outcome and covariate of one factor is that of all, none of these parameters
is fixed at a value other than 0 or tied to another one, and the factors have unit (residual)
variances. The turns then number m² − m for m factors, and half of that for orthogonal ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemModelError
from coprod_stats.sem.model.constraints import Restrictions, restrictions
from coprod_stats.sem.model.layout import Kind, Place
from coprod_stats.sem.model.matrices import GroupMatrices, group_matrices
from coprod_stats.sem.model.parameters import Parameter, ParameterTable

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Block:
    """A block of two exploratory factors or more.

    Parameters
    ----------
    name : str
        As given by ``efa("name")``.
    factors, items : tuple of str
    """

    name: str
    factors: tuple[str, ...]
    items: tuple[str, ...]


def rotated_blocks(table: ParameterTable) -> tuple[Block, ...]:
    """Find the blocks that there is something to rotate in.

    Raises
    ------
    SemModelError
        Where a factor stands in two blocks, or a block has fewer items than factors; in models
        with two levels.
    """
    if any(row.efa and row.level for row in table):
        raise SemModelError("efa() blocks are not implemented for two-level models")
    factors: dict[str, dict[str, None]] = {}
    items: dict[str, dict[str, None]] = {}
    home: dict[str, str] = {}
    for row in table:
        if row.op == "=~" and row.efa:
            if home.setdefault(row.lhs, row.efa) != row.efa:
                raise SemModelError(f"'{row.lhs}' stands in two efa() blocks")
            factors.setdefault(row.efa, {})[row.lhs] = None
            items.setdefault(row.efa, {})[row.rhs] = None
    blocks = []
    for name, members in factors.items():
        if len(members) < 2:
            continue
        if len(items[name]) < len(members):
            raise SemModelError(
                f"efa block '{name}': {len(members)} factors need as many items or more"
            )
        blocks.append(Block(name, tuple(members), tuple(items[name])))
    return tuple(blocks)


def check_rotatable(table: ParameterTable, blocks: Sequence[Block], *, orthogonal: bool) -> None:
    """Refuse models that a rotation would change.

    Parameters
    ----------
    table : ParameterTable
    blocks : sequence of Block
    orthogonal : bool
        Whether covariances within a block are to be 0 rather than free.

    Raises
    ------
    SemModelError
        With the parameters that stand in the way.
    """
    for group in range(1, table.n_groups + 1):
        matrices = group_matrices(table, group)
        cells = _Cells(matrices)
        for block in blocks:
            places = np.array([matrices.eta.index(name) for name in block.factors])
            where = table.in_group(group)
            _check_within(cells, block, places, where, orthogonal=orthogonal)
            _check_across(cells, block, places, where)
    moving = moving_parameters(table, blocks)
    _check_rows(moving)
    _check_restrictions(restrictions(table), moving)


class _Cells:
    """Which cells of the matrices are free, and the values of the others."""

    def __init__(self, matrices: GroupMatrices) -> None:
        self.matrices = matrices
        is_free = np.zeros(matrices.template.size, dtype=bool)
        is_free[matrices.layout.cells[0]] = True
        self.free = matrices.layout.split(is_free)
        self.values = matrices.layout.split(matrices.template)


def _check_within(
    cells: _Cells, block: Block, places: IntArray, where: str, *, orthogonal: bool
) -> None:
    own = np.ix_(places, places)
    psi_free, psi = cells.free[Kind.PSI][own], cells.values[Kind.PSI][own]
    if np.diagonal(psi_free).any() or (np.diagonal(psi) != 1.0).any():
        raise SemModelError(
            f"efa block '{block.name}'{where}: the factors' variances must be 1; omit them from "
            "the model, and do not hold loadings equal across groups"
        )
    if cells.free[Kind.BETA][own].any() or cells.values[Kind.BETA][own].any():
        raise SemModelError(f"efa block '{block.name}': its factors cannot predict each other")
    apart = ~np.eye(len(places), dtype=bool)
    ready = not psi_free[apart].any() if orthogonal else bool(psi_free[apart].all())
    if not ready or psi[apart].any():
        raise SemModelError(
            f"efa block '{block.name}'{where}: covariances of its factors follow from the "
            "rotation; omit them from the model"
        )


def _check_across(cells: _Cells, block: Block, places: IntArray, where: str) -> None:
    """Each other variable must be related to all factors of the block, freely, or to none."""
    eta, observed = cells.matrices.eta, cells.matrices.observed
    others = [place for place in range(len(eta)) if place not in set(places.tolist())]
    lines: list[tuple[Kind, tuple[int | IntArray, ...], str]] = [
        (Kind.LAMBDA, (row, places), name) for row, name in enumerate(observed)
    ]
    for other in others:
        lines.append((Kind.BETA, (other, places), eta[other]))
        lines.append((Kind.BETA, (places, other), eta[other]))
        lines.append((Kind.PSI, (other, places), eta[other]))
    lines.append((Kind.ALPHA, (places,), "the mean"))
    for kind, line, name in lines:
        free, values = cells.free[kind][line], cells.values[kind][line]
        if free.all() or not (free.any() or values.any()):
            continue
        raise SemModelError(
            f"efa block '{block.name}'{where}: {name} must be related freely to all its factors "
            f"({', '.join(block.factors)}) or to none, or a rotation would change the model"
        )


def moving_parameters(table: ParameterTable, blocks: Sequence[Block]) -> dict[int, Parameter]:
    """Free parameters that a rotation changes: all that name a factor of a block."""
    factors = {name for block in blocks for name in block.factors}
    rows = [table.rows[index] for index in table.free_rows]
    return {row.free: row for row in rows if factors & {row.lhs, row.rhs}}


def _check_rows(moving: dict[int, Parameter]) -> None:
    for row in moving.values():
        if not np.isnan(row.start):
            raise SemModelError(
                f"start() has no effect on {row.name}, which the rotation determines"
            )


def _check_restrictions(limits: Restrictions, moving: dict[int, Parameter]) -> None:
    reach = limits.basis @ np.linalg.pinv(limits.basis)
    tied = [
        row.name
        for free, row in moving.items()
        if abs(reach[free, free] - 1.0) > 1e-8 or abs(limits.origin[free]) > 1e-12
    ]
    for function in (*limits.equalities, *limits.inequalities):
        tied += [moving[free].name for free in function.indices if free in moving]
    if tied:
        raise SemModelError(
            f"equalities, bounds and constraints of {', '.join(dict.fromkeys(tied))} are not "
            "implemented: a rotation of the efa block changes these parameters"
        )


def unrotated_table(
    table: ParameterTable, blocks: Sequence[Block], pivots: Sequence[Sequence[Sequence[str]]]
) -> ParameterTable:
    """Identify blocks by zeros: uncorrelated factors, and pivot items that load on few.

    The k-th pivot of a block loads on its first k factors only, as in lavaan's echelon form, where
    the pivots are the first items.

    Parameters
    ----------
    table : ParameterTable
        Its covariances within blocks and its loadings are free.
    blocks : sequence of Block
    pivots : sequence
        Per group and block, one item less than the block has factors.
    """
    zeros = set()
    for group, of_blocks in enumerate(pivots, start=1):
        for block, items in zip(blocks, of_blocks, strict=True):
            for k, item in enumerate(items):
                zeros |= {(group, factor, "=~", item) for factor in block.factors[k + 1 :]}
            zeros |= {(group, a, "~~", b) for a in block.factors for b in block.factors if a != b}
    rows = []
    free = 0
    for row in table:
        is_zero = (row.group, row.lhs, row.op, row.rhs) in zeros
        if row.free < 0 or is_zero:
            rows.append(replace(row, free=-1, fixed=0.0) if is_zero else row)
        else:
            rows.append(replace(row, free=free))
            free += 1
    return replace(table, rows=tuple(rows))


def block_places(matrices: GroupMatrices, block: Block) -> tuple[tuple[Place, ...], ...]:
    """Cells of the loadings of a block, per item and factor."""
    columns = [matrices.eta.index(name) for name in block.factors]
    return tuple(
        tuple(_loading_place(matrices, item, column) for column in columns) for item in block.items
    )


def _loading_place(matrices: GroupMatrices, item: str, column: int) -> Place:
    if item in matrices.eta:
        return Place(Kind.BETA, matrices.eta.index(item), column)
    return Place(Kind.LAMBDA, matrices.observed.index(item), column)


def residual_places(matrices: GroupMatrices, block: Block) -> tuple[Place, ...]:
    """Cells of the residual variances of a block's items."""
    places = []
    for item in block.items:
        in_eta = item in matrices.eta
        row = matrices.eta.index(item) if in_eta else matrices.observed.index(item)
        places.append(Place(Kind.PSI if in_eta else Kind.THETA, row, row))
    return tuple(places)
