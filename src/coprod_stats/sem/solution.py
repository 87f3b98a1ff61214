"""From a model and data to estimates: options resolved, rows chosen, minimized, rotated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemDataError, SemOptionError
from coprod_stats.sem.estimation.estimate import (
    Estimate,
    estimate_at,
    estimate_model,
    models_of,
    propose_start,
)
from coprod_stats.sem.inference.checks import check_moments
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.syntax_tree import ModelSyntax
from coprod_stats.sem.model.table_building import build_parameters
from coprod_stats.sem.options import FitOptions, Method, resolve_method
from coprod_stats.sem.rotation.blocks import Block, check_rotatable, rotated_blocks
from coprod_stats.sem.sample import GroupSample, SemData, prepare_samples

if TYPE_CHECKING:
    from coprod_stats.sem.rotation.solution import RotatedSolution

FloatArray = NDArray[np.float64]
Solver = Callable[[ParameterTable, Sequence[GroupSample], Method], FloatArray]
"""Estimates of the free parameters, ``(n_free,)``, found outside this package's minimizer."""


@dataclass(frozen=True, slots=True)
class Solution:
    """Estimates, and the problem that they solve.

    Parameters
    ----------
    table : ParameterTable
        As stated, before exploratory blocks were identified for estimation.
    used : FitOptions
        Options after the data had their say.
    method : Method
    samples : tuple of GroupSample
    estimate : Estimate
    rotated : RotatedSolution, optional
        With exploratory blocks.
    """

    table: ParameterTable
    used: FitOptions
    method: Method
    samples: tuple[GroupSample, ...]
    estimate: Estimate
    rotated: RotatedSolution | None


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
    if isinstance(model, str):
        model = parse_model(model)
    used, method = _method(model, data, options)
    table = _table(model, data, used, method)
    blocks = rotated_blocks(table)
    _check_blocks(table, blocks, used)
    samples = _samples(table, data, method)
    check_moments(table, samples, method)
    samples = _with_levels(samples, table, method)
    if blocks:
        estimate, rotated = _rotated(table, blocks, samples, used, method, solver=solver)
    else:
        estimate, rotated = _estimate(table, samples, method, solver), None
    return Solution(table, used, method, samples, estimate, rotated)


def completed_table(model: str | ModelSyntax, data: SemData, options: FitOptions) -> ParameterTable:
    """Complete a model by the defaults and the data, as :func:`solve` does before it estimates.

    Raises
    ------
    SemSyntaxError, SemModelError, SemOptionError, SemDataError
        As in :func:`solve`.
    """
    syntax = parse_model(model) if isinstance(model, str) else model
    used, method = _method(syntax, data, options)
    table = _table(syntax, data, used, method)
    _check_blocks(table, rotated_blocks(table), used)
    return table


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
    _, method = _method(table, data, options)
    samples = _samples(table, data, method)
    check_moments(table, samples, method)
    samples = _with_levels(samples, table, method)
    return propose_start(table, samples, models_of(table, samples, method), method)


# What few models need is loaded where they need it: a small one is fitted faster than imported.


def _with_levels(
    samples: tuple[GroupSample, ...], table: ParameterTable, method: Method
) -> tuple[GroupSample, ...]:
    if not method.is_two_level:
        return samples
    from coprod_stats.sem.multilevel.problem import with_levels

    return with_levels(samples, table)


def _rotated(
    table: ParameterTable,
    blocks: Sequence[Block],
    samples: tuple[GroupSample, ...],
    used: FitOptions,
    method: Method,
    *,
    solver: Solver | None,
) -> tuple[Estimate, RotatedSolution]:
    """Estimate a model with its exploratory blocks identified, and rotate them."""
    from coprod_stats.sem.rotation.identification import identified_table
    from coprod_stats.sem.rotation.options import RotationOptions
    from coprod_stats.sem.rotation.solution import rotated_solution

    estimate = _estimate(identified_table(table, blocks, samples), samples, method, solver)
    rotation = used.rotation or RotationOptions()
    rotated = rotated_solution(
        estimate, table, blocks, samples=samples, method=method, options=rotation
    )
    return rotated.estimate, rotated


def _method(
    model: ModelSyntax | ParameterTable, data: SemData, options: FitOptions
) -> tuple[FitOptions, Method]:
    is_two_level = _has_levels(model, data)
    used = options if is_two_level else _used_options(options, data)
    return used, resolve_method(used, is_two_level=is_two_level)


