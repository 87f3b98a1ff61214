"""What SurveyJS expresses differently, whatever is written in the form."""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.errors import Fault
from coprod_stats.instruments.model import Instrument
from coprod_stats.platforms.fields import by_invitation, rows_together, unshuffled


def losses_of(instrument: Instrument) -> Iterator[Fault]:
    """Return what the page that embeds the form is to set, and orders that stay fixed."""
    for variable in instrument.assigned:
        yield Fault(
            "PLATFORM-120",
            "SurveyJS draws nothing at random for a respondent",
            "Set it on the page that embeds the form: survey.setValue before the first answer.",
            place=f"variable '{variable.id}'",
        )
    for table in instrument.tables:
        yield from unshuffled(table, "PLATFORM-121")
    yield from _fixed_orders(instrument)
    for item in instrument.questions:
        page = f"Set it on the page that embeds the form: survey.setValue('{item.id}', …)."
        yield from by_invitation(item, page)


def _fixed_orders(instrument: Instrument) -> Iterator[Fault]:
    """Name what stays as written in rosters: survey-core shuffles no panel of a dynamic panel."""
    for roster in instrument.rosters:
        page = roster.page
        fixed = [f"page '{page.id}'"] if page.random_order and len(page.blocks) > 1 else []
        fixed += [
            f"block '{block.id}'"
            for block in page.blocks
            if block.random_order and len(list(rows_together(block))) > 1
        ]
        for place in fixed:
            yield Fault(
                "PLATFORM-122",
                "the order stays fixed, as SurveyJS shuffles none within rows",
                "Note it in the report.",
                place=place,
            )
