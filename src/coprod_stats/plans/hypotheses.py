"""Hypotheses: claims about variables of a questionnaire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Annotated, Self

from pydantic import Field, model_validator

from coprod_stats.instruments.language.expressions import ExpressionError, parse_expression
from coprod_stats.literals import ExpectedSign, HypothesisKind
from coprod_stats.plans.grammar import Name, PlanPart, Words

MODERATED: tuple[HypothesisKind, ...] = ("moderator", "heterogeneity", "experiment")
"""Kinds of hypotheses in which an effect may depend on a further variable."""

Variables = Words | Annotated[tuple[Words, ...], Field(strict=False, min_length=1)]
"""One variable, or several for each of which the claim is made."""


@dataclass(frozen=True, slots=True)
class Relation:
    """One predictor and one outcome of a hypothesis.

    Attributes
    ----------
    id : str
        That of the hypothesis, followed by a number if the hypothesis claims several.
    """

    id: str
    hypothesis: str
    predictor: str
    outcome: str
    sign: ExpectedSign


class Hypothesis(PlanPart):
    """A claim about variables of a questionnaire."""

    id: Name
    predictor: Variables
    outcome: Variables
    sign: ExpectedSign
    kind: HypothesisKind = "main"
    """The form of the claim; it decides which kinds of analysis may test it."""
    through: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    """Mediators."""
    moderator: Words | None = None
    among: Words | None = None
    """Condition of those whom the claim is about, as ``DFTOOK == 1``; everybody, if omitted.

    A questionnaire without these variables asks nobody else."""
    claim: str = ""
    """The claim in words, where variables and sign do not state it fully."""
    status: str = ""
    """Whether the article states it, and the origin of the sign."""
    section: str = ""
    sources: str = ""
    approach: str = ""
    """The method suggested by the literature; reported where no kind of analysis can test it."""
    untestable: str = ""
    """Why no questionnaire here can test it, where its variables do not show that."""
    headline: bool = False
    note: str = ""

    @model_validator(mode="after")
    def _claims_what_its_kind_claims(self) -> Self:
        if self.moderator is not None and self.kind not in MODERATED:
            raise ValueError(
                f"a hypothesis with a moderator is of the kind {' or '.join(MODERATED)}"
            )
        if self.through and self.kind != "mediator":
            raise ValueError("a hypothesis with 'through' is of the kind mediator")
        if self.among is not None:
            try:
                parse_expression(self.among)
            except ExpressionError as error:
                raise ValueError(f"'among' is not a condition: {error}") from error
        for name, several in (("predictor", self.predictors), ("outcome", self.outcomes)):
            if len(set(several)) < len(several):
                raise ValueError(f"a variable occurs twice under '{name}'")
        return self

    @property
    def predictors(self) -> tuple[str, ...]:
        """Variables that are claimed to predict, one or several."""
        return (self.predictor,) if isinstance(self.predictor, str) else self.predictor

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Variables that are claimed to be predicted, one or several."""
        return (self.outcome,) if isinstance(self.outcome, str) else self.outcome

    @property
    def variables(self) -> tuple[str, ...]:
        """Every variable of the claim, once."""
        moderator = () if self.moderator is None else (self.moderator,)
        named = (*self.predictors, *self.through, *moderator, *self.outcomes)
        return tuple(dict.fromkeys(named))

    def relations(self) -> Iterator[Relation]:
        """Every predictor with every outcome, in the order given."""
        pairs = list(product(self.predictors, self.outcomes))
        for number, (predictor, outcome) in enumerate(pairs, 1):
            id = self.id if len(pairs) == 1 else f"{self.id}.{number}"
            yield Relation(id, self.id, predictor, outcome, self.sign)


class HypothesesFile(PlanPart):
    """A file of hypotheses that plans share."""

    source: Words
    hypotheses: Annotated[tuple[Hypothesis, ...], Field(strict=False)]
