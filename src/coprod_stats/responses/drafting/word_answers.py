"""Answers that data hold as words or letters: numbered, so that they can be drafted as choices."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from coprod_stats.counts import counted
from coprod_stats.responses.answer_words import OFF_SCALE, plain
from coprod_stats.responses.drafting.described_data import FEW_STRAYS, DescribedColumn
from coprod_stats.responses.drafting.usual_scales import ORDERED_SCALES

MAX_CATEGORIES, CATEGORY_LENGTH = 30, 100
"""Most and longest texts that are taken for answers to choose from rather than for open answers."""
MAX_CHOICES = 20
"""Most parts of combined cells that are taken for the options of one multiple choice."""
_ALMOST = 0.85
"""Similarity, by ``difflib``, from which a rare answer is taken for another one, mistyped."""
_SEPARATORS = (";", ", ")
_USUAL = "in the order of a usual scale"
_NUMBERS = re.compile(r"(\d+)")
_DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T,]+\d{1,2}[:.]\d{2}.*)?|"
    r"\d{1,2}:\d{2}(:\d{2})?( ?[ap]m)?",
    re.IGNORECASE,
)

Answers = Mapping[str, str]
"""Answers as they are spelled, by their form for comparison."""


@dataclass(frozen=True, slots=True)
class NumberedColumn:
    """A column whose words became codes.

    Attributes
    ----------
    column : DescribedColumn
        With numbers and labels.
    guesses : tuple of str
        What was inferred.
    """

    column: DescribedColumn
    guesses: tuple[str, ...]


def are_dates(column: DescribedColumn) -> bool:
    """Return whether every text is a date or a time."""
    return bool(column.texts) and all(_DATE.fullmatch(text) for text in column.texts)


def usual_answers(columns: Sequence[DescribedColumn]) -> tuple[Answers, ...]:
    """Return the answers of columns that hold words of a usual scale, the most numerous first.

    An answer that nobody gave to one question of a battery would otherwise appear not to be
    offered there, and the codes of the others would differ between the questions.
    """
    found = (_categories(column) for column in columns if column.numbers is None)
    ordered = [words for words in found if len(words) > 2 and _in_order(words)[1] == _USUAL]
    return tuple(sorted(ordered, key=lambda words: (-len(words), sorted(words))))


def numbered(column: DescribedColumn, usual: Sequence[Answers] = ()) -> NumberedColumn | None:
    """Return a column of words with its answers numbered, if they are answers to choose from.

    By the codebook where it has these letters or labels; otherwise in the order of a usual scale
    of answers, or of the alphabet. Answers that are part of those of another question, by
    ``usual_answers``, get the codes that they have there.
    """
    if column.numbers is not None or not column.texts:
        return None
    for known, labels in _known_words(column):
        met = [text for text in column.texts if plain(text) in known]
        if len(labels) > 1 and 2 * len(met) > len(column.texts):
            return _by_codebook(column, known, labels)
    own = _categories(column)
    if not own:
        return None
    mistyped = _mistyped(column, own, usual)
    own = {word: spelled for word, spelled in own.items() if spelled not in mistyped}
    wider = (words for words in usual if len(own) > 2 and words.keys() >= own.keys())
    words, why = _in_order(next(wider, own))
    labels = tuple(enumerate(words, 1))
    known = {plain(word): code for code, word in labels}
    said = f"answers in words, numbered {why}"
    ordered = replace(column, measure=column.measure or ("ordinal" if why == _USUAL else ""))
    return NumberedColumn(_recoded(ordered, known, labels, mistyped), (said,))


def _mistyped(column: DescribedColumn, own: Answers, usual: Sequence[Answers]) -> tuple[str, ...]:
    """Return rare answers that are almost one of those that other questions share."""
    for words in usual:
        odd = own.keys() - words.keys()
        n_odd = sum(plain(text) in odd for text in column.texts)
        if not 0 < n_odd < FEW_STRAYS * len(column.texts) or len(own) - len(odd) < 3:
            continue
        if all(get_close_matches(word, words, n=1, cutoff=_ALMOST) for word in odd):
            return tuple(sorted(own[word] for word in odd))
    return ()


def _categories(column: DescribedColumn) -> Answers:
    """Return the texts of a column if they are few and recur, each once whatever its capitals."""
    counts = Counter(column.texts)
    few = 1 < len(counts) <= MAX_CATEGORIES and 2 * len(counts) <= len(column.texts)
    if not few or max(map(len, counts)) > CATEGORY_LENGTH or choices(column):
        return {}
    return {plain(word): word for word in sorted(counts)}


def choices(column: DescribedColumn) -> tuple[str, ...]:
    """Return the options of a column whose cells hold several choices; none if it is no such."""
    for separator in _SEPARATORS:
        if not any(separator in text for text in column.texts):
            continue
        cells = [[part.strip() for part in text.split(separator)] for text in column.texts]
        counts = Counter(part for cell in cells for part in cell if part)
        alone = {cell[0] for cell in cells if len(cell) == 1} & counts.keys()
        recurring = sum(counts.values()) >= 2 * len(counts)
        # a comma may belong to a label, as in "Yes, often": then its parts hardly stand alone
        sure = separator == ";" or 2 * len(alone) >= len(counts)
        if recurring and sure and 1 < len(counts) <= MAX_CHOICES:
            return _in_order({plain(part): part for part in sorted(counts)})[0]
    return ()


def _known_words(
    column: DescribedColumn,
) -> tuple[tuple[Mapping[str, int], tuple[tuple[int, str], ...]], ...]:
    """Return what the metadata say: letters that stand for labels, and labels with their codes."""
    letters = tuple(enumerate(column.letters, 1))
    by_letter = {plain(letter): code for code, (letter, _) in letters}
    by_name = {plain(label): code for code, (_, label) in letters}
    spelled = tuple(
        (code, label if column.letters_in_file else f"{letter}: {label}")
        for code, (letter, label) in letters
    )
    named = tuple((code, label) for code, (_, label) in letters)
    by_label = {plain(label): code for code, label in column.labels}
    return (by_letter, spelled), (by_name, named), (by_label, column.labels)


def _by_codebook(
    column: DescribedColumn, known: Mapping[str, int], labels: tuple[tuple[int, str], ...]
) -> NumberedColumn:
    strays = tuple(dict.fromkeys(text for text in column.texts if plain(text) not in known))
    said = "answers in words or letters, with the codes of the codebook"
    if column.letters:
        said = "answers in letters, numbered in the order of the codebook"
    return NumberedColumn(_recoded(column, known, labels, strays), (said,))


def _recoded(
    column: DescribedColumn,
    known: Mapping[str, int],
    labels: tuple[tuple[int, str], ...],
    strays: tuple[str, ...],
) -> DescribedColumn:
    by_row = tuple(float(known.get(plain(cell), math.nan)) for cell in column.cells)
    numbers = tuple(number for number in by_row if not math.isnan(number))
    return replace(column, numbers=numbers, by_row=by_row, labels=labels, strays=strays)


def _in_order(by_plain: Answers) -> tuple[tuple[str, ...], str]:
    """Return words in the order of a usual scale that has them all, or of the alphabet."""
    apart = {word for word in by_plain if OFF_SCALE.search(word)}
    for scale in ORDERED_SCALES:
        places = {plain(word): place for place, word in enumerate(scale)}
        if by_plain.keys() - apart <= places.keys():
            order = sorted(by_plain, key=lambda word: places.get(word, len(places)))
            return tuple(map(by_plain.__getitem__, order)), _USUAL
    order = sorted(by_plain, key=lambda word: (word in apart, _natural(word)))
    return tuple(map(by_plain.__getitem__, order)), "in alphabetical order"


def _natural(word: str) -> list[tuple[int, int, str]]:
    """Return a key that sorts ``9 to 12`` before ``10 to 12``, and without regard to capitals."""
    pieces = _NUMBERS.split(word.casefold())
    return [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in pieces if p]


def stray_remark(name: str, strays: Sequence[str], what: str) -> tuple[str, ...]:
    """Return the remark on values that are not among the answers."""
    if not strays:
        return ()
    shown = ", ".join(strays[:6]) + (", ..." if len(strays) > 6 else "")
    return (f"{name}: {counted(len(strays), 'value')} {what}: {shown}; the import rejects them",)


def refusal_remark(name: str, words: Sequence[str]) -> tuple[str, ...]:
    """Return the remark on words for missing answers among numbers."""
    if not words:
        return ()
    return (f"{name}: no answer where it says {', '.join(words[:6])}; the import reads it so",)
