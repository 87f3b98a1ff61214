"""Estimation of the hypothesised paths by one specification of the plan."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from coprod_stats.analyses.paths.counted_unknowns import with_unknown_as
from coprod_stats.analyses.paths.departure_search import DepartureSearch
from coprod_stats.analyses.paths.departures import Departures
from coprod_stats.analyses.paths.form import PathsForm, ScoresSpecification, SemSpecification
from coprod_stats.analyses.paths.measured import Measured, measure
from coprod_stats.analyses.paths.named_comparisons import OtherModels, fit_other_models
from coprod_stats.analyses.paths.omitted_causes import OmittedCauses, find_omitted_causes
from coprod_stats.analyses.paths.planned_model import (
    counted_items,
    driver_impact_model,
    ordered_items,
    structural_paths,
)
from coprod_stats.analyses.paths.rivals import Rivals, compared_specification, fit_rivals
from coprod_stats.analyses.sample import (
    NoRespondentsError,
    StudySample,
    design_column,
    item_table,
    variable_table,
)
from coprod_stats.errors import CoprodError
from coprod_stats.latent_models.engines.comparison import fit_differences
from coprod_stats.plans.hypotheses import Relation
from coprod_stats.plans.model import PlanForm
from coprod_stats.responses.table import Responses
from coprod_stats.sem.inference.kept_models import saturated_models_kept
from coprod_stats.structure import (
    DecisionRules,
    DriverImpactModel,
    DriverImpactResult,
    PathTests,
    SubgroupFit,
    fit_driver_impact,
    fit_score_paths,
    with_subgroups,
)

ENGINE_TOLERANCE = 1e-4
"""Largest difference between standardised estimates at which two engines still agree."""


@dataclass(frozen=True, slots=True)
class EngineAgreement:
    """The agreement of the first engine with the second on the same rows.

    Attributes
    ----------
    term : str
        The parameter with the largest difference.
    difference : float
        That difference, of standardised estimates.
    """

    term: str
    difference: float

    @property
    def agrees(self) -> bool:
        """Whether the engines agree within ``ENGINE_TOLERANCE``."""
        return abs(self.difference) <= ENGINE_TOLERANCE


@dataclass(frozen=True, slots=True)
class SpecificationResult:
    """The paths as estimated by one specification, or the reason why they were not.

    Attributes
    ----------
    n_sample : int
        Respondents of the specification; the tests hold the number of rows analysed.
    agreement : EngineAgreement, optional
        Comparison with the first engine, where the specification uses the second one.
    not_compared : str
        Why some or all fits were not compared with those of the first engine; empty otherwise.
    rivals : Rivals, optional
        Of the specification that is compared, if there are any.
    measured : Measured, optional
        The factors without paths, where the specification is compared or has ordered items.
    others : OtherModels, optional
        Rivals that the plan names, and the marker, where the specification is compared.
    omitted_causes : OmittedCauses, optional
        What would take its paths to zero, where the specification is compared.
    departures : Departures, optional
        What is wrong with the answers of the specification that is compared.
    is_compared : bool
        Whether this is the specification that is compared with other models.
    """

    specification: SemSpecification | ScoresSpecification
    n_sample: int
    tests: PathTests | None
    reason: str = ""
    agreement: EngineAgreement | None = None
    not_compared: str = ""
    rivals: Rivals | None = None
    measured: Measured | None = None
    others: OtherModels | None = None
    omitted_causes: OmittedCauses | None = None
    departures: Departures | None = None
    is_compared: bool = False

    def glance(self) -> pd.DataFrame:
        """One row: the specification, its respondents and its fit."""
        head = pd.DataFrame(
            {
                "specification": [self.specification.specification],
                "title": [self.specification.title],
                "role": [self.specification.role],
                "n_sample": [self.n_sample],
                "reason": [self.reason],
            }
        )
        return head if self.tests is None else pd.concat([head, self.tests.glance()], axis=1)


def estimate(
    specification: SemSpecification | ScoresSpecification,
    form: PathsForm,
    sample: StudySample,
    rng: np.random.Generator,
) -> SpecificationResult:
    """Estimate the paths by one specification; if that fails, the result holds the reason."""
    return estimate_among(specification, form, sample, sample.respondents(specification), rng)


def estimate_among(
    specification: SemSpecification | ScoresSpecification,
    form: PathsForm,
    sample: StudySample,
    respondents: Responses,
    rng: np.random.Generator,
) -> SpecificationResult:
    """Estimate the paths by one specification among given respondents."""
    # on matrices of about forty rows threads cost time, and sums depend on their number
    with threadpool_limits(limits=1, user_api="blas"), saturated_models_kept():
        try:
            if not respondents.n_respondents:
                raise NoRespondentsError("the conditions on respondents select nobody")
            rivals, others, measured, omitted, departures = None, None, None, None, None
            is_compared = False
            if isinstance(specification, ScoresSpecification):
                tests: PathTests = _by_scores(specification, sample, respondents)
                compared = _Comparison()
            else:
                respondents = _counted(specification, form, sample, respondents)
                tests = _by_equations(specification, form, sample, respondents)
                compared = _comparison(specification, form, sample, respondents, tests)
                table = _model_table(specification, tests.model, sample, respondents)
                is_compared = specification == compared_specification(form)
                if is_compared:
                    rivals = fit_rivals(table, tests, form, rng)
                    others = fit_other_models(table, tests, form, respondents)
                    omitted = find_omitted_causes(tests, respondents)
                if is_compared or specification.ordered:
                    measured = measure(table, tests, with_overlap=is_compared)
                if is_compared and tests.fit.proper:
                    departures = DepartureSearch(
                        specification,
                        form,
                        sample,
                        respondents,
                        tests,
                        measured,
                        refit=partial(_by_equations, specification, form, sample),
                        respecify=lambda other: _by_equations(other, form, sample, respondents),
                        table_of=partial(_model_table, specification, tests.model, sample),
                    ).departures()
        except CoprodError as error:
            return SpecificationResult(specification, respondents.n_respondents, None, str(error))
    return SpecificationResult(
        specification,
        respondents.n_respondents,
        tests,
        agreement=compared.agreement,
        not_compared=compared.not_compared,
        rivals=rivals,
        measured=measured,
        others=others,
        omitted_causes=omitted,
        departures=departures,
        is_compared=is_compared,
    )


def decision_rules(plan: PlanForm) -> DecisionRules:
    """Return bound and level of a plan; families are adjusted after all analyses have run."""
    return DecisionRules(bound=plan.inference.smallest_effect, alpha=plan.inference.alpha)


def _relations(sample: StudySample) -> tuple[Relation, ...]:
    return tuple(entry for each in sample.hypotheses for entry in each.relations())


def _by_scores(
    specification: ScoresSpecification, sample: StudySample, respondents: Responses
) -> PathTests:
    paths = structural_paths(_relations(sample))
    covariates = sample.covariates(specification)
    cluster = sample.design("cluster", specification)
    named = (*(name for path in paths for name in (path.predictor, path.outcome)), *covariates)
    table = variable_table(respondents, named)
    if cluster is not None:
        table = table.assign(**{cluster: design_column(respondents, cluster)})
    return fit_score_paths(
        table, paths, covariates=covariates, cluster=cluster, rules=decision_rules(sample.plan)
    )


def _counted(
    specification: SemSpecification, form: PathsForm, sample: StudySample, respondents: Responses
) -> Responses:
    """Return the answers with every don't-know as the specification counts it."""
    if specification.dont_know == "missing":
        return respondents
    relations = _relations(sample)
    items = counted_items(form, sample.instrument, relations, omit=specification.omit)
    return with_unknown_as(respondents, items, specification.dont_know)


