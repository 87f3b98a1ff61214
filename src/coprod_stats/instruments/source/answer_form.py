"""The source form of answers: response scales, numbers, dates, texts."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from coprod_stats.instruments.model import ResponseKind

Words = Annotated[str, StringConstraints(min_length=1)]
TextForm = Annotated[
    Words | Annotated[dict[str, Words], Field(min_length=1)],
    Field(description="Text in the first language, or a mapping from language code to text."),
]
Code = Annotated[int, Field(ge=-(10**9), le=10**9)]
CODES_AS_KEYS = {"propertyNames": {"pattern": "^[-+]?[0-9]+$"}}
Options = Annotated[dict[Code, TextForm], Field(min_length=1, json_schema_extra={**CODES_AS_KEYS})]
OffScale = Annotated[
    dict[Code, TextForm],
    Field(
        description="Options that are valid but no amount, such as 'too early to say'; in a "
        "multiple choice exclusive ones, such as 'none of these'.",
        json_schema_extra={**CODES_AS_KEYS},
    ),
]
LetterCodes = Annotated[
    dict[Code, Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,19}$")]],
    Field(
        description="Letters that stand for each option on forms, by its code in the answers.",
        json_schema_extra={**CODES_AS_KEYS},
    ),
]
Bound = Annotated[float, Field(ge=-1e12, le=1e12)]
Points = Annotated[
    list[Code],
    Field(
        min_length=2,
        max_length=2,
        description="First and last of the numbers to choose from, of which 'options' labels some.",
    ),
]


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ResponseScaleForm(_Form):
    """Response options that items share."""

    kind: ResponseKind
    options: Options
    points: Points | None = None
    off_scale: OffScale = {}
    codes: LetterCodes = {}

    @model_validator(mode="before")
    @classmethod
    def _numbered(cls, given: Any) -> Any:
        """Let numbers without a label be options that are called by their number."""
        if not isinstance(given, dict):
            return given
        ends, labels = given.get("points"), given.get("options")
        if not isinstance(labels, dict) or not isinstance(ends, list) or not _are_points(ends):
            return given
        numbers = range(ends[0], ends[1] + 1)
        return given | {"options": {n: str(n) for n in numbers} | labels}


MOST_POINTS = 101


def _are_points(ends: list[Any]) -> bool:
    """Return whether these are the ends of a list of numbers that people can choose from."""
    whole = all(type(end) is int for end in ends)
    return whole and len(ends) == 2 and 1 <= ends[1] - ends[0] < MOST_POINTS


class SliderForm(_Form):
    """A slider from 'min' to 'max', with a label at each end."""

    low: TextForm
    high: TextForm
    middle: TextForm | None = None
    step: Annotated[float, Field(ge=1e-6, le=1e12)] = 1.0


class NumberForm(_Form):
    """The range of a numeric answer."""

    min: Bound | None = None
    max: Bound | None = None
    whole: bool = True
    unit: TextForm | None = None
    slider: SliderForm | None = None


IsoDate = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class DateForm(_Form):
    """The range of a date, as 2026-01-31."""

    min: IsoDate | None = None
    max: IsoDate | None = None


class LengthForm(_Form):
    """How many characters a text has."""

    min: Annotated[int, Field(ge=1, le=32_000)] | None = None
    max: Annotated[int, Field(ge=1, le=32_000)] | None = None
