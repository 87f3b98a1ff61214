"""What limits the answer to an item or stands for it at first, built from its source form."""

from __future__ import annotations

from datetime import date

from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.questions import FORMATS, DateRange, Prefill, TextRule
from coprod_stats.instruments.source.answer_form import LengthForm
from coprod_stats.instruments.source.source_form import ItemForm


def dates_of(form: ItemForm) -> DateRange | None:
    """Return the range of a date; ``None`` for other kinds."""
    if form.kind != "date":
        return None
    ends = (None, None) if form.date is None else (form.date.min, form.date.max)
    return DateRange(*(None if end is None else date.fromisoformat(end) for end in ends))


def rule_of(form: ItemForm) -> TextRule | None:
    """Return length and pattern of a text, if one is stated."""
    if form.length is None and form.format is None and form.pattern is None:
        return None
    length = form.length or LengthForm()
    pattern = form.pattern if form.format is None else FORMATS[form.format]
    return TextRule(length.min, length.max, pattern, form.format)


def prefill_of(form: ItemForm) -> Prefill | None:
    """Return what a question comes with, its value as in the answers."""
    given = form.prefill
    if given is None:
        return None
    value = given.value
    written = value if value is None or isinstance(value, str) else spell_number(value)
    return Prefill(written, given.answer, given.parameter, given.read_only)
