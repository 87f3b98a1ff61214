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
    included = {
        argument
        for node in walk(tree)
        if isinstance(node, Call) and node.function in ("includes", "answered")
        for argument in node.arguments
    }
    for node in walk(tree):
        match node:
            case Compare(operator="==" | "!=", left=Name(id=id), right=Number(value=value)):
                wanted: tuple[float, ...] = (value,)
            case Member(item=Name(id=id), values=wanted):
                pass
            case Call(function="includes", arguments=(Name(id=id), *options)):
                wanted = tuple(option.value for option in options if isinstance(option, Number))
            case Name(id=id) if id in items and node not in included:
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
                f"It has: {', '.join(map(str, scale.options))}.",
            )  # fmt: skip


def check_routing_order(draft: Draft) -> Iterator[Fault]:
    """Find questions whose routing depends on an answer not yet given."""
    position = {placed.item.id: i for i, placed in enumerate(draft.items)}
    page_of = {placed.item.id: placed.page for placed in draft.items}
    for placed in draft.items:
        page = draft.form.pages[placed.page]
        for text, same_page in (
            (page.when, False),
            (placed.block.when, True),
            (placed.item.when, True),
        ):
            for name in _item_names(draft, text):
                later = position[name] >= position[placed.item.id]
                if later or (not same_page and page_of[name] == placed.page):
                    yield draft.fault(
                        "ROUTE-001", placed.location, f"item {placed.item.id}",
                        f"whether it is asked depends on {name}, which is asked "
                        f"{'only afterwards' if later else 'on the same page'}",
                        "Move the question, or route on an earlier one.",
                    )  # fmt: skip


def _item_names(draft: Draft, text: str | None, seen: frozenset[str] = frozenset()) -> set[str]:
    """Give the items that an expression needs, through derived variables."""
    if text is None:
        return set()
    try:
        used = names(parse_expression(text))
    except ExpressionError:  # reported by its own check
        return set()
    items = {placed.item.id for placed in draft.items}
    found = {name for name in used if name in items}
    for name in used:
        if name in draft.form.derived and name not in seen:
            found |= _item_names(draft, draft.form.derived[name].value, seen | {name})
    return found


def check_derived_cycles(draft: Draft) -> Iterator[Fault]:
    """Find derived variables that depend on themselves."""
    uses: dict[str, set[str]] = {}
    for id, derived in draft.form.derived.items():
        try:
            uses[id] = set(names(parse_expression(derived.value))) & set(draft.form.derived)
        except ExpressionError:  # reported by its own check
            uses[id] = set()
    for id in uses:
        reached, frontier = set[str](), set(uses[id])
        while frontier:
            reached |= frontier
            frontier = {next_id for name in frontier for next_id in uses[name]} - reached
        if id in reached:
            yield draft.fault(
                "EXPR-005", ("derived", id), f"derived variable '{id}'",
                "depends on itself", "Break the circle.",
            )  # fmt: skip
