"""Ids by which Qualtrics knows answers, and which column of an export is which of the answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from coprod_stats.files.reading import parse_json
from coprod_stats.instruments.model import TYPED_KINDS, Instrument, Item
from coprod_stats.platforms.fields import choices, is_slider, missing_choices
from coprod_stats.platforms.form_export import SidecarColumn

RESPONDENT, SECONDS = "_recordId", "duration"
SLIDER = "1"
"""Id of the one line of a slider."""
SEEN_UNANSWERED = "-99"
"""What an export writes for a question that was seen and left, where its option is set."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer stands: a question, or a row of a matrix."""

    question: str
    row: str = ""

    @property
    def import_id(self) -> str:
        """Return the id by which exports know it, without what the kind of question adds."""
        return f"{self.question}_{self.row}" if self.row else self.question


def import_id(cell: str) -> dict[str, str]:
    """Return what a cell of the row of import ids states; nothing if it is no such cell."""
    if "ImportId" not in cell:
        return {}
    try:
        found = parse_json(cell)
    except ValueError:
        return {}
    is_id = isinstance(found, dict) and "ImportId" in found
    return {str(key): str(value) for key, value in found.items()} if is_id else {}


def entered_at(item: Item, question: str) -> str:
    """Return where logic finds what is typed, or the number that a slider stands at."""
    what = f"ChoiceNumericEntryValue/{SLIDER}" if is_slider(item) else "ChoiceTextEntryValue"
    return f"q://{question}/{what}"


def choice_ids(item: Item, instrument: Instrument) -> dict[int, str]:
    """Return the id of each answer by its code: the code itself where it is a positive number."""
    codes = [option.value for option in choices(item, instrument)]
    ids: dict[int, str] = {code: str(code) for code in codes if code > 0}
    free = max([0, *codes]) + 1
    for code in codes:
        if code not in ids:
            ids[code], free = str(free), free + 1
    return ids


def columns(
    instrument: Instrument, places: Mapping[str, Place], companions: Mapping[str, Place]
) -> Iterator[SidecarColumn]:
    """Return the columns of an export by their ids."""
    for entry in instrument.administrative:
        name = {"respondent": RESPONDENT, "seconds": SECONDS}.get(entry.role)
        if name is not None:
            yield SidecarColumn(entry.id, entry.id, "administrative", name)
    for variable in instrument.assigned:
        yield SidecarColumn(variable.id, variable.id, "assigned", variable.id)
    for item in instrument.questions:
        yield from _of_item(item, instrument, places[item.id], companions.get(item.id))


def _of_item(
    item: Item, instrument: Instrument, place: Place, beside: Place | None
) -> Iterator[SidecarColumn]:
    """Return the columns of an item by the ids of exports; choice ids count like recode values."""
    ids = choice_ids(item, instrument)
    coded = item.kind in ("single", "consent", "multiple")
    codes = _codes(ids, [o.value for o in choices(item, instrument)]) if coded else {}
    missing = [option.value for option in missing_choices(item, instrument)]
    why = _codes(ids, missing) if beside else {}
    for place_of, column in enumerate(item.columns):
        value = item.column_options[place_of].value if item.column_options else None
        name = place.import_id
        if is_slider(item):
            name = f"{name}_{SLIDER}"
        elif item.kind in TYPED_KINDS:
            name = f"{name}_TEXT"
        elif item.kind in ("rank", "allocate") and value is not None:
            name = f"{name}_{ids[value]}"
        yield SidecarColumn(
            column,
            item.id,
            item.kind,
            name,
            option="" if value is None or item.kind != "multiple" else str(value),
            codes=tuple(codes.items()),
            companion=beside.import_id if beside else "",
            companion_codes=tuple(why.items()),
        )


def _codes(ids: dict[int, str], values: list[int]) -> dict[str, str]:
    codes = {str(value): str(value) for value in values}
    return codes | {ids[value]: str(value) for value in values if ids[value] not in codes}
