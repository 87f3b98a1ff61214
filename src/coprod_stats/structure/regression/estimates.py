"""Estimates as returned for every family."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TOLERANCE = 1e-9
"""Largest step of a coefficient, in standard units, at which iterations end; the next Newton step
is of the order of its square."""

NEARLY_CERTAIN = 1e-4
"""Distance of a fitted probability from 1 below which separation is tested."""


@dataclass(frozen=True, slots=True)
class Estimates:
    """Maximum (pseudo-)likelihood estimates of one equation, in the units of its design.

    Attributes
    ----------
    params : (n_params,)
        Coefficients, then thresholds.
    scores : (n_obs, n_params)
        First derivatives of each row's log-likelihood, times its weight; sigma is taken as 1.
    information : (n_params, n_params)
        Minus the sum of (expected, for generalized linear models) second derivatives, likewise.
    leverage : (n_obs,) or None
        Diagonal of the hat matrix; None where the family has none.
    scale : float
        Residual variance of a Gaussian outcome, divisor n - k; 1 for other families.
    dispersion : float
        alpha of a negative binomial outcome, whose variance is mu + alpha mu^2; NaN for others.
    log_likelihood : float
        At the maximum.
    n_extra : int
        Estimated parameters beside ``params``, which information criteria count.
    certain : bool
        Whether the outcome of some row has a fitted probability near 1, as under separation.
    converged : bool
        Whether the steps became negligible within the maximum number of iterations.
    note : str
        Remark on the solution.
    """

    params: NDArray[np.float64]
    scores: NDArray[np.float64]
    information: NDArray[np.float64]
    leverage: NDArray[np.float64] | None
    scale: float
    dispersion: float
    log_likelihood: float
    n_extra: int
    certain: bool
    converged: bool
    note: str = ""
