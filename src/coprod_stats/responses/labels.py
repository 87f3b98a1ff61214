"""Codes of a labelled file brought to the instrument's codes by their labels."""

from __future__ import annotations

import pandas as pd

from coprod_stats.instruments.model import (
    DONT_KNOW,
    NOT_ANSWERED,
    REFUSED,
    Instrument,
)
from coprod_stats.responses.raw_table import RawTable

_MISSING_WORDS = {
    REFUSED: ("refused", "refusal", "prefer not to say", "prefer not to answer"),
    DONT_KNOW: ("don't know", "dont know", "do not know", "don't know / does not apply"),
    NOT_ANSWERED: ("no answer", "not answered", "unanswered", "seen, unanswered"),
}


def recode_by_label(
    cells: pd.Series, column: str, raw: RawTable, instrument: Instrument
) -> tuple[pd.Series, list[str]]:
    """Replace codes whose label in the file is the label of another code of the instrument.

    A file that calls its code 0 "Not at all" where the instrument's is 1 means the instrument's 1;
    codes labelled as refused or don't know become -8 and -9. Codes without a label that is known
    stay as they are. What was changed is told in a note.
    """
    labels = next((dict(found) for name, found in raw.labels
                   if name.casefold() == column.casefold()), {})  # fmt: skip
    known = _codes_by_label(column, instrument)
    mapping = {
        code: str(known[_plain(label)])
        for code, label in labels.items()
        if _plain(label) in known and str(known[_plain(label)]) != code
    }
    if not mapping:
        return cells, []
    changes = ", ".join(f"{code} → {new} ({labels[code]})" for code, new in mapping.items())
    return cells.replace(mapping), [f"{column}: codes read by their labels: {changes}"]


def _codes_by_label(column: str, instrument: Instrument) -> dict[str, int]:
    item = next((item for item in instrument.items if item.id == column), None)
    if item is None or item.responses is None:
        return {}
    known = {word: code for code, words in _MISSING_WORDS.items() for word in words}
    known |= {
        _plain(text): code
        for code, texts in ((REFUSED, instrument.refused), (DONT_KNOW, instrument.dont_know))
        for _, text in texts.by_language
    }
    return known | {
        _plain(text): option.value
        for option in (*item.responses.options, *item.responses.off_scale)
        for _, text in option.label.by_language
    }


def _plain(label: str) -> str:
    return " ".join(label.replace("’", "'").casefold().split())
