"""Rosters set apart from the questions that a respondent is asked once."""

from __future__ import annotations

from dataclasses import replace

from coprod_stats.instruments.language.expressions import parse_expression
from coprod_stats.instruments.language.tree import Expression, names, reach
from coprod_stats.instruments.model import Administrative, Derived, Instrument, Page, Roster
from coprod_stats.instruments.source.source_form import InstrumentForm, RosterForm
from coprod_stats.instruments.source.written_texts import text_of


def with_rosters(instrument: Instrument, form: InstrumentForm) -> Instrument:
    """Return an instrument whose rosters are apart, with all that is computed from their rows."""
    forms = {page.page: page.roster for page in form.pages if page.roster is not None}
    if not forms:
        return instrument
    asked_once = [page for page in instrument.pages if page.id not in forms]
    rosters = []
    for number, page in enumerate(instrument.pages):
        roster = forms.get(page.id)
        if roster is not None:
            before = sum(other.id not in forms for other in instrument.pages[:number])
            rosters.append(_roster(roster, page, before, instrument))
    apart = replace(instrument, pages=tuple(asked_once), rosters=tuple(rosters))
    for one in rosters:
        apart = replace(
            apart,
            scales=tuple(scale for scale in apart.scales if scale not in one.scales),
            indices=tuple(index for index in apart.indices if index not in one.indices),
            derived=tuple(entry for entry in apart.derived if entry not in one.derived),
            placeholders=tuple(
                entry for entry in apart.placeholders if entry not in one.placeholders
            ),
            administrative=(
                *apart.administrative,
                *(
                    Administrative(entry.id, entry.title, "other", "number", tuple(form.forms))
                    for entry in one.summaries
                ),
            ),
        )
    return apart


def _roster(form: RosterForm, page: Page, place: int, instrument: Instrument) -> Roster:
    rows = _of_rows(page)
    asked = {item.id for block in rows.blocks for item in block.items} | {form.id}
    uses = {entry.id: set(names(entry.value)) for entry in instrument.derived}

    def inside(tree: Expression) -> bool:
        return bool(reach(set(names(tree)), uses) & asked)

    number = None if form.count is None else instrument.item(form.count).number
    most = number.maximum if number is not None else form.most
    assert most is not None
    return Roster(
        id=form.id,
        title=text_of(form.title, instrument.languages),
        page=rows,
        place=place,
        most=int(most),
        count=form.count,
        summaries=tuple(
            Derived(id, text_of(entry.title, instrument.languages), parse_expression(entry.value))
            for id, entry in form.summaries.items()
        ),
        scales=tuple(scale for scale in instrument.scales if asked & set(scale.items)),
        indices=tuple(index for index in instrument.indices if inside(index.value)),
        derived=tuple(entry for entry in instrument.derived if inside(entry.value)),
        placeholders=tuple(entry for entry in instrument.placeholders if entry.item in asked),
    )


def _of_rows(page: Page) -> Page:
    """Return a page whose items have the conditions of their row, without the page's own."""
    n_outer = int(page.condition is not None)
    blocks = tuple(
        replace(
            block,
            items=tuple(
                replace(item, conditions=item.conditions[n_outer:]) for item in block.items
            ),
        )
        for block in page.blocks
    )
    return replace(page, blocks=blocks)
