"""Answers on a rating scale as stacked bars; bipolar scales diverge from their middle.

The layout follows Heiberger and Robbins (2014, Journal of Statistical Software, 57(5)): the
neutral category of an odd scale is split at zero, so that agreement and disagreement can be
compared from one base line; missing answers stand apart, in a panel of their own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from coprod_stats.report.errors import ReportError
from coprod_stats.report.figures.legend import colour_entry, legend
from coprod_stats.report.figures.missing import MISSING_ROLES, check_kinds
from coprod_stats.report.figures.svg import Drawing, Element, label, line, rectangle
from coprod_stats.report.figures.text_width import text_width, wrap
from coprod_stats.report.numbers import count, percent
from coprod_stats.report.palette import diverging, readable_on, sequential

_WIDTH = 900.0
_LABEL_WIDTH = 262.0
_COUNT_RIGHT = 318.0
_TOTAL_WIDTH = 42.0
_MISSING_WIDTH = 96.0
_MISSING_GAP = 26.0
_BAR = 22.0
_LINE = 16.5
_PADDING = 7.0
_SIZE = 13.0
_SMALL = 11.5


@dataclass(frozen=True, slots=True)
class LikertItem:
    """The answers to one item.

    Parameters
    ----------
    label : str
        The item as it was asked.
    shares : tuple of float
        Share of each category, lowest first, among the answers on the scale; they sum to 1.
        All zero if nobody answered.
    n_obs : int
        Number of answers on the scale.
    missing : tuple of float
        Share of each kind of missing answer among those who were asked.
    """

    label: str
    shares: tuple[float, ...]
    n_obs: int
    missing: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class _Panel:
    """Where the bars are drawn: pixels of the left and right end, shares that these stand for."""

    left: float
    right: float
    low: float
    high: float

    def x(self, share: float) -> float:
        return self.left + (share - self.low) / (self.high - self.low) * (self.right - self.left)


def likert_chart(
    items: Sequence[LikertItem],
    *,
    categories: Sequence[str],
    missing_kinds: Sequence[str] = (),
    bipolar: bool = True,
) -> Drawing:
    """Draw one stacked bar for each item.

    Parameters
    ----------
    items : sequence of LikertItem
        Top to bottom.
    categories : sequence of str
        Labels of the scale, lowest first.
    missing_kinds : sequence of str
        Labels of the kinds of missing answers; at most four.
    bipolar : bool
        Whether the scale has two poles; the bars of a unipolar scale all start at zero.

    Raises
    ------
    ReportError
        If an item's shares do not fit the labels or do not sum to 1.
    """
    _check(items, n_categories=len(categories), missing_kinds=missing_kinds)
    colours = diverging(len(categories)) if bipolar else sequential(len(categories))
    shapes, y = _legends(categories, colours, missing_kinds)
    starts = [_start(item.shares) if bipolar else 0.0 for item in items]
    panel = _panel(items, starts, bipolar=bipolar, missing=bool(missing_kinds))
    wrapped = [wrap(item.label, width=_LABEL_WIDTH, size=_SIZE) for item in items]
    heights = [max(len(lines) * _LINE, _BAR) + 2 * _PADDING for lines in wrapped]
    tops = list(accumulate(heights, initial=y + 20))
    shapes += _heads(y + 12, panel, bipolar=bipolar, missing=bool(missing_kinds))
    shapes += _grid(panel, top=tops[0], bottom=tops[-1])
    for item, start, lines, (top, bottom) in zip(
        items, starts, wrapped, pairwise(tops), strict=True
    ):
        middle = (top + bottom) / 2
        shapes += _item_label(lines, item.n_obs, middle)
        shapes += _bar(item, start, colours, panel, middle)
        shapes += _totals(item.shares, panel, middle) if bipolar else ()
        shapes += _missing_bar(item, middle) if missing_kinds else ()
    description = _description(items, categories)
    return Drawing(_WIDTH, tops[-1] + 22, tuple(shapes), description)


def _check(items: Sequence[LikertItem], *, n_categories: int, missing_kinds: Sequence[str]) -> None:
    check_kinds(missing_kinds)
    for item in items:
        if len(item.shares) != n_categories or len(item.missing) != len(missing_kinds):
            raise ReportError(f"The shares of item '{item.label}' do not fit the labels.")
        total = math.fsum(item.shares)
        if total and not math.isclose(total, 1, abs_tol=1e-6):
            raise ReportError(f"The shares of item '{item.label}' sum to {total}, not to 1.")


def _legends(
    categories: Sequence[str], colours: Sequence[str], missing_kinds: Sequence[str]
) -> tuple[list[Element], float]:
    entries = [colour_entry(*pair) for pair in zip(categories, colours, strict=True)]
    shapes, height = legend(entries, x=0, y=0, width=_WIDTH)
    kinds = [colour_entry(*pair) for pair in zip(missing_kinds, MISSING_ROLES, strict=False)]
    more, more_height = legend(kinds, x=0, y=height, width=_WIDTH)
    return [*shapes, *more], height + more_height + 14


def _start(shares: Sequence[float]) -> float:
    """Return where a diverging bar begins: minus what lies below the middle of the scale."""
    half, odd = divmod(len(shares), 2)
    below = math.fsum(shares[:half])
    return -(below + shares[half] / 2) if odd else -below


def _panel(
    items: Sequence[LikertItem], starts: Sequence[float], *, bipolar: bool, missing: bool
) -> _Panel:
    left = _COUNT_RIGHT + 14 + (_TOTAL_WIDTH if bipolar else 0)
    right = _WIDTH - (_MISSING_WIDTH + _MISSING_GAP if missing else 20)
    right -= _TOTAL_WIDTH if bipolar else 0
    if not bipolar:
        return _Panel(left, right, 0.0, 1.0)
    ends = [start + math.fsum(item.shares) for item, start in zip(items, starts, strict=True)]
    low = min(-0.25, *starts, -0.25)
    high = max(0.25, *ends, 0.25)
    return _Panel(left, right, low, high)


def _heads(y: float, panel: _Panel, *, bipolar: bool, missing: bool) -> list[Element]:
    heads = [label(_COUNT_RIGHT, y, "n", size=_SMALL, anchor="end", fill="muted", italic=True)]
    if bipolar:
        below, above = panel.left - 8, panel.right + 8
        heads.append(label(below, y, "below", size=_SMALL, anchor="end", fill="muted"))
        heads.append(label(above, y, "above", size=_SMALL, fill="muted"))
    if missing:
        heads.append(label(_WIDTH - _MISSING_WIDTH, y, "missing", size=_SMALL, fill="muted"))
    return heads


def _grid(panel: _Panel, *, top: float, bottom: float) -> list[Element]:
    shapes = []
    for quarter in range(-4, 5):
        share = quarter / 4
        if panel.low - 1e-9 <= share <= panel.high + 1e-9:
            x = panel.x(share)
            stroke = "muted" if quarter == 0 else "rule"
            shapes.append(line(x, top, x, bottom + 4, stroke=stroke))
            words = percent(abs(share), 0)
            shapes.append(label(x, bottom + 18, words, size=_SMALL, anchor="middle", fill="muted"))
    return shapes


def _item_label(lines: Sequence[str], n_obs: int, middle: float) -> list[Element]:
    first = middle - (len(lines) - 1) * _LINE / 2 + 4.5
    shapes = [
        label(0, first + index * _LINE, words, size=_SIZE) for index, words in enumerate(lines)
    ]
    number = label(
        _COUNT_RIGHT, middle + 4.5, count(n_obs), size=_SMALL, anchor="end", fill="muted"
    )
    return [*shapes, number]


def _bar(
    item: LikertItem, start: float, colours: Sequence[str], panel: _Panel, middle: float
) -> list[Element]:
    shapes = []
    edges = accumulate(item.shares, initial=start)
    for share, colour, (low, high) in zip(item.shares, colours, pairwise(edges), strict=True):
        if share <= 0:
            continue
        left, right = panel.x(low), panel.x(high)
        shapes.append(rectangle(left, middle - _BAR / 2, right - left, _BAR, fill=colour))
        words = percent(share, 0)
        if text_width(words, size=_SMALL) + 1 <= right - left:
            paint = readable_on(colour)
            x = (left + right) / 2
            shapes.append(label(x, middle + 4, words, size=_SMALL, anchor="middle", fill=paint))
    return shapes


def _totals(shares: Sequence[float], panel: _Panel, middle: float) -> list[Element]:
    half = len(shares) // 2
    if not any(shares):
        return []
    below = percent(math.fsum(shares[:half]), 0)
    above = percent(math.fsum(shares[-half:] if half else ()), 0)
    return [
        label(panel.left - 8, middle + 4.5, below, size=_SIZE, anchor="end", fill="ink"),
        label(panel.right + 8, middle + 4.5, above, size=_SIZE, fill="ink"),
    ]


def _missing_bar(item: LikertItem, middle: float) -> list[Element]:
    """Draw the shares of missing answers; the full width of the panel stands for half."""
    left = _WIDTH - _MISSING_WIDTH
    per_share = (_MISSING_WIDTH - _TOTAL_WIDTH) / 0.5
    shapes = []
    x = left
    for share, role in zip(item.missing, MISSING_ROLES, strict=False):
        width = min(share * per_share, left + _MISSING_WIDTH - _TOTAL_WIDTH - x)
        if width > 0:
            shapes.append(rectangle(x, middle - 6, width, 12, fill=role, stroke="muted"))
            x += width
    total = percent(math.fsum(item.missing), 1)
    shapes.append(label(x + 5, middle + 4.5, total, size=_SMALL, fill="muted"))
    return shapes


def _description(items: Sequence[LikertItem], categories: Sequence[str]) -> str:
    sentences = []
    for item in items:
        shares = "; ".join(
            f"{category} {percent(share, 0)}"
            for category, share in zip(categories, item.shares, strict=True)
        )
        missing = f"; missing {percent(math.fsum(item.missing))}" if item.missing else ""
        sentences.append(f"{item.label} (n = {count(item.n_obs)}): {shares}{missing}.")
    return " ".join(sentences)
