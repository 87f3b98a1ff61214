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


def far_offsets(samples: Sequence[GroupSample]) -> FloatArray | None:
    """Return the means of variables that lie far from zero, 0 for the others; None without any.

    Parameters
    ----------
    samples : sequence of GroupSample

    Returns
    -------
    (n_observed,) array or None
    """
    weights = np.array([sample.n_obs for sample in samples])
    weights /= weights.sum()
    means = np.array([sample.mean for sample in samples])
    centre = weights @ means
    variance = weights @ np.array([np.diagonal(sample.cov) for sample in samples])
    variance += weights @ (means - centre) ** 2
    far = np.abs(centre) > FAR * np.sqrt(np.maximum(variance, 0.0))
    return np.where(far, centre, 0.0) if far.any() else None


@dataclass(frozen=True, slots=True)
class Shift:
    """The way from the coordinates of shifted data to those of the data.

    Parameters
    ----------
    models, shifted : tuple of LisrelModel
        One per group, of the data and of the shifted data.
    offsets : (n_observed,) array
        What was subtracted from the data.
    scales : (n_observed,) array
        Standard deviations.
    intercepts : (n_free, n_open) array
        Directions in which intercepts alone may move under the restrictions.
    """

    models: tuple[LisrelModel, ...]
    shifted: tuple[LisrelModel, ...]
    offsets: FloatArray
    scales: FloatArray
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
        return self._moved(params, self.models, self.shifted, -self.offsets)

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
        offsets: FloatArray,
    ) -> FloatArray | None:
        moved = params
        for _ in range(2):  # the second round removes rounding of the first
            gaps = self._gaps(moved, params, origin, target, offsets)
            step = np.linalg.lstsq(
                self._jacobian(target, params) @ self.intercepts, gaps, rcond=None
            )[0]
            moved = moved + self.intercepts @ step
        left = np.abs(self._gaps(moved, params, origin, target, offsets)).max()
        size = np.abs(offsets / self.scales).max()
        return moved if left <= NEGLIGIBLE * size else None

    def _gaps(
        self,
        moved: FloatArray,
        params: FloatArray,
        origin: tuple[LisrelModel, ...],
        target: tuple[LisrelModel, ...],
        offsets: FloatArray,
    ) -> FloatArray:
        """Differences of the implied means that are left, in standard deviations."""
        gaps = [
            (before.moments(params).mean + offsets - after.moments(moved).mean) / self.scales
            for before, after in zip(origin, target, strict=True)
        ]
        return np.concatenate(gaps)

    def _jacobian(self, models: tuple[LisrelModel, ...], params: FloatArray) -> FloatArray:
        """Differentiate the implied means of all groups, in standard deviations."""
        parts = []
        for model in models:
            part = np.zeros((len(self.scales), len(params)))
            part[:, model.parameters] = model.mean_jacobian(model.moments(params))
            parts.append(part / self.scales[:, None])
        return np.concatenate(parts)


def shift_between(
    models: tuple[LisrelModel, ...],
    shifted: tuple[LisrelModel, ...],
    *,
    offsets: FloatArray,
    samples: Sequence[GroupSample],
    limits: Restrictions,
) -> Shift | None:
    """Find which intercepts may move; None where constraints or bounds hold some of them.

    Parameters
    ----------
    models, shifted : tuple of LisrelModel
        One per group.
    offsets : (n_observed,) array
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
    covs = np.mean([np.diagonal(sample.cov) for sample in samples], axis=0)
    scales = np.sqrt(np.maximum(covs, 1e-300))
    return Shift(models, shifted, offsets, scales, open_)
