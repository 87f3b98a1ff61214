"""The result of a study, step by step, and deviations from its plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from coprod_stats.analyses.diagnostics import Diagnostic
from coprod_stats.analyses.findings import Finding, findings_table
from coprod_stats.analyses.kind import NotEstimated
from coprod_stats.analyses.pattern_words import (
    pattern_conclusion,
    pattern_size,
    untested_pattern,
    without_pattern,
)
from coprod_stats.analyses.registry import kind_of
from coprod_stats.analyses.words import ReportWords
from coprod_stats.counts import counted
from coprod_stats.measurement import ItemAnalysis, Reliability, ScaleCorrelations
from coprod_stats.plans.model import AnalysisForm
from coprod_stats.quality import Flags, Missingness
from coprod_stats.responses.pooling import PartCount
from coprod_stats.responses.table import Responses
from coprod_stats.scoring import Scores
from coprod_stats.structure.multiplicity import METHOD_NAMES
from coprod_stats.structure.path_pattern import PathPattern
from coprod_stats.study.outcome_rates import OutcomeRates, outcome_rates
from coprod_stats.study.participants import Participants, describe_classes
from coprod_stats.study.pattern_gate import no_pattern_of, pattern_of, untested
from coprod_stats.study.plan_reading import Plan
from coprod_stats.study.sample_flow import SampleFlow
from coprod_stats.study.sampling_design import SamplingDesign, sampling_design
from coprod_stats.study.tested_hypotheses import tested_by


@dataclass(frozen=True, slots=True)
class Deviation:
    """Something planned, what was done instead, and the reason."""

    planned: str
    done: str
    reason: str


@dataclass(frozen=True, slots=True, repr=False)
class AnalysisResult:
    """The result of one analysis of a plan.

    Attributes
    ----------
    form : AnalysisForm
        The analysis as stated in the plan.
    result : Result or NotEstimated
        Result of its kind, or the reason why it was not estimated.
    findings : tuple of Finding
        One per relation and specification, with adjusted p value and conclusion.
    """

    form: AnalysisForm
    result: Any
    findings: tuple[Finding, ...]

    def __repr__(self) -> str:
        relations = counted(len(self.shown), "relation")
        return f"<AnalysisResult {self.form.id!r}: {self.reason or relations}>"

    @property
    def reason(self) -> str:
        """Why it was not estimated; empty if it was."""
        return self.result.reason if isinstance(self.result, NotEstimated) else ""

    @property
    def confirmatory(self) -> tuple[Finding, ...]:
        """The confirmatory findings, else those of the first specification."""
        decisive = tuple(entry for entry in self.findings if entry.role == "confirmatory")
        return decisive or self.of(self.findings[0].specification if self.findings else "")

    @property
    def shown(self) -> tuple[Finding, ...]:
        """The confirmatory findings; those of another specification if none was estimated."""
        decisive = self.confirmatory
        if any(not entry.reason for entry in decisive):
            return decisive
        other = next((entry for entry in self.findings if not entry.reason), None)
        return decisive if other is None else self.of(other.specification)

    @property
    def n_analysed(self) -> int:
        """Rows that the shown findings are based on; the smallest of several numbers."""
        return min((e.n_analysed for e in self.shown if not e.reason), default=0)

    def of(self, specification: str) -> tuple[Finding, ...]:
        """Return the findings of one specification."""
        return tuple(entry for entry in self.findings if entry.specification == specification)


@dataclass(frozen=True, slots=True)
class StudyWarning:
    """A caveat on the numbers of a study."""

    code: str
    message: str


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class StudyResult:
    """The result of a study.

    Attributes
    ----------
    responses : Responses
        All respondents whose rows were kept.
    analysed : Responses
        The plan's respondents without those excluded for careless responding.
    participants : Participants
        Those analysed and everybody else, by the variables that the plan names for it.
    flags : Flags
        Of the plan's respondents.
    missing : Missingness
        Missing answers of the plan's respondents.
    scores, items, reliability, correlations
        Of the analysed respondents.
    analyses : tuple of AnalysisResult
        Results in the order of the plan.
    pooled : tuple of PartCount
        Respondents of each part that was pooled; empty where the plan has one file.
    """

    plan: Plan
    responses: Responses
    analysed: Responses
    sample: SampleFlow
    participants: Participants
    classes: pd.Series
    missing: Missingness
    flags: Flags
    scores: Scores
    items: ItemAnalysis
    reliability: Reliability
    correlations: ScaleCorrelations
    analyses: tuple[AnalysisResult, ...]
    deviations: tuple[Deviation, ...]
    warnings: tuple[StudyWarning, ...] = ()
    pooled: tuple[PartCount, ...] = ()

    def __repr__(self) -> str:
        size = counted(len(self.analyses), "analysis", "analyses")
        return f"<{type(self).__name__} {self.plan.form.plan!r}: {size}>"

    @property
    def title(self) -> str:
        """Title of the plan."""
        return self.plan.form.title

    @property
    def findings(self) -> pd.DataFrame:
        """One row per analysis, specification and relation, estimated or not."""
        return findings_table([f for entry in self.analyses for f in entry.findings])

    @property
    def design(self) -> SamplingDesign:
        """Weights, strata and clusters of the respondents analysed."""
        return sampling_design(self.plan, self.analysed, self.scores.values)

    @property
    def outcome_rates(self) -> OutcomeRates | None:
        """Outcome rates of the survey; None where the plan states no dispositions."""
        cases = self.plan.form.data.dispositions
        return None if cases is None else outcome_rates(cases)

    @property
    def backgrounds(self) -> pd.DataFrame:
        """Everybody in the file by class of the screening, described as the participants are."""
        return describe_classes(self.responses, self.classes, self.plan.form.participants)

    @property
    def headline_analysis(self) -> AnalysisResult:
        """The first confirmatory analysis, or the first one if none is confirmatory."""
        return next((e for e in self.analyses if e.form.role == "confirmatory"), self.analyses[0])

    @property
    def pattern(self) -> PathPattern | None:
        """Stated against unstated paths, of the headline analysis or else the first that has it."""
        found = (
            pattern_of(entry.form, entry.result)
            for entry in (self.headline_analysis, *self.analyses)
        )
        return next((pattern for pattern in found if pattern is not None), None)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Every check of what else could have made the results, analysis by analysis."""
        return tuple(
            found
            for entry in self.analyses
            if not isinstance(entry.result, NotEstimated)
            for found in kind_of(entry.form).diagnostics(entry.result)
        )

    @property
    def no_pattern(self) -> str:
        """Why stated and unstated paths could not be compared in an analysis that has both."""
        reasons = (no_pattern_of(entry.form, entry.result) for entry in self.analyses)
        return next(filter(None, reasons), "")

    @property
    def lead(self) -> tuple[str, ...]:
        """The first lines of a report: the pattern as a whole, and what else is wrong."""
        found = (entry.sentence for entry in self.diagnostics if entry.fires and entry.leads)
        return *self.lead_of_pattern, *found

    @property
    def lead_of_pattern(self) -> tuple[str, ...]:
        """The pattern as a whole, or why nothing is known of it; empty where nothing is asked."""
        pattern = self.pattern
        if pattern is None:
            if reason := self.no_pattern:
                return without_pattern(reason)
            bare = (untested(entry.form, entry.result) for entry in self.analyses)
            return tuple(map(untested_pattern, filter(None, bare)))[:1]
        tests = sum(
            not finding.reason
            for entry in self.analyses
            for finding in entry.confirmatory
            if pattern_of(entry.form, entry.result) is pattern
        )
        return pattern_size(pattern), pattern_conclusion(pattern, tests)

    @property
    def confirmed(self) -> bool:
        """Whether every relation of every confirmatory analysis was estimated."""
        return not any(
            finding.reason
            for entry in self.analyses
            if entry.form.role == "confirmatory"
            for finding in entry.confirmatory
        )

    def analysis(self, id: str) -> AnalysisResult:
        """Return an analysis by its id; raise ``KeyError`` if there is none."""
        found = next((entry for entry in self.analyses if entry.form.id == id), None)
        if found is None:
            raise KeyError(id)
        return found

    def headline(self) -> pd.DataFrame:
        """One row per relation of the headline analysis, whether it was estimated or not."""
        return findings_table(self.headline_analysis.shown)

    def headline_note(self) -> str:
        """Describe what the headline is based on."""
        entry, rules = self.headline_analysis, self.plan.form.inference
        shown = entry.shown
        if not any(not finding.reason for finding in shown):
            return f"Nothing could be estimated.{self._pooling_note()}"
        first = next(finding for finding in shown if not finding.reason)
        role = "" if first.role == "confirmatory" else "Not the confirmatory estimate. "
        family = rules.families.get(first.family)
        standardised = any(finding.std_all == finding.std_all for finding in shown)
        bound = f"; negligible: |beta| shown to be below {rules.smallest_effect:g}"
        negligible = bound if standardised else ""
        adjustment = METHOD_NAMES[family.adjustment if family else "holm"]
        return (
            f"{role}{self.title_of(entry)}: {counted(entry.n_analysed, 'respondent')} analysed of "
            f"{self.responses.n_respondents:,} in the file. "
            f"{adjustment} over {counted(first.family_size, 'test')}{negligible}."
            f"{self._pooling_note()}"
        )

    def words(self, entry: AnalysisResult) -> ReportWords:
        """Return labels, rules and findings for the report's section on an analysis."""
        return ReportWords(
            self.plan.form,
            self.plan.instrument,
            tested_by(entry.form, self.plan.hypotheses),
            entry.findings,
            self.responses.n_respondents,
        )

    def title_of(self, entry: AnalysisResult) -> str:
        """Return the title of the specification or kind behind the shown findings."""
        kind, part = kind_of(entry.form), _shown_part(entry)
        return kind.title if part is entry.form else kind.part_title(entry.form, part)

    @property
    def headline_keeps_flagged(self) -> bool:
        """Whether the shown findings of the headline analysis include flagged respondents."""
        included = getattr(_shown_part(self.headline_analysis), "include_flagged", False)
        return included or not self.plan.form.quality.exclude_flagged

    def _pooling_note(self) -> str:
        gate = self.plan.gate
        if gate is None:
            return ""
        pooled = ", ".join(f"{part.label} ({part.n_respondents:,})" for part in self.pooled)
        names = dict.fromkeys(obstacle.name for obstacle in gate.decision.accepted)
        accepted = f" Accepted in the plan: {'; '.join(names)}." if names else ""
        not_pooled = f" Not pooled: {', '.join(gate.not_pooled)}." if gate.not_pooled else ""
        return f" Pooled from {pooled}.{accepted}{not_pooled}"


def _shown_part(entry: AnalysisResult) -> Any:
    """Return the specification behind the shown findings; the whole form where there are none."""
    specification = entry.shown[0].specification if entry.shown else ""
    for part in kind_of(entry.form).parts(entry.form):
        if getattr(part, "specification", None) == specification:
            return part
    return entry.form
