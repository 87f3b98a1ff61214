"""Types of questions in a survey file, with the validation that they carry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.model import Item, NumberRange
from coprod_stats.platforms.fields import is_slider
from coprod_stats.platforms.qualtrics.codes import SLIDER
from coprod_stats.platforms.qualtrics.logic import Comparing, Formula, join, logic_json

Json = dict[str, Any]


def question(type: str, selector: str, sub: str, forced: bool, **settings: object) -> Json:
    """Return a question of a type, forced or not, with its validation."""
    force = "ON" if forced else "OFF"
    made = {"ForceResponse": force, "ForceResponseType": force, "Type": "None"} | settings
    below = {"SubSelector": sub} if sub else {}
    return {
        "QuestionType": type,
        "Selector": selector,
        **below,
        "Configuration": {},
        "Validation": {"Settings": made},
    }


def matching(place: str, pattern: str) -> Comparing:
    """Demand that what is typed matches a pattern, or nothing is typed."""
    return Comparing(place, "MatchesRegex", f"^({pattern})?$")


def custom(rule: Formula) -> Json:
    """Return a rule as the validation of a question."""
    logic = logic_json(rule)
    logic.pop("inPage")
    message = dict.fromkeys(("messageID", "libraryID", "description"))
    return {
        "Type": "CustomValidation",
        "CustomValidation": {
            "Logic": logic,
            "Message": message | {"subMessageID": "VE_VALIDATION"},
        },
    }


def line(number: NumberRange) -> Json:
    """Return the ends of a slider and where it stops."""
    assert number.slider is not None
    low, high = number.ends
    after_point = (spell_number(n).partition(".")[2] for n in (low, number.slider.step))
    shape = {
        "CSSliderMin": int(low) if low.is_integer() else low,
        "CSSliderMax": int(high) if high.is_integer() else high,
        "GridLines": number.n_steps,
        "SnapToGrid": True,
        "NumDecimals": str(max(map(len, after_point))),
        "ShowValue": True,
        "CustomStart": False,
        "NotApplicable": False,
        "MobileFirst": True,
    }
    return {"Configuration": shape, "ChoiceOrder": [SLIDER]}


def line_words(labels: Sequence[str]) -> Json:
    """Return the labels of a slider, which Qualtrics spreads evenly over its one line."""
    if not labels:
        return {}
    spread = {str(place): {"Display": label} for place, label in enumerate(labels, 1)}
    return {"Choices": {SLIDER: {"Display": ""}}, "Labels": spread}


def number(item: Item) -> Json:
    """Return the limits of a number."""
    allowed = item.number
    bounds = (None, None) if allowed is None else (allowed.minimum, allowed.maximum)
    low, high = ("" if bound is None else spell_number(bound) for bound in bounds)
    decimals = "0" if allowed is not None and allowed.whole else ""
    return {
        "Type": "ContentType",
        "ContentType": "ValidNumber",
        "MinChars": "1",
        "TotalChars": "1",
        "ValidNumber": {"Min": low, "Max": high, "NumDecimals": decimals},
    }


def limits_of_number(item: Item, place: str) -> Iterator[Formula]:
    """Return the limits of a number as comparisons, which hold for what is blank too."""
    if item.number is None or is_slider(item):
        return
    blank = Comparing(place, "Empty")
    yield matching(place, r"-?\d+" if item.number.whole else r"-?\d*[.,]?\d+")
    ends = (("GreaterThanOrEqual", item.number.minimum), ("LessThanOrEqual", item.number.maximum))
    for operator, end in ends:
        if end is not None:
            yield join("or", [blank, Comparing(place, operator, spell_number(end))])
