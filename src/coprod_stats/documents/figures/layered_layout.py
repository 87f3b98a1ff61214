"""Order of the boxes of a path diagram: layers from left to right, few crossings.

The method is that of Sugiyama, Tagawa and Toda (1981, IEEE Transactions on Systems, Man, and
Cybernetics, 11(2)): a layer is the length of the longest path from a source, an edge across several
layers passes through a placeholder in each, and every layer is sorted by the mean position of its
neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from coprod_stats.documents.errors import ReportError

Edge = tuple[str, str]
_SWEEPS = 12


@dataclass(frozen=True, slots=True)
class Slot:
    """A position in a layer: of a node, or of the placeholder of an edge that passes through."""

    layer: int
    node: str = ""
    edge: int = -1


@dataclass(frozen=True, slots=True)
class LayeredLayout:
    """Slots of each layer from top to bottom, and the chain of slots of each edge."""

    layers: tuple[tuple[Slot, ...], ...]
    chains: tuple[tuple[Slot, ...], ...]


def layered_layout(nodes: Sequence[str], edges: Sequence[Edge]) -> LayeredLayout:
    """Arrange nodes in layers; ties are broken by the given order of the nodes.

    Raises
    ------
    ReportError
        If the edges form a cycle.
    """
    layer_of = _longest_ways(nodes, edges)
    slots = [Slot(layer_of[node], node=node) for node in nodes]
    chains = []
    for index, (source, target) in enumerate(edges):
        between = range(layer_of[source] + 1, layer_of[target])
        passed = [Slot(layer, edge=index) for layer in between]
        slots += passed
        first, last = Slot(layer_of[source], node=source), Slot(layer_of[target], node=target)
        chains.append((first, *passed, last))
    n_layers = 1 + max(layer_of.values())
    layers = [[slot for slot in slots if slot.layer == layer] for layer in range(n_layers)]
    return LayeredLayout(_fewest_crossings(layers, chains), tuple(chains))


def _longest_ways(nodes: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """Return the number of edges on the longest path to each node."""
    layer_of = dict.fromkeys(nodes, 0)
    for _ in nodes:
        pushed = False
        for source, target in edges:
            if layer_of[target] <= layer_of[source]:
                layer_of[target] = layer_of[source] + 1
                pushed = True
        if not pushed:
            return layer_of
    raise ReportError("The paths of a diagram form a cycle.")


def _fewest_crossings(
    layers: list[list[Slot]], chains: Sequence[Sequence[Slot]]
) -> tuple[tuple[Slot, ...], ...]:
    """Sort layers alternately rightwards and leftwards, and keep the best order found."""
    steps = [pair for chain in chains for pair in pairwise(chain)]
    before: dict[Slot, list[Slot]] = {slot: [] for layer in layers for slot in layer}
    after: dict[Slot, list[Slot]] = {slot: [] for layer in layers for slot in layer}
    for left, right in steps:
        before[right].append(left)
        after[left].append(right)
    best, fewest = layers, _crossings(layers, steps)
    for sweep in range(_SWEEPS):
        order = layers if sweep % 2 == 0 else layers[::-1]
        sorted_layers = _sweep(order, before if sweep % 2 == 0 else after)
        layers = sorted_layers if sweep % 2 == 0 else sorted_layers[::-1]
        crossings = _crossings(layers, steps)
        if crossings < fewest:
            best, fewest = layers, crossings
    return tuple(map(tuple, best))


def _sweep(
    layers: Sequence[list[Slot]], neighbours: Mapping[Slot, Sequence[Slot]]
) -> list[list[Slot]]:
    """Sort each layer by the relative position of its neighbours in the layers before it."""
    position: dict[Slot, float] = {}
    swept = []
    for layer in layers:
        for rank, slot in enumerate(layer):
            known = [position[other] for other in neighbours[slot]]
            position[slot] = sum(known) / len(known) if known else (rank + 0.5) / len(layer)
        ordered = sorted(layer, key=position.__getitem__)
        position |= {slot: (rank + 0.5) / len(ordered) for rank, slot in enumerate(ordered)}
        swept.append(ordered)
    return swept


def _crossings(layers: Sequence[Sequence[Slot]], steps: Sequence[tuple[Slot, Slot]]) -> int:
    rank = {slot: index for layer in layers for index, slot in enumerate(layer)}
    ends = [(left.layer, rank[left], rank[right]) for left, right in steps]
    return sum(
        one_layer == other_layer and (one_left - other_left) * (one_right - other_right) < 0
        for index, (one_layer, one_left, one_right) in enumerate(ends)
        for other_layer, other_left, other_right in ends[:index]
    )
