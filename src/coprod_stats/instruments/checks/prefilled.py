"""Faults of prefilled answers: what a question cannot be answered with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np

from coprod_stats.errors import Fault
from coprod_stats.instruments.checks.missing_names import known_names
from coprod_stats.instruments.language.evaluation import evaluate
from coprod_stats.instruments.language.expressions import ExpressionError, parse_expression
from coprod_stats.instruments.language.tree import Expression, names
from coprod_stats.instruments.questions import FORMATS, ItemKind, on_step
from coprod_stats.instruments.source.answer_form import LengthForm, NumberForm
from coprod_stats.instruments.source.draft import Draft, PlacedItem
from coprod_stats.instruments.source.source_form import ItemForm

_PREFILLED: tuple[ItemKind, ...] = ("single", "number", "text", "date", "time")
"""Kinds of questions that can come with an answer."""
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def check_prefilled(draft: Draft) -> Iterator[Fault]:
    """Find prefilled answers that a question does not take, or that are not there yet."""
    items = {placed.item.id: placed for placed in draft.items}
    for placed in draft.items:
        given = placed.item.prefill
        if given is None:
            continue
        place = f"item {placed.item.id}"
        sources = [given.value, given.answer, given.parameter]
        row = placed.block.stem is not None and placed.item.kind == "single"
        one = sum(source is not None for source in sources) == 1
        if row or not one or placed.item.kind not in _PREFILLED or not _fits(draft, placed):
            yield draft.fault(
                "ITEM-024",
                (*placed.location, "prefill"),
                place,
                "is prefilled with none or several things, or with what is no answer to it, or is "
                "a row, or of a kind that is not prefilled",
                "State one of 'value' (an answer that the question allows), 'answer' and "
                "'parameter', on a single choice, number, text, date or time.",
            )
        elif given.answer is not None:
            yield from _source(draft, placed, given.answer, items)


def _source(
    draft: Draft, placed: PlacedItem, source: str, items: Mapping[str, PlacedItem]
) -> Iterator[Fault]:
    where, place = (*placed.location, "prefill"), f"item {placed.item.id}"
    if source not in known_names(draft):  # reported with all that names it
        return
    if source in items and items[source].page >= placed.page:
        yield draft.fault(
            "ROUTE-001",
            where,
            place,
            f"is prefilled with {source}, which is not asked on an earlier page",
            "Move the question, as forms prefill a page when it is shown.",
        )
    elif source not in items or not _alike(draft, placed, items[source]):
        yield draft.fault(
            "ITEM-024",
            where,
            place,
            f"is prefilled with {source}, which is no question or has other answers",
            "Prefill with a question of the same kind, whose options are all options here too.",
        )


def _alike(draft: Draft, placed: PlacedItem, source: PlacedItem) -> bool:
    own, theirs = draft.response_scale(placed), draft.response_scale(source)
    if placed.item.kind != source.item.kind:
        return False
    if own is None or theirs is None:
        return own is theirs
    return {*theirs.options, *theirs.off_scale} <= {*own.options, *own.off_scale}


def own_checks(item: ItemForm) -> Iterator[Expression]:
    """Return the checks of an item that are about its answer alone."""
    for check in item.checks:
        try:
            tree = parse_expression(check.holds)
        except ExpressionError:  # reported by its own check
            continue
        if set(names(tree)) == {item.id}:
            yield tree


def _fits(draft: Draft, placed: PlacedItem) -> bool:
    """Return whether a value is an answer that the question allows."""
    value = None if placed.item.prefill is None else placed.item.prefill.value
    return value is None or (_is_taken(draft, placed, value) and _agrees(placed.item, value))


def _agrees(item: ItemForm, value: float | str) -> bool:
    """Return whether no check of the answer alone is known to be false of a value."""
    number = 1.0 if isinstance(value, str) else float(value)
    known, texts = {item.id: np.array([number])}, {item.id: (str(value),)}
    return all(evaluate(tree, known, n_rows=1, texts=texts)[0] != 0.0 for tree in own_checks(item))


def _is_taken(draft: Draft, placed: PlacedItem, value: float | str) -> bool:
    """Return whether a value has the form and the limits that a question states."""
    item, scale = placed.item, draft.response_scale(placed)
    match item.kind:
        case "single":
            return scale is not None and value in {*scale.options, *scale.off_scale}
        case "number":
            return isinstance(value, int | float) and _in_range(value, item.number or NumberForm())
        case "date":
            return isinstance(value, str) and _is_within(value, item)
        case "time":
            return isinstance(value, str) and _TIME.fullmatch(value) is not None
        case _:
            return isinstance(value, str) and _is_text(value, item)


def _in_range(value: float, allowed: NumberForm) -> bool:
    low = float("-inf") if allowed.min is None else allowed.min
    high = float("inf") if allowed.max is None else allowed.max
    if not low <= value <= high or (allowed.whole and not float(value).is_integer()):
        return False
    slider = allowed.slider
    return slider is None or on_step(value, low=low, step=slider.step) is not None


def _is_within(value: str, item: ItemForm) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    low = (item.date and item.date.min) or value
    high = (item.date and item.date.max) or value
    return len(value) == len("2026-01-31") and low <= value <= high


def _is_text(value: str, item: ItemForm) -> bool:
    """Return whether a text stands on one line and has the length and format that are asked for."""
    length = item.length or LengthForm()
    pattern = item.pattern if item.format is None else FORMATS[item.format]
    try:
        matches = pattern is None or re.fullmatch(pattern, value) is not None
    except re.error:  # reported by its own check
        matches = True
    fits = (length.min or 1) <= len(value) <= (length.max or len(value))
    return fits and matches and value == value.strip() and value.isprintable()
