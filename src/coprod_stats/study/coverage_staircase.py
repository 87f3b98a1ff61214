"""How far each construct is carried: from a name to answers that have been analysed.

A tag on an item is no operationalisation. For each construct and questionnaire the staircase says
what is asked in which form, of whom, whether a reliability can be had, and which plan uses it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from coprod_stats.instruments.checks.audience import ALMOST_ALL, Audience
from coprod_stats.instruments.checks.scale_rules import MIN_ITEMS, scales_of_facets
from coprod_stats.instruments.construct_coverage import concerns
from coprod_stats.instruments.model import Construct, Instrument
from coprod_stats.instruments.score_items import measuring_items
from coprod_stats.instruments.source.reading import (
    module_items,
    modules_fitting,
    modules_serving,
    read_instrument,
)
from coprod_stats.study.hypothesis_coverage import HypothesisCoverage, judge_hypotheses
from coprod_stats.study.plan_reading import Plan, read_hypotheses
from coprod_stats.study.questionnaire_claims import plans_by_hypothesis
from coprod_stats.study.used_variables import used_variables

Step = Literal[
    "named",
    "asked",
    "scaled",
    "scaled as fielded",
    "asked of all",
    "analysed",
    "seen on real answers",
]
"""Steps of the staircase. *Scaled*: three items or more in a scale or an index."""
STEPS: tuple[Step, ...] = get_args(Step)
_OF_QUESTIONS: frozenset[Step] = frozenset({"asked", "scaled", "scaled as fielded", "asked of all"})
Kind = Literal["reflective", "formative", "reflective and formative", "single items", "column"]


@dataclass(frozen=True, slots=True)
class FormMeasure:
    """How one form measures a construct.

    Attributes
    ----------
    form : str
        Form, the rows of one of its rosters, or ``module NAME`` for questions that are inserted
        on demand.
    items : tuple of str
        Questions asked in this form.
    n_apart : int
        How many of them stand beside its scales and indices, as years beside ratings.
    n_together : int
        Most items that one scale or index of the construct has in this form.
    n_scales : int
        Scales and indices that are no part of another of the construct: sides, for example.
    reliability : bool
        Whether one can be had: a reflective scale of three items or more.
    kind : str
        That of its scales and indices; what stands apart from them is neither.
    share : float
        Share of simulated respondents, or rows, who are asked one of them at least.
    """

    form: str
    items: tuple[str, ...]
    n_apart: int
    n_together: int
    n_scales: int
    kind: Kind
    reliability: bool
    share: float

    def __str__(self) -> str:
        if not self.items:
            return f"{self.form}: a column"
        asked = "all" if self.share >= ALMOST_ALL else f"{self.share:.0%}"
        several = f" in {self.n_scales} parts" if self.n_scales > 1 else ""
        apart = f", and {self.n_apart} apart" if self.n_apart else ""
        reliability = ", reliability" if self.reliability else ""
        n_items = len(self.items) - self.n_apart
        return f"{self.form}: {n_items} of {asked}{several}, {self.kind}{reliability}{apart}"


@dataclass(frozen=True, slots=True)
class Staircase:
    """One construct in one questionnaire.

    Attributes
    ----------
    steps : tuple of str
        Steps that it has reached, each judged by itself.
    plans : tuple of str
        Plans that use it.
    note : str
        What is planned where nothing is asked, or the module that asks.
    """

    construct: Construct
    questionnaire: str
    forms: tuple[FormMeasure, ...]
    steps: tuple[Step, ...]
    plans: tuple[str, ...]
    note: str = ""

    @property
    def reached(self) -> Step:
        """The last step before the first that is missing; a gap of the article asks nothing."""
        last: Step = "named"
        for step in STEPS:
            if self.construct.role == "gap" and step in _OF_QUESTIONS:
                continue
            if step not in self.steps:
                break
            last = step
        return last

    @property
    def is_open(self) -> bool:
        """Whether nothing measures it and no plan or later analysis is to use it."""
        return not (self.forms or self.construct.planned or self.construct.steps)

    def __str__(self) -> str:
        parts = [*map(str, self.forms), *(f"plan {name}" for name in self.plans), self.note]
        words = "; ".join(filter(None, parts)) or "nothing asks it"
        return f"{self.construct.code:<8} {self.questionnaire:<9} {self.reached:<18} {words}"


def staircase(
    instruments: Sequence[Instrument], wholes: Sequence[Instrument], plans: Sequence[Plan]
) -> tuple[Staircase, ...]:
    """Return how far each construct is carried in each questionnaire that it concerns.

    A construct that no form asks is looked for in the modules that serve the questionnaire.

    Parameters
    ----------
    instruments : sequence of Instrument
        Questionnaires that share a file of constructs, without modules.
    wholes : sequence of Instrument
        The same with all modules that serve them.
    plans : sequence of Plan
        Plans that are run.
    """
    found: list[Staircase] = []
    for instrument, whole in zip(instruments, wholes, strict=True):
        own = _Questionnaire(instrument, whole, plans)
        found += [own.of(code) for code in instrument.constructs if concerns(code, instrument)]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The staircase of some questionnaires, and which hypotheses they can test.

    Attributes
    ----------
    not_fitting : mapping of str to tuple of str
        Modules that serve a questionnaire by its id, but do not fit the file: they are not judged.
    """

    questionnaires: tuple[str, ...]
    rows: tuple[Staircase, ...]
    hypotheses: tuple[HypothesisCoverage, ...]
    not_fitting: Mapping[str, tuple[str, ...]]

    @property
    def counts(self) -> dict[Step, int]:
        """Constructs that have reached each step, each step judged by itself."""
        return {step: sum(step in row.steps for row in self.rows) for step in STEPS}


