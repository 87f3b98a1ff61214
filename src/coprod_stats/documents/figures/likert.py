"""Answers on a rating scale as stacked bars; bipolar scales diverge from their middle.

The layout follows Heiberger and Robbins (2014, Journal of Statistical Software, 57(5)): the
neutral category of an odd scale is split at zero, so that agreement and disagreement can be
compared from one base line; missing answers have a separate panel.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from coprod_stats.documents.errors import ReportError
from coprod_stats.documents.figures.item_rows import SIZE, SMALL, ItemRow, stack_rows
from coprod_stats.documents.figures.legend import LegendEntry, colour_entry, legend
from coprod_stats.documents.figures.missing import check_kinds, missing_bar, missing_entries
from coprod_stats.documents.figures.svg import Drawing, Element, label, line, rectangle
from coprod_stats.documents.figures.text_width import text_width
from coprod_stats.documents.numbers import count, percent
from coprod_stats.documents.palette import diverging, readable_on, sequential

_WIDTH = 900.0
_LABEL_WIDTH = 262.0
_COUNT_RIGHT = 318.0
_TOTAL_WIDTH = 42.0
_MISSING_WIDTH = 96.0
_MISSING_GAP = 26.0
_BAR = 22.0


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
    """Area of the bars: pixels of the left and right end, and the shares they represent."""

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
        Labels of the response scale, lowest first.
    missing_kinds : sequence of str
        Labels of the kinds of missing answers; at most six. The legend holds those that occur.
    bipolar : bool
        Whether the scale has two poles; the bars of a unipolar scale all start at zero.

    Raises
    ------
    ReportError
        If an item's shares do not fit the labels or do not sum to 1.
    """
    _check(items, n_categories=len(categories), missing_kinds=missing_kinds)
    colours = diverging(len(categories)) if bipolar else sequential(len(categories))
    starts = [_start(item.shares) if bipolar else 0.0 for item in items]
    panel = _panel(items, starts, bipolar=bipolar, missing=bool(missing_kinds))
    kinds = missing_entries(missing_kinds, [item.missing for item in items])
    key, top = _legends(categories, colours, kinds)
    labels = [item.label for item in items]
    rows = stack_rows(labels, top=top + 20, width=_LABEL_WIDTH, least=_BAR, padding=7)
    bottom = rows[-1].bottom if rows else top + 20
    shapes = [
        *key,
        *_heads(top + 12, panel, bipolar=bipolar, missing=bool(missing_kinds)),
        *_grid(panel, top=top + 20, bottom=bottom),
    ]
    for item, start, row in zip(items, starts, rows, strict=True):
        shapes += [*row.draw_label(), row.draw_count(item.n_obs, right=_COUNT_RIGHT)]
        shapes += _bar(item, start, colours, panel, row.middle)
        shapes += _totals(item.shares, panel, row.middle) if bipolar else ()
    if missing_kinds:
        shapes += _missing_panel(items, rows)
    return Drawing(_WIDTH, bottom + 22, tuple(shapes), _description(items, categories))


def _check(items: Sequence[LikertItem], *, n_categories: int, missing_kinds: Sequence[str]) -> None:
    check_kinds(missing_kinds)
    for item in items:
        if len(item.shares) != n_categories or len(item.missing) != len(missing_kinds):
            raise ReportError(f"The shares of item '{item.label}' do not fit the labels.")
        total = math.fsum(item.shares)
        if total and not math.isclose(total, 1, abs_tol=1e-6):
            raise ReportError(f"The shares of item '{item.label}' sum to {total}, not to 1.")


def _legends(
    categories: Sequence[str], colours: Sequence[str], kinds: Sequence[LegendEntry]
) -> tuple[list[Element], float]:
    entries = [colour_entry(*pair) for pair in zip(categories, colours, strict=True)]
    shapes, height = legend(entries, x=0, y=0, width=_WIDTH)
    more, more_height = legend(kinds, x=0, y=height, width=_WIDTH)
    return [*shapes, *more], height + more_height + 14


def _start(shares: Sequence[float]) -> float:
    """Return the start of a diverging bar: minus the share below the middle of the scale."""
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
    return _Panel(left, right, min([-0.25, *starts]), max([0.25, *ends]))


def _heads(y: float, panel: _Panel, *, bipolar: bool, missing: bool) -> list[Element]:
    heads = [label(_COUNT_RIGHT, y, "n", size=SMALL, anchor="end", fill="muted", italic=True)]
    if bipolar:
        below, above = panel.left - 8, panel.right + 8
        heads.append(label(below, y, "below", size=SMALL, anchor="end", fill="muted"))
        heads.append(label(above, y, "above", size=SMALL, fill="muted"))
    if missing:
        heads.append(label(_WIDTH - _MISSING_WIDTH, y, "missing", size=SMALL, fill="muted"))
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
            shapes.append(label(x, bottom + 18, words, size=SMALL, anchor="middle", fill="muted"))
    return shapes


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
        if text_width(words, size=SMALL) + 1 <= right - left:
            paint = readable_on(colour)
            x = (left + right) / 2
            shapes.append(label(x, middle + 4, words, size=SMALL, anchor="middle", fill=paint))
    return shapes


def _totals(shares: Sequence[float], panel: _Panel, middle: float) -> list[Element]:
    half = len(shares) // 2
    if not any(shares):
        return []
    below = percent(math.fsum(shares[:half]), 0)
    above = percent(math.fsum(shares[-half:] if half else ()), 0)
    return [
        label(panel.left - 8, middle + 4.5, below, size=SIZE, anchor="end", fill="ink"),
        label(panel.right + 8, middle + 4.5, above, size=SIZE, fill="ink"),
    ]


def _missing_panel(items: Sequence[LikertItem], rows: Sequence[ItemRow]) -> list[Element]:
    """Draw the missing answers; the panel spans half of all answers, or all if needed."""
    totals = [math.fsum(item.missing) for item in items]
    full_scale = 0.5 if max(totals, default=0.0) <= 0.5 else 1.0
    scale = (_MISSING_WIDTH - _TOTAL_WIDTH) / full_scale
    shapes = []
    for item, total, row in zip(items, totals, rows, strict=True):
        left = _WIDTH - _MISSING_WIDTH
        shapes += missing_bar(item.missing, x=left, middle=row.middle, scale=scale, height=12)
        x = left + total * scale + 5
        shapes.append(label(x, row.middle + 4.5, percent(total), size=SMALL, fill="muted"))
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
