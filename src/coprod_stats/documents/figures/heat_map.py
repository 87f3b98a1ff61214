"""A matrix of coefficients as coloured cells, some of which are framed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from coprod_stats.documents.figures.legend import LegendEntry, legend
from coprod_stats.documents.figures.svg import Drawing, Element, label, rectangle
from coprod_stats.documents.figures.text_width import text_width, wrap
from coprod_stats.documents.numbers import bounded
from coprod_stats.documents.palette import diverging, readable_on

_WIDTH = 900.0
_LABEL_WIDTH = 180.0
_GAP = 12.0
_WIDEST_CELL = 130.0
_CELL_HEIGHT = 38.0
_LINE = 15.0
_SIZE, _SMALL = 13.0, 12.0
_STEPS = 21
_LEAST_END = 0.30
"""Colours end at this value at least, so that small coefficients are pale."""
_FRAME = 3.0


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A coefficient, NaN where there is none, and whether its cell is framed."""

    value: float
    framed: bool


def heat_map(
    cells: Sequence[Sequence[HeatCell]],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    framed: str,
    unframed: str,
) -> Drawing:
    """Draw a matrix of coefficients, from orange (negative) by grey (zero) to blue (positive).

    The value is printed in every cell.

    Parameters
    ----------
    cells : sequence of sequences of HeatCell
        Row by row.
    rows, columns : sequence of str
        Labels.
    framed, unframed : str
        What a frame stands for, and a cell without one.
    """
    values = [abs(cell.value) for row in cells for cell in row if not math.isnan(cell.value)]
    largest = max([_LEAST_END, *values])
    left = _LABEL_WIDTH + _GAP
    width = min((_WIDTH - left) / len(columns), _WIDEST_CELL)
    entries = [_entry(framed, stroke=True), _entry(unframed, stroke=False)]
    key, height = legend(entries, x=0, y=0, width=_WIDTH)
    heads = [wrap(name, width=width - 8, size=_SMALL) for name in columns]
    top = height + 10 + max(map(len, heads)) * _LINE + 6
    labels = [wrap(name, width=_LABEL_WIDTH, size=_SIZE) for name in rows]
    heights = [max(_CELL_HEIGHT, len(lines) * _LINE + 8) for lines in labels]
    tops = list(accumulate(heights, initial=top))
    shapes = [*key, *_column_heads(heads, left=left, width=width, bottom=top - 8)]
    frames = []
    for lines, row, y, row_height in zip(labels, cells, tops, heights, strict=False):
        shapes += _row_head(lines, y + row_height / 2)
        for place, cell in enumerate(row):
            box = _Box(left + place * width, y, width, row_height)
            shapes += _cell(cell, box, largest)
            if cell.framed:
                frames.append(_frame(box))
    # frames lie above the neighbours of their cells
    shapes += frames
    return Drawing(_WIDTH, tops[-1] + 4, tuple(shapes), _description(cells, rows, columns, framed))


@dataclass(frozen=True, slots=True)
class _Box:
    """Place and size of a cell."""

    x: float
    y: float
    width: float
    height: float


def _entry(words: str, *, stroke: bool) -> LegendEntry:
    cell = rectangle(1, -7, 22, 14, fill="rule")
    frame = (_outline(2.5, -5.5, 19, 11),) if stroke else ()
    return LegendEntry((cell, *frame), 24, words)


def _column_heads(
    heads: Sequence[Sequence[str]], *, left: float, width: float, bottom: float
) -> list[Element]:
    shapes = []
    for place, lines in enumerate(heads):
        x = left + (place + 0.5) * width
        for number, words in enumerate(reversed(lines)):
            shapes.append(label(x, bottom - number * _LINE, words, size=_SMALL, anchor="middle"))
    return shapes


def _row_head(lines: Sequence[str], middle: float) -> list[Element]:
    first = middle + 4.5 - (len(lines) - 1) * _LINE / 2
    return [
        label(_LABEL_WIDTH, first + number * _LINE, words, size=_SIZE, anchor="end")
        for number, words in enumerate(lines)
    ]


def _cell(cell: HeatCell, box: _Box, largest: float) -> list[Element]:
    known = not math.isnan(cell.value)
    share = cell.value / largest if known else 0.0
    colour = diverging(_STEPS)[round((share + 1) / 2 * (_STEPS - 1))]
    words = bounded(cell.value)
    shapes = []
    if known:
        shapes.append(rectangle(box.x + 1, box.y + 1, box.width - 2, box.height - 2, fill=colour))
    if text_width(words, size=_SIZE, bold=True) <= box.width - 8:
        shapes.append(
            label(
                box.x + box.width / 2,
                box.y + box.height / 2 + 4.5,
                words,
                size=_SIZE,
                anchor="middle",
                fill=readable_on(colour) if known else "muted",
                bold=cell.framed,
            )
        )
    return shapes


def _frame(box: _Box) -> Element:
    inset = 1 + _FRAME / 2
    return _outline(box.x + inset, box.y + inset, box.width - 2 * inset, box.height - 2 * inset)


def _outline(x: float, y: float, width: float, height: float) -> Element:
    plain = rectangle(x, y, width, height, stroke="ink")
    attributes = (*plain.attributes, ("stroke-width", f"{_FRAME:g}"))
    return Element(plain.tag, attributes, plain.children)


def _description(
    cells: Sequence[Sequence[HeatCell]], rows: Sequence[str], columns: Sequence[str], framed: str
) -> str:
    sentences = []
    for name, row in zip(rows, cells, strict=True):
        said = ", ".join(
            f"{column} {bounded(cell.value)}{f' ({framed})' if cell.framed else ''}"
            for column, cell in zip(columns, row, strict=True)
        )
        sentences.append(f"{name}: {said}.")
    return " ".join(sentences)
