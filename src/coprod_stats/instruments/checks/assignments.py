"""Faults of random assignment: planned missingness, and texts by the level of a variable."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from coprod_stats.errors import Fault
from coprod_stats.instruments.source.draft import (
    Draft,
    PlacedItem,
    assigned_levels,
    conditions,
    used_names,
)
from coprod_stats.instruments.source.yaml_source import Location


def check_rotation(draft: Draft) -> Iterator[Fault]:
    """Find rotating items in no set of blocks, or in a form without planned missingness."""
    plan = draft.form.planned_missing
    rotating = {
        id: placed
        for placed in draft.items
        if placed.item.rotation is not None and (id := placed.item.id)
    }
    blocks = {block for set_ in plan.sets.values() for block in set_} if plan else set()
    for id, placed in rotating.items():
        if placed.item.rotation not in blocks:
            yield draft.fault(
                "ROTATE-001",
                placed.location,
                f"item {id}",
                f"no set of 'planned_missing' includes the block {placed.item.rotation}",
                f"Use one of: {', '.join(sorted(blocks)) or 'none is defined'}.",
            )
        elif plan and not set(placed.item.forms or draft.form.forms) <= set(plan.forms):
            yield draft.fault(
                "ROTATE-002",
                placed.location,
                f"item {id}",
                "rotates, but is asked in a form without planned missingness",
                f"Ask it only in: {', '.join(plan.forms)}.",
            )
    yield from _pairs(draft, rotating)
    for location, place, text in conditions(draft):
        if location[0] == "pages":
            for name in used_names(text):
                if name in rotating:
                    yield draft.fault(
                        "ROTATE-004",
                        location,
                        place,
                        f"depends on {name}, which is asked of some respondents only",
                        "Route on an item that does not rotate.",
                    )


def _pairs(draft: Draft, rotating: dict[str, PlacedItem]) -> Iterator[Fault]:
    """Find pairs of blocks that nobody is asked: covariances of their items are not identified."""
    plan = draft.form.planned_missing
    if plan is None:
        return
    known = {block for set_ in plan.sets.values() for block in set_}
    used = sorted({placed.item.rotation or "" for placed in rotating.values()} & known)
    for pair in combinations(used, 2):
        if not any(set(pair) <= set(set_) for set_ in plan.sets.values()):
            yield draft.fault(
                "ROTATE-003",
                ("planned_missing",),
                f"blocks {pair[0]} and {pair[1]}",
                "nobody is asked both, so that covariances of their items are not identified",
                "Add a set that includes both.",
            )


def check_level_texts(draft: Draft) -> Iterator[Fault]:
    """Find texts by level whose variable or level does not exist."""
    levels = assigned_levels(draft.form)
    for name, placeholder in draft.form.placeholders.items():
        where, place = ("placeholders", name), f"placeholder [{name}]"
        if placeholder.variable is None and not placeholder.levels:
            continue
        if placeholder.variable is None or placeholder.item is not None:
            yield draft.fault(
                "TEXT-004",
                where,
                place,
                "'levels' needs a 'variable', and neither can be combined with 'item'",
                "Use either 'variable', with or without texts in 'levels', or 'item'.",
            )
        elif placeholder.variable not in levels:
            yield draft.fault(
                "TEXT-004",
                where,
                place,
                f"there is no assigned variable {placeholder.variable}",
                f"Use one of: {', '.join(levels) or 'none is defined'}.",
            )
        elif odd := set(placeholder.levels) - set(levels[placeholder.variable]):
            yield draft.fault(
                "TEXT-004",
                where,
                place,
                f"{placeholder.variable} has no level {min(odd)}",
                "Correct or remove it.",
            )


def check_twins(draft: Draft) -> Iterator[Fault]:
    """Find items with a twin in a questionnaire that names no twin."""
    if draft.form.twin is None:
        for placed in draft.items:
            if placed.item.twin is not None:
                yield draft.fault(
                    "TWIN-001",
                    placed.location,
                    f"item {placed.item.id}",
                    "has a twin, but the questionnaire does not name a twin questionnaire",
                    "Add 'twin' to the head of the questionnaire.",
                )


def check_assigned_forms(draft: Draft) -> Iterator[Fault]:
    """Find assigned variables in forms that do not exist."""
    plan = draft.form.planned_missing
    places: list[tuple[Location, str, list[str] | None]] = [
        *((("assigned", id), id, entry.forms) for id, entry in draft.form.assigned.items()),
        *(
            (("administrative", i), entry.id, entry.forms)
            for i, entry in enumerate(draft.form.administrative)
        ),
    ]
    if plan is not None:
        places.append((("planned_missing", "forms"), plan.id, plan.forms))
    for location, id, forms in places:
        for form in forms or ():
            if form not in draft.form.forms:
                yield draft.fault(
                    "FORM-001",
                    location,
                    f"variable '{id}'",
                    f"there is no form '{form}'",
                    f"Use one of: {', '.join(draft.form.forms)}.",
                )


def check_after(draft: Draft) -> Iterator[Fault]:
    """Find pages outside modules that name the page they follow."""
    for p, page in enumerate(draft.form.pages):
        if page.after is not None and ("pages", p) not in draft.source.files:
            yield draft.fault(
                "MODULE-005",
                ("pages", p),
                f"page '{page.page}'",
                "names the page that it follows, which only pages of modules do",
                "Remove 'after': pages are asked in the order of the file.",
            )
