"""What several alternatives change of the same coefficients: a row of dots each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count as from_zero

from coprod_stats.documents.figures.axis import nice_ticks
from coprod_stats.documents.figures.item_rows import SIZE, SMALL, ItemRow, stack_rows
from coprod_stats.documents.figures.legend import LegendEntry, legend
from coprod_stats.documents.figures.svg import (
    Drawing,
    Element,
    circle,
    label,
    line,
    polygon,
    rectangle,
)
from coprod_stats.documents.numbers import BOUNDED, NumberFormat

_WIDTH = 900.0
_LABEL_WIDTH = 270.0
_LEFT = 290.0
_RIGHT = _WIDTH - 90.0
_LANE = 9.0
_LEAST_END = 0.05
"""The axis reaches this far from zero at least, so that changes of nothing stay at zero."""


@dataclass(frozen=True, slots=True)
class Change:
    """The change of one coefficient, named, and whether it is marked."""

    name: str
    value: float
    marked: bool


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """An alternative: its label, the number of cases, and what it changes."""

    label: str
    n_cases: int
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class _Axis:
    ticks: tuple[float, ...]

    def x(self, value: float) -> float:
        low, high = self.ticks[0], self.ticks[-1]
        return _LEFT + (value - low) / (high - low) * (_RIGHT - _LEFT)


def change_chart(
    rows: Sequence[ChangeRow], *, axis_label: str, marked: str, unmarked: str
) -> Drawing:
    """Draw the changes of each alternative around a line at zero, beside its number of cases.

    Parameters
    ----------
    rows : sequence of ChangeRow
        Top to bottom.
    axis_label : str
        Quantity on the axis.
    marked, unmarked : str
        What a mark stands for, and a dot without one.
    """
    values = [change.value for row in rows for change in row.changes]
    axis = _Axis(nice_ticks(min([-_LEAST_END, *values]), max([_LEAST_END, *values])))
    entries = [LegendEntry((_dot(7, 0),), 14, unmarked), LegendEntry((_mark(7, 0),), 14, marked)]
    key, top = legend(entries, x=0, y=0, width=_WIDTH)
    placed = [_lanes(row, axis) for row in rows]
    items: list[ItemRow] = []
    bottom = top + 24
    for row, lanes in zip(rows, placed, strict=True):
        height = (2 * ((max(lanes, default=0) + 1) // 2) + 1) * _LANE
        items += stack_rows([row.label], top=bottom, width=_LABEL_WIDTH, least=height, padding=6)
        bottom = items[-1].bottom
    shapes = [
        *key,
        label(_WIDTH - 6, top + 16, "n", size=SMALL, anchor="end", fill="muted"),
        *(rectangle(0, i.top, _WIDTH, i.bottom - i.top, fill="panel") for i in items[::2]),
        *_frame(axis, axis_label, top=top + 24, bottom=bottom),
    ]
    for row, item, lanes in zip(rows, items, placed, strict=True):
        shapes += item.draw_label(x=6)
        shapes.append(item.draw_count(row.n_cases, right=_WIDTH - 6))
        for change, lane in zip(row.changes, lanes, strict=True):
            y = item.middle + _LANE * ((lane + 1) // 2) * (1 if lane % 2 else -1)
            shapes.append((_mark if change.marked else _dot)(axis.x(change.value), y))
    return Drawing(_WIDTH, bottom + 46, tuple(shapes), _description(rows, marked))


def _lanes(row: ChangeRow, axis: _Axis) -> list[int]:
    """Return a lane for each dot in which it covers no other: 0 in the middle, 1 below, 2 above."""
    lanes = [0] * len(row.changes)
    ends: dict[int, float] = {}
    for place in sorted(range(len(lanes)), key=lambda place: row.changes[place].value):
        x = axis.x(row.changes[place].value)
        lane = next(one for one in from_zero() if x - ends.get(one, -_WIDTH) >= _LANE)
        lanes[place], ends[lane] = lane, x
    return lanes


def _frame(axis: _Axis, axis_label: str, *, top: float, bottom: float) -> list[Element]:
    shapes: list[Element] = []
    digits = NumberFormat("bounded", 2 if axis.ticks[1] - axis.ticks[0] < 0.1 else 1)
    for tick in axis.ticks:
        x = axis.x(tick)
        shapes.append(line(x, top, x, bottom + 4, stroke="rule" if tick else "ink"))
        words = digits(tick) if tick else "0"
        shapes.append(label(x, bottom + 19, words, size=SMALL, anchor="middle", fill="muted"))
    middle = (_LEFT + _RIGHT) / 2
    return [*shapes, label(middle, bottom + 39, axis_label, size=SIZE, anchor="middle")]


def _dot(x: float, y: float) -> Element:
    return circle(x, y, 4, fill="series-1")


def _mark(x: float, y: float) -> Element:
    return polygon(((x - 5.5, y), (x, y - 5.5), (x + 5.5, y), (x, y + 5.5)), fill="series-2")


def _description(rows: Sequence[ChangeRow], marked: str) -> str:
    sentences = []
    for row in rows:
        if not row.changes:
            sentences.append(f"{row.label}: no estimate.")
            continue
        low, high = (pick(c.value for c in row.changes) for pick in (min, max))
        names = ", ".join(change.name for change in row.changes if change.marked)
        named = f"; {marked}: {names}" if names else ""
        sentences.append(f"{row.label}: {BOUNDED(low)} to {BOUNDED(high)}{named}.")
    return " ".join(sentences)
