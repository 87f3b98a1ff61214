"""Which heading of LimeSurvey's export is which column of the answers."""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.instruments.model import Instrument, Item
from coprod_stats.platforms.fields import choices, missing_choices
from coprod_stats.platforms.limesurvey.codes import Codes, answer_code
from coprod_stats.platforms.sidecar import SidecarColumn

RESPONDENT, SECONDS = "id", "interviewtime"


def columns(instrument: Instrument, codes: Codes) -> Iterator[SidecarColumn]:
    """Return the columns, answer codes with what they stand for.

    A multiple choice and a ranking are named by their question alone: each tick and each rank has
    a heading of its own, ``MEANS[1]``, and the options are told by their codes.
    """
    for entry in instrument.administrative:
        name = {"respondent": RESPONDENT, "seconds": SECONDS}.get(entry.role)
        if name is not None:
            yield SidecarColumn(entry.id, entry.id, "administrative", name)
    for variable in instrument.assigned:
        name = codes.places[variable.id].heading
        yield SidecarColumn(variable.id, variable.id, "assigned", name)
    for item in instrument.questions:
        yield from _of_item(item, instrument, codes)


def _of_item(item: Item, instrument: Instrument, codes: Codes) -> Iterator[SidecarColumn]:
    place = codes.places[item.id]
    beside = codes.companions[item.id].heading if item.id in codes.companions else ""
    offered = choices(item, instrument)
    if item.kind == "rank" and item.responses is not None:
        offered = item.responses.options
    known = tuple((answer_code(option.value), str(option.value)) for option in offered)
    why = {
        answer_code(option.value): str(option.value)
        for option in (missing_choices(item, instrument) if beside else ())
    }
    values = item.responses.values if item.responses and "__" in item.columns[0] else ()
    options = [answer_code(value) for value in values] or [""]
    for column, option in zip(item.columns, options, strict=True):
        own = place.at(option) if item.kind == "allocate" else place
        yield SidecarColumn(
            column,
            item.id,
            item.kind,
            own.heading,
            option="" if item.kind == "allocate" else option,
            codes=() if item.kind in ("number", "text", "allocate") else known,
            companion=beside,
            companion_codes=tuple(why.items()),
        )
