"""Answers in the respondent's own words in place of the option "other", as Google Forms has them.

There the words stand in the column of the question, alone or among the options chosen. They are
read so only where the file has no column for the words, and where they can be nothing else: neither
a code, a label or letters that are not clear, nor words for a missing answer or a tick.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from coprod_stats.instruments.language.evaluation import other_column
from coprod_stats.instruments.model import Instrument, Item
from coprod_stats.responses.answer_words import MISSING_WORDS, TICK_WORDS, TRUTH_WORDS, plain
from coprod_stats.responses.labels import Recoding, own_words, recode_by_label
from coprod_stats.responses.raw_table import RawTable

_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]*)?")
_OF_CODES = frozenset(
    plain(word)
    for words in (*MISSING_WORDS.values(), *TICK_WORDS.values(), TRUTH_WORDS)
    for word in words
)
_SHOWN = 6


class OtherWords:
    """What may be own words in the cells of a question that has the option "other".

    Attributes
    ----------
    item : Item
    code : int
        The code of the option.
    column : str
        The column of the words.
    """

    def __init__(self, item: Item, instrument: Instrument) -> None:
        assert item.other is not None
        self.item, self.code, self.column = item, item.other, other_column(item.id)
        options = () if item.responses is None else item.responses.all_options
        known = set(own_words(item.id, instrument))
        known |= {plain(text) for option in options for _, text in option.label.by_language}
        known |= {plain(option.code) for option in options if option.code}
        self._known = known | _OF_CODES
        self._labels = [
            plain(text)
            for option in options
            if option.value == self.code
            for _, text in option.label.by_language
        ]

    def written(self, part: str) -> str:
        """Return the words of a part of a cell; nothing if it may be something else."""
        words = part.strip()
        before, colon, behind = words.partition(":")
        if colon and before and any(label.startswith(plain(before)) for label in self._labels):
            words = behind.strip()  # "Other: by phone"
        is_known = plain(words) in self._known or _NUMBER.fullmatch(words) is not None
        return "" if is_known else words

    def recoding(self, words_of: Mapping[str, str]) -> Recoding:
        """Return the words for each cell as it stands in the file, with a note."""
        words = sorted({words for words in words_of.values() if words})
        shown = ", ".join(f"'{text}'" for text in words[:_SHOWN])
        more = ", …" if len(words) > _SHOWN else ""
        note = f"{self.item.id}: words that are no option read as option {self.code}: "
        codes = {cell.strip(): text for cell, text in words_of.items()}
        return Recoding(codes, note=f"{note}{shown}{more}" if words else "")


class SingleOrOther:
    """The cells of a single choice, with an option or with own words.

    In a column with codes nothing is taken for own words.

    Attributes
    ----------
    item : Item
        The single choice.
    columns : tuple of str
        The columns that are read from the cells.
    words : set of str
        Labels and letters of the options.
    """

    def __init__(self, other: OtherWords, raw: RawTable, instrument: Instrument) -> None:
        self.item, self.columns = other.item, (other.item.id, other.column)
        self.words = own_words(other.item.id, instrument)
        self._other, self._raw, self._instrument = other, raw, instrument

    def recoding(self, found: Iterable[str], column: str) -> Recoding:
        """Return the code of each cell, or its own words."""
        cells = [text for text in found if text.strip()]
        base = recode_by_label(cells, self.item.id, self._raw, self._instrument)
        written = {
            text: "" if text.strip() in base.codes else self._other.written(text)
            for text in cells
            if text not in base.unclear
        }
        if any(_NUMBER.fullmatch(text.strip()) for text in cells):
            written = dict.fromkeys(written, "")
        if column == self._other.column:
            return self._other.recoding(dict.fromkeys(cells, "") | written)
        own = {text.strip(): str(self._other.code) for text, words in written.items() if words}
        return Recoding({**own, **base.codes}, base.unclear, base.note)


def single_choices(raw: RawTable, instrument: Instrument) -> dict[int, SingleOrOther]:
    """Return the single choices whose own words have no column, by their place."""
    names = raw.plain_names
    return {
        names.index(item.id.casefold()): SingleOrOther(
            OtherWords(item, instrument), raw, instrument
        )
        for item in instrument.items
        if item.kind == "single"
        and item.other is not None
        and item.id.casefold() in names
        and other_column(item.id).casefold() not in names
        and not raw.labels_of(item.id)
    }
