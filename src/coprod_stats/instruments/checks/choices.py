"""Faults of choices: their letters, their number, their order, and what "other" stands for."""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.errors import Fault
from coprod_stats.instruments.questions import MISSING_NAMES
from coprod_stats.instruments.source.answer_form import ResponseScaleForm
from coprod_stats.instruments.source.draft import Draft, PlacedItem
from coprod_stats.instruments.source.yaml_source import Location


def check_choices(draft: Draft) -> Iterator[Fault]:
    """Find limits, orders and options "other" that an item's options do not allow."""
    for placed in draft.items:
        yield from _limits_of_choices(draft, placed)
        yield from _other_options(draft, placed)
        yield from _orders(draft, placed)
        yield from _filters(draft, placed)


def check_letter_codes(draft: Draft) -> Iterator[Fault]:
    """Find letters for options that are incomplete, ambiguous, or on items that have no use."""
    scales: list[tuple[Location, str, ResponseScaleForm | None]] = [
        (("responses", id), f"response scale '{id}'", scale)
        for id, scale in draft.form.responses.items()
    ]
    for placed in draft.items:
        scale = draft.response_scale(placed)
        own = scale is not None and bool(placed.item.codes or placed.item.off_scale)
        place = f"item {placed.item.id}"
        scales += [(placed.location, place, scale)] if own else []
        misplaced = bool(placed.item.codes) and placed.item.options is None
        if misplaced or (scale is not None and scale.codes and placed.item.kind in _PLAIN):
            yield _letters_fault(draft, placed.location, place)
    for location, place, scale in scales:
        letters = [] if scale is None else [word.casefold() for word in scale.codes.values()]
        codes = set() if scale is None else {*scale.options, *scale.off_scale}
        taken = len(set(letters)) < len(letters) or set(letters) & set(MISSING_NAMES.values())
        if scale is not None and scale.codes and (taken or set(scale.codes) != codes):
            yield _letters_fault(draft, location, place)


_PLAIN = ("rank", "allocate")
"""Kinds whose options have columns of numbers, in which no letters stand."""


def _letters_fault(draft: Draft, location: Location, place: str) -> Fault:
    return draft.fault(
        "CODE-005",
        location,
        place,
        "its letters for options do not name each option once, are 'dk' or 'ref', or stand where "
        "options have none",
        "Give every option of a single or multiple choice letters of its own, beside its options.",
    )


def _limits_of_choices(draft: Draft, placed: PlacedItem) -> Iterator[Fault]:
    """Find limits on the number of choices where nothing can be chosen, or not so many."""
    item, scale = placed.item, draft.response_scale(placed)
    limits = [n for n in (item.min_choices, item.max_choices) if n is not None]
    if limits and item.kind != "multiple":
        yield draft.fault(
            "ITEM-009",
            placed.location,
            f"item {item.id}",
            "limits the number of choices but is not a multiple choice",
            "Set 'kind: multiple', or remove 'min_choices' and 'max_choices'.",
        )
    elif limits and scale is not None and not limits[0] <= limits[-1] <= len(scale.options):
        yield draft.fault(
            "ITEM-013",
            placed.location,
            f"item {item.id}",
            f"asks for {' to '.join(map(str, limits))} choices among {len(scale.options)} options",
            "Let 'min_choices' be at most 'max_choices', and both at most the number of options "
            "that are not exclusive.",
        )


def _other_options(draft: Draft, placed: PlacedItem) -> Iterator[Fault]:
    """Find "other, please specify" where there is no such option, or no room for words."""
    item, scale = placed.item, draft.response_scale(placed)
    if item.other is None and item.specify is None:
        return
    codes = (*scale.options, *scale.off_scale) if scale is not None else ()
    in_grid = placed.block.stem is not None and item.kind == "single"
    if item.kind not in ("single", "multiple") or in_grid or item.other not in codes:
        yield draft.fault(
            "ITEM-014",
            placed.location,
            f"item {item.id}",
            "has 'other' or 'specify', but no option that words can stand beside",
            "Let 'other' be the code of an option of a single or multiple choice that is no row "
            "under a stem.",
        )


def _orders(draft: Draft, placed: PlacedItem) -> Iterator[Fault]:
    """Find options in random order that form a scale, or that no form can shuffle."""
    item, scale = placed.item, draft.response_scale(placed)
    if not item.random_order:
        return
    in_grid = placed.block.stem is not None and item.kind == "single"
    ordered = scale is None or scale.kind != "categorical"
    if item.kind not in ("single", "multiple", "rank") or in_grid or ordered:
        yield draft.fault(
            "ITEM-017",
            placed.location,
            f"item {item.id}",
            "shows its options in random order, but they are ordered, or no list of its own",
            "Remove 'random_order', or give the item unordered options of its own.",
        )


def _filters(draft: Draft, placed: PlacedItem) -> Iterator[Fault]:
    """Find conditions for options that do not exist, or that no form can omit."""
    item, scale = placed.item, draft.response_scale(placed)
    if not item.options_when:
        return
    codes = set() if scale is None else {*scale.options, *scale.off_scale}
    in_grid = placed.block.stem is not None and item.kind == "single"
    unknown = set(item.options_when) - codes
    if item.kind not in ("single", "multiple") or in_grid or unknown:
        yield draft.fault(
            "ITEM-023",
            placed.location,
            f"item {item.id}",
            "has a condition for an option that it does not have, or is no single or multiple "
            "choice by itself, whose options can be omitted",
            "Let 'options_when' name codes of a single or multiple choice that is no row under a "
            "stem.",
        )
