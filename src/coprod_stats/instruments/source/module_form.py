"""The source form of a module: questions inserted into questionnaires on demand."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from coprod_stats.instruments.constructs import PublishedStatistic, Role
from coprod_stats.instruments.questions import ResponseKind
from coprod_stats.instruments.source.answer_form import Options, ResponseScaleForm, TextForm, Words
from coprod_stats.instruments.source.source_form import (
    AdministrativeForm,
    AssignedForm,
    Condition,
    DerivedForm,
    ExemptionForm,
    Identifier,
    IndexForm,
    ItemId,
    PageForm,
    PlaceholderForm,
    PlaceholderName,
    ScaleForm,
)


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class FragmentForm(_Form):
    """Parts of a questionnaire that a module adds."""

    sources: list[Words] = []
    placeholders: dict[PlaceholderName, PlaceholderForm] = {}
    responses: dict[Identifier, ResponseScaleForm] = {}
    administrative: list[AdministrativeForm] = []
    assigned: dict[ItemId, AssignedForm] = {}
    pages: list[PageForm] = []
    derived: dict[ItemId, DerivedForm] = {}
    scales: dict[ItemId, ScaleForm] = {}
    indices: dict[ItemId, IndexForm] = {}
    exemptions: list[ExemptionForm] = []


class PublishedValueForm(_Form):
    """A value that a publication gives for its scale, with the place where it stands."""

    statistic: PublishedStatistic
    value: float
    sample: Words
    source: Annotated[Words, Field(description="Publication, table and page.")]


class WordingOfScaleForm(_Form):
    """The wording of a published scale, as a team may use it."""

    stem: TextForm | None = None
    items: Annotated[list[TextForm], Field(min_length=1)]
    kind: ResponseKind = "bipolar"
    options: Options


class PublishedScaleForm(_Form):
    """A place for a published scale: its reference, and its wording once a team puts it in."""

    title: TextForm
    reference: Words
    wording_at: Annotated[Words, Field(description="Where the wording is to be had, and how.")]
    n_items: Annotated[int, Field(ge=1)] | None = Field(None, description="Published items.")
    role: Role
    method: Literal["mean", "sum"] = "mean"
    min_answered: Annotated[int, Field(ge=1)] | None = Field(
        None, description="Answers that a score needs; all if omitted."
    )
    reverse: list[int] = Field([], description="Places of reverse-scored items, from 1.")
    after: Identifier | None = Field(None, description="The page that it follows.")
    when: Condition | None = None
    values: list[PublishedValueForm] = []
    wording: WordingOfScaleForm | None = None


class ModuleForm(_Form):
    """A module: what it adds to every questionnaire, and to each questionnaire by its id."""

    module: Identifier
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    title: TextForm
    about: TextForm | None = None
    published: dict[ItemId, PublishedScaleForm] = Field(
        {}, description="Places for published scales; each adds items once its wording is there."
    )
    shared: FragmentForm = FragmentForm()
    questionnaires: Annotated[
        dict[Identifier, FragmentForm],
        Field(alias="for", min_length=1, description="Parts for each questionnaire, by its id."),
    ]


def module_schema_text() -> str:
    """Return the text of ``instruments/module.schema.json`` (JSON Schema 2020-12)."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **ModuleForm.model_json_schema(),
    }
    return json.dumps(schema, indent=2) + "\n"
