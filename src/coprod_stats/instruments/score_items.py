"""The items behind a score, a derived variable or any other name in a questionnaire."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from coprod_stats.instruments.language.tree import Expression, amounts, names
from coprod_stats.instruments.model import Instrument


def score_items(instrument: Instrument) -> dict[str, tuple[str, ...]]:
    """Return the items and variables on which each scale and index depends.

    Derived variables are listed beside the items from which they are computed.
    """
    found = {scale.id: scale.items for scale in instrument.scales}
    found |= {
        index.id: items_behind(instrument, names(index.value)) for index in instrument.indices
    }
    return found


def measuring_items(instrument: Instrument) -> dict[str, tuple[str, ...]]:
    """Return the items whose answers each scale and index adds up, averages or counts.

    What only decides which of several values an index has, as whether somebody took part at all,
    measures nothing of its construct.
    """
    found = {scale.id: scale.items for scale in instrument.scales}
    found |= {
        index.id: items_behind(instrument, amounts(index.value)) for index in instrument.indices
    }
    return found


def items_behind(instrument: Instrument, ids: Iterable[str]) -> tuple[str, ...]:
    """Return what names depend on: items, assigned and administrative columns, derived variables.

    Parameters
    ----------
    instrument : Instrument
    ids : iterable of str
        Items, their columns (``MEANS__2``), derived variables, scales or indices.
    """
    return tuple(dict.fromkeys(_behind(instrument, tuple(ids), seen=set())))


def items_entering(instrument: Instrument, ids: Iterable[str]) -> tuple[str, ...]:
    """Return the items and columns whose answers enter the values of names.

    As :func:`items_behind`, without what only decides which of several values a name has.
    """
    return tuple(dict.fromkeys(_behind(instrument, tuple(ids), seen=set(), used=amounts)))


def _behind(
    instrument: Instrument,
    ids: tuple[str, ...],
    seen: set[str],
    used: Callable[[Expression], tuple[str, ...]] = names,
) -> Iterator[str]:
    scales = {scale.id: scale.items for scale in instrument.scales}
    formulas = {index.id: index.value for index in instrument.indices}
    derived = {entry.id: entry.value for entry in instrument.derived}
    columns = {column: item.id for item in instrument.items for column in item.columns}
    for id in ids:
        if id in seen:
            continue
        seen.add(id)
        if id in scales:
            yield from scales[id]
        elif id in formulas or id in derived:
            yield from (id,) if id in derived else ()
            value = formulas.get(id) or derived[id]
            yield from _behind(instrument, used(value), seen, used)
        else:
            yield columns.get(id, id)
