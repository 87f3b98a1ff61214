"""Changes between two versions in few lines: what came or went is counted by block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coprod_stats.counts import counted, listed
from coprod_stats.instruments.model import Instrument
from coprod_stats.instruments.versions.comparison import EFFECTS, Change

SHOWN = 8
"""Most blocks, and most scales, that a line names; the others are counted."""


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """Changes of one kind and effect that only say that something came or went.

    Attributes
    ----------
    changes : tuple of Change
        At least two; a change of any other sort stands alone.
    blocks : tuple of (str, int)
        The blocks of their questions, with the number of changed questions in each.
    """

    changes: tuple[Change, ...]
    blocks: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        first, places = self.changes[0], dict.fromkeys(change.place for change in self.changes)
        what = counted(len(places), "question")
        if first.kind == "translation":
            texts = counted(len(self.changes), "text")
            what = f"{texts} of {what} {_direction(first)} in '{first.language}'"
        head = f"[{first.effect}] {first.kind}: {what}"
        inside = listed([f"{block} ({n})" for block, n in self.blocks], SHOWN)
        scales = list(dict.fromkeys(id for change in self.changes for id in change.scales))
        why = EFFECTS[first.kind][1] if scales else "enters no score"
        touched = f" Affects {listed(scales, SHOWN)}." if scales else ""
        return f"{head}, in {inside}: {why}.{touched}"


def summed_up(
    changes: Sequence[Change], older: Instrument, newer: Instrument
) -> tuple[Change | ChangeGroup, ...]:
    """Join the questions that came or went, and the translations that did, each into one entry.

    Changes whose words matter, such as another wording, stay by themselves. An entry stands where
    the first of its changes stood.

    Parameters
    ----------
    changes : sequence of Change
        Those between the two versions, see ``compare``.
    older, newer : Instrument
        The versions, in which the blocks of questions are looked up.
    """
    groups: dict[tuple[str, ...], list[Change]] = {}
    for place, change in enumerate(changes):
        alike = (change.kind, change.language, change.effect, _direction(change))
        groups.setdefault(alike if _direction(change) else (str(place),), []).append(change)
    blocks = dict(_blocks(older)) | dict(_blocks(newer))
    found: list[Change | ChangeGroup] = []
    for together in groups.values():
        if len(together) == 1:
            found += together
            continue
        places = dict.fromkeys(change.place for change in together)
        sizes = Counter(blocks.get(place, place) for place in places)
        found.append(ChangeGroup(tuple(together), tuple(sizes.items())))
    return tuple(found)


def _direction(change: Change) -> str:
    """Return whether something only came or went; empty if it became something else."""
    if change.kind in ("removed", "added"):
        return change.kind
    if change.kind == "translation" and not (change.was and change.became):
        return "lost" if change.was else "gained"
    return ""


def _blocks(instrument: Instrument) -> Iterator[tuple[str, str]]:
    for table in instrument.tables:
        yield from ((item.id, item.block) for item in table.items)
