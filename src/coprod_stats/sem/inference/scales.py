"""What a standardized solution divides by: variances of one group, with their derivatives.

All variances stand in one vector: of ``eta`` and of the observed variables, of the residuals of
both, and the scales of latent responses. Every cell of the model is multiplied by powers of at
most two of them, so that all rows of a table are standardized by two gathers.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.model.layout import Kind, Place
from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel
from coprod_stats.sem.model.matrices import PlacedRows

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]
_ETA, _Y, _PSI, _THETA, _DELTA = range(5)


_FIRST = np.array([_ETA, _ETA, _PSI, _THETA, _Y, _ETA, _Y, _DELTA])
_SECOND = np.array([_Y, _ETA, _PSI, _THETA, _Y, _ETA, _Y, _DELTA])
"""Kind of variance that a cell of each matrix is multiplied by; a variance by its total one."""

_POWERS = np.array([[0.5] * 2 + [-0.5] * 5 + [-1.0], [-0.5] * 4 + [0.0] * 4])
"""Powers of the two variances."""


class GroupScales:
    """Variances of one group (and level), and which of them each cell is divided by.

    Parameters
    ----------
    model : LisrelModel
    implied : ImpliedMoments
    placed : PlacedRows
        Cells to be standardized.
    """

    def __init__(self, model: LisrelModel, implied: ImpliedMoments, placed: PlacedRows) -> None:
        self.model, self.implied, self.placed = model, implied, placed
        parts = (
            np.diagonal(implied.eta_cov),
            np.diagonal(implied.cov),
            np.diagonal(implied.psi),
            np.diagonal(implied.theta),
            implied.delta,
        )
        self.variances = np.concatenate(parts)
        self.starts = np.cumsum([0, *(part.size for part in parts)]).tolist()
        """Where each kind of variance begins."""
        kinds, rows, columns = placed.coordinates
        is_variance = ((kinds == Kind.PSI) | (kinds == Kind.THETA)) & (rows == columns)
        first = np.where(is_variance, np.where(kinds == Kind.PSI, _ETA, _Y), _FIRST[kinds])
        starts = np.array(self.starts)
        index = np.where(kinds <= Kind.THETA, columns, self._items_of(kinds, rows))
        self.sources = np.stack([starts[first] + index, starts[_SECOND[kinds]] + rows], axis=1)
        self.sources[kinds > Kind.THETA, 1] = 0
        self.powers = _POWERS[:, kinds].T.copy()
        self.powers[is_variance] = -1.0, 0.0

    def _items_of(self, kinds: IntArray, rows: IntArray) -> IntArray:
        """Rows of cells, for thresholds those of their items."""
        matrices = self.model.matrices
        if not matrices.thresholds:
            return rows
        items = [matrices.observed.index(n.partition("|")[0]) for n in matrices.thresholds]
        is_threshold = kinds == Kind.TAU
        found = rows.copy()
        found[is_threshold] = np.array(items)[rows[is_threshold]]
        return found

    def used_powers(self, is_scaled: tuple[BoolArray, bool]) -> FloatArray:
        """Powers of the variances, ``(n_places, 2)``, 0 for those that stay as they are.

        Parameters
        ----------
        is_scaled : ((n_eta,) bool array, bool)
            Which elements of ``eta`` are standardized, and whether observed variables are.
        """
        of_eta, of_y = is_scaled
        n_observed = self.model.matrices.n_observed
        y = np.full(n_observed, of_y)
        chosen = np.concatenate([of_eta, y, of_eta, y, y])
        return np.where(chosen[self.sources], self.powers, 0.0)

    def factors(self, powers: FloatArray) -> FloatArray:
        """Compute what each cell is multiplied by, ``(n_places,)``; nan at variances not positive.

        Parameters
        ----------
        powers : (n_places, 2) array
            From :meth:`used_powers`.
        """
        variances = self.variances[self.sources]
        usable = (variances > 0) | (powers == 0)
        factors = np.prod(np.where(usable, variances, 1.0) ** powers, axis=1, where=powers != 0)
        return np.where(usable.all(axis=1), factors, np.nan)

    def relative_slopes(self, powers: FloatArray) -> FloatArray:
        """Differentiate the logarithms of the factors by the group's parameters.

        Parameters
        ----------
        powers : (n_places, 2) array

        Returns
        -------
        (n_places, n_local) array
        """
        variances = self.variances[self.sources]
        shares = np.divide(powers, variances, out=np.zeros_like(powers), where=variances > 0)
        weights = np.zeros((len(powers), self.variances.size))
        every = np.arange(len(powers))
        weights[every, self.sources[:, 0]] = shares[:, 0]
        weights[every, self.sources[:, 1]] += shares[:, 1]
        return weights @ self._slopes

    @cached_property
    def _slopes(self) -> FloatArray:
        """Derivatives of the variances by the group's parameters, ``(n_variances, n_local)``."""
        model, implied = self.model, self.implied
        index = np.arange(model.matrices.n_observed)
        slopes = np.zeros((self.variances.size, model.parameters.size))
        slopes[self.starts[_ETA] : self.starts[_Y]] = model.eta_variance_jacobian(implied)
        slopes[self.starts[_Y] : self.starts[_PSI]] = model.cov_jacobian(implied, index, index)
        kinds, rows, columns = model.matrices.kinds, model.matrices.rows, model.matrices.columns
        for part, kind in ((_PSI, Kind.PSI), (_THETA, Kind.THETA), (_DELTA, Kind.DELTA)):
            own = np.flatnonzero((kinds == kind) & ((rows == columns) | (kind == Kind.DELTA)))
            slopes[self.starts[part] + rows[own], own] = 1.0
        if model.has_implicit_cells:
            for source in np.unique(self.sources[self.powers != 0]):
                for part, kind in ((_PSI, Kind.PSI), (_THETA, Kind.THETA), (_DELTA, Kind.DELTA)):
                    item = int(source) - self.starts[part]
                    if 0 <= item < self.starts[part + 1] - self.starts[part]:
                        place = Place(kind, item, 0 if kind == Kind.DELTA else item)
                        slopes[source] += model.implicit_jacobian(implied, place)
        return slopes

    @cached_property
    def own_slopes(self) -> FloatArray:
        """Derivatives of the cells by the group's parameters, ``(n_places, n_local)``."""
        parameters = self.model.parameters
        slopes = np.zeros((len(self.placed.free), parameters.size))
        is_free = self.placed.free >= 0
        slopes[is_free] = self.placed.free[is_free, None] == parameters
        if self.model.has_implicit_cells:
            for number in np.flatnonzero(~is_free):
                place = self.placed.places[number]
                slopes[number] = self.model.implicit_jacobian(self.implied, place)
        return slopes
