"""What prefilled answers are, in words and as conditions."""

from __future__ import annotations

from coprod_stats.instruments.language.tree import Compare, Expression, Name, Number, TextMatch
from coprod_stats.instruments.questions import Item


def prefilled_with(item: Item) -> str:
    """Describe what an item is answered with before the respondent answers it."""
    given = item.prefill
    if given is None:
        return ""
    if given.answer is not None:
        said = f"the answer to {given.answer}"
    elif given.parameter is not None:
        said = f"the parameter '{given.parameter}' of the invitation"
    elif item.responses is not None and given.value is not None:
        said = f"{given.value} {item.responses.label(int(given.value))}"
    else:
        said = f"{given.value}"
    return f"{said}, which cannot be changed" if given.read_only else said


def as_prefilled(item: Item) -> Expression | None:
    """Return the condition that an answer which cannot be changed is the prefilled one.

    ``None`` if it can be changed, or if no condition compares such answers (dates, times and texts
    with one another, or what only the invitation knows).
    """
    given = item.prefill
    if given is None or not given.read_only or item.kind in ("date", "time"):
        return None
    name = Name(item.id)
    if given.value is not None:
        if item.kind == "text":
            return TextMatch(name, given.value)
        return Compare("==", name, Number(float(given.value)))
    if given.answer is not None and item.kind != "text":
        return Compare("==", name, Name(given.answer))
    return None
