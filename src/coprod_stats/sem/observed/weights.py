"""Sampling weights: checked, and scaled to sum to the number of cases."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.observed.errors import ObservedDataError

FloatArray = NDArray[np.float64]


def normalized_weights(weights: FloatArray) -> FloatArray:
    """Scale sampling weights so that they sum to the number of cases.

    The sum runs over all groups, so that a group counts in proportion to its
    weight in the population (lavaan's ``sampling.weights.normalization = "total"``).

    Parameters
    ----------
    weights : (n_obs,) array
        Positive weights on any scale.

    Returns
    -------
    (n_obs,) array
        ``n_obs * weights / sum(weights)``.

    Raises
    ------
    ObservedDataError
        ``OBS-001`` if a weight is missing, infinite, zero or negative.
    """
    if not np.all(np.isfinite(weights) & (weights > 0)):
        row = int(np.flatnonzero(~(np.isfinite(weights) & (weights > 0)))[0])
        raise ObservedDataError(
            "OBS-001",
            f"the sampling weight of row {row + 1} is {weights[row]}; weights must be positive "
            "numbers. Correct it or omit the row.",
        )
    return np.asarray(weights * (weights.size / weights.sum()), dtype=np.float64)
