"""Questions: items with their response scales, blocks and pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from coprod_stats.instruments.constructs import Construct
from coprod_stats.instruments.language.evaluation import choice_column
from coprod_stats.instruments.language.tree import Call, Compare, Expression, Name, Number
from coprod_stats.instruments.texts import Text

_ROUNDING = 1e-6
"""Part of a step by which a platform's arithmetic may miss a number on a slider."""

ItemKind = Literal[
    "single",
    "multiple",
    "rank",
    "allocate",
    "number",
    "text",
    "date",
    "time",
    "consent",
    "note",
]
ResponseKind = Literal["unipolar", "bipolar", "frequency", "count", "categorical"]
MissingOption = Literal["dont_know", "refused"]
TranslationStatus = Literal["missing", "outdated", "draft", "validated"]
OPTION_KINDS: tuple[ItemKind, ...] = ("multiple", "rank", "allocate")
"""Kinds whose answers have one column per option, ``ID__n``."""
TEXT_KINDS: tuple[ItemKind, ...] = ("text", "date", "time")
"""Kinds whose answers are texts in the table: words, and ISO 8601 dates and times."""
TYPED_KINDS: tuple[ItemKind, ...] = ("number", *TEXT_KINDS)
"""Kinds whose answers are typed, so that no code of an answer stands among them."""


NOT_ANSWERED = -7
REFUSED = -8
DONT_KNOW = -9
MISSING_CODES: dict[int, str] = {
    NOT_ANSWERED: "seen, unanswered",
    REFUSED: "refused",
    DONT_KNOW: "don't know",
}
"""Canonical codes of missing answers; a blank cell is 'not asked'."""
MISSING_NAMES: dict[int, str] = {DONT_KNOW: "dk", REFUSED: "ref"}
"""Their codes where a platform takes words for codes, so that no option has them."""


@dataclass(frozen=True, slots=True)
class Option:
    """One response option.

    Attributes
    ----------
    value : int
        Its code in the answers.
    code : str or None
        Letters that stand for it on forms and in exports, such as ``DE``.
    """

    value: int
    label: Text
    code: str | None = None

    @property
    def written(self) -> str:
        """What a form writes for it: its letters, or its code."""
        return self.code or str(self.value)


@dataclass(frozen=True, slots=True)
class ResponseScale:
    """The response options of an item, in order; ``off_scale`` ones are valid but no amounts.

    In a multiple choice those off the scale are exclusive: each is chosen alone.

    Attributes
    ----------
    numbered : bool
        Whether the options are numbers, most of them without a label.
    """

    id: str
    kind: ResponseKind
    options: tuple[Option, ...]
    off_scale: tuple[Option, ...] = ()
    numbered: bool = False

    @property
    def values(self) -> tuple[int, ...]:
        """Codes on the scale, in the given order."""
        return tuple(option.value for option in self.options)

    @property
    def all_options(self) -> tuple[Option, ...]:
        """Options on the scale, then those off it."""
        return (*self.options, *self.off_scale)

    @property
    def lowest(self) -> int:
        """Smallest code."""
        return min(self.values)

    @property
    def highest(self) -> int:
        """Largest code."""
        return max(self.values)

    def label(self, value: int) -> Text:
        """Return the label of a code.

        Raises
        ------
        KeyError
            If the scale has no such code.
        """
        return {option.value: option.label for option in self.all_options}[value]


@dataclass(frozen=True, slots=True)
class Wording:
    """An alternative text for those for whom a condition is known to hold."""

    condition: Expression
    text: Text


@dataclass(frozen=True, slots=True)
class Check:
    """What must not be known to be false of an answer, and what is said where it is."""

    condition: Expression
    message: Text


@dataclass(frozen=True, slots=True)
class Slider:
    """A line with a label at each end, on which a number is marked in steps."""

    low: Text
    high: Text
    middle: Text | None = None
    step: float = 1.0


@dataclass(frozen=True, slots=True)
class NumberRange:
    """The range of a numeric answer; that of a slider has both ends."""

    minimum: float | None = None
    maximum: float | None = None
    whole: bool = True
    unit: Text | None = None
    slider: Slider | None = None

    @property
    def ends(self) -> tuple[float, float]:
        """Both ends of the range of a slider."""
        assert self.minimum is not None
        assert self.maximum is not None
        return self.minimum, self.maximum

    @property
    def labels(self) -> tuple[tuple[float, Text], ...]:
        """Numbers that have a label on the slider, in order, with their labels."""
        if self.slider is None:
            return ()
        low, high = self.ends
        named = ((low, self.slider.low), ((low + high) / 2, self.slider.middle))
        return tuple((n, t) for n, t in (*named, (high, self.slider.high)) if t is not None)

    @property
    def n_steps(self) -> int:
        """Number of steps from one end of the slider to the other."""
        assert self.slider is not None
        low, high = self.ends
        return round((high - low) / self.slider.step)

    def on_step(self, value: float) -> float | None:
        """Return the number on the slider that a value is but for rounding, if it is one."""
        if self.slider is None:
            return value
        return on_step(value, low=self.ends[0], step=self.slider.step)


