"""Modification indices: what a fixed parameter would do to the fit if it were freed.

With the derivative ``s`` of the log-likelihood of one case by the new parameter and the information
``V`` that the fitted parameters leave to it, ``MI = N s² / V`` is the expected fall of the
statistic and ``EPC = s / V`` the expected value of the parameter [sorbom1989]_.

References
----------
.. [sorbom1989] Sörbom, D. (1989). Model modification. Psychometrika, 54, 371-384.
.. Saris, W. E., Satorra, A., & Sörbom, D. (1987). Sociological Methodology, 17, 105-129.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.estimation.optimizer import tangent_basis
from coprod_stats.sem.inference.information import inverted
from coprod_stats.sem.inference.standardization import row_values, scale_factors
from coprod_stats.sem.model.lisrel import LisrelModel
from coprod_stats.sem.model.parameters import Parameter, ParameterTable

if TYPE_CHECKING:
    from coprod_stats.sem.problems.problem import Problem

FloatArray = NDArray[np.float64]

SMALLEST_INFORMATION = float(np.finfo(np.float64).eps ** (1 / 3))
"""Less information than this about a new parameter means that it is not identified."""

SMALLEST_VARIANCE = float(np.finfo(np.float64).eps ** (1 / 2))
"""A fixed variance below counts as 0."""


@dataclass(frozen=True, slots=True)
class ModificationIndices:
    """Candidates with their indices.

    Parameters
    ----------
    rows : tuple of Parameter
        The parameters that could be freed.
    indices : (n,) array
        Expected fall of the test statistic.
    changes : (n,) array
        Expected values of the parameters.
    standardized_changes : (n,) array
        The same, fully standardized.
    """

    rows: tuple[Parameter, ...]
    indices: FloatArray
    changes: FloatArray
    standardized_changes: FloatArray


def modification_indices(estimate: Estimate) -> ModificationIndices:
    """Compute modification indices of everything that could be freed.

    Candidates are fixed parameters, cross-loadings, covariances and regressions among variables
    that take part in one. Those that would not be identified are omitted.

    Parameters
    ----------
    estimate : Estimate

    Raises
    ------
    SemOptionError
        With two levels.
    """
    problem = estimate.problem.single_level("modification indices")
    n_free = estimate.table.n_free
    extended, values = extended_table(estimate)
    if extended.n_free == n_free:
        nothing = np.empty(0)
        return ModificationIndices((), nothing, nothing, nothing)
    params = np.empty(extended.n_free)
    for index in extended.free_rows:
        params[extended.rows[index].free] = values[index]
    problem = problem.with_table(extended)
    models = problem.models()
    scores, information = scores_and_information(problem, models, params)
    basis = tangent_basis(estimate.restrictions, estimate.minimum.active, estimate.params)
    own = inverted(information[:n_free, :n_free], basis).inverse
    cross = information[n_free:, :n_free]
    left = np.diagonal(information)[n_free:] - np.sum((cross @ own) * cross, axis=1)
    scores = scores[n_free:]
    usable = left > SMALLEST_INFORMATION
    rows = [extended.rows[index] for index in extended.free_rows]
    rows = sorted((row for row in rows if row.free >= n_free), key=lambda row: row.free)
    changes = scores[usable] / left[usable]
    implied = [model.moments(params) for model in models]
    kept = tuple(row for row, use in zip(rows, usable, strict=True) if use)
    factors = scale_factors(extended, models, implied, kept)
    standardized = changes * factors
    for place, row in enumerate(kept):
        if row.op == "~*~":
            standardized[place] = np.sign(changes[place])
        if row.op == "~~" and row.lhs == row.rhs:  # lavaan: the variance with the change's sign
            value = abs(params[row.free])
            value = 0.0 if value < SMALLEST_VARIANCE else value * factors[place]
            standardized[place] = np.sign(changes[place]) * value
    n_obs = problem.n_obs
    return ModificationIndices(
        rows=kept,
        indices=n_obs * scores[usable] ** 2 / left[usable],
        changes=changes,
        standardized_changes=standardized,
    )


def scores_and_information(
    problem: Problem, models: Sequence[LisrelModel], params: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Differentiate the log-likelihood of one case, and compute its expected information.

    Cases count by N in the information and by N - 1 in the scores of least squares, which is
    lavaan's convention.

    Parameters
    ----------
    problem : Problem
    models : sequence of LisrelModel
        One per group.
    params : (n_free,) array
    """
    objective = problem.objective(models)
    scores = -objective.evaluate(params, exact=False).gradient
    return scores, problem.score_information(models, objective, params)


def extended_table(estimate: Estimate) -> tuple[ParameterTable, FloatArray]:
    """Free all that is fixed and add what is absent; the fitted parameters keep their places.

    Returns
    -------
    ParameterTable, (n_rows,) array
        With the values of its rows.
    """
    table = estimate.table
    values = list(row_values(estimate))
    rows: list[Parameter] = []
    free = table.n_free
    for row in table:
        if row.free < 0 and not row.exogenous:
            rows.append(replace(row, free=free, fixed=float("nan")))
            free += 1
        else:
            rows.append(row)
    known = {_identity(row.lhs, row.op, row.rhs, row.group) for row in table}
    for group in range(1, table.n_groups + 1):
        for lhs, op, rhs in _candidates(table, group):
            if _identity(lhs, op, rhs, group) not in known:
                rows.append(Parameter(lhs, op, rhs, group, free=free, user=False))
                values.append(0.0)
                free += 1
    return replace(table, rows=tuple(rows), definitions=(), constraints=()), np.array(values)


def _identity(lhs: str, op: str, rhs: str, group: int) -> tuple[str, str, str, int]:
    return (min(lhs, rhs), op, max(lhs, rhs), group) if op == "~~" else (lhs, op, rhs, group)


def _candidates(table: ParameterTable, group: int) -> Iterator[tuple[str, str, str]]:
    rows = [row for row in table if row.group == group]
    in_regressions = dict.fromkeys(row.lhs for row in rows if row.op == "~")
    in_regressions |= dict.fromkeys(row.rhs for row in rows if row.op == "~")
    indicators = {row.rhs for row in rows if row.op == "=~"}
    variables = table.variables(group)
    covariates = set(variables.exogenous)
    for name in table.conditioned:
        in_regressions.pop(name, None)
    for factor in variables.latent:
        for name in variables.observed:
            if name not in covariates and name not in in_regressions:
                yield factor, "=~", name
    measured = [name for name in variables.observed if name in indicators]
    for a, b in combinations_with_replacement(measured, 2):
        yield a, "~~", b
    for a, b in combinations_with_replacement(variables.latent, 2):
        yield a, "~~", b
    for outcome in in_regressions:
        for predictor in (*in_regressions, *table.conditioned):
            measures = outcome in indicators and outcome not in variables.latent
            if outcome != predictor and not (measures and predictor in variables.latent):
                yield outcome, "~", predictor
