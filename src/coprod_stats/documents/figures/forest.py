"""Coefficients with their intervals: one row each, one mark per engine or specification."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from coprod_stats.documents.errors import ReportError
from coprod_stats.documents.figures.axis import nice_ticks
from coprod_stats.documents.figures.item_rows import SIZE, SMALL, stack_rows
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
from coprod_stats.documents.numbers import BOUNDED, Interval, NumberFormat, interval
from coprod_stats.documents.palette import Role

_WIDTH = 900.0
_LABEL_WIDTH = 310.0
_LEFT = 328.0
_RIGHT = _WIDTH - 20
_LANE = 12.0
_SERIES: tuple[Role, ...] = ("series-1", "series-2", "series-3", "series-4")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A coefficient and its interval; limits may be NaN."""

    value: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One term: its label, and an estimate for each series, or None where there is none."""

    label: str
    estimates: tuple[Estimate | None, ...]


@dataclass(frozen=True, slots=True)
class _Axis:
    ticks: tuple[float, ...]

    def x(self, value: float) -> float:
        low, high = self.ticks[0], self.ticks[-1]
        share = (min(max(value, low), high) - low) / (high - low)
        return _LEFT + share * (_RIGHT - _LEFT)


def forest_chart(
    rows: Sequence[ForestRow],
    *,
    series: Sequence[str],
    axis_label: str,
    region: Interval | None = None,
    limits: Interval | None = None,
) -> Drawing:
    """Draw estimates with intervals around a line at zero.

    Parameters
    ----------
    rows : sequence of ForestRow
        Top to bottom.
    series : sequence of str
        Sources of the estimates in a row, such as engines; one to four.
    axis_label : str
        Quantity on the axis.
    region : Interval, optional
        A shaded region around zero, such as that of practical equivalence.
    limits : Interval, optional
        Ends of the axis; an interval that goes beyond them ends in an arrow. By default the
        axis covers all of them.

    Raises
    ------
    ReportError
        If there is no series or there are more than four, or a row does not fit them.
    """
    if not 1 <= len(series) <= len(_SERIES) or any(
        len(row.estimates) != len(series) for row in rows
    ):
        raise ReportError("A forest chart has one to four series, and each row one value for each.")
    axis = _Axis(_ticks(rows, region, limits))
    key, y = legend([_entry(i, name) for i, name in enumerate(series)], x=0, y=0, width=_WIDTH)
    items = stack_rows(
        [row.label for row in rows],
        top=y + 12,
        width=_LABEL_WIDTH,
        least=len(series) * _LANE,
        padding=8,
    )
    bottom = items[-1].bottom if items else y + 12
    stripes = [
        rectangle(0, item.top, _WIDTH, item.bottom - item.top, fill="panel") for item in items[::2]
    ]
    frame = _frame(axis, region, axis_label, top=y + 12, bottom=bottom)
    shapes = [*key, *stripes, *frame]
    for row, item in zip(rows, items, strict=True):
        shapes += [*item.draw_label(x=6), *_estimates(row, axis, middle=item.middle)]
    return Drawing(_WIDTH, bottom + 46, tuple(shapes), _description(rows, series))


def _ticks(
    rows: Sequence[ForestRow], region: Interval | None, limits: Interval | None
) -> tuple[float, ...]:
    if limits:
        return nice_ticks(limits.low, limits.high)
    present = [estimate for row in rows for estimate in row.estimates if estimate]
    values = [0.0, *(estimate.value for estimate in present)]
    intervals = [estimate.interval for estimate in present] + ([region] if region else [])
    values += [limit for interval in intervals for limit in (interval.low, interval.high)]
    finite = [value for value in values if math.isfinite(value)]
    return nice_ticks(min(finite), max(finite))


def _frame(
    axis: _Axis, region: Interval | None, axis_label: str, *, top: float, bottom: float
) -> list[Element]:
    shapes = []
    if region:
        left, right = axis.x(region.low), axis.x(region.high)
        shapes.append(
            rectangle(left, top, right - left, bottom - top, fill="caution", opacity=0.16)
        )
    number_format = NumberFormat("bounded", 2 if axis.ticks[1] - axis.ticks[0] < 0.1 else 1)
    for tick in axis.ticks:
        x = axis.x(tick)
        stroke: Role = "rule" if tick else "ink"
        shapes.append(line(x, top, x, bottom + 4, stroke=stroke))
        words = number_format(tick) if tick else "0"
        shapes.append(label(x, bottom + 19, words, size=SMALL, anchor="middle", fill="muted"))
    middle = (_LEFT + _RIGHT) / 2
    title = label(middle, bottom + 39, axis_label, size=SIZE, anchor="middle")
    return [*shapes, title]


def _estimates(row: ForestRow, axis: _Axis, *, middle: float) -> list[Element]:
    shapes = []
    first = middle - (len(row.estimates) - 1) * _LANE / 2
    for index, estimate in enumerate(row.estimates):
        if estimate is not None and math.isfinite(estimate.value):
            shapes += _estimate(estimate, axis, first + index * _LANE, series=index)
    return shapes


def _estimate(estimate: Estimate, axis: _Axis, y: float, *, series: int) -> list[Element]:
    role = _SERIES[series]
    shapes = []
    low, high = estimate.interval.low, estimate.interval.high
    if not (math.isnan(low) or math.isnan(high)):
        left, right = axis.x(low), axis.x(high)
        shapes.append(line(left, y, right, y, stroke=role, width=2))
        if low < axis.ticks[0]:
            shapes.append(_arrow(left, y, -1, role))
        if high > axis.ticks[-1]:
            shapes.append(_arrow(right, y, 1, role))
    if axis.ticks[0] <= estimate.value <= axis.ticks[-1]:
        shapes.append(_MARKS[series](axis.x(estimate.value), y, role))
    return shapes


def _arrow(x: float, y: float, direction: int, role: Role) -> Element:
    return polygon(((x, y - 4), (x + 7 * direction, y), (x, y + 4)), fill=role)


def _square(x: float, y: float, role: Role) -> Element:
    return rectangle(x - 4, y - 4, 8, 8, fill=role)


def _triangle(x: float, y: float, role: Role) -> Element:
    return polygon(((x - 5, y + 4), (x, y - 5), (x + 5, y + 4)), fill=role)


def _diamond(x: float, y: float, role: Role) -> Element:
    return polygon(((x - 5, y), (x, y - 5), (x + 5, y), (x, y + 5)), fill=role)


def _disc(x: float, y: float, role: Role) -> Element:
    return circle(x, y, 4.5, fill=role)


_MARKS: tuple[Callable[[float, float, Role], Element], ...] = (_disc, _square, _diamond, _triangle)


def _entry(series: int, words: str) -> LegendEntry:
    role = _SERIES[series]
    swatch = (line(0, 0, 28, 0, stroke=role, width=2), _MARKS[series](14, 0, role))
    return LegendEntry(swatch, 28, words)


def _description(rows: Sequence[ForestRow], series: Sequence[str]) -> str:
    sentences = []
    for row in rows:
        values = [
            f"{name} {BOUNDED(estimate.value)} {_limits(estimate.interval)}"
            for name, estimate in zip(series, row.estimates, strict=True)
            if estimate is not None
        ]
        sentences.append(f"{row.label}: {'; '.join(values) or 'no estimate'}.")
    return " ".join(sentences)


def _limits(limits: Interval) -> str:
    return interval(limits.low, limits.high, number_format=BOUNDED)