def on_step(value: float, *, low: float, step: float) -> float | None:
    """Return the number in steps from ``low`` that a value is but for rounding, if it is one."""
    start, width = (Decimal(repr(part)) for part in (low, step))
    near = float(start + round((value - low) / step) * width)
    return near if abs(near - value) <= _ROUNDING * step else None


@dataclass(frozen=True, slots=True)
class DateRange:
    """The first and the last date that a date may be."""

    first: date | None = None
    last: date | None = None


TextFormat = Literal["email", "url", "digits"]
FORMATS: dict[TextFormat, str] = {
    "email": r"[^@\s]+@[^@\s]+\.[^@\s]+",
    "url": r"https?://[^\s]+",
    "digits": r"[0-9]+",
}
"""Formats of texts by their names, as regular expressions."""


@dataclass(frozen=True, slots=True)
class TextRule:
    """The length of a text in characters, and the pattern that the whole of it matches.

    Attributes
    ----------
    pattern : str or None
        A regular expression that Python, Java, JavaScript and PCRE read alike.
    format : str or None
        Name of the pattern, if it has one.
    """

    shortest: int | None = None
    longest: int | None = None
    pattern: str | None = None
    format: TextFormat | None = None


@dataclass(frozen=True, slots=True)
class Prefill:
    """What a question comes with; exactly one of the first three is not ``None``.

    Attributes
    ----------
    value : str or None
        As in the answers: a code, a number, a text, a date or a time in ISO 8601.
    answer : str or None
        Id of an item of the same kind, asked on an earlier page.
    parameter : str or None
        Name of what the invitation knows of the respondent.
    read_only : bool
        Whether the respondent cannot change it.
    """

    value: str | None = None
    answer: str | None = None
    parameter: str | None = None
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One question, with everything inherited from its block and page.

    Attributes
    ----------
    checks : tuple of Check
        What the answer must agree with, earlier answers included.
    prefill : Prefill or None
        What the question is answered with before the respondent answers it.
    min_choices, max_choices : int or None
        Limits on how many options of a multiple choice are chosen; exclusive ones do not count.
    other : int or None
        Option of which the respondent states in words what it stands for.
    specifies : str or None
        Id of the item whose option "other" this text spells out, its column being ``ID__other``.
    options_when : tuple of (int, Expression)
        Options that are shown only where a condition is known to hold, by their codes.
    random_order : bool
        Whether the options on the scale, but for "other", come in random order.
    top : int or None
        Number of options to rank, the best being 1.
    total : int or None
        Sum of the points of an allocation.
    conditions : tuple of Expression
        All must be known to hold for the item to be asked: those of its page, its block and its
        own, and that its rotating block was assigned.
    rotation : str or None
        Rotating block of planned missingness; ``None`` for an item that everybody is asked.
    twin : str or None
        Id of the mirrored item in the twin questionnaire.
    seconds : float or None
        Time that the item needs, if not that of its kind.
    original : str or None
        Name of its column in data collected elsewhere, where that is not an id.
    translations : tuple of (str, TranslationStatus)
        Status of the translation into each language but the first.
    """

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
    dates: DateRange | None = None
    rule: TextRule | None = None
    checks: tuple[Check, ...] = ()
    prefill: Prefill | None = None
    min_choices: int | None = None
    max_choices: int | None = None
    other: int | None = None
    specifies: str | None = None
    options_when: tuple[tuple[int, Expression], ...] = ()
    random_order: bool = False
    top: int | None = None
    total: int | None = None
    reverse: bool = False
    facet: str | None = None
    measures: tuple[Construct, ...] = ()
    attention_pass: int | None = None
    required: bool = False
    offers: tuple[MissingOption, ...] = ()
    conditions: tuple[Expression, ...] = ()
    forms: tuple[str, ...] = ()
    rotation: str | None = None
    twin: str | None = None
    seconds: float | None = None
    original: str | None = None
    translations: tuple[tuple[str, TranslationStatus], ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns of the answers; none for a note."""
        if self.kind == "note":
            return ()
        if self.kind in OPTION_KINDS and self.responses is not None:
            return tuple(choice_column(self.id, option.value) for option in self.column_options)
        return (self.id,)

    @property
    def column_options(self) -> tuple[Option, ...]:
        """Options that have a column each, in the order of ``columns``."""
        if self.kind not in OPTION_KINDS or self.responses is None:
            return ()
        return (*self.responses.options, *self.exclusive)

    @property
    def shuffled(self) -> tuple[Option, ...]:
        """Options that come in random order; the others keep their places."""
        if not self.random_order or self.responses is None:
            return ()
        return tuple(option for option in self.responses.options if option.value != self.other)

    @property
    def exclusive(self) -> tuple[Option, ...]:
        """Options of a multiple choice that are chosen alone, such as "none of these"."""
        if self.kind != "multiple" or self.responses is None:
            return ()
        return self.responses.off_scale

    def chosen(self, code: int) -> Expression:
        """Return the condition that an option of a single or multiple choice is chosen."""
        name, number = Name(self.id), Number(float(code))
        if self.kind == "multiple":
            return Call("includes", (name, number))
        return Compare("==", name, number)

    def option_conditions(self, code: int) -> tuple[Expression, ...]:
        """Return what must be known to hold for an option to be shown: one condition, or none."""
        return tuple(tree for of, tree in self.options_when if of == code)

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
