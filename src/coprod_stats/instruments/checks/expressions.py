"""Faults of routing, calculation and classification."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from coprod_stats.errors import Fault
from coprod_stats.instruments.checks.missing_names import known_names
from coprod_stats.instruments.language.evaluation import other_column
from coprod_stats.instruments.language.expressions import ExpressionError, parse_expression
from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.language.tree import (
    Call,
    Compare,
    Expression,
    Member,
    Name,
    Number,
    TextMatch,
    walk,
)
from coprod_stats.instruments.questions import OPTION_KINDS, TEXT_KINDS, ItemKind
from coprod_stats.instruments.source.draft import (
    Draft,
    PlacedItem,
    assigned_levels,
    conditions,
    summary_values,
)
from coprod_stats.instruments.source.yaml_source import Location

_TAKES: dict[str, tuple[ItemKind, ...]] = {
    "includes": ("multiple", "rank"),
    "option": ("rank", "allocate"),
}
"""Kinds of items that the functions on options accept."""


def check_expressions(draft: Draft) -> Iterator[Fault]:
    """Find expressions that cannot be parsed, or that compare what does not exist."""
    items = {placed.item.id: placed for placed in draft.items}
    others = {other_column(id) for id, placed in items.items() if placed.item.other is not None}
    known = known_names(draft)
    for location, place, text in (*conditions(draft), *summary_values(draft.form)):
        try:
            tree = parse_expression(text)
        except ExpressionError as error:
            yield draft.fault("EXPR-001", location, place, str(error), "Correct the expression.")
            continue
        for name in sorted(others & {node.id for node in _bare_names(tree)}):
            yield draft.fault(
                "EXPR-004",
                location,
                place,
                f"{name} is a text and has no number",
                "Use answered(...) for it, or compare it with a text in quotation marks.",
            )
        yield from _impossible(draft, tree, items, location, place, known=known)
        yield from _no_texts(draft, tree, items, location, place, known=known)


def _impossible(
    draft: Draft,
    tree: Expression,
    items: Mapping[str, PlacedItem],
    location: Location,
    place: str,
    *,
    known: Set[str],
) -> Iterator[Fault]:
    """Find comparisons with answers that an item cannot have, and uses invalid for its kind."""
    bare, assigned = _bare_names(tree), assigned_levels(draft.form)
    for node in walk(tree):
        match node:
            case Compare(operator="==" | "!=", left=Name(id=id), right=Number(value=value)):
                wanted: tuple[float, ...] = (value,)
            case Member(item=Name(id=id), values=wanted):
                pass
            case Call(
                function="includes" | "option" as function, arguments=(Name(id=id), *options)
            ):
                wanted = tuple(option.value for option in options if isinstance(option, Number))
                kind = items[id].item.kind if id in items else None
                if id in known and kind not in _TAKES[function]:
                    yield draft.fault(
                        "EXPR-006",
                        location,
                        place,
                        f"{id} is not of kind {' or '.join(_TAKES[function])}",
                        "Compare it with '==' or 'in (...)'.",
                    )
            case Call(function="answered", arguments=(Name(id=id),)):
                if id in items and items[id].item.kind == "note":
                    yield draft.fault(
                        "EXPR-004",
                        location,
                        place,
                        f"{id} is a note, which nobody answers",
                        "Refer to a question.",
                    )
                continue
            case Name(id=id) if node in bare and id in items:
                if items[id].item.kind in (*OPTION_KINDS, *TEXT_KINDS, "note"):
                    yield draft.fault(
                        "EXPR-004",
                        location,
                        place,
                        f"{id} is of kind '{items[id].item.kind}' and has no single number",
                        "Compare a text with a text in quotation marks; use answered(...) for a "
                        "text, a date or a time, includes(...) for a multiple choice, option(...) "
                        "for a ranking or an allocation.",
                    )
                continue
            case _:
                continue
        scale = draft.response_scale(items[id]) if id in items else None
        possible = (*scale.options, *scale.off_scale) if scale else assigned.get(id, wanted)
        if odd := [value for value in wanted if value not in possible]:
            yield draft.fault(
                "EXPR-003",
                location,
                place,
                f"{id} never has the answer {spell_number(odd[0])}",
                f"It has: {', '.join(map(str, possible))}.",
            )


def _no_texts(
    draft: Draft,
    tree: Expression,
    items: Mapping[str, PlacedItem],
    location: Location,
    place: str,
    *,
    known: Set[str],
) -> Iterator[Fault]:
    """Find comparisons with words of what is no text."""
    texts = {id for id, placed in items.items() if placed.item.kind == "text"}
    texts |= {other_column(id) for id, placed in items.items() if placed.item.other is not None}
    texts |= {column.id for column in draft.form.administrative if column.kind == "text"}
    for node in walk(tree):
        if isinstance(node, TextMatch) and node.item.id in known - texts:
            id = node.item.id
            codes = draft.response_scale(items[id]) if id in items else None
            letters = {} if codes is None else {word: c for c, word in codes.codes.items()}
            meant = f"'{id} == {letters[node.words]}'" if node.words in letters else "a number"
            yield draft.fault(
                "EXPR-007",
                location,
                place,
                f"{id} is no text, and is compared with the text '{node.words}'",
                f"Compare it with {meant}; of dates and times conditions ask answered(...).",
            )


def _bare_names(tree: Expression) -> set[Name]:
    """Return the names used as numbers, not those passed to a function on answers or texts."""
    asked_about = {
        node.item if isinstance(node, TextMatch) else node.arguments[0]
        for node in walk(tree)
        if isinstance(node, TextMatch)
        or (isinstance(node, Call) and node.function in ("includes", "option", "answered"))
    }
    return {node for node in walk(tree) if isinstance(node, Name)} - asked_about
