"""Positions of the boxes of a path diagram, and of the points where paths leave and arrive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coprod_stats.documents.figures.layered_layout import LayeredLayout, Slot

BOX_WIDTH = 176.0
PORT = 22.0
_GAP = 16.0
_SPAN = 150.0
_INSET = 6.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A placed slot: upper left corner and size."""

    x: float
    y: float
    height: float
    width: float = BOX_WIDTH

    @property
    def middle(self) -> float:
        """Height of the middle of the box."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Placement:
    """Boxes by slot, the size of the whole, and the ports of each edge by its index."""

    boxes: Mapping[Slot, Box]
    width: float
    bottom: float
    leaving: Mapping[int, float]
    arriving: Mapping[int, float]

    def points(self, chain: Sequence[Slot], *, edge: int, lane: float) -> tuple[Point, ...]:
        """Return the points that an edge passes, up to the lane of labels before its target."""
        start, end = self.boxes[chain[0]], self.boxes[chain[-1]]
        passed = [
            (x, box.middle)
            for box in map(self.boxes.__getitem__, chain[1:-1])
            for x in (box.x, box.x + box.width)
        ]
        return (
            (start.x + start.width, self.leaving[edge]),
            *passed,
            (end.x - lane, self.arriving[edge]),
        )


def place(
    layout: LayeredLayout,
    text_heights: Mapping[str, float],
    *,
    top: float,
    lane: float,
    least_width: float,
) -> Placement:
    """Place each slot; shorter columns are spread over the height of the tallest.

    Parameters
    ----------
    layout : LayeredLayout
        Order of the slots.
    text_heights : mapping of str to float
        Height of the text of each node.
    top : float
        Top of the tallest column.
    lane : float
        Width reserved in front of each box for the labels of incoming paths.
    least_width : float
        Minimum width of the whole.
    """
    n_layers = len(layout.layers)
    needed = n_layers * BOX_WIDTH + (n_layers - 1) * (_SPAN + lane)
    width = max(least_width, needed)
    step = (width - BOX_WIDTH) / max(n_layers - 1, 1)
    columns = [[_height(slot, layout, text_heights) for slot in layer] for layer in layout.layers]
    totals = [sum(heights) + _GAP * (len(heights) - 1) for heights in columns]
    boxes = {}
    for index, (layer, heights) in enumerate(zip(layout.layers, columns, strict=True)):
        spare = (max(totals) - totals[index]) / len(layer)
        y = top + spare / 2
        for slot, height in zip(layer, heights, strict=True):
            boxes[slot] = Box(index * step, y, height)
            y += height + _GAP + spare
    leaving = _ports(layout, boxes, outward=True)
    arriving = _ports(layout, boxes, outward=False)
    return Placement(boxes, width, top + max(totals), leaving, arriving)


def _height(slot: Slot, layout: LayeredLayout, text_heights: Mapping[str, float]) -> float:
    if not slot.node:
        return PORT
    arriving = sum(chain[-1] == slot for chain in layout.chains)
    leaving = sum(chain[0] == slot for chain in layout.chains)
    return max(text_heights[slot.node], arriving * PORT + _INSET, leaving * PORT / 2)


def _ports(layout: LayeredLayout, boxes: Mapping[Slot, Box], *, outward: bool) -> dict[int, float]:
    """Return the height at which each edge leaves its source, or arrives at its target.

    Ports are ordered by the height of the slot at the other end of the first, or last, step, so
    that edges of one box do not cross.
    """
    near, far = (0, 1) if outward else (-1, -2)
    at_box: dict[Slot, list[int]] = {}
    for index, chain in enumerate(layout.chains):
        at_box.setdefault(chain[near], []).append(index)
    heights: dict[int, float] = {}
    for slot, indices in at_box.items():
        ordered = sorted(indices, key=lambda index: boxes[layout.chains[index][far]].middle)
        room = min(PORT, (boxes[slot].height - _INSET) / len(ordered))
        first = boxes[slot].middle - room * (len(ordered) - 1) / 2
        heights |= {index: first + rank * room for rank, index in enumerate(ordered)}
    return heights
