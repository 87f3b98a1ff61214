"""Which hypotheses a questionnaire can test, and why not the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from coprod_stats.instruments.checks.audience import Audience
from coprod_stats.instruments.model import Instrument
from coprod_stats.plans.hypotheses import Hypothesis, Relation

Status = Literal["testable", "testable among some", "not testable"]
_WORST_FIRST: tuple[Status, ...] = ("not testable", "testable among some", "testable")
_NEEDS = {
    "time": "needs several waves of the same respondents",
    "cross-source": "needs answers of both sides, linked by their unit",
}
"""What kinds of claims need beyond one questionnaire."""


@dataclass(frozen=True, slots=True)
class HypothesisCoverage:
    """Whether a hypothesis can be tested with one questionnaire.

    Attributes
    ----------
    reason : str
        Why not, or among whom; of the relation for which least can be done.
    form : str
        The form in which most can be done; empty if in none.
    plans : tuple of str
        Plans that test it.
    """

    hypothesis: str
    questionnaire: str
    status: Status
    reason: str
    form: str = ""
    plans: tuple[str, ...] = ()

    def __str__(self) -> str:
        verdict = "not testable with this questionnaire"
        if self.status != "not testable":
            verdict = self.status
        words = f"{self.hypothesis:<8} {self.questionnaire:<9} {verdict}"
        return f"{words}: {self.reason}" if self.reason else words


def judge_hypotheses(
    hypotheses: Sequence[Hypothesis],
    instrument: Instrument,
    tested: Mapping[str, tuple[str, ...]],
) -> tuple[HypothesisCoverage, ...]:
    """Judge each hypothesis in the form of a questionnaire in which most can be done.

    Parameters
    ----------
    hypotheses : sequence of Hypothesis
    instrument : Instrument
        The questionnaire, with its modules where these are to count.
    tested : mapping
        Ids of the plans that test a hypothesis with this questionnaire, by its id.
    """
    about = [hypothesis.among or "" for hypothesis in hypotheses]
    audiences = [(form.id, Audience(instrument, form.id, about)) for form in instrument.forms]
    return tuple(
        _judged(hypothesis, instrument.id, audiences, tested.get(hypothesis.id, ()))
        for hypothesis in hypotheses
    )


def _judged(
    hypothesis: Hypothesis,
    questionnaire: str,
    audiences: Sequence[tuple[str, Audience]],
    plans: tuple[str, ...],
) -> HypothesisCoverage:
    needs = hypothesis.untestable or ("" if plans else _NEEDS.get(hypothesis.kind, ""))
    if needs:
        return HypothesisCoverage(hypothesis.id, questionnaire, "not testable", needs, "", plans)
    found: list[HypothesisCoverage] = []
    among = hypothesis.among or ""
    for form, audience in audiences:
        status, reason = _worst([_relation(r, audience, among) for r in hypothesis.relations()])
        others = (*hypothesis.through, hypothesis.moderator)
        lacking = [name for name in others if name and not _is_known(name, audience)]
        if lacking and status != "not testable":
            status, reason = "not testable", f"{lacking[0]} is not asked"
        at = form if status != "not testable" else ""
        found.append(HypothesisCoverage(hypothesis.id, questionnaire, status, reason, at, plans))
    return max(
        found,
        key=lambda one: (_WORST_FIRST.index(one.status), not one.reason.endswith("is not asked")),
    )


def _worst(judged: Sequence[tuple[Status, str]]) -> tuple[Status, str]:
    return min(judged, key=lambda found: _WORST_FIRST.index(found[0]))


def _relation(relation: Relation, audience: Audience, among: str) -> tuple[Status, str]:
    for name in (relation.predictor, relation.outcome):
        if not _is_known(name, audience):
            return "not testable", f"{name} is not asked"
    ends = (relation.predictor, relation.outcome)
    if not all(audience.is_measured(name) for name in ends):
        return "testable", ""  # a column without a question, as what chance assigns
    obstacle = audience.obstacle(*ends, among)
    if obstacle.startswith(("nobody", "the answers", "those whom")):
        return "not testable", obstacle
    if audience.is_cut_off(*ends):
        words = f"the answers to {relation.predictor} decide who is asked {relation.outcome}"
        return "testable among some", words
    if obstacle and not audience.presupposes_taking_part(relation.predictor):
        return "testable among some", obstacle
    return "testable", ""


def _is_known(name: str, audience: Audience) -> bool:
    form = audience.form
    columns = {column.id for column in form.administrative} | {one.id for one in form.assigned}
    return name in columns or audience.is_measured(name)
