"""The source form of a questionnaire: the shape of ``instruments/*.yaml``.

These classes check the shape only, and define the JSON Schema with which editors complete and
check the YAML; the meaning of the parts is checked in ``checks`` and resolved in ``building``.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from coprod_stats.instruments.model import (
    ItemKind,
    MissingOption,
    Role,
    TranslationStatus,
)
from coprod_stats.instruments.questions import TextFormat
from coprod_stats.instruments.source.answer_form import (
    CODES_AS_KEYS,
    Code,
    DateForm,
    LengthForm,
    LetterCodes,
    NumberForm,
    OffScale,
    Options,
    ResponseScaleForm,
    TextForm,
    Words,
)

ItemId = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{0,19}$")]
Condition = Annotated[Words, Field(description="An expression, such as 'DFDIR == 1 and WIL1 > 3'.")]
_IDENTIFIER, _LANGUAGE_CODE = r"^[a-z][a-z0-9_]{0,39}$", r"^[a-z]{2,3}(-[A-Za-z]+)?$"
Identifier = Annotated[str, StringConstraints(pattern=_IDENTIFIER)]
OptionConditions = Annotated[
    dict[Code, Condition],
    Field(
        description="Options, by code, that are shown only where a condition on earlier answers "
        "is known to hold.",
        json_schema_extra={**CODES_AS_KEYS},
    ),
]
LevelTexts = Annotated[dict[Code, TextForm], Field(json_schema_extra={**CODES_AS_KEYS})]
Seconds = Annotated[float, Field(gt=0, le=3_600)]
Original = Annotated[Words, Field(description="Name of its column in data collected elsewhere.")]
RotatingBlock = Annotated[str, StringConstraints(pattern=r"^[A-Z]$")]
LanguageCode = Annotated[str, StringConstraints(pattern=_LANGUAGE_CODE)]
PlaceholderName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{0,19}$")]


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class WordingForm(_Form):
    """An alternative wording, for those for whom a condition holds."""

    when: Condition
    text: TextForm


class CheckForm(_Form):
    """What an answer must agree with, and the message for those whose answer does not."""

    holds: Condition
    message: TextForm


class PrefillForm(_Form):
    """What a question comes with: one of a value, an earlier answer, a parameter of the link."""

    value: int | float | Words | None = Field(
        None, description="A code, a number, a text, a date or a time."
    )
    answer: ItemId | None = Field(None, description="A question of the same kind, asked before.")
    parameter: Identifier | None = Field(
        None, description="Name of what the invitation knows of the respondent, such as 'town'."
    )
    read_only: bool = False


class ItemForm(_Form):
    """One question or row of a grid."""

    id: ItemId
    kind: ItemKind = "single"
    text: TextForm
    wordings: list[WordingForm] = []
    hint: TextForm | None = None
    responses: str | None = None
    options: Options | None = None
    off_scale: OffScale = {}
    codes: LetterCodes = {}
    number: NumberForm | None = None
    date: DateForm | None = None
    length: LengthForm | None = None
    format: TextFormat | None = Field(None, description="A usual format of a text.")
    pattern: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = Field(
        None, description="A regular expression that the whole of a text matches."
    )
    checks: list[CheckForm] = Field(
        [], description="What must not be known to be false of this answer and earlier ones."
    )
    prefill: PrefillForm | None = Field(
        None, description="What is answered already, and may be changed unless it is read-only."
    )
    min_choices: Annotated[int, Field(ge=1)] | None = Field(
        None, description="Least number of options to choose, unless an exclusive one is chosen."
    )
    max_choices: Annotated[int, Field(ge=1)] | None = None
    other: Code | None = Field(
        None, description="The option that is followed by a text: other, please specify."
    )
    specify: TextForm | None = Field(
        None, description="The text beside 'other'; that of the questionnaire if omitted."
    )
    options_when: OptionConditions = {}
    random_order: bool = Field(
        False, description="Show the options, but for those off the scale and 'other', shuffled."
    )
    top: Annotated[int, Field(ge=1, le=99)] | None = Field(
        None, description="Number of options to rank; all if omitted."
    )
    total: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        None, description="Sum of the points of an allocation."
    )
    reverse: bool = False
    facet: str | None = None
    measures: list[str] = Field(
        [], description="Constructs that this item measures by itself, without a scale."
    )
    attention_pass: Code | None = Field(
        None, description="The answer that an attention item asks for."
    )
    required: bool = False
    offers: list[MissingOption] | None = None
    when: Condition | None = None
    forms: list[Identifier] | None = None
    rotation: RotatingBlock | None = Field(
        None, description="Rotating block of planned missingness; omitted for core items."
    )
    twin: ItemId | None = Field(None, description="Mirrored item, where its id differs.")
    seconds: Seconds | None = Field(None, description="Time it needs, if not that of its kind.")
    original: Original | None = None
    translations: dict[LanguageCode, TranslationStatus] = {}


class BlockForm(_Form):
    """Items under one stem."""

    block: Identifier
    stem: TextForm | None = None
    wordings: list[WordingForm] = []
    responses: str | None = None
    offers: list[MissingOption] | None = None
    random_order: bool = False
    when: Condition | None = None
    items: Annotated[list[ItemForm], Field(min_length=1)]


class DerivedForm(_Form):
    """A variable computed from answers, for routing and analysis."""

    title: TextForm
    value: Condition


class RosterForm(_Form):
    """What makes a page a roster: its questions are asked again, for each row of a table."""

    id: ItemId
    title: TextForm
    count: ItemId | None = Field(None, description="The number that says how many rows there are.")
    most: Annotated[int, Field(ge=1, le=99)] | None = Field(
        None, description="Most rows that a respondent may add, where no question says how many."
    )
    summaries: dict[ItemId, DerivedForm] = Field(
        {}, description="Variables of the respondent, such as 'count(AGE < 18)'."
    )


class PageForm(_Form):
    """Blocks shown together."""

    page: Identifier
    title: TextForm | None = None
    intro: TextForm | None = None
    when: Condition | None = None
    random_order: bool = False
    roster: RosterForm | None = None
    after: Identifier | None = Field(
        None, description="In a module: the page of the questionnaire that this one follows."
    )
    blocks: Annotated[list[BlockForm], Field(min_length=1)]


class ScaleForm(_Form):
    """A reflective scale and how it is scored."""

    title: TextForm
    construct_code: Annotated[str, Field(alias="construct")]
    items: Annotated[list[ItemId], Field(min_length=1)]
    method: Literal["mean", "sum"] = "mean"
    min_answered: Annotated[int, Field(ge=1)]
    role: Role | None = None
    forms: list[Identifier] | None = None
    note: TextForm | None = None


class IndexForm(_Form):
    """A formative index: items that need not correlate, combined by an expression."""

    title: TextForm
    construct_code: Annotated[str, Field(alias="construct")]
    value: Condition
    note: TextForm | None = None


class ClassificationForm(_Form):
    """A classification of respondents; the first class whose condition holds."""

    title: TextForm
    classes: Annotated[dict[Identifier, Condition], Field(min_length=1)]
    otherwise: Identifier = "none"


class PlaceholderForm(_Form):
    """The text for ``[NAME]``: an earlier answer or a text by level, or else a fallback."""

    item: ItemId | None = None
    variable: ItemId | None = Field(None, description="An assigned variable; see 'levels'.")
    levels: LevelTexts = {}
    otherwise: TextForm


class AssignedForm(_Form):
    """A randomly assigned variable, set when a respondent begins, such as an experimental arm."""

    title: TextForm
    levels: Options
    forms: list[Identifier] | None = None


class PlannedMissingForm(_Form):
    """The rotating blocks that a respondent is asked: one of the sets, at random."""

    id: ItemId
    title: TextForm
    sets: Annotated[
        dict[Code, Annotated[list[RotatingBlock], Field(min_length=1)]],
        Field(min_length=2, json_schema_extra={**CODES_AS_KEYS}),
    ]
    forms: Annotated[list[Identifier], Field(min_length=1)]


class TranslationForm(_Form):
    """Status of the translation into a language."""

    status: Literal["draft", "validated"] = "draft"
    note: TextForm | None = None


class ExemptionForm(_Form):
    """A linter rule that is deliberately broken in some places."""

    rule: Annotated[str, StringConstraints(pattern=r"^LINT-\d{3}$")]
    at: Annotated[list[Words], Field(min_length=1)]
    reason: Words


class AdministrativeForm(_Form):
    """A column without a question: ids, clusters, timings."""

    id: ItemId
    title: TextForm
    role: Literal["respondent", "unit", "wave", "weight", "stratum", "seconds", "other"] = "other"
    kind: Literal["text", "number"] = "text"
    original: Original | None = None
    forms: list[Identifier] | None = None


class FormForm(_Form):
    """A form of the questionnaire, such as core or full."""

    title: TextForm
    minutes_at_most: Annotated[float, Field(gt=0, le=1_000)] | None = None


class MissingTextsForm(_Form):
    """Labels of the missing options offered beside a response scale."""

    dont_know: TextForm = "Don't know"
    refused: TextForm = "Prefer not to say"


class TimingForm(_Form):
    """Seconds that a respondent needs, by type of question, and for a word read before it."""

    grid_item: Seconds = 7.5
    behaviour_row: Seconds = 6.0
    single: Seconds = 10.0
    short_choice: Seconds = 6.0
    checklist_row: Seconds = 4.0
    allocation_row: Seconds = 8.0
    number: Seconds = 10.0
    text: Seconds = 15.0
    note: Seconds = 8.0
    word: Seconds = 0.25


class InstrumentForm(_Form):
    """A questionnaire."""

    instrument: Identifier
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    title: TextForm
    introduction: TextForm | None = Field(
        None, description="What respondents read first, on every platform; translated."
    )
    about: TextForm | None = Field(None, description="What researchers read; never on a form.")
    status: Literal["draft", "piloted", "validated"] = "draft"
    sources: list[Words] = []
    languages: Annotated[list[LanguageCode], Field(min_length=1)]
    translations: dict[LanguageCode, TranslationForm] = {}
    twin: Identifier | None = Field(
        None, description="The questionnaire for the other side of the same service."
    )
    modules: list[Identifier] = Field([], description="Files in the folder modules/ to insert.")
    constructs: Words | None = Field(None, description="File of constructs, beside this one.")
    missing_options: MissingTextsForm = MissingTextsForm()
    offers: list[MissingOption] = []
    specify: TextForm = Field("Please specify", description="The text beside 'other' options.")
    placeholders: dict[PlaceholderName, PlaceholderForm] = {}
    timing: TimingForm = TimingForm()
    forms: Annotated[dict[Identifier, FormForm], Field(min_length=1)]
    responses: dict[Identifier, ResponseScaleForm] = {}
    administrative: list[AdministrativeForm] = []
    assigned: dict[ItemId, AssignedForm] = {}
    planned_missing: PlannedMissingForm | None = None
    exemptions: list[ExemptionForm] = []
    pages: Annotated[list[PageForm], Field(min_length=1)]
    derived: dict[ItemId, DerivedForm] = {}
    classification: ClassificationForm | None = None
    scales: dict[ItemId, ScaleForm] = {}
    indices: dict[ItemId, IndexForm] = {}


def is_identifier(text: str) -> bool:
    """Return whether a text can be the id of a questionnaire."""
    return re.fullmatch(_IDENTIFIER, text) is not None


def is_language_code(text: str) -> bool:
    """Return whether a text has the form of the code of a language, such as ``en``."""
    return re.fullmatch(_LANGUAGE_CODE, text) is not None


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of an instrument file."""
    schema = InstrumentForm.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """Return the text of ``instruments/instrument.schema.json``."""
    return json.dumps(json_schema(), indent=2) + "\n"
