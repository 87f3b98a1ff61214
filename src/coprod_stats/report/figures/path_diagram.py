"""A path diagram: predictors left, outcomes right, one weighted line for each path.

Coefficients stand where their line arrives, each in a row of its own beside the box that it
leads to, and lines end before them: no label can overlap another or be crossed by a line.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from coprod_stats.report.errors import ReportError
from coprod_stats.report.figures.layered_layout import LayeredLayout, Slot, layered_layout
from coprod_stats.report.figures.legend import LegendEntry, legend
from coprod_stats.report.figures.svg import (
    Drawing,
    Element,
    curve,
    label,
    line,
    polygon,
    rectangle,
)
from coprod_stats.report.figures.text_width import text_width, wrap
from coprod_stats.report.numbers import bounded
from coprod_stats.report.palette import Role

Status = Literal["supported", "equivalent", "inconclusive"]

_WIDTH = 900.0
_BOX = 176.0
_SPAN = 150.0
_PORT = 22.0
_LINE = 17.0
_SIZE = 14.0
_SMALL = 12.0
_BOX_GAP = 16.0
_ARROW = 34.0
_DASHES: Mapping[Status, str] = {"supported": "", "equivalent": "2 3.5", "inconclusive": "8 5"}
_BACK_TO_FRONT: tuple[Status, ...] = ("inconclusive", "equivalent", "supported")


@dataclass(frozen=True, slots=True)
class Node:
    """A construct: its short name in paths, the words in its box, and a small second line."""

    name: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Path:
    """A path, its standardised coefficient (NaN if there is none) and what was concluded."""

    source: str
    target: str
    estimate: float
    status: Status
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Box:
    """A placed slot: upper left corner and height; placeholders have no width."""

    x: float
    y: float
    height: float
    width: float

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


def path_diagram(nodes: Sequence[Node], paths: Sequence[Path]) -> Drawing:
    """Draw paths between constructs.

    A node without an incoming path stands in the first column, others to the right of all that
    lead to them. Line weight grows with the size of the coefficient, colour and the printed sign
    give its direction, and the dash gives the conclusion.

    Parameters
    ----------
    nodes : sequence of Node
        From top to bottom where the paths leave a choice.
    paths : sequence of Path
        Coefficients are standardised: a line's weight assumes sizes of at most about 1.

    Raises
    ------
    ReportError
        If a path names a node that is not there, or the paths form a circle.
    """
    _check(nodes, paths)
    edges = [(path.source, path.target) for path in paths]
    layout = layered_layout([node.name for node in nodes], edges)
    lane = _lane(paths)
    boxes, width, height = _place(layout, {node.name: node for node in nodes}, lane=lane)
    key, key_height = legend(_legend(paths), x=0, y=0, width=width)
    boxes = {
        slot: _Box(box.x, box.y + key_height + 18, box.height, box.width)
        for slot, box in boxes.items()
    }
    shapes = [*key, *_lines(paths, layout, boxes, lane=lane)]
    for node in nodes:
        box = next(box for slot, box in boxes.items() if slot.node == node.name)
        shapes += _draw_box(node, box)
    return Drawing(width, height + key_height + 20, tuple(shapes), _description(nodes, paths))


def _check(nodes: Sequence[Node], paths: Sequence[Path]) -> None:
    names = {node.name for node in nodes}
    for path in paths:
        if not {path.source, path.target} <= names:
            raise ReportError(f"A path leads from {path.source} to {path.target}: no such node.")


def _lane(paths: Sequence[Path]) -> float:
    """Return the width to keep free for the labels before a box."""
    widths = [text_width(path.name, size=_SMALL) + _estimate_width(path) for path in paths]
    return max(widths, default=0.0) + 16 + _ARROW


def _estimate_width(path: Path) -> float:
    return text_width(bounded(path.estimate), size=_SIZE, bold=True)


def _place(
    layout: LayeredLayout, nodes: Mapping[str, Node], *, lane: float
) -> tuple[dict[Slot, _Box], float, float]:
    """Give each slot its place; shorter columns are spread over the height of the tallest."""
    n_layers = len(layout.layers)
    needed = n_layers * _BOX + (n_layers - 1) * (_SPAN + lane)
    width = max(_WIDTH, needed)
    step = (width - _BOX) / max(n_layers - 1, 1)
    heights = {slot: _height(slot, layout, nodes) for layer in layout.layers for slot in layer}
    totals = [
        sum(heights[slot] for slot in layer) + _BOX_GAP * (len(layer) - 1)
        for layer in layout.layers
    ]
    tallest = max(totals)
    boxes = {}
    for index, (layer, total) in enumerate(zip(layout.layers, totals, strict=True)):
        spare = (tallest - total) / len(layer)
        y = spare / 2
        for slot in layer:
            box_width = _BOX if slot.node else 0.0
            boxes[slot] = _Box(index * step, y, heights[slot], box_width)
            y += heights[slot] + _BOX_GAP + spare
    return boxes, width, tallest


def _height(slot: Slot, layout: LayeredLayout, nodes: Mapping[str, Node]) -> float:
    if not slot.node:
        return _PORT
    node = nodes[slot.node]
    lines = len(_box_lines(node)) + bool(node.note)
    arriving = sum(route[-1] == slot for route in layout.routes)
    leaving = sum(route[0] == slot for route in layout.routes)
    return max(lines * _LINE + 20, arriving * _PORT + 6, leaving * _PORT / 2)


def _box_lines(node: Node) -> tuple[str, ...]:
    return wrap(node.label, width=_BOX - 20, size=_SIZE, bold=True)


def _draw_box(node: Node, box: _Box) -> list[Element]:
    lines = _box_lines(node)
    n_lines = len(lines) + bool(node.note)
    x = box.x + box.width / 2
    y = box.middle - (n_lines - 1) * _LINE / 2 + 5
    shapes = [
        rectangle(box.x, box.y, box.width, box.height, fill="panel", stroke="muted", radius=6)
    ]
    for index, words in enumerate(lines):
        baseline = y + index * _LINE
        shapes.append(label(x, baseline, words, size=_SIZE, anchor="middle", bold=True))
    if node.note:
        baseline = y + len(lines) * _LINE
        note = label(x, baseline, node.note, size=_SMALL, anchor="middle", fill="muted")
        shapes.append(note)
    return shapes


def _lines(
    paths: Sequence[Path],
    layout: LayeredLayout,
    boxes: Mapping[Slot, _Box],
    *,
    lane: float,
) -> list[Element]:
    """Draw all paths, supported ones in front."""
    leaving = _ports(layout, boxes, outward=True)
    arriving = _ports(layout, boxes, outward=False)
    drawn: dict[Status, list[Element]] = {status: [] for status in _BACK_TO_FRONT}
    for index, (path, route) in enumerate(zip(paths, layout.routes, strict=True)):
        start, end = boxes[route[0]], boxes[route[-1]]
        points = [(start.x + start.width, leaving[index])]
        for slot in route[1:-1]:
            points += [
                (boxes[slot].x, boxes[slot].middle),
                (boxes[slot].x + _BOX, boxes[slot].middle),
            ]
        points.append((end.x - lane, arriving[index]))
        drawn[path.status] += _line(path, tuple(points), box_left=end.x)
    return [shape for status in _BACK_TO_FRONT for shape in drawn[status]]


def _ports(layout: LayeredLayout, boxes: Mapping[Slot, _Box], *, outward: bool) -> dict[int, float]:
    """Return the height at which each path leaves its source, or arrives at its target.

    Ports follow the height of what is at the other end of the first, or last, step, so that
    paths of one box do not cross each other.
    """
    at_box: dict[Slot, list[int]] = {}
    for index, route in enumerate(layout.routes):
        at_box.setdefault(route[0] if outward else route[-1], []).append(index)
    heights: dict[int, float] = {}
    for slot, indices in at_box.items():
        ordered = sorted(
            indices,
            key=lambda index: boxes[layout.routes[index][1 if outward else -2]].middle,
        )
        box = boxes[slot]
        room = min(_PORT, (box.height - 6) / len(ordered))
        first = box.middle - room * (len(ordered) - 1) / 2
        heights |= {index: first + rank * room for rank, index in enumerate(ordered)}
    return heights


def _line(path: Path, points: tuple[tuple[float, float], ...], *, box_left: float) -> list[Element]:
    """Draw one path: its curve, its label, and the arrow head into the box."""
    role = _sign_role(path.estimate)
    weight = _weight(path.estimate)
    dash = _DASHES[path.status]
    opacity = 0.85 if path.status == "supported" else 0.7
    end_x, y = points[-1]
    head = 4 + weight * 0.7
    head_left = box_left - 2 * head
    tip = ((head_left, y - head), (box_left - 1, y), (head_left, y + head))
    estimate_right = box_left - _ARROW
    name_left = end_x + 6
    supported = path.status == "supported"
    shapes = [
        curve(points, stroke=role, width=weight, dash=dash, opacity=opacity),
        line(estimate_right + 5, y, head_left, y, stroke=role, width=weight),
        polygon(tip, fill=role),
        label(
            estimate_right,
            y + 5,
            bounded(path.estimate),
            size=_SIZE,
            anchor="end",
            fill=role,
            bold=supported,
        ),
    ]
    if path.name:
        shapes.append(label(name_left, y + 4.5, path.name, size=_SMALL, fill="muted"))
    return shapes


def _sign_role(estimate: float) -> Role:
    if math.isnan(estimate) or estimate == 0:
        return "muted"
    return "positive" if estimate > 0 else "negative"


def _weight(estimate: float) -> float:
    """Return a line's weight in pixels: 1.4 at zero, growing by .9 for each .10, at most 8."""
    return 1.4 if math.isnan(estimate) else min(1.4 + 9 * abs(estimate), 8.0)


