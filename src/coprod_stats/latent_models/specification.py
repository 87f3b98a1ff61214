"""What is asked of a fit: the model text and every option, by the names of ``coprod sem``."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.sem_data import model_columns
from coprod_stats.literals import BootstrapInterval, BootstrapType, Engine, Estimator, Missing
from coprod_stats.sem.model.parameters import ModelOptions, ModelType, Parameterization
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.syntax_tree import ModelSyntax
from coprod_stats.sem.options import FitOptions, Information, Likelihood, StandardErrors
from coprod_stats.sem.rotation.options import (
    RotationErrors,
    RotationName,
    RotationOptions,
    TargetRows,
)

DEFAULT_BOOTSTRAP = 1000
"""Samples where bootstrapped standard errors are asked for without a number."""


@dataclass(frozen=True, slots=True)
class Specification:
    """A model and how it is to be fitted.

    Parameters
    ----------
    model : str
        Model text in lavaan's language.
    engine : str
        See ``Engine``.
    estimator : str, optional
        See ``Estimator``; if left out, WLSMV with ordered variables and ML without.
    missing : str
        See ``Missing``.
    model_type : {"sem", "cfa", "growth"}
        Whose defaults complete the model.
    ordered : tuple of str or "all"
        Variables that are ordered categories.
    parameterization : {"delta", "theta"}
        Of ordered variables.
    auxiliary : tuple of str
        Variables that inform about missing answers without being part of the model.
    group, cluster, sampling_weights : str, optional
        Columns.
    group_equal, group_partial : tuple of str
        Families of parameters held equal across groups, and exceptions.
    std_lv : bool
        Identify latent variables by unit variance rather than by their first loading.
    effect_coding : bool
        Identify them by loadings that average 1 and intercepts that sum to 0.
    fixed_x : bool
        Hold the moments of exogenous observed variables at their sample values.
    meanstructure : bool
        Include intercepts.
    rotation : str, optional
        Of blocks of exploratory factors; geomin if left out.
    rotation_args : mapping
        Further options of the rotation, as ``geomin_epsilon`` or ``target``, by the names of
        :class:`~coprod_stats.sem.rotation.options.RotationOptions`.
    rotation_se : {"default", "delta", "bordered"}
        Standard errors of the rotated solution: exact, or lavaan's default.
    se, information, likelihood : str
        Kind of standard errors, the information that they rest on, and the divisor of ML.
    bootstrap : int
        Number of bootstrap samples; 0 for none.
    seed : int, optional
        Of the bootstrap.
    bootstrap_type : {"naive", "bollen-stine"}
        Whether the samples are drawn from the data and give standard errors, or from data that
        fit the model and give a test of it.
    ci : {"percentile", "bca"}
        Bootstrap intervals.
    conf_level : float
        Level of the intervals, in (0, 1).

    Raises
    ------
    LatentModelError
        Where options contradict each other, or one would have no effect.
    """

    model: str
    engine: Engine = "core"
    model_type: ModelType = "sem"
    estimator: Estimator | None = None
    ordered: tuple[str, ...] | Literal["all"] = ()
    parameterization: Parameterization = "delta"
    missing: Missing = "listwise"
    auxiliary: tuple[str, ...] = ()
    group: str | None = None
    group_equal: tuple[str, ...] = ()
    group_partial: tuple[str, ...] = ()
    cluster: str | None = None
    sampling_weights: str | None = None
    std_lv: bool = False
    effect_coding: bool = False
    fixed_x: bool = True
    meanstructure: bool = False
    rotation: RotationName | None = None
    rotation_args: Mapping[str, Any] = field(default_factory=dict)
    rotation_se: RotationErrors = "default"
    se: StandardErrors = "default"
    information: Information = "default"
    likelihood: Likelihood = "normal"
    bootstrap: int = 0
    seed: int | None = None
    bootstrap_type: BootstrapType = "naive"
    ci: BootstrapInterval = "percentile"
    conf_level: float = 0.95

    def __post_init__(self) -> None:
        faults = list(_faults(self))
        if faults:
            raise LatentModelError("; ".join(faults))

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Specification:
        """Read what ``asdict`` and JSON have made of a specification.

        Raises
        ------
        LatentModelError
            If it holds options that are unknown here.
        """
        unknown = set(stored) - {item.name for item in fields(cls)}
        if unknown or "model" not in stored:
            raise LatentModelError(f"not a specification of a model: {', '.join(sorted(unknown))}")
        options: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in stored.items()
        }
        return cls(**options)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the data may have to give.

        Raises
        ------
        SemSyntaxError
            If the model text cannot be read.
        """
        named = (self.group, self.cluster, self.sampling_weights)
        return tuple(
            dict.fromkeys([*self.variables_of(parse_model(self.model)), *filter(None, named)])
        )

    def variables_of(self, syntax: ModelSyntax) -> tuple[str, ...]:
        """Columns of answers among them, whether or not the model has all that are ordered.

        Parameters
        ----------
        syntax : ModelSyntax
            The model text, read.
        """
        ordered = () if self.ordered == "all" else self.ordered
        return tuple(dict.fromkeys((*model_columns(syntax), *self.auxiliary, *ordered)))

    @property
    def asked_estimator(self) -> Estimator:
        """What is asked for, lavaan's default where nothing is named."""
        return self.estimator or ("WLSMV" if self.ordered else "ML")

    @property
    def used_estimator(self) -> Estimator:
        """MLR in place of ML where clusters or sampling weights need robust standard errors.

        Two-level models have the clusters in their likelihood.
        """
        designed = self.cluster is not None or self.sampling_weights is not None
        if not designed or self.asked_estimator != "ML":
            return self.asked_estimator
        two_level = any(relation.level for relation in parse_model(self.model).relations)
        return "ML" if two_level else "MLR"

    @property
    def is_bootstrapped(self) -> bool:
        """Whether standard errors come from bootstrap samples."""
        naive = self.bootstrap > 0 and self.bootstrap_type == "naive"
        return naive or self.se == "bootstrap"

    @property
    def n_bootstrap(self) -> int:
        """Number of bootstrap samples where there are any."""
        return self.bootstrap or DEFAULT_BOOTSTRAP

    @property
    def options(self) -> FitOptions:
        """The same for the numeric core.

        Raises
        ------
        SemOptionError
            At unknown values and contradictions.
        """
        return FitOptions(
            estimator=self.asked_estimator,
            ordered=self.ordered,
            missing=self.missing,
            standard_errors="bootstrap" if self.is_bootstrapped else self.se,
            information=self.information,
            likelihood=self.likelihood,
            auxiliary=self.auxiliary,
            bootstrap=self.n_bootstrap,
            seed=self.seed or 0,
            interval=self.ci,
            conf_level=self.conf_level,
            model=ModelOptions(
                model_type=self.model_type,
                std_lv=self.std_lv,
                effect_coding=self.effect_coding,
                fixed_x=self.fixed_x,
                meanstructure=self.meanstructure,
                group_equal=self.group_equal,
                group_partial=self.group_partial,
                parameterization=self.parameterization,
            ),
            rotation=self.rotation_options,
        )

    @property
    def rotation_options(self) -> RotationOptions | None:
        """The rotation that is asked for; None for lavaan's default.

        Raises
        ------
        SemOptionError
            At unknown values, and at options that another rotation takes.
        LatentModelError
            At options that no rotation has.
        """
        if self.rotation is None and not self.rotation_args and self.rotation_se == "default":
            return None
        given = {name.replace(".", "_"): value for name, value in self.rotation_args.items()}
        known = {item.name for item in fields(RotationOptions)} - {"name", "se"}
        unknown = sorted(given.keys() - known)
        if unknown:
            raise LatentModelError(
                f"rotation_args: unknown {unknown[0]!r}; expected some of "
                f"{', '.join(sorted(known))}"
            )
        if given.get("target") is not None:
            given["target"] = _target_rows(given["target"])
        return RotationOptions(self.rotation or "geomin", se=self.rotation_se, **given)


