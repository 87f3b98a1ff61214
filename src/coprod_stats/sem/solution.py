"""From a model and data to estimates: problem stated, model completed, minimized, rotated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemDataError, SemOptionError
from coprod_stats.sem.estimation.estimate import Estimate, estimate_at, estimate_model
from coprod_stats.sem.model.group_variables import with_same_variables
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.syntax_tree import ModelSyntax
from coprod_stats.sem.options import FitOptions, Method
from coprod_stats.sem.problems.choice import choose_problem
from coprod_stats.sem.problems.problem import Problem
from coprod_stats.sem.rotation.blocks import Block, check_rotatable, rotated_blocks
from coprod_stats.sem.sample import SemData

if TYPE_CHECKING:
    from coprod_stats.sem.rotation.solution import RotatedSolution

FloatArray = NDArray[np.float64]
Solver = Callable[[Problem], FloatArray]
"""Estimates of the free parameters, ``(n_free,)``, found outside this package's minimizer."""


@dataclass(frozen=True, slots=True)
class Solution:
    """Estimates, and the problem that they solve.

    Parameters
    ----------
    used : FitOptions
        Options after the data had their say.
    estimate : Estimate
        Of the model as stated; rotated where it has exploratory blocks.
    rotated : RotatedSolution, optional
        With exploratory blocks.
    """

    used: FitOptions
    estimate: Estimate
    rotated: RotatedSolution | None

    @property
    def problem(self) -> Problem:
        """The problem that the estimates solve."""
        return self.estimate.problem


@dataclass(frozen=True, slots=True)
class _Stated:
    """A problem before the sample statistics are computed."""

    kind: type[Problem]
    used: FitOptions
    method: Method
    table: ParameterTable
    blocks: tuple[Block, ...]


def solve(
    model: str | ModelSyntax | ParameterTable,
    data: SemData,
    options: FitOptions,
    *,
    solver: Solver | None = None,
) -> Solution:
    """Estimate a model.

    Parameters
    ----------
    model, data, options, solver
        As in :func:`coprod_stats.sem.fit.fit`.

    Raises
    ------
    SemSyntaxError, SemModelError, SemOptionError, SemDataError
        Where no estimates can be computed.
    """
    stated = _state(model, data, options)
    problem = stated.kind.prepare(stated.table, data, stated.method)
    if not stated.blocks:
        return Solution(stated.used, _estimate(problem, solver), None)
    rotated = _rotated(problem, stated.blocks, stated.used, solver)
    return Solution(stated.used, rotated.estimate, rotated)


def completed_table(model: str | ModelSyntax, data: SemData, options: FitOptions) -> ParameterTable:
    """Complete a model by the defaults and the data, as :func:`solve` does before it estimates.

    Raises
    ------
    SemSyntaxError, SemModelError, SemOptionError, SemDataError
        As in :func:`solve`.
    """
    return _state(model, data, options).table


def proposed_start(table: ParameterTable, data: SemData, options: FitOptions) -> FloatArray:
    """Propose starting values of the free parameters, ``(n_free,)``; those given go first.

    Parameters
    ----------
    table : ParameterTable
        Without exploratory blocks.
    data, options
        As in :func:`solve`.

    Raises
    ------
    SemOptionError, SemDataError
        As in :func:`solve`.
    """
    kind = choose_problem(table, options)
    method = kind.resolve_method(kind.used_options(options, data))
    problem = kind.prepare(table, data, method)
    return problem.starting_values(problem.models())


def _state(
    model: str | ModelSyntax | ParameterTable, data: SemData, options: FitOptions
) -> _Stated:
    if isinstance(model, str):
        model = parse_model(model)
    kind = choose_problem(model, options)
    used = kind.used_options(options, data)
    method = kind.resolve_method(used)
    if isinstance(model, ParameterTable):
        table = model
    else:
        table = kind.complete_model(model, data, used, method)
    blocks = rotated_blocks(table)
    _check_blocks(table, blocks, used)
    return _Stated(kind, used, method, table, blocks)


def _check_blocks(table: ParameterTable, blocks: Sequence[Block], options: FitOptions) -> None:
    """Refuse a rotation of nothing, and blocks that cannot be rotated."""
    if blocks:
        with_same_variables(table, "in models with efa() blocks")
        check_rotatable(table, blocks, orthogonal=table.options.orthogonal_efa)
    elif options.rotation is not None:
        raise SemOptionError(
            "rotation has no effect: the model has no efa() block of two factors or more"
        )


def _rotated(
    problem: Problem, blocks: Sequence[Block], used: FitOptions, solver: Solver | None
) -> RotatedSolution:
    """Estimate a model with its exploratory blocks identified, and rotate them."""
    # loaded where there are blocks: a small model is fitted faster than imported
    from coprod_stats.sem.rotation.identification import identified_table
    from coprod_stats.sem.rotation.options import RotationOptions
    from coprod_stats.sem.rotation.solution import rotated_solution

    identified = identified_table(problem.table, blocks, problem.samples)
    unrotated = _estimate(problem.with_table(identified), solver)
    options = used.rotation or RotationOptions()
    return rotated_solution(unrotated, problem, blocks, options=options)


def _estimate(problem: Problem, solver: Solver | None) -> Estimate:
    if solver is not None:
        return estimate_at(problem, solver(problem))
    try:
        return estimate_model(problem)
    except np.linalg.LinAlgError as error:
        message = "no estimates could be computed; check the model and give starting values"
        raise SemDataError(message, code="SEM-117") from error
