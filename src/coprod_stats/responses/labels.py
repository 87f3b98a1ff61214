"""Recoding of a labelled file to the instrument's codes by value labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from coprod_stats.instruments.model import (
    DONT_KNOW,
    MISSING_CODES,
    NOT_ANSWERED,
    OPTION_KINDS,
    REFUSED,
    TEXT_KINDS,
    Instrument,
    Item,
)
from coprod_stats.responses.raw_table import RawTable

_MISSING_WORDS = {
    REFUSED: ("refused", "refusal", "prefer not to say", "prefer not to answer"),
    DONT_KNOW: ("don't know", "dont know", "do not know", "don't know / does not apply"),
    NOT_ANSWERED: ("no answer", "not answered", "unanswered", "seen, unanswered"),
}
_TICK_WORDS = {
    1: ("yes", "chosen", "selected", "checked", "quoted", "mentioned"),
    0: ("no", "not chosen", "not selected", "unchecked", "not quoted", "not mentioned"),
}


@dataclass(frozen=True, slots=True)
class Recoding:
    """How the codes of one column are recoded by the value labels of the file.

    Attributes
    ----------
    codes : mapping of str to str
        Code in the file to code in the instrument, where they differ.
    unclear : mapping of str to str
        Codes that cannot be used as they are, with the reason.
    note : str
        What was recoded, for the report; empty if nothing.
    """

    codes: Mapping[str, str] = field(default_factory=dict)
    unclear: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


def recode_by_label(
    found: Iterable[str], column: str, raw: RawTable, instrument: Instrument
) -> Recoding:
    """Return how the codes found in a column are recoded by the value labels of the file.

    Where a file labels its code 0 "Not at all" and the instrument's code for that label is 1, 0
    becomes 1; codes labelled as refused or don't know become -8 and -9. Other codes are unchanged,
    unless the code now belongs to another answer, or the file declares it missing without a label
    that states why.
    """
    labels, declared = raw.labels_of(column), raw.missing_of(column)
    if not labels and not declared:
        return Recoding()
    item = next((item for item in instrument.items if column in item.columns), None)
    known = _codes_by_label(item, instrument)
    meant = {
        code: str(known[_plain(label)]) for code, label in labels.items() if _plain(label) in known
    }
    codes = {code: new for code, new in meant.items() if new != code}
    taken = set(codes.values())
    settled = {*meant, *map(str, MISSING_CODES), *_off_scale(item)}
    unclear: dict[str, str] = {}
    for code in set(found) - settled:
        if code in declared:
            unclear[code] = "the file declares it missing without a label that states why"
        elif code in taken:
            unclear[code] = (
                "according to the labels of the file, this code belongs to another answer"
            )
    changes = ", ".join(f"{code} → {new} ({labels[code]})" for code, new in codes.items())
    note = f"{column}: recoded by value labels: {changes}" if codes else ""
    return Recoding(codes, unclear, note)


def _codes_by_label(item: Item | None, instrument: Instrument) -> dict[str, int]:
    if item is None or item.kind in TEXT_KINDS:
        return {}
    known = {word: code for code, words in _MISSING_WORDS.items() for word in words}
    known |= {
        _plain(text): code
        for code, texts in ((REFUSED, instrument.refused), (DONT_KNOW, instrument.dont_know))
        for _, text in texts.by_language
    }
    if item.kind == "multiple":
        return known | {word: code for code, words in _TICK_WORDS.items() for word in words}
    if item.kind in OPTION_KINDS:  # ranks and points are numbers, not answers with labels
        return known
    options = item.responses.all_options if item.responses else ()
    return known | {
        _plain(text): option.value for option in options for _, text in option.label.by_language
    }


def _off_scale(item: Item | None) -> set[str]:
    if item is None or item.responses is None:
        return set()
    return {str(option.value) for option in item.responses.off_scale}


def _plain(label: str) -> str:
    return " ".join(label.replace("’", "'").casefold().split())
