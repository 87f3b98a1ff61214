"""A questionnaire as it is meant: typed, frozen, every reference resolved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from coprod_stats.errors import CoprodError
from coprod_stats.instruments.evaluation import choice_column
from coprod_stats.instruments.expressions import Expression, names

ItemKind = Literal["single", "multiple", "number", "text", "consent", "note"]
ResponseKind = Literal["unipolar", "bipolar", "frequency", "count", "categorical"]
MissingOption = Literal["dont_know", "refused"]
Role = Literal[
    "driver", "impact", "value", "determinant", "behaviour", "factor", "willingness", "marker",
    "moderator", "sector", "goal", "benefit", "challenge", "reason", "adverse", "definition",
    "practice", "gap", "outcome",
]  # fmt: skip

NOT_ANSWERED = -7
REFUSED = -8
DONT_KNOW = -9
MISSING_CODES: dict[int, str] = {
    NOT_ANSWERED: "seen, unanswered",
    REFUSED: "refused",
    DONT_KNOW: "don't know",
}
"""Canonical codes; a blank cell is 'not asked'."""


class InstrumentLookupError(CoprodError):
    """An item, scale or form that the instrument does not have."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in one or more languages, the first being the one it was written in."""

    by_language: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return self.by_language[0][1]

    def in_language(self, language: str) -> str:
        """Give the text in this language, or in the first one."""
        return dict(self.by_language).get(language, self.by_language[0][1])


@dataclass(frozen=True, slots=True)
class Option:
    """One answer: its code and its label."""

    value: int
    label: Text


@dataclass(frozen=True, slots=True)
class ResponseScale:
    """The answers of an item, in order; ``off_scale`` answers are valid but carry no amount."""

    id: str
    kind: ResponseKind
    options: tuple[Option, ...]
    off_scale: tuple[Option, ...] = ()

    @property
    def values(self) -> tuple[int, ...]:
        """Codes on the scale, ascending as given."""
        return tuple(option.value for option in self.options)

    @property
    def lowest(self) -> int:
        """Smallest code."""
        return min(self.values)

    @property
    def highest(self) -> int:
        """Largest code."""
        return max(self.values)

    def label(self, value: int) -> Text:
        """Give the label of a code.

        Raises
        ------
        KeyError
            If the scale has no such code.
        """
        return {option.value: option.label for option in (*self.options, *self.off_scale)}[value]


@dataclass(frozen=True, slots=True)
class Wording:
    """A text for those for whom a condition is known to hold."""

    condition: Expression
    text: Text


@dataclass(frozen=True, slots=True)
class NumberRange:
    """What a numeric answer may be."""

    minimum: float | None = None
    maximum: float | None = None
    whole: bool = True
    unit: Text | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One question, with everything it takes from its block and page."""

    id: str
    kind: ItemKind
    text: Text
    page: str
    block: str
    stem: Text | None = None
    wordings: tuple[Wording, ...] = ()
    stem_wordings: tuple[Wording, ...] = ()
    hint: Text | None = None
    responses: ResponseScale | None = None
    number: NumberRange | None = None
    max_choices: int | None = None
    reverse: bool = False
    facet: str | None = None
    measures: tuple[Construct, ...] = ()
    attention_pass: int | None = None
    required: bool = False
    offers: tuple[MissingOption, ...] = ()
    conditions: tuple[Expression, ...] = ()
    forms: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that hold the answers; none for a note."""
        if self.kind == "note":
            return ()
        if self.kind == "multiple" and self.responses is not None:
            return tuple(choice_column(self.id, value) for value in self.responses.values)
        return (self.id,)

    @property
    def in_grid(self) -> bool:
        """Whether the item is a row under a stem."""
        return self.stem is not None and self.kind == "single"


@dataclass(frozen=True, slots=True)
class Block:
    """Items under one stem."""

    id: str
    stem: Text | None
    items: tuple[Item, ...]
    random_order: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Blocks shown together."""

    id: str
    title: Text | None
    intro: Text | None
    blocks: tuple[Block, ...]
    condition: Expression | None = None
    random_order: bool = False


@dataclass(frozen=True, slots=True)
class Construct:
    """What is to be measured, with its place in the article."""

    code: str
    label: str
    family: str
    role: Role
    section: str
    sources: str
    respondent: str
    measure: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """A reflective scale and its scoring rule."""

    id: str
    title: Text
    construct: Construct
    items: tuple[str, ...]
    method: Literal["mean", "sum"]
    min_answered: int
    role: Role
    note: Text | None = None
    forms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Index:
    """A formative index, computed by an expression."""

    id: str
    title: Text
    construct: Construct
    value: Expression


@dataclass(frozen=True, slots=True)
class Derived:
    """A variable computed from answers."""

    id: str
    title: Text
    value: Expression


@dataclass(frozen=True, slots=True)
class Classification:
    """Classes of respondents; the first whose condition is known to hold, else ``otherwise``."""

    title: Text
    classes: tuple[tuple[str, Expression], ...]
    otherwise: str


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What ``[NAME]`` stands for."""

    name: str
    item: str | None
    otherwise: Text


