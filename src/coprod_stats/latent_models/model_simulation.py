"""Simulation of answers from a model text in which every parameter has a value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.literals import ModelType, Parameterization
from coprod_stats.sem.model.parameters import ModelOptions, ParameterTable
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.table_building import build_parameters
from coprod_stats.sem.simulation import simulate, specified_populations

if TYPE_CHECKING:
    import pandas as pd


def simulate_model(
    model: str,
    n: int,
    seed: int,
    *,
    ordered: Sequence[str] | Literal["all"] = "all",
    model_type: ModelType = "sem",
    parameterization: Parameterization = "delta",
) -> pd.DataFrame:
    """Draw cases from a model with given parameters, such as ``f =~ 1*a + 0.8*b``.

    Continuous variables, and the latent responses of ordered ones, are multivariate normal. A
    variable with thresholds, such as ``a | -0.5*t1 + 0.5*t2``, is cut into categories 1, 2 and so
    on. Under the delta parameterization its latent response has variance 1, so that its
    residual variance follows from the loadings; every other parameter needs a value, residual
    variances included.

    Parameters
    ----------
    model : str
        Model text in lavaan's language, for one group.
    n : int
        Number of cases.
    seed : int
        0 or more; the same seed gives the same data.
    ordered : sequence of str or "all"
        The variables with thresholds, to be checked against the model; by default all that have
        any.
    model_type : {"sem", "cfa", "growth"}
        Whose defaults complete the model.
    parameterization : {"delta", "theta"}
        Of ordered variables.

    Raises
    ------
    LatentModelError
        If n is below 1, the seed is negative, or the variables with thresholds are not those named.
    SemError
        If the model text cannot be read, leaves a parameter without a value, or does not describe
        a distribution.
    """
    # as in SemFit.tidy()
    import pandas as pd

    if n < 1:
        raise LatentModelError(f"simulate_model: n must be 1 or more, not {n}")
    if seed < 0:
        raise LatentModelError(f"simulate_model: seed must be 0 or more, not {seed}")
    options = ModelOptions(model_type=model_type, fixed_x=False, parameterization=parameterization)
    table = build_parameters(parse_model(model), options=options)
    if ordered != "all":
        _check_thresholds(table, ordered)
    rng = np.random.default_rng(seed)
    drawn = simulate(specified_populations(table), table.observed, [n], rng=rng)
    data = pd.DataFrame(drawn.values, columns=list(drawn.names))
    names = [name for name in table.observed if name in table.ordered]
    return data.assign(**{name: data[name].astype(int) + 1 for name in names})


def _check_thresholds(table: ParameterTable, ordered: Sequence[str]) -> None:
    without = [name for name in ordered if name not in table.ordered]
    if without:
        raise LatentModelError(f"simulate_model: no thresholds of {', '.join(without)}")
    unnamed = [name for name in table.ordered if name not in ordered]
    if unnamed:
        raise LatentModelError(
            f"simulate_model: {', '.join(unnamed)} have thresholds but are not in ordered"
        )
