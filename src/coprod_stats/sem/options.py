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
        Of exploratory factors; geomin if omitted.

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
    """

    discrepancy: Discrepancy
    standard_errors: StandardErrors
    test: ScaledTest
    information: Literal["expected", "observed"]
    missing: Missing
    likelihood: Likelihood

    @property
    def is_normal_likelihood(self) -> bool:
        """Whether the divisor is N: normal-theory ML without Wishart's N - 1."""
        return self.discrepancy == "ML" and self.likelihood == "normal"

    @property
    def is_variance_adjusted(self) -> bool:
        """Whether the scaled test is corrected for its variance as well as its mean."""
        return self.test in ("scaled-shifted", "mean-var-adjusted")

    @property
    def allows_singular_moments(self) -> bool:
        """Whether estimates need no inverse of the sample covariance matrix."""
        return self.discrepancy in ("ULS", "DWLS")


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


def resolve_method(options: FitOptions, *, observed_information: bool) -> Method:
    """Resolve an estimator to its discrepancy, standard errors and test.

    Parameters
    ----------
    options : FitOptions
    observed_information : bool
        Whether standard errors rest on the observed information by default, whatever the estimator.

    Raises
    ------
    SemOptionError
        Where options do not go together.
    """
    discrepancy, errors, test = _ESTIMATORS[options.estimator]
    _check(options, discrepancy, test)
    if options.standard_errors != "default":
        errors = options.standard_errors
    information = options.information
    if information == "default":
        is_observed = options.estimator == "MLR" or observed_information
        information = "observed" if is_observed else "expected"
    return Method(
        discrepancy=discrepancy,
        standard_errors=errors,
        test=test,
        information=information,
        missing=options.missing,
        likelihood=options.likelihood,
    )


def discrepancy_of(estimator: Estimator) -> Discrepancy:
    """Return the function that an estimator minimizes."""
    return _ESTIMATORS[estimator][0]


def _check(options: FitOptions, discrepancy: Discrepancy, test: ScaledTest) -> None:
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
