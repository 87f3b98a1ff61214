"""Answers that depend on others: who selects something, and who does not know."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.instruments.model import Instrument, Item
from coprod_stats.simulation.departure_checks import loaded_items
from coprod_stats.simulation.population import DontKnowForm, PopulationForm, selection_weights

FloatArray = NDArray[np.float64]


def draw_propensity(
    population: PopulationForm,
    column: str,
    latent: Mapping[str, FloatArray],
    *,
    rng: np.random.Generator,
) -> FloatArray:
    """Draw a standard normal propensity to the higher answers of a column, (n_respondents,)."""
    names, weights, left = selection_weights(population, population.selection[column])
    explained = np.column_stack([latent[name] for name in names]) @ weights
    return np.asarray(explained + np.sqrt(left) * rng.standard_normal(len(explained)))


def cut_into_codes(
    propensity: FloatArray, codes: tuple[int, ...], shares: FloatArray
) -> FloatArray:
    """Return the code of each respondent: cut points follow from the shares of the codes."""
    # half a second to import
    from scipy.stats import norm

    cuts = norm.ppf(np.minimum(np.cumsum(shares)[:-1], 1.0))
    return np.array(codes, dtype=float)[np.searchsorted(cuts, propensity)]


def dont_know_shares(
    population: PopulationForm,
    instrument: Instrument,
    item: Item,
    frame: pd.DataFrame,
    response: FloatArray | None,
) -> FloatArray:
    """Return the probability that each respondent does not know an answer, (n_respondents,).

    Parameters
    ----------
    frame : DataFrame
        The answers that would be given.
    response : ndarray, (n_respondents,), optional
        The latent response to the item, in the direction in which it is scored.
    """
    for entry in population.dont_know_of:
        named = (loaded_items(population, instrument, name) for name in entry.items)
        if response is not None and any(item.id in items for items in named):
            return _probit(entry, frame, response)
    return np.full(len(frame), population.dont_know if "dont_know" in item.offers else 0.0)


def _probit(entry: DontKnowForm, frame: pd.DataFrame, response: FloatArray) -> FloatArray:
    # half a second to import
    from scipy.stats import norm

    index = entry.answer * _standardised(response)
    for column, coefficient in entry.background.items():
        index = index + coefficient * _standardised(frame[column].to_numpy(dtype=float))
    spread = np.sqrt(1 + entry.answer**2 + sum(b**2 for b in entry.background.values()))
    return np.asarray(norm.cdf(norm.ppf(entry.share) * spread + index))


def _standardised(values: FloatArray) -> FloatArray:
    return np.asarray((values - values.mean()) / values.std())
