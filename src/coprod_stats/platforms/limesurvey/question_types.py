"""LimeSurvey's type of each kind of question, with its limits.

https://www.limesurvey.org/manual/Question_types
"""

from __future__ import annotations

from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.model import Item, NumberRange, Slider
from coprod_stats.platforms.fields import patterns
from coprod_stats.platforms.limesurvey.survey_structure import Row


def question_type(item: Item) -> tuple[str, Row]:
    """Return LimeSurvey's type of question, and its attributes."""
    match item.kind:
        case "multiple":
            return "M", {"max_answers": str(item.max_choices) if item.max_choices else ""}
        case "rank":
            return "R", {"max_answers": str(item.top), "max_subquestions": str(item.top)}
        case "allocate":
            limits = {"equals_num_value": str(item.total), "min_num_value_n": "0"}
            free = "" if item.required and not item.offers else "1"
            return "K", limits | {"value_range_allows_missing": free}
        case "number" if item.number is not None and item.number.slider is not None:
            return "K", _line(item.number, item.number.slider)
        case "number":
            return "N", _range(item)
        case "text":
            longest = "" if item.rule is None else str(item.rule.longest or "")
            return "T" if item.specifies is None else "S", {"maximum_chars": longest}
        case "date" | "time":
            return "D", _moment(item)
        case "note":
            return "X", {}
        case _:
            return "L", {}


def _moment(item: Item) -> Row:
    if item.dates is None:
        return {"date_format": "HH:MM"}
    ends = {"date_min": item.dates.first, "date_max": item.dates.last}
    given = {name: str(end) for name, end in ends.items() if end is not None}
    return {"date_format": "yyyy-mm-dd"} | given


def validation(item: Item) -> str:
    """Return one regular expression for format and length, which looks ahead for the latter."""
    if item.rule is None:
        return ""
    *ahead, last = (pattern.replace("/", r"\/") for pattern in patterns(item.rule))
    return f"/{''.join(f'(?={one})' for one in ahead)}{last}/"


def _line(number: NumberRange, slider: Slider) -> Row:
    """Return a slider without an answer until it is moved, which can be put back."""
    low, high = number.ends
    parts = {"slider_min": low, "slider_max": high, "slider_accuracy": slider.step}
    on = dict.fromkeys(("slider_layout", "slider_reset", "slider_showminmax"), "1")
    return on | {"slider_separator": "|"} | {name: spell_number(n) for name, n in parts.items()}


def _range(item: Item) -> Row:
    if item.number is None:
        return {}
    bounds = {"min_num_value_n": item.number.minimum, "max_num_value_n": item.number.maximum}
    written = {name: spell_number(bound) for name, bound in bounds.items() if bound is not None}
    return written | {"num_value_int_only": "1" if item.number.whole else "0"}
