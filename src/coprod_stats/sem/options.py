"""What can be asked of a fit, and what each estimator stands for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from coprod_stats.literals import (
    BootstrapInterval,
    ErrorKind,
    Estimator,
    Information,
    Likelihood,
    Missing,
)
from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.rotation.options import RotationOptions

Discrepancy = Literal["ML", "GLS", "ULS", "DWLS", "WLS"]
StandardErrors = Literal[ErrorKind, "two-stage", "robust-two-stage"]
ScaledTest = Literal[
    "none", "yuan-bentler", "satorra-bentler", "scaled-shifted", "mean-var-adjusted"
]


@dataclass(frozen=True, slots=True)
class FitOptions:
    """How a model is fitted; names and defaults are those of ``coprod sem``.

    Parameters
    ----------
    estimator : str
        One of :data:`Estimator`.
    ordered : 'all' or tuple of str
        Variables whose answers are ordered categories; of the covariates none is.
    missing : str
        Treatment of missing answers.
    standard_errors : str
        ``default`` is what the estimator brings along.
    information : str
        Which information standard errors rest on; ``default`` is expected, and observed with
        MLR, FIML and two-level models.
    likelihood : {'normal', 'wishart'}
        Divisor N or N - 1 of ML.
    auxiliary : tuple of str
        Variables that inform about missing answers without being part of the model.
    bootstrap : int
        Number of bootstrap samples where standard errors are bootstrapped.
    seed : int
        Seed of the bootstrap.
    conf_level : float
        Level of the intervals of coefficients, in (0, 1).
    interval : {'percentile', 'bca'}
        Kind of bootstrap interval.
    model : ModelOptions
        How the model text is completed.
    rotation : RotationOptions, optional
        Of exploratory factors; geomin if left out.

    Raises
    ------
    SemOptionError
        At unknown values and contradictions.
    """

    estimator: Estimator = "ML"
    ordered: Literal["all"] | tuple[str, ...] = ()
    missing: Missing = "listwise"
    standard_errors: StandardErrors = "default"
    information: Information = "default"
    likelihood: Likelihood = "normal"
    auxiliary: tuple[str, ...] = ()
    bootstrap: int = 1000
    seed: int = 0
    conf_level: float = 0.95
    interval: BootstrapInterval = "percentile"
    model: ModelOptions = field(default_factory=ModelOptions)
    rotation: RotationOptions | None = None

    def __post_init__(self) -> None:
        choices = {
            "estimator": (self.estimator, get_args(Estimator)),
            "missing": (self.missing, get_args(Missing)),
            "standard_errors": (self.standard_errors, get_args(StandardErrors)),
            "information": (self.information, get_args(Information)),
            "likelihood": (self.likelihood, get_args(Likelihood)),
            "interval": (self.interval, get_args(BootstrapInterval)),
        }
        for name, (value, known) in choices.items():
            if value not in known:
                raise SemOptionError(
                    f"{name}: unknown {value!r}; expected one of {', '.join(known)}"
                )


@dataclass(frozen=True, slots=True)
class Method:
    """What an estimator stands for.

    Parameters
    ----------
    discrepancy : str
        The function that is minimized.
    standard_errors : str
        Which standard errors are computed.
    test : str
        The scaled test beside the standard one.
    information : {'expected', 'observed'}
        Basis of standard errors.
    missing : str
        Treatment of missing answers.
    likelihood : {'normal', 'wishart'}
        Divisor of ML.
    is_ordered : bool
        Whether thresholds and polychoric correlations are fitted.
    is_two_level : bool
        Whether a model within and a model between clusters are fitted.
    """

    discrepancy: Discrepancy
    standard_errors: StandardErrors
    test: ScaledTest
    information: Literal["expected", "observed"]
    missing: Missing
    likelihood: Likelihood
    is_ordered: bool = False
    is_two_level: bool = False

    @property
    def is_normal_likelihood(self) -> bool:
        """Whether the divisor is N: normal-theory ML without Wishart's N - 1."""
        return self.discrepancy == "ML" and self.likelihood == "normal"

    @property
    def allows_singular_moments(self) -> bool:
        """Whether estimates need no inverse of the sample covariance matrix."""
        return self.discrepancy in ("ULS", "DWLS")

    @property
    def is_fiml(self) -> bool:
        """Whether incomplete cases enter the likelihood."""
        return self.missing == "fiml"

    @property
    def is_two_stage(self) -> bool:
        """Whether the model is fitted to saturated moments of incomplete data."""
        return self.missing in ("two-stage", "robust-two-stage")