@dataclass(frozen=True, slots=True)
class Administrative:
    """A column that nobody is asked for."""

    id: str
    title: Text
    role: str
    kind: Literal["text", "number"]


@dataclass(frozen=True, slots=True)
class Form:
    """A length of the questionnaire."""

    id: str
    title: Text
    minutes_at_most: float | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds that a person needs, by type of question."""

    grid_item: float
    single: float
    checklist_row: float
    number: float
    text: float
    note: float


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire.

    Attributes
    ----------
    sha256 : str
        Hash over the instrument's file and its file of constructs: what was asked, to the byte.
    """

    id: str
    version: str
    title: Text
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

    @property
    def items(self) -> tuple[Item, ...]:
        """All items in the order in which they are asked."""
        return tuple(item for page in self.pages for block in page.blocks for item in block.items)

    @property
    def questions(self) -> tuple[Item, ...]:
        """Items that ask for an answer."""
        return tuple(item for item in self.items if item.kind != "note")

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the canonical table: administrative ones first, then the items'."""
        administrative = tuple(column.id for column in self.administrative)
        return administrative + tuple(column for item in self.items for column in item.columns)

    def item(self, id: str) -> Item:
        """Give an item by its id; raises ``InstrumentLookupError`` if there is none."""
        return _found(self.items, id, "item", self.id)

    def scale(self, id: str) -> Scale:
        """Give a scale by its id; raises ``InstrumentLookupError`` if there is none."""
        return _found(self.scales, id, "scale", self.id)

    def administrative_column(self, role: str) -> str | None:
        """Name the column of a role such as ``respondent`` or ``unit``, if there is one."""
        return next((column.id for column in self.administrative if column.role == role), None)

    def for_form(self, form: str) -> Instrument:
        """Give the instrument as one of its forms asks it.

        What cannot be had from the form's own questions goes: scales that lose too many items,
        indices, derived variables and classifications that need a question left out.

        Raises
        ------
        InstrumentLookupError
            If there is no such form.
        """
        chosen = _found(self.forms, form, "form", self.id)
        shortened = (_page_of(page, form) for page in self.pages)
        pages = tuple(page for page in shortened if page.blocks)
        asked = {item.id for page in pages for block in page.blocks for item in block.items}
        known = asked | {column.id for column in self.administrative}
        derived = _computable(self.derived, known)
        known |= {entry.id for entry in derived}
        rule = self.classification
        if rule and not known.issuperset(name for _, tree in rule.classes for name in names(tree)):
            rule = None
        return replace(
            self,
            forms=(chosen,),
            pages=pages,
            scales=_scales_of(self.scales, form, asked),
            derived=derived,
            indices=tuple(index for index in self.indices if known.issuperset(names(index.value))),
            classification=rule,
            placeholders=tuple(
                placeholder if placeholder.item in asked else replace(placeholder, item=None)
                for placeholder in self.placeholders
            ),
        )


def _computable(derived: tuple[Derived, ...], known: set[str]) -> tuple[Derived, ...]:
    """Keep the derived variables that follow from what is known, through one another."""
    for _ in derived:
        known = known | {entry.id for entry in derived if known.issuperset(names(entry.value))}
    return tuple(entry for entry in derived if entry.id in known)


def _scales_of(scales: tuple[Scale, ...], form: str, asked: set[str]) -> tuple[Scale, ...]:
    shortened = (
        replace(scale, items=tuple(id for id in scale.items if id in asked))
        for scale in scales
        if form in scale.forms
    )
    return tuple(scale for scale in shortened if len(scale.items) >= scale.min_answered)


def _page_of(page: Page, form: str) -> Page:
    blocks = tuple(
        replace(block, items=tuple(item for item in block.items if form in item.forms))
        for block in page.blocks
    )
    return replace(page, blocks=tuple(block for block in blocks if block.items))


T = TypeVar("T", Item, Scale, Form)


def _found(known: tuple[T, ...], id: str, what: str, instrument: str) -> T:
    for candidate in known:
        if candidate.id == id:
            return candidate
    ids = ", ".join(candidate.id for candidate in known) or "none"
    raise InstrumentLookupError(f"instrument '{instrument}' has no {what} '{id}'; it has: {ids}")
