"""Groups with the same variables, on one leading axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.positive_definite import factor
from coprod_stats.sem.model.layout import span, square
from coprod_stats.sem.model.lisrel import LisrelModel
from coprod_stats.sem.model.matrices import stacked_matrices

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class MomentSample:
    """What is fitted in one group.

    Parameters
    ----------
    mean : (n_observed,) array
    cov : (n_observed, n_observed) array
        With the divisor that the estimator asks for.
    weight : float
        Share of the group in the objective.
    """

    mean: FloatArray
    cov: FloatArray
    weight: float


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the derivatives of one group of a stack belong among all free parameters.

    Parameters
    ----------
    local : slice or int array
        Cells of the stack that are parameters of the group.
    free : slice or int array
        Their free indices.
    """

    local: slice | IntArray
    free: slice | IntArray

    @classmethod
    def of(cls, parameters: IntArray) -> Destination:
        """Find the parameters of a group among the cells of a stack, ``(n_local,)``."""
        local = np.flatnonzero(parameters >= 0)
        return cls(span(local), span(parameters[local]))

    def write_gradient(self, gradient: FloatArray, slope: FloatArray) -> None:
        """Write the slopes of the group to the gradient, ``(n_free,)``."""
        gradient[self.free] = slope[self.local]

    def write_curvature(self, curvature: FloatArray, bend: FloatArray) -> None:
        """Write the second derivatives of the group to those of all, ``(n_free, n_free)``."""
        curvature[square(self.free)] = bend[square(self.local)]


@dataclass(frozen=True)
class GroupStack:
    """Groups that are evaluated as one.

    Parameters
    ----------
    groups : (n_stacked,) int array
        Their numbers, from 0.
    model : LisrelModel
        With a leading axis of groups.
    destinations : tuple of Destination
        Where the derivatives of each group go.
    mean : (n_stacked, n_observed) array
    cov : (n_stacked, n_observed, n_observed) array
    weights : (n_stacked,) array
    """

    groups: IntArray
    model: LisrelModel
    destinations: tuple[Destination, ...]
    mean: FloatArray
    cov: FloatArray
    weights: FloatArray

    @cached_property
    def saturated_terms(self) -> FloatArray:
        """``log|S| + n_observed``, only the latter where ``S`` is singular, ``(n_stacked,)``."""
        factored = [factor(cov) for cov in self.cov]
        log_dets = [0.0 if found is None else found.log_det for found in factored]
        return np.asarray(np.array(log_dets) + self.mean.shape[1])


def stacked_groups(
    models: Sequence[LisrelModel], samples: Sequence[MomentSample]
) -> tuple[GroupStack, ...]:
    """Stack the groups with the same variables.

    Parameters
    ----------
    models : sequence of LisrelModel
        One per group.
    samples : sequence of MomentSample
        One per group.
    """
    alike: dict[tuple[object, ...], list[int]] = {}
    for group, model in enumerate(models):
        layout = model.layout
        alike.setdefault((layout.observed, layout.eta, layout.thresholds), []).append(group)
    return tuple(_stack(np.array(groups), models, samples) for groups in alike.values())


def _stack(
    groups: IntArray, models: Sequence[LisrelModel], samples: Sequence[MomentSample]
) -> GroupStack:
    chosen = [samples[group] for group in groups]
    model = LisrelModel(stacked_matrices([models[group].matrices for group in groups]))
    return GroupStack(
        groups=groups,
        model=model,
        destinations=tuple(Destination.of(row) for row in model.parameters),
        mean=np.stack([sample.mean for sample in chosen]),
        cov=np.stack([sample.cov for sample in chosen]),
        weights=np.array([sample.weight for sample in chosen]),
    )
