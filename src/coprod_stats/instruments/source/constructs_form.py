"""The source form of the file of constructs that questionnaires share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from coprod_stats.instruments.model import Role
from coprod_stats.instruments.source.answer_form import Words
from coprod_stats.instruments.source.source_form import Identifier, ItemId


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ConstructForm(_Form):
    """One entry in the file of constructs, with its section in the article."""

    family: Words
    label: Words
    role: Role
    section: Words
    sources: Words
    respondent: Literal["citizen", "provider", "both"]
    measure: Words
    note: str | None = None
    columns: list[ItemId] = Field([], description="Columns that represent it, if no question does.")
    steps: list[Identifier] = Field([], description="Plans that analyse it.")
    planned: Words | None = Field(None, description="The later analysis that will use it.")


class MeaningForm(_Form):
    """What some questions ask about; the items of all questionnaires that share the file."""

    asks: Words
    items: Annotated[list[ItemId], Field(min_length=1)]
    near: list[Identifier] = Field([], description="Meanings that differ from it only in part.")


class ConstructsForm(_Form):
    """The file of constructs that questionnaires share."""

    source: Words
    meanings: dict[Identifier, MeaningForm] = Field(
        {}, description="What each question asks about, by which the linter compares questions."
    )
    constructs: dict[str, ConstructForm]
