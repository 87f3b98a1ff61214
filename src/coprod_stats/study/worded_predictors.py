"""Predictors that those whom a plan analyses were asked in different words, by their outcome."""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.instruments.checks.claimed_paths import ClaimedPath, items_of, together
from coprod_stats.instruments.checks.path_rules import deciding_on_words, paths_worded_by_outcome
from coprod_stats.instruments.model import Instrument
from coprod_stats.responses.table import Responses
from coprod_stats.study.plan_reading import Plan
from coprod_stats.study.questionnaire_claims import planned_paths
from coprod_stats.study.result import StudyWarning


def worded_predictors(plan: Plan, analysed: Responses) -> Iterator[StudyWarning]:
    """Yield a warning for each predictor whose words differ among respondents by its outcome.

    The difference in words is then part of the path (Schwarz, 1999). Where all who are analysed
    gave the same answers to what decides on the words, or were asked in the same words, nothing is
    wrong.
    """
    planned = tuple(planned_paths(plan))
    for name, paths in paths_worded_by_outcome(plan.instrument, planned).items():
        concerned = [path for path in paths if _decides(plan.instrument, path, analysed)]
        if concerned and _is_asked_in_several_words(plan.instrument, name, analysed):
            yield StudyWarning(
                "WORDING-001",
                f"{together(concerned)}: respondents who differ in the outcome were asked about "
                f"{name} in different words, which is part of the path",
            )


def _decides(instrument: Instrument, path: ClaimedPath, analysed: Responses) -> bool:
    deciding = deciding_on_words(instrument, path)
    return any(analysed.answers[id].nunique(dropna=False) > 1 for id in deciding)


def _is_asked_in_several_words(instrument: Instrument, name: str, analysed: Responses) -> bool:
    for item in items_of(instrument, name):
        asked = analysed.asked(item)
        for wording in (*item.wordings, *item.stem_wordings):
            told = analysed.where(wording.condition)[asked]
            if told.any() and not told.all():
                return True
    return False
