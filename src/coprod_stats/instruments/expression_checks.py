"""Faults of routing, calculation and classification."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from coprod_stats.errors import Fault
from coprod_stats.instruments.draft import Draft, PlacedItem, conditions
from coprod_stats.instruments.expressions import (
    Call,
    Compare,
    Expression,
    ExpressionError,
    Member,
    Name,
    Number,
    names,
    parse_expression,
    walk,
)
from coprod_stats.instruments.yaml_source import Location


def check_expressions(draft: Draft) -> Iterator[Fault]:
    """Find expressions that cannot be read, or that name or compare what does not exist."""
    items = {placed.item.id: placed for placed in draft.items}
    known = {*items, *draft.form.derived, *(c.id for c in draft.form.administrative)}
    for location, place, text in conditions(draft):
        try:
            tree = parse_expression(text)
        except ExpressionError as error:
            yield draft.fault("EXPR-001", location, place, str(error), "Mend the expression.")
            continue
        for name in names(tree):
            if name not in known:
                yield draft.fault(
                    "EXPR-002", location, place, f"there is no item or variable '{name}'",
                    "Correct the id; functions are written in lower case.",
                )  # fmt: skip
        yield from _impossible(draft, tree, items, location, place)


def _impossible(
    draft: Draft,
    tree: Expression,
    items: Mapping[str, PlacedItem],
    location: Location,
    place: str,
) -> Iterator[Fault]:
    """Find comparisons with answers that an item never has, and uses that its kind forbids."""
    bare = _bare_names(tree)
    for node in walk(tree):
        match node:
            case Compare(operator="==" | "!=", left=Name(id=id), right=Number(value=value)):
                wanted: tuple[float, ...] = (value,)
            case Member(item=Name(id=id), values=wanted):
                pass
            case Call(function="includes", arguments=(Name(id=id), *options)):
                wanted = tuple(option.value for option in options if isinstance(option, Number))
                if id not in items or items[id].item.kind != "multiple":
                    yield draft.fault(
                        "EXPR-006", location, place, f"{id} is no multiple-choice item",
                        "Compare it with '==' or 'in (...)'.",
                    )  # fmt: skip
            case Call(function="answered", arguments=(Name(id=id),)):
                if id in items and items[id].item.kind == "note":
                    yield draft.fault(
                        "EXPR-004", location, place, f"{id} is a note, which nobody answers",
                        "Refer to a question.",
                    )  # fmt: skip
                continue
            case Name(id=id) if node in bare and id in items:
                kind = items[id].item.kind
                if kind in ("multiple", "text", "note"):
                    yield draft.fault(
                        "EXPR-004", location, place,
                        f"{id} is of kind '{kind}' and has no single number",
                        "Use answered(...) for a text, includes(...) for a multiple choice.",
                    )  # fmt: skip
                continue
            case _:
                continue
        scale = draft.response_scale(items[id]) if id in items else None
        if scale is not None and not set(wanted) <= {*scale.options, *scale.off_scale}:
            odd = next(value for value in wanted if value not in {*scale.options, *scale.off_scale})
            yield draft.fault(
                "EXPR-003", location, place, f"{id} never has the answer {odd:g}",
                f"It has: {', '.join(map(str, (*scale.options, *scale.off_scale)))}.",
            )  # fmt: skip


def _bare_names(tree: Expression) -> set[Name]:
    """Give the names that stand for a number, not those that a function asks about."""
    asked_about = {
        node.arguments[0]
        for node in walk(tree)
        if isinstance(node, Call) and node.function in ("includes", "answered")
    }
    return {node for node in walk(tree) if isinstance(node, Name)} - asked_about
