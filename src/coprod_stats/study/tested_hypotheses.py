"""Which hypotheses of a plan an analysis tests."""

from __future__ import annotations

from collections.abc import Sequence

from coprod_stats.analyses.registry import kind_of
from coprod_stats.plans.hypotheses import Hypothesis
from coprod_stats.plans.model import AnalysisForm


def tested_by(analysis: AnalysisForm, hypotheses: Sequence[Hypothesis]) -> tuple[Hypothesis, ...]:
    """Return those that it names, or all that its kind claims where it names none."""
    if analysis.tests:
        return tuple(entry for entry in hypotheses if entry.id in analysis.tests)
    claims = kind_of(analysis).claims
    return tuple(entry for entry in hypotheses if entry.kind in claims)
