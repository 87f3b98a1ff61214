"""Results of an analysis of paths, by specification."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from coprod_stats.analyses.findings import Finding, finding_head
from coprod_stats.analyses.paths.estimation import SpecificationResult
from coprod_stats.latent_models import SemFit
from coprod_stats.plans.hypotheses import Hypothesis, Relation
from coprod_stats.results import TIDY_COLUMNS, NotebookTables
from coprod_stats.structure import DriverImpactResult, PathResult
from coprod_stats.structure.item_overlap import ItemOverlap
from coprod_stats.structure.measurement_invariance import MeasurementInvariance
from coprod_stats.structure.measurement_model import MeasurementModel
from coprod_stats.structure.path_pattern import PathPattern
from coprod_stats.structure.path_tests import conclusion_counts
from coprod_stats.structure.pattern_bootstrap import PatternBootstrap
from coprod_stats.structure.rival_models import ModelComparison, compared_fit

DISAGREEMENT = (
    "two independent engines disagree on the same model and rows: nothing is decided until it is "
    "known which of them is wrong"
)


@dataclass(frozen=True, slots=True)
class PathsResult(NotebookTables):
    """The paths in every specification of one analysis."""

    analysis: str
    specifications: tuple[SpecificationResult, ...]

    @property
    def estimated(self) -> tuple[SpecificationResult, ...]:
        """Specifications that could be estimated."""
        return tuple(entry for entry in self.specifications if entry.tests is not None)

    @property
    def planned_first(self) -> SpecificationResult:
        """The confirmatory specification, or the first one if none is confirmatory."""
        return next(
            (e for e in self.specifications if e.specification.role == "confirmatory"),
            self.specifications[0],
        )

    @property
    def shown_first(self) -> SpecificationResult:
        """The specification that a report shows first: the planned one, or a substitute."""
        planned = self.planned_first
        if planned.tests is not None:
            return planned
        return next(iter(self.estimated), planned)

    @property
    def compared(self) -> SpecificationResult | None:
        """The specification that was compared with rival models; None if none was."""
        return next((entry for entry in self.specifications if entry.is_compared), None)

    @property
    def measured(self) -> tuple[tuple[str, MeasurementModel], ...]:
        """Each specification whose factors were estimated without paths, with that model."""
        return tuple(
            (entry.specification.specification, entry.measured.model)
            for entry in self.estimated
            if entry.measured is not None and entry.measured.model is not None
        )

    @property
    def composites(self) -> tuple[str, ...]:
        """Indices among the ends of paths, which no measurement model contains."""
        tests = self.compared.tests if self.compared else None
        return tests.model.composites if isinstance(tests, DriverImpactResult) else ()

    @property
    def overlap(self) -> ItemOverlap | None:
        """Items that overlap across the ends of paths, where that could be looked at."""
        measured = self.compared.measured if self.compared else None
        return measured.overlap if measured else None

    @property
    def invariance(self) -> tuple[MeasurementInvariance, ...]:
        """The invariance of the factors across each column of groups that could be compared."""
        departures = self.compared.departures if self.compared else None
        found = () if departures is None else departures.invariance
        return tuple(e.found for e in found if isinstance(e.found, MeasurementInvariance))

    @property
    def pattern(self) -> PathPattern | None:
        """Stated against unstated paths, where there are both and they could be compared."""
        compared = self.compared if self.engines_agree else None
        return compared.rivals.pattern if compared and compared.rivals else None

    @property
    def model_comparisons(self) -> tuple[ModelComparison, ...]:
        """The compared specification, its rivals, and what the plan names beside them."""
        compared = self.compared if self.engines_agree else None
        if compared is None or not isinstance(compared.tests, DriverImpactResult):
            return ()
        stated, rivals = compared.tests.fit, compared.rivals
        pattern = rivals.pattern if rivals else None
        evaluation = rivals.evaluation if rivals else None
        found = []
        if pattern is not None:
            found.append(compared_fit("all_paths", "All paths", pattern.fit, stated))
        if evaluation is not None:
            title = "The hypotheses and an evaluative factor"
            found.append(compared_fit("evaluation", title, evaluation.fit, stated))
        found += compared.others.named if compared.others else ()
        hypotheses = compared_fit("stated", "The hypotheses", stated, stated)
        return (hypotheses, *found) if found else ()

    @property
    def compared_factors(self) -> MeasurementModel | None:
        """Factors without paths of the specification that was compared with rival models."""
        measured = self.compared.measured if self.compared else None
        return measured.model if measured else None

    @property
    def resampled(self) -> PatternBootstrap | None:
        """Bootstrap of the pattern and of HTMT2, where the plan asks for it and it succeeded."""
        compared = self.compared if self.engines_agree else None
        return compared.rivals.resampled if compared and compared.rivals else None

    @property
    def no_pattern(self) -> str:
        """Why stated and unstated paths could not be compared although there are both."""
        if not self.engines_agree:
            return ""
        if self.compared is not None and self.compared.rivals is not None:
            return self.compared.rivals.no_pattern
        models = [e.tests.model for e in self.estimated if isinstance(e.tests, DriverImpactResult)]
        if any(model.stated_pairs and model.unstated_pairs for model in models):
            return "the specification that is compared with all paths was not estimated"
        return ""

    @property
    def untested(self) -> str:
        """Why there is nothing unstated with which the stated paths could be compared."""
        if self.pattern is not None or self.no_pattern or not self.engines_agree:
            return ""
        if any(isinstance(entry.tests, DriverImpactResult) for entry in self.estimated):
            return "a path is stated for every pair of a driver and an impact"
        return "scores are regressed one equation at a time" if self.estimated else ""

    @property
    def engines_agree(self) -> bool:
        """Whether all comparisons of engines agree."""
        return all(e.agreement is None or e.agreement.agrees for e in self.specifications)

    def tidy(self) -> pd.DataFrame:
        """One row per path and specification that was estimated; decisions are the study's."""
        tables = [
            entry.tests.tidy().assign(specification=entry.specification.specification)
            for entry in self.estimated
            if entry.tests is not None
        ]
        if not tables:
            return pd.DataFrame(columns=["term", *TIDY_COLUMNS[1:], "specification"])
        return pd.concat(tables, ignore_index=True).drop(columns=list(PROVISIONAL))

    def glance(self) -> pd.DataFrame:
        """One row per specification: its respondents and its fit; decisions are the study's."""
        found = pd.concat([entry.glance() for entry in self.specifications], ignore_index=True)
        counts = [name for name in found.columns if name in COUNTS]
        return found.drop(columns=counts)


