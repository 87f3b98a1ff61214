"""What an XLSForm states differently without losing an answer."""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.counts import counted
from coprod_stats.errors import Fault
from coprod_stats.instruments.model import Instrument
from coprod_stats.platforms.fields import choices
from coprod_stats.platforms.xlsform.plain_text import is_styled


def styled_choices(instrument: Instrument, languages: tuple[str, ...]) -> Iterator[Fault]:
    """Name the items with an answer in which marks of emphasis would be read."""
    for item in instrument.questions:
        labels = [option.label for option in choices(item, instrument)]
        if any(is_styled(label.in_language(lang)) for label in labels for lang in languages):
            yield Fault(
                "PLATFORM-103",
                "a pair of asterisks or underscores in an answer is shown as emphasis by Collect",
                "Use other characters: labels of choices have no escape that all clients know.",
                place=f"item {item.id}",
            )


def fixed_orders(instrument: Instrument) -> Iterator[Fault]:
    """Name the pages and blocks whose order stays as written."""
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
