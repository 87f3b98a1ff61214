"""What respondents leave, or answer otherwise, because of how a form leads them."""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.instruments.language.tree import Not, names
from coprod_stats.instruments.model import NOT_ANSWERED, TEXT_KINDS, Instrument, Item
from coprod_stats.platforms.row_summaries import decided_by_rows
from coprod_stats.responses.table import Provenance, Responses


def routed_answers(
    frame: pd.DataFrame, instrument: Instrument, *, rng: np.random.Generator
) -> pd.DataFrame:
    """Blank what the routing does not show, question by question as the form is walked.

    Who would choose an option that is not shown chooses one that is. What is prefilled stays where
    it cannot be changed, or where nothing else would be written. An answer that a check
    refuses is omitted by the respondent.

    Parameters
    ----------
    frame : DataFrame
        Answers of respondents who are asked everything.
    instrument : Instrument
        The questionnaire, in one form.
    rng : numpy.random.Generator
        Source of the choice of other options.
    """
    routed = frame.copy()
    provenance = Provenance("synthetic", "", "simulated", len(routed))
    for item in instrument.questions:
        if item.options_when:
            answers = Responses(instrument, routed, provenance)
            routed[list(item.columns)] = _among_shown(item, answers, rng)
        if item.prefill is not None:
            routed[item.id] = _prefilled(item, Responses(instrument, routed, provenance))
        for check in item.checks:
            refused = Responses(instrument, routed, provenance).where(Not(check.condition))
            left = str(NOT_ANSWERED) if item.kind in TEXT_KINDS else NOT_ANSWERED
            routed.loc[refused, list(item.columns)] = left
    return shown_answers(routed, instrument, unknown=decided_by_rows(instrument))


def shown_answers(
    frame: pd.DataFrame, instrument: Instrument, *, unknown: Collection[str] = ()
) -> pd.DataFrame:
    """Blank what the routing does not show.

    Parameters
    ----------
    frame : DataFrame
    instrument : Instrument
    unknown : collection of str
        Variables that are not there yet; conditions on them hide nothing.
    """
    routed = frame.copy()
    provenance = Provenance("synthetic", "", "simulated", len(routed))
    for every, group in groupby(instrument.questions, key=lambda item: item.conditions):
        conditions = [tree for tree in every if not set(unknown) & set(names(tree))]
        if not conditions:
            continue
        items, answers = list(group), Responses(instrument, routed, provenance)
        hidden = ~np.logical_and.reduce([answers.where(tree) for tree in conditions])
        if not hidden.any():
            continue
        for item in items:
            routed.loc[hidden, list(item.columns)] = "" if item.kind in TEXT_KINDS else np.nan
    return routed


def _prefilled(item: Item, answers: Responses) -> pd.Series:
    """Return the answers to a question that comes with one."""
    given, table = item.prefill, answers.answers
    own = table[item.id]
    assert given is not None
    kept = np.full(len(own), given.read_only) | (own == "").to_numpy()
    if given.value is not None:
        value = given.value if item.kind in TEXT_KINDS else float(given.value)
        return own.mask(kept, value)
    if given.answer is None:
        return own
    source = answers.instrument.item(given.answer)
    kept &= answers.asked(source)
    kept &= (answers.missing_kinds([source.id])[source.id] == "answered").to_numpy()
    return own.mask(kept, table[source.id])


def _among_shown(item: Item, answers: Responses, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the answers to a question with hidden options replaced, (n_rows, n_columns)."""
    assert item.responses is not None
    conditions = dict(item.options_when)
    options = item.column_options or item.responses.all_options
    everyone = np.ones(answers.n_respondents, dtype=bool)
    shown = np.column_stack(
        [answers.where(conditions[o.value]) if o.value in conditions else everyone for o in options]
    )
    given = answers.answers[list(item.columns)].to_numpy(dtype=float)
    if item.kind == "multiple":
        kept = np.where(shown | (given < 0), given, 0.0)
        n_kept = (kept == 1).sum(axis=1)
        n_shared = (kept[:, : len(options) - len(item.exclusive)] == 1).sum(axis=1)
        too_few = (n_shared < (item.min_choices or 1)) & (n_kept == n_shared) & (given >= 0).all(1)
        return np.where(too_few[:, np.newaxis], NOT_ANSWERED, kept)
    codes = np.array([option.value for option in options], dtype=float)
    hidden = ((given == codes) & ~shown).any(axis=1)
    other = codes[np.argmax(np.where(shown, rng.random(shown.shape), -1.0), axis=1)]
    other = np.where(shown.any(axis=1), other, NOT_ANSWERED)
    return np.where(hidden, other, given[:, 0])[:, np.newaxis]