PROVISIONAL = ("p_adjusted", "conclusion", "verdict", "family", "family_size")
"""What a path model decides by itself, before the families of a plan are known."""
COUNTS = frozenset(conclusion_counts(()))


def path_findings(result: PathsResult, hypotheses: tuple[Hypothesis, ...]) -> Iterator[Finding]:
    """Yield a finding per specification and relation, estimated or not."""
    disagreement = "" if result.engines_agree else DISAGREEMENT
    for entry in result.specifications:
        tests = {} if entry.tests is None else {path.id: path for path in entry.tests.paths}
        for hypothesis in hypotheses:
            for relation in hypothesis.relations():
                yield _finding(
                    result.analysis, entry, hypothesis, relation, tests, disagreement=disagreement
                )


def _finding(
    analysis: str,
    entry: SpecificationResult,
    hypothesis: Hypothesis,
    relation: Relation,
    tests: dict[str, PathResult],
    *,
    disagreement: str,
) -> Finding:
    head = finding_head(
        hypothesis,
        relation,
        analysis=analysis,
        role=entry.specification.role,
        specification=entry.specification.specification,
        reason=entry.reason,
    )
    if entry.tests is None:
        return head
    if disagreement:
        return replace(head, reason=disagreement)
    found = with_path(head, tests[relation.id], n_analysed=entry.tests.n_analysed)
    if found.reason and isinstance(entry.tests, DriverImpactResult):
        return replace(found, reason=_unusable(entry.tests.fit_of(relation.id)) or found.reason)
    return found


def _unusable(fit: SemFit) -> str:
    """State why a fit decides nothing; empty if it could."""
    if not fit.converged:
        return "the model did not converge"
    if not fit.proper:
        codes = [warning.code for warning in fit.warnings if warning.code.startswith("SEM-1")]
        return f"the solution is improper ({', '.join(codes) or 'see the notes on the fit'})"
    return ""


def with_path(head: Finding, path: PathResult, *, n_analysed: int) -> Finding:
    """Return a finding with the numbers of a tested path."""
    missing = math.isnan(path.p_value)
    return replace(
        head,
        n_analysed=n_analysed,
        estimate=path.estimate,
        std_error=path.std_error,
        statistic=path.statistic,
        df=path.df,
        p_value=path.p_value,
        conf_low=path.conf_low,
        conf_high=path.conf_high,
        std_all=path.beta,
        std_all_se=path.beta_std_error,
        std_all_conf_low=path.beta_conf_low,
        std_all_conf_high=path.beta_conf_high,
        r_squared=path.r_squared,
        reason="the model has no standard error for the path" if missing else "",
    )
