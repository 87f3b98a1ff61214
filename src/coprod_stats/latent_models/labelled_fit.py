"""The contents of a fitted structural equation model, independent of the engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from coprod_stats.latent_models.specification import Specification
    from coprod_stats.sem.results import CoreFit


@dataclass(frozen=True, slots=True)
class FittedParameter:
    """One parameter with its estimate; NaN where a column does not apply.

    ``se`` is 0 for a fixed parameter, as lavaan has it. ``std_lv`` is standardised by the
    variances of the latent variables, ``std_all`` by those of all variables, ``std_nox`` by those
    of all but the exogenous observed ones; ``std_all_se`` is the delta-method error of
    ``std_all``. ``level`` is 1 within and 2 between clusters, and 0 in a single-level model.
    """

    lhs: str
    op: str
    rhs: str
    group: int
    label: str
    free: bool
    est: float
    se: float
    z: float
    pvalue: float
    ci_lower: float
    ci_upper: float
    std_lv: float
    std_all: float
    std_nox: float
    std_all_se: float
    level: int = 0

    @property
    def term(self) -> str:
        """The parameter in the syntax of the model text, such as ``QUA ~ DRREL``."""
        return f"{self.lhs} {self.op} {self.rhs}".rstrip()


@dataclass(frozen=True, slots=True)
class FitWarning:
    """A caveat on a fit, with a stable code."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class AskedAndUsed:
    """One option of a fit: the value requested, the value used, and why they differ."""

    asked: str | int | float | bool | None
    used: str | int | float | bool | None
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledFit:
    """A fit of the numeric core with its rows, groups and findings labelled.

    Parameters
    ----------
    parameters : tuple of FittedParameter
        In the order of the parameter table: the model text's, then defaults.
    fit : dict of str to float
        Test of the model and fit indices by their names in the JSON layout; not to be changed.
    r_squared : tuple of dict of str to float
        Explained variance of every endogenous variable and indicator, one mapping per group; with
        two levels, within and between clusters group by group.
    estimator, engine : str
        As used.
    n_obs, n_rows : int
        Rows analysed, and rows given.
    group_labels : tuple of str
        Empty for one group.
    converged : bool
        Whether the gradient at the solution is practically zero.
    proper : bool
        Converged, no negative variance, no correlation of 1 or beyond, information of full rank.
    warnings : tuple of FitWarning
        Faults and remarks.
    asked_and_used : dict of str to AskedAndUsed
        Ledger of the options; not to be changed.
    observed, latent : tuple of str
        Variables; ``sample_cov`` and ``implied_cov`` run over the observed ones.
    sample_cov, implied_cov : tuple of (n_observed, n_observed) ndarray
        One per group, divisor N; NaN for variables that a group lacks. With two levels, the
        unrestricted estimates within and between clusters group by group, over the observed
        variables of each level.
    vcov : ndarray of shape (n_free, n_free)
        Covariance matrix of the estimates of the rows that are free, in order of the table.
    conf_level : float
        Level of the intervals.
    df : float
        Degrees of freedom of tests and intervals of coefficients; infinite for the normal.
    specification : Specification
        The model and options requested.
    core : CoreFit
        The fit as arrays, for further tests.
    level_labels : tuple of str
        ``within`` and the column of the clusters; empty in a single-level model.
    n_clusters : tuple of int
        With two levels, clusters per group.
    intraclass_correlations : tuple of dict of str to float
        With two levels, shares of variance between clusters by variable, one mapping per group.
    """

    parameters: tuple[FittedParameter, ...]
    fit: dict[str, float]
    r_squared: tuple[dict[str, float], ...]
    estimator: str
    engine: str
    n_obs: int
    n_rows: int
    group_labels: tuple[str, ...]
    converged: bool
    proper: bool
    warnings: tuple[FitWarning, ...]
    asked_and_used: dict[str, AskedAndUsed]
    observed: tuple[str, ...]
    latent: tuple[str, ...]
    sample_cov: tuple[NDArray[np.float64], ...]
    implied_cov: tuple[NDArray[np.float64], ...]
    vcov: NDArray[np.float64]
    conf_level: float
    df: float
    specification: Specification
    core: CoreFit = field(repr=False)
    level_labels: tuple[str, ...] = ()
    n_clusters: tuple[int, ...] = ()
    intraclass_correlations: tuple[dict[str, float], ...] = ()
