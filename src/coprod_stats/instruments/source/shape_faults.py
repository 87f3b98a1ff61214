"""Faults of the shape of a YAML file: what was written, and what belongs there, in plain words.

Pydantic finds them. Its own messages speak of classes and types; here each of its kinds of errors
that the grammars can provoke has words of its own, and alternatives are told together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from coprod_stats.counts import counted, listed
from coprod_stats.errors import Fault
from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.source.yaml_source import Location, YamlSource
from coprod_stats.suggestions import did_you_mean

Told = tuple[str, str]
"""What was found, and what to do."""

PATTERNS: dict[str, Told] = {
    r"^[A-Z][A-Z0-9]{0,19}$": (
        "an id of capitals A-Z and digits that begins with a capital, at most 20 characters",
        "TRU1",
    ),
    r"^[a-z][a-z0-9_]{0,39}$": (
        "a name of small letters a-z, digits and _ that begins with a letter, at most 40 "
        "characters",
        "my_study",
    ),
    r"^[A-Za-z][A-Za-z0-9_]{0,19}$": (
        "a code of letters A-Z, digits and _ that begins with a letter, at most 20 characters",
        "DE",
    ),
    r"^[A-Za-z][A-Za-z0-9_]{0,39}$": (
        "a name of letters A-Z, digits and _ that begins with a letter, at most 40 characters",
        "H01",
    ),
    r"^\d+\.\d+\.\d+$": ("a version of three numbers with points between them", "1.0.0"),
    r"^[a-z]{2,3}(-[A-Za-z]+)?$": ("the code of a language", "en"),
    r"^[A-Z]$": ("a single capital A-Z", "A"),
    r"^LINT-\d{3}$": ("the number of a lint rule", "LINT-001"),
    r"^\d{4}-\d{2}-\d{2}$": ("a date, as year-month-day", "2026-01-31"),
}
"""What each pattern of the grammars asks for, and an example."""

SHOWN = 12
"""Most keys that a remedy names."""

_KINDS: dict[str, tuple[str, str]] = {
    "string_type": ("a text", ""),
    "int_type": ("a whole number", "Write a whole number, such as 3, without quotes."),
    "int_from_float": ("a whole number", "Write a whole number, such as 3."),
    "float_type": ("a number", "Write a number, such as 0.5, without quotes."),
    "bool_type": ("true or false", "Write true or false, without quotes."),
    "list_type": ("a list", "Write one entry per line, each after '- '."),
    "tuple_type": ("a list", "Write one entry per line, each after '- '."),
    "dict_type": ("a mapping of keys to values", "Write one 'key: value' per line, indented."),
    "model_type": ("a mapping of keys to values", "Write one 'key: value' per line, indented"),
    "model_attributes_type": (
        "a mapping of keys to values",
        "Write one 'key: value' per line, indented",
    ),
}
"""Errors of a value of another kind: the kind that belongs there, and what to do."""

_BOUNDS = {
    "greater_than": ("gt", "not greater than", "greater than"),
    "greater_than_equal": ("ge", "less than", "of at least"),
    "less_than": ("lt", "not less than", "less than"),
    "less_than_equal": ("le", "more than", "of at most"),
}


def shape_faults(
    error: ValidationError, source: YamlSource, form: type[BaseModel]
) -> tuple[Fault, ...]:
    """Convert the validation errors of a YAML file of a form into faults with their lines."""
    by_place: dict[tuple[Location, bool], list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        location = _real_location(source.data, detail["loc"])
        by_place.setdefault((location, detail["loc"][-1:] == ("[key]",)), []).append(detail)
    places = [location for location, _ in by_place]
    faults: list[Fault] = []
    for (location, is_key), details in by_place.items():
        place = ".".join(str(step) for step in location) or "the file"
        deeper = any(len(o) > len(location) and o[: len(location)] == location for o in places)
        told = _told(details, deeper, location, form)
        for found, remedy in [_of_key(details[0], location)] if is_key else told:
            faults.append(source.fault("SHAPE-001", location, place, found, remedy))
    return tuple(dict.fromkeys(faults))


def _real_location(data: Any, location: tuple[str | int, ...]) -> Location:
    """Drop steps that do not exist in the file: pydantic adds names of alternatives."""
    found: list[str | int] = []
    for step in location:
        inside = (isinstance(data, Mapping) and step in data) or (
            isinstance(data, list) and isinstance(step, int) and step < len(data)
        )
        if inside:
            found.append(step)
            data = data[step]
    return tuple(found)


def _told(
    details: list[ErrorDetails], deeper: bool, location: Location, form: type[BaseModel]
) -> Iterator[Told]:
    """Return what is told of one place, where errors deeper within it are told by themselves."""
    kinds = [detail for detail in details if detail["type"] in _KINDS]
    others = [detail for detail in details if detail["type"] not in _KINDS]
    for detail in others:
        # an alternative of which entries are faulty counts the sound ones alone
        if not (deeper and detail["type"] == "too_short"):
            yield _of_value(detail, location, form)
    # what fits one of the alternatives, but for a limit or something within, is of no wrong kind
    if kinds and not others and not deeper:
        yield _of_kind(kinds, form)


def _of_kind(details: list[ErrorDetails], form: type[BaseModel]) -> Told:
    """Return what to tell of a value of another kind than those that belong at its place."""
    given = details[0]["input"]
    wanted = dict.fromkeys(_KINDS[detail["type"]][0] for detail in details)
    found = f"{written(given)} stands where {' or '.join(wanted)} belongs"
    if given is None:
        return found, f"Write {' or '.join(wanted)}, or remove the key."
    if "a text" in wanted and not isinstance(given, list | dict):
        return found, f'If it is a text, put it in quotes: "{_spelled(given)}".'
    if "a text" in wanted and len(wanted) == 1:
        return found, "Write a single text."
    detail = next(detail for detail in details if _KINDS[detail["type"]][1])
    return found, _KINDS[detail["type"]][1] + _keys_wanted(detail, form)


def _keys_wanted(detail: ErrorDetails, form: type[BaseModel]) -> str:
    """Return the end of the remedy for a missing mapping: the keys that it may have."""
    if not detail["type"].startswith("model"):
        return ""
    shapes = _shapes(form)
    name = detail.get("ctx", {}).get("class_name", "")
    keys = listed(list(shapes.get(name, {}).get("properties", {})), SHOWN)
    return f"; it may have the keys {keys}." if keys else "."


def _of_key(detail: ErrorDetails, location: Location) -> Told:
    key = f"the key '{location[-1]}'" if location else "a key"
    match detail["type"]:
        case "string_pattern_mismatch":
            wanted, example = PATTERNS[detail["ctx"]["pattern"]]
            return f"{key} is not {wanted}", f"Write one such as {example}."
        case "int_type" | "int_from_float":
            return f"{key} is not a whole number", "Use a code, such as 1, without quotes."
        case "string_too_short":
            return "an empty key", "Write a name before the colon, or remove the line."
        case "string_type":
            return f"{key} is a number where a name belongs", "Write a name."
        case "literal_error":
            return _of_choice(key, str(detail["input"]), detail["ctx"]["expected"])
        case kind if kind in _BOUNDS:
            return f"{key} is {_beyond(detail)}", f"Use a number {_within(detail)}."
        case _:
            return f"{key} does not belong here", "Correct it."


def _of_value(detail: ErrorDetails, location: Location, form: type[BaseModel]) -> Told:
    given, ctx = detail["input"], detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden" | "invalid_key":
            hint = did_you_mean(str(location[-1]), _keys(form))
            return "is not known here", f"{hint}Remove it or correct its name."
        case "missing":
            return f"'{detail['loc'][-1]}' is missing", "Add it."
        case "union_tag_invalid":
            tag = given[ctx["discriminator"].strip("'")]
            return _of_choice(written(tag), _spelled(tag), ctx["expected_tags"])
        case "union_tag_not_found":
            name = ctx["discriminator"].strip("'")
            if not isinstance(given, Mapping):
                found = f"{written(given)} stands where a mapping of keys to values belongs"
                return found, f"Begin with '{name}:'."
            return f"'{name}' is missing", "Add it."
        case "literal_error":
            return _of_choice(written(given), _spelled(given), ctx["expected"])
        case "string_pattern_mismatch":
            wanted, example = PATTERNS[ctx["pattern"]]
            return f"{written(given)} is not {wanted}", f"Write one such as {example}."
        case "string_too_short":
            return "the text is empty", "Write a text, or remove the key."
        case "string_too_long":
            found = f"a text of {counted(len(given), 'character')}"
            return found, f"Use at most {ctx['max_length']:,}."
        case "too_short" | "too_long":
            return _of_length(detail)
        case "value_error":
            return str(ctx["error"]), "Correct it."
        case kind if kind in _BOUNDS:
            return f"{_spelled(given)} is {_beyond(detail)}", f"Write a number {_within(detail)}."
        case _:
            return f"{written(given)} does not belong here", "Correct it."


def _of_choice(subject: str, given: str, expected: str) -> Told:
    """Return what to tell of a value that is none of a few; ``expected`` is pydantic's list."""
    choices = expected.replace("True", "true").replace("False", "false")
    known = [choice.strip("' ") for choice in choices.replace(" or ", ",").split(",")]
    if len(known) == 1:
        return f"{subject} is not {choices}", f"Write {known[0]}, or remove the key."
    return f"{subject} is none of {choices}", f"{did_you_mean(given, known)}Choose one of them."


