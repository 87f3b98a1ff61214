"""The door to structural equation models: a model text and a data frame in, a ``SemFit`` out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from coprod_stats.latent_models.engines.choice import fit_specification
from coprod_stats.latent_models.frames import frame_columns
from coprod_stats.latent_models.sem_fit import SemFit
from coprod_stats.latent_models.specification import Specification
from coprod_stats.literals import BootstrapInterval, BootstrapType, Engine, Estimator, Missing
from coprod_stats.sem.model.parameters import ModelType, Parameterization
from coprod_stats.sem.options import Information, Likelihood, StandardErrors
from coprod_stats.sem.rotation.options import RotationErrors, RotationName

if TYPE_CHECKING:
    from narwhals.stable.v2.typing import IntoDataFrame


def fit_sem(
    model: str,
    data: IntoDataFrame,
    *,
    engine: Engine = "core",
    estimator: Estimator | None = None,
    model_type: ModelType = "sem",
    ordered: Sequence[str] | Literal["all"] = (),
    parameterization: Parameterization = "delta",
    missing: Missing = "listwise",
    auxiliary: Sequence[str] = (),
    group: str | None = None,
    group_equal: Sequence[str] = (),
    group_partial: Sequence[str] = (),
    cluster: str | None = None,
    sampling_weights: str | None = None,
    std_lv: bool = False,
    effect_coding: bool = False,
    fixed_x: bool = True,
    meanstructure: bool = False,
    rotation: RotationName | None = None,
    rotation_args: Mapping[str, Any] | None = None,
    rotation_se: RotationErrors = "default",
    se: StandardErrors = "default",
    information: Information = "default",
    likelihood: Likelihood = "normal",
    bootstrap: int = 0,
    seed: int | None = None,
    bootstrap_type: BootstrapType = "naive",
    ci: BootstrapInterval = "percentile",
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
        Of pandas, polars, PyArrow or another library that narwhals knows: a row per case, a column
        per observed variable; missing values as NaN or null. Ordered categories count by rank.
    engine : {"core", "semopy"}
        Who estimates. semopy gives ML estimates of one group on complete rows; standard errors,
        tests and indices at its solution are the core's. What it lacks is refused by name.
    estimator, model_type, ordered, ... : str or sequence of str
        As in :class:`~coprod_stats.latent_models.specification.Specification`.

    Raises
    ------
    LatentModelError
        If the engine lacks what is asked for, or a column is absent or not numeric.
    SemError
        If the model text cannot be read, names variables that the data lack, options contradict
        each other, or the data allow no fit.
    """
    asked = Specification(
        model=model,
        engine=engine,
        model_type=model_type,
        estimator=estimator,
        ordered="all" if ordered == "all" else tuple(ordered),
        parameterization=parameterization,
        missing=missing,
        auxiliary=tuple(auxiliary),
        group=group,
        group_equal=tuple(group_equal),
        group_partial=tuple(group_partial),
        cluster=cluster,
        sampling_weights=sampling_weights,
        std_lv=std_lv,
        effect_coding=effect_coding,
        fixed_x=fixed_x,
        meanstructure=meanstructure,
        rotation=rotation,
        rotation_args=_plain_args(rotation_args or {}),
        rotation_se=rotation_se,
        se=se,
        information=information,
        likelihood=likelihood,
        bootstrap=bootstrap,
        seed=seed,
        bootstrap_type=bootstrap_type,
        ci=ci,
        conf_level=conf_level,
    )
    return fit_specification(asked, frame_columns(data, asked.columns))


def _plain_args(given: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a target that is an array or a data frame to rows of numbers."""
    if given.get("target") is None:
        return dict(given)
    # an array here, rows of numbers from there on: what JSON can hold
    rows = np.asarray(given["target"], dtype=np.float64).tolist()
    return {**given, "target": [[None if value != value else value for value in r] for r in rows]}
