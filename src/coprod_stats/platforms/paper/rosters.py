"""Rosters on paper: a sheet of their own, with a part for each row that there may be."""

from __future__ import annotations

from dataclasses import replace

from coprod_stats.instruments.model import Instrument, Roster
from coprod_stats.platforms.paper.building import paper_document
from coprod_stats.platforms.paper.document import Heading, PaperDocument, Paragraph
from coprod_stats.platforms.paper.versions import Version
from coprod_stats.platforms.phrases import ENGLISH, phrases_of, phrases_of_part


def roster_sheet(instrument: Instrument, roster: Roster, language: str) -> PaperDocument:
    """Compose the sheet of a roster: its title, for whom its parts are, and the numbered parts.

    The numbers of its questions begin anew in each part, and the number of a part is that of the
    row in the table of the roster.
    """
    phrases = phrases_of(language) or ENGLISH
    rows = Version((), instrument.roster(roster.id))
    once = paper_document(rows, language, phrases=phrases_of_part(phrases))
    title = rows.words(roster.title, language)
    page = [element for element in once.elements if not isinstance(element, Heading)]
    intro = [element for element in once.elements if isinstance(element, Heading)]
    parts = [
        element
        for number in range(1, roster.most + 1)
        for element in (Heading(phrases.roster_part.format(title, number)), *page)
    ]
    lead = Paragraph(phrases.roster_lead.format(roster.most), "route")
    facts = once.footer.replace(" · ", f" · {roster.id} · ", 1)
    return replace(
        once,
        title=title,
        footer=facts,
        elements=(*intro, lead, *parts),
        closing=phrases.sheet_end,
    )
