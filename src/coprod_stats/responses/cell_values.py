"""What a cell of each canonical column may contain, and the value of its text."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.model import MISSING_CODES, DateRange, Instrument, Item, TextRule

BLANK_SIGNS = frozenset({"na", "n/a", "nan", "<na>", "null", "#n/a", "#null!", "."})
"""What R, Python, databases, Excel, SPSS and Stata write for a missing number, in lower case."""

MISSING_TEXTS = frozenset(map(str, MISSING_CODES))
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?", re.ASCII)
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_MAYBE_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")

_LARGEST_EXACT = 2**53
"""From here on, a number in double precision may be another than the one that was written."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the canonical table and how its cells are parsed.

    Attributes
    ----------
    numeric : bool
        Whether the values are numbers; texts otherwise.
    sign_is_blank : bool
        Whether ``NA`` and the like are blank where the file's numeric columns use them so. Not in
        administrative texts: ``NA`` is the country code of Namibia.
    parse : callable
        Converts the text of a cell to its value; raises ``ValueError`` with the reason if it does
        not fit.
    """

    id: str
    numeric: bool
    sign_is_blank: bool
    parse: Callable[[str], float | str]

    @property
    def blank(self) -> float | str:
        """Value of an empty cell."""
        return math.nan if self.numeric else ""


def is_blank_sign(text: str) -> bool:
    """Return whether a text is a usual sign for a missing number."""
    return text.strip().casefold() in BLANK_SIGNS


def canonical_columns(instrument: Instrument, *, comma_is_decimal: bool) -> Iterator[Column]:
    """Return the columns of an instrument's table, administrative ones first.

    Parameters
    ----------
    instrument : Instrument
        The questionnaire.
    comma_is_decimal : bool
        Whether ``1,500`` can only mean one and a half; otherwise it is rejected as ambiguous.
    """

    def number(text: str) -> float:
        return parse_number(text, comma_is_decimal=comma_is_decimal)

    respondent = instrument.administrative_column("respondent")
    for column in instrument.administrative:
        if column.kind == "number":
            yield Column(column.id, True, True, number)
        else:
            yield Column(column.id, False, column.id == respondent, str.strip)
    for variable in instrument.assigned:
        levels = f"not among the levels {', '.join(map(str, variable.values))}"
        yield Column(variable.id, True, True, _one_of(variable.values, levels, number))
    for item in instrument.items:
        match item.kind:
            case "multiple":
                ticked = _one_of((0, 1), "an option is 1 (chosen) or 0 (not chosen)", number)
                for id in item.columns:
                    yield Column(id, True, True, ticked)
            case "rank":
                ranks = f"a rank is 1 to {item.top}, or 0 (not ranked)"
                ranked = _one_of(range((item.top or 0) + 1), ranks, number)
                for id in item.columns:
                    yield Column(id, True, True, ranked)
            case "allocate":
                for id in item.columns:
                    yield Column(id, True, True, _points(item.total or 0, number))
            case "number":
                yield Column(item.id, True, True, _in_range(item, number))
            case "text":
                yield Column(item.id, False, True, _text(item.rule))
            case "date":
                yield Column(item.id, False, True, _day(item.dates or DateRange()))
            case "time":
                yield Column(item.id, False, True, _time_of_day)
            case "single" | "consent":
                yield Column(item.id, True, True, _among(item, number))


def parse_number(text: str, *, comma_is_decimal: bool) -> float:
    """Read a number in plain decimal or scientific notation, with a point or a comma.

    Raises
    ------
    ValueError
        If the text is not a finite number, its comma may mark decimals or thousands, or it is a
        whole number of more digits than a number keeps, such as an id.
    """
    plain = text.strip().replace("\N{MINUS SIGN}", "-")
    if not comma_is_decimal and _MAYBE_THOUSANDS.fullmatch(plain):
        raise ValueError("ambiguous: the comma may mark decimals or thousands")
    plain = plain.replace(",", ".")
    if not _NUMBER.fullmatch(plain):
        raise ValueError("not a number")
    value = float(plain)
    if not math.isfinite(value):
        raise ValueError("number too large")
    if abs(value) >= _LARGEST_EXACT and Decimal(repr(value)) != Decimal(plain):
        raise ValueError("more digits than a number keeps")
    return value


def _one_of(
    values: Collection[int], reason: str, number: Callable[[str], float]
) -> Callable[[str], float]:
    known = {*values, *MISSING_CODES}

    def parse(text: str) -> float:
        value = number(text)
        if value not in known:
            raise ValueError(reason)
        return value

    return parse


def _points(total: int, number: Callable[[str], float]) -> Callable[[str], float]:
    def parse(text: str) -> float:
        value = number(text)
        if value not in MISSING_CODES and not 0 <= value <= total:
            raise ValueError(f"points must lie between 0 and {total}")
        return value

    return parse


def _in_range(item: Item, number: Callable[[str], float]) -> Callable[[str], float]:
    allowed = item.number

    def parse(text: str) -> float:
        value = number(text)
        if value in MISSING_CODES or allowed is None:
            return value
        if allowed.whole and not value.is_integer():
            raise ValueError("not a whole number")
        if allowed.minimum is not None and value < allowed.minimum:
            raise ValueError(f"below {spell_number(allowed.minimum)}")
        if allowed.maximum is not None and value > allowed.maximum:
            raise ValueError(f"above {spell_number(allowed.maximum)}")
        if allowed.slider is None:
            return value
        near = allowed.on_step(value)
        if near is None:
            step, first = (spell_number(n) for n in (allowed.slider.step, allowed.ends[0]))
            raise ValueError(f"between the steps of {step} from {first}")
        return near

    return parse


def _text(rule: TextRule | None) -> Callable[[str], str]:
    if rule is None:
        return str
    pattern = re.compile(rule.pattern or r"[\s\S]*", re.ASCII)

    def parse(text: str) -> str:
        plain = text.strip()
        if plain in MISSING_TEXTS:
            return text
        if rule.shortest is not None and len(text) < rule.shortest:
            raise ValueError(f"shorter than {rule.shortest} characters")
        if rule.longest is not None and len(text) > rule.longest:
            raise ValueError(f"longer than {rule.longest} characters")
        if not pattern.fullmatch(text):
            raise ValueError(f"not in the format {rule.format or rule.pattern}")
        return text

    return parse


def _day(allowed: DateRange) -> Callable[[str], str]:
    """Read a date in ISO 8601, as spreadsheets also write it with midnight behind."""

    def parse(text: str) -> str:
        plain = text.strip()
        if plain in MISSING_TEXTS:
            return plain
        written = _DAY.fullmatch(plain)
        if written is None:
            raise ValueError("not a date as 2026-01-31")
        try:
            day = date.fromisoformat(written[1])
        except ValueError as error:
            raise ValueError("there is no such day") from error
        if allowed.first is not None and day < allowed.first:
            raise ValueError(f"before {allowed.first}")
        if allowed.last is not None and day > allowed.last:
            raise ValueError(f"after {allowed.last}")
        return day.isoformat()

    return parse


def _time_of_day(text: str) -> str:
    """Read a time of day on the respondent's clock; a time zone behind it is omitted."""
    plain = text.strip()
    if plain in MISSING_TEXTS:
        return plain
    written = _TIME.fullmatch(plain)
    if written is None:
        raise ValueError("not a time of day as 14:30")
    try:
        clock = time(int(written[1]), int(written[2]), int(written[3] or 0))
    except ValueError as error:
        raise ValueError("there is no such time of day") from error
    return clock.isoformat("seconds" if clock.second else "minutes")


def _among(item: Item, number: Callable[[str], float]) -> Callable[[str], float]:
    scale = item.responses
    options = () if scale is None else scale.all_options
    listed = ", ".join(
        f"{option.value} ({option.code})" if option.code else str(option.value)
        for option in options
    )
    reason = f"not among the answers {listed}"
    coded = _one_of([option.value for option in options], reason, number)
    letters = {option.code: float(option.value) for option in options if option.code}

    def parse(text: str) -> float:
        plain = text.strip()
        if plain in letters:
            return letters[plain]
        if letters and not _NUMBER.fullmatch(plain):
            raise ValueError(reason)
        return coded(text)

    return parse
