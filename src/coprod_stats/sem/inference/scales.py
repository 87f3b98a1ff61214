"""What a standardized solution divides by: variances of one group, with their derivatives.

All variances stand in one vector: of ``eta`` and of the observed variables, of the residuals of
both, and the scales of latent responses. Every cell of the model is multiplied by powers of at
most two of them, so that all rows of a table are standardized by two gathers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.model.completed_model import CompletedModel
from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel
from coprod_stats.sem.model.matrices import Kind, Place

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]
_ETA, _Y, _PSI, _THETA, _DELTA = range(5)


class GroupScales:
    """Variances of one group (and level), and which of them each cell is divided by.

    Parameters
    ----------
    model : LisrelModel
    implied : ImpliedMoments
    places : sequence of Place
        Cells to be standardized.
    """

    def __init__(
        self, model: LisrelModel, implied: ImpliedMoments, places: Sequence[Place]
    ) -> None:
        self.model, self.implied, self.places = model, implied, places
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
        found = [self._divisors(place) for place in places]
        sources = [
            [self.starts[part] + index for part, index, _ in pair] + [0] * (2 - len(pair))
            for pair in found
        ]
        powers = [[power for _, _, power in pair] + [0.0] * (2 - len(pair)) for pair in found]
        self.sources = np.array(sources, dtype=np.intp).reshape(-1, 2)
        self.powers = np.array(powers, dtype=np.float64).reshape(-1, 2)

    def _divisors(self, place: Place) -> tuple[tuple[int, int, float], ...]:
        """Kind and index of each variance that a cell is multiplied by, and its power."""
        row, column = place.row, place.column
        match place.kind:
            case Kind.LAMBDA:
                return (_ETA, column, 0.5), (_Y, row, -0.5)
            case Kind.BETA:
                return (_ETA, column, 0.5), (_ETA, row, -0.5)
            case Kind.PSI if row == column:
                return ((_ETA, row, -1.0),)
            case Kind.PSI:
                return (_PSI, row, -0.5), (_PSI, column, -0.5)
            case Kind.THETA if row == column:
                return ((_Y, row, -1.0),)
            case Kind.THETA:
                return (_THETA, row, -0.5), (_THETA, column, -0.5)
            case Kind.NU:
                return ((_Y, row, -0.5),)
            case Kind.ALPHA:
                return ((_ETA, row, -0.5),)
            case Kind.TAU:
                matrices = self.model.matrices
                item = matrices.thresholds[row].partition("|")[0]
                return ((_Y, matrices.observed.index(item), -0.5),)
            case _:
                return ((_DELTA, row, -1.0),)

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
        """Compute what each cell is multiplied by, ``(n_places,)``.

        Nan at negative variances and where a variance of 0 divides; what such a variable is
        multiplied by is 0. Covariances are divided by the roots of absolute residual variances,
        as lavaan has it.

        Parameters
        ----------
        powers : (n_places, 2) array
            From :meth:`used_powers`.
        """
        variances = np.where(self._is_residual, np.abs(self.variances), self.variances)
        variances = variances[self.sources]
        usable = (variances > 0) | (powers == 0) | ((variances == 0) & (powers > 0))
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
        divides = (variances > 0) | (self._is_residual[self.sources] & (variances < 0))
        shares = np.divide(powers, variances, out=np.zeros_like(powers), where=divides)
        slopes = self._slopes[self.sources]
        return np.asarray(shares[:, :1] * slopes[:, 0] + shares[:, 1:] * slopes[:, 1])

    @cached_property
    def _is_residual(self) -> BoolArray:
        """Whether a variance is that of a residual, ``(n_variances,)``."""
        place = np.arange(self.variances.size)
        return np.asarray((self.starts[_PSI] <= place) & (place < self.starts[_DELTA]))

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
        if isinstance(model, CompletedModel):
            for source in np.unique(self.sources[self.powers != 0]):
                for part, kind in ((_PSI, Kind.PSI), (_THETA, Kind.THETA), (_DELTA, Kind.DELTA)):
                    item = int(source) - self.starts[part]
                    if 0 <= item < self.starts[part + 1] - self.starts[part]:
                        place = Place(kind, item, 0 if kind == Kind.DELTA else item)
                        slopes[source] += model.implicit_jacobian(implied, place)
        return slopes

    def own_slopes(self, free: Sequence[int]) -> FloatArray:
        """Differentiate the cells themselves, ``(n_places, n_local)``.

        Parameters
        ----------
        free : sequence of int
            Free parameter of each cell; -1 where there is none.
        """
        model = self.model
        local = {index: place for place, index in enumerate(model.parameters.tolist())}
        slopes = np.zeros((len(self.places), model.parameters.size))
        for number, (place, index) in enumerate(zip(self.places, free, strict=True)):
            if index >= 0:
                slopes[number, local[index]] = 1.0
            elif isinstance(model, CompletedModel):
                slopes[number] = model.implicit_jacobian(self.implied, place)
        return slopes
