"""The permutation test of a necessary condition."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprod_stats.sem.distributions import ndtri
from coprod_stats.structure.ceilings import TOLERANCE, Ceiling, effect_sizes

if TYPE_CHECKING:
    from numpy.typing import NDArray

CONF_LEVEL = 0.95
"""Default level of the Monte Carlo interval of the p value."""

_CELLS = 500_000
"""Cells in a block of permutations, which fits into the processor's cache."""


@dataclass(frozen=True, slots=True)
class PermutationTest:
    """The comparison of an observed effect size with those of permuted outcomes.

    ``accuracy`` is half the width of the normal interval of ``p_value`` ("p-accuracy" of Dul et
    al. 2020); ``conf_low`` and ``conf_high`` are the exact binomial interval of the probability
    that a permuted effect size is as large, from ``n_as_large`` of ``permutations``. All are NaN
    without permutations.
    """

    permutations: int
    n_as_large: int
    p_value: float
    accuracy: float
    conf_low: float
    conf_high: float


def permutation_test(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    ceiling: Ceiling,
    permutations: int,
    rng: np.random.Generator,
    conf_level: float = CONF_LEVEL,
) -> PermutationTest:
    r"""Test whether x and y are unrelated, by the effect sizes of permuted y.

    .. math:: p = (b + 1) / (m + 1)

    where b of m permutations reach the observed effect size: the observed order is one of the
    possible ones, and counting it keeps the test exact (Phipson & Smyth 2010). The R package NCA
    has done so since 4.0.4; Dul et al. (2020) use b/m.

    Parameters
    ----------
    x, y : array, shape (n_obs,)
        Within the unit square of the scope, see :mod:`coprod_stats.structure.ceilings`; their
        order does not matter.
    permutations : int
        How many; 0 for none.

    References
    ----------
    Dul, J., van der Laan, E., & Kuik, R. (2020). A statistical significance test for Necessary
    Condition Analysis. Organizational Research Methods, 23, 385-395.
    Phipson, B., & Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical
    Applications in Genetics and Molecular Biology, 9(1), Article 39.
    """
    if permutations == 0:
        return PermutationTest(0, 0, math.nan, math.nan, math.nan, math.nan)
    order = np.lexsort((y, x))
    observed = effect_sizes(x[order], y[order][None], ceiling=ceiling)[0]
    permuted = permuted_effect_sizes(
        x[order], np.sort(y), ceiling=ceiling, permutations=permutations, rng=rng
    )
    n_as_large = int((permuted >= observed - TOLERANCE).sum())
    p_value = (n_as_large + 1) / (permutations + 1)
    low, high = _binomial_interval(n_as_large, permutations, conf_level)
    return PermutationTest(
        permutations=permutations,
        n_as_large=n_as_large,
        p_value=p_value,
        accuracy=float(ndtri(np.array((1 + conf_level) / 2)))
        * math.sqrt(p_value * (1 - p_value) / permutations),
        conf_low=low,
        conf_high=high,
    )


def permuted_effect_sizes(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    ceiling: Ceiling,
    permutations: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return the effect sizes of ``permutations`` random orders of y beside ascending x."""
    n_rows = max(1, _CELLS // len(x))
    blocks = []
    for start in range(0, permutations, n_rows):
        rows = min(n_rows, permutations - start)
        block = rng.permuted(np.broadcast_to(y, (rows, len(y))), axis=1)
        blocks.append(effect_sizes(x, block, ceiling=ceiling))
    return np.concatenate(blocks)


def _binomial_interval(successes: int, trials: int, conf_level: float) -> tuple[float, float]:
    """Return the exact interval of a probability (Clopper & Pearson 1934)."""
    # scipy is slow to import
    from scipy.special import betaincinv

    tail = (1 - conf_level) / 2
    low = betaincinv(successes, trials - successes + 1, tail) if successes else 0.0
    high = betaincinv(successes + 1, trials - successes, 1 - tail) if successes < trials else 1.0
    return float(low), float(high)
