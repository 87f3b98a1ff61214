"""The source form of a module: questions inserted into questionnaires on demand."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from coprod_stats.instruments.source.answer_form import ResponseScaleForm, TextForm, Words
from coprod_stats.instruments.source.source_form import (
    AdministrativeForm,
    AssignedForm,
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


class FragmentForm(BaseModel):
    """Parts of a questionnaire that a module adds."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

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


class ModuleForm(BaseModel):
    """A module: what it adds to every questionnaire, and to each questionnaire by its id."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    module: Identifier
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    title: TextForm
    about: TextForm | None = None
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
