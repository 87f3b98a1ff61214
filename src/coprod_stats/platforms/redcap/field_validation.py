"""What REDCap checks when an answer is entered."""

from __future__ import annotations

from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.model import Item
from coprod_stats.platforms.redcap.data_dictionary import Row

HOLD_TO_LIMITS = "@FORCE-MINMAX"
"""Without it REDCap warns of a number outside its limits and takes it."""


def is_email(item: Item) -> bool:
    """Return whether an item asks for an e-mail address, the only format that REDCap knows."""
    return item.rule is not None and item.rule.format == "email"


def text_rule(item: Item) -> Row:
    """Return what a dictionary can hold of a rule: an e-mail address, and the greatest length."""
    if item.rule is None:
        return {}
    limit = f"@CHARLIMIT={item.rule.longest}" if item.rule.longest is not None else ""
    return {"validation": "email" if is_email(item) else "", "annotation": limit}


def moment(item: Item) -> Row:
    """Return the type of a date, with its range, or of a time of day."""
    if item.dates is None:
        return {"validation": "time"}
    ends = (("min", item.dates.first), ("max", item.dates.last))
    limits = {name: str(end) for name, end in ends if end is not None}
    forced = {"annotation": HOLD_TO_LIMITS} if limits else {}
    return {"validation": "date_ymd"} | limits | forced


def number_range(item: Item) -> Row:
    """Return the type of a number, with its range."""
    if item.number is None:
        return {"validation": "number"}
    bounds = (("min", item.number.minimum), ("max", item.number.maximum))
    limits = {name: spell_number(bound) for name, bound in bounds if bound is not None}
    forced = {"annotation": HOLD_TO_LIMITS} if limits else {}
    return {"validation": "integer" if item.number.whole else "number"} | limits | forced


def moves_by_one(item: Item) -> bool:
    """Return whether an item is a slider of whole numbers, the only one that REDCap has."""
    if item.number is None or item.number.slider is None:
        return False
    parts = (*item.number.ends, item.number.slider.step)
    return all(part.is_integer() for part in parts)
