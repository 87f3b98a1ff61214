"""Rows of rosters drawn beside the answers of synthetic respondents."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.instruments.model import Instrument, Roster
from coprod_stats.responses.rosters import numbers_of_rows, with_summaries
from coprod_stats.responses.table import Provenance, Responses
from coprod_stats.simulation.population import PopulationForm
from coprod_stats.simulation.routed_answers import shown_answers
from coprod_stats.simulation.simulated_answers import simulate_answers


def simulate_rosters(
    population: PopulationForm,
    instrument: Instrument,
    answers: pd.DataFrame,
    *,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Draw the rows of each roster.

    A respondent has as many rows as was answered; where respondents add rows themselves, every
    number up to the most is as likely. Rows are drawn independently of one another.

    Parameters
    ----------
    population : PopulationForm
        Numbers, texts and shares by item, as for the respondents' own answers.
    instrument : Instrument
        The questionnaire, in one form.
    answers : DataFrame
        Synthetic answers of the respondents.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    DataFrame, dict of str to DataFrame
        The answers with what their rows sum up to, and what that shows of the questions that
        depend on it; and the table of each roster.
    """
    bound = Responses(instrument, answers, Provenance("synthetic", "", "simulated", len(answers)))
    tables = {}
    for roster in instrument.rosters:  # whose page may depend on the rows of an earlier one
        tables[roster.id] = _rows(population, bound, roster, rng=rng)
        rows = Responses(instrument.roster(roster.id), tables[roster.id], bound.provenance)
        bound = with_summaries(bound, {roster.id: rows})
    return shown_answers(bound.answers, instrument), tables


def _rows(
    population: PopulationForm, answers: Responses, roster: Roster, *, rng: np.random.Generator
) -> pd.DataFrame:
    instrument = answers.instrument.roster(roster.id)
    counts = _counts(answers, roster, rng)
    respondents = np.repeat(answers.respondents.to_numpy(dtype=object), counts)
    numbers = np.concatenate([np.arange(1.0, n + 1) for n in counts] or [np.empty(0)])
    key, number = instrument.administrative
    named = replace(instrument, administrative=(replace(key, role="respondent"), number))
    of_rows = population.model_copy(
        update={
            "paths": {},
            "clusters": None,
            "careless": None,
            "method_factors": {},
            "correlations": {},
            "loadings": {},
        }
    )
    drawn = simulate_answers(of_rows, named, n_rows=len(numbers), rng=rng).answers
    table = drawn.assign(**{key.id: respondents, number.id: numbers})
    return table[list(instrument.columns)]


def _counts(answers: Responses, roster: Roster, rng: np.random.Generator) -> NDArray[np.int64]:
    most = np.array(list(numbers_of_rows(roster, answers).values()), dtype=np.int64)
    return most if roster.count is not None else rng.integers(0, most + 1)
