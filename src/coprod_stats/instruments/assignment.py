"""Random assignment of respondents to arms of experiments and sets of rotating blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coprod_stats.instruments.variables import Assigned


def draw_levels(
    variable: Assigned, *, n_respondents: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Assign levels by permuted blocks, so that their frequencies never differ by more than one.

    Each block of as many respondents as there are levels contains every level once, in random
    order (Zelen, 1974, Journal of Chronic Diseases 27, 365-375). With 1,200 respondents and three
    sets of two rotating blocks, every pair of blocks is asked of 400.

    Parameters
    ----------
    variable : Assigned
        The variable to assign.
    n_respondents : int
        Number of respondents, in order of arrival.
    rng : numpy.random.Generator
        Source of the random order; its seed belongs to the record of the study.

    Returns
    -------
    ndarray, (n_respondents,)
        Codes of the levels.
    """
    levels = np.asarray(variable.values, dtype=float)
    n_runs = -(-n_respondents // len(levels))
    runs = rng.permuted(np.tile(levels, (n_runs, 1)), axis=1)
    return np.asarray(runs.ravel()[:n_respondents])


def draw_ranks(
    *, n_respondents: int, n_options: int, top: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Rank options at random, (n_respondents, n_options): 1 to ``top``, and 0 for the rest."""
    order = rng.permuted(np.tile(np.arange(1.0, n_options + 1), (n_respondents, 1)), axis=1)
    return np.where(order <= top, order, 0.0)


def draw_points(
    *, n_respondents: int, n_options: int, total: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Allocate points at random, whole numbers that add up, (n_respondents, n_options)."""
    shares = rng.dirichlet(np.ones(n_options), size=n_respondents)
    return np.asarray(rng.multinomial(total, shares), dtype=float)
