"""Faults of scales, constructs and forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from coprod_stats.counts import counted
from coprod_stats.errors import Fault
from coprod_stats.instruments.source.draft import Draft, PlacedItem
from coprod_stats.instruments.source.yaml_source import Location
from coprod_stats.suggestions import did_you_mean


def check_scales(draft: Draft) -> Iterator[Fault]:
    """Find scales whose items cannot be summed."""
    items = {placed.item.id: placed for placed in draft.items}
    for id, scale in draft.form.scales.items():
        location, place = ("scales", id), f"scale '{id}'"
        for position, item_id in enumerate(scale.items):
            where = (*location, "items", position)
            if item_id not in items:  # reported with all that names it
                continue
            answers = draft.response_scale(items[item_id])
            if answers is None or answers.kind == "categorical":
                yield draft.fault(
                    "SCALE-006",
                    where,
                    f"{place}, item {item_id}",
                    "its answers are not ordered, so that they cannot be summed",
                    "Use an ordered response scale.",
                )
        if len(set(scale.items)) < len(scale.items):
            yield draft.fault(
                "SCALE-002", location, place, "names an item twice", "Name each item once."
            )
        if scale.min_answered > len(scale.items):
            yield draft.fault(
                "SCALE-004",
                location,
                place,
                f"requires {counted(scale.min_answered, 'answer')} "
                f"but has {counted(len(scale.items), 'item')}",
                "Lower 'min_answered'.",
            )
        yield from _mixed_range(draft, scale.items, items, location, place)


def _mixed_range(
    draft: Draft,
    ids: list[str],
    items: Mapping[str, PlacedItem],
    location: Location,
    place: str,
) -> Iterator[Fault]:
    scales = [draft.response_scale(items[id]) for id in ids if id in items]
    ranges = {(min(scale.options), max(scale.options)) for scale in scales if scale is not None}
    if len(ranges) > 1:
        spans = ", ".join(f"{low} to {high}" for low, high in sorted(ranges))
        yield draft.fault(
            "SCALE-005",
            location,
            place,
            f"its items have different ranges of codes: {spans}",
            "Use items with one range, or two scales.",
        )


def check_constructs(draft: Draft) -> Iterator[Fault]:
    """Find constructs that are not in the file of constructs."""
    places: list[tuple[Location, str, str]] = [
        *(
            ((*placed.location, "measures", i), f"item {placed.item.id}", code)
            for placed in draft.items
            for i, code in enumerate(placed.item.measures)
        ),
        *(
            (("scales", id, "construct"), f"scale '{id}'", scale.construct_code)
            for id, scale in draft.form.scales.items()
        ),
        *(
            (("indices", id, "construct"), f"index '{id}'", index.construct_code)
            for id, index in draft.form.indices.items()
        ),
    ]
    for location, place, code in places:
        if code not in draft.constructs:
            yield draft.fault(
                "CONSTRUCT-001",
                location,
                place,
                f"there is no construct '{code}'",
                f"{did_you_mean(code, draft.constructs)}Correct the code or add it to the "
                "file of constructs.",
            )


def check_forms(draft: Draft) -> Iterator[Fault]:
    """Find references to forms that are not declared."""
    places: list[tuple[Location, str, list[str] | None]] = [
        *((placed.location, f"item {placed.item.id}", placed.item.forms) for placed in draft.items),
        *(
            (("scales", id), f"scale '{id}'", scale.forms)
            for id, scale in draft.form.scales.items()
        ),
    ]
    for location, place, forms in places:
        for form in forms or ():
            if form not in draft.form.forms:
                yield draft.fault(
                    "FORM-001",
                    location,
                    place,
                    f"there is no form '{form}'",
                    f"Use one of: {', '.join(draft.form.forms)}.",
                )
