"""Fitting a latent-variable model to arrays: the one door of the numeric core."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemDataError, SemOptionError
from coprod_stats.sem.estimation.estimate import Estimate, estimate_at, estimate_model
from coprod_stats.sem.inference.categorical_indices import categorical_indices
from coprod_stats.sem.inference.checks import check_moments, check_solution
from coprod_stats.sem.inference.coefficients import all_coefficients, bootstrap_coefficients
from coprod_stats.sem.inference.global_fit import global_fit
from coprod_stats.sem.inference.infer import Inference, infer
from coprod_stats.sem.inference.standardization import standardize
from coprod_stats.sem.model.auxiliary import with_auxiliary
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.syntax_tree import ModelSyntax
from coprod_stats.sem.model.table_building import build_parameters
from coprod_stats.sem.options import FitOptions, Method, resolve_method
from coprod_stats.sem.ordered_sample import category_levels, ordered_samples
from coprod_stats.sem.resampling import Bootstrap, bootstrap
from coprod_stats.sem.results import CoefficientFit, SemFit
from coprod_stats.sem.sample import GroupSample, SemData, prepare_samples

FloatArray = NDArray[np.float64]
Solver = Callable[[ParameterTable, Sequence[GroupSample], Method], FloatArray]
"""Estimates of the free parameters, ``(n_free,)``, found outside this package's minimizer."""


