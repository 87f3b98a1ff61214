"""How the answer to each kind of question is marked or written on paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from coprod_stats.instruments.language.evaluation import other_column
from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.model import DateRange, Instrument, Item, NumberRange, Option, Text
from coprod_stats.platforms.fields import missing_choices
from coprod_stats.platforms.paper.document import (
    Body,
    Choice,
    Lines,
    MarkedLine,
    NumberBox,
    NumberList,
    Steps,
    Tick,
)
from coprod_stats.platforms.phrases import Phrases

GRID_WIDTH = 64
"""Characters in small print that the answers of a grid have room for, side by side."""
LEAST_COLUMN = 5
ROW_WIDTH = 84
BESIDE_WIDTH = 26
SHORT_OPTION = 30
MANY_OPTIONS = 8
LINE = "_" * 24
DASH = " – "
MOST_BOXES = 21
"""Numbered boxes that stand side by side."""
FREE_DIGITS = 6
"""Boxes for a number without an upper limit."""


def fits_side_by_side(labels: Sequence[str]) -> bool:
    """Return whether the answers fit into the head of a grid, wrapped at words."""
    longest = (max(map(len, label.split()), default=0) for label in labels)
    return sum(max(length, LEAST_COLUMN) for length in longest) <= GRID_WIDTH


def body_of(
    item: Item,
    instrument: Instrument,
    words: Callable[[Text], str],
    phrases: Phrases,
    go_to: Mapping[int, str],
    *,
    only_if: Mapping[int, str],
) -> Body:
    """Return what is marked or written for an item that is no row of a grid."""
    own = item.responses.options if item.responses else ()
    beside = specified(item, instrument)
    options = tuple(tick_of(option, item, words, go_to, only_if, beside=beside) for option in own)
    match item.kind:
        case "number" if item.number is not None and item.number.slider is not None:
            return _line(item.number, words)
        case "number" if item.number is not None:
            unit = words(item.number.unit) if item.number.unit else ""
            return NumberBox(_digits(item.number), not item.number.whole, unit)
        case "date" | "time":
            return Lines(1)
        case "text" | "number":
            return Lines()
        case "rank":
            return NumberList(options, len(str(item.top)))
        case "allocate":
            return NumberList(options, len(str(item.total)), str(item.total), phrases.total)
        case _ if _is_line_of_boxes(item) and not (go_to or only_if):
            named = (o for o in own if str(o.label) != str(o.value))
            return _steps(options, [(str(o.value), words(o.label)) for o in named])
        case _:
            n_beside = len(missing_choices(item, instrument))
            return Choice(options, _columns(options, n_beside))


def _is_line_of_boxes(item: Item) -> bool:
    """Return whether the options of an item are numbers that stand side by side, and no more."""
    scale = item.responses
    if scale is None or not scale.numbered or item.other in scale.values:
        return False
    return len(scale.options) <= MOST_BOXES


def _line(number: NumberRange, words: Callable[[Text], str]) -> Body:
    """Return the line of a slider: boxes if they are few, else one to mark."""
    assert number.slider is not None
    (low, high), step = number.ends, number.slider.step
    labels = [(spell_number(n), words(text)) for n, text in number.labels]
    if number.n_steps < MOST_BOXES:
        points = (number.on_step(low + n * step) for n in range(number.n_steps + 1))
        written = [spell_number(point) for point in points if point is not None]
        return _steps([Tick(text, text) for text in written], labels)
    middle = labels[1][1] if len(labels) > 2 else ""
    return MarkedLine(spell_number(low), spell_number(high), labels[0][1], labels[-1][1], middle)


def _steps(options: Sequence[Tick], labels: Sequence[tuple[str, str]]) -> Steps:
    """Return numbered boxes, the labels of their ends apart."""
    inner = tuple(f"{number} = {label}" for number, label in labels[1:-1])
    ticks = tuple(replace(option, label=option.code) for option in options)
    return Steps(ticks, labels[0][1], labels[-1][1], inner)


def specified(item: Item, instrument: Instrument) -> Text | None:
    """Return what is asked beside an item's option "other", if it has one."""
    found = (other.text for other in instrument.items if other.specifies == item.id)
    return next(found, None)


