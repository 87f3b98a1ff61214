"""The kind of analysis ``necessity``: an outcome does not occur without a condition."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pandas as pd
from pydantic import Field

from coprod_stats.analyses.checks import relation_faults
from coprod_stats.analyses.findings import Finding, finding_head
from coprod_stats.analyses.kind import Kind, Scope, choice_names, stream_of
from coprod_stats.analyses.necessity_section import necessity_section
from coprod_stats.analyses.sample import StudySample, variable_table
from coprod_stats.analyses.words import ReportWords
from coprod_stats.counts import counted
from coprod_stats.documents.document import Section
from coprod_stats.errors import CoprodError, Fault
from coprod_stats.instruments.model import Instrument
from coprod_stats.plans.grammar import Probability
from coprod_stats.plans.hypotheses import Hypothesis, Relation
from coprod_stats.plans.model import AnalysisForm, Family, RespondentChoice
from coprod_stats.results import NotebookTables
from coprod_stats.structure import NecessityResult, nca
from coprod_stats.structure.ceilings import Ceiling
from coprod_stats.structure.multiplicity import adjust_p_values
from coprod_stats.structure.necessity_scope import Corner

if TYPE_CHECKING:
    import numpy as np

ACCURACY = 95.0
"""Percentage of cases that should lie on or below a ceiling line (Dul 2016)."""
_CORNERS: dict[str, Corner] = {"+": "upper-left", "-": "upper-right"}
"""A high outcome needs much of the condition, or little of it; a claim of either is none."""


_COLUMNS = [
    "term",
    "estimate",
    "p_value",
    "effect_size",
    "accuracy",
    "p_accuracy",
    "p_conf_low",
    "p_conf_high",
    "outcome",
    "id",
]


class NecessityForm(RespondentChoice, AnalysisForm):
    """Necessary conditions, each tested by the empty corner of the scatter plot."""

    analysis: Literal["necessity"]
    ceiling: Ceiling = "ce-fdh"
    scope: Literal["empirical", "theoretical"] = "empirical"
    """Whether the scope is the observed range or the possible one of the scales; a possible range
    that nobody used adds an empty strip to the effect size."""
    permutations: Annotated[int, Field(ge=100)] = 10_000
    smallest_effect: Probability = 0.10
    """Effect size below which a necessary condition is negligible (Dul 2016)."""
    fewest_items: Annotated[int, Field(ge=1)] = 3
    """Fewest items of a scale with which a necessary condition can be tested."""


@dataclass(frozen=True, slots=True)
class TestedCondition:
    """One relation with its result, or the reason why there is none."""

    relation: Relation
    found: NecessityResult | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NecessityResults(NotebookTables):
    """Results for all conditions of one analysis."""

    conditions: tuple[TestedCondition, ...]

    def tidy(self) -> pd.DataFrame:
        """One row per condition that was tested."""
        tables = [
            entry.found.tidy().assign(outcome=entry.relation.outcome, id=entry.relation.id)
            for entry in self.conditions
            if entry.found is not None
        ]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=_COLUMNS)

    def glance(self) -> pd.DataFrame:
        """One row: conditions named, and conditions tested."""
        n_tested = sum(entry.found is not None for entry in self.conditions)
        return pd.DataFrame({"n_conditions": [len(self.conditions)], "n_tested": [n_tested]})


class Necessity(Kind[NecessityForm, NecessityResults]):
    """Necessary Condition Analysis (Dul 2016)."""

    name = "necessity"
    title = "Necessary conditions"
    form = NecessityForm
    claims = frozenset({"necessary condition"})
    methods = "necessary_conditions"

    def names(self, form: NecessityForm) -> Iterator[str]:
        """Yield the names in its conditions on respondents."""
        yield from choice_names(form)

    def uses_smallest_effect(self, form: NecessityForm) -> bool:
        """Return False: the form has a smallest effect size of its own."""
        del form
        return False

    def check(self, form: NecessityForm, scope: Scope) -> Iterator[Fault]:
        """Yield claims without direction, of one variable or of text, and too few permutations."""
        relations = scope.relations()
        yield from _permutation_faults(form, scope)
        for relation in relations:
            if relation.sign not in _CORNERS:
                yield scope.fault(
                    "PLAN-033",
                    (),
                    f"{relation.id} does not state whether much or little of the condition is "
                    "necessary",
                    "Give the hypothesis the sign '+' or '-'.",
                )
        yield from relation_faults(scope)

    def run(
        self, part: Any, form: NecessityForm, sample: StudySample, rng: np.random.Generator
    ) -> NecessityResults:
        """Test each condition on the respondents who have both values."""
        del part
        relations = tuple(entry for each in sample.hypotheses for entry in each.relations())
        names = tuple(name for entry in relations for name in (entry.predictor, entry.outcome))
        table = variable_table(sample.some(form), names)
        return NecessityResults(
            tuple(_tested(entry, form, sample.instrument, table, rng) for entry in relations)
        )

    def findings(
        self, form: NecessityForm, result: NecessityResults, hypotheses: Sequence[Hypothesis]
    ) -> tuple[Finding, ...]:
        """Return a finding per condition; its estimate is the effect size d."""
        by_id = {entry.id: entry for entry in hypotheses}
        return tuple(
            _finding(entry, form, by_id[entry.relation.hypothesis]) for entry in result.conditions
        )

    def section(self, form: NecessityForm, result: NecessityResults, words: ReportWords) -> Section:
        """Compose effect sizes, bottleneck tables and scatter plots."""
        return necessity_section(
            self.title,
            [(entry.relation, entry.found) for entry in result.conditions],
            words,
            anchor=words.anchor(form, "necessity"),
            smallest_effect=form.smallest_effect,
            basis=words.basis(form, form.role),
        )

    def warnings(self, result: NecessityResults) -> Iterator[tuple[str, str]]:
        """Yield warnings of ceilings that too many cases exceed."""
        for entry in result.conditions:
            if entry.found is not None and entry.found.accuracy < ACCURACY:
                accuracy = math.floor(10 * entry.found.accuracy) / 10
                yield (
                    "NECESSITY-001",
                    f"{entry.relation.id}: {accuracy:.1f} % of the cases lie on or "
                    f"below the ceiling, fewer than the {ACCURACY:.0f} % that a ceiling line "
                    "should leave there (Dul 2016)",
                )

    def tables(self, result: NecessityResults) -> dict[str, pd.DataFrame]:
        """Return effect sizes, and a bottleneck table per condition."""
        found = {"tidy": result.tidy()}
        for entry in result.conditions:
            if entry.found is not None:
                found[f"bottleneck.{entry.relation.id}"] = entry.found.bottleneck()
        return found


def _permutation_faults(form: NecessityForm, scope: Scope) -> Iterator[Fault]:
    """Return faults for families that cannot reach the level, however small their p values are.

    The other tests of a family are omitted: with p values of zero they change nothing.
    """
    inference = scope.plan.inference
    families: dict[str, list[str]] = {}
    for relation in scope.relations():
        name = next(iter(inference.families_of(form.id, relation.hypothesis)), "")
        families.setdefault(name, []).append(relation.id)
    for name, ids in families.items():
        smallest = dict.fromkeys(ids, 1 / (form.permutations + 1))
        method = inference.families.get(name, Family()).adjustment
        adjusted = adjust_p_values(smallest, family=name, method=method).p_adjusted
        if min(adjusted) >= inference.alpha:
            yield scope.fault(
                "PLAN-034",
                ("permutations",),
                f"{form.permutations} permutations cannot give an adjusted p below "
                f"{inference.alpha} for {counted(len(ids), 'condition')}",
                "Raise their number.",
            )


def _tested(
    relation: Relation,
    form: NecessityForm,
    instrument: Instrument,
    table: pd.DataFrame,
    rng: np.random.Generator,
) -> TestedCondition:
    names = (relation.predictor, relation.outcome)
    reason = next(filter(None, (_too_coarse(n, form, instrument) for n in names)), "")
    if form.scope == "theoretical" and not reason:
        reason = next((_no_range(n) for n in names if score_range(instrument, n) is None), "")
    if reason:
        return TestedCondition(relation, None, reason)
    ranges: list[tuple[float, float] | None] = [
        score_range(instrument, name) if form.scope == "theoretical" else None for name in names
    ]
    try:
        found = nca(
            table,
            *names,
            ceiling=form.ceiling,
            corner=_CORNERS[relation.sign],
            x_range=ranges[0],
            y_range=ranges[1],
            permutations=form.permutations,
            seed=stream_of(rng, relation.id),
        )
    except CoprodError as error:
        return TestedCondition(relation, None, str(error))
    return TestedCondition(relation, found)


def _no_range(name: str) -> str:
    return f"the questionnaire states no possible range of {name}, which a theoretical scope needs"


def _too_coarse(name: str, form: NecessityForm, instrument: Instrument) -> str:
    """Return why a variable has too few levels to show an empty corner; empty if it has enough."""
    scale = next((scale for scale in instrument.scales if scale.id == name), None)
    item = next((item for item in instrument.items if item.id == name), None)
    derived = {entry.id for entry in instrument.derived}
    if scale is not None:
        n_items = len(scale.items)
    elif (item is not None and item.responses is not None) or name in derived:
        n_items = 1
    else:
        return ""  # a quantity, which is not coarse
    if n_items >= form.fewest_items:
        return ""
    items = "one item" if n_items == 1 else f"{n_items} items"
    return (
        f"{items} cannot show a necessary condition: {name} needs at least {form.fewest_items}, "
        "since an empty corner may otherwise be due to the coarse response scale"
    )


def score_range(instrument: Instrument, name: str) -> tuple[float, float] | None:
    """Return the lowest and highest value of a scale or coded question; None for others."""
    scale = next((scale for scale in instrument.scales if scale.id == name), None)
    if scale is None:
        item = next((item for item in instrument.items if item.id == name), None)
        if item is not None and item.number is not None:
            low, high = item.number.minimum, item.number.maximum
            return None if low is None or high is None else (float(low), float(high))
        if item is None or item.responses is None:
            return None
        return float(item.responses.lowest), float(item.responses.highest)
    asked = [instrument.item(id).responses for id in scale.items]
    if any(responses is None for responses in asked):
        return None
    ends = [(responses.lowest, responses.highest) for responses in asked if responses is not None]
    low, high = (float(sum(end)) for end in zip(*ends, strict=True))
    return (low, high) if scale.method == "sum" else (low / len(ends), high / len(ends))


def _finding(entry: TestedCondition, form: NecessityForm, hypothesis: Hypothesis) -> Finding:
    head = finding_head(
        hypothesis, entry.relation, analysis=form.id, role=form.role, reason=entry.reason
    )
    if entry.found is None:
        return head
    return replace(
        head,
        n_analysed=entry.found.n_obs,
        estimate=entry.found.effect_size,
        p_value=entry.found.p_value,
        is_negligible=entry.found.effect_size < form.smallest_effect,
    )
