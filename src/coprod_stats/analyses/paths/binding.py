"""The kind of analysis ``paths``: hypothesised paths from drivers to impacts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from coprod_stats.analyses.checks import overlap_faults, relation_faults
from coprod_stats.analyses.diagnostics import Diagnostic
from coprod_stats.analyses.findings import Finding
from coprod_stats.analyses.kind import (
    Kind,
    NotEstimated,
    Scope,
    choice_names,
    condition_names,
    stream_of,
)
from coprod_stats.analyses.paths.diagnostics import path_diagnostics
from coprod_stats.analyses.paths.estimation import SpecificationResult, estimate
from coprod_stats.analyses.paths.form import PathsForm, ScoresSpecification, SemSpecification
from coprod_stats.analyses.paths.named_comparisons import comparison_faults
from coprod_stats.analyses.paths.result import PathsResult, path_findings
from coprod_stats.analyses.paths.result_tables import measurement_tables, result_tables
from coprod_stats.analyses.paths.section import paths_section
from coprod_stats.analyses.paths.specification_faults import sem_faults
from coprod_stats.analyses.sample import StudySample
from coprod_stats.analyses.words import ReportWords, anchor_of
from coprod_stats.counts import counted
from coprod_stats.documents.document import Section
from coprod_stats.errors import Fault
from coprod_stats.instruments.source.yaml_source import Location
from coprod_stats.plans.hypotheses import Hypothesis
from coprod_stats.plans.model import DESIGN_OPTIONS, RespondentChoice
from coprod_stats.structure import DriverImpactResult
from coprod_stats.structure.extra_statements import variables_of
from coprod_stats.structure.path_pattern import PathPattern
from coprod_stats.suggestions import did_you_mean

if TYPE_CHECKING:
    import numpy as np


class Paths(Kind[PathsForm, PathsResult]):
    """Hypothesised paths among scales, by structural equations or regressions of scores."""

    name = "paths"
    title = "Tests of the hypotheses"
    form = PathsForm
    claims = frozenset({"main"})
    uses = frozenset(DESIGN_OPTIONS)
    methods = "testing_hypothesised_paths"

    def names(self, form: PathsForm) -> Iterator[str]:
        """Yield factors and the names in conditions."""
        yield from form.factors
        yield from form.invariance
        for entry in form.specifications:
            yield from choice_names(entry)
            if isinstance(entry, SemSpecification):
                yield from entry.omit
                yield from variables_of(entry.syntax or "")
                for part in entry.subgroups:
                    yield from condition_names(part.where)

    def choices(self, form: PathsForm) -> Iterator[tuple[Location, RespondentChoice]]:
        """Yield each specification with its location."""
        for position, entry in enumerate(form.specifications):
            yield ("specifications", position), entry

    def check(self, form: PathsForm, scope: Scope) -> Iterator[Fault]:
        """Yield faults of factors, specifications and subgroups."""
        yield from _factor_faults(form, scope)
        yield from relation_faults(scope)
        yield from _role_faults(form, scope)
        yield from comparison_faults(form, scope)
        yield from _invariance_faults(form, scope)
        if form.factors and not any(isinstance(e, SemSpecification) for e in form.specifications):
            yield scope.fault(
                "PLAN-036",
                ("factors",),
                "no specification uses the factors: all of them regress scale scores",
                "Remove 'factors', or add a specification by structural equations.",
            )
        known = Counter(entry.specification for entry in form.specifications)
        anchors = Counter(anchor_of(name) for name in known)
        for position, entry in enumerate(form.specifications):
            here: Location = ("specifications", position)
            if known[entry.specification] > 1:
                yield scope.fault(
                    "PLAN-007",
                    here,
                    f"specification '{entry.specification}' occurs twice",
                    "Rename one of them.",
                )
            elif anchors[anchor_of(entry.specification)] > 1:
                yield scope.fault(
                    "PLAN-007",
                    here,
                    f"another name differs from '{entry.specification}' in case or underscores "
                    "alone",
                    "Rename one of them.",
                )
            ends = [name for each in scope.hypotheses for name in each.variables]
            by_scores = isinstance(entry, ScoresSpecification)
            used = ends if by_scores else [*ends, *form.factors]
            yield from overlap_faults(scope, here, entry, used)
            if isinstance(entry, ScoresSpecification):
                yield from _scores_faults(entry, scope, here)
            else:
                yield from sem_faults(form, entry, scope, here)

    def parts(self, form: PathsForm) -> tuple[SemSpecification | ScoresSpecification, ...]:
        """Return the specifications."""
        return form.specifications

    def part_title(self, form: PathsForm, part: Any) -> str:
        """Return the title of a specification."""
        del form
        return str(part.title)

    def run(
        self, part: Any, form: PathsForm, sample: StudySample, rng: np.random.Generator
    ) -> SpecificationResult:
        """Estimate one specification."""
        return estimate(part, form, sample, stream_of(rng, "bootstrap"))

    def together(
        self, form: PathsForm, done: Sequence[SpecificationResult]
    ) -> PathsResult | NotEstimated:
        """Combine the specifications; one that failed keeps its reason."""
        return PathsResult(form.id, tuple(done))

    def findings(
        self, form: PathsForm, result: PathsResult, hypotheses: Sequence[Hypothesis]
    ) -> tuple[Finding, ...]:
        """Return a finding per path and specification."""
        del form
        return tuple(path_findings(result, tuple(hypotheses)))

    def section(self, form: PathsForm, result: PathsResult, words: ReportWords) -> Section:
        """Compose diagram, tests, fit, and the specifications side by side."""
        return paths_section(form, result, words)

    def pattern(self, result: PathsResult) -> PathPattern | None:
        """Return stated against unstated paths, where there are both."""
        return result.pattern

    def no_pattern(self, result: PathsResult) -> str:
        """Return why stated and unstated paths could not be compared although there are both."""
        return result.no_pattern

    def untested(self, result: PathsResult) -> str:
        """Return why stated paths have nothing unstated beside them; empty where they have."""
        return result.untested

    def resting(self, result: PathsResult) -> frozenset[str]:
        """Return paths that do not differ from zero without what overlapping items share."""
        return frozenset() if result.overlap is None else result.overlap.resting

    def held_back(self, result: PathsResult, finding: Finding) -> str:
        """Return which other assumption about the answers a conclusion does not survive."""
        departures = result.compared.departures if result.compared else None
        return "" if departures is None else departures.held_back(finding.id, finding.conclusion)

    def diagnostics(self, result: PathsResult) -> Iterator[Diagnostic]:
        """Yield checks of halo, of factors that are one, of items that overlap."""
        return path_diagnostics(result)

    def warnings(self, result: PathsResult) -> Iterator[tuple[str, str]]:
        """Yield the warnings of every fit."""
        for entry in result.estimated:
            if isinstance(entry.tests, DriverImpactResult):
                for warning in entry.tests.fit.warnings:
                    yield warning.code, f"{entry.specification.title}: {warning.message}"

    def measurement(self, result: PathsResult) -> dict[str, pd.DataFrame]:
        """Return loadings, correlations and validity of the factors, and what groups differ in."""
        return measurement_tables(result)

    def tables(self, result: PathsResult) -> dict[str, pd.DataFrame]:
        """Return fit, parameters and covariates by specification, and the rivals."""
        return result_tables(result)


def _factor_faults(form: PathsForm, scope: Scope) -> Iterator[Fault]:
    known = [scale.id for scale in scope.instrument.scales]
    for position, name in enumerate(form.factors):
        if name not in known:
            yield scope.fault(
                "PLAN-003",
                ("factors", position),
                f"the form has no scale '{name}'",
                f"{did_you_mean(name, known)}It has: {', '.join(known) or 'none'}.",
            )


def _invariance_faults(form: PathsForm, scope: Scope) -> Iterator[Fault]:
    """Return a fault for each column that is none of groups, or that nothing is fitted by."""
    groups = [column.id for column in scope.instrument.administrative if column.kind == "text"]
    groups += [item.id for item in scope.instrument.items if item.kind == "single"]
    for position, name in enumerate(form.invariance):
        if name not in groups:
            yield scope.fault(
                "PLAN-040",
                ("invariance", position),
                f"'{name}' is no column of groups",
                f"{did_you_mean(name, groups)}Name an administrative column of texts, or a "
                "question with one answer.",
            )
    if form.invariance and not any(isinstance(e, SemSpecification) for e in form.specifications):
        yield scope.fault(
            "PLAN-036",
            ("invariance",),
            "no specification by structural equations has factors that could be compared",
            "Remove 'invariance', or add such a specification.",
        )


def _role_faults(form: PathsForm, scope: Scope) -> Iterator[Fault]:
    confirmatory = sum(entry.role == "confirmatory" for entry in form.specifications)
    wanted = 1 if form.role == "confirmatory" else 0
    if confirmatory == wanted:
        return
    stated = counted(confirmatory, "specification is", "specifications are")
    found = f"{stated} confirmatory in an analysis whose role is {form.role}"
    remedy = "Make exactly one confirmatory." if wanted else "Change their role."
    yield scope.fault("PLAN-006", ("specifications",), found, remedy)


def _scores_faults(entry: ScoresSpecification, scope: Scope, here: Location) -> Iterator[Fault]:
    if scope.plan.weights and "weights" not in entry.without:
        yield scope.fault(
            "PLAN-020",
            here,
            f"specification '{entry.specification}' regresses scale scores and cannot use weights",
            "State 'without: [weights]' there.",
        )