def _legend(paths: Sequence[Path]) -> list[LegendEntry]:
    used = {path.status for path in paths}
    entries = [
        LegendEntry((line(0, 0, 40, 0, width=2.4, dash=_DASHES[status]),), 40, status)
        for status in reversed(_BACK_TO_FRONT)
        if status in used
    ]
    signs: dict[Role, str] = {"positive": "positive", "negative": "negative"}
    roles = {_sign_role(path.estimate) for path in paths}
    entries += [
        LegendEntry((line(0, 0, 24, 0, stroke=role, width=4),), 24, words)
        for role, words in signs.items()
        if role in roles
    ]
    entries += [
        LegendEntry(
            (line(0, 0, 24, 0, stroke="muted", width=_weight(size)),), 24, f"size {bounded(size)}"
        )
        for size in (0.1, 0.3, 0.5)
    ]
    return entries


def _description(nodes: Sequence[Node], paths: Sequence[Path]) -> str:
    labels = {node.name: node.label for node in nodes}
    sentences = [f"Diagram of {len(paths)} paths."]
    for status in reversed(_BACK_TO_FRONT):
        told = [
            f"{labels[path.source]} to {labels[path.target]} {bounded(path.estimate)}"
            for path in paths
            if path.status == status
        ]
        if told:
            sentences.append(f"{status.capitalize()}: {'; '.join(told)}.")
    return " ".join(sentences)
