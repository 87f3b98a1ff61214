"""The options of a structural equation model, each declared once.

A field of :class:`SemOptions` is a keyword of ``fit_sem``, an option of ``coprod sem`` and part of
the specification that is kept with a fit. Its annotation holds type, choices and help; the readers
of the declaration, here and in ``cli.sem_options``, name no option. No numeric library is loaded
here, so that the command line shows its help immediately.
"""

# The annotations are read at run time and must therefore not be postponed.
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from coprod_stats.latent_models.declared_options import DeclaredOption, Described, declared_by
from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.literals import (
    BootstrapInterval,
    BootstrapType,
    Engine,
    EqualFamily,
    ErrorKind,
    Estimator,
    Information,
    Likelihood,
    Missing,
    ModelType,
    Parameterization,
    RotationErrors,
    RotationName,
)

DEFAULT_BOOTSTRAP = 1000
"""Default number of bootstrap samples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SemOptions:
    """How a structural equation model is fitted.

    Each field is described in its annotation. Choices are read regardless of case and kept as
    declared; sequences are kept as tuples.

    Raises
    ------
    LatentModelError
        If a choice is unknown, options contradict each other, or one would have no effect.
    """

    engine: Annotated[
        Engine,
        Described(
            "Engine that estimates the model; lavaan only as a check of the core, in coprod sem."
        ),
    ] = "core"
    model_type: Annotated[
        ModelType, Described("Function of lavaan whose defaults complete the model.")
    ] = "sem"
    estimator: Annotated[
        Estimator | None,
        Described(
            "Estimator; with clusters or weights, ML is replaced by MLR.",
            unset="ML; WLSMV if ordered",
        ),
    ] = None
    ordered: Annotated[
        Sequence[str] | Literal["all"],
        Described("Variables that are ordered categories, or 'all'."),
    ] = ()
    parameterization: Annotated[
        Parameterization, Described("Scale of the latent responses of ordered variables.")
    ] = "delta"
    missing: Annotated[Missing, Described("Treatment of missing values.")] = "listwise"
    auxiliary: Annotated[
        Sequence[str],
        Described("Variables that inform about missing values without being part of the model."),
    ] = ()
    group: Annotated[str | None, Described("Column of groups.")] = None
    group_equal: Annotated[
        Sequence[EqualFamily],
        Described("Families of parameters held equal across groups.", needs="group"),
    ] = ()
    group_partial: Annotated[
        Sequence[str],
        Described("Exceptions to equality, such as f=~x1 or x2~1.", needs="group_equal"),
    ] = ()
    cluster: Annotated[str | None, Described("Column of clusters.")] = None
    sampling_weights: Annotated[str | None, Described("Column of sampling weights.")] = None
    se: Annotated[ErrorKind, Described("Kind of standard errors; the estimator's by default.")] = (
        "default"
    )
    information: Annotated[
        Information,
        Described(
            "Information for standard errors: expected by default, observed with MLR, FIML and "
            "two levels."
        ),
    ] = "default"
    likelihood: Annotated[
        Likelihood, Described("Divisor of maximum likelihood: N, or N - 1 (wishart).")
    ] = "normal"
    bootstrap: Annotated[int, Described("Number of bootstrap samples.", least=0)] = 0
    seed: Annotated[
        int | None,
        Described("Seed of the bootstrap.", least=0, needs="is_drawn", lack="bootstrap"),
    ] = None
    bootstrap_type: Annotated[
        BootstrapType,
        Described(
            "Samples from the data, for standard errors; or from data that fit the model, for its "
            "test.",
            needs="is_drawn",
            lack="bootstrap",
        ),
    ] = "naive"
    ci: Annotated[
        BootstrapInterval,
        Described(
            "Bootstrap intervals: percentiles, or bias-corrected and accelerated.",
            needs="is_bootstrapped",
            lack="bootstrapped standard errors",
        ),
    ] = "percentile"
    conf_level: Annotated[float, Described("Confidence level of the intervals.")] = 0.95
    std_lv: Annotated[
        bool,
        Described("Identify latent variables by unit variances, not by their first loading."),
    ] = False
    effect_coding: Annotated[
        bool,
        Described(
            "Identify latent variables by loadings that average 1 and intercepts that sum to 0."
        ),
    ] = False
    fixed_x: Annotated[
        bool, Described("Hold the moments of observed covariates at their sample values.")
    ] = True
    meanstructure: Annotated[bool, Described("Include intercepts.")] = False
    rotation: Annotated[
        RotationName | None, Described("Rotation of exploratory factors.", unset="geomin")
    ] = None
    rotation_args: Annotated[
        Mapping[str, Any] | None,
        Described(
            "Further options of the rotation, such as geomin_epsilon=0.01 or orthogonal=true."
        ),
    ] = None
    rotation_se: Annotated[
        RotationErrors,
        Described("Standard errors after rotation: exact (delta), or lavaan's (bordered)."),
    ] = "default"

    def __post_init__(self) -> None:
        faults = []
        for option in declared_options():
            try:
                value = option.canonical(getattr(self, option.name))
            except ValueError as error:
                faults.append(f"{option.name}: {error}")
            else:
                object.__setattr__(self, option.name, value)
        faults.extend(() if faults else _contradictions(self))
        if faults:
            raise LatentModelError("; ".join(faults))

    @property
    def given(self) -> tuple[str, ...]:
        """Options that are not at their default."""
        return tuple(
            option.name
            for option in declared_options()
            if getattr(self, option.name) != option.default
        )

    @property
    def is_drawn(self) -> bool:
        """Whether bootstrap samples are drawn, for standard errors or for the test."""
        return self.bootstrap > 0 or self.se == "bootstrap"

    @property
    def is_bootstrapped(self) -> bool:
        """Whether standard errors come from bootstrap samples."""
        naive = self.bootstrap > 0 and self.bootstrap_type == "naive"
        return naive or self.se == "bootstrap"

    @property
    def n_bootstrap(self) -> int:
        """Number of bootstrap samples where there are any."""
        return self.bootstrap or DEFAULT_BOOTSTRAP


def declared_options() -> tuple[DeclaredOption, ...]:
    """Return every option of a fit, in the order of their declaration."""
    return declared_by(SemOptions)


def _contradictions(asked: SemOptions) -> Iterator[str]:
    for option in declared_options():
        described = option.described
        if option.name in asked.given and described.needs and not getattr(asked, described.needs):
            yield f"{option.name} has no effect without {described.lack or described.needs}"
    if not 0 < asked.conf_level < 1:
        yield f"conf_level must lie between 0 and 1, not {asked.conf_level}"
    if asked.std_lv and asked.effect_coding:
        yield "std_lv and effect_coding identify latent variables in two ways; choose one"
    if asked.bootstrap == 1:
        yield "bootstrap: at least 2 samples are needed, not 1"
    bootstraps_errors = asked.bootstrap > 0 and asked.bootstrap_type == "naive"
    if bootstraps_errors and asked.se not in ("default", "bootstrap"):
        yield f"bootstrap has no effect with se={asked.se!r}"