def _by_equations(
    specification: SemSpecification, form: PathsForm, sample: StudySample, respondents: Responses
) -> DriverImpactResult:
    everyone = _fitted(specification, form, sample, respondents)
    subgroups = [
        SubgroupFit(
            tuple(entry.id for entry in _relations(sample) if entry.hypothesis in part.hypotheses),
            part.population,
            _fitted(
                specification, form, sample, respondents.subset(respondents.where(part.where))
            ).fit,
        )
        for part in specification.subgroups
    ]
    return with_subgroups(everyone, subgroups) if subgroups else everyone


def _fitted(
    specification: SemSpecification, form: PathsForm, sample: StudySample, respondents: Responses
) -> DriverImpactResult:
    covariates = sample.covariates(specification)
    model = driver_impact_model(
        form,
        sample.instrument,
        _relations(sample),
        covariates,
        rotating=specification.rotating,
        omit=specification.omit,
        syntax=specification.syntax,
    )
    return fit_driver_impact(
        _model_table(specification, model, sample, respondents),
        model,
        engine=specification.engine,
        estimator=specification.estimator,
        missing=specification.missing,
        cluster=sample.design("cluster", specification),
        sampling_weights=sample.design("weights", specification),
        ordered=ordered_items(specification, model),
        rules=decision_rules(sample.plan),
    )


def _model_table(
    specification: SemSpecification,
    model: DriverImpactModel,
    sample: StudySample,
    respondents: Responses,
) -> pd.DataFrame:
    """Return items, composites, covariates and design columns, (n_respondents, n_columns)."""
    table = item_table(respondents, model.items)
    observed = (*model.composites, *model.covariates)
    if observed:
        table = table.join(variable_table(respondents, observed))
    for option in ("cluster", "weights"):
        column = sample.design(option, specification)
        if column is not None:
            table = table.assign(**{column: design_column(respondents, column)})
    return table


@dataclass(frozen=True, slots=True)
class _Comparison:
    """The comparison of two engines, and why fits were omitted from it; empty if none was."""

    agreement: EngineAgreement | None = None
    not_compared: str = ""


def _comparison(
    specification: SemSpecification,
    form: PathsForm,
    sample: StudySample,
    respondents: Responses,
    theirs: DriverImpactResult,
) -> _Comparison:
    """Compare the fits of two engines to everyone and to each subgroup."""
    if specification.engine != "semopy":
        return _Comparison()
    by_core = specification.model_copy(update={"engine": "core"})
    return compare_results(_by_equations(by_core, form, sample, respondents), theirs)


def compare_results(ours: DriverImpactResult, theirs: DriverImpactResult) -> _Comparison:
    """Compare the standardised estimates of two engines, fit by fit."""
    fits = [("all respondents", ours.fit, theirs.fit)]
    fits += [
        (mine.population, mine.fit, other.fit)
        for mine, other in zip(ours.subgroups, theirs.subgroups, strict=True)
    ]
    failed = [name for name, *pair in fits if not all(fit.converged for fit in pair)]
    reason = f"a fit to {' and to '.join(failed)} did not converge" if failed else ""
    found = [
        (difference.difference, f"{difference.name} among {name}")
        for name, mine, other in fits
        if name not in failed
        for difference in fit_differences(mine, other)
        if difference.what == "std_all"
    ]
    if not found:
        return _Comparison(not_compared=reason)
    largest, term = max(found, key=lambda entry: abs(entry[0]))
    return _Comparison(EngineAgreement(term, largest), reason)
