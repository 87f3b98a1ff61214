"""Checks of what else could have made the results of a study, fired or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from coprod_stats.analyses.pattern_words import mean_with_interval
from coprod_stats.structure.path_pattern import PathPattern
from coprod_stats.study.result import StudyResult


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One check, with the statistic that it rests on."""

    code: str
    fires: bool
    statistic: float
    message: str


def study_diagnostics(study: StudyResult) -> tuple[Diagnostic, ...]:
    """Return every check that a study allows."""
    pattern = study.pattern
    return () if pattern is None else tuple(_halo(pattern))


def _halo(pattern: PathPattern) -> Iterator[Diagnostic]:
    fires = pattern.conclusion in ("general-evaluation", "uneven")
    yield Diagnostic(
        "HALO-001",
        fires,
        pattern.contrast.statistic,
        "a general evaluation of the service that is alike in all scales "
        f"{'may' if fires else 'does not'} account for the stated paths: they differ from the "
        "unstated ones by "
        f"{mean_with_interval(pattern.contrast, pattern)}",
    )
    above = pattern.mean_unstated.above_zero
    yield Diagnostic(
        "HALO-002",
        above,
        pattern.mean_unstated.statistic,
        f"the unstated paths {'lie above zero' if above else 'do not lie above zero'}: mean "
        f"{mean_with_interval(pattern.mean_unstated, pattern)}",
    )
