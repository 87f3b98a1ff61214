"""Recoding of answers to the instrument's codes by labels: those of the file, or in its cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field

from coprod_stats.instruments.language.evaluation import choice_column
from coprod_stats.instruments.model import (
    DONT_KNOW,
    MISSING_CODES,
    OPTION_KINDS,
    REFUSED,
    Instrument,
    Item,
    Option,
)
from coprod_stats.responses.answer_words import MISSING_WORDS, TICK_WORDS, TRUTH_WORDS, plain
from coprod_stats.responses.raw_table import RawTable

_SHOWN = 6
"""Labels that a note quotes."""
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]*)?")
_CODE_AND_LABEL = re.compile(r"\(?([+-]?[0-9]+)\)?\s*[-–—=:.)]\s*(.+)", re.DOTALL)
_LABEL_AND_CODE = re.compile(r"(.+?)\s*[(\[]([+-]?[0-9]+)[)\]]", re.DOTALL)
_LETTERS_BEFORE_LABEL = re.compile(r"(\w{1,12}): .+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Recoding:
    """How the codes of one column are recoded by labels.

    Attributes
    ----------
    codes : mapping of str to str
        Code or label in the file to code in the instrument, where they differ.
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
    """Return how what was found in a column is recoded by labels.

    Where a file labels its code 0 "Not at all" and the instrument's code for that label is 1, 0
    becomes 1; codes labelled as refused or don't know become -8 and -9. Other codes are unchanged,
    unless the code now belongs to another answer, or the file declares it missing without a label
    that states why. A cell that holds a label instead of a code becomes the label's code.
    """
    item = next((item for item in instrument.items if column in item.columns), None)
    known = codes_by_label(item, column, instrument)
    labels, declared = raw.labels_of(column), raw.missing_of(column)
    scale = None if item is None or item.kind in OPTION_KINDS else item.responses
    in_cells = known if scale is None else without_letters(known, scale.all_options)
    if not labels and not declared:
        return _of_words(found, column, in_cells)
    meant = {
        code: str(known[plain(label)]) for code, label in labels.items() if plain(label) in known
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
    words = _of_words(set(found) - set(meant) - set(unclear), column, in_cells)
    return Recoding(
        {**words.codes, **codes},
        {**words.unclear, **unclear},
        "; ".join(part for part in (note, words.note) if part),
    )


def codes_by_label(item: Item | None, column: str, instrument: Instrument) -> dict[str, int]:
    """Return the codes of a column by what labels may say, in the form of ``plain``.

    Labels in every language of the questionnaire count, and the usual words for missing answers
    and ticks; a label that two answers share is none.
    """
    if item is None:
        levels = next((one.levels for one in instrument.assigned if one.id == column), ())
        return _truth(levels)
    if item.kind == "text":
        return {}
    known = {plain(word): code for code, words in MISSING_WORDS.items() for word in words}
    known |= {
        plain(text): code
        for code, texts in ((REFUSED, instrument.refused), (DONT_KNOW, instrument.dont_know))
        for _, text in texts.by_language
    }
    scale = item.responses
    if item.kind == "multiple":
        own = [
            option
            for option in item.column_options
            if choice_column(item.id, option.value) == column
        ]
        known |= {plain(word): code for code, words in TICK_WORDS.items() for word in words}
        return known | {plain(text): 1 for option in own for text in _texts(option)}
    if item.kind in OPTION_KINDS or scale is None:  # ranks and points are numbers
        return known
    return known | _truth(scale.options) | dict(labels_of_one(scale.all_options))


def own_words(column: str, instrument: Instrument) -> Set[str]:
    """Return the labels and letters that are answers of a column, in the form of ``plain``."""
    item = next((item for item in instrument.items if column in item.columns), None)
    labels = codes_by_label(item, column, instrument)
    if item is None or item.kind in OPTION_KINDS or item.responses is None:
        return labels.keys()
    return labels.keys() | letters_of(item.responses.all_options).keys()


def letters_of(options: Iterable[Option]) -> dict[str, int]:
    """Return the letter codes of options, in the form of ``plain``."""
    return {plain(option.code): option.value for option in options if option.code}


def without_letters(known: Mapping[str, int], options: Iterable[Option]) -> dict[str, int]:
    """Return the words without those that are letter codes of another option.

    Letters are codes, so that they come before labels; in other capitals they are neither.
    """
    clashing = {
        plain(option.code)
        for option in options
        if option.code and known.get(plain(option.code), option.value) != option.value
    }
    return {word: code for word, code in known.items() if word not in clashing}


def labels_of_one(options: tuple[Option, ...]) -> Iterator[tuple[str, int]]:
    """Yield the labels that belong to one option, and the letters before the label of one."""
    said = {(plain(text), option.value) for option in options for text in _texts(option)}
    short = {
        (match[1], code) for text, code in said if (match := _LETTERS_BEFORE_LABEL.match(text))
    }
    for pairs in (short, said):
        times = Counter(text for text, _ in pairs)
        yield from ((text, code) for text, code in pairs if times[text] == 1 and text)


def _texts(option: Option) -> Iterator[str]:
    return (text for _, text in option.label.by_language)


def _truth(options: tuple[Option, ...]) -> dict[str, int]:
    """Return the words for yes and no, or true and false, of a question that has two answers."""
    if len(options) != 2:
        return {}
    words = {code: {plain(word) for word in said} for code, said in TICK_WORDS.items()}
    sides = {
        side: option.value
        for option in options
        for side in (0, 1)
        if words[side] & set(map(plain, _texts(option)))
    }
    if len(sides) == 2:
        return {word: sides[side] for side in (0, 1) for word in words[side]}
    if {option.value for option in options} == {0, 1}:
        return {plain(word): code for word, code in TRUTH_WORDS.items()}
    return {}


def _of_words(found: Iterable[str], column: str, known: Mapping[str, int]) -> Recoding:
    """Recode cells that hold labels; a number is a code, unless the column holds labels."""
    if not known:  # as of texts, of which there may be as many as respondents
        return Recoding()
    texts = sorted({text.strip() for text in found})
    words = {
        text: code
        for text in texts
        if not _NUMBER.fullmatch(text) and (code := _code_of(text, known)) is not None
    }
    if not words:
        return Recoding()
    unclear = {
        text: f"a label of answer {known[text]}, in a column of labels and codes"
        for text in texts
        if _NUMBER.fullmatch(text) and text in known and str(known[text]) != text
    }
    if unclear and all(text in words or text in known for text in texts):
        words |= {text: known[text] for text in unclear}  # every cell is a label
        unclear = {}
    shown = ", ".join(f"'{text}' → {code}" for text, code in list(words.items())[:_SHOWN])
    more = ", …" if len(words) > _SHOWN else ""
    note = f"{column}: labels read as their codes: {shown}{more}"
    return Recoding({text: str(code) for text, code in words.items()}, unclear, note)


def _code_of(text: str, known: Mapping[str, int]) -> int | None:
    """Return the code of a label, also of one beside its code, as ``4 - Agree``."""
    word = plain(text)
    if word in known:
        return known[word]
    for pattern, (code, label) in ((_CODE_AND_LABEL, (1, 2)), (_LABEL_AND_CODE, (2, 1))):
        match = pattern.fullmatch(word)
        if match and known.get(match[label]) == int(match[code]):
            return int(match[code])
    return None


def _off_scale(item: Item | None) -> set[str]:
    if item is None or item.responses is None:
        return set()
    return {str(option.value) for option in item.responses.off_scale}
