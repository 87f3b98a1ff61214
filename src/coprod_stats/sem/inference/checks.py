"""What a reader must know before trusting a solution; each finding has a stable code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemDataError
from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.inference.infer import Inference
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.observed.moments import SampleMoments, moment_notes
from coprod_stats.sem.options import Method
from coprod_stats.sem.sample import GroupSample

FloatArray = NDArray[np.float64]

GRADIENT_TOLERANCE = 1e-5
"""Largest derivative of half the discrepancy that a solution may have."""


_OF_DATA = {
    "OBS-101": "SEM-111",
    "OBS-102": "SEM-112",
    "OBS-103": "SEM-113",
    "OBS-111": "SEM-211",
    "OBS-112": "SEM-212",
    "OBS-113": "SEM-213",
    "OBS-114": "SEM-214",
    "OBS-115": "SEM-215",
    "OBS-116": "SEM-118",
}
"""Codes of notes on the data as errors and findings about the solution."""


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
    samples: Sequence[GroupSample],
    *,
    few_clusters: bool = False,
    singular_allowed: bool = False,
) -> tuple[Finding, ...]:
    """Gather all findings about a fitted model.

    Parameters
    ----------
    estimate : Estimate
    inference : Inference
    samples : sequence of GroupSample
    few_clusters : bool
        Whether the scaled test was withheld and intervals use the t distribution.
    singular_allowed : bool
        Whether the estimator goes on with singular moments, as ULS and DWLS do.
    """
    return (
        *_convergence(estimate),
        *_identification(estimate, inference),
        *_matrices(estimate),
        *_standard_errors(inference),
        *_bounds(estimate),
        *_of_ordered(estimate, samples),
        *(_singular_moments(estimate.table, samples) if singular_allowed else ()),
        *_cases(estimate, samples),
        *(_clusters(inference, samples) if few_clusters else ()),
        *_never_together(estimate.table, samples),
    )


def _convergence(estimate: Estimate) -> list[Finding]:
    minimum = estimate.minimum
    if not minimum.converged or not np.isfinite(minimum.final.value):
        message = f"the estimates did not converge within {minimum.n_iterations} steps"
        return [Finding("SEM-101", message)]
    if minimum.reduced_gradient > GRADIENT_TOLERANCE:
        message = f"the gradient is not zero at the solution ({minimum.reduced_gradient:.2g})"
        return [Finding("SEM-102", message)]
    return []


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
        message = "these parameters are not identified: the data cannot tell them apart"
        findings.append(Finding("SEM-104", message, names))
    return findings


def _name(estimate: Estimate, row: int) -> str:
    parameter = estimate.table.rows[row]
    return f"{parameter.name}{_where(estimate.table, parameter.group, parameter.level)}"


def _where(table: ParameterTable, group: int, level: int) -> str:
    """Describe which group and level, as far as there are several."""
    parts = [f"group {group}"] if table.n_groups > 1 else []
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
    """Name estimates that ``lower()`` or ``upper()`` stopped."""
    limits = estimate.restrictions.inequalities
    stopped = {
        function.indices[0]
        for function in limits
        if function.is_bound and function.value(estimate.params) < 1e-8
    }
    if not stopped:
        return []
    rows = estimate.table.free_rows
    names = tuple(_name(estimate, row) for row in rows if estimate.table.rows[row].free in stopped)
    message = (
        "these estimates lie on their bounds, where standard errors and tests, which are those of "
        "unbounded parameters, are not exact"
    )
    return [Finding("SEM-204", message, names)]


def _never_together(table: ParameterTable, samples: Sequence[GroupSample]) -> list[Finding]:
    """Name variables of which no case has both, where incomplete cases are used."""
    findings = []
    for group, sample in enumerate(samples):
        names = unpaired(table, sample)
        if names:
            where = f" in group {group + 1}" if len(samples) > 1 else ""
            message = (
                f"no case has answers to both of some of these{where}: their covariance rests on "
                "the model alone; robust indices and scaled tests are withheld"
            )
            findings.append(Finding("SEM-203", message, names))
    return findings


def unpaired(table: ParameterTable, sample: GroupSample) -> tuple[str, ...]:
    """Return the variables that lack common cases with another one; none for complete data."""
    if sample.patterns is None:
        return ()
    observed = sample.patterns.observed.astype(np.float64)
    lacking = ((observed.T @ observed) == 0).any(axis=1)
    return tuple(table.observed[item] for item in np.flatnonzero(lacking))


def check_moments(table: ParameterTable, samples: Sequence[GroupSample], method: Method) -> None:
    """Refuse data from which no estimates can be computed.

    Parameters
    ----------
    table : ParameterTable
    samples : sequence of GroupSample
    method : Method

    Raises
    ------
    SemDataError
        ``SEM-111`` for constant variables; ``SEM-112`` for collinear variables and ``SEM-113`` for
        no more cases than variables, where the estimator needs the inverse of the sample
        covariance matrix; ``SEM-114`` for a single cluster; ``SEM-121`` for variables without
        common cases in two-stage estimation; ``SEM-122`` for variables of two values whose
        moments leave WLS or DWLS without weights.
    """
    for group, sample in enumerate(samples):
        where = f" in group {group + 1}" if len(samples) > 1 else ""
        if sample.clusters is not None and sample.n_clusters < 2:
            raise SemDataError(f"all cases are in one cluster{where}", code="SEM-114")
        if sample.ordered is not None:
            continue
        lacking = unpaired(table, sample) if method.is_two_stage else ()
        if lacking:
            message = f"no case has answers to both of some of these{where}; use missing='fiml'"
            raise SemDataError(message, code="SEM-121", variables=lacking)
        if method.discrepancy in ("DWLS", "WLS"):
            _check_weights(table, sample, method, where)
        for note in moment_notes(SampleMoments(sample.n_obs, sample.mean, sample.cov)):
            code = _OF_DATA[note.code]
            if method.allows_singular_moments and code != "SEM-111":
                continue  # a finding about the solution
            names = tuple(table.observed[item] for item in note.items)
            raise SemDataError(_REASONS[code] + where, code=code, variables=names)


_REASONS = {
    "SEM-111": "every case has the same value of these variables; leave them out",
    "SEM-112": "these variables are linear functions of one another; leave one out",
    "SEM-113": "there are no more cases than variables",
}


def _check_weights(table: ParameterTable, sample: GroupSample, method: Method, where: str) -> None:
    """Refuse variables of two values, ``x² = a + b x``, where no weights follow from their moments.

    The variance follows from the mean, and does not vary at all where both values are equally
    frequent.
    """
    low, high = sample.data.min(axis=0), sample.data.max(axis=0)
    two_valued = (low < high) & ((sample.data == low) | (sample.data == high)).all(axis=0)
    in_halves = two_valued & (np.abs(low + high - 2 * sample.mean) <= 1e-12 * (high - low))
    whole = method.discrepancy == "WLS" and table.meanstructure
    names = tuple(
        table.observed[item] for item in np.flatnonzero(two_valued if whole else in_halves)
    )
    if names:
        reason = _FOLLOWS_FROM_MEAN if whole else _DOES_NOT_VARY
        raise SemDataError(reason + where, code="SEM-122", variables=names)


_FOLLOWS_FROM_MEAN = (
    "the variance of a variable of two values follows from its mean, so that WLS, which inverts "
    "the sampling covariance of both, has no weights; use MLR, DWLS or ULSMV"
)
_DOES_NOT_VARY = (
    "the variance of a variable of two equally frequent values does not vary between samples, so "
    "that DWLS and WLS, which divide by its sampling variance, have no weights; use MLR or ULSMV"
)


def _singular_moments(table: ParameterTable, samples: Sequence[GroupSample]) -> list[Finding]:
    """Describe that moments are singular."""
    findings = []
    for group, sample in enumerate(samples):
        if sample.ordered is not None:
            continue
        where = f" in group {group + 1}" if len(samples) > 1 else ""
        for note in moment_notes(SampleMoments(sample.n_obs, sample.mean, sample.cov)):
            names = tuple(table.observed[item] for item in note.items)
            code = _OF_DATA[note.code]
            findings.append(Finding(code, _REASONS[code] + where, names))
    return findings


def _of_ordered(estimate: Estimate, samples: Sequence[GroupSample]) -> list[Finding]:
    """Gather notes on thresholds and polychoric correlations."""
    findings = []
    table = estimate.table
    covariates = table.conditioned
    items = tuple(name for name in table.observed if name not in covariates)
    for group, sample in enumerate(samples):
        where = f"group {group + 1}: " if len(samples) > 1 else ""
        for note in sample.ordered.notes if sample.ordered is not None else ():
            names = tuple(items[item] for item in note.items)
            findings.append(Finding(_OF_DATA[note.code], where + note.message, names))
    return findings


def _cases(estimate: Estimate, samples: Sequence[GroupSample]) -> list[Finding]:
    total = sum(sample.n_obs for sample in samples)
    if total > estimate.restrictions.n_reduced:
        return []
    message = (
        f"there are {total:g} cases for {estimate.restrictions.n_reduced} parameters; "
        "standard errors and tests cannot be trusted"
    )
    return [Finding("SEM-201", message)]


def _clusters(inference: Inference, samples: Sequence[GroupSample]) -> list[Finding]:
    n_clusters = sum(sample.n_clusters for sample in samples)
    is_ordered = any(sample.ordered is not None for sample in samples)
    withheld = "the scaled test, its p value and the indices that rest on it are"
    message = (
        f"there are {n_clusters} clusters for {inference.n_params} parameters: "
        f"{withheld if is_ordered else 'the scaled test is'} withheld, and intervals use the t "
        f"distribution with {n_clusters - 1} degrees of freedom"
    )
    return [Finding("SEM-202", message)]
