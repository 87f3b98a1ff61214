"""Fitting a latent-variable model to arrays: the one door of the numeric core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.inference.checks import Finding, check_solution
from coprod_stats.sem.inference.coefficients import all_coefficients, bootstrap_coefficients
from coprod_stats.sem.inference.infer import Inference, infer
from coprod_stats.sem.inference.kept_models import saturated_models_kept
from coprod_stats.sem.inference.standardization import standardize
from coprod_stats.sem.ledger import fit_ledger
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.model.syntax_tree import ModelSyntax
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.problems.problem import Problem
from coprod_stats.sem.results import CoefficientFit, CoreFit
from coprod_stats.sem.sample import SemData
from coprod_stats.sem.solution import Solution, Solver, solve

if TYPE_CHECKING:
    from coprod_stats.sem.resampling import Bootstrap
    from coprod_stats.sem.rotation.solution import RotatedSolution


def fit(
    model: str | ModelSyntax | ParameterTable,
    data: SemData,
    options: FitOptions | None = None,
    *,
    solver: Solver | None = None,
) -> CoreFit:
    """Fit a model.

    Parameters
    ----------
    model : str, ModelSyntax or ParameterTable
        lavaan syntax, read or not, or a finished table.
    data : SemData
        Columns, groups, weights and clusters.
    options : FitOptions, optional
        ML on complete cases if omitted.
    solver : callable, optional
        Another way to the estimates; inference is about the solution that it gives.

    Returns
    -------
    CoreFit
        Also where the solution is improper, which `findings` states.

    Raises
    ------
    SemSyntaxError, SemModelError, SemOptionError, SemDataError
        Where no fit can be computed.
    """
    options = options or FitOptions()
    solution = solve(model, data, options, solver=solver)
    with saturated_models_kept():
        return _described(solution, data, options)


def _described(solution: Solution, data: SemData, options: FitOptions) -> CoreFit:
    """Return inference, coefficients, indices and findings of a solution."""
    estimate, rotated, problem = solution.estimate, solution.rotated, solution.problem
    inference = _withhold_scaled_test(infer(estimate), problem)
    inference = _withhold_errors(inference, rotated)
    level = options.conf_level
    draws = _bootstrap(solution, inference, options)
    if draws is None:
        t_df = coefficient_df(inference, problem)
        parameters, definitions = all_coefficients(
            estimate, inference.covariance, t_df=t_df, conf_level=level
        )
    else:
        inference = replace(inference, covariance=draws.covariance())
        parameters, definitions = bootstrap_coefficients(
            estimate, draws, options.interval, conf_level=level
        )
    values = problem.fit_indices(estimate, inference)
    return CoreFit(
        data=data,
        options=options,
        estimate=estimate,
        inference=inference,
        parameters=parameters,
        definitions=definitions,
        indices=values,
        findings=(*_findings(solution, inference, values), *_bootstrap_findings(draws)),
        ledger=fit_ledger(options, data, solution, draws),
        bootstrap=draws,
        rotated=rotated,
    )


def fit_coefficients(
    model: str | ModelSyntax | ParameterTable, data: SemData, options: FitOptions | None = None
) -> CoefficientFit:
    """Fit a model for its coefficients alone, as simulations need it: no test of the model.

    Estimates, standard errors and findings are those of :func:`fit`. What only the test, the
    baseline model and the fit indices need is not computed; with incomplete data that is most of
    the work.

    Parameters
    ----------
    model, data, options
        As in :func:`fit`.

    Raises
    ------
    SemOptionError
        If standard errors are to be bootstrapped.
    SemSyntaxError, SemModelError, SemDataError
        As in :func:`fit`.
    """
    solution = solve(model, data, options or FitOptions())
    estimate, problem = solution.estimate, solution.problem
    if problem.method.standard_errors == "bootstrap":
        raise SemOptionError("coefficients alone have no bootstrap; use a whole fit")
    inference = infer(estimate, errors_only=True)
    inference = _withhold_errors(inference, solution.rotated)
    t_df = coefficient_df(inference, problem)
    parameters, _ = all_coefficients(
        estimate, inference.covariance, t_df=t_df, conf_level=solution.used.conf_level
    )
    standardized = standardize(estimate, "all")
    return CoefficientFit(
        estimate=estimate,
        parameters=parameters,
        standardized=standardized.values,
        standardized_errors=standardized.std_errors(inference.covariance),
        defined=standardized.defined,
        defined_errors=standardized.defined_std_errors(inference.covariance),
        t_df=t_df,
        findings=_findings(solution, inference),
    )


def _findings(
    solution: Solution, inference: Inference, indices: Mapping[str, float] | None = None
) -> tuple[Finding, ...]:
    few_clusters = coefficient_df(inference, solution.problem) is not None
    found = check_solution(solution.estimate, inference, few_clusters=few_clusters, indices=indices)
    if solution.rotated is None:
        return found
    # loaded only with exploratory blocks: a small model is fitted faster than imported
    from coprod_stats.sem.rotation.checks import check_rotation

    return (*found, *check_rotation(solution.rotated))


def _bootstrap_findings(draws: Bootstrap | None) -> list[Finding]:
    if draws is None:
        return []
    # loaded only where standard errors are bootstrapped
    from coprod_stats.sem.resampling import bootstrap_findings

    return bootstrap_findings(draws)


def _withhold_scaled_test(inference: Inference, problem: Problem) -> Inference:
    """Leave out a test corrected for its variance where clusters are few.

    ``tr((U Gamma)^2)`` is then too large by about ``tr(U Gamma)^2`` over the number of clusters;
    ``tr(U Gamma)``, on which a test corrected for its mean rests alone, is unaffected.
    """
    if coefficient_df(inference, problem) is None or not problem.method.is_variance_adjusted:
        return inference
    return replace(inference, scaled=None)


def _withhold_errors(inference: Inference, rotated: RotatedSolution | None) -> Inference:
    if rotated is None or rotated.is_determined:
        return inference
    return replace(inference, covariance=np.full_like(inference.covariance, np.nan))


def coefficient_df(inference: Inference, problem: Problem) -> float | None:
    """Degrees of freedom of the t distribution where clusters are few; None for the normal.

    Parameters
    ----------
    inference : Inference
    problem : Problem
    """
    n_clusters = problem.n_independent_clusters
    if n_clusters is None or n_clusters > inference.n_params:
        return None
    return float(n_clusters - 1)


def _bootstrap(solution: Solution, inference: Inference, options: FitOptions) -> Bootstrap | None:
    is_asked = solution.problem.method.standard_errors == "bootstrap"
    if not is_asked or inference.inverted.unidentified or not solution.estimate.minimum.converged:
        return None
    # loaded only where standard errors are bootstrapped
    from coprod_stats.sem.resampling import bootstrap
    from coprod_stats.sem.rotation.resampling import rotated_draws

    rng = np.random.default_rng(options.seed)
    rotated = solution.rotated
    if rotated is None:
        return bootstrap(solution.estimate, n_samples=options.bootstrap, rng=rng)
    return rotated_draws(
        bootstrap(rotated.unrotated, n_samples=options.bootstrap, rng=rng), rotated
    )