def coverage_of(names: Sequence[str | Path], plans: Sequence[Plan]) -> Coverage:
    """Return the coverage of questionnaires that share a file of constructs.

    Parameters
    ----------
    names : sequence of str or Path
        Shipped ids or paths.
    plans : sequence of Plan
        Plans that are run.
    """
    own = [read_instrument(name) for name in names]
    fitting = [modules_fitting(name, one.id) for name, one in zip(names, own, strict=True)]
    wholes = [
        read_instrument(name, modules=inserted) if inserted else one
        for name, one, inserted in zip(names, own, fitting, strict=True)
    ]
    not_fitting = {
        one.id: tuple(module for module in modules_serving(one.id) if module not in inserted)
        for one, inserted in zip(own, fitting, strict=True)
    }
    hypotheses: list[HypothesisCoverage] = []
    for whole in wholes:
        known = {construct.code for construct in whole.constructs}
        known |= {index.id for index in whole.indices}
        about = [entry for entry in read_hypotheses() if known & set(entry.variables)]
        tested = plans_by_hypothesis(plans, whole.id)
        hypotheses += judge_hypotheses(about, whole, tested)
    rows = staircase(own, wholes, plans)
    return Coverage(tuple(one.id for one in own), rows, tuple(hypotheses), not_fitting)


