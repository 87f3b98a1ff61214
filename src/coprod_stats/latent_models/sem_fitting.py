"""The door to structural equation models: a model text and a data frame in, a ``SemFit`` out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from coprod_stats.latent_models.complete_cases import CompleteCases, complete_cases
from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.fitted_parameters import fitted_parameters, unsolved_parameters
from coprod_stats.latent_models.ml_solution import fit_measures, solution_at
from coprod_stats.latent_models.properness import improprieties
from coprod_stats.latent_models.sem_fit import AskedAndUsed, FittedParameter, FitWarning, SemFit
from coprod_stats.latent_models.sem_options import SemOptions, refuse_options_beyond_semopy
from coprod_stats.latent_models.semopy_engine import (
    SemopyEstimates,
    estimate_with_semopy,
    refuse_unsupported,
)
from coprod_stats.literals import Engine, Estimator, Missing
from coprod_stats.sem.estimation.starting_values import starting_values
from coprod_stats.sem.inference.standardization import (
    implied_variances,
    r_squared,
    row_estimates,
)
from coprod_stats.sem.model.constraints import restrictions
from coprod_stats.sem.model.lisrel import LisrelModel
from coprod_stats.sem.model.matrices import group_matrices
from coprod_stats.sem.model.parameters import (
    ModelOptions,
    ModelType,
    Parameterization,
    ParameterTable,
)
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.table_building import build_parameters

if TYPE_CHECKING:
    from numpy.typing import NDArray


def fit_sem(
    model: str,
    data: pd.DataFrame,
    *,
    engine: Engine = "semopy",
    estimator: Estimator = "ML",
    model_type: ModelType = "sem",
    ordered: Sequence[str] | Literal["all"] = (),
    parameterization: Parameterization = "delta",
    missing: Missing = "listwise",
    group: str | None = None,
    group_equal: Sequence[str] = (),
    group_partial: Sequence[str] = (),
    cluster: str | None = None,
    sampling_weights: str | None = None,
    std_lv: bool = False,
    fixed_x: bool = True,
    meanstructure: bool = False,
    bootstrap: int = 0,
    seed: int | None = None,
    conf_level: float = 0.95,
) -> SemFit:
    """Fit a structural equation model.

    The model text is lavaan's language, completed by the defaults of its ``sem()``. Only the
    engine semopy exists so far: one group, complete rows of continuous variables, maximum
    likelihood; whatever else is asked for is refused by name.

    Parameters
    ----------
    model : str
        Model text.
    data : DataFrame
        A row per case, a column per observed variable; missing values as NaN.
    engine, estimator, missing : str
        See :mod:`coprod_stats.literals`.
    model_type : {"sem", "cfa", "growth"}
        Whose defaults complete the model.
    ordered : sequence of str or "all"
        Variables that are ordered categories.
    parameterization : {"delta", "theta"}
        Of ordered variables.
    group, cluster, sampling_weights : str, optional
        Columns.
    group_equal, group_partial : sequence of str
        Families of parameters held equal across groups, and exceptions.
    std_lv : bool
        Identify latent variables by unit variance rather than by their first loading.
    fixed_x : bool
        Hold the moments of exogenous observed variables at their sample values.
    meanstructure : bool
        Include intercepts.
    bootstrap, seed : int
        Number of bootstrap samples for standard errors, and the seed of their draws.
    conf_level : float
        Level of the intervals, in (0, 1).

    Raises
    ------
    LatentModelError
        If the engine lacks what is asked for, a column is not numeric, or the complete rows
        have no positive definite covariance matrix.
    SemError
        If the model text cannot be read or names variables that the data lack.
    """
    if engine != "semopy":
        raise LatentModelError(f"engine {engine} is not available; the engine is semopy")
    if not 0 < conf_level < 1:
        raise LatentModelError(f"conf_level must lie between 0 and 1, not {conf_level}")
    options = SemOptions(
        model_type=model_type,
        estimator=estimator,
        ordered=("all",) if ordered == "all" else tuple(ordered),
        parameterization=parameterization,
        missing=missing,
        group=group,
        group_equal=tuple(group_equal),
        group_partial=tuple(group_partial),
        cluster=cluster,
        sampling_weights=sampling_weights,
        std_lv=std_lv,
        fixed_x=fixed_x,
        meanstructure=meanstructure,
        bootstrap=bootstrap,
        seed=seed,
        conf_level=conf_level,
    )
    refuse_options_beyond_semopy(options)
    table = build_parameters(
        parse_model(model),
        [str(column) for column in data.columns],
        options=ModelOptions(model_type=model_type, std_lv=std_lv, fixed_x=fixed_x),
    )
    refuse_unsupported(table)
    cases = complete_cases(data, table.observed)
    matrices = group_matrices(table, 1).with_exogenous(cases.mean, cases.cov)
    starts = starting_values(table, [matrices], [cases.cov], [cases.mean])
    found = estimate_with_semopy(table, cases.cov, starts)
    return _labelled_fit(table, LisrelModel(matrices), cases, found, options)


def _labelled_fit(
    table: ParameterTable,
    model: LisrelModel,
    cases: CompleteCases,
    found: SemopyEstimates,
    options: SemOptions,
) -> SemFit:
    evaluated = _evaluate(table, model, cases, found, options)
    return SemFit(
        parameters=evaluated.parameters,
        fit=evaluated.fit,
        r_squared=evaluated.r_squared,
        estimator=options.estimator,
        engine="semopy",
        n_obs=cases.n_obs,
        n_rows=cases.n_rows,
        group_labels=(),
        converged=evaluated.converged,
        proper=not evaluated.faults,
        warnings=(*evaluated.faults, *_case_warnings(cases)),
        asked_and_used=_ledger(options, cases, found),
        observed=table.observed,
        latent=table.latent,
        sample_cov=cases.cov,
        implied_cov=evaluated.implied_cov,
        vcov=evaluated.vcov,
        conf_level=options.conf_level,
    )


@dataclass(frozen=True, slots=True)
class _Evaluated:
    """What follows from estimates; NaN matrices and few entries where no likelihood exists."""

    parameters: tuple[FittedParameter, ...]
    fit: dict[str, float]
    r_squared: dict[str, float]
    converged: bool
    faults: tuple[FitWarning, ...]
    implied_cov: NDArray[np.float64]
    vcov: NDArray[np.float64]


def _evaluate(
    table: ParameterTable,
    model: LisrelModel,
    cases: CompleteCases,
    found: SemopyEstimates,
    options: SemOptions,
) -> _Evaluated:
    estimates = row_estimates(table, found.params, cases.cov)
    solution = solution_at(table, model, found.params, sample_cov=cases.cov, n_obs=cases.n_obs)
    if solution is None:
        return _Evaluated(
            parameters=unsolved_parameters(table, estimates),
            fit={"npar": float(restrictions(table).n_reduced)},
            r_squared={},
            converged=False,
            faults=(_not_converged(found),),
            implied_cov=np.full_like(cases.cov, np.nan),
            vcov=np.full((table.n_free, table.n_free), np.nan),
        )
    variances = implied_variances(table, model, solution.implied, estimates)
    faults = tuple(improprieties(table, model, solution, estimates))
    return _Evaluated(
        parameters=fitted_parameters(
            table,
            estimates,
            vcov=solution.vcov,
            variances=variances,
            conf_level=options.conf_level,
        ),
        fit=fit_measures(solution, table, sample_cov=cases.cov, n_obs=cases.n_obs),
        r_squared=r_squared(table, variances),
        converged=solution.converged,
        faults=faults if solution.converged else (_not_converged(found), *faults),
        implied_cov=solution.implied.cov,
        vcov=solution.vcov,
    )


def _not_converged(found: SemopyEstimates) -> FitWarning:
    return FitWarning(
        "SEM-001", f"the optimiser stopped away from an optimum; it says: {found.message}"
    )


def _case_warnings(cases: CompleteCases) -> Iterator[FitWarning]:
    dropped = cases.n_rows - cases.n_obs
    if dropped:
        yield FitWarning("SEM-006", f"{dropped} of {cases.n_rows} rows left out for missing values")


def _ledger(
    options: SemOptions, cases: CompleteCases, found: SemopyEstimates
) -> dict[str, AskedAndUsed]:
    same = {
        "model_type": options.model_type,
        "estimator": options.estimator,
        "missing": options.missing,
        "std_lv": options.std_lv,
        "fixed_x": options.fixed_x,
        "conf_level": options.conf_level,
    }
    ledger = {name: AskedAndUsed(value, value) for name, value in same.items()}
    ledger["engine"] = AskedAndUsed("semopy", "semopy", f"version {version('semopy')}")
    ledger["rows"] = AskedAndUsed(cases.n_rows, cases.n_obs, "complete rows of the variables used")
    ledger["se"] = AskedAndUsed("standard", "standard", "expected information, own algebra")
    ledger["iterations"] = AskedAndUsed(None, found.n_iterations)
    return ledger