def _has_levels(model: ModelSyntax | ParameterTable, data: SemData) -> bool:
    """Whether a model has two levels; the data must then have clusters and no weights."""
    if isinstance(model, ParameterTable):
        is_two_level = model.is_two_level
    else:
        is_two_level = any(relation.level for relation in model.relations)
    if is_two_level and data.clusters is None:
        raise SemOptionError(
            "a two-level model ('level:' blocks) needs the column of the clusters: give cluster"
        )
    if is_two_level and data.weights is not None:
        raise SemOptionError(
            "sampling weights: not implemented for two-level models ('level:' blocks)"
        )
    return is_two_level


def _used_options(options: FitOptions, data: SemData) -> FitOptions:
    """Take MLR for ML where clusters or sampling weights need robust standard errors."""
    designed = data.weights is not None or data.clusters is not None
    allowed = ("WLSMV", "WLSM", "ULSMV") if options.ordered else ("MLR",)
    if not designed or options.estimator in allowed:
        return options
    if options.estimator == "ML":
        return replace(options, estimator="MLR")
    raise SemOptionError(
        f"clusters and sampling weights are not implemented for {options.estimator}; "
        f"use {allowed[0]}"
    )


def _table(
    model: ModelSyntax | ParameterTable, data: SemData, options: FitOptions, method: Method
) -> ParameterTable:
    if isinstance(model, ParameterTable):
        return model
    needs_means = method.missing != "listwise" or data.groups is not None
    means = options.model.meanstructure or needs_means or data.clusters is not None
    fixed_x = options.model.fixed_x and (method.discrepancy == "ML" or method.is_ordered)
    orthogonal = options.rotation is not None and options.rotation.is_orthogonal
    model_options = replace(
        options.model, meanstructure=means, fixed_x=fixed_x, orthogonal_efa=orthogonal
    )
    if method.is_ordered:
        model_options = replace(model_options, conditional_x=options.model.fixed_x)
    table = build_parameters(
        model, data.names, options=model_options, group_labels=data.group_labels
    )
    if not method.is_ordered:
        return _with_auxiliary(table, data, options)
    from coprod_stats.sem.ordered_sample import category_levels

    levels = category_levels(data, table, options.ordered)
    return build_parameters(
        model,
        data.names,
        options=model_options,
        group_labels=data.group_labels,
        thresholds={name: values.size - 1 for name, values in levels.items()},
    )


def _with_auxiliary(table: ParameterTable, data: SemData, options: FitOptions) -> ParameterTable:
    unknown = [name for name in options.auxiliary if name not in data.names]
    if unknown:
        raise SemOptionError(f"auxiliary variable '{unknown[0]}' is not in the data")
    if not options.auxiliary:
        return table
    from coprod_stats.sem.model.auxiliary import with_auxiliary

    return with_auxiliary(table, options.auxiliary)


def _check_blocks(table: ParameterTable, blocks: Sequence[Block], options: FitOptions) -> None:
    """Refuse a rotation of nothing, and blocks that cannot be rotated."""
    if blocks:
        check_rotatable(table, blocks, orthogonal=table.options.orthogonal_efa)
    elif options.rotation is not None:
        raise SemOptionError(
            "rotation has no effect: the model has no efa() block of two factors or more"
        )


def _samples(table: ParameterTable, data: SemData, method: Method) -> tuple[GroupSample, ...]:
    if method.is_ordered:
        from coprod_stats.sem.ordered_sample import category_levels, ordered_samples

        levels = category_levels(data, table, table.ordered)
        return ordered_samples(data, table, levels, pairwise=method.missing == "pairwise")
    return prepare_samples(
        data,
        table.observed,
        incomplete=method.is_fiml or method.is_two_stage,
        complete_columns=table.exogenous if any(row.exogenous for row in table) else (),
    )


def _estimate(
    table: ParameterTable,
    samples: tuple[GroupSample, ...],
    method: Method,
    solver: Solver | None,
) -> Estimate:
    if solver is not None:
        return estimate_at(table, samples, method, solver(table, samples, method))
    try:
        return estimate_model(table, samples, method)
    except np.linalg.LinAlgError as error:
        message = "no estimates could be computed; check the model and give starting values"
        raise SemDataError(message, code="SEM-117") from error
