"""Which column of REDCap's export is which of the answers, and what a dictionary cannot hold."""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.errors import Fault
from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.model import Instrument, Item
from coprod_stats.platforms.fields import (
    by_invitation,
    companion,
    missing_codes,
    needs_companion,
)
from coprod_stats.platforms.form_export import SidecarColumn
from coprod_stats.platforms.redcap.expressions import checkbox_code, field, option_field

RECORD = "record_id"


def columns(instrument: Instrument) -> Iterator[SidecarColumn]:
    """Return the columns of a raw export, each option of a checkbox having its own."""
    for entry in instrument.administrative:
        name = RECORD if entry.role == "respondent" else entry.id.lower()
        yield SidecarColumn(entry.id, entry.id, "administrative", name)
    for variable in instrument.assigned:
        yield SidecarColumn(variable.id, variable.id, "assigned", variable.id.lower())
    yield from questions(instrument)


def questions(instrument: Instrument) -> Iterator[SidecarColumn]:
    """Return the columns of the questions, without those of the record."""
    for item in instrument.questions:
        name_of_item = field(item.id)
        beside = companion(item).lower() if needs_companion(item) else ""
        why = missing_codes(item, instrument) if beside else ()
        for place, column in enumerate(item.columns):
            option = item.column_options[place] if item.column_options else None
            name = name_of_item
            if item.kind == "multiple" and option is not None:
                name = f"{name}___{checkbox_code(option.written)}"
            elif option is not None:
                name = option_field(item.id, option.value)
            yield SidecarColumn(
                column,
                item.id,
                item.kind,
                name,
                codes=_letters(item),
                companion=beside,
                companion_codes=why,
            )


def _letters(item: Item) -> tuple[tuple[str, str], ...]:
    """Map the letters by which an item with one answer is coded to the codes of the answers."""
    if item.kind not in ("single", "consent") or item.responses is None:
        return ()
    options = item.responses.all_options
    return tuple((option.code, str(option.value)) for option in options if option.code)


def moves_by_one(item: Item) -> bool:
    """Return whether an item is a slider of whole numbers, the only one that REDCap has."""
    if item.number is None or item.number.slider is None:
        return False
    parts = (*item.number.ends, item.number.slider.step)
    return all(part.is_integer() for part in parts)


def losses_of(instrument: Instrument, languages: tuple[str, ...]) -> Iterator[Fault]:
    """Return what the dictionary holds differently without losing an answer."""
    if len(languages) > 1:
        yield Fault(
            "PLATFORM-130",
            f"a data dictionary has one language; written in '{languages[0]}'",
            "Enter the others by REDCap's Multi-Language Management.",
            place="languages",
        )
    for variable in instrument.assigned:
        yield Fault(
            "PLATFORM-131",
            "a data dictionary draws nothing at random",
            "Set the field by REDCap's randomisation module or by the survey link.",
            place=f"variable '{variable.id}'",
        )
    for page in instrument.pages:
        if page.random_order or any(block.random_order for block in page.blocks):
            yield Fault(
                "PLATFORM-132",
                "the order of questions stays fixed",
                "Note it in the report.",
                place=f"page '{page.id}'",
            )
    for roster in instrument.rosters:
        yield Fault(
            "PLATFORM-147",
            "a data dictionary repeats nothing; the questions are the instrument "
            f"'{roster.id.lower()}', after the others",
            "Make it a repeating instrument (Project Setup); reading rejects more rows than asked.",
            place=f"roster '{roster.id}'",
        )
        yield from _losses_of_items(instrument.roster(roster.id))
    yield from _losses_of_items(instrument)


def _losses_of_items(instrument: Instrument) -> Iterator[Fault]:
    for item in instrument.items:
        if item.kind in ("rank", "allocate"):
            yield Fault(
                "PLATFORM-133",
                "REDCap does not check that the numbers fit together",
                "Reading rejects what does not fit.",
                place=f"item {item.id}",
            )
        rule = item.rule
        if rule is not None and (rule.shortest or (rule.pattern and rule.format != "email")):
            yield Fault(
                "PLATFORM-138",
                "REDCap checks neither the least length of a text nor this format",
                "Reading rejects what does not fit.",
                place=f"item {item.id}",
            )
        if item.checks:
            yield Fault(
                "PLATFORM-136",
                "REDCap shows the message of a check, but takes the answer",
                "Add a data quality rule; reading rejects what does not agree.",
                place=f"item {item.id}",
            )
        link = f"Add '&{field(item.id)}=' and the value to the link of the survey."
        yield from by_invitation(item, link)
        if item.options_when:
            yield Fault(
                "PLATFORM-134",
                "REDCap hides options when a page is loaded, not while it is filled in",
                "Show one section per page in surveys; reading rejects what should not be chosen.",
                place=f"item {item.id}",
            )
        slider = None if item.number is None else item.number.slider
        if slider is not None and not moves_by_one(item):
            yield Fault(
                "PLATFORM-146",
                "a number to type: REDCap's sliders have whole numbers only",
                "Reading rejects what lies between the steps.",
                place=f"item {item.id}",
            )
        elif slider is not None and slider.step != 1:
            yield Fault(
                "PLATFORM-145",
                f"REDCap's slider moves by 1, not by {spell_number(slider.step)}",
                "Reading rejects what lies between the steps.",
                place=f"item {item.id}",
            )
        if item.min_choices is not None:
            yield Fault(
                "PLATFORM-135",
                f"REDCap does not check that at least {item.min_choices} options are chosen",
                "Reading rejects what is too little.",
                place=f"item {item.id}",
            )
