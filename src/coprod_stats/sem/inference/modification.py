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
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.estimate import Estimate, models_of, objective_of
from coprod_stats.sem.estimation.optimizer import tangent_basis
from coprod_stats.sem.inference.information import inverted
from coprod_stats.sem.inference.standardization import row_values, scale_factors
from coprod_stats.sem.model.lisrel import LisrelModel
from coprod_stats.sem.model.parameters import Parameter, ParameterTable
from coprod_stats.sem.options import Method, refuse_two_levels
from coprod_stats.sem.sample import GroupSample

if TYPE_CHECKING:
    from coprod_stats.sem.estimation.categorical_least_squares import CategoricalLeastSquares

FloatArray = NDArray[np.float64]

SMALLEST_INFORMATION = float(np.finfo(np.float64).eps ** (1 / 3))
"""Less information than this about a new parameter means that it is not identified."""


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


def modification_indices(
    estimate: Estimate, samples: Sequence[GroupSample], method: Method
) -> ModificationIndices:
    """Compute modification indices of everything that could be freed.

    Candidates are fixed parameters, cross-loadings, covariances and regressions among variables
    that take part in one. Those that would not be identified are left out.

    Parameters
    ----------
    estimate : Estimate
    samples : sequence of GroupSample
    method : Method
    """
    refuse_two_levels(method, "modification indices")
    n_free = estimate.table.n_free
    extended, values = extended_table(estimate)
    if extended.n_free == n_free:
        nothing = np.empty(0)
        return ModificationIndices((), nothing, nothing, nothing)
    params = np.empty(extended.n_free)
    for index in extended.free_rows:
        params[extended.rows[index].free] = values[index]
    models = models_of(extended, samples, method)
    scores, information = _scores_and_information(extended, models, samples, method, params)
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
    n_obs = float(sum(sample.n_obs for sample in samples))
    return ModificationIndices(
        rows=kept,
        indices=n_obs * scores[usable] ** 2 / left[usable],
        changes=changes,
        standardized_changes=changes * factors,
    )


def _scores_and_information(
    table: ParameterTable,
    models: Sequence[LisrelModel],
    samples: Sequence[GroupSample],
    method: Method,
    params: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Differentiate the log-likelihood of one case, and give its expected information.

    Cases count by N in the information and, save with Wishart likelihood, by N - 1 in the scores
    of estimators that count them so (lavaan's convention).
    """
    objective = objective_of(table, models, samples, method)
    at = objective.evaluate(params, exact=False)
    scores = -at.gradient
    if method.is_ordered:
        return scores, cast("CategoricalLeastSquares", objective).information(params)
    information = at.curvature.copy()
    if any(row.exogenous for row in table):
        _leave_out_covariates(information, table, models, samples, params)
    if not method.is_normal_likelihood:
        for model, sample in zip(models, samples, strict=True):
            more = sample.n_obs / (sample.n_obs - 1.0)
            information[np.ix_(model.parameters, model.parameters)] *= more
            if method.likelihood == "wishart":
                scores[model.parameters] *= more
    return scores, information


def _leave_out_covariates(
    information: FloatArray,
    table: ParameterTable,
    models: Sequence[LisrelModel],
    samples: Sequence[GroupSample],
    params: FloatArray,
) -> None:
    """Replace the information by what moments other than those of fixed covariates hold."""
    # loaded only with fixed covariates: a small model is fitted faster than these are imported
    from coprod_stats.sem.estimation.fiml import expected_patterns
    from coprod_stats.sem.estimation.least_squares import moment_jacobian
    from coprod_stats.sem.inference.moment_sandwich import normal_weight
    from coprod_stats.sem.inference.sandwich import fixed_columns, moments_among
    from coprod_stats.sem.observed.saturated_information import saturated_information

    total = sum(sample.n_obs for sample in samples)
    fixed = moments_among(fixed_columns(table), len(table.observed))
    if not table.meanstructure:
        fixed = fixed[len(table.observed) :]
    for model, sample in zip(models, samples, strict=True):
        implied = model.moments(params)
        jacobian = moment_jacobian(model, implied, meanstructure=table.meanstructure)
        jacobian[fixed] = 0.0
        if sample.patterns is None:
            weight = normal_weight(implied.cov, meanstructure=table.meanstructure)
        else:
            moments = {"mean": implied.mean, "cov": implied.cov}
            patterns = expected_patterns(sample.patterns, **moments)
            weight = saturated_information(patterns, **moments) / sample.n_obs
        local = np.ix_(model.parameters, model.parameters)
        information[local] = sample.n_obs / total * (jacobian.T @ weight @ jacobian)


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
    covariates = set(table.exogenous)
    for name in table.conditioned:
        in_regressions.pop(name, None)
    for factor in table.latent:
        for name in table.observed:
            if name not in covariates and name not in in_regressions:
                yield factor, "=~", name
    measured = [name for name in table.observed if name in indicators]
    for a, b in combinations_with_replacement(measured, 2):
        yield a, "~~", b
    for a, b in combinations_with_replacement(table.latent, 2):
        yield a, "~~", b
    for outcome in in_regressions:
        for predictor in (*in_regressions, *table.conditioned):
            measures = outcome in indicators and outcome not in table.latent
            if outcome != predictor and not (measures and predictor in table.latent):
                yield outcome, "~", predictor
