"""What LimeSurvey expresses differently, whatever is written in the form."""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.errors import Fault
from coprod_stats.instruments.model import Block, Instrument
from coprod_stats.platforms.fields import needs_companion, rows_together, unshuffled


def losses_of(instrument: Instrument) -> Iterator[Fault]:
    """Return orders that stay fixed, and options that are shown to all."""
    yield from _fixed_orders(instrument)
    yield from unshuffled(instrument, "PLATFORM-152")
    yield from _options_refused(instrument)


def can_shuffle_questions(block: Block) -> bool:
    """Return whether single questions of a block can change places, as nothing goes with them."""
    return block.random_order and not any(i.in_grid or needs_companion(i) for i in block.items)


def _options_refused(instrument: Instrument) -> Iterator[Fault]:
    for item in instrument.items:
        if item.options_when and item.kind == "single":
            yield Fault(
                "PLATFORM-155",
                "LimeSurvey shows all options of a single choice; one that is not meant for the "
                "respondent is refused",
                "Nothing needs to be done.",
                place=f"item {item.id}",
            )


def _fixed_orders(instrument: Instrument) -> Iterator[Fault]:
    for page in instrument.pages:
        fixed = [f"page '{page.id}'"] if page.random_order else []
        fixed += [
            f"block '{block.id}'"
            for block in page.blocks
            if block.random_order
            and not can_shuffle_questions(block)
            and len(list(rows_together(block))) > 1
        ]
        for place in fixed:
            yield Fault(
                "PLATFORM-150", "the order stays fixed", "Note it in the report.", place=place
            )