def fit(
    model: str | ModelSyntax | ParameterTable,
    data: SemData,
    options: FitOptions | None = None,
    *,
    solver: Solver | None = None,
) -> SemFit:
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
    SemFit
        Also where the solution is improper: `findings` says so.

    Raises
    ------
    SemSyntaxError, SemModelError, SemOptionError, SemDataError
        Where no fit can be computed.
    """
    options = options or FitOptions()
    used = _used_options(options, data)
    method = resolve_method(used)
    samples, estimate = _solved(model, data, used, method, solver=solver)
    table = estimate.table
    indices = categorical_indices if method.is_ordered else global_fit
    inference = infer(estimate, samples, method)
    inference = _withhold_scaled_test(inference, samples)
    level, draws = options.conf_level, _bootstrap(estimate, inference, samples, method, options)
    if draws is None:
        t_df = coefficient_df(inference, samples)
        parameters, definitions = all_coefficients(
            estimate, inference.covariance, t_df=t_df, conf_level=level
        )
    else:
        inference = replace(inference, covariance=draws.covariance())
        parameters, definitions = bootstrap_coefficients(
            estimate, draws, options.interval, conf_level=level
        )
    return SemFit(
        data=data,
        options=options,
        method=method,
        samples=samples,
        estimate=estimate,
        inference=inference,
        parameters=parameters,
        definitions=definitions,
        indices=indices(estimate, inference, samples, method),
        findings=check_solution(estimate, inference, samples),
        ledger=_ledger((options, used), table, method, samples, data) | _of_bootstrap(draws),
        bootstrap=draws,
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
    used = _used_options(options or FitOptions(), data)
    method = resolve_method(used)
    if method.standard_errors == "bootstrap":
        raise SemOptionError("coefficients alone have no bootstrap; use a whole fit")
    samples, estimate = _solved(model, data, used, method)
    inference = infer(estimate, samples, method, errors_only=True)
    t_df = coefficient_df(inference, samples)
    parameters, _ = all_coefficients(
        estimate, inference.covariance, t_df=t_df, conf_level=used.conf_level
    )
    standardized = standardize(estimate, "all")
    return CoefficientFit(
        estimate=estimate,
        samples=samples,
        parameters=parameters,
        standardized=standardized.values,
        standardized_errors=standardized.std_errors(inference.covariance),
        t_df=t_df,
        findings=check_solution(estimate, inference, samples),
    )


def completed_table(model: str | ModelSyntax, data: SemData, options: FitOptions) -> ParameterTable:
    """Complete a model by the defaults and the data, as :func:`fit` does before it estimates.

    Raises
    ------
    SemSyntaxError, SemModelError, SemOptionError, SemDataError
        As in :func:`fit`.
    """
    used = _used_options(options, data)
    table = _table(model, data, used, resolve_method(used))
    _refuse(table)
    return table


def _solved(
    model: str | ModelSyntax | ParameterTable,
    data: SemData,
    options: FitOptions,
    method: Method,
    *,
    solver: Solver | None = None,
) -> tuple[tuple[GroupSample, ...], Estimate]:
    table = _table(model, data, options, method)
    _refuse(table)
    samples = _samples(table, data, method)
    check_moments(table, samples, method)
    return samples, _estimate(table, samples, method, solver)


def _used_options(options: FitOptions, data: SemData) -> FitOptions:
    """Take MLR for ML where clusters or sampling weights need robust standard errors."""
    designed = data.weights is not None or data.clusters is not None
    allowed = ("WLSMV", "WLSM", "ULSMV") if options.ordered else ("MLR",)
    if not designed or options.estimator in allowed:
        return options
    if options.estimator == "ML":
        return replace(options, estimator="MLR")
    raise SemOptionError(
        f"clusters and sampling weights are not implemented for {options.estimator}; "
        f"use {allowed[0]}"
    )


def _table(
    model: str | ModelSyntax | ParameterTable, data: SemData, options: FitOptions, method: Method
) -> ParameterTable:
    if isinstance(model, ParameterTable):
        return model
    syntax = parse_model(model) if isinstance(model, str) else model
    needs_means = method.missing != "listwise" or data.groups is not None
    means = options.model.meanstructure or needs_means or data.clusters is not None
    fixed_x = options.model.fixed_x and (method.discrepancy == "ML" or method.is_ordered)
    model_options = replace(options.model, meanstructure=means, fixed_x=fixed_x)
    if method.is_ordered:
        model_options = replace(model_options, conditional_x=options.model.fixed_x)
    table = build_parameters(
        syntax, data.names, options=model_options, group_labels=data.group_labels
    )
    if not method.is_ordered:
        return _with_auxiliary(table, data, options)
    levels = category_levels(data, table, options.ordered)
    return build_parameters(
        syntax,
        data.names,
        options=model_options,
        group_labels=data.group_labels,
        thresholds={name: values.size - 1 for name, values in levels.items()},
    )


def _with_auxiliary(table: ParameterTable, data: SemData, options: FitOptions) -> ParameterTable:
    unknown = [name for name in options.auxiliary if name not in data.names]
    if unknown:
        raise SemOptionError(f"auxiliary variable '{unknown[0]}' is not in the data")
    return with_auxiliary(table, options.auxiliary) if options.auxiliary else table


def _refuse(table: ParameterTable) -> None:
    """Name what can be read but not yet fitted."""
    if any(row.level for row in table):
        raise SemOptionError("two-level models ('level:' blocks) are not implemented")
    if any(row.efa for row in table):
        raise SemOptionError("exploratory blocks (efa()) are not implemented")


def _samples(table: ParameterTable, data: SemData, method: Method) -> tuple[GroupSample, ...]:
    if method.is_ordered:
        levels = category_levels(data, table, table.ordered)
        return ordered_samples(data, table, levels, pairwise=method.missing == "pairwise")
    return prepare_samples(
        data,
        table.observed,
        incomplete=method.is_fiml or method.is_two_stage,
        complete_columns=table.exogenous if any(row.exogenous for row in table) else (),
    )


def _estimate(
    table: ParameterTable,
    samples: tuple[GroupSample, ...],
    method: Method,
    solver: Solver | None,
) -> Estimate:
    if solver is not None:
        return estimate_at(table, samples, method, solver(table, samples, method))
    try:
        return estimate_model(table, samples, method)
    except np.linalg.LinAlgError as error:
        message = "no estimates could be computed; check the model and give starting values"
        raise SemDataError(message, code="SEM-117") from error


def _withhold_scaled_test(inference: Inference, samples: tuple[GroupSample, ...]) -> Inference:
    if coefficient_df(inference, samples) is None or inference.scaled is None:
        return inference
    return replace(inference, scaled=None)


def coefficient_df(inference: Inference, samples: tuple[GroupSample, ...]) -> float | None:
    """Degrees of freedom of the t distribution where clusters are few; None for the normal."""
    if all(sample.clusters is None for sample in samples):
        return None
    n_clusters = sum(sample.n_clusters for sample in samples)
    return float(n_clusters - 1) if n_clusters <= inference.n_params else None


def _bootstrap(
    estimate: Estimate,
    inference: Inference,
    samples: tuple[GroupSample, ...],
    method: Method,
    options: FitOptions,
) -> Bootstrap | None:
    if method.standard_errors != "bootstrap" or inference.inverted.unidentified:
        return None
    rng = np.random.default_rng(options.seed)
    return bootstrap(estimate, samples, method, n_samples=options.bootstrap, rng=rng)


def _ledger(
    options: tuple[FitOptions, FitOptions],
    table: ParameterTable,
    method: Method,
    samples: tuple[GroupSample, ...],
    data: SemData,
) -> dict[str, tuple[str, str]]:
    asked, used = options
    n_used = sum(len(sample.rows) for sample in samples)
    weights = "none" if data.weights is None else "normalized to the number of cases"
    return {
        "estimator": (asked.estimator, used.estimator),
        "missing": (asked.missing, method.missing),
        "standard_errors": (asked.standard_errors, method.standard_errors),
        "test": ("default", method.test if method.test != "none" else "standard"),
        "information": (asked.information, method.information),
        "ordered": (_listed(asked.ordered), _listed(table.ordered)),
        "fixed_x": (str(asked.model.fixed_x), str(table.options.fixed_x)),
        "auxiliary": (_listed(asked.auxiliary), _listed(table.auxiliary)),
        "likelihood": (asked.likelihood, method.likelihood),
        "rows": (str(len(data.values)), str(n_used)),
        "groups": (str(len(data.group_labels)), str(len(samples))),
        "weights": ("none" if data.weights is None else "given", weights),
        "clusters": (
            "none" if data.clusters is None else "given",
            "none" if data.clusters is None else str(sum(s.n_clusters for s in samples)),
        ),
    }


def _of_bootstrap(draws: Bootstrap | None) -> dict[str, tuple[str, str]]:
    if draws is None:
        return {}
    return {"bootstrap": (str(draws.n_samples), str(len(draws.params)))}


def _listed(ordered: str | tuple[str, ...]) -> str:
    return ordered if isinstance(ordered, str) else ", ".join(ordered) or "none"
