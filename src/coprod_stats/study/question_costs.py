"""What the questions of a form cost, and which hypotheses they serve."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coprod_stats.analyses.checks import known_variables
from coprod_stats.counts import counted
from coprod_stats.instruments.model import Instrument, Item
from coprod_stats.instruments.question_counts import is_question
from coprod_stats.instruments.score_items import items_behind
from coprod_stats.instruments.timing import item_seconds
from coprod_stats.plans.hypotheses import Hypothesis
from coprod_stats.study.hypothesis_coverage import judge_hypotheses

LISTED = 8
"""Hypotheses that are named in a line; the others are counted."""


@dataclass(frozen=True, slots=True)
class QuestionCost:
    """Questions of one scale, or of one construct without a scale, that serve the same hypotheses.

    Attributes
    ----------
    part : str
        Scale (the first that has them), construct, or a question that is in neither.
    items : tuple of str
        The questions, in their order.
    n_rotating : int
        How many of them planned missingness asks of some respondents only.
    seconds : float
        Estimated time of those who are asked all of them.
    hypotheses : tuple of str
        Those that the form can test and whose variables depend on each of the questions.
    """

    part: str
    items: tuple[str, ...]
    n_rotating: int
    seconds: float
    hypotheses: tuple[str, ...]

    def __str__(self) -> str:
        rotating = f", {self.n_rotating} of them rotating" if self.n_rotating else ""
        named = ", ".join(self.hypotheses[:LISTED])
        more = len(self.hypotheses) - LISTED
        serves = f"{named} and {more} more" if more > 0 else named or "no hypothesis"
        n_items = counted(len(self.items), "question")
        return f"{self.part:<10} {n_items}{rotating}, {self.seconds:.0f} s: {serves}"


def hypotheses_served(
    instrument: Instrument, hypotheses: Sequence[Hypothesis]
) -> dict[str, tuple[str, ...]]:
    """Return the hypotheses that depend on each item, by the item's id.

    A hypothesis counts where the form can test it, as `judge_hypotheses` judges.
    """
    known = known_variables(instrument) | {item.id for item in instrument.items}
    about = [
        hypothesis
        for hypothesis in hypotheses
        if not known.isdisjoint(hypothesis.predictors) and not known.isdisjoint(hypothesis.outcomes)
    ]
    served: dict[str, list[str]] = defaultdict(list)
    for hypothesis, judged in zip(about, judge_hypotheses(about, instrument, {}), strict=True):
        if judged.status == "not testable":
            continue
        for id in items_behind(instrument, hypothesis.variables):
            served[id].append(hypothesis.id)
    return {id: tuple(dict.fromkeys(ids)) for id, ids in served.items()}


def question_costs(
    instrument: Instrument, hypotheses: Sequence[Hypothesis]
) -> tuple[QuestionCost, ...]:
    """Return what the questions of a form cost and serve, in their order.

    Parameters
    ----------
    instrument : Instrument
        In one form.
    hypotheses : sequence of Hypothesis
        Those of the shared file.
    """
    return tuple(_costs(instrument, hypotheses_served(instrument, hypotheses)))


def _costs(instrument: Instrument, served: dict[str, tuple[str, ...]]) -> Iterator[QuestionCost]:
    scaled: dict[str, str] = {}
    for scale in instrument.scales:
        for id in scale.items:
            scaled.setdefault(id, scale.id)
    parts: dict[tuple[str, tuple[str, ...]], list[Item]] = defaultdict(list)
    for item in instrument.questions:
        own = instrument.item(item.specifies) if item.specifies is not None else item
        codes = [construct.code for construct in own.measures]
        alone = codes[0] if len(codes) == 1 and codes[0] not in scaled.values() else own.id
        parts[scaled.get(own.id, alone), served.get(own.id, ())].append(item)
    for (part, hypotheses), items in parts.items():
        yield QuestionCost(
            part=part,
            items=tuple(item.id for item in items if is_question(item)),
            n_rotating=sum(item.rotation is not None for item in items if is_question(item)),
            seconds=sum(item_seconds(item, instrument.timing) for item in items),
            hypotheses=hypotheses,
        )


def costs_in_words(costs: Sequence[QuestionCost]) -> str:
    """Return a section of the preview; empty where no question serves a hypothesis."""
    if not any(cost.hypotheses for cost in costs):
        return ""
    title = "What the questions cost and serve"
    return "\n".join([title, "-" * len(title), *(f"  {cost}" for cost in costs)])
