"""What can be asked of a rotation; names and defaults are those of lavaan 0.6."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from coprod_stats.literals import RotationErrors, RotationName
from coprod_stats.sem.errors import SemOptionError

if TYPE_CHECKING:
    from coprod_stats.sem.rotation.criteria import Criterion

FloatArray = NDArray[np.float64]
RowWeights = Literal["default", "none", "kaiser"]
FactorOrder = Literal["index", "sumofsquares", "none"]
TargetRows = tuple[tuple[float | None, ...], ...]

DEFAULT_EPSILON = 0.001
DEFAULT_KAPPA = 4.0

_ORTHOGONAL = ("varimax", "quartimax")
_KAISER = ("varimax", "promax")


@dataclass(frozen=True, slots=True)
class RotationOptions:
    """How exploratory factors are rotated.

    Parameters
    ----------
    name : str
        One of :data:`~coprod_stats.literals.RotationName`.
    orthogonal : bool, optional
        Keep the factors uncorrelated; only varimax and quartimax do by default.
    geomin_epsilon, oblimin_gamma, promax_kappa : float, optional
        Of the rotation that each belongs to: 0.001, 0 and 4 by default.
    target : tuple of rows, optional
        Wanted loadings of rotation ``target``, a row per item and a column per factor; None or
        nan where a loading is left open.
    row_weights : {'default', 'none', 'kaiser'}
        Whether items count alike whatever their communality; so they do by default for varimax
        and promax.
    std_ov : bool
        Rotate loadings on items with unit variance.
    order_lv_by : {'index', 'sumofsquares', 'none'}, optional
        Order factors by the place of the items that load highest, by their sums of squared
        loadings, or not at all. By index unless a target gives the order.
    reflect : bool, optional
        Turn factors so that their loadings have a positive sum; done by default, save where
        a target asks a factor for loadings other than 0.
    rstarts : int
        Starts of the search for the minimum.
    seed : int
        Of the starts.
    se : {'default', 'delta', 'bordered'}
        Standard errors by the exact derivatives of the rotation, or as lavaan's
        ``rotation.se = "bordered"`` has them, which is the default where lavaan has any.

    Raises
    ------
    SemOptionError
        At unknown values, and at options that another rotation takes.
    """

    name: RotationName = "geomin"
    orthogonal: bool | None = None
    geomin_epsilon: float | None = None
    oblimin_gamma: float | None = None
    promax_kappa: float | None = None
    target: TargetRows | None = None
    row_weights: RowWeights = "default"
    std_ov: bool = True
    order_lv_by: FactorOrder | None = None
    reflect: bool | None = None
    rstarts: int = 30
    seed: int = 0
    se: RotationErrors = "default"

    def __post_init__(self) -> None:
        fault = next(_faults(self), None)
        if fault is not None:
            raise SemOptionError(fault)

    @property
    def is_orthogonal(self) -> bool:
        """Whether the factors stay uncorrelated."""
        return self.name in _ORTHOGONAL if self.orthogonal is None else self.orthogonal

    @property
    def errors(self) -> RotationErrors:
        """How standard errors are computed."""
        if self.se != "default":
            return self.se
        return "delta" if self.name == "promax" else "bordered"

    @property
    def has_inexact_errors(self) -> bool:
        """Whether lavaan's bordered information is that of another metric than the rotation's."""
        return self.errors == "bordered" and self.std_ov and not self.is_orthogonal

    @property
    def searches_orthogonally(self) -> bool:
        """Whether the search runs over orthogonal rotations, as promax's first step does."""
        return self.is_orthogonal or self.name == "promax"

    @property
    def order(self) -> FactorOrder:
        """How factors are ordered."""
        if self.order_lv_by is None:
            return "index" if self.target is None else "none"
        return self.order_lv_by

    def reflected(self, n_factors: int) -> NDArray[np.bool_]:
        """Which factors are turned to positive sums, ``(n_factors,)``."""
        if self.reflect is not None or self.target is None:
            return np.full(n_factors, self.reflect is not False)
        return np.asarray((np.nan_to_num(np.array(self.target, dtype=np.float64)) == 0).all(axis=0))

    @property
    def epsilon(self) -> float:
        """Constant of geomin."""
        return DEFAULT_EPSILON if self.geomin_epsilon is None else self.geomin_epsilon

    @property
    def gamma(self) -> float:
        """Weight of oblimin."""
        return 0.0 if self.oblimin_gamma is None else self.oblimin_gamma

    @property
    def kappa(self) -> float:
        """Power of promax."""
        return DEFAULT_KAPPA if self.promax_kappa is None else self.promax_kappa

    @property
    def is_kaiser(self) -> bool:
        """Whether items are weighted to communalities of 1."""
        if self.row_weights == "default":
            return self.name in _KAISER
        return self.row_weights == "kaiser"

    def criterion(self, n_items: int, n_factors: int) -> Criterion:
        """Build the criterion for a block of exploratory factors; that of varimax for promax.

        Raises
        ------
        SemOptionError
            Where the target has another size.
        """
        # options are part of every fit, rotations of few
        from coprod_stats.sem.rotation.criteria import (
            CrawfordFerguson,
            Geomin,
            Oblimin,
            Orthomax,
            Target,
        )

        if self.target is not None:
            wanted = np.array(self.target, dtype=np.float64)
            if wanted.shape != (n_items, n_factors):
                raise SemOptionError(
                    f"target: {n_items} rows of {n_factors} are needed, not "
                    f"{' of '.join(map(str, wanted.shape))}"
                )
            return Target(wanted)
        criteria: dict[RotationName, Callable[[], Criterion]] = {
            "geomin": lambda: Geomin(self.epsilon),
            "oblimin": lambda: Oblimin(self.gamma),
            "quartimin": Oblimin,
            "promax": Orthomax,
            "varimax": Orthomax,
            "quartimax": lambda: Orthomax(0.0),
            "cf-quartimax": lambda: CrawfordFerguson(0.0),
            "cf-varimax": lambda: CrawfordFerguson(1.0 / n_items),
            "cf-equamax": lambda: CrawfordFerguson(n_factors / (2.0 * n_items)),
            "cf-parsimax": lambda: CrawfordFerguson((n_factors - 1.0) / (n_items + n_factors - 2)),
            "cf-facparsim": lambda: CrawfordFerguson(1.0),
        }
        return criteria[self.name]()


