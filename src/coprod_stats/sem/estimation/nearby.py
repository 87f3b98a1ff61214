"""Minimization from a point close by, with second derivatives that are known from there.

Samples of the same cases have nearly the same second derivatives. Measured along the axes in which
those of the original sample are a unit matrix, the objective is almost a sum of squares, which a
method of limited memory [liu1989]_ minimizes in a few steps with first derivatives alone.

References
----------
.. [liu1989] Liu, D. C., & Nocedal, J. (1989). On the limited memory BFGS method for large scale
   optimization. Mathematical Programming, 45, 503-528.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.objective import Sloped
from coprod_stats.sem.estimation.positive_definite import factor
from coprod_stats.sem.model.constraints import Restrictions
from coprod_stats.sem.model.null_space import restricted

FloatArray = NDArray[np.float64]

SMALLEST_SLOPE = 1e-6
"""Slope along an axis below which there is a minimum: in these units a standard error is one over
the root of the number of cases."""

FARTHEST = 2.0
"""Distance along an axis, in the same units, beyond which a point is not nearby."""

MAX_ITERATIONS = 100
"""Steps after which a sample is given up."""


def minimize_nearby(
    objective: Sloped, limits: Restrictions, start: FloatArray, curvature: FloatArray
) -> FloatArray | None:
    """Minimize an objective under linear restrictions.

    Parameters
    ----------
    objective : Sloped
    limits : Restrictions
        Without nonlinear ones and inequalities.
    start : (n_free,) array
        The minimum of a similar objective.
    curvature : (n_free, n_free) array
        Second derivatives of that objective there.

    Returns
    -------
    (n_free,) array or None
        None without a minimum nearby, or where the curvature is not positive definite.
    """
    # a third of a second to import
    from scipy.optimize import minimize

    known = factor(restricted(curvature, limits.basis))
    if known is None:
        return None
    axes = limits.basis @ np.linalg.cholesky(known.inverse)

    def along(steps: FloatArray) -> tuple[float, FloatArray]:
        value, gradient = objective.slope(start + axes @ steps)
        return value, gradient @ axes

    found = minimize(
        along,
        np.zeros(axes.shape[1]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-FARTHEST, FARTHEST)] * axes.shape[1],
        options={"gtol": SMALLEST_SLOPE, "ftol": 0.0, "maxiter": MAX_ITERATIONS, "maxcor": 20},
    )
    is_minimum = np.isfinite(found.fun) and (np.abs(found.jac) <= 10 * SMALLEST_SLOPE).all()
    return np.asarray(start + axes @ found.x) if is_minimum else None
