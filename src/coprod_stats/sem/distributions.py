"""Normal and chi-square probabilities of single numbers, without SciPy; of arrays, with it.

A fit of continuous data needs a dozen probabilities. SciPy's special functions give them in
microseconds, but take longer to import than such a fit takes as a whole; the classical series
and continued fractions below are as exact. Arrays of probabilities (thresholds, polychorics) are
SciPy's, which is imported when the first is asked for.

References
----------
NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov: 8.7.1 and 8.11.4 (series of
the incomplete gamma function), 8.9.2 (its continued fraction), 8.8.5 (its recurrence).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
_PRECISION = 1e-17
_ROOT_2 = math.sqrt(2.0)


def ndtr(values: FloatArray) -> FloatArray:
    """Distribution function of the standard normal; any shape."""
    # a tenth of a second to import, which fits of continuous data do without
    from scipy import special

    return np.asarray(special.ndtr(values))


def ndtri(probabilities: FloatArray) -> FloatArray:
    """Quantiles of the standard normal; any shape."""
    # as in ndtr
    from scipy import special

    return np.asarray(special.ndtri(probabilities))


def two_sided_normal(statistics: FloatArray) -> FloatArray:
    """Probabilities of a standard normal beyond ``±z``, ``(n,)``; nan stays nan."""
    return np.array([math.erfc(abs(z) / _ROOT_2) for z in statistics.tolist()])


def normal_quantile(probability: float) -> float:
    """Quantile of the standard normal, by Newton steps on the logarithm of the tail.

    Parameters
    ----------
    probability : float
        In (0, 1).
    """
    tail = min(probability, 1.0 - probability)
    target = math.log(tail)
    z = math.sqrt(max(-2.0 * (target + math.log(2.0)), 0.0))  # the steps descend from this bound
    for _ in range(60):
        above = 0.5 * math.erfc(z / _ROOT_2)
        step = (math.log(above) - target) * above / normal_density(z)
        z += step
        if abs(step) <= 1e-15 * (1.0 + z):
            break
    return -z if probability < 0.5 else z


def normal_density(z: float) -> float:
    """Density of the standard normal."""
    return math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)


def chi_square_tail(statistic: float, df: float) -> float:
    """Upper tail of the chi-square distribution.

    Parameters
    ----------
    statistic : float
        Not negative.
    df : float
        Positive; need not be an integer.
    """
    lower, upper = _incomplete_gamma(0.5 * df, 0.5 * statistic)
    return upper if upper is not None else 1.0 - lower


def noncentral_chi_square(statistic: float, df: float, noncentrality: float) -> tuple[float, float]:
    """Lower tail of the noncentral chi-square distribution, and its slope by the noncentrality.

    A Poisson mixture of central distributions, whose tails follow from one another by recurrence
    from the smallest upwards; the slope is ``½ (F(x; df + 2, v) − F(x; df, v))``.

    Parameters
    ----------
    statistic : float
        Not negative.
    df : float
    noncentrality : float
        Not negative.
    """
    shape, half, mean = 0.5 * df, 0.5 * statistic, 0.5 * noncentrality
    if half == 0.0:
        return 0.0, 0.0
    spread = math.sqrt(78.0 * mean)  # Chernoff: what is omitted weighs less than 1e-16
    first, last = max(0, int(mean - spread)), int(mean + math.sqrt(169.0 + 78.0 * mean)) + 14
    later = np.arange(first + 1, last + 1, dtype=np.float64)
    terms = np.empty((2, later.size + 1))
    terms[0, 0] = _log_term(mean, float(first)) if mean or first else 0.0
    terms[1, 0] = _log_term(half, shape + first)
    terms[0, 1:] = (math.log(mean) if mean else -math.inf) - np.log(later)
    terms[1, 1:] = math.log(half) - np.log(shape + later)
    weights, changes = np.exp(np.cumsum(terms, axis=1))
    tails = np.cumsum(changes[::-1])[::-1] + _lower_gamma(shape + last + 1.0, half)
    return float(weights @ tails), -0.5 * float(weights @ changes)


def _log_term(mean: float, shape: float) -> float:
    """Logarithm of ``x^a e^-x / Γ(a + 1)``."""
    return shape * math.log(mean) - mean - math.lgamma(shape + 1.0)


def _lower_gamma(shape: float, x: float) -> float:
    lower, upper = _incomplete_gamma(shape, x)
    return lower if upper is None else 1.0 - upper


def _incomplete_gamma(shape: float, x: float) -> tuple[float, float | None]:
    """Regularized ``P(a, x)`` by its series, or else ``Q(a, x)`` by its continued fraction."""
    if x <= 0.0:
        return 0.0, None
    if x < shape + 1.0:
        term = total = 1.0
        step = shape
        while term > _PRECISION * total:
            step += 1.0
            term *= x / step
            total += term
        return math.exp(_log_term(x, shape)) * total, None
    return 0.0, math.exp(_log_term(x, shape)) * shape * _fraction(shape, x)


def _fraction(shape: float, x: float) -> float:
    """``1/(x + 1 − a − 1(1 − a)/(x + 3 − a − 2(2 − a)/…))`` from the front (Lentz)."""
    tiny = 1e-300
    bottom = x + 1.0 - shape
    c, d = 1.0 / tiny, 1.0 / (bottom or tiny)
    value = d
    for n in range(1, 100_000):
        top = -n * (n - shape)
        bottom += 2.0
        d = 1.0 / ((top * d + bottom) or tiny)
        c = (bottom + top / c) or tiny
        value *= d * c
        if abs(d * c - 1.0) <= 1e-16:
            break
    return value
