"""Variables whose mean lies far from zero in units of their standard deviation, as time stamps.

Where a covariate ``x`` has mean ``c`` and a standard deviation far smaller, its slopes and the
intercepts of what it predicts are nearly collinear, and nearly every step towards the minimum is a
bad one. With ``x`` measured from its mean the model is the same one in other coordinates, as long
as the intercepts that take up the difference are free. It is estimated there; then the intercepts
are moved so that the implied means are those of the original data. Nothing else changes.

With ``D`` and ``D_c`` the derivatives of the implied means in the two coordinates, a direction
``d`` of the parameters there is the direction ``P d`` here, in which the intercepts ``s`` absorb
what the slopes change: ``D_s s = (D_c - D) d`` (differentiate ``mean(P d) = mean_c(d)``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.model.constraints import Restrictions
from coprod_stats.sem.model.layout import Kind
from coprod_stats.sem.model.lisrel import LisrelModel
from coprod_stats.sem.model.null_space import null_space
from coprod_stats.sem.sample import GroupSample

FloatArray = NDArray[np.float64]

FAR = 100.0
"""Standard deviations between mean and zero beyond which a variable is measured from its mean."""

NEGLIGIBLE = 1e-8
"""Share of the shift of the means that may be left over."""


def far_offsets(
    samples: Sequence[GroupSample], columns: Sequence[Sequence[int]], *, n_observed: int
) -> FloatArray | None:
    """Return the means of variables that lie far from zero, 0 for the others; None without any.

    Parameters
    ----------
    samples : sequence of GroupSample
    columns : sequence of sequence of int
        Places of each group's variables among those of all groups.
    n_observed : int
        Number of variables of all groups.

    Returns
    -------
    (n_observed,) array or None
    """
    weights, means, variances = (np.zeros((len(samples), n_observed)) for _ in range(3))
    for group, (sample, places) in enumerate(zip(samples, columns, strict=True)):
        weights[group, places] = sample.n_obs
        means[group, places] = sample.mean
        variances[group, places] = np.diagonal(sample.cov)
    weights /= weights.sum(axis=0)
    centre = np.sum(weights * means, axis=0)
    variance = np.sum(weights * (variances + (means - centre) ** 2), axis=0)
    far = np.abs(centre) > FAR * np.sqrt(np.maximum(variance, 0.0))
    return np.where(far, centre, 0.0) if far.any() else None


@dataclass(frozen=True, slots=True)
class Shift:
    """The way from the coordinates of shifted data to those of the data.

    Parameters
    ----------
    models, shifted : tuple of LisrelModel
        One per group, of the data and of the shifted data.
    offsets : tuple of (n_observed,) array
        What was subtracted from the data of each group.
    scales : tuple of (n_observed,) array
        Standard deviations.
    intercepts : (n_free, n_open) array
        Directions in which intercepts alone may move under the restrictions.
    """

    models: tuple[LisrelModel, ...]
    shifted: tuple[LisrelModel, ...]
    offsets: tuple[FloatArray, ...]
    scales: tuple[FloatArray, ...]
    intercepts: FloatArray

    def to_data(self, params: FloatArray) -> FloatArray | None:
        """Move the intercepts so that the data are fitted as the shifted data were.

        Parameters
        ----------
        params : (n_free,) array
            Of the shifted data.

        Returns
        -------
        (n_free,) array or None
            None where intercepts cannot absorb the shift: the models differ.
        """
        return self._moved(params, self.shifted, self.models, self.offsets)

    def from_data(self, params: FloatArray) -> FloatArray | None:
        """Return parameters of the shifted data, as starting values.

        Parameters
        ----------
        params : (n_free,) array
        """
        back = tuple(-offset for offset in self.offsets)
        return self._moved(params, self.models, self.shifted, back)

    def directions(self, params: FloatArray) -> FloatArray:
        """Return ``P``, which turns directions of the shifted data into those of the data.

        Parameters
        ----------
        params : (n_free,) array
            Of the data.

        Returns
        -------
        (n_free, n_free) array
        """
        here, there = (self._jacobian(models, params) for models in (self.models, self.shifted))
        change = np.linalg.lstsq(here @ self.intercepts, there - here, rcond=None)[0]
        return np.asarray(np.eye(len(params)) + self.intercepts @ change)

    def _moved(
        self,
        params: FloatArray,
        origin: tuple[LisrelModel, ...],
        target: tuple[LisrelModel, ...],
        offsets: tuple[FloatArray, ...],
    ) -> FloatArray | None:
        moved = params
        for _ in range(2):  # the second round removes rounding of the first
            gaps = self._gaps(moved, params, origin, target, offsets)
            step = np.linalg.lstsq(
                self._jacobian(target, params) @ self.intercepts, gaps, rcond=None
            )[0]
            moved = moved + self.intercepts @ step
        left = np.abs(self._gaps(moved, params, origin, target, offsets)).max()
        size = max(
            np.abs(offset / scale).max() for offset, scale in zip(offsets, self.scales, strict=True)
        )
        return moved if left <= NEGLIGIBLE * size else None

    def _gaps(
        self,
        moved: FloatArray,
        params: FloatArray,
        origin: tuple[LisrelModel, ...],
        target: tuple[LisrelModel, ...],
        offsets: tuple[FloatArray, ...],
    ) -> FloatArray:
        """Differences of the implied means that are left, in standard deviations."""
        gaps = [
            (before.moments(params).mean + offset - after.moments(moved).mean) / scale
            for before, after, offset, scale in zip(
                origin, target, offsets, self.scales, strict=True
            )
        ]
        return np.concatenate(gaps)

    def _jacobian(self, models: tuple[LisrelModel, ...], params: FloatArray) -> FloatArray:
        """Differentiate the implied means of all groups, in standard deviations."""
        parts = []
        for model, scale in zip(models, self.scales, strict=True):
            part = np.zeros((len(scale), len(params)))
            part[:, model.parameters] = model.mean_jacobian(model.moments(params))
            parts.append(part / scale[:, None])
        return np.concatenate(parts)


def shift_between(
    models: tuple[LisrelModel, ...],
    shifted: tuple[LisrelModel, ...],
    *,
    offsets: Sequence[FloatArray],
    samples: Sequence[GroupSample],
    limits: Restrictions,
) -> Shift | None:
    """Find which intercepts may move; None where constraints or bounds hold some of them.

    Parameters
    ----------
    models, shifted : tuple of LisrelModel
        One per group.
    offsets : sequence of (n_observed,) array
        One per group.
    samples : sequence of GroupSample
    limits : Restrictions
    """
    n_free = len(limits.basis)
    is_intercept = np.ones(n_free, dtype=bool)
    for model in models:
        kinds = model.layout.kinds
        others = (kinds != Kind.NU) & (kinds != Kind.ALPHA)
        is_intercept[model.parameters[others]] = False
    held = {
        index
        for function in (*limits.equalities, *limits.inequalities)
        for index in function.indices
    }
    if any(is_intercept[index] for index in held):
        return None
    open_ = limits.basis @ null_space(limits.basis[~is_intercept])
    if not open_.size:
        return None
    scales = tuple(np.sqrt(np.maximum(np.diagonal(s.cov), 1e-300)) for s in samples)
    return Shift(models, shifted, tuple(offsets), scales, open_)
