"""Criteria of simple structure, with their first and second derivatives.

Each criterion is a function of loadings ``L`` that is small where the structure is simple. Calling
it gives the value and the derivatives by the loadings; ``bend`` differentiates those derivatives
along a direction. Values and first derivatives are those of [bernaards2005]_ and of lavaan, the
Crawford-Ferguson family that of [crawford1970]_.

References
----------
.. [bernaards2005] Bernaards, C. A., & Jennrich, R. I. (2005). Gradient projection algorithms and
   software for arbitrary rotation criteria in factor analysis. Educational and Psychological
   Measurement, 65, 676-696.
.. [crawford1970] Crawford, C. B., & Ferguson, G. A. (1970). A general rotation criterion and its
   use in orthogonal rotation. Psychometrika, 35, 321-332.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


class Criterion(Protocol):
    """A rotation criterion of loadings, ``(..., n_items, n_factors)``; values are ``(...,)``."""

    def __call__(self, loadings: FloatArray, /) -> tuple[FloatArray, FloatArray]:
        """Value and derivatives by the loadings."""

    def bend(self, loadings: FloatArray, change: FloatArray, /) -> FloatArray:
        """Differentiate the derivatives along `change`, ``(n_items, n_factors)``."""


def _total(terms: FloatArray) -> FloatArray:
    return np.asarray(terms.sum(axis=(-2, -1)))


@dataclass(frozen=True, slots=True)
class Oblimin:
    """Direct oblimin, ``Σ_j≠k (Σ_i L²_ij L²_ik − γ/p Σ_i L²_ij Σ_i L²_ik) / 4``.

    Quartimin where ``gamma`` is 0.
    """

    gamma: float = 0.0

    def __call__(self, loadings: FloatArray, /) -> tuple[FloatArray, FloatArray]:
        """Value and derivatives by the loadings."""
        squares = loadings**2
        others = self._others(squares)
        return _total(squares * others) / 4.0, np.asarray(loadings * others)

    def bend(self, loadings: FloatArray, change: FloatArray, /) -> FloatArray:
        """Differentiate the derivatives along `change`."""
        by_squares = self._others(2.0 * loadings * change)
        return np.asarray(change * self._others(loadings**2) + loadings * by_squares)

    def _others(self, squares: FloatArray) -> FloatArray:
        others = squares.sum(axis=-1, keepdims=True) - squares
        if self.gamma == 0:
            return np.asarray(others)
        return np.asarray(others - self.gamma * others.mean(axis=-2, keepdims=True))


@dataclass(frozen=True, slots=True)
class Geomin:
    """Geomin, the sum over items of the geometric mean of ``L² + epsilon``."""

    epsilon: float = 0.001

    def __call__(self, loadings: FloatArray, /) -> tuple[FloatArray, FloatArray]:
        """Value and derivatives by the loadings."""
        means, ratios = self._parts(loadings)
        return _total(means), np.asarray(means * ratios)

    def bend(self, loadings: FloatArray, change: FloatArray, /) -> FloatArray:
        """Differentiate the derivatives along `change`."""
        means, ratios = self._parts(loadings)
        squares = loadings**2 + self.epsilon
        of_ratios = 2.0 / loadings.shape[-1] * change * (2.0 * self.epsilon - squares) / squares**2
        of_means = means * (ratios * change).sum(axis=-1, keepdims=True)
        return np.asarray(of_means * ratios + means * of_ratios)

    def _parts(self, loadings: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Geometric means, ``(n_items, 1)``, and derivatives of their logarithms."""
        squares = loadings**2 + self.epsilon
        means = np.exp(np.log(squares).mean(axis=-1, keepdims=True))
        return means, 2.0 / loadings.shape[-1] * loadings / squares


@dataclass(frozen=True, slots=True)
class Orthomax:
    """Orthomax, ``−Σ_j (Σ_i L⁴_ij − γ/p (Σ_i L²_ij)²) / 4``: varimax with 1, quartimax with 0."""

    gamma: float = 1.0

    def __call__(self, loadings: FloatArray, /) -> tuple[FloatArray, FloatArray]:
        """Value and derivatives by the loadings."""
        squares = loadings**2
        centred = self._centred(squares)
        return -_total(squares * centred) / 4.0, np.asarray(-loadings * centred)

    def bend(self, loadings: FloatArray, change: FloatArray, /) -> FloatArray:
        """Differentiate the derivatives along `change`."""
        by_squares = self._centred(2.0 * loadings * change)
        return np.asarray(-change * self._centred(loadings**2) - loadings * by_squares)

    def _centred(self, squares: FloatArray) -> FloatArray:
        return np.asarray(squares - self.gamma * squares.mean(axis=-2, keepdims=True))


@dataclass(frozen=True, slots=True)
class CrawfordFerguson:
    """Crawford and Ferguson's family: ``(1 − κ)`` complexity of items, ``κ`` of factors."""

    kappa: float

    def __call__(self, loadings: FloatArray, /) -> tuple[FloatArray, FloatArray]:
        """Value and derivatives by the loadings."""
        squares = loadings**2
        others = self._others(squares)
        return _total(squares * others) / 4.0, np.asarray(loadings * others)

    def bend(self, loadings: FloatArray, change: FloatArray, /) -> FloatArray:
        """Differentiate the derivatives along `change`."""
        by_squares = self._others(2.0 * loadings * change)
        return np.asarray(change * self._others(loadings**2) + loadings * by_squares)

    def _others(self, squares: FloatArray) -> FloatArray:
        of_item = squares.sum(axis=-1, keepdims=True) - squares
        of_factor = squares.sum(axis=-2, keepdims=True) - squares
        return np.asarray((1.0 - self.kappa) * of_item + self.kappa * of_factor)


@dataclass(frozen=True, slots=True)
class Target:
    """Squared distance from wanted loadings; those that are nan do not count.

    Parameters
    ----------
    wanted : (n_items, n_factors) array
    """

    wanted: FloatArray

    def __call__(self, loadings: FloatArray, /) -> tuple[FloatArray, FloatArray]:
        """Value and derivatives by the loadings."""
        distance = np.where(np.isnan(self.wanted), 0.0, loadings - self.wanted)
        return _total(distance**2), 2.0 * distance

    def bend(self, loadings: FloatArray, change: FloatArray, /) -> FloatArray:
        """Differentiate the derivatives along `change`."""
        assert loadings.shape == change.shape
        return np.where(np.isnan(self.wanted), 0.0, 2.0 * change)
