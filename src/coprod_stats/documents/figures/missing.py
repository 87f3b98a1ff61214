"""Missing answers: bars per item by kind, and the patterns in which they occur together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from coprod_stats.counts import counted
from coprod_stats.documents.errors import ReportError
from coprod_stats.documents.figures.axis import nice_ticks
from coprod_stats.documents.figures.item_rows import SIZE, SMALL, stack_rows
from coprod_stats.documents.figures.legend import LegendEntry, colour_entry, legend
from coprod_stats.documents.figures.svg import (
    Drawing,
    Element,
    circle,
    label,
    line,
    rectangle,
)
from coprod_stats.documents.figures.text_width import text_width
from coprod_stats.documents.numbers import count, percent
from coprod_stats.documents.palette import Role

MISSING_ROLES: tuple[Role, ...] = (
    "missing-1",
    "missing-2",
    "missing-3",
    "missing-4",
    "missing-5",
    "missing-6",
)
_WIDTH = 900.0
_LABEL_WIDTH = 270.0
_CELL = 20.0


@dataclass(frozen=True, slots=True)
class MissingItem:
    """Shares of the kinds of missing answers to one item, among ``n_asked`` who were asked."""

    label: str
    shares: tuple[float, ...]
    n_asked: int


@dataclass(frozen=True, slots=True)
class MissingPattern:
    """Which variables are missing together, and in how many cases."""

    missing: tuple[bool, ...]
    n_obs: int


def check_kinds(kinds: Sequence[str]) -> None:
    """Raise if there are more kinds of missing answers than can be distinguished.

    Raises
    ------
    ReportError
        If there are more than six.
    """
    if len(kinds) > len(MISSING_ROLES):
        raise ReportError(f"{len(kinds)} kinds of missing answers; at most six can be shown.")


def missing_bars(items: Sequence[MissingItem], *, kinds: Sequence[str]) -> Drawing:
    """Draw the share of missing answers of each item, stacked by kind.

    Each kind has the colour of its place; the legend holds those that occur.

    Raises
    ------
    ReportError
        If an item's shares do not fit the kinds, or there are more than six kinds.
    """
    check_kinds(kinds)
    if any(len(item.shares) != len(kinds) for item in items):
        raise ReportError("Each item needs one share for each kind of missing answer.")
    entries = missing_entries(kinds, [item.shares for item in items])
    key, y = legend(entries, x=0, y=0, width=_WIDTH)
    totals = [math.fsum(item.shares) for item in items]
    ticks = nice_ticks(0, max([0.05, *totals]), at_most=5)
    left, right = _LABEL_WIDTH + 72, _WIDTH - 60
    scale = (right - left) / ticks[-1]
    top = y + 28
    labels = [item.label for item in items]
    rows = stack_rows(labels, top=top, width=_LABEL_WIDTH, least=0, padding=5)
    bottom = rows[-1].bottom if rows else top
    head = label(left - 14, top - 8, "asked", size=SMALL, anchor="end", fill="muted")
    shapes = [*key, head, *_axis(ticks, left=left, scale=scale, top=top, bottom=bottom)]
    for item, total, row in zip(items, totals, rows, strict=True):
        shapes += [*row.draw_label(), row.draw_count(item.n_asked, right=left - 14)]
        shapes += missing_bar(item.shares, x=left, middle=row.middle, scale=scale, height=14)
        x = left + total * scale + 6
        shapes.append(label(x, row.middle + 4.5, percent(total), size=SMALL))
    totals_text = "; ".join(
        f"{item.label} {percent(total)}" for item, total in zip(items, totals, strict=True)
    )
    description = f"Share of missing answers by item: {totals_text}."
    return Drawing(_WIDTH, bottom + 24, tuple(shapes), description)


def missing_entries(kinds: Sequence[str], shares: Sequence[Sequence[float]]) -> list[LegendEntry]:
    """Return an entry of the legend for each kind that occurs, in the colour of its place."""
    occurs = [any(share > 0 for share in of_kind) for of_kind in zip(*shares, strict=True)]
    return [
        colour_entry(kind, role)
        for kind, role, is_there in zip(kinds, MISSING_ROLES, occurs, strict=False)
        if is_there
    ]


def missing_bar(
    shares: Sequence[float], *, x: float, middle: float, scale: float, height: float
) -> list[Element]:
    """Draw the shares of the kinds of missing answers end to end, ``scale`` pixels for 1."""
    shapes = []
    for share, role in zip(shares, MISSING_ROLES, strict=False):
        if share > 0:
            y, width = middle - height / 2, share * scale
            shapes.append(rectangle(x, y, width, height, fill=role, stroke="muted"))
            x += width
    return shapes


def _axis(
    ticks: Sequence[float], *, left: float, scale: float, top: float, bottom: float
) -> list[Element]:
    shapes = []
    for tick in ticks:
        x = left + tick * scale
        shapes.append(line(x, top, x, bottom + 4, stroke="rule" if tick else "muted"))
        words = percent(tick, 0 if ticks[1] >= 0.01 else 1)
        shapes.append(label(x, bottom + 18, words, size=SMALL, anchor="middle", fill="muted"))
    return shapes


def missing_patterns(patterns: Sequence[MissingPattern], *, variables: Sequence[str]) -> Drawing:
    """Draw a column for each pattern: a filled dot where an answer is missing, then the cases.

    Raises
    ------
    ReportError
        If there is no pattern, or one does not have an entry for each variable.
    """
    if not patterns or any(len(pattern.missing) != len(variables) for pattern in patterns):
        raise ReportError("Each pattern needs one entry for each variable.")
    rows: list[Element] = []
    left = max(text_width(name, size=SIZE) for name in ("Cases", *variables)) + 14
    step = max(text_width(count(pattern.n_obs), size=SMALL) for pattern in patterns) + 10
    width = left + len(patterns) * step
    for row, name in enumerate(variables):
        y = row * _CELL
        if row % 2 == 0:
            rows.append(rectangle(0, y, width, _CELL, fill="panel"))
        rows.append(label(0, y + 14, name, size=SIZE))
        for column, pattern in enumerate(patterns):
            x = left + (column + 0.5) * step
            rows.append(_dot(x, y + _CELL / 2, missing=pattern.missing[row]))
    bottom = len(variables) * _CELL
    for column, pattern in enumerate(patterns):
        x = left + (column + 0.5) * step
        rows.append(label(x, bottom + 18, count(pattern.n_obs), size=SMALL, anchor="middle"))
    rows.append(label(0, bottom + 18, "Cases", size=SMALL, fill="muted"))
    return Drawing(width, bottom + 26, tuple(rows), _pattern_text(patterns, variables))


def _dot(x: float, y: float, *, missing: bool) -> Element:
    return circle(x, y, 6, fill="negative") if missing else circle(x, y, 2, fill="muted")


def _pattern_text(patterns: Sequence[MissingPattern], variables: Sequence[str]) -> str:
    sentences = []
    for pattern in patterns:
        names = [name for name, missing in zip(variables, pattern.missing, strict=True) if missing]
        which = f"missing {', '.join(names)}" if names else "complete"
        sentences.append(f"{counted(pattern.n_obs, 'case')} {which}.")
    return " ".join(sentences)
