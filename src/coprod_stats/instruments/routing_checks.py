"""Faults of routing: what depends on an answer not given yet, not given in a form, or on itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from coprod_stats.errors import Fault
from coprod_stats.instruments.draft import Draft, PlacedItem
from coprod_stats.instruments.expressions import ExpressionError, names, parse_expression


def check_routing_order(draft: Draft) -> Iterator[Fault]:
    """Find questions whose routing or wording depends on an answer not yet given."""
    dependencies = _Dependencies(draft)
    for placed in draft.items:
        page = draft.form.pages[placed.page]
        wordings = (*placed.block.wordings, *placed.item.wordings)
        for what, text, same_page in (
            ("whether it is asked", page.when, False),
            ("whether it is asked", placed.block.when, True),
            ("whether it is asked", placed.item.when, True),
            *(("its wording", wording.when, True) for wording in wordings),
        ):
            for name in sorted(dependencies.items(text)):
                if problem := _untimely(dependencies.placed[name], placed, same_page):
                    yield draft.fault(
                        "ROUTE-001", placed.location, f"item {placed.item.id}",
                        f"{what} depends on {name}, which is asked {problem}",
                        "Move the question, or route on an earlier one.",
                    )  # fmt: skip


def check_form_routing(draft: Draft) -> Iterator[Fault]:
    """Find questions of a form that depend on an answer which that form does not ask for."""
    dependencies = _Dependencies(draft)
    for placed in draft.items:
        page = draft.form.pages[placed.page]
        wordings = (*placed.block.wordings, *placed.item.wordings)
        texts = (page.when, placed.block.when, placed.item.when, *(w.when for w in wordings))
        needed = {name for text in texts for name in dependencies.items(text)}
        for form in _forms(draft, placed):
            for name in sorted(needed):
                if form not in _forms(draft, dependencies.placed[name]):
                    yield draft.fault(
                        "FORM-002", placed.location, f"item {placed.item.id}",
                        f"depends on {name}, which the form '{form}' does not ask for",
                        "Ask for both in the same forms.",
                    )  # fmt: skip


def check_derived_cycles(draft: Draft) -> Iterator[Fault]:
    """Find derived variables that depend on themselves."""
    uses = {id: _used(derived.value) & set(draft.form.derived)
            for id, derived in draft.form.derived.items()}  # fmt: skip
    for id in uses:
        if id in _reached(uses[id], uses):
            yield draft.fault(
                "EXPR-005", ("derived", id), f"derived variable '{id}'",
                "depends on itself", "Break the circle.",
            )  # fmt: skip


class _Dependencies:
    """The items on which an expression depends, through derived variables."""

    def __init__(self, draft: Draft) -> None:
        self.placed = {placed.item.id: placed for placed in draft.items}
        self._uses = {id: _used(derived.value) for id, derived in draft.form.derived.items()}
        self._known: dict[str, frozenset[str]] = {}

    def items(self, text: str | None) -> frozenset[str]:
        if text is None:
            return frozenset()
        if text not in self._known:
            reached = _reached(_used(text), self._uses)
            self._known[text] = frozenset(reached & self.placed.keys())
        return self._known[text]


def _used(text: str) -> set[str]:
    try:
        return set(names(parse_expression(text)))
    except ExpressionError:  # reported by its own check
        return set()


def _reached(start: set[str], uses: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    frontier = set(start)
    while frontier:
        reached |= frontier
        frontier = {further for name in frontier for further in uses.get(name, ())} - reached
    return reached


def _untimely(needed: PlacedItem, placed: PlacedItem, same_page: bool) -> str:
    if needed.location >= placed.location:
        return "only afterwards"
    return "on the same page" if needed.page == placed.page and not same_page else ""


def _forms(draft: Draft, placed: PlacedItem) -> list[str]:
    return list(draft.form.forms) if placed.item.forms is None else placed.item.forms
