"""Bootstrap estimates of a model with exploratory blocks, rotated alike."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from coprod_stats.sem.model.constraints import defined_functions
from coprod_stats.sem.resampling import Bootstrap
from coprod_stats.sem.rotation.solution import RotatedSolution, rotated_params


def rotated_draws(draws: Bootstrap, solution: RotatedSolution) -> Bootstrap:
    """Rotate the estimates of all samples to the minima near that of the data.

    Factors take the order and signs of the factors that they resemble most; samples whose
    rotation does not converge are omitted.

    Parameters
    ----------
    draws : Bootstrap
        Of the unrotated model.
    solution : RotatedSolution
        Of the data.
    """
    rotated = np.array([rotated_params(solution, row) for row in draws.params])
    kept = rotated.reshape(len(draws.params), -1)
    kept = kept[~np.isnan(kept).any(axis=1)]
    functions = defined_functions(solution.estimate.table)
    defined = np.array([[function.value(row) for function in functions] for row in kept])
    return replace(draws, params=kept, defined=defined.reshape(len(kept), len(functions)))
