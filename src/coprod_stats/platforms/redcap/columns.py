"""Which column of REDCap's export is which of the answers."""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.instruments.model import Instrument, Item
from coprod_stats.platforms.fields import (
    companion,
    missing_codes,
    needs_companion,
)
from coprod_stats.platforms.form_export import SidecarColumn
from coprod_stats.platforms.redcap.expressions import checkbox_code, field, option_field

RECORD = "record_id"


def columns(instrument: Instrument) -> Iterator[SidecarColumn]:
    """Return the columns of a raw export, each option of a checkbox having its own."""
    for entry in instrument.administrative:
        name = RECORD if entry.role == "respondent" else entry.id.lower()
        yield SidecarColumn(entry.id, entry.id, "administrative", name)
    for variable in instrument.assigned:
        yield SidecarColumn(variable.id, variable.id, "assigned", variable.id.lower())
    yield from questions(instrument)


def questions(instrument: Instrument) -> Iterator[SidecarColumn]:
    """Return the columns of the questions, without those of the record."""
    for item in instrument.questions:
        name_of_item = field(item.id)
        beside = companion(item).lower() if needs_companion(item) else ""
        why = missing_codes(item, instrument) if beside else ()
        for place, column in enumerate(item.columns):
            option = item.column_options[place] if item.column_options else None
            name = name_of_item
            if item.kind == "multiple" and option is not None:
                name = f"{name}___{checkbox_code(option.written)}"
            elif option is not None:
                name = option_field(item.id, option.value)
            yield SidecarColumn(
                column,
                item.id,
                item.kind,
                name,
                codes=_letters(item),
                companion=beside,
                companion_codes=why,
            )


def _letters(item: Item) -> tuple[tuple[str, str], ...]:
    """Map the letters by which an item with one answer is coded to the codes of the answers."""
    if item.kind not in ("single", "consent") or item.responses is None:
        return ()
    options = item.responses.all_options
    return tuple((option.code, str(option.value)) for option in options if option.code)
