"""The source form of the file of constructs that questionnaires share."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from coprod_stats.instruments.model import Role
from coprod_stats.instruments.source.source_form import Identifier, ItemId, Words


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


class ConstructsForm(_Form):
    """The file of constructs that questionnaires share."""

    source: Words
    constructs: dict[str, ConstructForm]
