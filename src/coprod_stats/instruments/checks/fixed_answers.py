"""Faults of prefilled answers that cannot be changed: what their own question may refuse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from coprod_stats.errors import Fault
from coprod_stats.instruments.checks.prefilled import own_checks
from coprod_stats.instruments.language.expressions import ExpressionError, parse_expression
from coprod_stats.instruments.language.folding import TRUE, given
from coprod_stats.instruments.questions import on_step
from coprod_stats.instruments.source.answer_form import DateForm, LengthForm, NumberForm
from coprod_stats.instruments.source.draft import Draft, PlacedItem
from coprod_stats.instruments.source.source_form import ItemForm

_NO_END = float("inf")


def check_fixed_answers(draft: Draft) -> Iterator[Fault]:
    """Find answers that nobody can change and that the form may not accept."""
    items = {placed.item.id: placed for placed in draft.items}
    for placed in draft.items:
        prefill = placed.item.prefill
        if prefill is None or not prefill.read_only:
            continue
        for found, remedy in _refusals(placed.item, items):
            yield draft.fault(
                "ITEM-027",
                (*placed.location, "prefill"),
                f"item {placed.item.id}",
                f"cannot be changed, and {found}",
                remedy,
            )


def _refusals(item: ItemForm, items: Mapping[str, PlacedItem]) -> Iterator[tuple[str, str]]:
    """Yield why an answer that cannot be changed may be refused, and what to do."""
    prefill = item.prefill
    assert prefill is not None
    if item.required and prefill.value is None:
        yield (
            "must be answered, also by those for whom nothing is known",
            "Leave out 'required' or 'read_only'.",
        )
    hidden = sorted(code for code, condition in item.options_when.items() if not _holds(condition))
    if prefill.parameter is None and (hidden if prefill.value is None else prefill.value in hidden):
        yield (
            "comes with an option that is not shown to everybody",
            "Leave out 'read_only', or the condition of the option in 'options_when'.",
        )
    source = items.get(prefill.answer or "")
    if source is None or source.item.kind != item.kind:  # reported by their own checks
        return
    if not _takes(item, source.item):
        yield (
            f"{source.item.id} has answers that it refuses",
            f"Leave out 'read_only', or let it take all that {source.item.id} takes: the same "
            "limits, length, format or pattern.",
        )
    elif any(own_checks(item)):
        yield (
            f"has a check that no answer to {source.item.id} is held to",
            f"State the check for {source.item.id}, where the answer can be changed.",
        )


def _holds(condition: str) -> bool:
    try:
        return given(parse_expression(condition), {}) == TRUE
    except ExpressionError:  # reported by its own check
        return True


def _takes(item: ItemForm, source: ItemForm) -> bool:
    """Return whether a question takes every answer to another of its kind."""
    match item.kind:
        case "number":
            return _takes_numbers(item.number or NumberForm(), source.number or NumberForm())
        case "date":
            own, theirs = item.date or DateForm(), source.date or DateForm()
            return (own.min is None or (theirs.min or "") >= own.min) and (
                own.max is None or (theirs.max or "9") <= own.max
            )
        case "text":
            return _takes_texts(item, source)
        case _:
            return True


def _takes_numbers(own: NumberForm, theirs: NumberForm) -> bool:
    low, high = (-_NO_END if own.min is None else own.min, _NO_END if own.max is None else own.max)
    least = -_NO_END if theirs.min is None else theirs.min
    most = _NO_END if theirs.max is None else theirs.max
    if least < low or most > high or (own.whole and not theirs.whole):
        return False
    if own.slider is None or own.min is None:
        return True
    start, step = (least, 1.0) if theirs.slider is None else (least, theirs.slider.step)
    if theirs.slider is None and not theirs.whole:
        return False
    return all(
        on_step(point, low=own.min, step=own.slider.step) is not None
        for point in (start, start + step)
    )


def _takes_texts(item: ItemForm, source: ItemForm) -> bool:
    """Return whether lengths are within the own ones, and the pattern is none or the same."""
    own, theirs = item.length or LengthForm(), source.length or LengthForm()
    within = (own.min or 1) <= (theirs.min or 1) and (own.max or _NO_END) >= (theirs.max or _NO_END)
    rules = (item.pattern, item.format)
    return within and rules in ((None, None), (source.pattern, source.format))
