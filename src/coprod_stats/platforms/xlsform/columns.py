"""Which column of an export is which of the answers, and how a form names its parts."""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.instruments.model import Instrument, Item, Option
from coprod_stats.instruments.questions import MISSING_NAMES
from coprod_stats.platforms.fields import missing_choices
from coprod_stats.platforms.form_export import SidecarColumn
from coprod_stats.platforms.xlsform.expressions import field


def chosen_columns(item: Item, instrument: Instrument) -> Iterator[SidecarColumn]:
    """Return the columns of a question whose answers are chosen."""
    assert item.responses is not None
    options = item.responses.all_options
    codes = tuple((option.written, str(option.value)) for option in options)
    codes += _missing(item, instrument)
    values = [option.written for option in item.column_options] or [""]
    for column, value in zip(item.columns, values, strict=True):
        yield SidecarColumn(column, item.id, item.kind, field(item.id), value, codes)


def entered_columns(item: Item, why: str, instrument: Instrument) -> Iterator[SidecarColumn]:
    """Return the columns of what is typed or put in order."""
    values = item.responses.values if item.kind == "rank" and item.responses else ()
    options = [str(value) for value in values] or [""] * len(item.columns)
    names = fields_of(item) if item.kind == "allocate" else (field(item.id),) * len(options)
    for column, name, option in zip(item.columns, names, options, strict=True):
        yield SidecarColumn(
            column, item.id, item.kind, name, option, (), why, _missing(item, instrument)
        )


def _missing(item: Item, instrument: Instrument) -> tuple[tuple[str, str], ...]:
    """Return the names of what is offered beside a scale, with the canonical codes."""
    options = missing_choices(item, instrument)
    return tuple((MISSING_NAMES[option.value], str(option.value)) for option in options)


def choice_name(option: Option) -> str:
    """Name a choice."""
    return MISSING_NAMES.get(option.value) or option.written


def fields_of(item: Item) -> tuple[str, ...]:
    """Name the fields that hold what is typed or ordered for an item."""
    if item.kind == "allocate" and item.responses is not None:
        return tuple(field(item.id, value) for value in item.responses.values)
    return (field(item.id),)
