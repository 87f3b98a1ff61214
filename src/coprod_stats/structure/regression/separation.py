"""Separation: coefficients without a finite maximum-likelihood estimate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coprod_stats.literals import RegressionFamily
from coprod_stats.structure.regression.ordered_logit import threshold_rows

PART = 1e-6
"""Absolute value of an entry of the direction, at most 1, below which it is rounding error."""


def separated_columns(
    design: NDArray[np.float64], outcome: NDArray[np.float64], *, family: RegressionFamily
) -> NDArray[np.intp]:
    """Return the columns of a design whose coefficients are infinite; none without separation.

    The likelihood has no maximum if and only if there is a direction in which no row becomes less
    probable and some row more so (Albert & Anderson, 1984; for counts Santos Silva & Tenreyro,
    2010). Konis (2007) finds it by a linear programme: maximize the sum of ``rows @ direction``
    with every product at least 0 and every entry of the direction at most 1 in absolute value.

    Parameters
    ----------
    design : (n_obs, n_terms)
        In standard units.
    outcome : (n_obs,)
        0/1, counts, or categories from 0.
    family : str
        Not ``gaussian``, whose estimates are always finite.

    References
    ----------
    Albert, A., & Anderson, J. A. (1984). On the existence of maximum likelihood estimates in
    logistic regression models. Biometrika, 71, 1-10.

    Konis, K. (2007). Linear programming algorithms for detecting separated data in binary
    logistic regression models. DPhil thesis, University of Oxford.

    Santos Silva, J. M. C., & Tenreyro, S. (2010). On the existence of the maximum likelihood
    estimates in Poisson regression. Economics Letters, 107, 310-312.
    """
    # half a second to import
    from scipy.optimize import linprog

    rows = _directed_rows(design, outcome, family)
    found = linprog(
        -rows.sum(axis=0), A_ub=-rows, b_ub=np.zeros(len(rows)), bounds=(-1, 1), method="highs"
    )
    direction = np.asarray(found.x, dtype=float)
    # the cone of such directions ends only at the bounds: anything shorter is rounding error
    if np.abs(direction).max() < 0.5:
        return np.array([], dtype=int)
    return np.flatnonzero(np.abs(direction[: design.shape[1]]) > PART)


def _directed_rows(
    design: NDArray[np.float64], outcome: NDArray[np.float64], family: RegressionFamily
) -> NDArray[np.float64]:
    """Return rows with products that are not negative if no row becomes less probable."""
    if family == "binomial":
        return np.where(outcome == 1, 1.0, -1.0)[:, None] * design
    if family == "ordinal":
        above, below = threshold_rows(design, outcome.astype(int), int(outcome.max()) + 1)
        return np.vstack([above[outcome < outcome.max()], -below[outcome > 0]])
    return np.vstack([-design, design[outcome > 0]])
