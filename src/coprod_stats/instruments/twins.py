"""Twin questionnaires: which items of the two sides mirror each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from coprod_stats.errors import CoprodError
from coprod_stats.instruments.model import Instrument, Item


class TwinError(CoprodError):
    """Two questionnaires that do not mirror each other."""


@dataclass(frozen=True, slots=True)
class TwinPair:
    """An item and its mirror image.

    Attributes
    ----------
    comparable : bool
        Whether both have the same kind and the same codes, so that a difference is meaningful.
    """

    own: Item
    other: Item

    @property
    def comparable(self) -> bool:
        """Return whether a difference score can be formed."""
        return self.own.kind == self.other.kind and _codes(self.own) == _codes(self.other)


def twin_pairs(own: Instrument, other: Instrument) -> tuple[TwinPair, ...]:
    """Pair the items of two questionnaires, in the order of the first.

    An item's twin is the one that it names; otherwise the one of the same id, or the one that
    names it.

    Raises
    ------
    TwinError
        If the questionnaires do not name each other, or two items name different twins.
    """
    if own.twin != other.id or other.twin != own.id:
        raise TwinError(f"'{own.id}' and '{other.id}' do not name each other as twins")
    return tuple(_pairs(own, other))


def _pairs(own: Instrument, other: Instrument) -> Iterator[TwinPair]:
    others = {item.id: item for item in other.questions}
    named_by = {item.twin: item.id for item in other.questions if item.twin is not None}
    for item in own.questions:
        wanted = item.twin or named_by.get(item.id) or item.id
        found = others.get(wanted)
        if found is None and item.twin is not None:
            raise TwinError(f"'{other.id}' has no item {item.twin}, the twin of {item.id}")
        if found is None:
            continue
        if found.twin not in (None, item.id):
            raise TwinError(f"{item.id} is the twin of {found.id}, which names {found.twin}")
        yield TwinPair(item, found)


def _codes(item: Item) -> tuple[int, ...]:
    return () if item.responses is None else item.responses.values
