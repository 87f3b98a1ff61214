"""Weights by which the paths of a model add up to means of stated and unstated paths."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.structural_models import DriverImpactModel

Pair = tuple[str, str]
STATED, UNSTATED, CONTRAST, WITHIN = "mean_stated", "mean_unstated", "contrast", "contrast_within"

_CONFOUNDED = 1e-9
"""A sum of squares this small is 0: what is stated follows from the driver and the impact."""


def pattern_weights(model: DriverImpactModel) -> dict[str, dict[Pair, float]]:
    r"""Return weights of all paths from drivers to impacts in each mean and contrast.

    Paths count in the direction :math:`g_d g_k`, where the orientations g = ±1 of the factors are
    such that every hypothesis expects its path in that direction. The contrast within drivers and
    impacts is the coefficient of s in the regression

    .. math:: g_d g_k \beta_{dk} = \delta_d + \iota_k + \gamma s_{dk} + e_{dk}

    of the paths on indicators of driver, impact and being stated. It is omitted where s follows
    from driver and impact.

    Raises
    ------
    StructureError
        If no path from a driver to an impact is stated or none is unstated, or expected signs
        contradict each other.
    """
    stated, unstated = set(model.stated_pairs), set(model.unstated_pairs)
    if not stated or not unstated:
        which = "unstated" if stated else "stated"
        raise StructureError(f"no path from a driver to an impact is {which}")
    signs = orientation(model)
    pairs = [(driver, impact) for impact in model.outcomes for driver in model.drivers]
    directions = np.array([signs[driver] * signs[impact] for driver, impact in pairs], dtype=float)
    is_stated = np.array([pair in stated for pair in pairs], dtype=float)
    found = {
        STATED: is_stated / len(stated),
        UNSTATED: (1 - is_stated) / len(unstated),
        CONTRAST: is_stated / len(stated) - (1 - is_stated) / len(unstated),
    }
    rest = _beyond_driver_and_impact(is_stated.reshape(len(model.outcomes), -1)).ravel()
    if rest @ rest > _CONFOUNDED:
        found[WITHIN] = rest / (rest @ rest)
    return {
        name: dict(zip(pairs, (weights * directions).tolist(), strict=True))
        for name, weights in found.items()
    }


def orientation(model: DriverImpactModel) -> dict[str, int]:
    """Return 1 or -1 per factor, such that every expected sign is the product of its two ends.

    A two-sided hypothesis expects nothing; a factor of which nothing is expected has 1.

    Raises
    ------
    StructureError
        If the expected signs contradict each other, as when one impact is expected to increase
        with two drivers and another to increase with one and decrease with the other.
    """
    expected = [
        (path.predictor, path.outcome, 1 if path.expected_sign == "+" else -1)
        for path in model.paths
        if path.expected_sign != "two-sided"
    ]
    found: dict[str, int] = {}
    for name in model.names:
        if name in found:
            continue
        found[name] = 1
        reached = [name]
        while reached:
            here = reached.pop()
            for one, other, sign in expected:
                if here in (one, other):
                    next_ = other if here == one else one
                    if next_ not in found:
                        found[next_] = found[here] * sign
                        reached.append(next_)
    if any(found[one] * found[other] != sign for one, other, sign in expected):
        raise StructureError(
            "the expected signs contradict each other: no direction of the factors makes all of "
            "them positive, so that unstated paths have no expected direction"
        )
    return found


def _beyond_driver_and_impact(stated: NDArray[np.float64]) -> NDArray[np.float64]:
    """Subtract the means of each driver and each impact, (n_impacts, n_drivers)."""
    rows, columns = stated.mean(axis=1, keepdims=True), stated.mean(axis=0, keepdims=True)
    return np.asarray(stated - rows - columns + stated.mean())