_ESTIMATORS: dict[Estimator, tuple[Discrepancy, StandardErrors, ScaledTest]] = {
    "ML": ("ML", "standard", "none"),
    "MLR": ("ML", "robust", "yuan-bentler"),
    "MLM": ("ML", "robust", "satorra-bentler"),
    "MLMV": ("ML", "robust", "scaled-shifted"),
    "MLMVS": ("ML", "robust", "mean-var-adjusted"),
    "GLS": ("GLS", "standard", "none"),
    "ULS": ("ULS", "standard", "none"),
    "ULSMV": ("ULS", "robust", "scaled-shifted"),
    "WLS": ("WLS", "standard", "none"),
    "DWLS": ("DWLS", "standard", "none"),
    "WLSM": ("DWLS", "robust", "satorra-bentler"),
    "WLSMV": ("DWLS", "robust", "scaled-shifted"),
}


def resolve_method(options: FitOptions, *, is_two_level: bool = False) -> Method:
    """Fill in what an estimator brings along.

    Parameters
    ----------
    options : FitOptions
    is_two_level : bool
        Whether the model has a part within and a part between clusters.

    Raises
    ------
    SemOptionError
        Where options do not go together.
    """
    discrepancy, errors, test = _ESTIMATORS[options.estimator]
    if is_two_level:
        _check_two_level(options)
    _check(options, discrepancy, test)
    incomplete = options.missing in ("fiml", "two-stage", "robust-two-stage")
    if options.standard_errors != "default":
        errors = options.standard_errors
    elif options.missing in ("two-stage", "robust-two-stage"):
        errors = options.missing
    if options.missing in ("two-stage", "robust-two-stage"):
        test = "satorra-bentler"
    observed = options.estimator == "MLR" or incomplete or is_two_level
    information = "observed" if observed else "expected"
    if options.information != "default":
        information = options.information
    return Method(
        discrepancy=discrepancy,
        standard_errors=errors,
        test=test,
        information="observed" if information == "observed" else "expected",
        missing=options.missing,
        likelihood=options.likelihood,
        is_ordered=bool(options.ordered),
        is_two_level=is_two_level,
    )


def _check(options: FitOptions, discrepancy: Discrepancy, test: ScaledTest) -> None:
    _check_ordered(options, discrepancy)
    incomplete = options.missing in ("fiml", "two-stage", "robust-two-stage")
    if incomplete and discrepancy != "ML":
        raise SemOptionError(
            f"missing={options.missing!r} needs an ML estimator, not {options.estimator}"
        )
    if options.missing == "fiml" and options.estimator in ("MLM", "MLMV", "MLMVS"):
        raise SemOptionError(
            f"{options.estimator} needs complete data; use MLR with missing='fiml'"
        )
    if (
        options.missing != "listwise"
        and incomplete
        and test != "none"
        and "stage" in options.missing
    ):
        raise SemOptionError(f"missing={options.missing!r} brings its own test; use estimator ML")
    if options.likelihood == "wishart" and (discrepancy != "ML" or incomplete or test != "none"):
        raise SemOptionError("likelihood='wishart' applies to estimator ML with complete data")
    if options.auxiliary and options.missing != "fiml":
        raise SemOptionError("auxiliary variables need missing='fiml'")
    if options.bootstrap < 2:
        raise SemOptionError("bootstrap: at least 2 samples are needed")


def _check_ordered(options: FitOptions, discrepancy: Discrepancy) -> None:
    if options.ordered and discrepancy not in ("DWLS", "ULS", "WLS"):
        raise SemOptionError(
            f"ordered variables need WLSMV or a relative of it, not {options.estimator}"
        )
    if options.ordered and options.information == "observed":
        raise SemOptionError("information='observed' does not apply to ordered variables")
    if options.missing == "pairwise" and not options.ordered:
        raise SemOptionError("missing='pairwise' is for ordered variables; use missing='fiml'")
    if options.model.parameterization == "theta" and not options.ordered:
        raise SemOptionError("parameterization='theta' is for ordered variables")


def _check_two_level(options: FitOptions) -> None:
    """Name what is not there for two-level models."""
    if options.estimator not in ("ML", "MLR"):
        raise SemOptionError(
            f"two-level models are fitted by ML or MLR; {options.estimator} is not implemented"
        )
    refused = {
        "ordered variables": bool(options.ordered),
        f"missing={options.missing!r}": options.missing != "listwise",
        "likelihood='wishart'": options.likelihood != "normal",
        "bootstrapped standard errors": options.standard_errors == "bootstrap",
        "group_equal (give parameters that are to be equal one label)": bool(
            options.model.group_equal
        ),
    }
    for what, asked in refused.items():
        if asked:
            raise SemOptionError(_NOT_WITH_LEVELS.format(what=what))


_NOT_WITH_LEVELS = "{what}: not implemented for two-level models ('level:' blocks)"


def refuse_two_levels(method: Method, what: str) -> None:
    """Name what cannot be computed from a two-level model.

    Parameters
    ----------
    method : Method
    what : str
        What was asked for.

    Raises
    ------
    SemOptionError
        If the model has two levels.
    """
    if method.is_two_level:
        raise SemOptionError(_NOT_WITH_LEVELS.format(what=what))