def _target_rows(target: Iterable[Iterable[float | None]]) -> TargetRows:
    """Wanted loadings as rows, None where a loading is left open."""
    return tuple(
        tuple(None if value is None or math.isnan(value) else float(value) for value in row)
        for row in target
    )


def _faults(asked: Specification) -> Iterator[str]:
    if not 0 < asked.conf_level < 1:
        yield f"conf_level must lie between 0 and 1, not {asked.conf_level}"
    if asked.group_equal and asked.group is None:
        yield "group_equal has no effect without group"
    if asked.group_partial and not asked.group_equal:
        yield "group_partial has no effect without group_equal"
    if asked.std_lv and asked.effect_coding:
        yield "std_lv and effect_coding identify latent variables in two ways; choose one"
    if asked.bootstrap < 0 or asked.bootstrap == 1:
        yield f"bootstrap: at least 2 samples are needed, not {asked.bootstrap}"
    if (
        asked.bootstrap
        and asked.bootstrap_type == "naive"
        and asked.se
        not in (
            "default",
            "bootstrap",
        )
    ):
        yield f"bootstrap has no effect with se={asked.se!r}"
    draws = asked.bootstrap > 0 or asked.se == "bootstrap"
    unused = {
        "seed": not draws and asked.seed is not None,
        "bootstrap_type": not draws and asked.bootstrap_type != "naive",
        "ci": not asked.is_bootstrapped and asked.ci != "percentile",
    }
    yield from (f"{name} has no effect without bootstrap" for name, idle in unused.items() if idle)
