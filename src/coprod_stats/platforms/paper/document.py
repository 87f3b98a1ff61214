"""A printed questionnaire as data: the one model that the PDF and the Word file are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from coprod_stats.instruments.texts import Direction


@dataclass(frozen=True, slots=True)
class Tick:
    """One answer to tick.

    Attributes
    ----------
    code : str
        Code for data entry, printed small.
    go_to : str
        Where to go on after this answer; empty for the next question.
    """

    label: str
    code: str
    go_to: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Answers of which one or several are ticked.

    Attributes
    ----------
    columns : int
        How many answers stand side by side.
    """

    options: tuple[Tick, ...]
    columns: int = 1
    kind: Literal["choice"] = "choice"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a grid; ``conditions`` and ``alternatives`` are lines below its text.

    Attributes
    ----------
    offered : tuple of str
        Codes of the answers beside the scale that this row offers.
    """

    letter: str
    id: str
    text: str
    offered: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows with the same answers; ``beside`` stands apart, as "don't know" does."""

    rows: tuple[Row, ...]
    options: tuple[Tick, ...]
    beside: tuple[Tick, ...] = ()
    kind: Literal["matrix"] = "matrix"


@dataclass(frozen=True, slots=True)
class NumberBox:
    """Boxes for the digits of a number."""

    digits: int
    decimals: bool = False
    unit: str = ""
    kind: Literal["number"] = "number"


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines to write on."""

    count: int = 2
    kind: Literal["lines"] = "lines"


@dataclass(frozen=True, slots=True)
class Steps:
    """Numbered boxes side by side, of which one is ticked, with words at both ends.

    Attributes
    ----------
    notes : tuple of str
        What numbers between the ends mean.
    """

    options: tuple[Tick, ...]
    low: str
    high: str
    notes: tuple[str, ...] = ()
    kind: Literal["steps"] = "steps"


@dataclass(frozen=True, slots=True)
class MarkedLine:
    """A line to mark, with numbers and words at both ends and perhaps in the middle."""

    first: str
    last: str
    low: str
    high: str
    middle: str = ""
    kind: Literal["line"] = "line"


@dataclass(frozen=True, slots=True)
class NumberList:
    """Answers that each get a number: ranks, or points with their total."""

    options: tuple[Tick, ...]
    digits: int
    total: str = ""
    total_label: str = ""
    kind: Literal["numbers"] = "numbers"


Body = Choice | Matrix | NumberBox | Lines | NumberList | Steps | MarkedLine


@dataclass(frozen=True, slots=True)
class Question:
    """One numbered question.

    Attributes
    ----------
    id : str
        Column of the answers, printed small; empty for a grid, whose rows have theirs.
    stem : str
        What the question shares with others under the same stem.
    beside : tuple of Tick
        Answers off the scale, set apart.
    consent : bool
        Whether to set the question off as what is agreed to.
    """

    number: str
    id: str
    text: str
    instruction: str
    body: Body
    stem: str = ""
    alternatives: tuple[str, ...] = ()
    hint: str = ""
    beside: tuple[Tick, ...] = ()
    consent: bool = False
    kind: Literal["question"] = "question"


@dataclass(frozen=True, slots=True)
class Heading:
    """Title of a page of the questionnaire."""

    text: str
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text that asks nothing: an introduction, a note, or where to go on."""

    text: str
    role: Literal["intro", "note", "route"]
    alternatives: tuple[str, ...] = ()
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class CheckBox:
    """A box that respondents tick for themselves, to which later instructions refer."""

    title: str
    lead: str
    conditions: tuple[str, ...]
    kind: Literal["check"] = "check"


Element = Heading | Paragraph | CheckBox | Question


@dataclass(frozen=True, slots=True)
class PaperDocument:
    """A printed questionnaire in one language and one version.

    Attributes
    ----------
    office : tuple of (str, int)
        Fields for the office and how many characters they hold.
    footer : str
        Questionnaire, version, form and language, as on every page.
    page_of : tuple of str
        What stands before, between and after the number of the page and of the pages.
    """

    title: str
    language: str
    direction: Direction
    footer: str
    page_of: tuple[str, str, str]
    office_title: str
    office: tuple[tuple[str, int], ...]
    how_to: tuple[str, ...]
    elements: tuple[Element, ...]
    closing: str
    remark: str = ""
