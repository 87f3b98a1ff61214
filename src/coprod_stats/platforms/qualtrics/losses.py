"""What a survey file of Qualtrics expresses differently, whatever is written in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from coprod_stats.errors import Fault
from coprod_stats.instruments.model import Instrument, Item, Page
from coprod_stats.instruments.prefilled_answers import prefilled_with
from coprod_stats.platforms.fields import alone, not_prefilled
from coprod_stats.platforms.qualtrics.layout import Layout


def losses_of(instrument: Instrument, layout: Layout) -> Iterator[Fault]:
    """Return what the survey file expresses differently without losing an answer."""
    n_parts = Counter(segment.page.id for segment in layout.segments)
    for page in instrument.pages:
        yield from _of_page(page, n_parts[page.id])
    for item in instrument.questions:
        yield from _shown_otherwise(item)
        yield from _unchecked(item, instrument)


def _of_page(page: Page, n_parts: int) -> Iterator[Fault]:
    """Name an order that is not shuffled, and a page that becomes several."""
    if page.random_order or any(
        block.random_order and not all(item.in_grid for item in block.items)
        for block in page.blocks
    ):
        yield Fault(
            "PLATFORM-160",
            "the order of questions stays fixed",
            "Note it in the report.",
            place=f"page '{page.id}'",
        )
    if n_parts > 1:
        yield Fault(
            "PLATFORM-162",
            f"shown as {n_parts} pages, because a text, a row or an option depends on "
            "an answer on the same page",
            "Nothing needs to be done.",
            place=f"page '{page.id}'",
        )


def _shown_otherwise(item: Item) -> Iterator[Fault]:
    """Name what respondents see in another way."""
    if item.kind == "rank":
        yield Fault(
            "PLATFORM-163",
            f"all options are put in order; the first {item.top} count",
            "Say so in the question.",
            place=f"item {item.id}",
        )
    if item.prefill is not None:
        yield not_prefilled(
            item,
            f"the survey file does not prefill it ({prefilled_with(item)})",
            "Set its default choices in Qualtrics, by piped text or embedded data if need be.",
        )


def _unchecked(item: Item, instrument: Instrument) -> Iterator[Fault]:
    """Name what Qualtrics does not demand while the form is filled in."""
    if item.dates is not None and (item.dates.first or item.dates.last):
        yield Fault(
            "PLATFORM-166",
            "Qualtrics does not compare dates with a first and a last day",
            "Reading rejects what lies outside.",
            place=f"item {item.id}",
        )
    if item.min_choices is not None and alone(item, instrument):
        yield Fault(
            "PLATFORM-165",
            f"the least number of choices, {item.min_choices}, is not demanded, as one can stand "
            "alone",
            "Reading rejects what is too little.",
            place=f"item {item.id}",
        )
    if item.kind in ("rank", "allocate") and item.required and item.offers:
        yield Fault(
            "PLATFORM-164",
            "an answer is not demanded, as 'don't know' stands beside it",
            "Check in a pilot.",
            place=f"item {item.id}",
        )
