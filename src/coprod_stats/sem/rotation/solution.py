"""From the unrotated solution of a model with exploratory blocks to the rotated one.

With the rotation ``H`` of the latent variables (the identity outside the blocks), ``η`` becomes
``H'η`` and

    Λ H'⁻¹,   H' B H'⁻¹,   H' Ψ H,   H' α

are the rotated matrices [asparouhov2009]_; the implied moments stay what they were. The rotated
parameters are differentiable functions of the unrotated ones. Their Jacobian takes the place of
the linear restrictions of the model: along its columns, and only along these, the rotated
parameters can move. Standard errors of all kinds, tests, modification indices and standardized
solutions follow from there as for any model (the delta method; for the information matrix the
same as bordering it by the conditions of stationarity).

References
----------
.. [asparouhov2009] Asparouhov, T., & Muthén, B. (2009). Exploratory structural equation modeling.
   Structural Equation Modeling, 16, 397-438.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemModelError
from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.estimation.objective import Objective
from coprod_stats.sem.model.constraints import Function, Restrictions
from coprod_stats.sem.model.layout import Kind, Place, coordinates
from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.problems.problem import Problem
from coprod_stats.sem.rotation.block_rotation import BlockRotation, rotate_block, rotate_like
from coprod_stats.sem.rotation.blocks import Block, block_places, residual_places
from coprod_stats.sem.rotation.options import RotationOptions
from coprod_stats.sem.rotation.turn_derivatives import UnrotatedBlock, turn_slopes

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

_TURNED = (Kind.LAMBDA, Kind.BETA, Kind.PSI, Kind.ALPHA)

SAME_FIT = 1e-8
"""Largest change of the discrepancy, relative to its size, that rounding may cause."""


@dataclass(frozen=True, slots=True)
class RotatedSolution:
    """A rotated estimate.

    Parameters
    ----------
    estimate : Estimate
        Of the table with all loadings free; its restrictions are the directions in which the
        rotated parameters move with the data.
    unrotated : Estimate
    blocks : tuple of Block
    rotations : tuple of tuple of BlockRotation
        Per group and block.
    options : RotationOptions
    is_determined : bool
        Whether the criterion settles every rotation; if not, there are no standard errors.
    """

    estimate: Estimate
    unrotated: Estimate
    blocks: tuple[Block, ...]
    rotations: tuple[tuple[BlockRotation, ...], ...]
    options: RotationOptions
    is_determined: bool


def rotated_solution(
    unrotated: Estimate,
    problem: Problem,
    blocks: Sequence[Block],
    *,
    options: RotationOptions,
) -> RotatedSolution:
    """Rotate an estimate.

    Parameters
    ----------
    unrotated : Estimate
        Of :func:`~coprod_stats.sem.rotation.blocks.unrotated_table`.
    problem : Problem
        With the blocks' loadings and covariances free.
    blocks : sequence of Block
    options : RotationOptions

    Raises
    ------
    SemOptionError
        Where a target does not fit a block.
    SemModelError
        Where the rotated model fits differently: it lacks a parameter that the rotation needs.
    """
    table, models = problem.table, problem.models()
    params = np.empty(table.n_free)
    jacobian = np.zeros((table.n_free, unrotated.table.n_free))
    rotations = []
    determined = True
    for model, source, implied in zip(models, unrotated.models, unrotated.implied, strict=True):
        group = _GroupRotation(source, implied, blocks, options)
        found = tuple(rotate_block(b.loadings, b.residual_variances, options) for b in group.blocks)
        rotations.append(found)
        params[model.parameters] = group.params(model, found)
        slopes, settled = group.jacobian(model, found)
        determined &= settled
        jacobian[np.ix_(model.parameters, source.parameters)] = slopes
    objective = problem.objective(models)
    moved = _Moved(params, jacobian, _moved_indices(unrotated.table, table))
    estimate = _estimate(unrotated, problem, models, objective, moved)
    return RotatedSolution(
        estimate, unrotated, tuple(blocks), tuple(rotations), options, determined
    )


def rotated_params(solution: RotatedSolution, unrotated_params: FloatArray) -> FloatArray:
    """Rotate other estimates of the same model to the minimum near a known solution.

    Parameters
    ----------
    solution : RotatedSolution
    unrotated_params : (n_free_unrotated,) array
        As from a bootstrap sample.

    Returns
    -------
    (n_free,) array
        nan where the rotation did not converge.
    """
    params, options = np.empty(solution.estimate.table.n_free), solution.options
    known = zip(
        solution.estimate.models,
        solution.unrotated.models,
        solution.estimate.implied,
        strict=True,
    )
    for model, source, reference in known:
        group = _GroupRotation(source, source.moments(unrotated_params), solution.blocks, options)
        wanted = _GroupRotation(model, reference, solution.blocks, options)
        found = tuple(
            rotate_like(b.loadings, b.residual_variances, options, reference=w.loadings)
            for b, w in zip(group.blocks, wanted.blocks, strict=True)
        )
        params[model.parameters] = group.params(model, found)
        if not all(rotation.converged for rotation in found):
            params[model.parameters] = np.nan
    return params


@dataclass(frozen=True, slots=True)
class _Moved:
    """Rotated parameters, their derivatives, and their places by the unrotated ones."""

    params: FloatArray
    jacobian: FloatArray
    places: dict[int, int]

    def functions(self, functions: tuple[Function, ...]) -> tuple[Function, ...]:
        """Let functions read the rotated parameters."""
        return tuple(
            replace(function, indices=tuple(self.places[index] for index in function.indices))
            for function in functions
        )


def _estimate(
    unrotated: Estimate,
    problem: Problem,
    models: tuple[LisrelModel, ...],
    objective: Objective,
    moved: _Moved,
) -> Estimate:
    params = moved.params
    final = objective.evaluate(params, exact=True)
    before = unrotated.minimum.final.value
    if abs(final.value - before) > SAME_FIT * (1.0 + abs(before)):
        raise SemModelError("the rotation would change the fit of this model")
    limits = unrotated.restrictions
    restrictions = Restrictions(
        moved.jacobian @ limits.basis,
        params,
        moved.functions(limits.equalities),
        moved.functions(limits.inequalities),
    )
    active = moved.functions(unrotated.minimum.active)
    minimum = replace(unrotated.minimum, params=params, final=final, active=active)
    implied = tuple(model.moments(params) for model in models)
    return Estimate(problem, models, objective, restrictions, minimum, implied)


def _moved_indices(unrotated: ParameterTable, table: ParameterTable) -> dict[int, int]:
    """Free index of a parameter in the rotated table by that in the unrotated one."""
    pairs = zip(unrotated.rows, table.rows, strict=True)
    return {source.free: row.free for source, row in pairs if source.free >= 0}


class _GroupRotation:
    """The matrices of one group, and what a rotation makes of them."""

    def __init__(
        self,
        model: LisrelModel,
        implied: ImpliedMoments,
        blocks: Sequence[Block],
        options: RotationOptions,
    ) -> None:
        self.model, self.implied, self.options = model, implied, options
        matrices = model.matrices
        self.factors = [np.array([matrices.eta.index(f) for f in b.factors]) for b in blocks]
        self.loadings = [block_places(matrices, block) for block in blocks]
        self.residuals = [residual_places(matrices, block) for block in blocks]
        self.blocks = tuple(
            UnrotatedBlock(
                np.array([implied.values(model.layout, coordinates(line)) for line in lines]),
                implied.values(model.layout, coordinates(residuals)),
            )
            for lines, residuals in zip(self.loadings, self.residuals, strict=True)
        )

    def params(self, model: LisrelModel, rotations: Sequence[BlockRotation]) -> FloatArray:
        """Rotated parameters, ``(n_local,)``, in the order of the rotated model."""
        H = self._whole(rotations)
        rotated = self._matrices(H, np.asarray(np.linalg.inv(H.T)))
        cells = coordinates(model.matrices.places)
        values = self.implied.values(self.model.layout, cells)
        for kind, matrix in rotated.items():
            chosen = cells[0] == kind
            values[chosen] = matrix[cells[1, chosen], cells[2, chosen]]
        return values

    def _matrices(self, H: FloatArray, inverse: FloatArray) -> dict[Kind, FloatArray]:
        """Rotate the matrices; ``inverse`` is that of ``H'``."""
        implied = self.implied
        return {
            Kind.LAMBDA: implied.lambda_ @ inverse,
            Kind.BETA: H.T @ implied.beta @ inverse,
            Kind.PSI: H.T @ implied.psi @ H,
            Kind.ALPHA: (H.T @ implied.alpha)[:, None],
        }

    def jacobian(
        self, model: LisrelModel, rotations: Sequence[BlockRotation]
    ) -> tuple[FloatArray, bool]:
        """Differentiate the rotated by the unrotated parameters, ``(n_local, n_unrotated)``.

        Also returns whether the criterion determines the rotations; if not, these are held.
        """
        turns, settled = self._turns(rotations)
        H = self._whole(rotations)
        inverse = np.asarray(np.linalg.inv(H.T), dtype=np.float64)
        rotated = self._matrices(H, inverse)
        lambda_, beta, psi, alpha = (rotated[kind] for kind in _TURNED)
        places, sources = model.matrices.places, self.model.matrices.places
        jacobian = np.array([[float(place == source) for source in sources] for place in places])
        for column, (source, K) in enumerate(zip(sources, turns, strict=True)):
            moved = {
                Kind.LAMBDA: -lambda_ @ K.T,
                Kind.BETA: K.T @ beta - beta @ K.T,
                Kind.PSI: psi @ K + K.T @ psi,
                Kind.ALPHA: K.T @ alpha,
            }
            _add_own(moved, source, H, inverse)
            for kind, change in moved.items():
                of_kind = model.matrices.kinds == kind
                rows, columns = model.matrices.rows[of_kind], model.matrices.columns[of_kind]
                jacobian[of_kind, column] = change[rows, columns]
        return jacobian, settled

    def _whole(self, rotations: Sequence[BlockRotation]) -> FloatArray:
        """Rotation of all of ``eta``."""
        H = np.eye(self.model.matrices.n_eta)
        for factors, found in zip(self.factors, rotations, strict=True):
            H[np.ix_(factors, factors)] = found.rotation
        return H

    def _turns(self, rotations: Sequence[BlockRotation]) -> tuple[FloatArray, bool]:
        """Turn all of ``eta`` with each unrotated parameter, ``(n_unrotated, n_eta, n_eta)``."""
        settled = True
        matrices = self.model.matrices
        turns = np.zeros((len(matrices.places), matrices.n_eta, matrices.n_eta))
        parts = zip(
            self.blocks, rotations, self.factors, self.loadings, self.residuals, strict=True
        )
        for block, rotation, factors, loadings, residuals in parts:
            of_loadings = np.array([[self._slope(p) for p in line] for line in loadings])
            of_residuals = np.array([self._slope(place) for place in residuals])
            slopes = turn_slopes(
                block,
                rotation,
                self.options,
                of_loadings=np.moveaxis(of_loadings, -1, 0),
                of_residuals=of_residuals.T,
            )
            settled &= slopes is not None
            if slopes is not None:
                turns[:, factors[:, None], factors] += slopes
        return turns, settled

    def _slope(self, place: Place) -> FloatArray:
        """Differentiate a cell by the parameters of the group, ``(n_unrotated,)``."""
        places = self.model.matrices.places
        own = np.array([other == place for other in places], dtype=np.float64)
        return own if own.any() else self.model.implicit_jacobian(self.implied, place)


def _add_own(
    moved: dict[Kind, FloatArray], source: Place, H: FloatArray, inverse: FloatArray
) -> None:
    """Add what a parameter changes at an unchanged rotation."""
    row, column = source.row, source.column
    match source.kind:
        case Kind.LAMBDA:
            moved[Kind.LAMBDA][row] += inverse[column]
        case Kind.BETA:
            moved[Kind.BETA] += np.outer(H[row], inverse[column])
        case Kind.PSI:
            change = np.outer(H[row], H[column])
            moved[Kind.PSI] += change if row == column else change + change.T
        case Kind.ALPHA:
            moved[Kind.ALPHA][:, 0] += H[row]
