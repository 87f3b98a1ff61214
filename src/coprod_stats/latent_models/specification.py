"""The specification of a fit: the model text, its options, and their form in the core."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.sem_data import labels_of, model_columns
from coprod_stats.latent_models.sem_options import SemOptions
from coprod_stats.literals import Estimator
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.syntax_tree import ModelSyntax
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.rotation.options import RotationOptions, TargetRows


@dataclass(frozen=True, slots=True)
class Specification(SemOptions):
    """A model and how it is to be fitted.

    Parameters
    ----------
    model : str
        Model text in lavaan's language.
    **options
        Fields of :class:`~coprod_stats.latent_models.sem_options.SemOptions`.
    """

    model: str

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Specification:
        """Read a specification converted by ``asdict`` and JSON.

        Raises
        ------
        LatentModelError
            If it holds unknown options.
        """
        unknown = set(stored) - {item.name for item in fields(cls)}
        if unknown:
            raise LatentModelError(f"not a specification of a model: {', '.join(sorted(unknown))}")
        if not isinstance(stored.get("model"), str):
            raise LatentModelError("not a specification of a model: its model is no text")
        return cls(**stored)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the data may have to provide, and labels, which should be none of them.

        Raises
        ------
        SemSyntaxError
            If the model text cannot be read.
        """
        named = (self.group, self.cluster, self.sampling_weights)
        syntax = parse_model(self.model)
        labels = labels_of(syntax)
        return tuple(dict.fromkeys([*self.variables_of(syntax), *filter(None, named), *labels]))

    @property
    def labels(self) -> tuple[str, ...]:
        """Columns that only name groups or clusters, so that their values are no numbers."""
        variables = self.variables_of(parse_model(self.model))
        named = (self.group, self.cluster)
        return tuple(name for name in named if name is not None and name not in variables)

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
        """Estimator requested, or lavaan's default."""
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
    def options(self) -> FitOptions:
        """The same for the numeric core.

        Raises
        ------
        SemOptionError
            At unknown values and contradictions.
        """
        return FitOptions(
            **self._named_alike(FitOptions)
            | {
                "estimator": self.asked_estimator,
                "standard_errors": "bootstrap" if self.is_bootstrapped else self.se,
                "bootstrap": self.n_bootstrap,
                "seed": self.seed or 0,
                "interval": self.ci,
                "model": ModelOptions(**self._named_alike(ModelOptions)),
                "rotation": self.rotation_options,
            }
        )

    def _named_alike(self, core: type[FitOptions | ModelOptions]) -> dict[str, Any]:
        """Options that the numeric core has under the same name."""
        own = {item.name for item in fields(SemOptions)}
        names = [item.name for item in fields(core) if item.name in own]
        return {name: getattr(self, name) for name in names}

    @property
    def rotation_options(self) -> RotationOptions | None:
        """The rotation requested; None for lavaan's default.

        Raises
        ------
        SemOptionError
            For unknown values, and options of another rotation.
        LatentModelError
            For options that no rotation has.
        """
        arguments = self.rotation_args or {}
        if self.rotation is None and not arguments and self.rotation_se == "default":
            return None
        given = {name.replace(".", "_"): value for name, value in arguments.items()}
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
    """Return target loadings as rows, None where a loading is unspecified."""
    return tuple(
        tuple(None if value is None or math.isnan(value) else float(value) for value in row)
        for row in target
    )
