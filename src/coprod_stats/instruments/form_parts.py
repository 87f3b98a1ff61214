"""The parts of a questionnaire as one of its forms has them."""

from __future__ import annotations

from dataclasses import replace

from coprod_stats.instruments.constructs import Scale
from coprod_stats.instruments.language.folding import without
from coprod_stats.instruments.language.tree import Number, names
from coprod_stats.instruments.questions import Item, Page, Wording
from coprod_stats.instruments.rosters import Roster
from coprod_stats.instruments.variables import Derived, Placeholder


def computable(derived: tuple[Derived, ...], known: set[str]) -> tuple[Derived, ...]:
    """Return the derived variables computable from known ones, directly or through one another."""
    for _ in derived:
        known = known | {entry.id for entry in derived if known.issuperset(names(entry.value))}
    return tuple(entry for entry in derived if entry.id in known)


def scales_in(scales: tuple[Scale, ...], form: str, asked: set[str]) -> tuple[Scale, ...]:
    """Return the scales of a form with the items that it asks; none that loses too many."""
    shortened = (
        replace(scale, items=tuple(id for id in scale.items if id in asked))
        for scale in scales
        if form in scale.forms
    )
    return tuple(scale for scale in shortened if len(scale.items) >= scale.min_answered)


def placeholders_in(
    placeholders: tuple[Placeholder, ...], asked: set[str]
) -> tuple[Placeholder, ...]:
    """Return placeholders, without their item where it is not asked."""
    return tuple(
        placeholder if placeholder.item in asked else replace(placeholder, item=None)
        for placeholder in placeholders
    )


def roster_in(roster: Roster, form: str, gone: set[str]) -> Roster:
    """Return a roster with what a form asks in each row; ``gone`` are variables it lacks."""
    page = page_in(roster.page, form, gone)
    asked = {item.id for block in page.blocks for item in block.items}
    derived = computable(roster.derived, asked | {roster.id})
    known = asked | {roster.id} | {entry.id for entry in derived}
    return replace(
        roster,
        page=page,
        scales=scales_in(roster.scales, form, asked),
        derived=derived,
        indices=tuple(index for index in roster.indices if known.issuperset(names(index.value))),
        summaries=tuple(one for one in roster.summaries if known.issuperset(names(one.value))),
        placeholders=placeholders_in(roster.placeholders, asked),
    )


def page_in(page: Page, form: str, gone: set[str]) -> Page:
    """Return a page with what a form asks of it; ``gone`` are variables that the form lacks."""
    blocks = tuple(
        replace(
            block, items=tuple(_item_in(item, gone) for item in block.items if form in item.forms)
        )
        for block in page.blocks
    )
    condition = None if page.condition is None else without(page.condition, gone)
    return replace(
        page, condition=condition, blocks=tuple(block for block in blocks if block.items)
    )


def _item_in(item: Item, gone: set[str]) -> Item:
    """Return an item without conditions on variables that the form does not assign."""
    if not gone:
        return item
    conditions = tuple(without(condition, gone) for condition in item.conditions)
    return replace(
        item,
        conditions=tuple(tree for tree in conditions if tree != Number(1.0)),
        checks=tuple(
            replace(check, condition=without(check.condition, gone)) for check in item.checks
        ),
        options_when=tuple((code, without(tree, gone)) for code, tree in item.options_when),
        wordings=_wordings_in(item.wordings, gone),
        stem_wordings=_wordings_in(item.stem_wordings, gone),
    )


def _wordings_in(wordings: tuple[Wording, ...], gone: set[str]) -> tuple[Wording, ...]:
    return tuple(
        replace(wording, condition=without(wording.condition, gone)) for wording in wordings
    )
