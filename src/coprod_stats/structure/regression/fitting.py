"""The entry point: a regression from its formula."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, get_args

import numpy as np
from numpy.typing import NDArray

from coprod_stats.confidence_level import check_conf_level
from coprod_stats.counts import counted
from coprod_stats.literals import RegressionErrors, RegressionFamily
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.regression.covariances import (
    choose_errors,
    estimate_covariance,
    gaussian_df,
)
from coprod_stats.structure.regression.equation_rows import complete_rows
from coprod_stats.structure.regression.estimates import Estimates
from coprod_stats.structure.regression.formula import (
    INTERCEPT,
    build_design,
    evaluate_outcome,
    parse_formula,
)
from coprod_stats.structure.regression.generalized_linear import (
    MAX_ITERATIONS,
    explained_variance,
    fit_glm,
)
from coprod_stats.structure.regression.ordered_logit import fit_ordered_logit
from coprod_stats.structure.regression.outcomes import Outcome, code_outcome
from coprod_stats.structure.regression.result import Regression
from coprod_stats.structure.regression.scaling import StandardDesign, standard_design
from coprod_stats.structure.regression.separation import separated_columns

if TYPE_CHECKING:
    from narwhals.stable.v2.typing import IntoDataFrame


def regress(
    formula: str,
    data: IntoDataFrame,
    family: RegressionFamily = "gaussian",
    errors: RegressionErrors | None = None,
    *,
    cluster: str | None = None,
    weights: str | None = None,
    conf_level: float = 0.95,
    max_iterations: int | None = None,
) -> Regression:
    """Regress an outcome on predictors, with robust standard errors.

    Rows with a missing variable, cluster or weight are omitted and counted.

    Parameters
    ----------
    formula : str
        ``outcome ~ predictors`` in formulaic's grammar (``+``, ``:``, ``*``, ``C()``, ``log()``,
        ``I()``, ``poly()`` …). Text and categorical predictors enter as indicators of all levels
        but the first.
    data : DataFrame
        Of pandas, polars or PyArrow: a row per respondent.
    family : str
        ``gaussian``: linear, identity link. ``binomial``: logistic; the outcome has two values,
        the larger being the event. ``poisson``: log-linear counts. ``ordinal``: proportional
        odds, P(Y <= j) = expit(tau_j - x'b), for three or more values or ordered categories.
        ``negative-binomial``: log-linear counts of variance mu + alpha mu^2.
    errors : str, optional
        ``HC0`` to ``HC3`` or ``classical``. By default HC3, and HC0 for ordinal and
        negative-binomial outcomes, for which HC2 and HC3 are not defined; with clusters HC1 for
        gaussian and HC0 for other families. Errors of a negative binomial outcome take its
        dispersion as known: scores of coefficients and of alpha are uncorrelated.
    cluster : str, optional
        Column of cluster labels; the covariance is that of cluster sums times G / (G - 1), with
        ``HC1`` also times (n - 1) / (n - k).
    weights : str, optional
        Column of sampling weights, the inverse of selection probabilities on any scale: estimates
        maximize the weighted (pseudo-)likelihood. Classical errors are refused.
    conf_level : float
        Confidence level of the intervals. Tests and intervals of a gaussian outcome use the t
        distribution with n - k degrees of freedom, or G - 1 with clusters; those of the other
        families use the normal distribution, as they are asymptotic.
    max_iterations : int, optional
        Largest number of Newton steps, by default 100; not for ``gaussian``, which takes none. A
        fit that does not converge has a note and no standard errors.

    Returns
    -------
    Regression
        ``tidy()``, ``glance()``, ``effects()``.

    Raises
    ------
    StructureError
        If the formula is not admissible, a column is absent or of a wrong type, the outcome does
        not suit the family, there are too few rows, constant or collinear terms, a single
        cluster, weights that are not positive, undefined errors, separation, or an option that
        is not admissible.
    """
    _check_options(family, conf_level=conf_level, max_iterations=max_iterations)
    steps = MAX_ITERATIONS if max_iterations is None else max_iterations
    chosen = choose_errors(
        errors, family=family, clustered=cluster is not None, weighted=weights is not None
    )
    parsed = parse_formula(formula)
    rows = complete_rows(data, parsed.columns, cluster=cluster, weights=weights)
    outcome = code_outcome(evaluate_outcome(parsed, rows.frame), family=family, name=parsed.outcome)
    design = build_design(parsed, rows.frame, intercept=family != "ordinal")
    thresholds = _threshold_labels(outcome) if family == "ordinal" else ()
    intercept = design.terms.index(INTERCEPT) if INTERCEPT in design.terms else None
    standard = standard_design(
        design.matrix,
        design.terms,
        outcome=parsed.outcome,
        intercept=intercept,
        n_thresholds=len(thresholds),
    )
    estimates = _estimate(
        standard.matrix, outcome, family=family, weights=rows.weights, max_iterations=steps
    )
    _refuse_separation(estimates, standard, outcome, family=family, terms=design.terms, of=formula)
    params = standard.back @ estimates.params
    gaussian = family == "gaussian"
    df, r_squared, adjusted = np.inf, np.nan, np.nan
    if gaussian:
        df = gaussian_df(n_obs=len(rows.frame), n_params=len(params), n_clusters=rows.n_clusters)
        r_squared, adjusted = explained_variance(
            outcome.values,
            standard.matrix @ estimates.params,
            n_terms=len(params),
            weights=rows.weights,
            intercept=intercept is not None,
        )
    return Regression(
        family=family,
        terms=(*design.terms, *thresholds),
        estimate=params,
        covariance=_covariance(estimates, standard, errors=chosen, clusters=rows.clusters),
        errors=chosen,
        df=df,
        conf_level=conf_level,
        categories=outcome.categories,
        n_obs=len(rows.frame),
        n_omitted=rows.n_omitted,
        cluster=cluster,
        n_clusters=rows.n_clusters,
        weights=weights,
        sigma=float(np.sqrt(estimates.scale)) if gaussian else np.nan,
        dispersion=estimates.dispersion,
        log_likelihood=estimates.log_likelihood if weights is None else np.nan,
        n_likelihood_params=len(params) + estimates.n_extra,
        r_squared=r_squared,
        r_squared_adjusted=adjusted,
        converged=estimates.converged,
        note=_note(estimates, steps),
        design=design,
        case_weights=rows.weights,
    )


def _check_options(
    family: RegressionFamily, *, conf_level: float, max_iterations: int | None
) -> None:
    if family not in get_args(RegressionFamily):
        known = ", ".join(get_args(RegressionFamily))
        raise StructureError(f"unknown family '{family}'; choose from {known}")
    check_conf_level(conf_level, error=StructureError)
    if max_iterations is None:
        return
    if family == "gaussian":
        raise StructureError("max_iterations has no effect for the family gaussian")
    if max_iterations < 1:
        raise StructureError(f"max_iterations must be at least 1, not {max_iterations}")


def _covariance(
    estimates: Estimates,
    standard: StandardDesign,
    *,
    errors: RegressionErrors,
    clusters: NDArray[np.intp] | None,
) -> NDArray[np.float64]:
    """Return the covariance matrix in the units of the data; NaN without convergence."""
    if not estimates.converged:
        return np.full_like(standard.back, np.nan)
    inner = estimate_covariance(estimates, errors=errors, clusters=clusters)
    return standard.back @ inner @ standard.back.T


def _estimate(
    design: NDArray[np.float64],
    outcome: Outcome,
    *,
    family: RegressionFamily,
    weights: NDArray[np.float64] | None,
    max_iterations: int,
) -> Estimates:
    """Estimate one equation of any family, its design (n_obs, n_terms) in standard units."""
    if family == "ordinal":
        return fit_ordered_logit(
            design,
            outcome.values,
            n_categories=len(outcome.categories),
            weights=weights,
            max_iterations=max_iterations,
        )
    return fit_glm(
        design, outcome.values, family=family, weights=weights, max_iterations=max_iterations
    )


def _threshold_labels(outcome: Outcome) -> tuple[str, ...]:
    return tuple(f"{lower}|{upper}" for lower, upper in pairwise(outcome.categories))


def _note(estimates: Estimates, max_iterations: int) -> str:
    if estimates.converged:
        return estimates.note
    return f"did not converge in {counted(max_iterations, 'iteration')}: no standard errors"


def _refuse_separation(
    estimates: Estimates,
    standard: StandardDesign,
    outcome: Outcome,
    *,
    family: RegressionFamily,
    terms: tuple[str, ...],
    of: str,
) -> None:
    if family == "gaussian" or (estimates.converged and not estimates.certain):
        return
    found = separated_columns(standard.matrix, outcome.values, family=family)
    if len(found):
        named = [terms[column] for column in found if terms[column] != INTERCEPT]
        raise StructureError(
            f"separation in {of}: {', '.join(named)} perfectly "
            f"{'predicts' if len(named) == 1 else 'predict'} some values of the outcome, so that "
            "the coefficients are infinite; pool categories or omit terms"
        )
