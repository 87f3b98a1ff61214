"""Data drawn from a model.

Continuous variables, and the latent responses of ordered ones, are multivariate normal with the
implied moments; answers to ordered items count the thresholds that the latent response exceeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemModelError, SemOptionError
from coprod_stats.sem.model.group_variables import with_same_variables
from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel
from coprod_stats.sem.model.matrices import group_matrices
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.results import CoreFit
from coprod_stats.sem.sample import SemData

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Population:
    """The distribution of one group.

    Parameters
    ----------
    mean : (n_observed,) array
    cov : (n_observed, n_observed) array
        Of continuous variables and latent responses.
    thresholds : tuple of (n_thresholds,) array or None
        Ascending, per variable; None for a continuous one.
    """

    mean: FloatArray
    cov: FloatArray
    thresholds: tuple[FloatArray | None, ...]


def fitted_populations(fit: CoreFit) -> tuple[Population, ...]:
    """Take a fitted model for the population, per group.

    Fixed covariates are drawn as well, with their sample moments. Means are those of the sample
    where the model has no mean structure.

    Parameters
    ----------
    fit : CoreFit

    Raises
    ------
    SemModelError
        Where the implied covariance matrix is not positive definite or thresholds do not ascend.
    SemOptionError
        With two levels, and with groups of different variables.
    """
    fit.problem.single_level("simulation")
    with_same_variables(fit.table, "in simulation")
    populations = []
    estimate = fit.estimate
    for model, implied, sample in zip(estimate.models, estimate.implied, fit.samples, strict=True):
        mean = implied.mean if fit.table.meanstructure else sample.mean
        populations.append(_population(model, implied, mean, implied.cov))
    return tuple(populations)


def specified_populations(
    table: ParameterTable, params: FloatArray | None = None
) -> tuple[Population, ...]:
    """Take a model with given parameters for the population, per group.

    Parameters
    ----------
    table : ParameterTable
        Without fixed covariates (``fixed_x=False``).
    params : (n_free,) array, optional
        May be omitted where the model text gives all values.

    Raises
    ------
    SemOptionError
        At parameters without value, fixed covariates, groups of different variables and two-level
        models, and under the delta
        parameterization at ordered variables in regressions.
    SemModelError
        Where the implied covariance matrix is not positive definite or thresholds do not ascend,
        and under the delta parameterization where an ordered item has no variance left for its
        residual.
    """
    values = np.empty(0) if params is None else np.asarray(params, dtype=np.float64)
    _refuse(table, values)
    populations = []
    for group in range(table.n_groups):
        model = LisrelModel(group_matrices(table, group + 1))
        implied = model.moments(values)
        cov = _with_unit_scales(table, model, implied)
        populations.append(_population(model, implied, implied.mean, cov))
    return tuple(populations)


def simulate(
    populations: Sequence[Population],
    names: Sequence[str],
    n_obs: Sequence[int],
    *,
    rng: np.random.Generator,
    group_labels: Sequence[str] = ("",),
) -> SemData:
    """Draw cases.

    Parameters
    ----------
    populations : sequence of Population
        One per group.
    names : sequence of str
        Of the observed variables, ``table.observed``.
    n_obs : sequence of int
        Cases per group.
    rng : numpy.random.Generator
    group_labels : sequence of str
        One per group.

    Returns
    -------
    SemData
        Ordered variables are coded from 0.

    Raises
    ------
    SemOptionError
        Where the numbers of populations, sizes and labels differ.
    """
    if not len(populations) == len(n_obs) == len(group_labels):
        raise SemOptionError("populations, n_obs and group_labels need one entry per group")
    values = np.vstack([_draw(p, n, rng) for p, n in zip(populations, n_obs, strict=True)])
    groups = np.repeat(np.arange(len(n_obs), dtype=np.intp), n_obs)
    return SemData(
        values=values,
        names=tuple(names),
        groups=groups if len(n_obs) > 1 else None,
        group_labels=tuple(group_labels),
    )


def _refuse(table: ParameterTable, params: FloatArray) -> None:
    if any(row.level for row in table):
        raise SemOptionError("two-level models cannot be simulated")
    with_same_variables(table, "in simulation")
    if any(row.exogenous for row in table):
        raise SemOptionError("fixed covariates have no distribution; use fixed_x=False")
    if len(params) != table.n_free:
        without = [table.rows[index].name for index in table.free_rows[len(params) :]]
        named = ", ".join(f"'{name}'" for name in without)
        what = f"no value for {named}" if without else "more values than parameters"
        raise SemOptionError(f"{what}; the model has {table.n_free} free parameters")


def _with_unit_scales(
    table: ParameterTable, model: LisrelModel, implied: ImpliedMoments
) -> FloatArray:
    """Return ordered items the variance ``1/δ²`` that the delta parameterization stands for."""
    if not table.ordered or table.options.parameterization == "theta":
        return implied.cov
    inner = [name for name in table.ordered if name in model.matrices.eta]
    if inner:
        raise SemOptionError(
            f"ordered '{inner[0]}' takes part in regressions; use parameterization='theta'"
        )
    items = [table.observed.index(name) for name in table.ordered]
    cov = implied.cov.copy()
    explained = cov[items, items] - implied.theta[items, items]
    cov[items, items] = implied.delta[items] ** -2.0
    short = np.flatnonzero(cov[items, items] <= explained)
    if short.size:
        raise SemModelError(f"no residual variance is left for '{table.ordered[short[0]]}'")
    return cov


def _population(
    model: LisrelModel, implied: ImpliedMoments, mean: FloatArray, cov: FloatArray
) -> Population:
    if np.linalg.eigvalsh(cov)[0] <= 0:
        raise SemModelError("the implied covariance matrix is not positive definite")
    owners = [name.partition("|")[0] for name in model.matrices.thresholds]
    cuts = [
        np.array([tau for owner, tau in zip(owners, implied.tau, strict=True) if owner == name])
        for name in model.matrices.observed
    ]
    for name, taus in zip(model.matrices.observed, cuts, strict=True):
        if np.any(np.diff(taus) <= 0):
            raise SemModelError(f"the thresholds of '{name}' do not ascend: {_listed(taus)}")
    return Population(mean, cov, tuple(cut if cut.size else None for cut in cuts))


def _listed(numbers: FloatArray) -> str:
    return ", ".join(f"{number:g}" for number in numbers)


def _draw(population: Population, n_obs: int, rng: np.random.Generator) -> FloatArray:
    root = np.linalg.cholesky(population.cov)
    values = population.mean + rng.standard_normal((n_obs, len(root))) @ root.T
    for column, cuts in enumerate(population.thresholds):
        if cuts is not None:
            values[:, column] = np.searchsorted(cuts, values[:, column])
    return np.asarray(values)
