"""A path diagram: predictors left, outcomes right, one weighted line for each path.

Coefficients stand at the end of their line, each in a row of its own beside the target box, and
lines end before them: no label can overlap another or be crossed by a line.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coprod_stats.counts import counted
from coprod_stats.documents.errors import ReportError
from coprod_stats.documents.figures.layered_layout import layered_layout
from coprod_stats.documents.figures.legend import LegendEntry, legend
from coprod_stats.documents.figures.path_placement import BOX_WIDTH, Box, Point, place
from coprod_stats.documents.figures.svg import (
    Drawing,
    Element,
    curve,
    label,
    line,
    polygon,
    rectangle,
)
from coprod_stats.documents.figures.text_width import text_width, wrap
from coprod_stats.documents.numbers import bounded
from coprod_stats.documents.palette import Role
from coprod_stats.literals import Conclusion

Status = Conclusion

_WIDTH = 900.0
_LINE = 17.0
_SIZE = 14.0
_SMALL = 12.0
_ARROW = 34.0
_DASHES: Mapping[Status, str] = {
    "supported": "",
    "supported-negligible": "",
    "opposite": "14 3 3 3",
    "equivalent": "2 3.5",
    "inconclusive": "8 5",
    "not-estimated": "1 7",
}
_BACK_TO_FRONT: tuple[Status, ...] = (
    "not-estimated",
    "inconclusive",
    "equivalent",
    "opposite",
    "supported-negligible",
    "supported",
)


@dataclass(frozen=True, slots=True)
class Node:
    """A construct: its short name in paths, the label of its box, and a small second line."""

    name: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Path:
    """A path, its standardised coefficient (NaN if there is none) and its conclusion."""

    source: str
    target: str
    estimate: float
    status: Status
    name: str = ""


def path_diagram(nodes: Sequence[Node], paths: Sequence[Path]) -> Drawing:
    """Draw paths between constructs.

    A node without an incoming path stands in the first column, others to the right of all nodes
    that lead to them. Line weight increases with the size of the coefficient, colour and the
    printed sign show its direction, and the dash pattern shows the conclusion.

    Parameters
    ----------
    nodes : sequence of Node
        From top to bottom where the paths leave a choice.
    paths : sequence of Path
        Coefficients are standardised: a line's weight assumes sizes of at most about 1.

    Raises
    ------
    ReportError
        If there is no node, two nodes share a name, a path names an unknown node, or the paths form
        a cycle.
    """
    _check(nodes, paths)
    names = [node.name for node in nodes]
    layout = layered_layout(names, [(path.source, path.target) for path in paths])
    lane = _lane(paths)
    heights = {node.name: _text_height(node) for node in nodes}
    key, top = legend(_legend(paths), x=0, y=0, width=_WIDTH)
    placement = place(layout, heights, top=top + 18, lane=lane, least_width=_WIDTH)
    drawn: dict[Status, list[Element]] = {status: [] for status in _BACK_TO_FRONT}
    for index, (path, chain) in enumerate(zip(paths, layout.chains, strict=True)):
        points = placement.points(chain, edge=index, lane=lane)
        drawn[path.status] += _line(path, points, box_left=placement.boxes[chain[-1]].x)
    box_of = {slot.node: box for slot, box in placement.boxes.items()}
    shapes = [*key, *(shape for status in _BACK_TO_FRONT for shape in drawn[status])]
    for node in nodes:
        shapes += _draw_box(node, box_of[node.name])
    description = _description(nodes, paths)
    return Drawing(placement.width, placement.bottom + 2, tuple(shapes), description)


def _check(nodes: Sequence[Node], paths: Sequence[Path]) -> None:
    if not nodes:
        raise ReportError("A path diagram needs at least one node.")
    names = {node.name for node in nodes}
    if len(names) < len(nodes):
        raise ReportError("Two nodes of a path diagram have the same name.")
    for path in paths:
        if not {path.source, path.target} <= names:
            raise ReportError(f"A path leads from {path.source} to {path.target}: no such node.")


def _lane(paths: Sequence[Path]) -> float:
    """Return the width reserved for the labels in front of a box."""
    widths = [
        text_width(path.name, size=_SMALL)
        + text_width(bounded(path.estimate), size=_SIZE, bold=True)
        for path in paths
    ]
    return max(widths, default=0.0) + 16 + _ARROW


def _text_height(node: Node) -> float:
    return (len(_box_lines(node)) + bool(node.note)) * _LINE + 20


def _box_lines(node: Node) -> tuple[str, ...]:
    return wrap(node.label, width=BOX_WIDTH - 20, size=_SIZE, bold=True)


def _draw_box(node: Node, box: Box) -> list[Element]:
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


def _line(path: Path, points: tuple[Point, ...], *, box_left: float) -> list[Element]:
    """Draw one path: its curve, its label, and the arrow head into the box."""
    role = _sign_role(path.estimate)
    weight = _weight(path.estimate)
    supported = path.status == "supported"
    end_x, y = points[-1]
    head = 4 + weight * 0.7
    head_left = box_left - 2 * head
    tip = ((head_left, y - head), (box_left - 1, y), (head_left, y + head))
    estimate_right = box_left - _ARROW
    shapes = [
        curve(
            points,
            stroke=role,
            width=weight,
            dash=_DASHES[path.status],
            opacity=0.85 if supported else 0.7,
        ),
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
        shapes.append(label(end_x + 6, y + 4.5, path.name, size=_SMALL, fill="muted"))
    return shapes


def _sign_role(estimate: float) -> Role:
    if math.isnan(estimate) or estimate == 0:
        return "muted"
    return "positive" if estimate > 0 else "negative"


def _weight(estimate: float) -> float:
    """Return a line's weight in pixels: 1.4 at zero, plus .9 for each .10, at most 8."""
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
    sentences = [f"Diagram of {counted(len(paths), 'path')}."]
    for status in reversed(_BACK_TO_FRONT):
        described = [
            f"{labels[path.source]} to {labels[path.target]} {bounded(path.estimate)}"
            for path in paths
            if path.status == status
        ]
        if described:
            sentences.append(f"{status.capitalize()}: {'; '.join(described)}.")
    return " ".join(sentences)
