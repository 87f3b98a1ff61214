"""The door to structural equation models: a model text and a data frame in, a ``SemFit`` out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.labelling import labelled_fit
from coprod_stats.latent_models.sem_data import check_numeric, sem_data
from coprod_stats.latent_models.sem_fit import SemFit
from coprod_stats.latent_models.semopy_engine import refuse_options_beyond_semopy, solve_by_semopy
from coprod_stats.literals import Engine, Estimator, Missing
from coprod_stats.sem.fit import fit
from coprod_stats.sem.model.parameters import ModelOptions, ModelType, Parameterization
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.variable_roles import flatten
from coprod_stats.sem.options import FitOptions, Information, Likelihood, StandardErrors


def fit_sem(
    model: str,
    data: pd.DataFrame,
    *,
    engine: Engine = "core",
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
    effect_coding: bool = False,
    fixed_x: bool = True,
    meanstructure: bool = False,
    se: StandardErrors = "default",
    information: Information = "default",
    likelihood: Likelihood = "normal",
    bootstrap: int = 0,
    seed: int | None = None,
    conf_level: float = 0.95,
) -> SemFit:
    """Fit a structural equation model.

    The model text is lavaan's language, completed by the defaults of its ``sem()``, ``cfa()`` or
    ``growth()``.

    Parameters
    ----------
    model : str
        Model text.
    data : DataFrame
        A row per case, a column per observed variable; missing values as NaN.
    engine : {"core", "semopy"}
        Who estimates. semopy gives ML estimates of one group on complete rows; standard errors,
        tests and indices at its solution are the core's. What it lacks is refused by name.
    estimator, missing : str
        See ``Estimator``, ``Missing``.
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
    effect_coding : bool
        Identify them by loadings that average 1 and intercepts that sum to 0.
    fixed_x : bool
        Hold the moments of exogenous observed variables at their sample values.
    meanstructure : bool
        Include intercepts.
    se, information, likelihood : str
        Kind of standard errors, the information that they rest on, and the divisor of ML.
    bootstrap, seed : int
        Number of bootstrap samples for standard errors, and the seed of their draws.
    conf_level : float
        Level of the intervals, in (0, 1).

    Raises
    ------
    LatentModelError
        If the engine lacks what is asked for, or a column is absent or not numeric.
    SemError
        If the model text cannot be read, names variables that the data lack, options contradict
        each other, or the data allow no fit.
    """
    if engine == "lavaan":
        raise LatentModelError("engine lavaan is not available yet; use core or semopy")
    if not 0 < conf_level < 1:
        raise LatentModelError(f"conf_level must lie between 0 and 1, not {conf_level}")
    if ordered:
        raise LatentModelError("ordered variables are not available through this door yet")
    if bootstrap:
        raise LatentModelError("the bootstrap is not available through this door yet")
    syntax = parse_model(model)
    check_numeric(
        data, [name for part in flatten(syntax.relations) for name in (part.lhs, part.rhs)]
    )
    options = FitOptions(
        estimator=estimator,
        missing=missing,
        standard_errors=se,
        information=information,
        likelihood=likelihood,
        seed=seed or 0,
        conf_level=conf_level,
        model=ModelOptions(
            model_type=model_type,
            std_lv=std_lv,
            effect_coding=effect_coding,
            fixed_x=fixed_x,
            meanstructure=meanstructure,
            group_equal=tuple(group_equal),
            group_partial=tuple(group_partial),
            parameterization=parameterization,
        ),
    )
    arrays = sem_data(data, group=group, cluster=cluster, sampling_weights=sampling_weights)
    if engine == "semopy":
        refuse_options_beyond_semopy(options, arrays)
        return labelled_fit(fit(syntax, arrays, options, solver=solve_by_semopy), "semopy")
    return labelled_fit(fit(syntax, arrays, options), "core")
