"""Fitting a latent-variable model to arrays: the one door of the numeric core."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemDataError, SemOptionError
from coprod_stats.sem.estimation.estimate import Estimate, estimate_at, estimate_model
from coprod_stats.sem.inference.categorical_indices import categorical_indices
from coprod_stats.sem.inference.checks import Finding, check_moments, check_solution
from coprod_stats.sem.inference.coefficients import all_coefficients, bootstrap_coefficients
from coprod_stats.sem.inference.global_fit import global_fit
from coprod_stats.sem.inference.infer import Inference, infer
from coprod_stats.sem.model.auxiliary import with_auxiliary
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.syntax_tree import ModelSyntax
from coprod_stats.sem.model.table_building import build_parameters
from coprod_stats.sem.multilevel.findings import two_level_findings
from coprod_stats.sem.multilevel.problem import with_levels
from coprod_stats.sem.multilevel.two_level_indices import two_level_indices
from coprod_stats.sem.options import FitOptions, Method, resolve_method
from coprod_stats.sem.ordered_sample import category_levels, ordered_samples
from coprod_stats.sem.resampling import Bootstrap, bootstrap
from coprod_stats.sem.results import SemFit
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
    if isinstance(model, str):
        model = parse_model(model)
    is_two_level = _has_levels(model, data)
    used = options if is_two_level else _used_options(options, data)
    method = resolve_method(used, is_two_level=is_two_level)
    table = _table(model, data, used, method)
    _refuse(table)
    samples = _samples(table, data, method)
    check_moments(table, samples, method)
    if method.is_two_level:
        samples = with_levels(samples, table)
    estimate = _estimate(table, samples, method, solver)
    indices = _indices_of(method)
    inference = infer(estimate, samples, method)
    inference = _withhold_scaled_test(inference, samples, method)
    level, draws = options.conf_level, _bootstrap(estimate, inference, samples, method, options)
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
        findings=_findings(estimate, inference, samples, method),
        ledger=_ledger((options, used), table, method, samples, data) | _of_bootstrap(draws),
        bootstrap=draws,
    )


def _has_levels(model: ModelSyntax | ParameterTable, data: SemData) -> bool:
    """Whether a model has two levels; the data must then have clusters and no weights."""
    if isinstance(model, ParameterTable):
        is_two_level = model.is_two_level
    else:
        is_two_level = any(relation.level for relation in model.relations)
    if is_two_level and data.clusters is None:
        raise SemOptionError(
            "a two-level model ('level:' blocks) needs the column of the clusters: give cluster"
        )
    if is_two_level and data.weights is not None:
        raise SemOptionError(
            "sampling weights: not implemented for two-level models ('level:' blocks)"
        )
    return is_two_level


def _indices_of(method: Method) -> Callable[..., dict[str, float]]:
    if method.is_two_level:
        return two_level_indices
    return categorical_indices if method.is_ordered else global_fit


def _findings(
    estimate: Estimate, inference: Inference, samples: tuple[GroupSample, ...], method: Method
) -> tuple[Finding, ...]:
    withheld = coefficient_df(inference, samples, method) is not None
    found = check_solution(estimate, inference, samples, few_clusters=withheld)
    return found + two_level_findings(estimate, samples) if method.is_two_level else found


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
    model: ModelSyntax | ParameterTable, data: SemData, options: FitOptions, method: Method
) -> ParameterTable:
    if isinstance(model, ParameterTable):
        return model
    needs_means = method.missing != "listwise" or data.groups is not None
    means = options.model.meanstructure or needs_means or data.clusters is not None
    fixed_x = options.model.fixed_x and (method.discrepancy == "ML" or method.is_ordered)
    model_options = replace(options.model, meanstructure=means, fixed_x=fixed_x)
    if method.is_ordered:
        model_options = replace(model_options, conditional_x=options.model.fixed_x)
    table = build_parameters(
        model, data.names, options=model_options, group_labels=data.group_labels
    )
    if not method.is_ordered:
        return _with_auxiliary(table, data, options)
    levels = category_levels(data, table, options.ordered)
    return build_parameters(
        model,
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


def _withhold_scaled_test(
    inference: Inference, samples: tuple[GroupSample, ...], method: Method
) -> Inference:
    if coefficient_df(inference, samples, method) is None or inference.scaled is None:
        return inference
    return replace(inference, scaled=None)


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
