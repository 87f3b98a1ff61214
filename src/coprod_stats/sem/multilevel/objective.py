"""Maximum likelihood of a two-level model as a function of its parameters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.least_squares import moment_jacobian
from coprod_stats.sem.estimation.objective import Evaluation
from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel
from coprod_stats.sem.multilevel.cluster_moments import Variation
from coprod_stats.sem.multilevel.two_level_likelihood import (
    DevianceDerivatives,
    TwoLevelMoments,
    half_deviance,
    moment_information,
    stacked_gradient,
)
from coprod_stats.sem.multilevel.two_level_sample import TwoLevelSample

FloatArray = NDArray[np.float64]
Pair = tuple[LisrelModel, LisrelModel]
ImpliedPair = tuple[ImpliedMoments, ImpliedMoments]


def joined_moments(variation: Variation, implied: ImpliedPair) -> TwoLevelMoments:
    """Arrange the implied moments of both levels in the order of all variables.

    Parameters
    ----------
    variation : Variation
    implied : pair of ImpliedMoments
        Within and between clusters.
    """
    p = variation.n_variables
    mean, matrices = np.zeros(p), []
    for level, chosen in zip(implied, (variation.within, variation.between), strict=True):
        mean[chosen] += level.mean
        matrix = np.zeros((p, p))
        matrix[np.ix_(chosen, chosen)] = level.cov
        matrices.append(matrix)
    return TwoLevelMoments(mean, *matrices)


def joined_jacobian(variation: Variation, models: Pair, implied: ImpliedPair) -> FloatArray:
    """Differentiate the stacked moments by the parameters of both levels.

    Parameters
    ----------
    variation : Variation
    models, implied : pair
        Within and between clusters.

    Returns
    -------
    (n_moments, n_local) array
        Parameters of level 1 first.
    """
    means, covs = [], []
    for model, level, chosen in zip(
        models, implied, (variation.within, variation.between), strict=True
    ):
        jacobian = moment_jacobian(model, level, meanstructure=True)
        by_mean = np.zeros((variation.n_variables, jacobian.shape[1]))
        by_mean[chosen] = jacobian[: chosen.size]
        means.append(by_mean)
        covs.append(jacobian[chosen.size :])
    across = np.zeros((covs[0].shape[0], covs[1].shape[1]))
    below = np.zeros((covs[1].shape[0], covs[0].shape[1]))
    return np.block([means, [covs[0], across], [below, covs[1]]])


class TwoLevelLikelihood:
    """Half the discrepancy of two-level models: minus the log-likelihood per case.

    Parameters
    ----------
    models : sequence of LisrelModel
        Within and between clusters, group by group.
    samples : sequence of TwoLevelSample
        One per group.
    n_free : int
        Number of free parameters of all groups and levels.
    """

    def __init__(
        self, models: Sequence[LisrelModel], samples: Sequence[TwoLevelSample], *, n_free: int
    ) -> None:
        self.pairs: tuple[Pair, ...] = tuple(zip(models[::2], models[1::2], strict=True))
        self.samples = tuple(samples)
        self.n_free = n_free
        sizes = np.array([sample.moments.n_obs for sample in samples], dtype=np.float64)
        self.weights = sizes / sizes.sum()

    def value(self, params: FloatArray) -> float:
        """Value; infinite where a covariance matrix of cluster means is not positive definite."""
        return float(self.group_values(params) @ self.weights)

    def group_values(self, params: FloatArray) -> FloatArray:
        """Half the discrepancy of each group, ``(n_groups,)``."""
        values = np.full(len(self.pairs), np.inf)
        for group, sample in enumerate(self.samples):
            try:
                deviance, _ = self._derivatives(group, params)
            except np.linalg.LinAlgError:
                continue
            values[group] = deviance.value - sample.unrestricted.half_deviance
            values[group] /= sample.moments.n_obs
        return values

    def evaluate(self, params: FloatArray, *, exact: bool) -> Evaluation:
        """Value, gradient and second derivatives (exact, or expected given the cluster sizes)."""
        n_obs = sum(sample.moments.n_obs for sample in self.samples)
        total = 0.0
        gradient = np.zeros(self.n_free)
        curvature = np.zeros((self.n_free, self.n_free))
        for group, (pair, sample) in enumerate(zip(self.pairs, self.samples, strict=True)):
            variation = sample.moments.variation
            try:
                deviance, implied = self._derivatives(group, params)
            except np.linalg.LinAlgError:
                return Evaluation(np.inf, gradient, curvature)
            total += (deviance.value - sample.unrestricted.half_deviance) / n_obs
            local = np.concatenate([model.parameters for model in pair])
            jacobian = joined_jacobian(variation, pair, implied)
            gradient[local] = stacked_gradient(variation, deviance) @ jacobian / n_obs
            moments = joined_moments(variation, implied)
            information = moment_information(sample.moments, moments, exact=exact)
            curvature[np.ix_(local, local)] = jacobian.T @ information @ jacobian / n_obs
            if exact:
                self._add_curvature(curvature, group, implied, deviance, float(n_obs))
        return Evaluation(total, gradient, curvature)

    def _derivatives(
        self, group: int, params: FloatArray
    ) -> tuple[DevianceDerivatives, ImpliedPair]:
        within, between = self.pairs[group]
        implied = within.moments(params), between.moments(params)
        sample = self.samples[group].moments
        return half_deviance(sample, joined_moments(sample.variation, implied)), implied

    def _add_curvature(
        self,
        curvature: FloatArray,
        group: int,
        implied: ImpliedPair,
        deviance: DevianceDerivatives,
        n_obs: float,
    ) -> None:
        """Subtract what the second derivatives of the implied moments contribute."""
        variation = self.samples[group].moments.variation
        sides = (deviance.by_within, variation.within), (deviance.by_between, variation.between)
        for model, level, (by_cov, chosen) in zip(self.pairs[group], implied, sides, strict=True):
            Q = level.columns
            block = Q.T @ by_cov[np.ix_(chosen, chosen)] @ Q
            bend = model.curvature(level, block, deviance.by_mean[chosen] @ Q)
            curvature[model.block] -= bend / n_obs
