"""Columns of the canonical table with their labels, as codebooks and SPSS have them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from coprod_stats.instruments.model import (
    MISSING_CODES,
    NOT_ANSWERED,
    TEXT_KINDS,
    DateRange,
    Instrument,
    Item,
    Option,
    TextRule,
)
from coprod_stats.instruments.rosters import ANSWERS_FILE, rows_file
from coprod_stats.platforms.fields import line_labels, missing_choices
from coprod_stats.platforms.form_export import ColumnKind, SidecarColumn, SidecarRoster

_TICKS = ((1, "chosen"), (0, "not chosen"))


@dataclass(frozen=True, slots=True)
class LabelledVariable:
    """One column.

    Attributes
    ----------
    kind : str
        Kind of the item; ``assigned`` or ``administrative`` otherwise.
    numeric : bool
        Whether the values are numbers.
    values : tuple of (int, str)
        Codes of answers and their labels; empty where the answer is a number or a text.
    marks : tuple of (float, str)
        Numbers on a slider that have a label, among others that have none.
    missing : tuple of (int, str)
        Codes that say why there is no answer, and what they say.
    question : str
        Full text of the question; the label is the same if there is nothing more to say.
    """

    name: str
    item: str
    kind: ColumnKind
    label: str
    question: str
    numeric: bool
    values: tuple[tuple[int, str], ...] = ()
    missing: tuple[tuple[int, str], ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    whole: bool = False
    dates: DateRange | None = None
    rule: TextRule | None = None
    marks: tuple[tuple[float, str], ...] = ()


def labelled_variables(instrument: Instrument, language: str) -> Iterator[LabelledVariable]:
    """Return the columns of the canonical table, in order, labelled in one language."""
    for entry in instrument.administrative:
        title = entry.title.in_language(language)
        yield LabelledVariable(
            entry.id, entry.id, "administrative", title, title, entry.kind == "number"
        )
    for variable in instrument.assigned:
        title = variable.title.in_language(language)
        yield LabelledVariable(
            variable.id,
            variable.id,
            "assigned",
            title,
            title,
            True,
            values=_labelled(variable.levels, language),
        )
    for item in instrument.questions:
        yield from _of_item(item, instrument, language)


def _of_item(item: Item, instrument: Instrument, language: str) -> Iterator[LabelledVariable]:
    words = item.text.in_language(language)
    question = f"{item.stem.in_language(language)} {words}" if item.stem else words
    if item.number is not None and item.number.unit is not None:
        question = f"{question} ({item.number.unit.in_language(language)})"
    line = line_labels(item)
    if line is not None:
        question = f"{question} ({line.in_language(language)})"
    why = dict(_labelled(missing_choices(item, instrument), language))
    missing = ((NOT_ANSWERED, MISSING_CODES[NOT_ANSWERED]), *why.items())
    scale, allowed = item.responses, item.number
    for place, column in enumerate(item.columns):
        label, low, high = question, None, None
        values: tuple[tuple[int, str], ...] = ()
        if column != item.id and scale is not None:
            label = f"{question} {item.column_options[place].label.in_language(language)}"
            top = item.top if item.kind == "rank" else item.total
            values = _TICKS if item.kind == "multiple" else ()
            low, high = (None, None) if values else (0.0, float(top or 0))
        elif scale is not None:
            values = _labelled(scale.all_options, language)
        elif allowed is not None:
            low, high = allowed.minimum, allowed.maximum
        yield LabelledVariable(
            column,
            item.id,
            item.kind,
            label,
            question,
            item.kind not in TEXT_KINDS,
            values,
            missing,
            low,
            high,
            whole=bool(values) or (allowed is not None and allowed.whole),
            dates=item.dates,
            rule=item.rule,
            marks=tuple((n, text.in_language(language)) for n, text in allowed.labels)
            if allowed is not None
            else (),
        )


def _labelled(options: tuple[Option, ...], language: str) -> tuple[tuple[int, str], ...]:
    return tuple((option.value, option.label.in_language(language)) for option in options)


def answer_files(instrument: Instrument) -> dict[str, Instrument]:
    """Return the questionnaires of the respondents and of each roster, by their files."""
    rosters = {rows_file(ANSWERS_FILE, r.id): instrument.roster(r.id) for r in instrument.rosters}
    return {ANSWERS_FILE: instrument} | rosters


def own_columns(instrument: Instrument, language: str) -> Iterator[SidecarColumn]:
    """Return the columns of a format that keeps the canonical names and codes."""
    for variable in labelled_variables(instrument, language):
        yield SidecarColumn(variable.name, variable.item, variable.kind, variable.name)


def roster_columns(instrument: Instrument, language: str) -> Iterator[SidecarRoster]:
    """Return the columns of the rosters of a format that keeps names and codes."""
    for roster in instrument.rosters:
        rows = own_columns(instrument.roster(roster.id), language)
        columns = tuple(column for column in rows if column.kind != "administrative")
        yield SidecarRoster(roster.id, roster.id, columns)