def _of_length(detail: ErrorDetails) -> Told:
    ctx = detail["ctx"]
    number = ctx["actual_length"]
    found = f"it has {counted(number, 'entry', 'entries')}" if number else "it is empty"
    if detail["type"] == "too_long":
        return found, f"Use at most {ctx['max_length']}."
    return found, f"Add entries: at least {ctx['min_length']}."


def _beyond(detail: ErrorDetails) -> str:
    name, words, _ = _BOUNDS[detail["type"]]
    return f"{words} {spell_number(detail['ctx'][name])}"


def _within(detail: ErrorDetails) -> str:
    name, _, words = _BOUNDS[detail["type"]]
    return f"{words} {spell_number(detail['ctx'][name])}"


def written(given: Any) -> str:
    """Return words for a value as it stands in a file, cut where it is long."""
    match given:
        case None:
            return "nothing"
        case "":
            return "an empty text"
        case bool():
            return _spelled(given)
        case int() | float():
            return f"the number {_spelled(given)}"
        case list():
            return "a list"
        case Mapping():
            return "a mapping"
        case _:
            text = _spelled(given)
            return f"the text '{text[:60]}{'…' if len(text) > 60 else ''}'"


def _spelled(given: Any) -> str:
    if isinstance(given, bool):
        return "true" if given else "false"
    return spell_number(given) if isinstance(given, int | float) else str(given)


@cache
def _shapes(form: type[BaseModel]) -> dict[str, Any]:
    """Return the schemas of all parts of a form, by the names of their classes."""
    schema = form.model_json_schema()
    return {form.__name__: schema, **schema.get("$defs", {})}


def _keys(form: type[BaseModel]) -> Iterable[str]:
    """Return the keys that occur anywhere in files of a form."""
    return {key for shape in _shapes(form).values() for key in shape.get("properties", {})}
