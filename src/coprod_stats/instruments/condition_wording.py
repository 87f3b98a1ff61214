"""Conditions in words, as ``DFACT is "Yes" or "Partly"``, for previews and codebooks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from coprod_stats.instruments.expressions import (
    Binary,
    Call,
    Compare,
    Expression,
    Logic,
    Member,
    Name,
    Not,
    Number,
)
from coprod_stats.instruments.model import Instrument

_COMPARISONS = {
    "==": "is", "!=": "is not", "<": "is below", "<=": "is at most",
    ">": "is above", ">=": "is at least",
}  # fmt: skip
_LISTS = {"sum": "the sum of", "mean": "the mean of", "min": "the lowest of",
          "max": "the highest of", "any": "any of", "all": "all of"}  # fmt: skip
Labels = dict[tuple[str, float], str]


def condition_in_words(tree: Expression, instrument: Instrument) -> str:
    """Say an expression in words, codes of answers by their labels in the first language."""
    return _words(tree, _labels(instrument), {derived.id for derived in instrument.derived})


def _labels(instrument: Instrument) -> Labels:
    answers = {
        (item.id, float(option.value)): f'"{option.label}"'
        for item in instrument.items
        if item.responses is not None
        for option in (*item.responses.options, *item.responses.off_scale)
    }
    return answers | {
        (variable.id, float(level.value)): f'"{level.label}"'
        for variable in instrument.assigned
        for level in variable.levels
    }


def _words(tree: Expression, labels: Labels, derived: set[str]) -> str:
    def say(part: Expression) -> str:
        words = _words(part, labels, derived)
        return f"({words})" if isinstance(part, Logic | Binary) else words

    match tree:
        case Number():
            return f"{tree.value:g}"
        case Name():
            return tree.id
        case Compare("==" | "!=" as operator, Name(id=id), Number(value)) if (
            id in derived and value in (0.0, 1.0)
        ):
            holds = (operator == "==") == (value == 1.0)
            return f"{id} holds" if holds else f"{id} does not hold"
        case Compare(operator, Name(id=id), Number(value)):
            return f"{id} {_COMPARISONS[operator]} {labels.get((id, value), f'{value:g}')}"
        case Compare(operator, left, right):
            return f"{say(left)} {_COMPARISONS[operator]} {say(right)}"
        case Member(Name(id=id), values):
            return f"{id} is {_alternatives([labels.get((id, v), f'{v:g}') for v in values])}"
        case Member(item, values):
            return f"{say(item)} is {_alternatives([f'{value:g}' for value in values])}"
        case Logic(operator, found):
            return f" {operator} ".join(say(part) for part in found)
        case Not(Call("answered", (Name(id=id),))):
            return f"{id} is not known"
        case Not(part):
            return f"not ({_words(part, labels, derived)})"
        case Binary(operator, left, right):
            return f"{say(left)} {operator} {say(right)}"
        case Call():
            return _call(tree, labels, derived)


def _call(call: Call, labels: Labels, derived: set[str]) -> str:
    found = [_words(part, labels, derived) for part in call.arguments]
    match call:
        case Call("answered", (Name(id=id),)):
            return f"{id} is known"
        case Call("includes", (Name(id=id), *options)):
            wanted = [
                labels.get((id, option.value), f"{option.value:g}")
                for option in options
                if isinstance(option, Number)
            ]
            return f"{id} includes {_alternatives(wanted)}"
        case Call("option", (Name(id=id), Number(value))):
            return f"{id} of {labels.get((id, value), f'{value:g}')}"
        case Call("if", _):
            return f"{found[1]} if {found[0]}, else {found[2]}"
        case Call("abs", _):
            return f"the absolute value of {found[0]}"
        case Call("count", arguments):
            if chosen := _all_chosen(arguments, labels):
                return f"the number of answers chosen in {chosen}"
            return f"the number of [{_listed(call, labels, found)}]"
        case _:
            return f"{_LISTS[call.function]} [{_listed(call, labels, found)}]"


def _listed(call: Call, labels: Labels, found: list[str]) -> str:
    """Join what is listed; consecutive items that share one comparison are said once."""
    said: list[str] = []
    places = groupby(range(len(found)), key=lambda place: _run(call.arguments[place], place))
    for key, run in places:
        group = list(run)
        words = found[group[0] : group[-1] + 1]
        if call.function == "count" and (
            chosen := _all_chosen(call.arguments[group[0] : group[-1] + 1], labels)
        ):
            said.append(f"answers chosen in {chosen}")
        elif key[0] is Name and len(group) > 1:
            said.append(f"{words[0].partition(' ')[0]} to {words[-1]}")
        else:
            said.extend(words)
    return "; ".join(said)


def _run(argument: Expression, place: int) -> tuple[object, ...]:
    """Give what neighbours in a list have in common if they can be said as one."""
    match argument:
        case Name(id=id):
            return (Name, *_series(id, place))
        case Compare(operator, Name(id=id), Number(value)):
            return (Name, *_series(id, place), operator, value)
        case Call("includes", (Name(id=id), *_)):
            return (Call, id)
        case _:
            return (place,)


def _series(id: str, place: int) -> tuple[str, int]:
    """Give the stem of an id and its number less its place: the same along A1, A2, A3."""
    stem = id.rstrip("0123456789")
    return stem, int(id[len(stem) :] or 0) - place


def _all_chosen(arguments: Sequence[Expression], labels: Labels) -> str:
    """Name the multiple choice of which each option is asked for once, if it is one."""
    found = [
        (part.arguments[0].id, part.arguments[1].value)
        for part in arguments
        if isinstance(part, Call)
        and part.function == "includes"
        and len(part.arguments) == 2
        and isinstance(part.arguments[0], Name)
        and isinstance(part.arguments[1], Number)
    ]
    ids = {id for id, _ in found}
    if len(found) < len(arguments) or len(ids) != 1:
        return ""
    (id,) = ids
    options = sorted(value for of, value in labels if of == id)
    return id if sorted(value for _, value in found) == options else ""


def _alternatives(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
