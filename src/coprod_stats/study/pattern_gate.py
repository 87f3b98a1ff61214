"""Gates before single paths: what they do not support although their own tests do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from coprod_stats.analyses.findings import NOT_BEYOND_EVALUATION, SHARED_MEANING, Finding
from coprod_stats.analyses.kind import NotEstimated
from coprod_stats.analyses.registry import kind_of
from coprod_stats.literals import Conclusion
from coprod_stats.plans.model import AnalysisForm
from coprod_stats.structure.path_pattern import PathPattern

_GATED: dict[Conclusion, Conclusion] = {
    "supported": "inconclusive",
    "supported-negligible": "equivalent",
}
"""What is left of a conclusion: that a path differs from 0 does not show it to be more than a
general evaluation; that it is negligible holds all the same, as does one of the opposite sign."""


def pattern_of(form: AnalysisForm, result: Any) -> PathPattern | None:
    """Return what was stated against what was not in an analysis, where it has such a test."""
    return None if isinstance(result, NotEstimated) else kind_of(form).pattern(result)


def no_pattern_of(form: AnalysisForm, result: Any) -> str:
    """Return why an analysis has no pattern although something was not stated; empty otherwise."""
    return "" if isinstance(result, NotEstimated) else kind_of(form).no_pattern(result)


def untested(form: AnalysisForm, result: Any) -> str:
    """Return why the paths of an analysis stand without a test of them as a whole, or nothing."""
    return "" if isinstance(result, NotEstimated) else kind_of(form).untested(result)


def gated(
    findings: Sequence[Finding], pattern: PathPattern | None, no_pattern: str = ""
) -> tuple[Finding, ...]:
    """Return the findings of an analysis as its pattern allows; unchanged where it is present.

    Where there is something unstated that could not be compared, for the reason ``no_pattern``,
    they support nothing either.
    """
    if not no_pattern and (pattern is None or pattern.is_present):
        return tuple(findings)
    return tuple(_without_support(finding, NOT_BEYOND_EVALUATION) for finding in findings)


def dependent_on_overlap(
    findings: Sequence[Finding], form: AnalysisForm, result: Any
) -> tuple[Finding, ...]:
    """Return findings of which none is supported that only items with one meaning support."""
    resting = set() if isinstance(result, NotEstimated) else kind_of(form).resting(result)
    return tuple(
        _without_support(finding, SHARED_MEANING) if finding.id in resting else finding
        for finding in findings
    )


def _without_support(finding: Finding, gate: str) -> Finding:
    """Return a finding that is not supported; the gate stands where nothing else is concluded."""
    conclusion = _GATED.get(finding.conclusion, finding.conclusion)
    if conclusion == finding.conclusion:
        return finding
    return replace(
        finding, conclusion=conclusion, gate=gate if conclusion == "inconclusive" else ""
    )


_DECIDED: tuple[Conclusion, ...] = ("supported", "supported-negligible", "opposite", "equivalent")


def held_back(findings: Sequence[Finding], form: AnalysisForm, result: Any) -> tuple[Finding, ...]:
    """Return findings of which none decides what other answers than those seen would undo."""
    if isinstance(result, NotEstimated):
        return tuple(findings)
    reasons = (
        kind_of(form).held_back(result, finding) if finding.conclusion in _DECIDED else ""
        for finding in findings
    )
    return tuple(
        replace(finding, conclusion="inconclusive", gate=reason) if reason else finding
        for finding, reason in zip(findings, reasons, strict=True)
    )
