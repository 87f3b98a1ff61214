"""Multiple choices that stand in one column, read as the ticks of their options."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from coprod_stats.instruments.language.evaluation import choice_column, other_column
from coprod_stats.instruments.model import MISSING_CODES, Instrument, Item
from coprod_stats.responses.answer_words import plain
from coprod_stats.responses.labels import (
    Recoding,
    codes_by_label,
    labels_of_one,
    letters_of,
    without_letters,
)
from coprod_stats.responses.other_words import OtherWords
from coprod_stats.responses.raw_table import RawTable

_SEPARATORS = (";", "|", "\n", ",")
_ANY_SEPARATOR = re.compile(r"[;|\n,]")
_LISTED = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([^,'"\[\]]+))\s*(?:,|$)""")
"""An element of a list as JSON and Python write it: quoted, or a number."""
_POINTED = re.compile(r"(-?[0-9]+)\.0+")
_REASON = "not among the options of the question, or not clear which"


def combined_choices(raw: RawTable, instrument: Instrument) -> dict[int, CombinedChoices]:
    """Return the multiple choices that have one column, by its place, and none for an option.

    Google Forms and Microsoft Forms write ``Benches;Paths``, REDCap ``1,3``.
    """
    names = raw.plain_names
    return {
        names.index(item.id.casefold()): CombinedChoices(item, instrument, names)
        for item in instrument.items
        if item.kind == "multiple"
        and item.id.casefold() in names
        and not {column.casefold() for column in item.columns} & set(names)
    }


class CombinedChoices:
    """The cells of one column, each with all choices of a respondent.

    A part of a cell is the code, the letters or the label of an option; a cell with a part that is
    none of these, or may be two of them, is rejected, unless it can be own words for "other".

    Attributes
    ----------
    item : Item
        The multiple choice.
    columns : tuple of str
        The columns that are read from the cells.
    words : mapping of str to int
        What may stand in a cell, in the form of ``plain``, and its code.
    """

    def __init__(self, item: Item, instrument: Instrument, names: Collection[str]) -> None:
        options = item.column_options
        self.item, self.columns = item, item.columns
        self._other: OtherWords | None = None
        if item.other is not None and other_column(item.id).casefold() not in names:
            self._other = OtherWords(item, instrument)
            self.columns = (*item.columns, self._other.column)
        self._words: dict[str, str] = {}
        self._options = {choice_column(item.id, option.value): option.value for option in options}
        self._letters = {option.code: option.value for option in options if option.code}
        missing = {
            word: code
            for word, code in codes_by_label(item, item.id, instrument).items()
            if code in MISSING_CODES
        }
        self._labels = without_letters(missing | dict(labels_of_one(options)), options)
        self._codes = {str(code): code for code in (*MISSING_CODES, *self._options.values())}
        self.words: Mapping[str, int] = letters_of(options) | self._labels | self._codes
        texts = [*self.words, *(text for o in options for _, text in o.label.by_language)]
        self._most_parts = {
            sign: 1 + max(text.count(sign) for text in texts) for sign in _SEPARATORS
        }
        self._read: dict[str, tuple[int, ...] | None] = {}

    def recoding(self, found: Iterable[str], column: str) -> Recoding:
        """Return the tick of an option, or the code of a missing answer, for each cell."""
        new = set(found) - self._read.keys()
        if new:
            known = self._labels | self._codes_beside_labels(new)
            self._read |= {text: self._chosen(text, known) for text in new}
        if self._other is not None and column == self._other.column:
            read = [text for text in found if self._read[text] is not None]
            words = {text: self._words.get(text, "") for text in read}
            return self._other.recoding(dict.fromkeys(found, "") | words)
        codes: dict[str, str] = {}
        unclear: dict[str, str] = {}
        for text in found:
            chosen = self._read[text]
            if chosen is None:
                unclear[text] = _REASON
            elif chosen[0] in MISSING_CODES:
                codes[text.strip()] = str(chosen[0])
            else:
                codes[text.strip()] = str(int(self._options[column] in chosen))
        return Recoding(codes, unclear)

    def _codes_beside_labels(self, found: Iterable[str]) -> dict[str, int | None]:
        """Return the codes; none for a number that labels another option in a column of labels."""
        doubtful = {
            text for text, code in self._codes.items() if self._labels.get(text, code) != code
        }
        parts = (plain(part) for text in found for part in _ANY_SEPARATOR.split(text))
        if doubtful and any(part in self._labels and part not in self._codes for part in parts):
            return self._codes | dict.fromkeys(doubtful)
        return {**self._codes}

    def _chosen(self, cell: str, known: Mapping[str, int | None]) -> tuple[int, ...] | None:
        """Return the codes in a cell, those of options or that of one missing answer."""
        readings = [self._parts(cell, sign, known) for sign in _SEPARATORS]
        chosen = next((codes for codes, words in readings if codes and not words), None)
        if chosen is None:
            chosen = self._listed(cell, known) or self._codes_between_blanks(cell, known)
        if chosen is None and self._other is not None:
            codes, words = max(readings, key=lambda reading: len(reading[0]))
            written = [self._other.written(part) for part in words]
            if written and all(written):
                self._words[cell] = "; ".join(written)
                chosen = [*codes, self._other.code]
        if chosen is None or (len(chosen) > 1 and any(code in MISSING_CODES for code in chosen)):
            return None
        return tuple(chosen)

    def _listed(self, cell: str, known: Mapping[str, int | None]) -> list[int] | None:
        """Return the codes in a list such as ``[1, 2]`` or ``['Benches', "Paths"]``."""
        listed = cell.strip()
        if not (listed.startswith("[") and listed.endswith("]")):
            return None
        inner, place, found = listed[1:-1].rstrip(), 0, []
        while place < len(inner):
            element = _LISTED.match(inner, place)
            if element is None:
                return None
            place = element.end()
            code = self._code(next(filter(None, element.groups()), "").strip(), known)
            if code is None:
                return None
            found.append(code)
        return found or None

    def _codes_between_blanks(self, cell: str, known: Mapping[str, int | None]) -> list[int] | None:
        """Return codes with blanks between them, as ODK writes them; labels can hold blanks."""
        clear = {text: code for text, code in self._codes.items() if known.get(text) == code}
        found = [(self._letters | clear).get(part) for part in cell.split()]
        codes = [code for code in found if code is not None]
        return codes if len(codes) == len(found) > 1 else None

    def _parts(
        self, cell: str, separator: str, known: Mapping[str, int | None]
    ) -> tuple[list[int], list[str]]:
        """Return the codes of the parts of a cell that are options, and what stands between them.

        A label may itself hold the separator, and so may what stands between.
        """
        pieces = [piece for piece in cell.split(separator) if piece.strip()]
        codes: list[int] = []
        between: list[list[str]] = [[]]
        start = 0
        while start < len(pieces):
            last = min(len(pieces), start + self._most_parts[separator])
            for end in range(last, start, -1):
                code = self._code(separator.join(pieces[start:end]).strip(), known)
                if code is not None:
                    codes.append(code)
                    between.append([])
                    start = end
                    break
            else:
                between[-1].append(pieces[start])
                start += 1
        return codes, [separator.join(parts).strip() for parts in between if parts]

    def _code(self, part: str, known: Mapping[str, int | None]) -> int | None:
        if part in self._letters:
            return self._letters[part]
        pointed = _POINTED.fullmatch(part)
        return known.get(pointed[1] if pointed else plain(part))
