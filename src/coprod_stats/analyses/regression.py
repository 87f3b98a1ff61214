"""The kind of analysis ``regression``: one equation for one outcome of any common type."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from coprod_stats.analyses.checks import (
    known_variables,
    numeric_faults,
    overlap_faults,
    relation_faults,
)
from coprod_stats.analyses.findings import Finding, finding_head
from coprod_stats.analyses.kind import Kind, Scope, choice_names
from coprod_stats.analyses.regression_section import regression_section
from coprod_stats.analyses.sample import StudySample, design_column, variable_table
from coprod_stats.analyses.words import ReportWords
from coprod_stats.counts import counted
from coprod_stats.documents.document import Section
from coprod_stats.errors import CoprodError, Fault
from coprod_stats.literals import RegressionErrors, RegressionFamily
from coprod_stats.plans.grammar import Words
from coprod_stats.plans.hypotheses import Hypothesis, Relation
from coprod_stats.plans.model import DESIGN_OPTIONS, AnalysisForm, RespondentChoice
from coprod_stats.results import NotebookTables
from coprod_stats.structure.regression import Regression as FittedRegression
from coprod_stats.structure.regression import regress
from coprod_stats.structure.regression.covariances import choose_errors
from coprod_stats.structure.regression.formula import ParsedFormula, parse_formula
from coprod_stats.structure.regression.scaling import weighted_sd
from coprod_stats.suggestions import did_you_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray


FEWEST_CLUSTERS = 30
"""Clusters below which cluster-robust errors are warned of."""


class RegressionForm(RespondentChoice, AnalysisForm):
    """A regression of one outcome, specified by a formula."""

    analysis: Literal["regression"]
    formula: Words
    """``outcome ~ predictors`` in the grammar of formulaic; the plan's covariates are added."""
    family: RegressionFamily = "gaussian"
    errors: RegressionErrors | None = None
    """Standard errors; by default those of the family."""


@dataclass(frozen=True, slots=True)
class RegressionResult(NotebookTables):
    """The fitted equation, with the factors that standardise its coefficients where meaningful.

    Attributes
    ----------
    standardised : tuple of str
        Terms that are single numeric predictors of a Gaussian outcome.
    ratios : array, shape (n_standardised,)
        Standard deviation of each over that of the outcome, in the rows analysed.
    """

    fit: FittedRegression
    standardised: tuple[str, ...]
    ratios: NDArray[np.float64]

    def tidy(self) -> pd.DataFrame:
        """One row per parameter."""
        return self.fit.tidy()

    def glance(self) -> pd.DataFrame:
        """One row for the equation."""
        return self.fit.glance()


