"""What a REDCap data dictionary holds differently, whatever is written in it."""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.errors import Fault
from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.model import Instrument, Item
from coprod_stats.platforms.fields import by_invitation, unshuffled
from coprod_stats.platforms.redcap.expressions import field
from coprod_stats.platforms.redcap.field_validation import is_email, moves_by_one


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
    for roster in instrument.rosters:
        yield Fault(
            "PLATFORM-147",
            "a data dictionary repeats nothing; the questions are the instrument "
            f"'{roster.id.lower()}', after the others",
            "Make it a repeating instrument (Project Setup); reading rejects more rows than asked.",
            place=f"roster '{roster.id}'",
        )
    for table in instrument.tables:
        yield from _losses_of_questions(table)


def _losses_of_questions(instrument: Instrument) -> Iterator[Fault]:
    """Return what is held differently of the questions of respondents, or of a roster."""
    for page in instrument.pages:
        if page.random_order or any(block.random_order for block in page.blocks):
            yield Fault(
                "PLATFORM-132",
                "the order of questions stays fixed",
                "Note it in the report.",
                place=f"page '{page.id}'",
            )
    yield from unshuffled(instrument, "PLATFORM-137")
    for item in instrument.items:
        yield from _unchecked(item)
        yield from _shown_otherwise(item)
        link = f"Add '&{field(item.id)}=' and the value to the link of the survey."
        yield from by_invitation(item, link)


def _unchecked(item: Item) -> Iterator[Fault]:
    """Return the rules of an item that REDCap does not enforce."""
    place = f"item {item.id}"
    if item.kind in ("rank", "allocate"):
        yield Fault(
            "PLATFORM-133",
            "REDCap does not check that the numbers fit together",
            "Reading rejects what does not fit.",
            place=place,
        )
    rule = item.rule
    if rule is not None and (rule.shortest or (rule.pattern and not is_email(item))):
        yield Fault(
            "PLATFORM-138",
            "REDCap checks neither the least length of a text nor this format",
            "Reading rejects what does not fit.",
            place=place,
        )
    if item.checks:
        yield Fault(
            "PLATFORM-136",
            "REDCap shows the message of a check, but takes the answer",
            "Add a data quality rule; reading rejects what does not agree.",
            place=place,
        )
    if item.min_choices is not None:
        yield Fault(
            "PLATFORM-135",
            f"REDCap does not check the least number of options, {item.min_choices}",
            "Reading rejects what is too little.",
            place=place,
        )


def _shown_otherwise(item: Item) -> Iterator[Fault]:
    """Return what REDCap shows in another way."""
    place = f"item {item.id}"
    if item.options_when:
        yield Fault(
            "PLATFORM-134",
            "REDCap hides options when a page is loaded, not while it is filled in",
            "Show one section per page in surveys; reading rejects what should not be chosen.",
            place=place,
        )
    slider = None if item.number is None else item.number.slider
    if slider is not None and not moves_by_one(item):
        yield Fault(
            "PLATFORM-146",
            "a number to type: REDCap's sliders have whole numbers only",
            "Reading rejects what lies between the steps.",
            place=place,
        )
    elif slider is not None and slider.step != 1:
        yield Fault(
            "PLATFORM-145",
            f"REDCap's slider moves by 1, not by {spell_number(slider.step)}",
            "Reading rejects what lies between the steps.",
            place=place,
        )