def _faults(asked: RotationOptions) -> Iterator[str]:
    choices: tuple[tuple[str, str, tuple[str, ...]], ...] = (
        ("rotation", asked.name, get_args(RotationName)),
        ("row_weights", asked.row_weights, get_args(RowWeights)),
        ("order_lv_by", asked.order, get_args(FactorOrder)),
        ("rotation_se", asked.se, get_args(RotationErrors)),
    )
    for option, value, known in choices:
        if value not in known:
            yield f"{option}: unknown {value!r}; expected one of {', '.join(known)}"
    owners = {
        "geomin_epsilon": ("geomin", asked.geomin_epsilon),
        "oblimin_gamma": ("oblimin", asked.oblimin_gamma),
        "promax_kappa": ("promax", asked.promax_kappa),
        "target": ("target", asked.target),
    }
    for option, (owner, number) in owners.items():
        if number is not None and asked.name != owner:
            yield f"{option} has no effect on rotation {asked.name!r}"
    if asked.name in _ORTHOGONAL and asked.orthogonal is False:
        yield f"{asked.name} is an orthogonal rotation"
    if asked.name == "promax" and asked.orthogonal:
        yield "promax is an oblique rotation"
    if asked.name == "promax" and asked.se == "bordered":
        yield "rotation_se='bordered': lavaan 0.6-14 has no standard errors of promax; use 'delta'"
    if asked.name == "promax" and not asked.is_kaiser:
        yield "row_weights: promax starts from varimax with Kaiser's weights"
    if asked.name == "target" and asked.target is None:
        yield "rotation 'target' needs the wanted loadings, target"
    yield from _numeric_faults(asked)


def _numeric_faults(asked: RotationOptions) -> Iterator[str]:
    if asked.geomin_epsilon is not None and not 0 < asked.geomin_epsilon < math.inf:
        yield f"geomin_epsilon must be positive, not {asked.geomin_epsilon:g}"
    if asked.promax_kappa is not None and not 1 < asked.promax_kappa < math.inf:
        yield f"promax_kappa must be above 1, not {asked.promax_kappa:g}"
    if asked.oblimin_gamma is not None and not -math.inf < asked.oblimin_gamma <= 1:
        yield f"oblimin_gamma must be at most 1, not {asked.oblimin_gamma:g}"
    if asked.rstarts < 1:
        yield f"rstarts: at least 1 is needed, not {asked.rstarts}"
    if asked.target is not None and len({len(row) for row in asked.target}) != 1:
        yield "target: its rows differ in length"
