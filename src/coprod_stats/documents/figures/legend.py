"""Legends: labelled swatches, wrapped into as many rows as they need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coprod_stats.documents.figures.svg import Element, Paint, label, rectangle, translate
from coprod_stats.documents.figures.text_width import text_width, wrap

SIZE = 12.5
ROW_HEIGHT = 22.0
_SWATCH_GAP = 7.0
_ENTRY_GAP = 14.0


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A swatch, drawn around the point (0, 0) to the right, and what it stands for."""

    swatch: tuple[Element, ...]
    swatch_width: float
    words: str


def colour_entry(words: str, fill: Paint) -> LegendEntry:
    """Return an entry with a filled square."""
    return LegendEntry((rectangle(0, -6, 14, 12, fill=fill, radius=2),), 14, words)


def legend(
    entries: Sequence[LegendEntry], *, x: float, y: float, width: float
) -> tuple[tuple[Element, ...], float]:
    """Compose a legend.

    Returns
    -------
    shapes : tuple of Element
        The drawn legend, its upper left corner at (x, y).
    height : float
        Its height.
    """
    shapes: list[Element] = []
    left, top = 0.0, 0.0
    for entry in entries:
        room = width - entry.swatch_width - _SWATCH_GAP
        lines = wrap(entry.words, width=room, size=SIZE)
        text_start = entry.swatch_width + _SWATCH_GAP
        taken = text_start + max(text_width(words, size=SIZE) for words in lines)
        if left and left + taken > width:
            left, top = 0.0, top + ROW_HEIGHT
        middle = y + top + ROW_HEIGHT / 2
        shapes.append(translate(x + left, middle, *entry.swatch))
        for index, words in enumerate(lines):
            baseline = middle + 4.5 + index * ROW_HEIGHT
            shapes.append(label(x + left + text_start, baseline, words, size=SIZE))
        left += taken + _ENTRY_GAP
        top += (len(lines) - 1) * ROW_HEIGHT
    return tuple(shapes), (top + ROW_HEIGHT if entries else 0.0)
