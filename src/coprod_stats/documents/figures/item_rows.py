"""Rows of a figure: wrapped labels on the left, one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from coprod_stats.documents.figures.svg import Element, label
from coprod_stats.documents.figures.text_width import wrap
from coprod_stats.documents.numbers import count

SIZE = 13.0
SMALL = 11.5
_LINE = 16.5


@dataclass(frozen=True, slots=True)
class ItemRow:
    """The lines of a row's label, and where the row begins and ends."""

    lines: tuple[str, ...]
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        """Height of the middle of the row."""
        return (self.top + self.bottom) / 2

    def draw_label(self, *, x: float = 0) -> list[Element]:
        """Write the label, centred in the row's height."""
        first = self.middle - (len(self.lines) - 1) * _LINE / 2 + 4.5
        return [
            label(x, first + index * _LINE, words, size=SIZE)
            for index, words in enumerate(self.lines)
        ]

    def draw_count(self, number: int, *, right: float) -> Element:
        """Write a number of cases that ends at ``right``."""
        return label(
            right, self.middle + 4.5, count(number), size=SMALL, anchor="end", fill="muted"
        )


def stack_rows(
    labels: Sequence[str], *, top: float, width: float, least: float, padding: float
) -> tuple[ItemRow, ...]:
    """Stack rows high enough for their wrapped labels and for a minimum height, with padding."""
    wrapped = [wrap(words, width=width, size=SIZE) for words in labels]
    heights = [max(len(lines) * _LINE, least) + 2 * padding for lines in wrapped]
    edges = pairwise(accumulate(heights, initial=top))
    return tuple(ItemRow(lines, *edge) for lines, edge in zip(wrapped, edges, strict=True))