def tick_of(
    option: Option,
    item: Item,
    words: Callable[[Text], str],
    go_to: Mapping[int, str],
    only_if: Mapping[int, str],
    *,
    beside: Text | None,
) -> Tick:
    """Return an answer to tick, for whom it is, and a line to write on beside "other".

    ``beside`` says what to write there; a label that says so itself is not repeated.
    """
    label, code = words(option.label), str(option.value)
    if option.value in only_if:
        label = f"{label} ({only_if[option.value]})"
    if option.value == item.other:
        asks = words(beside) if beside is not None else ""
        said = "" if asks.casefold() in label.casefold() else f"{DASH}{asks}"
        label, code = f"{label}{said} {LINE}", f"{code} {other_column(item.id)}"
    return Tick(label, code, go_to.get(option.value, ""))


def instruction_of(item: Item, words: Callable[[Text], str], phrases: Phrases) -> str:
    """Describe how to answer an item that is no row of a grid."""
    match item.kind:
        case "multiple":
            apart = [phrases.tick_alone.format(words(option.label)) for option in item.exclusive]
            return " ".join([_how_many(item, phrases), *apart])
        case "rank":
            return phrases.rank.format(item.top)
        case "allocate":
            return phrases.allocate.format(item.total)
        case "text":
            return " ".join([phrases.write_words, *_length(item, phrases)])
        case "date":
            days = item.dates or DateRange()
            limits = _between(_shown(days.first), _shown(days.last), phrases)
            return phrases.write_date.format(limits)
        case "time":
            return phrases.write_time
        case "number" if item.number is not None and item.number.slider is not None:
            boxes = item.number.n_steps < MOST_BOXES
            return phrases.tick_one if boxes else phrases.mark_line
        case "number":
            whole = item.number is None or item.number.whole
            phrase = phrases.write_number if whole else phrases.write_decimal
            return phrase.format(_limits(item.number, phrases))
        case _:
            return phrases.tick_one


def _how_many(item: Item, phrases: Phrases) -> str:
    least, most = item.min_choices, item.max_choices
    if least is not None and most is not None:
        return phrases.tick_between.format(least, most)
    if least is not None:
        return phrases.tick_least.format(least)
    return phrases.tick_all if most is None else phrases.tick_most.format(most)


def _limits(number: NumberRange | None, phrases: Phrases) -> str:
    ends = (None, None) if number is None else (number.minimum, number.maximum)
    low, high = (None if end is None else spell_number(end) for end in ends)
    return _between(low, high, phrases)


def _between(low: str | None, high: str | None, phrases: Phrases) -> str:
    if low is not None and high is not None:
        return phrases.between.format(low, high)
    if low is not None:
        return phrases.at_least.format(low)
    return "" if high is None else phrases.at_most.format(high)


def _length(item: Item, phrases: Phrases) -> list[str]:
    rule = item.rule
    if rule is None or (rule.shortest is None and rule.longest is None):
        return []
    low, high = (None if end is None else str(end) for end in (rule.shortest, rule.longest))
    return [phrases.characters.format(_between(low, high, phrases).lstrip(",، "))]


def _shown(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _digits(number: NumberRange) -> int:
    """Count the boxes that the largest allowed number needs, its sign included."""
    bounds = [bound for bound in (number.minimum, number.maximum) if bound is not None]
    if number.maximum is None:
        return max([FREE_DIGITS, *(len(spell_number(round(bound))) for bound in bounds)])
    return max(len(spell_number(round(bound))) for bound in bounds)


def _columns(options: Sequence[Tick], n_beside: int) -> int:
    """Return how many answers stand side by side: all if they are short, two columns if many."""
    leads_on = any(option.go_to for option in options)
    if leads_on:
        return 1
    if sum(len(option.label) + 6 for option in options) + BESIDE_WIDTH * n_beside <= ROW_WIDTH:
        return len(options)
    short = all(len(option.label) <= SHORT_OPTION for option in options)
    return 2 if short and len(options) >= MANY_OPTIONS else 1
