"""What a reader must know about the sample statistics, and what cannot be fitted at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from coprod_stats.sem.errors import SemDataError
from coprod_stats.sem.inference.checks import Finding
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.observed.moments import SampleMoments, moment_notes
from coprod_stats.sem.options import Method
from coprod_stats.sem.sample import GroupSample

if TYPE_CHECKING:
    from coprod_stats.sem.incomplete_sample import IncompleteSample

CODES_OF_NOTES = {
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


def check_clusters(table: ParameterTable, samples: Sequence[GroupSample]) -> None:
    """Refuse clustered data of a single cluster.

    Parameters
    ----------
    table : ParameterTable
    samples : sequence of GroupSample

    Raises
    ------
    SemDataError
        ``SEM-114``.
    """
    for group, sample in enumerate(samples):
        if sample.clusters is not None and sample.n_clusters < 2:
            message = f"all cases are in one cluster{table.in_group(group + 1)}"
            raise SemDataError(message, code="SEM-114")


def check_pairs(table: ParameterTable, samples: Sequence[IncompleteSample]) -> None:
    """Refuse variables without common cases, whose covariance the data do not determine.

    Parameters
    ----------
    table : ParameterTable
    samples : sequence of IncompleteSample

    Raises
    ------
    SemDataError
        ``SEM-121``.
    """
    for group, sample in enumerate(samples):
        lacking = unpaired(table.variables(group + 1).observed, sample)
        if lacking:
            where = table.in_group(group + 1)
            message = f"no case has answers to both of some of these{where}; use missing='fiml'"
            raise SemDataError(message, code="SEM-121", variables=lacking)


def check_moments(table: ParameterTable, samples: Sequence[GroupSample], method: Method) -> None:
    """Refuse sample moments from which no estimates can be computed.

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
        covariance matrix; ``SEM-122`` for variables of two values whose moments leave WLS or DWLS
        without weights.
    """
    for group, sample in enumerate(samples):
        where, observed = table.in_group(group + 1), table.variables(group + 1).observed
        if method.discrepancy in ("DWLS", "WLS"):
            _check_weights(sample, observed, method, where, means=table.meanstructure)
        for note in moment_notes(SampleMoments(sample.n_obs, sample.mean, sample.cov)):
            code = CODES_OF_NOTES[note.code]
            if method.allows_singular_moments and code != "SEM-111":
                continue  # a finding about the solution
            names = tuple(observed[item] for item in note.items)
            raise SemDataError(_REASONS[code] + where, code=code, variables=names)


_REASONS = {
    "SEM-111": "every case has the same value of these variables; omit them",
    "SEM-112": "these variables are linear functions of one another; omit one",
    "SEM-113": "there are no more cases than variables",
}


def _check_weights(
    sample: GroupSample, observed: Sequence[str], method: Method, where: str, *, means: bool
) -> None:
    """Refuse variables of two values, ``x² = a + b x``, where no weights follow from their moments.

    The variance follows from the mean, and does not vary at all where both values are equally
    frequent.
    """
    low, high = sample.data.min(axis=0), sample.data.max(axis=0)
    two_valued = (low < high) & ((sample.data == low) | (sample.data == high)).all(axis=0)
    in_halves = two_valued & (np.abs(low + high - 2 * sample.mean) <= 1e-12 * (high - low))
    whole = method.discrepancy == "WLS" and means
    items = np.flatnonzero(two_valued if whole else in_halves)
    names = tuple(observed[int(item)] for item in items)
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


def singular_moments(table: ParameterTable, samples: Sequence[GroupSample]) -> list[Finding]:
    """Describe that moments are singular.

    Parameters
    ----------
    table : ParameterTable
    samples : sequence of GroupSample
    """
    findings = []
    for group, sample in enumerate(samples):
        observed = table.variables(group + 1).observed
        for note in moment_notes(SampleMoments(sample.n_obs, sample.mean, sample.cov)):
            names = tuple(observed[item] for item in note.items)
            code = CODES_OF_NOTES[note.code]
            findings.append(Finding(code, _REASONS[code] + table.in_group(group + 1), names))
    return findings


def unasked_findings(table: ParameterTable) -> list[Finding]:
    """List what the model of a group omits because nobody in the group answered it.

    Parameters
    ----------
    table : ParameterTable
    """
    findings = []
    for group, names in enumerate(table.unasked, start=1):
        if names:
            message = (
                f"nobody in {table.group_name(group)} answered these; its part of the model "
                "omits them"
            )
            findings.append(Finding("SEM-208", message, names))
    return findings


def unpaired_findings(table: ParameterTable, samples: Sequence[IncompleteSample]) -> list[Finding]:
    """List variables of which no case has both, where incomplete cases are used.

    Parameters
    ----------
    table : ParameterTable
    samples : sequence of IncompleteSample
    """
    findings = []
    for group, sample in enumerate(samples):
        names = unpaired(table.variables(group + 1).observed, sample)
        if names:
            message = (
                f"no case has answers to both of some of these{table.in_group(group + 1)}: their "
                "covariance rests on the model alone; robust indices and scaled tests are withheld"
            )
            findings.append(Finding("SEM-203", message, names))
    return findings


def unpaired(names: Sequence[str], sample: IncompleteSample) -> tuple[str, ...]:
    """Return those of the variables of a sample that lack common cases with another one."""
    observed = sample.patterns.observed.astype(np.float64)
    lacking = ((observed.T @ observed) == 0).any(axis=1)
    return tuple(names[int(item)] for item in np.flatnonzero(lacking))
