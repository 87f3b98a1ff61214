"""A kind of analysis: the protocol between plans, studies and reports.

A kind is a thin layer that binds a statistic of ``measurement`` or ``structure`` to a plan. It
defines the grammar of its options, the claims it can test, the variables it uses, how it is
carried out, its findings and its section of the report. ``docs/adding_an_analysis.md`` builds one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from coprod_stats.analyses.diagnostics import Diagnostic
from coprod_stats.analyses.findings import Finding
from coprod_stats.errors import Fault
from coprod_stats.instruments.language.expressions import ExpressionError, parse_expression
from coprod_stats.instruments.language.tree import names
from coprod_stats.instruments.model import Instrument
from coprod_stats.instruments.source.yaml_source import Location, YamlSource
from coprod_stats.literals import HypothesisKind
from coprod_stats.plans.faults import condition_faults, fault_at
from coprod_stats.plans.hypotheses import Hypothesis, Relation
from coprod_stats.plans.model import AnalysisForm, DesignOption, PlanForm, RespondentChoice
from coprod_stats.results import Result
from coprod_stats.suggestions import did_you_mean

if TYPE_CHECKING:
    import numpy as np

    from coprod_stats.analyses.sample import StudySample
    from coprod_stats.analyses.words import ReportWords
    from coprod_stats.documents.document import Section
    from coprod_stats.structure.path_pattern import PathPattern

FormT = TypeVar("FormT", bound=AnalysisForm)
ResultT = TypeVar("ResultT", bound=Result)


@dataclass(frozen=True, slots=True)
class NotEstimated:
    """An analysis, or a part of it, that could not be carried out."""

    reason: str


@dataclass(frozen=True, slots=True)
class Scope:
    """The context in which an analysis of a plan is checked, before any answers are read.

    Attributes
    ----------
    plan : PlanForm
        The whole plan as stated in its file.
    instrument : Instrument
        The questionnaire in the form that the plan names.
    hypotheses : tuple of Hypothesis
        Those that the analysis tests.
    location : Location
        Place of the analysis in the file.
    """

    plan: PlanForm
    instrument: Instrument
    hypotheses: tuple[Hypothesis, ...]
    source: YamlSource
    location: Location

    def fault(self, code: str, where: Location, found: str, remedy: str) -> Fault:
        """Return a fault of the analysis; ``where`` is relative to the analysis."""
        return fault_at(self.source, code, (*self.location, *where), found, remedy)

    def relations(self) -> tuple[Relation, ...]:
        """Every predictor with every outcome of the hypotheses, in their order."""
        return tuple(entry for each in self.hypotheses for entry in each.relations())

    def choice_faults(self, where: Location, choice: RespondentChoice) -> Iterator[Fault]:
        """Return the faults of a choice of respondents and of the options it excludes."""
        yield from self.condition_faults((*where, "where"), choice.where)
        if choice.respondents is not None:
            here = (*where, "respondents")
            yield from self.class_faults((*here, "classes"), choice.respondents.classes)
            yield from self.condition_faults((*here, "where"), choice.respondents.where)
        if choice.respondents is not None and choice.respondents == self.plan.respondents:
            yield self.fault(
                "PLAN-021",
                (*where, "respondents"),
                "these are the plan's respondents",
                "Remove it, or name other respondents.",
            )
        if choice.include_flagged and not self.plan.quality.exclude_flagged:
            yield self.fault(
                "PLAN-021",
                (*where, "include_flagged"),
                "the plan keeps flagged respondents in every analysis",
                "Remove it, or set 'exclude_flagged: true'.",
            )
        if len(set(choice.without)) < len(choice.without):
            yield self.fault(
                "PLAN-021", (*where, "without"), "an entry occurs twice", "Remove one of them."
            )
        for option in choice.without:
            if not getattr(self.plan, option):
                yield self.fault(
                    "PLAN-021",
                    (*where, "without"),
                    f"the plan has no {option} that 'without' could exclude",
                    "Remove it from 'without'.",
                )

    def class_faults(self, where: Location, classes: Sequence[str]) -> Iterator[Fault]:
        """Return faults for classes that do not exist."""
        rule = self.instrument.classification
        known = [*(name for name, _ in rule.classes), rule.otherwise] if rule else []
        for name in classes:
            if name not in known:
                yield self.fault(
                    "PLAN-009",
                    where,
                    f"nobody is classified as '{name}'",
                    f"{did_you_mean(name, known)}The instrument has: "
                    f"{', '.join(known) or 'no classification'}.",
                )

    def condition_faults(self, where: Location, text: str | None) -> Iterator[Fault]:
        """Return the faults of a condition on the answers."""
        yield from condition_faults(self.source, (*self.location, *where), text, self.instrument)


class Kind(ABC, Generic[FormT, ResultT]):
    """A kind of analysis.

    Attributes
    ----------
    name : str
        The word after ``analysis:`` in a plan.
    title : str
        Heading of its section in a report.
    form : type
        Grammar of its options; every field changes the result or is refused.
    claims : frozenset of str
        Kinds of hypotheses that it can test.
    uses : frozenset of str
        Options of a plan's design that it can take into account; others must be named under
        ``without``.
    methods : str
        Its page in ``docs/methods``, without suffix.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    form: type[FormT]
    claims: ClassVar[frozenset[HypothesisKind]]
    uses: ClassVar[frozenset[DesignOption]] = frozenset()
    methods: ClassVar[str]

    @abstractmethod
    def names(self, form: FormT) -> Iterator[str]:
        """Yield every item, scale or variable that the form names, conditions included."""

    def choices(self, form: FormT) -> Iterator[tuple[Location, RespondentChoice]]:
        """Yield each choice of respondents with its location in the form."""
        if isinstance(form, RespondentChoice):
            yield (), form

    def uses_smallest_effect(self, form: FormT) -> bool:
        """Return whether the plan's smallest effect size of interest enters its conclusions."""
        del form
        return True

    @abstractmethod
    def check(self, form: FormT, scope: Scope) -> Iterator[Fault]:
        """Yield faults beyond the grammar."""

    def parts(self, form: FormT) -> tuple[Any, ...]:
        """Return the parts that can be carried out independently; the whole form by default.

        Parts may run in different processes; each has its own stream of random numbers.
        """
        return (form,)

    def part_title(self, form: FormT, part: Any) -> str:
        """Return the title of a part for a progress bar."""
        del part
        return form.id

    @abstractmethod
    def run(self, part: Any, form: FormT, sample: StudySample, rng: np.random.Generator) -> Any:
        """Carry out one part; a ``CoprodError`` is the reason why it was not estimated."""

    def together(self, form: FormT, done: Sequence[Any]) -> ResultT | NotEstimated:
        """Combine the results of the parts, in the order of ``parts``."""
        del form
        only: ResultT | NotEstimated = done[0]
        return only

    @abstractmethod
    def findings(
        self, form: FormT, result: ResultT, hypotheses: Sequence[Hypothesis]
    ) -> tuple[Finding, ...]:
        """Return a finding per relation and specification, not yet adjusted."""

    @abstractmethod
    def section(self, form: FormT, result: ResultT, words: ReportWords) -> Section:
        """Compose its part of the report."""

    def pattern(self, result: ResultT) -> PathPattern | None:
        """Return what was stated against what was not, as a whole; None where it has no such test.

        Single findings are read as more than a general evaluation only where it is present.
        """
        del result
        return None

    def no_pattern(self, result: ResultT) -> str:
        """Return why there is no such test although there is something that was not stated.

        Then single findings support nothing either.
        """
        del result
        return ""

    def untested(self, result: ResultT) -> str:
        """Return why nothing unstated stands beside paths that are tested one by one."""
        del result
        return ""

    def resting(self, result: ResultT) -> frozenset[str]:
        """Return ids of relations that differ from zero only by items that share a meaning."""
        del result
        return frozenset()

    def held_back(self, result: ResultT, finding: Finding) -> str:
        """Return why what the tests of a relation decide is not concluded; empty where it is."""
        del result, finding
        return ""

    def diagnostics(self, result: ResultT) -> Iterator[Diagnostic]:
        """Yield each check of what else could have made the result, fired or not."""
        del result
        return iter(())

    def warnings(self, result: ResultT) -> Iterator[tuple[str, str]]:
        """Yield code and message of each caveat on the numbers."""
        del result
        return iter(())

    def measurement(self, result: ResultT) -> dict[str, Any]:
        """Return what is known of its factors without any path, by name, as data frames."""
        del result
        return {}

    def tables(self, result: ResultT) -> dict[str, Any]:
        """Return its tables by name, as data frames, beside the findings."""
        return {"tidy": result.tidy()}


def choice_names(choice: RespondentChoice) -> Iterator[str]:
    """Yield the names in the conditions of a choice of respondents."""
    conditions = [choice.where, choice.respondents.where if choice.respondents else None]
    for condition in filter(None, conditions):
        yield from condition_names(condition)


def condition_names(condition: str) -> Iterator[str]:
    """Yield the names in a condition; none if it cannot be read, which its check reports."""
    try:
        yield from names(parse_expression(condition))
    except ExpressionError:
        return


def stream_of(rng: np.random.Generator, key: str) -> np.random.Generator:
    """Return a stream of random numbers for one element of an analysis.

    It is keyed by name, so that other elements of the analysis do not change its numbers.
    """
    import numpy as np

    entropy = rng.bit_generator.seed_seq.entropy  # type: ignore[attr-defined]
    return np.random.default_rng([*entropy, *key.encode()])
