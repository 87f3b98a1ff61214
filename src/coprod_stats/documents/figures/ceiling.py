"""A scatter plot with the line above which nothing lies."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from coprod_stats.documents.figures.axis import nice_ticks
from coprod_stats.documents.figures.item_rows import SIZE, SMALL
from coprod_stats.documents.figures.svg import Drawing, Element, circle, label, line, rectangle
from coprod_stats.documents.figures.text_width import text_width, wrap
from coprod_stats.documents.numbers import NumberFormat, count

Point = tuple[float, float]

_TOP, _SIDE = 12.0, 380.0
_LINE = 16.5
_MOST_DECIMALS = 6
_LARGEST, _SMALLEST = 12.0, 2.2


@dataclass(frozen=True, slots=True)
class _Axis:
    """Ticks along a side of the plot."""

    ticks: tuple[float, ...]

    def share(self, value: float) -> float:
        low, high = self.ticks[0], self.ticks[-1]
        return (value - low) / (high - low)

    def words(self, tick: float) -> str:
        step = self.ticks[1] - self.ticks[0]
        digits = max(0, -math.floor(math.log10(step) + 1e-9))
        if digits > _MOST_DECIMALS:
            largest = max(map(abs, self.ticks))
            return f"{tick:.{1 + math.ceil(math.log10(largest / step))}g}"
        return NumberFormat("decimal", digits)(tick) if digits else count(tick)

    @property
    def widest(self) -> float:
        return max(text_width(self.words(tick), size=SMALL) for tick in self.ticks)


def ceiling_chart(
    points: Sequence[Point],
    ceiling: Sequence[Point],
    *,
    x_label: str,
    y_label: str,
    steps: bool,
) -> Drawing:
    """Draw cases, as discs whose area grows with how many lie there, and their ceiling.

    Parameters
    ----------
    points : sequence of (x, y)
        At least one case.
    ceiling : sequence of (x, y)
        Vertices of the ceiling from left to right; none where there is no line.
    x_label, y_label : str
        What is measured along the axes.
    steps : bool
        Whether the ceiling is a step function, for the description.
    """
    every = [*points, *ceiling]
    axis_x, axis_y = (_axis([point[side] for point in every]) for side in (0, 1))
    left = max(axis_y.widest + 14, axis_x.widest / 2)

    def at(point: Point) -> Point:
        return (
            left + _SIDE * axis_x.share(point[0]),
            _TOP + _SIDE * (1 - axis_y.share(point[1])),
        )

    counts = Counter(points)
    most = max(counts.values())
    shapes = _frame(axis_x, axis_y, left=left)
    for point, number in sorted(counts.items()):
        radius = max(_SMALLEST, _LARGEST * math.sqrt(number / most)) if most > 1 else 3.0
        shapes.append(circle(*at(point), radius, fill="series-1"))
    for start, end in pairwise(ceiling):
        shapes.append(line(*at(start), *at(end), stroke="series-2", width=2.5))
    below, height = _axis_labels(x_label, y_label, width=left + _SIDE)
    kind = "a step function" if steps else "a line"
    described = (
        f"{count(len(points))} cases at {count(len(counts))} places, {x_label} from left to right, "
        f"{y_label} from bottom to top. "
        + (f"The ceiling is {kind} through " if ceiling else "No ceiling could be drawn.")
        + ", ".join(f"({x:g}, {y:g})" for x, y in ceiling)
        + ("." if ceiling else "")
    )
    return Drawing(left + _SIDE + max(20, axis_x.widest / 2), height, (*shapes, *below), described)


def _axis(values: Sequence[float]) -> _Axis:
    """Return an axis with as many ticks, six at most, as their words leave room for."""
    for at_most in (6, 4, 3, 2, 1):
        axis = _Axis(nice_ticks(min(values), max(values), at_most=at_most))
        if axis.widest + 8 <= _SIDE / (len(axis.ticks) - 1):
            break
    return axis


def _frame(axis_x: _Axis, axis_y: _Axis, *, left: float) -> list[Element]:
    shapes = [rectangle(left, _TOP, _SIDE, _SIDE, fill="panel")]
    for tick in axis_x.ticks:
        x = left + _SIDE * axis_x.share(tick)
        shapes.append(line(x, _TOP, x, _TOP + _SIDE + 4, stroke="rule"))
        words = axis_x.words(tick)
        shapes.append(label(x, _TOP + _SIDE + 19, words, size=SMALL, anchor="middle", fill="muted"))
    for tick in axis_y.ticks:
        y = _TOP + _SIDE * (1 - axis_y.share(tick))
        shapes.append(line(left - 4, y, left + _SIDE, y, stroke="rule"))
        words = axis_y.words(tick)
        shapes.append(label(left - 9, y + 4, words, size=SMALL, anchor="end", fill="muted"))
    return shapes


def _axis_labels(x_label: str, y_label: str, *, width: float) -> tuple[list[Element], float]:
    """Name both axes below the plot, so that long names are read without turning the head."""
    written = [f"→ {x_label}", f"↑ {y_label}"]
    lines = [piece for words in written for piece in wrap(words, width=width, size=SIZE)]
    first = _TOP + _SIDE + 44
    shapes = [label(0, first + k * _LINE, words, size=SIZE) for k, words in enumerate(lines)]
    return shapes, first + (len(lines) - 1) * _LINE + 8