class Regression(Kind[RegressionForm, RegressionResult]):
    """Linear, logistic, ordered and count regressions with robust errors."""

    name = "regression"
    title = "Regression"
    form = RegressionForm
    claims = frozenset({"main"})
    uses = frozenset(DESIGN_OPTIONS)
    methods = "regression"

    def names(self, form: RegressionForm) -> Iterator[str]:
        """Yield the variables of the formula and the names in conditions."""
        yield from choice_names(form)
        try:
            yield from parse_formula(form.formula).columns
        except CoprodError:  # a fault of the plan, reported by its check
            return

    def uses_smallest_effect(self, form: RegressionForm) -> bool:
        """Return whether the coefficients are standardised, as they are for Gaussian outcomes."""
        return form.family == "gaussian"

    def check(self, form: RegressionForm, scope: Scope) -> Iterator[Fault]:
        """Yield faults of the formula, and relations that it does not contain."""
        try:
            parsed = parse_formula(form.formula)
            choose_errors(
                form.errors,
                family=form.family,
                clustered="cluster" not in form.without and scope.plan.cluster is not None,
                weighted="weights" not in form.without and scope.plan.weights is not None,
            )
        except CoprodError as error:
            yield scope.fault("PLAN-030", (), str(error), "Correct the analysis.")
            return
        known = known_variables(scope.instrument)
        for name in parsed.columns:
            if name not in known:
                yield scope.fault(
                    "PLAN-004",
                    ("formula",),
                    f"'{name}' is neither a scale nor an item, index or derived variable",
                    f"{did_you_mean(name, known)}Correct the name, or choose a form that has it.",
                )
        yield from numeric_faults(scope, form.id, parsed.columns)
        yield from overlap_faults(scope, (), form, parsed.columns)
        yield from relation_faults(scope)
        for relation in scope.relations():
            if relation.outcome != parsed.outcome or relation.predictor not in _main_terms(parsed):
                yield scope.fault(
                    "PLAN-031",
                    ("formula",),
                    f"the formula does not test {relation.id}, {relation.predictor} → "
                    f"{relation.outcome}",
                    "Make the outcome its left side and the predictor a term by itself, or name "
                    "other hypotheses under 'tests'.",
                )

    def run(
        self, part: Any, form: RegressionForm, sample: StudySample, rng: np.random.Generator
    ) -> RegressionResult:
        """Fit the equation to the respondents who have all its values."""
        del part, rng  # a single part, and no random numbers are drawn
        respondents = sample.some(form)
        covariates = sample.covariates(form)
        parsed = parse_formula(form.formula)
        table = variable_table(respondents, (*parsed.columns, *covariates))
        design = {option: sample.design(option, form) for option in ("cluster", "weights")}
        for column in filter(None, design.values()):
            table = table.assign(**{column: design_column(respondents, column)})
        fit = regress(
            " + ".join((form.formula, *covariates)),
            table,
            form.family,
            form.errors,
            cluster=design["cluster"],
            weights=design["weights"],
            conf_level=1 - sample.plan.inference.alpha,
        )
        return _with_ratios(fit)

    def findings(
        self, form: RegressionForm, result: RegressionResult, hypotheses: Sequence[Hypothesis]
    ) -> tuple[Finding, ...]:
        """Return a finding per relation; standardised if the outcome is Gaussian."""
        rows = {str(row["term"]): row for row in result.tidy().to_dict(orient="records")}
        return tuple(
            _finding(form, result, hypothesis, relation, rows[relation.predictor])
            for hypothesis in hypotheses
            for relation in hypothesis.relations()
        )

    def section(
        self, form: RegressionForm, result: RegressionResult, words: ReportWords
    ) -> Section:
        """Compose coefficients and average marginal effects."""
        return regression_section(
            f"{self.title}: {form.id}",
            result.fit,
            words,
            anchor=words.anchor(form, "regression"),
            basis=words.basis(form, form.role),
        )

    def warnings(self, result: RegressionResult) -> Iterator[tuple[str, str]]:
        """Yield a warning if the fit did not converge."""
        if not result.fit.converged:
            yield "REGRESSION-001", f"the fit did not converge: {result.fit.note}"
        clusters = result.fit.n_clusters
        if clusters is not None and clusters < FEWEST_CLUSTERS:
            yield (
                "REGRESSION-002",
                f"{counted(clusters, 'cluster')} are too few for cluster-robust standard errors, "
                f"which are too small below about {FEWEST_CLUSTERS} (Cameron & Miller 2015)",
            )

    def tables(self, result: RegressionResult) -> dict[str, pd.DataFrame]:
        """Return coefficients and, where the fit converged, average marginal effects."""
        found = {"tidy": result.tidy()}
        if result.fit.converged:
            found["effects"] = result.fit.effects()
        return found


def _main_terms(parsed: ParsedFormula) -> frozenset[str]:
    """Return the predictors that enter as they are and in no further term.

    The coefficient of a predictor that also stands in an interaction or a power is its slope at
    one value of something, and no answer to a hypothesis about the predictor.
    """
    written = [str(term) for term in parsed.parsed.rhs]
    uses = Counter(name for term in written for name in set(re.findall(r"\w+", term)))
    return frozenset(term for term in written if term in parsed.predictors and uses[term] == 1)


def _with_ratios(fit: FittedRegression) -> RegressionResult:
    frame, outcome = fit.design.frame, fit.design.formula.outcome_column
    if fit.family != "gaussian" or outcome is None:
        return RegressionResult(fit, (), np.empty(0))
    plain = _main_terms(fit.design.formula)
    names = tuple(
        term for term in fit.terms if term in plain and term not in fit.design.categorical
    )
    weights = np.ones(len(frame)) if fit.case_weights is None else fit.case_weights
    spread = np.array([weighted_sd(frame[name].to_numpy(dtype=float), weights) for name in names])
    ratios = spread / weighted_sd(frame[outcome].to_numpy(dtype=float), weights)
    return RegressionResult(fit, names, ratios)


def _finding(
    form: RegressionForm,
    result: RegressionResult,
    hypothesis: Hypothesis,
    relation: Relation,
    row: dict[Any, Any],
) -> Finding:
    ratio = math.nan
    if relation.predictor in result.standardised:
        ratio = float(result.ratios[result.standardised.index(relation.predictor)])
    estimate, std_error = float(row["estimate"]), float(row["std_error"])
    return replace(
        finding_head(hypothesis, relation, analysis=form.id, role=form.role),
        n_analysed=result.fit.n_obs,
        estimate=estimate,
        std_error=std_error,
        statistic=float(row["statistic"]),
        df=float(row["df"]),
        p_value=float(row["p_value"]),
        conf_low=float(row["conf_low"]),
        conf_high=float(row["conf_high"]),
        std_all=estimate * ratio,
        std_all_se=std_error * ratio,
        std_all_conf_low=float(row["conf_low"]) * ratio,
        std_all_conf_high=float(row["conf_high"]) * ratio,
        r_squared=result.fit.r_squared,
        reason="" if result.fit.converged else f"the fit did not converge: {result.fit.note}",
    )
