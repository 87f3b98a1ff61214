"""What an XLSForm expresses differently, whatever is written in it."""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.counts import counted
from coprod_stats.errors import Fault
from coprod_stats.instruments.model import Instrument, Roster
from coprod_stats.platforms.fields import choices, unshuffled
from coprod_stats.platforms.xlsform.plain_text import is_styled


def losses_of(instrument: Instrument, languages: tuple[str, ...]) -> Iterator[Fault]:
    """Return orders that stay as written, and answers in which marks of emphasis are read."""
    yield from _fixed_orders(instrument)
    yield from unshuffled(instrument, "PLATFORM-104")
    yield from _styled_choices(instrument, languages)


def _styled_choices(instrument: Instrument, languages: tuple[str, ...]) -> Iterator[Fault]:
    for item in instrument.questions:
        labels = [option.label for option in choices(item, instrument)]
        if any(is_styled(label.in_language(lang)) for label in labels for lang in languages):
            yield Fault(
                "PLATFORM-103",
                "a pair of asterisks or underscores in an answer is shown as emphasis by Collect",
                "Use other characters: labels of choices have no escape that all clients know.",
                place=f"item {item.id}",
            )


def _fixed_orders(instrument: Instrument) -> Iterator[Fault]:
    places = [f"page {page.id}" for page in instrument.pages if page.random_order]
    places += [
        f"block {block.id}"
        for page in instrument.pages
        for block in page.blocks
        if block.random_order
    ]
    if places:
        yield Fault(
            "PLATFORM-101",
            "the random order of "
            f"{counted(len(places), 'page or block', 'pages and blocks')} stays as written",
            "XLSForm can shuffle choices only; state the fixed order in the report.",
            place=", ".join(places),
        )


def unlimited(roster: Roster) -> Fault:
    """Name a roster to which rows can be added without end."""
    return Fault(
        "PLATFORM-105",
        f"rows can be added beyond the {roster.most} that are wanted",
        "Ask for the number first ('count'); reading rejects further rows.",
        place=f"roster '{roster.id}'",
    )
