"""Half the deviance per case as what the minimizer takes."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.objective import Evaluation
from coprod_stats.sem.estimation.optimizer import Minimum, minimize
from coprod_stats.sem.model.constraints import Restrictions
from coprod_stats.sem.multilevel.cluster_moments import ClusterMoments
from coprod_stats.sem.multilevel.two_level_likelihood import (
    half_deviance,
    moment_information,
    n_moments,
    stacked_gradient,
    unstack_moments,
)

FloatArray = NDArray[np.float64]


class CaseDeviance(ABC):
    """Half the deviance per case as a function of some parameters of the moments."""

    n_free: int

    def value(self, params: FloatArray) -> float:
        """Value at some parameters."""
        return self.evaluate(params, exact=False).value

    def group_values(self, params: FloatArray) -> FloatArray:
        """Value as an array of one."""
        return np.array([self.value(params)])

    def evaluate(self, params: FloatArray, *, exact: bool) -> Evaluation:
        """Value, gradient and second derivatives (exact, or their expectation).

        The value is infinite where the moments are not those of a distribution.
        """
        try:
            return self.derivatives(params, exact=exact)
        except np.linalg.LinAlgError:
            nothing = np.zeros((self.n_free, self.n_free))
            return Evaluation(np.inf, nothing[0], nothing)

    @abstractmethod
    def derivatives(self, params: FloatArray, *, exact: bool) -> Evaluation:
        """Value and derivatives; LinAlgError where the moments are not those of a distribution."""

    def minimum(self, start: FloatArray) -> Minimum:
        """Minimize without restrictions."""
        free = Restrictions(np.eye(start.size), np.zeros(start.size), (), ())
        return minimize(self, free, start, max_iterations=100)


class StackedMoments(CaseDeviance):
    """As a function of the stacked moments themselves.

    Parameters
    ----------
    sample : ClusterMoments
    """

    def __init__(self, sample: ClusterMoments) -> None:
        self.sample = sample
        self.n_free = n_moments(sample.variation)

    def derivatives(self, params: FloatArray, *, exact: bool) -> Evaluation:
        """Value, gradient and second derivatives."""
        sample = self.sample
        moments = unstack_moments(sample.variation, params)
        derivatives = half_deviance(sample, moments)
        return Evaluation(
            derivatives.value / sample.n_obs,
            stacked_gradient(sample.variation, derivatives) / sample.n_obs,
            moment_information(sample, moments, exact=exact) / sample.n_obs,
        )