class _Questionnaire:
    def __init__(self, instrument: Instrument, whole: Instrument, plans: Sequence[Plan]) -> None:
        self.instrument = instrument
        self.of_module = {
            item: module.id
            for module in whole.modules
            if module not in instrument.modules
            for item in module_items(module.id, instrument.id)
        }
        self.with_modules = [Audience(whole, form.id) for form in whole.forms]
        self.plans = [plan for plan in plans if plan.questionnaire.id == instrument.id]
        self.used = {
            plan.form.plan: {*used_variables(plan.form, plan.hypotheses, plan.instrument)}
            for plan in self.plans
        }
        self.of_facets = {
            place for table in whole.tables for _, place, _ in scales_of_facets(table)
        }
        self.audiences = {form.id: Audience(instrument, form.id) for form in instrument.forms}
        fielded = [plan.form.form for plan in self.plans]
        self.fielded = fielded[0] if fielded else instrument.forms[0].id

    def of(self, construct: Construct) -> Staircase:
        forms = [
            measure
            for form in self.instrument.forms
            if (measure := self._measure(self.audiences[form.id], form.id, construct)) is not None
        ]
        forms += self._in_rows(construct)
        forms += [] if forms else [*self._in_modules(construct)]
        plans = self._plans_using(construct, forms)
        steps = self._steps(forms, plans)
        analysed = ", ".join(construct.steps) and f"part of the plan {', '.join(construct.steps)}"
        note = "" if forms else construct.planned or analysed
        return Staircase(construct, self.instrument.id, tuple(forms), steps, plans, note)

    def _in_rows(self, construct: Construct) -> Iterator[FormMeasure]:
        """Return what rosters ask, in the first form that has them."""
        seen: set[str] = set()
        for form in self.instrument.forms:
            for roster in self.instrument.for_form(form.id).rosters:
                if roster.id in seen:
                    continue
                rows = Audience(self.instrument.roster(roster.id), form.id)
                measure = self._measure(rows, f"{form.id}, rows of {roster.id}", construct)
                if measure is not None and measure.items:
                    seen.add(roster.id)
                    yield measure

    def _in_modules(self, construct: Construct) -> Iterator[FormMeasure]:
        """Return what modules ask, in the first form in which they do."""
        for audience in self.with_modules:
            measure = self._measure(audience, "module", construct)
            if measure is not None and measure.items:
                known = self.of_module
                names = dict.fromkeys(known[id] for id in measure.items if id in known)
                yield replace(measure, form=f"module {', '.join(names)}")
                return

    def _plans_using(self, construct: Construct, forms: Sequence[FormMeasure]) -> tuple[str, ...]:
        names = {construct.code, *construct.columns, *(id for form in forms for id in form.items)}
        names |= {s.id for s in self.instrument.scales if s.construct.code == construct.code}
        names |= {i.id for i in self.instrument.indices if i.construct.code == construct.code}
        using = [plan for plan, used in self.used.items() if used & names]
        using += [step for step in construct.steps if step in self.used]
        return tuple(dict.fromkeys(using))

    def _steps(self, forms: Sequence[FormMeasure], plans: Sequence[str]) -> tuple[Step, ...]:
        fielded = [form for form in forms if form.form == self.fielded]
        real = {plan.form.plan for plan in self.plans if not plan.form.data.synthetic}
        reached: dict[Step, bool] = {
            "named": True,
            "asked": bool(forms),
            "scaled": any(form.n_together >= MIN_ITEMS for form in forms),
            "scaled as fielded": any(form.n_together >= MIN_ITEMS for form in fielded),
            "asked of all": any(form.items and form.share >= ALMOST_ALL for form in fielded),
            "analysed": bool(plans),
            "seen on real answers": bool(real & set(plans)),
        }
        return tuple(step for step in STEPS if reached[step])

    def _measure(self, audience: Audience, name: str, construct: Construct) -> FormMeasure | None:
        form, code = audience.form, construct.code
        scales = [scale for scale in form.scales if scale.construct.code == code]
        indices = [index for index in form.indices if index.construct.code == code]
        behind, asked = measuring_items(form), {item.id for item in form.questions}
        scored = [
            [id for id in behind[name] if id in asked]
            for name in [*(scale.id for scale in scales), *(index.id for index in indices)]
        ]
        single = [item.id for item in form.questions if construct in item.measures]
        together = dict.fromkeys(id for ids in scored for id in ids)
        apart = [id for id in single if id not in together]
        items = (*together, *apart)
        known = {column.id for column in form.administrative} | {one.id for one in form.assigned}
        if not items and not known & set(construct.columns):
            return None
        kind: Kind = "single items" if items else "column"
        if scales:
            kind = "reflective and formative" if indices else "reflective"
        elif indices:
            kind = "formative"
        return FormMeasure(
            form=name,
            items=items,
            n_apart=len(apart) if together else 0,
            n_together=max(map(len, scored), default=0),
            n_scales=sum(
                bool(ids) and not any(set(ids) < set(more) for more in scored) for ids in scored
            ),
            kind=kind,
            reliability=any(
                len(scale.items) >= MIN_ITEMS and scale.id not in self.of_facets for scale in scales
            ),
            share=audience.share(tuple(form.item(id) for id in items)),
        )
