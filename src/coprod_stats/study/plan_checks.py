"""Checks across the parts of a plan: names that must exist, roles that must be filled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from coprod_stats.analyses.checks import known_variables, text_columns
from coprod_stats.analyses.kind import Kind, Scope
from coprod_stats.analyses.registry import kind_of, kinds_that_claim
from coprod_stats.analyses.words import anchor_of
from coprod_stats.errors import Fault
from coprod_stats.instruments.model import Instrument
from coprod_stats.instruments.source.yaml_source import Location, YamlSource
from coprod_stats.plans.faults import fault_at
from coprod_stats.plans.hypotheses import Hypothesis
from coprod_stats.plans.model import DESIGN_OPTIONS, AnalysisForm, PlanForm
from coprod_stats.quality import FLAG_RULES
from coprod_stats.study.families import family_faults
from coprod_stats.study.tested_hypotheses import tested_by
from coprod_stats.suggestions import did_you_mean

AVAILABLE_FORMATS = ("html",)


def check_plan(
    form: PlanForm,
    instrument: Instrument,
    hypotheses: tuple[Hypothesis, ...],
    source: YamlSource,
) -> Iterator[Fault]:
    """Return all faults of a plan whose instrument and hypotheses could be read."""
    check = _Check(form, instrument, hypotheses, source)
    yield from check.variables()
    yield from check.covariates()
    yield from check.participants()
    yield from check.hypothesis_ids()
    yield from check.respondents()
    yield from check.quality()
    yield from check.design()
    yield from check.analyses()
    yield from check.claims()
    yield from family_faults(form, hypotheses, source)
    yield from check.smallest_effect()
    yield from check.formats()


@dataclass(frozen=True, slots=True)
class _Check:
    """A plan checked against its instrument."""

    form: PlanForm
    instrument: Instrument
    hypotheses: tuple[Hypothesis, ...]
    source: YamlSource

    def fault(self, code: str, location: Location, found: str, remedy: str) -> Fault:
        return fault_at(self.source, code, location, found, remedy)

    def scope(self, position: int, analysis: AnalysisForm) -> Scope:
        tested = tested_by(analysis, self.hypotheses)
        return Scope(self.form, self.instrument, tested, self.source, ("analyses", position))

    def variables(self) -> Iterator[Fault]:
        scales = [scale.id for scale in self.instrument.scales]
        for position, name in enumerate(self.form.reliability):
            if name not in scales:
                yield self.fault(
                    "PLAN-003",
                    ("reliability", position),
                    f"the form has no scale '{name}'",
                    f"{did_you_mean(name, scales)}It has: {', '.join(scales) or 'none'}.",
                )
        known = known_variables(self.instrument)
        named: list[tuple[Location, str, str]] = [
            (("hypotheses", position), f"{hypothesis.id}: ", name)
            for position, hypothesis in enumerate(self.hypotheses)
            for name in hypothesis.variables
        ]
        for option in ("covariates", "participants"):
            names: tuple[str, ...] = getattr(self.form, option)
            named += [((option, position), "", name) for position, name in enumerate(names)]
        for location, whose, name in named:
            if name not in known:
                yield self.fault(
                    "PLAN-004",
                    location,
                    f"{whose}'{name}' is neither a scale nor an item, index or derived variable",
                    f"{did_you_mean(name, known)}Correct the name, or choose a form that has it.",
                )

    def participants(self) -> Iterator[Fault]:
        """Return variables of the participants that occur twice, or say who somebody is."""
        for position, name in enumerate(self.form.participants):
            where = ("participants", position)
            if name in self.form.participants[:position]:
                yield self.fault("PLAN-035", where, f"'{name}' occurs twice", "Remove one.")
            if name == self.instrument.administrative_column("respondent"):
                found = f"'{name}' identifies respondents, whom a report must not name"
                yield self.fault("PLAN-017", where, found, "Remove it.")

    def covariates(self) -> Iterator[Fault]:
        """Return covariates that occur twice or hold text, and weights that do."""
        text = text_columns(self.instrument)
        met: set[str] = set()
        named: list[tuple[Location, str]] = [
            (("covariates", position), name) for position, name in enumerate(self.form.covariates)
        ]
        if self.form.weights is not None:
            named.append((("weights",), self.form.weights))
        for location, name in named:
            if name in text:
                remedy = "Name a variable that has numbers or coded answers."
                yield self.fault("PLAN-017", location, f"'{name}' holds text, not numbers", remedy)
            if name in met:
                yield self.fault("PLAN-035", location, f"'{name}' occurs twice", "Remove one.")
            met.add(name)

    def hypothesis_ids(self) -> Iterator[Fault]:
        ids = [hypothesis.id for hypothesis in self.hypotheses]
        for position, id in enumerate(ids):
            if id in ids[:position]:
                yield self.fault(
                    "PLAN-005",
                    ("hypotheses", position),
                    f"hypothesis '{id}' occurs twice",
                    "Remove one of them.",
                )

    def respondents(self) -> Iterator[Fault]:
        scope = Scope(self.form, self.instrument, (), self.source, ())
        chosen = self.form.respondents
        yield from scope.class_faults(("respondents", "classes"), chosen.classes)
        yield from scope.condition_faults(("respondents", "where"), chosen.where)

    def quality(self) -> Iterator[Fault]:
        needed, n_families = self.form.quality.flags_needed, len(FLAG_RULES.families)
        if needed > n_families:
            yield self.fault(
                "PLAN-037",
                ("quality", "flags_needed"),
                f"{needed} families of indices cannot agree, since there are {n_families}",
                f"State a number from 1 to {n_families}.",
            )

    def design(self) -> Iterator[Fault]:
        for option in ("weights", "cluster"):
            column = getattr(self.form, option)
            if column is not None and column not in self.instrument.columns:
                yield self.fault(
                    "PLAN-008",
                    (option,),
                    f"there is no column '{column}'",
                    f"{did_you_mean(column, self.instrument.columns)}Name a column of the "
                    "instrument.",
                )

    def analyses(self) -> Iterator[Fault]:
        ids = Counter(analysis.id for analysis in self.form.analyses)
        anchors = Counter(anchor_of(id) for id in ids)
        known = {hypothesis.id for hypothesis in self.hypotheses}
        for position, analysis in enumerate(self.form.analyses):
            here: Location = ("analyses", position)
            if ids[analysis.id] > 1:
                yield self.fault(
                    "PLAN-023",
                    here,
                    f"analysis '{analysis.id}' occurs twice",
                    "Rename one of them.",
                )
            elif anchors[anchor_of(analysis.id)] > 1:
                yield self.fault(
                    "PLAN-023",
                    here,
                    f"another id differs from '{analysis.id}' in case or underscores alone",
                    "Rename one of them.",
                )
            for number, name in enumerate(analysis.tests):
                if name in analysis.tests[:number]:
                    yield self.fault(
                        "PLAN-005",
                        (*here, "tests", number),
                        f"'{name}' occurs twice",
                        "Remove one.",
                    )
                if name not in known:
                    yield self.fault(
                        "PLAN-002",
                        (*here, "tests", number),
                        f"the plan has no hypothesis '{name}'",
                        f"{did_you_mean(name, known)}Correct the id, or add it to 'hypotheses'.",
                    )
            scope, kind = self.scope(position, analysis), kind_of(analysis)
            if not scope.hypotheses:
                yield self.fault(
                    "PLAN-024",
                    here,
                    f"'{analysis.id}' tests no hypothesis of the plan",
                    f"A {kind.name} analysis tests: {', '.join(sorted(kind.claims))}.",
                )
            yield from kind.check(analysis, scope)
            for where, choice in kind.choices(analysis):
                yield from scope.choice_faults(where, choice)
                yield from self._unused_design(kind, scope, where, choice.without)

    def _unused_design(
        self, kind: Kind[Any, Any], scope: Scope, where: Location, without: tuple[str, ...]
    ) -> Iterator[Fault]:
        for option in DESIGN_OPTIONS:
            if getattr(self.form, option) and option not in kind.uses and option not in without:
                yield scope.fault(
                    "PLAN-020",
                    where,
                    f"a {kind.name} analysis does not take the plan's {option} into account",
                    f"State 'without: [{option}]' there, or use another kind of analysis.",
                )

    def claims(self) -> Iterator[Fault]:
        """Return hypotheses that a kind does not claim, that no analysis or too many test."""
        for position, hypothesis in enumerate(self.hypotheses):
            testing = []
            for analysis in self.form.analyses:
                if hypothesis not in tested_by(analysis, self.hypotheses):
                    continue
                testing.append(analysis)
                kind = kind_of(analysis)
                if hypothesis.kind not in kind.claims:
                    yield self._unclaimed(position, hypothesis, f"a {kind.name} analysis")
            confirmatory = [entry.id for entry in testing if entry.role == "confirmatory"]
            if not testing and not kinds_that_claim(hypothesis.kind):
                yield self._unclaimed(position, hypothesis, "any kind of analysis yet")
            elif not testing:
                yield self._untested(position, hypothesis)
            if len(confirmatory) > 1:
                yield self.fault(
                    "PLAN-026",
                    ("hypotheses", position),
                    f"{hypothesis.id} has several confirmatory analyses: {', '.join(confirmatory)}",
                    "Change the role of all but one, or state what each tests under 'tests'.",
                )

    def _unclaimed(self, position: int, hypothesis: Hypothesis, by: str) -> Fault:
        others = ", ".join(kinds_that_claim(hypothesis.kind))
        remedy = f"Use: {others}." if others else "Remove it from the plan."
        advice = "" if others else hypothesis.approach
        return self.fault(
            "PLAN-022",
            ("hypotheses", position),
            f"{hypothesis.id} claims a {_claim_noun(hypothesis.kind)}, which is not tested by {by}",
            f"{remedy} The file of hypotheses suggests: {advice}." if advice else remedy,
        )

    def _untested(self, position: int, hypothesis: Hypothesis) -> Fault:
        return self.fault(
            "PLAN-025",
            ("hypotheses", position),
            f"no analysis of the plan tests {hypothesis.id}, a {_claim_noun(hypothesis.kind)}",
            f"Add an analysis: {', '.join(kinds_that_claim(hypothesis.kind))}.",
        )

    def smallest_effect(self) -> Iterator[Fault]:
        if "smallest_effect" not in self.form.inference.model_fields_set:
            return
        if not any(kind_of(form).uses_smallest_effect(form) for form in self.form.analyses):
            yield self.fault(
                "PLAN-038",
                ("inference", "smallest_effect"),
                "no analysis of the plan has standardised coefficients",
                "Remove it, or state it in the analysis if its kind has such an option.",
            )

    def formats(self) -> Iterator[Fault]:
        for position, name in enumerate(self.form.report.formats):
            if name not in AVAILABLE_FORMATS:
                yield self.fault(
                    "PLAN-027",
                    ("report", "formats", position),
                    f"reports cannot be written as {name} yet",
                    f"Use: {', '.join(AVAILABLE_FORMATS)}.",
                )


def _claim_noun(kind: str) -> str:
    """Return a kind of hypothesis as a noun."""
    return kind if kind == "necessary condition" else f"{kind} hypothesis"
