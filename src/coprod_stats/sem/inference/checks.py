"""What a reader must know before trusting a solution; each finding has a stable code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coprod_stats.counts import counted
from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.inference.infer import Inference
from coprod_stats.sem.model.parameters import ParameterTable

if TYPE_CHECKING:
    from coprod_stats.sem.problems.problem import Problem

FloatArray = NDArray[np.float64]

GRADIENT_TOLERANCE = 1e-5
"""Largest derivative of half the discrepancy that a solution may have."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or noteworthy.

    Parameters
    ----------
    code : str
        ``SEM-1xx`` means that the solution must not be used as it is, ``SEM-2xx`` is a caution.
    message : str
        A sentence that a researcher understands.
    parameters : tuple of str
        Parameters or variables concerned.
    """

    code: str
    message: str
    parameters: tuple[str, ...] = ()

    @property
    def is_fatal(self) -> bool:
        """Whether the solution must not be called a success."""
        return self.code.startswith("SEM-1")


def check_solution(
    estimate: Estimate,
    inference: Inference,
    *,
    few_clusters: bool = False,
    indices: Mapping[str, float] | None = None,
) -> tuple[Finding, ...]:
    """Gather all findings about a fitted model.

    Parameters
    ----------
    estimate : Estimate
    inference : Inference
    few_clusters : bool
        Whether there are no more clusters than parameters.
    indices : mapping of str to float, optional
        Fit indices, where they were computed.
    """
    problem = estimate.problem
    return (
        *_convergence(estimate),
        *_identification(estimate, inference),
        *_matrices(estimate),
        *_standard_errors(inference),
        *_bounds(estimate),
        *problem.data_findings(),
        *_cases(estimate),
        *(_clusters(inference, problem) if few_clusters else ()),
        *problem.solution_findings(estimate, indices),
    )


def _convergence(estimate: Estimate) -> list[Finding]:
    minimum = estimate.minimum
    if not minimum.converged or not np.isfinite(minimum.final.value):
        message = f"the estimates did not converge within {minimum.n_iterations} steps"
        if not np.isfinite(minimum.final.value):
            message = (
                "no estimates: where the search begins, the covariance matrix that the model "
                "implies is not positive definite; see the values that it fixes or starts from"
            )
        moved = estimate.problem.measured_from_means()
        if moved is None or estimate.shifted is not None:
            return [_without_end(estimate, message)]
        far = tuple(estimate.table.observed[place] for place in np.flatnonzero(moved[1]))
        message += "; these lie far from zero for their spread: subtract a number near their mean"
        return [Finding("SEM-101", message, far)]
    if minimum.reduced_gradient > GRADIENT_TOLERANCE:
        message = f"the gradient is not zero at the solution ({minimum.reduced_gradient:.2g})"
        return [Finding("SEM-102", message)]
    return []


def _without_end(estimate: Estimate, message: str) -> Finding:
    """Name the parameters that grew without end, if any."""
    growing = estimate.minimum.growing
    if not growing:
        return Finding("SEM-101", message)
    names = tuple(_name(estimate, estimate.table.free_rows[index]) for index in growing)
    message += "; these seem to grow without end: there may be no finite solution"
    return Finding("SEM-101", message, names)


def _identification(estimate: Estimate, inference: Inference) -> list[Finding]:
    findings = []
    if inference.df < 0:
        message = (
            f"the model has {-inference.df} more parameters than moments (df = {inference.df}); "
            "fix or constrain parameters"
        )
        findings.append(Finding("SEM-103", message))
    involved = inference.inverted.unidentified
    if involved:
        rows = estimate.table.free_rows
        names = tuple(_name(estimate, rows[index]) for index in involved)
        message = "these parameters are not identified: the data cannot distinguish them"
        findings.append(Finding("SEM-104", message, names))
    return findings


def _name(estimate: Estimate, row: int) -> str:
    parameter = estimate.table.rows[row]
    return f"{parameter.name}{_where(estimate.table, parameter.group, parameter.level)}"


def _where(table: ParameterTable, group: int, level: int) -> str:
    """Describe which group and level, as far as there are several."""
    parts = [table.group_name(group)] if table.n_groups > 1 else []
    parts += [f"level {level}"] if level else []
    return f" ({', '.join(parts)})" if parts else ""


def _matrices(estimate: Estimate) -> list[Finding]:
    findings = []
    negative = [
        _name(estimate, index)
        for index in estimate.table.free_rows
        if estimate.table.rows[index].op == "~~"
        and estimate.table.rows[index].lhs == estimate.table.rows[index].rhs
        and estimate.params[estimate.table.rows[index].free] < 0
    ]
    if negative:
        message = "these variances are negative (a Heywood case); the solution is improper"
        findings.append(Finding("SEM-105", message, tuple(negative)))
    auxiliary = estimate.table.auxiliary
    for block, model, implied in zip(
        estimate.table.blocks, estimate.models, estimate.implied, strict=True
    ):
        where = _where(estimate.table, *block)
        # auxiliary variables correlate with the residuals only, which needs no proper matrix
        own = [i for i, n in enumerate(model.matrices.observed) if n not in auxiliary]
        beyond = _beyond_one(implied.eta_cov, model.matrices.eta)
        if beyond:
            message = f"these correlations are beyond 1{where}; the solution is improper"
            findings.append(Finding("SEM-106", message, beyond))
        for code, matrix, label in (
            ("SEM-107", implied.eta_cov, "latent variables"),
            ("SEM-108", implied.theta[np.ix_(own, own)], "residuals"),
        ):
            if matrix.size and np.linalg.eigvalsh(matrix)[0] < -1e-8 * max(np.trace(matrix), 1e-8):
                message = f"the covariance matrix of the {label} is not positive definite{where}"
                findings.append(Finding(code, message))
    return findings


def _beyond_one(cov: FloatArray, names: Sequence[str]) -> tuple[str, ...]:
    scale = np.sqrt(np.maximum(np.diagonal(cov), 0.0))
    limit = np.outer(scale, scale) * (1.0 + 1e-8)
    rows, columns = np.nonzero(np.tril(np.abs(cov) > limit, -1))
    pairs = [(r, c) for r, c in zip(rows, columns, strict=True) if scale[r] > 0 and scale[c] > 0]
    return tuple(f"{names[int(c)]}~~{names[int(r)]}" for r, c in pairs)


def _standard_errors(inference: Inference) -> list[Finding]:
    if inference.inverted.unidentified or inference.df < 0:
        return []
    if inference.is_singular:
        message = "standard errors and tests could not be computed at this solution"
        return [Finding("SEM-120", message)]
    if (np.diagonal(inference.covariance) < -1e-12).any():
        message = "the information matrix is not positive definite; the solution is no minimum"
        return [Finding("SEM-109", message)]
    return []


def _bounds(estimate: Estimate) -> list[Finding]:
    """List estimates that a bound stopped, and inequalities of several parameters that bind."""
    limits = estimate.restrictions.inequalities
    stopped = {
        function.indices[0]
        for function in limits
        if function.is_bound and function.value(estimate.params) < 1e-8
    }
    findings = []
    if stopped:
        rows = estimate.table.free_rows
        names = tuple(
            _name(estimate, row) for row in rows if estimate.table.rows[row].free in stopped
        )
        message = (
            "these estimates lie on their bounds, where standard errors, which are those of "
            "unbounded parameters, are not exact and the test of the model is no chi-square"
        )
        findings.append(Finding("SEM-204", message, names))
    binding = tuple(
        f"{function.expression} > 0"
        for function in estimate.minimum.active
        if function in limits and not function.is_bound
    )
    if binding:
        message = (
            "the solution lies on these inequalities: standard errors hold them as equations, and "
            "the test of the model, whose degrees of freedom do not count them, is no chi-square"
        )
        findings.append(Finding("SEM-205", message, binding))
    return findings


def _cases(estimate: Estimate) -> list[Finding]:
    total = estimate.problem.n_obs
    if total > estimate.restrictions.n_reduced:
        return []
    message = (
        f"there are {total:g} cases for {estimate.restrictions.n_reduced} parameters; "
        "standard errors and tests cannot be trusted"
    )
    return [Finding("SEM-201", message)]


def _clusters(inference: Inference, problem: Problem) -> list[Finding]:
    n_clusters = sum(sample.n_clusters for sample in problem.samples)
    if problem.method.is_variance_adjusted:
        test = "the scaled test, its p value and the indices that rest on it are withheld"
    elif inference.scaled is None:
        test = "there is no scaled test"
    else:
        test = "the scaled test is corrected for its mean alone and its p value is approximate"
    message = (
        f"there are {n_clusters} clusters for {counted(inference.n_params, 'parameter')}: {test}, "
        "and intervals use the t distribution with "
        f"{counted(n_clusters - 1, 'degree of freedom', 'degrees of freedom')}"
    )
    return [Finding("SEM-202", message)]
