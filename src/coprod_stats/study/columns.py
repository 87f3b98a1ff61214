"""The hypothesised paths estimated in one way: a column of the plan."""

from __future__ import annotations

import pandas as pd
from threadpoolctl import threadpool_limits

from coprod_stats.errors import CoprodError
from coprod_stats.latent_models.engines.comparison import fit_differences
from coprod_stats.plans.model import ModelColumn
from coprod_stats.responses.table import Responses
from coprod_stats.scoring import keyed_answers, score
from coprod_stats.structure import (
    DecisionRules,
    DriverImpactModel,
    DriverImpactResult,
    MeasuredFactor,
    PathTests,
    StructuralPath,
    SubgroupFit,
    fit_driver_impact,
    fit_score_paths,
    with_subgroups,
)
from coprod_stats.study.plan_reading import Plan
from coprod_stats.study.result import ColumnResult, EngineAgreement


def estimate_column(column: ModelColumn, plan: Plan, respondents: Responses) -> ColumnResult:
    """Estimate one column of a plan on its respondents.

    What cannot be estimated is told with its reason: a study goes on without the column.
    """
    # matrices of some forty rows: threads only wait for each other, and sums vary with their number
    with threadpool_limits(limits=1, user_api="blas"):
        try:
            tests = _tests(column, plan, respondents)
            agreement = None
            if column.engine == "semopy" and isinstance(tests, DriverImpactResult):
                by_core = _tests(column.model_copy(update={"engine": "core"}), plan, respondents)
                agreement = _agreement(by_core, tests)
        except CoprodError as error:
            return ColumnResult(column, respondents.n_respondents, None, str(error))
    return ColumnResult(column, respondents.n_respondents, tests, agreement=agreement)


def _agreement(ours: PathTests, theirs: DriverImpactResult) -> EngineAgreement | None:
    """Hold two fits against each other; where one did not converge there is nothing to hold."""
    assert isinstance(ours, DriverImpactResult)
    if not (ours.fit.converged and theirs.fit.converged):
        return None
    found = [
        difference
        for difference in fit_differences(ours.fit, theirs.fit)
        if difference.what == "std_all"
    ]
    largest = max(found, key=lambda difference: abs(difference.difference))
    return EngineAgreement(largest.name, largest.difference)


def driver_impact_model(plan: Plan) -> DriverImpactModel:
    """Return the plan's factors, hypotheses and covariates as one structural model."""
    factors = tuple(
        MeasuredFactor(name, plan.instrument.scale(name).items) for name in plan.form.model.factors
    )
    return DriverImpactModel(factors, _paths(plan), covariates=plan.form.model.covariates)


def _paths(plan: Plan) -> tuple[StructuralPath, ...]:
    return tuple(
        StructuralPath(entry.id, entry.predictor, entry.outcome, entry.sign)
        for entry in plan.hypotheses
    )


def _tests(column: ModelColumn, plan: Plan, respondents: Responses) -> PathTests:
    inference = plan.form.inference
    rules = DecisionRules(
        family=inference.family,
        adjustment=inference.adjustment,
        bound=inference.smallest_effect,
        alpha=inference.alpha,
    )
    if column.method == "regression":
        return fit_score_paths(
            analysis_table(plan, respondents, column.cluster),
            _paths(plan),
            covariates=plan.form.model.covariates,
            cluster=column.cluster,
            rules=rules,
        )
    model = driver_impact_model(plan)
    everyone = _fitted(column, plan, respondents, model, rules)
    subgroups = [
        SubgroupFit(
            part.hypotheses,
            part.population,
            _fitted(
                column, plan, respondents.subset(respondents.where(part.where)), model, rules
            ).fit,
        )
        for part in column.subgroups
    ]
    return with_subgroups(everyone, subgroups) if subgroups else everyone


def _fitted(
    column: ModelColumn,
    plan: Plan,
    respondents: Responses,
    model: DriverImpactModel,
    rules: DecisionRules,
) -> DriverImpactResult:
    return fit_driver_impact(
        item_table(plan, respondents, model.items, column.cluster),
        model,
        engine=column.engine,
        estimator=column.estimator,
        missing=column.missing,
        cluster=column.cluster,
        ordered="all" if column.ordered else (),
        rules=rules,
    )


def item_table(
    plan: Plan, respondents: Responses, items: tuple[str, ...], cluster: str | None
) -> pd.DataFrame:
    """Return keyed items with covariates and the cluster's column, a row per respondent."""
    table = keyed_answers(respondents, items)
    others = plan.form.model.covariates
    if others:
        table = table.join(analysis_table(plan, respondents, None)[list(others)])
    if cluster is not None:
        table = table.assign(**{cluster: respondents.answers[cluster]})
    return table


def analysis_table(plan: Plan, respondents: Responses, cluster: str | None) -> pd.DataFrame:
    """Return scale scores, indices and whatever else the hypotheses name, a row per respondent."""
    table = score(respondents).augment().drop(columns="respondent")
    named = {name for entry in plan.hypotheses for name in (entry.predictor, entry.outcome)}
    named |= set(plan.form.model.covariates)
    others = sorted(named - set(table.columns))
    table = table.join(respondents.numbers(others))
    if cluster is not None:
        table = table.assign(**{cluster: respondents.answers[cluster]})
    return table
