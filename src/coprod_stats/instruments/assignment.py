"""Random assignment to arms of experiments and rotating blocks; random answers in many columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coprod_stats.instruments.questions import Item
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


def settle_choices(
    item: Item, ticks: NDArray[np.float64], *, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Turn ticks drawn option by option into answers that a multiple choice allows.

    An exclusive option that was drawn stands alone; of too many others as many as allowed stay,
    too few are filled up, both at random. Who ticked nothing still has not.

    Parameters
    ----------
    item : Item
        Of kind ``multiple``.
    ticks : ndarray, (n_respondents, n_options)
        1 or 0, by the item's columns.
    rng : numpy.random.Generator
        Source of the draws, used only where the item has a limit.
    """
    n_shared = ticks.shape[1] - len(item.exclusive)
    shared, alone = ticks[:, :n_shared] > 0, ticks[:, n_shared:] > 0
    if item.min_choices is not None or item.max_choices is not None:
        n_ticked = shared.sum(axis=1)
        least, most = item.min_choices or 1, item.max_choices or n_shared
        wanted = np.where(n_ticked > 0, np.clip(n_ticked, least, most), 0)
        place = np.argsort(np.argsort(rng.random(shared.shape) - shared, axis=1), axis=1)
        shared = place < wanted[:, np.newaxis]
    alone &= np.cumsum(alone, axis=1) == 1
    shared &= ~alone.any(axis=1, keepdims=True)
    return np.hstack([shared, alone]).astype(float)
