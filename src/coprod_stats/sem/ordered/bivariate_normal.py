"""The bivariate normal distribution as a function of its correlation.

``∂Φ₂(a, b; ρ)/∂ρ = φ₂(a, b; ρ)``, so that ``Φ₂`` at one correlation follows from ``Φ₂`` at another
by one integral; in ``θ = asin ρ`` the integrand has no root in a denominator (Plackett 1954;
Genz 2004, eq. 3). Newton steps towards an estimate get shorter, and need fewer and fewer nodes.

References
----------
Genz, A. (2004). Statistics and Computing, 14, 251-260.
Plackett, R. L. (1954). Biometrika, 41, 351-360.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

INFINITE = 40.0
"""Stands for an infinite limit: finite, so that products with it stay defined."""


def density(a: FloatArray, b: FloatArray, rho: FloatArray) -> FloatArray:
    """Density ``φ₂(a, b; ρ)``; the arguments broadcast."""
    residual = 1.0 - rho * rho
    exponent = (rho * (a * b) - 0.5 * (a * a + b * b)) / residual
    return np.asarray(np.exp(exponent) / (2.0 * np.pi * np.sqrt(residual)))


def density_slope(a: FloatArray, b: FloatArray, rho: FloatArray) -> FloatArray:
    """Logarithmic derivative ``∂ log φ₂(a, b; ρ)/∂ρ``; the arguments broadcast."""
    residual = 1.0 - rho * rho
    product, squares = a * b, a * a + b * b
    return np.asarray(
        rho / residual + (product * (1.0 + rho * rho) - rho * squares) / (residual * residual)
    )


def add_increment(
    total: FloatArray, limits: tuple[FloatArray, FloatArray], start: FloatArray, stop: FloatArray
) -> None:
    """Add ``Φ₂(a, b; stop) − Φ₂(a, b; start)`` to `total`, in place.

    Parameters
    ----------
    total : (n_pairs, ...) array
    limits : two (n_pairs, ...) arrays
        ``a`` and ``b``, of the shape of `total`; infinite limits as ``±INFINITE``.
    start, stop : (n_pairs,) arrays
        Correlations inside (−1, 1).
    """
    low, high = np.arcsin(start), np.arcsin(stop)
    relative = np.abs(high - low) / np.minimum(np.cos(low), np.cos(high))
    n_nodes = _NODES[np.searchsorted(_WIDTHS, relative)]
    product = limits[0] * limits[1]
    squares = 0.5 * (limits[0] ** 2 + limits[1] ** 2)
    for count in np.unique(n_nodes):
        pairs = n_nodes == count
        if pairs.all():
            total += _integral(product, squares, (low, high), int(count))
        else:
            part = (low[pairs], high[pairs])
            total[pairs] += _integral(product[pairs], squares[pairs], part, int(count))


_WIDTHS = np.array([2e-6, 4e-4, 8e-3, 0.08, 0.3, 0.7, 1.6, 3.5, 8.0])
_NODES = np.array([1, 2, 3, 5, 8, 12, 20, 32, 64, 128])


@cache
def _rule(n_nodes: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights on [−1, 1]."""
    return np.polynomial.legendre.leggauss(n_nodes)


def _integral(
    product: FloatArray, squares: FloatArray, angles: tuple[FloatArray, FloatArray], n_nodes: int
) -> FloatArray:
    """Gauss–Legendre integral of ``exp((ab sin t − (a² + b²)/2) / cos² t) / 2π``."""
    shape = (-1,) + (1,) * (product.ndim - 1)
    half, middle = (angles[1] - angles[0]) / 2.0, (angles[1] + angles[0]) / 2.0
    total = np.zeros_like(product)
    term = np.empty_like(product)
    for node, weight in zip(*_rule(n_nodes), strict=True):
        sine = np.sin(middle + node * half).reshape(shape)
        np.multiply(product, sine, out=term)
        term -= squares
        term /= 1.0 - sine * sine
        np.exp(term, out=term)
        term *= weight
        total += term
    total *= (half / (2.0 * np.pi)).reshape(shape)
    return total
