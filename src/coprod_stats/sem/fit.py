"""Fitting a latent-variable model to arrays: the one door of the numeric core."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.inference.checks import Finding, check_solution
from coprod_stats.sem.inference.coefficients import all_coefficients, bootstrap_coefficients
from coprod_stats.sem.inference.global_fit import global_fit
from coprod_stats.sem.inference.infer import Inference, infer
from coprod_stats.sem.inference.standardization import standardize
from coprod_stats.sem.ledger import fit_ledger
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.model.syntax_tree import ModelSyntax
from coprod_stats.sem.options import FitOptions, Method
from coprod_stats.sem.results import CoefficientFit, CoreFit
from coprod_stats.sem.sample import GroupSample, SemData
from coprod_stats.sem.solution import Solver, solve

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
        ML on complete cases if left out.
    solver : callable, optional
        Another way to the estimates; inference is about the solution that it gives.

    Returns
    -------
    CoreFit
        Also where the solution is improper: `findings` says so.

    Raises
    ------
    SemSyntaxError, SemModelError, SemOptionError, SemDataError
        Where no fit can be computed.
    """
    options = options or FitOptions()
    solution = solve(model, data, options, solver=solver)
    method, samples, estimate = solution.method, solution.samples, solution.estimate
    rotated = solution.rotated
    inference = infer(estimate, samples, method)
    inference = _withhold_scaled_test(inference, samples, method)
    inference = _withhold_errors(inference, rotated)
    level = options.conf_level
    draws = _bootstrap((estimate, rotated), inference, samples, method, options)
    if draws is None:
        t_df = coefficient_df(inference, samples, method)
        parameters, definitions = all_coefficients(
            estimate, inference.covariance, t_df=t_df, conf_level=level
        )
    else:
        inference = replace(inference, covariance=draws.covariance())
        parameters, definitions = bootstrap_coefficients(
            estimate, draws, options.interval, conf_level=level
        )
    values = _indices_of(method)(estimate, inference, samples, method)
    return CoreFit(
        data=data,
        options=options,
        method=method,
        samples=samples,
        estimate=estimate,
        inference=inference,
        parameters=parameters,
        definitions=definitions,
        indices=values,
        findings=(
            *_findings(estimate, inference, samples, method, values),
            *_of_rotation(rotated),
        ),
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
    method, samples, estimate = solution.method, solution.samples, solution.estimate
    if method.standard_errors == "bootstrap":
        raise SemOptionError("coefficients alone have no bootstrap; use a whole fit")
    inference = infer(estimate, samples, method, errors_only=True)
    inference = _withhold_errors(inference, solution.rotated)
    t_df = coefficient_df(inference, samples, method)
    parameters, _ = all_coefficients(
        estimate, inference.covariance, t_df=t_df, conf_level=solution.used.conf_level
    )
    standardized = standardize(estimate, "all")
    return CoefficientFit(
        estimate=estimate,
        samples=samples,
        parameters=parameters,
        standardized=standardized.values,
        standardized_errors=standardized.std_errors(inference.covariance),
        t_df=t_df,
        findings=(
            *_findings(estimate, inference, samples, method),
            *_of_rotation(solution.rotated),
        ),
    )


# What few fits need is loaded where they need it: a small model is fitted faster than imported.


def _indices_of(method: Method) -> Callable[..., dict[str, float]]:
    if method.is_two_level:
        from coprod_stats.sem.multilevel.two_level_indices import two_level_indices

        return two_level_indices
    if method.is_ordered:
        from coprod_stats.sem.inference.categorical_indices import categorical_indices

        return categorical_indices
    return global_fit


def _of_rotation(rotated: RotatedSolution | None) -> tuple[Finding, ...]:
    if rotated is None:
        return ()
    from coprod_stats.sem.rotation.checks import check_rotation

    return tuple(check_rotation(rotated))


def _findings(
    estimate: Estimate,
    inference: Inference,
    samples: tuple[GroupSample, ...],
    method: Method,
    indices: Mapping[str, float] | None = None,
) -> tuple[Finding, ...]:
    withheld = coefficient_df(inference, samples, method) is not None
    found = check_solution(
        estimate,
        inference,
        samples,
        few_clusters=withheld,
        singular_allowed=method.allows_singular_moments,
    )
    if not method.is_two_level:
        return found
    from coprod_stats.sem.multilevel.findings import two_level_findings

    return found + two_level_findings(estimate, samples, indices=indices)


def _withhold_scaled_test(
    inference: Inference, samples: tuple[GroupSample, ...], method: Method
) -> Inference:
    if coefficient_df(inference, samples, method) is None or inference.scaled is None:
        return inference
    return replace(inference, scaled=None)


def _withhold_errors(inference: Inference, rotated: RotatedSolution | None) -> Inference:
    if rotated is None or rotated.is_determined:
        return inference
    return replace(inference, covariance=np.full_like(inference.covariance, np.nan))


def coefficient_df(
    inference: Inference, samples: tuple[GroupSample, ...], method: Method
) -> float | None:
    """Degrees of freedom of the t distribution where clusters are few; None for the normal.

    Parameters
    ----------
    inference : Inference
    samples : tuple of GroupSample
    method : Method
        A two-level model with standard errors from the likelihood keeps the normal.
    """
    by_likelihood = method.is_two_level and method.standard_errors != "robust"
    if by_likelihood or all(sample.clusters is None for sample in samples):
        return None
    n_clusters = sum(sample.n_clusters for sample in samples)
    return float(n_clusters - 1) if n_clusters <= inference.n_params else None


def _bootstrap(
    fitted: tuple[Estimate, RotatedSolution | None],
    inference: Inference,
    samples: tuple[GroupSample, ...],
    method: Method,
    options: FitOptions,
) -> Bootstrap | None:
    if method.standard_errors != "bootstrap" or inference.inverted.unidentified:
        return None
    from coprod_stats.sem.resampling import bootstrap
    from coprod_stats.sem.rotation.resampling import rotated_draws

    rng = np.random.default_rng(options.seed)
    estimate, rotated = fitted
    if rotated is None:
        return bootstrap(estimate, samples, method, n_samples=options.bootstrap, rng=rng)
    draws = bootstrap(rotated.unrotated, samples, method, n_samples=options.bootstrap, rng=rng)
    return rotated_draws(draws, rotated)
