"""Rosters on paper: a sheet of their own, with a part for each row that there may be."""

from __future__ import annotations

from dataclasses import replace

from coprod_stats.instruments.model import Instrument, Roster
from coprod_stats.platforms.paper.building import paper_document
from coprod_stats.platforms.paper.document import Heading, PaperDocument
from coprod_stats.platforms.paper.versions import Version


def roster_sheet(instrument: Instrument, roster: Roster, language: str) -> PaperDocument:
    """Compose the sheet of a roster; the numbers of its questions begin anew in each part."""
    rows = Version((), instrument.roster(roster.id))
    once = paper_document(rows, language)
    title = rows.words(roster.title, language)
    page = [element for element in once.elements if not isinstance(element, Heading)]
    intro = [element for element in once.elements if isinstance(element, Heading)]
    parts = [
        element
        for number in range(1, roster.most + 1)
        for element in (Heading(f"{title} {number}"), *page)
    ]
    return replace(once, title=title, elements=(*intro, *parts))
