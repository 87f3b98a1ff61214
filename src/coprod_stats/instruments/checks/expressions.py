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

_TAKES: dict[str, tuple[ItemKind, ...]] = {
    "includes": ("multiple", "rank"),
    "option": ("rank", "allocate"),
}
"""Kinds of items that the functions on options accept."""


def check_expressions(draft: Draft) -> Iterator[Fault]:
    """Find expressions that cannot be parsed, or that compare what does not exist."""
    items = {placed.item.id: placed for placed in draft.items}
    known = known_names(draft)
    for location, place, text in (*conditions(draft), *summary_values(draft.form)):
        try:
            tree = parse_expression(text)
        except ExpressionError as error:
            yield draft.fault("EXPR-001", location, place, str(error), "Correct the expression.")
            continue
        for fault in _findings(draft, tree, items, known=known):
            yield draft.fault(fault.code, location, place, fault.found, fault.remedy)


def _findings(
    draft: Draft, tree: Expression, items: Mapping[str, PlacedItem], *, known: Set[str]
) -> Iterator[Fault]:
    """Find what is wrong with an expression, without its place in the file."""
    bare = _bare_names(tree)
    for name in sorted({node.id for node in bare if _is_other(node.id, items)}):
        yield Fault(
            "EXPR-004",
            f"{name} is a text and has no number",
            "Use answered(...) for it, or compare it with a text in quotation marks.",
        )
    yield from _of_another_kind(tree, items, known)
    yield from _without_numbers(tree, items, bare)
    yield from _never_given(draft, tree, items)
    yield from _no_texts(draft, tree, items, known)


def _is_other(name: str, items: Mapping[str, PlacedItem]) -> bool:
    """Return whether a name is that of the words for an option "other"."""
    owner = items.get(name.removesuffix(other_column("")))
    return owner is not None and owner.item.other is not None and name not in items


def _of_another_kind(
    tree: Expression, items: Mapping[str, PlacedItem], known: Set[str]
) -> Iterator[Fault]:
    """Find functions on options or answers of an item that has none."""
    for node in walk(tree):
        match node:
            case Call(function="includes" | "option" as function, arguments=(Name(id=id), *_)):
                kind = items[id].item.kind if id in items else None
                if id in known and kind not in _TAKES[function]:
                    yield Fault(
                        "EXPR-006",
                        f"{id} is not of kind {' or '.join(_TAKES[function])}",
                        "Compare it with '==' or 'in (...)'.",
                    )
            case Call(function="answered", arguments=(Name(id=id),)):
                if id in items and items[id].item.kind == "note":
                    yield Fault(
                        "EXPR-004", f"{id} is a note, which nobody answers", "Refer to a question."
                    )


def _without_numbers(
    tree: Expression, items: Mapping[str, PlacedItem], bare: Set[Name]
) -> Iterator[Fault]:
    """Find items that are used as numbers and have no single one."""
    for node in walk(tree):
        if not (isinstance(node, Name) and node in bare and node.id in items):
            continue
        kind = items[node.id].item.kind
        if kind in (*OPTION_KINDS, *TEXT_KINDS, "note"):
            yield Fault(
                "EXPR-004",
                f"{node.id} is of kind '{kind}' and has no single number",
                "Compare a text with a text in quotation marks; use answered(...) for a "
                "text, a date or a time, includes(...) for a multiple choice, option(...) "
                "for a ranking or an allocation.",
            )


def _never_given(
    draft: Draft, tree: Expression, items: Mapping[str, PlacedItem]
) -> Iterator[Fault]:
    """Find comparisons with answers that an item cannot have."""
    assigned = assigned_levels(draft.form)
    for id, wanted in _compared(tree):
        scale = draft.response_scale(items[id]) if id in items else None
        possible = (*scale.options, *scale.off_scale) if scale else assigned.get(id, wanted)
        if odd := [value for value in wanted if value not in possible]:
            yield Fault(
                "EXPR-003",
                f"{id} never has the answer {spell_number(odd[0])}",
                f"It has: {', '.join(map(str, possible))}.",
            )


def _compared(tree: Expression) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Yield each name that is compared with answers, and these."""
    for node in walk(tree):
        match node:
            case (
                Compare(operator="==" | "!=", left=Name(id=id), right=Number(value=value))
                | Compare(operator="==" | "!=", left=Number(value=value), right=Name(id=id))
            ):
                yield id, (value,)
            case Member(item=Name(id=id), values=wanted):
                yield id, wanted
            case Call(function="includes" | "option", arguments=(Name(id=id), *options)):
                yield id, tuple(option.value for option in options if isinstance(option, Number))


def _no_texts(
    draft: Draft, tree: Expression, items: Mapping[str, PlacedItem], known: Set[str]
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
            yield Fault(
                "EXPR-007",
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
