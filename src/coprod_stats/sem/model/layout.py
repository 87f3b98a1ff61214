"""Cells of the LISREL matrices of a group, and where its parameters stand in them.

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
from typing import Any

import numpy as np
from numpy.typing import NDArray

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


@dataclass(frozen=True, eq=False)
class Layout:
    """Which cells are parameters; groups of the same structure share one layout.

    Parameters
    ----------
    observed, eta : tuple of str
        Names of ``y`` (``n_observed``) and of ``eta`` (``n_eta``): latent variables first.
    thresholds : tuple of str
        Names ``x|t1`` in the order of ``tau``.
    places : tuple of Place
        Cells of the parameters.
    """

    observed: tuple[str, ...]
    eta: tuple[str, ...]
    thresholds: tuple[str, ...]
    places: tuple[Place, ...]

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
        p, m = self.n_observed, self.n_eta
        return ((p, m), (m, m), (m, m), (p, p), (p,), (m,), (len(self.thresholds),), (p,))

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """Where each matrix begins when all are laid end to end, and where the last one ends."""
        return (0, *accumulate(math.prod(shape) for shape in self.shapes))

    @cached_property
    def widths(self) -> IntArray:
        """Columns of each matrix, 1 for the vectors."""
        return np.array([self.n_eta] * 3 + [self.n_observed] + [1] * 4, dtype=np.intp)

    def split(self, cells: NDArray[Any]) -> list[NDArray[Any]]:
        """View the matrices that lie end to end on the last axis, ``(..., n_cells)``."""
        return [
            cells[..., start:end].reshape(*cells.shape[:-1], *shape)
            for start, end, shape in zip(self.offsets, self.offsets[1:], self.shapes, strict=False)
        ]

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
        """Cells that parameters fill, and the local parameter of each."""
        cells = self.flat(self.kinds, self.rows, self.columns)
        mirrored = self.flat(self.kinds, self.columns, self.rows)
        is_symmetric = (self.kinds == Kind.PSI) | (self.kinds == Kind.THETA)
        twice = np.flatnonzero(is_symmetric & (self.rows != self.columns))
        every = np.arange(len(self.places))
        return np.concatenate([cells, mirrored[twice]]), np.concatenate([every, twice])

    def flat(self, kinds: IntArray, rows: IntArray, columns: IntArray) -> IntArray:
        """Index the cells where all matrices lie end to end, ``(n,)``."""
        return np.asarray(np.array(self.offsets)[kinds] + rows * self.widths[kinds] + columns)

    def cells_of(self, place: Place) -> tuple[int, ...]:
        """Cells that a parameter fills: two for a covariance."""
        width, base = int(self.widths[place.kind]), self.offsets[place.kind]
        cell = base + place.row * width + place.column
        mirror = base + place.column * width + place.row
        symmetric = place.kind in (Kind.PSI, Kind.THETA) and cell != mirror
        return (cell, mirror) if symmetric else (cell,)

    @cached_property
    def is_kind(self) -> FloatArray:
        """Ones for the parameters of each matrix, ``(n_kinds, n_local)``."""
        kinds = np.arange(len(Kind))
        return np.asarray(kinds[:, None] == self.kinds, dtype=np.float64)

    @cached_property
    def is_directed(self) -> FloatArray:
        """Ones for loadings and regressions, ``(n_local,)``."""
        return np.asarray(self.is_kind[Kind.LAMBDA] + self.is_kind[Kind.BETA])

    @cached_property
    def directed(self) -> IntArray:
        """Local indices of loadings and regressions."""
        return np.flatnonzero(self.kinds <= Kind.BETA)

    @cached_property
    def directed_span(self) -> slice | IntArray:
        """The same, as a slice where they follow one another."""
        return span(self.directed)

    @cached_property
    def eta_rows(self) -> IntArray:
        """Row of a cell in ``eta``, 0 where its rows are not, ``(n_local,)``."""
        return np.asarray(self.rows * np.array([0, 1, 1, 0, 0, 1, 0, 0])[self.kinds])

    @cached_property
    def eta_columns(self) -> IntArray:
        """Column of a cell in ``eta``, 0 where its columns are not, ``(n_local,)``."""
        return np.asarray(self.columns * np.array([1, 1, 1, 0, 0, 0, 0, 0])[self.kinds])

    @cached_property
    def bends_by_row(self) -> FloatArray:
        """Factors of the mixed second derivatives by the row of a cell, ``(n_local,)``."""
        return np.asarray(self.is_kind[Kind.BETA] + self.bends_by_column)

    @cached_property
    def bends_by_column(self) -> FloatArray:
        """Factors of the mixed second derivatives by the column of a cell, ``(n_local,)``."""
        return np.asarray(self.is_kind[Kind.PSI] * self.h)

    @cached_property
    def sources(self) -> IntArray:
        """Element of ``eta`` that each loading or regression comes from, ``(n_directed,)``."""
        return self.columns[self.directed]

    @cached_property
    def u(self) -> IntArray:
        """Column of ``Q`` that is ``u``, ``(n_local,)``; see :mod:`.lisrel`."""
        in_eta = np.array([0, 1, 1, 0, 0, 1, 0, 0])[self.kinds]
        return np.where(self.kinds >= Kind.TAU, 0, self.rows + self.n_observed * in_eta)

    @cached_property
    def v(self) -> IntArray:
        """Column of ``Q`` that is ``v``, ``(n_local,)``."""
        from_eta, from_cross = self.n_observed, self.n_observed + self.n_eta
        offsets = np.array([from_cross, from_cross, from_eta, 0, 0, 0, 0, 0])
        return np.where(self.kinds >= Kind.TAU, 0, self.columns + offsets[self.kinds])

    @cached_property
    def h(self) -> FloatArray:
        """Factor of ``u v' + v u'``, ``(n_local,)``."""
        on_diagonal = self.rows == self.columns
        factors = np.array([[1, 1, 1, 1, 0, 0, 0, 0], [1, 1, 0.5, 0.5, 0, 0, 0, 0]])
        return np.asarray(factors[on_diagonal.astype(np.intp), self.kinds])

    @cached_property
    def hh(self) -> FloatArray:
        """Products of the factors ``h``, ``(n_local, n_local)``."""
        return np.asarray(self.h[:, None] * self.h)

    @cached_property
    def mean_units(self) -> FloatArray:
        """Ones for intercepts and means, ``(n_local,)``."""
        return np.asarray(self.is_kind[Kind.NU] + self.is_kind[Kind.ALPHA])


def coordinates(places: Sequence[Place]) -> IntArray:
    """Matrix, row and column of each cell, ``(3, n)``."""
    found = [(place.kind, place.row, place.column) for place in places]
    return np.array(found, dtype=np.intp).reshape(-1, 3).T


def square(indices: slice | IntArray) -> tuple[slice, slice] | tuple[IntArray, ...]:
    """Index the same rows and columns of a matrix."""
    return (indices, indices) if isinstance(indices, slice) else np.ix_(indices, indices)


def span(indices: IntArray) -> slice | IntArray:
    """Convert consecutive indices to a slice, which is faster."""
    if indices.size and (np.diff(indices) == 1).all():
        return slice(int(indices[0]), int(indices[-1]) + 1)
    return indices
