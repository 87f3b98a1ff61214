"""Where SurveyJS keeps the answer to each question."""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.instruments.model import Instrument
from coprod_stats.platforms.fields import (
    choices,
    companion,
    missing_codes,
    needs_companion,
    rows_together,
)
from coprod_stats.platforms.form_export import SidecarColumn

PANEL = "panel"
"""How expressions within a dynamic panel name it."""


def grid_paths(instrument: Instrument) -> dict[str, tuple[str, str]]:
    """Return matrix and row of every item that is a row of a matrix."""
    return {
        item.id: (f"{page.id}_{block.id}_{place}", item.id)
        for page in instrument.pages
        for block in page.blocks
        for place, rows in enumerate(rows_together(block), 1)
        if rows[0].in_grid
        for item in rows
    }


def question_paths(instrument: Instrument, *, scope: str = "") -> dict[str, str]:
    """Return where SurveyJS keeps the answer to each question, as ``trust.TRU1`` in a matrix."""
    paths = {item.id: f"{scope}{item.id}" for item in instrument.questions}
    rows = grid_paths(instrument).items()
    return paths | {id: f"{scope}{matrix}.{row}" for id, (matrix, row) in rows}


def columns(instrument: Instrument) -> Iterator[SidecarColumn]:
    """Return the columns of a result."""
    for entry in instrument.administrative:
        yield SidecarColumn(entry.id, entry.id, "administrative", entry.id)
    for variable in instrument.assigned:
        yield SidecarColumn(variable.id, variable.id, "assigned", variable.id)
    yield from item_columns(instrument)


def item_columns(instrument: Instrument) -> Iterator[SidecarColumn]:
    """Return the columns of the questions, without those of the respondent."""
    grids = grid_paths(instrument)
    for item in instrument.questions:
        beside = companion(item) if needs_companion(item) else ""
        why = missing_codes(item, instrument) if beside else ()
        own = "" if item.id not in grids else ".".join(grids[item.id])
        offered = choices(item, instrument)
        codes = tuple((option.written, str(option.value)) for option in offered)
        for place, column in enumerate(item.columns):
            option = item.column_options[place].written if item.column_options else ""
            name = f"{item.id}.o{option}" if item.kind == "allocate" else own or item.id
            yield SidecarColumn(
                column,
                item.id,
                item.kind,
                name,
                option=option,
                codes=codes if item.kind in ("single", "consent", "multiple") else (),
                companion=beside,
                companion_codes=why,
            )
