"""What the optimizer minimizes: a function of the parameters with its derivatives.

Every objective is half the usual discrepancy, summed over groups with weights ``n_g / N``: minus
the log-likelihood of one observation, up to a constant. Its second derivatives are therefore
the information of one observation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """An objective at one point.

    Parameters
    ----------
    value : float
        Infinite where the model is not defined (implied covariance not positive definite).
    gradient : (n_free,) array
    curvature : (n_free, n_free) array
        Expected or exact second derivatives, as asked.
    """

    value: float
    gradient: FloatArray
    curvature: FloatArray


class Objective(Protocol):
    """Half a discrepancy as a function of all free parameters."""

    n_free: int

    def value(self, params: FloatArray) -> float:
        """Value; infinite where the model is not defined."""
        ...

    def evaluate(self, params: FloatArray, *, exact: bool) -> Evaluation:
        """Value, gradient and second derivatives (exact, or their expectation)."""
        ...

    def group_values(self, params: FloatArray) -> FloatArray:
        """Value of each group before weighting, ``(n_groups,)``."""
        ...


@runtime_checkable
class Likelihood(Objective, Protocol):
    """An objective that recognizes a minimum without its second derivatives."""

    def has_minimum_at(self, params: FloatArray) -> bool:
        """Whether all first derivatives vanish."""
        ...


@runtime_checkable
class Sloped(Objective, Protocol):
    """An objective whose second derivatives cost far more than the first ones."""

    def slope(self, params: FloatArray) -> tuple[float, FloatArray]:
        """Value, infinite where the model is not defined, and gradient, ``(n_free,)``."""
        ...
