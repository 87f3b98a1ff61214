"""Faults of items: ids, answers, codes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from coprod_stats.errors import Fault
from coprod_stats.instruments.model import MISSING_CODES, OPTION_KINDS
from coprod_stats.instruments.source.answer_form import NumberForm
from coprod_stats.instruments.source.draft import CHOICE_KINDS, Draft, rosters
from coprod_stats.instruments.source.yaml_source import Location


def check_unique_ids(draft: Draft) -> Iterator[Fault]:
    """Find duplicate ids, pages and blocks."""
    seen: dict[str, str] = {}
    rotating = [draft.form.planned_missing.id] if draft.form.planned_missing else []
    places: list[tuple[str, str, Location]] = [
        *((c.id, "column", ("administrative", i)) for i, c in enumerate(draft.form.administrative)),
        *((placed.item.id, "item", placed.location) for placed in draft.items),
        *((id, "assigned variable", ("assigned", id)) for id in draft.form.assigned),
        *((id, "variable of planned missingness", ("planned_missing",)) for id in rotating),
        *((id, "derived variable", ("derived", id)) for id in draft.form.derived),
        *((id, "index", ("indices", id)) for id in draft.form.indices),
        *((id, "scale", ("scales", id)) for id in draft.form.scales),
        *((one.id, "roster", ("pages", p, "roster")) for p, one in rosters(draft.form)),
        *(
            (id, "summary", ("pages", p, "roster", "summaries", id))
            for p, one in rosters(draft.form)
            for id in one.summaries
        ),
    ]
    for id, what, location in places:
        if id in seen:
            yield draft.fault(
                "ITEM-001",
                location,
                f"{what} '{id}'",
                f"the id is already used by {seen[id]}",
                "Use an id of its own.",
            )
        seen.setdefault(id, f"{'an' if what[0] in 'aeiou' else 'a'} {what}")
    for what, found in (
        ("page", [(page.page, ("pages", p)) for p, page in enumerate(draft.form.pages)]),
        (
            "block",
            [
                (block.block, ("pages", p, "blocks", b))
                for p, page in enumerate(draft.form.pages)
                for b, block in enumerate(page.blocks)
            ],
        ),
    ):
        known: set[str] = set()
        for id, location in found:
            if id in known:
                yield draft.fault(
                    "PAGE-001",
                    location,
                    f"{what} '{id}'",
                    f"a second {what} of this name",
                    "Rename one of them.",
                )
            known.add(id)


def check_administrative(draft: Draft) -> Iterator[Fault]:
    """Find administrative columns that share a role, which only one may have."""
    seen: dict[str, str] = {}
    for i, column in enumerate(draft.form.administrative):
        if column.role in seen:
            yield draft.fault(
                "ADMIN-001",
                ("administrative", i),
                f"column '{column.id}'",
                f"has the role '{column.role}', as has {seen[column.role]}",
                "Keep one column of this role.",
            )
        elif column.role != "other":
            seen[column.role] = column.id


def check_originals(draft: Draft) -> Iterator[Fault]:
    """Find original column names that belong to two items."""
    places: list[tuple[str, str | None, Location]] = [
        *(
            (column.id, column.original, ("administrative", i))
            for i, column in enumerate(draft.form.administrative)
        ),
        *((placed.item.id, placed.item.original, placed.location) for placed in draft.items),
    ]
    ids = {id for id, _, _ in places}
    seen: dict[str, str] = {}
    for id, original, location in places:
        if original is None:
            continue
        other = seen.get(original) or (original if original in ids - {id} else "")
        if other:
            yield draft.fault(
                "ITEM-012",
                location,
                f"item {id}",
                f"its original name '{original}' is also that of {other}",
                "Correct one of the two.",
            )
        seen.setdefault(original, id)


def check_answers(draft: Draft) -> Iterator[Fault]:
    """Find items whose response options are missing, duplicated or of the wrong kind."""
    for placed in draft.items:
        item, place = placed.item, f"item {placed.item.id}"
        named = item.responses or (placed.block.responses if item.options is None else None)
        if item.responses and item.options is not None:
            yield draft.fault(
                "ITEM-003",
                placed.location,
                place,
                "has both 'responses' and 'options'",
                "Keep one of the two.",
            )
        if named and named not in draft.form.responses and item.kind in CHOICE_KINDS:
            yield draft.fault(
                "ITEM-002",
                placed.location,
                place,
                f"the response scale '{named}' does not exist",
                f"Use one of: {', '.join(draft.form.responses) or 'none is defined'}.",
            )
        if item.kind in CHOICE_KINDS and not named and item.options is None:
            yield draft.fault(
                "ITEM-004",
                placed.location,
                place,
                "has no response options",
                "Name a response scale in 'responses', or write 'options'.",
            )
        if item.kind not in CHOICE_KINDS and (item.options is not None or item.responses):
            yield draft.fault(
                "ITEM-005",
                placed.location,
                place,
                f"is of kind '{item.kind}' but has response options",
                "Remove them, or make it 'single' or 'multiple'.",
            )
        if item.number is not None and item.kind != "number":
            yield draft.fault(
                "ITEM-006",
                placed.location,
                place,
                "has 'number' but is not of that kind",
                "Set 'kind: number' or remove 'number'.",
            )
        if item.number is not None and _empty_range(item.number):
            yield draft.fault(
                "ITEM-007",
                placed.location,
                place,
                "min is above max, or no whole number is between them",
                "Swap the two, widen the range, or set 'whole: false'.",
            )


def _empty_range(number: NumberForm) -> bool:
    if number.min is None or number.max is None:
        return False
    return (math.ceil(number.min) if number.whole else number.min) > number.max


def check_codes(draft: Draft) -> Iterator[Fault]:
    """Find answer codes that are reserved or duplicated."""
    places: list[tuple[Location, str, Iterable[int], Iterable[int]]] = [
        (("responses", id), f"response scale '{id}'", scale.options, scale.off_scale)
        for id, scale in draft.form.responses.items()
    ]
    for placed in draft.items:
        item, scale = placed.item, draft.response_scale(placed)
        on = scale.options if scale is not None and item.off_scale else item.options or ()
        places.append((placed.location, f"item {item.id}", on, item.off_scale))
    for location, place, options, off_scale in places:
        for code in (*options, *off_scale):
            if code in MISSING_CODES:
                yield draft.fault(
                    "CODE-001",
                    location,
                    place,
                    f"the code {code} is reserved for '{MISSING_CODES[code]}'",
                    "Use another code.",
                )
        if shared := set(options) & set(off_scale):
            yield draft.fault(
                "CODE-002",
                location,
                place,
                f"the code {min(shared)} is both on and off the scale",
                "Keep one of the two.",
            )


def check_codes_of_columns(draft: Draft) -> Iterator[Fault]:
    """Find codes that cannot name a column, where every option has one."""
    for placed in draft.items:
        scale = draft.response_scale(placed)
        if placed.item.kind not in OPTION_KINDS or scale is None:
            continue
        place = f"item {placed.item.id}"
        exclusive = scale.off_scale if placed.item.kind == "multiple" else {}
        if any(code < 1 for code in (*scale.options, *exclusive)):
            yield draft.fault(
                "CODE-003",
                placed.location,
                place,
                "an option with a column of its own has a code below 1",
                "Number the options from 1: platforms code 'not chosen' as 0.",
            )
        if scale.off_scale and not exclusive:
            yield draft.fault(
                "CODE-004",
                placed.location,
                place,
                f"the answer {min(scale.off_scale)} is off the scale and has no column",
                "Let it be one of the options, each of which has a column of its own.",
            )


def check_special_items(draft: Draft) -> Iterator[Fault]:
    """Find attention, limited and reverse-scored items that cannot work."""
    for placed in draft.items:
        item, place = placed.item, f"item {placed.item.id}"
        scale = draft.response_scale(placed)
        wanted = item.attention_pass
        if wanted is not None and (scale is None or wanted not in scale.options):
            yield draft.fault(
                "ITEM-008",
                placed.location,
                place,
                f"asks for the answer {wanted}, which it does not offer",
                "Let 'attention_pass' be one of its codes.",
            )
        if item.top is not None and (
            item.kind != "rank" or scale is None or item.top > len(scale.options)
        ):
            yield draft.fault(
                "ITEM-010",
                placed.location,
                place,
                "states how many options to rank, but is not a ranking of so many",
                "Set 'kind: rank', or lower or remove 'top'.",
            )
        if (item.total is None) == (item.kind == "allocate"):
            yield draft.fault(
                "ITEM-011",
                placed.location,
                place,
                "'total' and 'kind: allocate' belong together, and one of them is missing",
                "Use both, or neither.",
            )
        if item.reverse and (scale is None or scale.kind == "categorical"):
            yield draft.fault(
                "SCALE-003",
                placed.location,
                place,
                "reverse-scored, but its answers are not ordered",
                "Use an ordered response scale, or remove 'reverse'.",
            )
