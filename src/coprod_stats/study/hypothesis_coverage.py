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
    among = hypothesis.among or ""
    verdicts = [_in_form(hypothesis, audience, among) for _, audience in audiences]
    form, best = max(
        zip((form for form, _ in audiences), verdicts, strict=True),
        key=lambda judged: (_WORST_FIRST.index(judged[1].status), judged[1].is_asked),
    )
    at = form if best.status != "not testable" else ""
    return HypothesisCoverage(hypothesis.id, questionnaire, best.status, best.reason, at, plans)


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What one form allows; ``is_asked`` is whether it asks everything."""

    status: Status
    reason: str = ""
    is_asked: bool = True


def _not_asked(name: str) -> _Verdict:
    return _Verdict("not testable", f"{name} is not asked", is_asked=False)


def _in_form(hypothesis: Hypothesis, audience: Audience, among: str) -> _Verdict:
    """Return the worst verdict on the relations of a hypothesis, and on its other variables."""
    worst = min(
        (_relation(relation, audience, among) for relation in hypothesis.relations()),
        key=lambda verdict: _WORST_FIRST.index(verdict.status),
    )
    others = filter(None, (*hypothesis.through, hypothesis.moderator))
    lacking = next((name for name in others if not _is_known(name, audience)), None)
    return worst if lacking is None or worst.status == "not testable" else _not_asked(lacking)


def _relation(relation: Relation, audience: Audience, among: str) -> _Verdict:
    ends = (relation.predictor, relation.outcome)
    for name in ends:
        if not _is_known(name, audience):
            return _not_asked(name)
    if not all(audience.is_measured(name) for name in ends):
        return _Verdict("testable")  # a column without a question, as what chance assigns
    obstacle = audience.obstacle(*ends, among)
    if obstacle is not None and obstacle.kind != "some":
        return _Verdict("not testable", obstacle.words)
    if audience.is_cut_off(*ends):
        words = f"the answers to {relation.predictor} decide who is asked {relation.outcome}"
        return _Verdict("testable among some", words)
    if obstacle is not None and not audience.presupposes_taking_part(relation.predictor):
        return _Verdict("testable among some", obstacle.words)
    return _Verdict("testable")


def _is_known(name: str, audience: Audience) -> bool:
    form = audience.form
    columns = {column.id for column in form.administrative} | {one.id for one in form.assigned}
    return name in columns or audience.is_measured(name)
