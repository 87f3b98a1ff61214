"""Minimization: Fisher scoring from afar, exact Newton steps near the minimum.

Fisher scoring is safe but converges linearly; Newton steps with the exact Hessian converge
quadratically, so that estimates are exact to rounding. Where steps prove far too long, the next
ones are damped [marquardt1963]_. Nonlinear constraints enter each step by
their linearization with the Hessian of the Lagrangian (sequential quadratic programming,
[nocedal2006]_ ch. 18); inequalities join as equations while they bind.

References
----------
.. [marquardt1963] Marquardt, D. W. (1963). Journal of the Society for Industrial and Applied
   Mathematics, 11, 431-441.
.. [nocedal2006] Nocedal, J., & Wright, S. J. (2006). Numerical optimization. Springer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.objective import Evaluation, Objective
from coprod_stats.sem.estimation.positive_definite import solve
from coprod_stats.sem.model.constraints import Function, Restrictions
from coprod_stats.sem.model.null_space import null_space, restricted

FloatArray = NDArray[np.float64]

NEWTON_BELOW = 3e-2
"""Newton steps are tried once a step promises less than this gain."""

CONVERGED_NEWTON = 1e-13
"""After a Newton step that promised less than this gain the error is below rounding."""

CONVERGED_FISHER = 1e-22
"""Fisher steps converge linearly and must promise far less."""


MAX_ITERATIONS = 200
"""Steps after which a solution is given up."""

SHORT_STEP = 0.1
"""A step that had to be shortened below this share is followed by damped ones [marquardt1963]_."""

FIRST_DAMPING = 1e-2
"""Share of the diagonal of the second derivatives that is first added to it."""

GROWTH = 1.5
"""Times that a parameter without end grows, at least, whenever the steps taken double."""


@dataclass(frozen=True, slots=True)
class Minimum:
    """Where the minimizer stopped.

    Parameters
    ----------
    params : (n_free,) array
    converged : bool
    n_iterations : int
    final : Evaluation
        With exact second derivatives.
    active : tuple of Function
        Nonlinear equations and binding inequalities; bounds of single parameters, which standard
        errors do not allow for (lavaan's convention), are omitted.
    multipliers : (n_held,) array
        Of all that were held, for the objective.
    reduced_gradient : float
        Largest derivative along directions that the restrictions leave open, in units of the
        curvature along them, which do not depend on those of the parameters.
    growing : tuple of int
        Without convergence, the parameters that still grew without end: the objective has no
        minimum there, and falls towards a limit at infinity.
    """

    params: FloatArray
    converged: bool
    n_iterations: int
    final: Evaluation
    active: tuple[Function, ...]
    multipliers: FloatArray
    reduced_gradient: float
    growing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Step:
    """A step of the quadratic programme, and whether the Hessian was the exact one."""

    direction: FloatArray
    gain: float
    multipliers: FloatArray
    exact: bool


def minimize(
    objective: Objective,
    restrictions: Restrictions,
    start: FloatArray,
    *,
    max_iterations: int = MAX_ITERATIONS,
    is_near: bool = False,
) -> Minimum:
    """Minimize an objective under restrictions.

    Parameters
    ----------
    objective : Objective
    restrictions : Restrictions
    start : (n_free,) array
        Starting values; moved to satisfy the linear restrictions.
    max_iterations : int
        Steps in all.
    is_near : bool
        Begin with exact Newton steps, the start being close to the minimum.
    """
    if restrictions.n_reduced == 0:
        final = objective.evaluate(restrictions.origin, exact=True)
        return Minimum(restrictions.origin, True, 0, final, (), np.zeros(0), 0.0)
    binding: tuple[Function, ...] = ()
    reduced = restrictions.reduce(start)
    used = 0
    for _ in range(2 + 2 * len(restrictions.inequalities)):
        problem = _Problem(objective, restrictions, (*restrictions.equalities, *binding))
        end = _descend(problem, reduced, max_iterations - used, exact=is_near)
        reduced, used = end.reduced, used + end.n_iterations
        changed = _rebind(problem, binding, end)
        if changed == binding or not end.converged:
            break
        binding = changed
    params = restrictions.expand(reduced)
    final = objective.evaluate(params, exact=True)
    slopes = _scaled_slopes(final, tangent_basis(restrictions, problem.active, params))
    return Minimum(
        params=params,
        converged=end.converged,
        n_iterations=used,
        final=final,
        active=tuple(function for function in problem.active if not function.is_bound),
        multipliers=end.multipliers,
        reduced_gradient=float(np.abs(slopes).max(initial=0.0)),
        growing=() if end.converged else _growing([restrictions.expand(r) for r in end.passed]),
    )


def _growing(passed: Sequence[FloatArray]) -> tuple[int, ...]:
    """Find the parameters that grew by ``GROWTH`` or more each time that the steps doubled."""
    sizes = np.abs(np.array(passed))
    if len(sizes) < 3:
        return ()
    return tuple(np.flatnonzero((sizes[1:] > GROWTH * sizes[:-1]).all(axis=0)).tolist())


def _scaled_slopes(final: Evaluation, directions: FloatArray) -> FloatArray:
    bends = np.abs(np.sum((final.curvature @ directions) * directions, axis=0))
    return np.asarray((final.gradient @ directions) / np.sqrt(np.where(bends > 0, bends, 1.0)))


def tangent_basis(
    restrictions: Restrictions, active: tuple[Function, ...], params: FloatArray
) -> FloatArray:
    """Directions that all equations and binding inequalities leave open, ``(n_free, n_open)``."""
    if not active:
        return restrictions.basis
    jacobian = np.array([function.gradient(params) for function in active]) @ restrictions.basis
    return np.asarray(restrictions.basis @ null_space(jacobian))


@dataclass(frozen=True, slots=True)
class _Problem:
    """An objective with the constraints that are held as equations."""

    objective: Objective
    restrictions: Restrictions
    active: tuple[Function, ...]

    def values(self, reduced: FloatArray) -> FloatArray:
        """Values of the constraints, ``(n_active,)``."""
        params = self.restrictions.expand(reduced)
        return np.array([function.value(params) for function in self.active])

    def jacobian(self, reduced: FloatArray) -> FloatArray:
        """Differentiate the constraints, ``(n_active, n_reduced)``."""
        params = self.restrictions.expand(reduced)
        rows = np.array([function.gradient(params) for function in self.active])
        return np.asarray(rows @ self.restrictions.basis)

    def evaluate(self, reduced: FloatArray, *, exact: bool) -> Evaluation:
        """Objective with its derivatives by all parameters."""
        return self.objective.evaluate(self.restrictions.expand(reduced), exact=exact)


@dataclass(frozen=True, slots=True)
class _End:
    """Where the iterations with one set of binding inequalities ended."""

    reduced: FloatArray
    multipliers: FloatArray
    converged: bool
    n_iterations: int
    passed: tuple[FloatArray, ...] = ()
    """Where a quarter and half of all steps, and all, had led, if they were used up."""


def _rebind(problem: _Problem, binding: tuple[Function, ...], end: _End) -> tuple[Function, ...]:
    """Take up inequalities that are violated and let go of those that pull the wrong way."""
    params = problem.restrictions.expand(end.reduced)
    of_binding = end.multipliers[len(problem.restrictions.equalities) :]
    kept = tuple(f for f, m in zip(binding, of_binding, strict=True) if m >= 0)
    violated = tuple(
        function
        for function in problem.restrictions.inequalities
        if function not in binding and function.value(params) < -1e-10
    )
    return (*kept, *violated)


def _descend(problem: _Problem, reduced: FloatArray, max_iterations: int, *, exact: bool) -> _End:
    multipliers = np.zeros(len(problem.active))
    evaluation = problem.evaluate(reduced, exact=exact)
    if not np.isfinite(evaluation.value):
        return _End(reduced, multipliers, False, 0)
    damping = 0.0
    passed: list[FloatArray] = []
    for iteration in range(1, max_iterations + 1):
        step = _step(problem, reduced, evaluation, multipliers, exact=exact, damping=damping)
        if step is None:
            evaluation = problem.evaluate(reduced, exact=False)
            step = _step(problem, reduced, evaluation, multipliers, exact=False, damping=damping)
        if step is None:
            return _End(reduced, multipliers, False, iteration)
        multipliers = step.multipliers
        feasible = bool(np.abs(problem.values(reduced)).sum() < 1e-9)
        done = step.gain < (CONVERGED_NEWTON if step.exact else CONVERGED_FISHER) and feasible
        done = done and not damping
        exact = step.gain < NEWTON_BELOW
        if done:
            return _End(reduced + step.direction, multipliers, True, iteration)
        length, evaluation = _search(problem, reduced, evaluation, step, exact=exact)
        if length == 0.0:
            negligible = step.gain < 1e-12 * (1.0 + abs(evaluation.value)) and feasible
            return _End(reduced, multipliers, negligible, iteration)
        reduced = reduced + length * step.direction
        damping = _next_damping(damping, length, step.gain)
        if iteration in (max_iterations // 4, max_iterations // 2, max_iterations):
            passed.append(reduced)
    return _End(reduced, multipliers, False, max_iterations, tuple(passed))


def _next_damping(damping: float, length: float, gain: float) -> float:
    """Raise the damping where steps had to be shortened much, and lower it where they were not.

    Near the minimum there is none, so that steps are Newton's.
    """
    if gain < NEWTON_BELOW * 1e-3:
        return 0.0
    if length < SHORT_STEP:
        return max(FIRST_DAMPING, 8.0 * damping)
    if length == 1.0:
        return damping / 4.0 if damping > FIRST_DAMPING else 0.0
    return damping


def _step(
    problem: _Problem,
    reduced: FloatArray,
    evaluation: Evaluation,
    multipliers: FloatArray,
    *,
    exact: bool,
    damping: float = 0.0,
) -> _Step | None:
    """Solve for the next step; None where the Hessian is not positive definite."""
    gradient, hessian = evaluation.gradient, evaluation.curvature
    if exact and problem.active:
        params = problem.restrictions.expand(reduced)
        for function, multiplier in zip(problem.active, multipliers, strict=True):
            hessian = hessian - multiplier * function.hessian(params)
    if not problem.restrictions.is_open:
        basis = problem.restrictions.basis
        gradient, hessian = gradient @ basis, restricted(hessian, basis)
    if damping:
        hessian = hessian + damping * np.diag(np.abs(np.diagonal(hessian)))
    if not problem.active:
        direction = _solve(hessian, gradient, exact)
        if direction is None:
            return None
        return _Step(direction, 0.5 * float(-gradient @ direction), multipliers, exact)
    jacobian, values = problem.jacobian(reduced), problem.values(reduced)
    to_constraints = -np.linalg.lstsq(jacobian, values, rcond=None)[0]
    along = null_space(jacobian)
    slope = along.T @ (gradient + hessian @ to_constraints)
    direction = _solve(restricted(hessian, along), slope, exact)
    if direction is None:
        return None
    whole = to_constraints + along @ direction
    new = np.linalg.lstsq(jacobian.T, gradient + hessian @ whole, rcond=None)[0]
    return _Step(whole, 0.5 * float(-slope @ direction), np.asarray(new), exact)


def _solve(hessian: FloatArray, gradient: FloatArray, exact: bool) -> FloatArray | None:
    """Newton direction; along flat directions of an expected Hessian there is no movement."""
    if not np.all(np.isfinite(hessian)):
        return None
    direction = solve(hessian, -gradient)
    if direction is not None or exact:
        return direction
    values, vectors = np.linalg.eigh(hessian)
    large = values > 1e-10 * max(values.max(initial=0.0), 1e-300)
    vectors, values = vectors[:, large], values[large]
    return np.asarray(-vectors @ ((gradient @ vectors) / values))


def _search(
    problem: _Problem,
    reduced: FloatArray,
    evaluation: Evaluation,
    step: _Step,
    *,
    exact: bool,
) -> tuple[float, Evaluation]:
    """Shorten the step until the objective (plus penalty for constraints) falls."""
    penalty = 2.0 * float(np.abs(step.multipliers).max(initial=0.0)) + 1.0
    before = evaluation.value + penalty * float(np.abs(problem.values(reduced)).sum())
    slack = 1e-13 * (1.0 + abs(before))
    length = 1.0
    for _ in range(40):
        point = reduced + length * step.direction
        try:
            trial = problem.evaluate(point, exact=exact)
            after = trial.value + penalty * float(np.abs(problem.values(point)).sum())
        except np.linalg.LinAlgError:
            after = np.inf
        if np.isfinite(after) and after <= before - 1e-4 * length * step.gain + slack:
            return length, trial
        length *= 0.5
    return 0.0, evaluation
