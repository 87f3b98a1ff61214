"""The model of a questionnaire: typed, frozen, with all references resolved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from coprod_stats.errors import CoprodError
from coprod_stats.instruments.constructs import Construct, Index, Meaning, Role, Scale
from coprod_stats.instruments.form_parts import (
    computable,
    page_in,
    placeholders_in,
    roster_in,
    scales_in,
)
from coprod_stats.instruments.language.tree import Expression, names
from coprod_stats.instruments.question_counts import questions_in_words
from coprod_stats.instruments.questions import (
    DONT_KNOW,
    MISSING_CODES,
    MISSING_NAMES,
    NOT_ANSWERED,
    OPTION_KINDS,
    REFUSED,
    TEXT_KINDS,
    TYPED_KINDS,
    Block,
    Check,
    DateRange,
    Item,
    ItemKind,
    MissingOption,
    NumberRange,
    Option,
    Page,
    Prefill,
    ResponseKind,
    ResponseScale,
    Slider,
    TextRule,
    TranslationStatus,
    Wording,
)
from coprod_stats.instruments.rosters import Roster
from coprod_stats.instruments.texts import ShownText, Text
from coprod_stats.instruments.variables import (
    Administrative,
    Assigned,
    Classification,
    Derived,
    Exemption,
    Language,
    Module,
    Placeholder,
)
from coprod_stats.suggestions import closest

__all__ = [
    "DONT_KNOW",
    "MISSING_CODES",
    "MISSING_NAMES",
    "NOT_ANSWERED",
    "OPTION_KINDS",
    "REFUSED",
    "TEXT_KINDS",
    "TYPED_KINDS",
    "Administrative",
    "Assigned",
    "Block",
    "Check",
    "Classification",
    "Construct",
    "DateRange",
    "Derived",
    "Exemption",
    "Form",
    "Index",
    "Instrument",
    "InstrumentLookupError",
    "Item",
    "ItemKind",
    "Language",
    "MissingOption",
    "Module",
    "NumberRange",
    "Option",
    "Page",
    "Placeholder",
    "Prefill",
    "ResponseKind",
    "ResponseScale",
    "Role",
    "Roster",
    "Scale",
    "Slider",
    "Text",
    "TextRule",
    "Timing",
    "TranslationStatus",
    "Wording",
]


class InstrumentLookupError(CoprodError):
    """An item, scale or form that the instrument does not have."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form of the questionnaire, such as core or full."""

    id: str
    title: Text
    minutes_at_most: float | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds that a respondent needs, by type of question.

    Attributes
    ----------
    word : float
        Seconds for a word of introductions and hints, which are read before the answer.
    """

    grid_item: float
    behaviour_row: float
    single: float
    short_choice: float
    checklist_row: float
    allocation_row: float
    number: float
    text: float
    note: float
    word: float


@dataclass(frozen=True, slots=True, repr=False)
class Instrument:
    """A questionnaire.

    Attributes
    ----------
    sha256 : str
        Hash of the instrument's file, its modules, translations and constructs.
    twin : str or None
        Id of the questionnaire for the other side of the same service.
    texts : tuple of ShownText
        Every text that respondents see.
    """

    id: str
    version: str
    title: Text
    introduction: Text | None
    about: Text | None
    status: str
    sources: tuple[str, ...]
    languages: tuple[str, ...]
    forms: tuple[Form, ...]
    pages: tuple[Page, ...]
    scales: tuple[Scale, ...]
    indices: tuple[Index, ...]
    derived: tuple[Derived, ...]
    classification: Classification | None
    constructs: tuple[Construct, ...]
    placeholders: tuple[Placeholder, ...]
    administrative: tuple[Administrative, ...]
    dont_know: Text
    refused: Text
    timing: Timing
    sha256: str
    assigned: tuple[Assigned, ...] = ()
    translations: tuple[Language, ...] = ()
    modules: tuple[Module, ...] = ()
    twin: str | None = None
    exemptions: tuple[Exemption, ...] = ()
    meanings: tuple[Meaning, ...] = ()
    rosters: tuple[Roster, ...] = ()
    texts: tuple[ShownText, ...] = ()

    def __repr__(self) -> str:
        return f"<Instrument {self.id!r}, version {self.version}: {questions_in_words(self)}>"

    @property
    def items(self) -> tuple[Item, ...]:
        """All items in the order in which they are asked."""
        return tuple(item for page in self.pages for block in page.blocks for item in block.items)

    @property
    def tables(self) -> tuple[Instrument, ...]:
        """The questionnaire of the respondents, then those of its rosters."""
        return (self, *(self.roster(roster.id) for roster in self.rosters))

    @property
    def parts(self) -> tuple[Page | Roster, ...]:
        """Pages and rosters in the order in which they are shown."""
        shown: list[Page | Roster] = [roster for roster in self.rosters if roster.place == 0]
        for place, page in enumerate(self.pages, 1):
            shown += [page, *(roster for roster in self.rosters if roster.place == place)]
        return tuple(shown)

    @property
    def questions(self) -> tuple[Item, ...]:
        """Items that ask for an answer, notes excluded."""
        return tuple(item for item in self.items if item.kind != "note")

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the canonical table: administrative, then assigned ones, then the items'."""
        administrative = tuple(column.id for column in self.administrative)
        assigned = tuple(variable.id for variable in self.assigned)
        asked = tuple(column for item in self.items for column in item.columns)
        return administrative + assigned + asked

    @property
    def originals(self) -> dict[str, str]:
        """Ids of columns by their original names in data collected elsewhere."""
        named = [(column.original, column.id) for column in self.administrative]
        named += [(item.original, item.id) for item in self.questions]
        return {original: id for original, id in named if original is not None}

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """Conditions on who is asked and shown what, checks, derived variables and classes."""
        rule = self.classification
        return (
            *(tree for item in self.items for tree in item.conditions),
            *(check.condition for item in self.items for check in item.checks),
            *(tree for item in self.items for _, tree in item.options_when),
            *(entry.value for entry in self.derived),
            *(tree for _, tree in (() if rule is None else rule.classes)),
        )

    def item(self, id: str) -> Item:
        """Return an item by its id; raises ``InstrumentLookupError`` if there is none."""
        return _found(self.items, id, "item", self.id)

    def scale(self, id: str) -> Scale:
        """Return a scale by its id; raises ``InstrumentLookupError`` if there is none."""
        return _found(self.scales, id, "scale", self.id)

    def roster(self, id: str) -> Instrument:
        """Return the questionnaire of a roster, whose table has a row for each of its rows.

        Its columns are the id of the respondent, the number of the row, and the questions.

        Raises
        ------
        InstrumentLookupError
            If there is no such roster.
        """
        roster = _found(self.rosters, id, "roster", self.id)
        key = self.administrative_column("respondent")
        (respondent,) = (column for column in self.administrative if column.id == key)
        number = Administrative(roster.id, roster.title, "other", "number", respondent.forms)
        return replace(
            self,
            title=roster.title,
            introduction=None,
            about=None,
            pages=(replace(roster.page, condition=None),),
            scales=roster.scales,
            indices=roster.indices,
            derived=roster.derived,
            placeholders=roster.placeholders,
            classification=None,
            administrative=(replace(respondent, role="unit"), number),
            assigned=(),
            rosters=(),
        )

    def administrative_column(self, role: str) -> str | None:
        """Return the column with a role such as ``respondent`` or ``unit``, if there is one."""
        return next((column.id for column in self.administrative if column.role == role), None)

    def for_form(self, form: str) -> Instrument:
        """Return the instrument restricted to one of its forms.

        Whatever cannot be computed from the questions of the form is omitted: scales that lose too
        many items, and indices, derived variables and classifications that need another question.

        Raises
        ------
        InstrumentLookupError
            If there is no such form.
        """
        chosen = _found(self.forms, form, "form", self.id)
        gone = {variable.id for variable in self.assigned if form not in variable.forms}
        shortened = (page_in(page, form, gone) for page in self.pages)
        pages = tuple(page for page in shortened if page.blocks)
        kept = {page.id for page in pages}
        asked = {item.id for page in pages for block in page.blocks for item in block.items}
        assigned = tuple(variable for variable in self.assigned if form in variable.forms)
        administrative = tuple(column for column in self.administrative if form in column.forms)
        known = asked | {column.id for column in administrative}
        known |= {variable.id for variable in assigned}
        derived = computable(self.derived, known)
        known |= {entry.id for entry in derived}
        rule = self.classification
        if rule and not known.issuperset(name for _, tree in rule.classes for name in names(tree)):
            rule = None
        return replace(
            self,
            forms=(chosen,),
            pages=pages,
            scales=scales_in(self.scales, form, asked),
            derived=derived,
            indices=tuple(index for index in self.indices if known.issuperset(names(index.value))),
            classification=rule,
            administrative=administrative,
            assigned=assigned,
            placeholders=placeholders_in(self.placeholders, asked),
            texts=tuple(text for text in self.texts if form in text.forms),
            rosters=tuple(
                replace(roster, place=sum(page.id in kept for page in self.pages[: roster.place]))
                for roster in (roster_in(roster, form, gone) for roster in self.rosters)
                if roster.page.blocks
            ),
        )


T = TypeVar("T", Item, Scale, Form, Roster)


def _found(known: tuple[T, ...], id: str, what: str, instrument: str) -> T:
    for candidate in known:
        if candidate.id == id:
            return candidate
    ids = ", ".join(candidate.id for candidate in known) or "none"
    raise InstrumentLookupError(
        f"instrument '{instrument}' has no {what} '{id}'; it has: {ids}"
        f"{closest(id, [candidate.id for candidate in known])}"
    )
