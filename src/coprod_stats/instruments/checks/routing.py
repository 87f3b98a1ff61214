"""Faults of routing: dependence on later answers, on items not in a form, or on itself."""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.errors import Fault
from coprod_stats.instruments.language.evaluation import other_column
from coprod_stats.instruments.language.tree import reach
from coprod_stats.instruments.questions import TYPED_KINDS
from coprod_stats.instruments.source.draft import (
    Draft,
    PlacedItem,
    conditions,
    rosters,
    used_names,
)
from coprod_stats.instruments.source.yaml_source import Location

_CHECKED = ("single", "multiple", *TYPED_KINDS)
"""Kinds of questions that can be checked."""


def check_routing_order(draft: Draft) -> Iterator[Fault]:
    """Find pages, blocks and questions that depend on an answer not yet given.

    A page is composed before it is shown, so that its condition cannot depend on its own questions;
    a block or question can depend on those above it.
    """
    dependencies = _Dependencies(draft)
    for location, place, text in conditions(draft):
        if location[0] != "pages":
            continue
        start = _start(location)
        for name in sorted(dependencies.items(text)):
            needed = dependencies.placed[name]
            about_itself = "checks" in location and needed.location == start
            if needed.location >= start and not about_itself:
                same_page = len(location) == len(("pages", 0, "when")) and needed.page == start[1]
                yield draft.fault(
                    "ROUTE-001",
                    location,
                    place,
                    f"depends on {name}, which is asked "
                    f"{'on the same page' if same_page else 'only later'}",
                    "Move the question, or route on an earlier one.",
                )


def check_checks(draft: Draft) -> Iterator[Fault]:
    """Find checks that no form can carry out beside the question that they are of."""
    dependencies = _Dependencies(draft)
    for placed in draft.items:
        item = placed.item
        row = placed.block.stem is not None and item.kind == "single"
        for check in item.checks:
            alone = item.kind in _CHECKED and not row
            if not alone or item.id not in dependencies.items(check.holds):
                yield draft.fault(
                    "ITEM-016",
                    placed.location,
                    f"item {item.id}",
                    "has a check that is not about its own answer, or is on a row, a ranking, an "
                    "allocation or a note",
                    f"Let the check name {item.id}, on a question with an answer of its own.",
                )


def check_form_routing(draft: Draft) -> Iterator[Fault]:
    """Find questions of a form that depend on a question which that form does not ask."""
    dependencies = _Dependencies(draft)
    for placed in draft.items:
        page = draft.form.pages[placed.page]
        wordings = (*placed.block.wordings, *placed.item.wordings)
        checked = (check.holds for check in placed.item.checks)
        texts = (page.when, placed.block.when, placed.item.when, *checked)
        texts = (*texts, *(w.when for w in wordings), *placed.item.options_when.values())
        needed = {name for text in texts for name in dependencies.items(text)}
        if placed.item.prefill is not None:
            needed |= dependencies.placed.keys() & {placed.item.prefill.answer}
        for form in _forms(draft, placed):
            for name in sorted(needed):
                if form not in _forms(draft, dependencies.placed[name]):
                    yield draft.fault(
                        "FORM-002",
                        placed.location,
                        f"item {placed.item.id}",
                        f"depends on {name}, which the form '{form}' does not ask",
                        "Ask both in the same forms.",
                    )


def check_derived_cycles(draft: Draft) -> Iterator[Fault]:
    """Find derived variables that depend on themselves."""
    uses = {
        id: draft.form.derived.keys() & used_names(derived.value)
        for id, derived in draft.form.derived.items()
    }
    for id in uses:
        if id in reach(uses[id], uses):
            yield draft.fault(
                "EXPR-005",
                ("derived", id),
                f"derived variable '{id}'",
                "depends on itself",
                "Break the cycle.",
            )


class _Dependencies:
    """The items on which an expression depends, directly or through variables and summaries."""

    def __init__(self, draft: Draft) -> None:
        self.placed = {placed.item.id: placed for placed in draft.items}
        others = {id: p for id, p in self.placed.items() if p.item.other is not None}
        self.placed |= {other_column(id): placed for id, placed in others.items()}
        self._uses = {id: used_names(derived.value) for id, derived in draft.form.derived.items()}
        for p, roster in rosters(draft.form):
            first = next(placed.item.id for placed in draft.items if placed.page == p)
            for id, summary in roster.summaries.items():
                named = used_names(summary.value)
                self._uses[id] = named if self.placed.keys() & named else (first,)
        self._known: dict[str, frozenset[str]] = {}

    def items(self, text: str | None) -> frozenset[str]:
        if text is None:
            return frozenset()
        if text not in self._known:
            reached = reach(used_names(text), self._uses)
            self._known[text] = frozenset(reached & self.placed.keys())
        return self._known[text]


def _start(location: Location) -> Location:
    """Return the place of the first question to which a condition applies."""
    if "items" in location:
        return location[: location.index("items") + 2]
    if "blocks" in location:
        return (*location[: location.index("blocks") + 2], "items", 0)
    return (*location[:2], "blocks", 0, "items", 0)


def _forms(draft: Draft, placed: PlacedItem) -> list[str]:
    return list(draft.form.forms) if placed.item.forms is None else placed.item.forms
