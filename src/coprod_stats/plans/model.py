"""A study plan: what is asked of which answers, fixed before they are looked at."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from coprod_stats.literals import Adjustment, Engine, Estimator, ExpectedSign, Missing

Method = Literal["sem", "regression"]
ColumnRole = Literal["confirmatory", "robustness", "check"]
FieldingMode = Literal["web", "paper", "telephone", "face to face"]
ReportFormat = Literal["html", "pdf", "docx"]
Words = Annotated[str, StringConstraints(min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]
Probability = Annotated[float, Field(gt=0, lt=1)]


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )


class Hypothesis(_Part):
    """One driver-impact relation that a plan tests."""

    id: Name
    predictor: Words
    outcome: Words
    sign: ExpectedSign
    kind: Words = "main"
    status: str = ""
    """Whether the article states it, and whose the sign is."""
    section: str = ""
    sources: str = ""
    model: str = ""
    headline: bool = False
    note: str = ""


class FieldedSample(_Part):
    """One wave, language or mode of the answers that a plan puts together."""

    sample: Words
    """Its name, as ``wave 1``."""
    file: Words
    """Path beside the plan, or the name of a shipped sample; several samples may share one."""
    instrument: Words | None = None
    """The version that was fielded: a path beside the plan or a shipped id; the plan's if none."""
    form: Words | None = None
    """Form that was fielded; the plan's if none."""
    language: Words | None = None
    """Language that was answered in; the questionnaire's first if none."""
    mode: FieldingMode = "web"
    where: str | None = None
    """Which rows of the file are this sample's; every row must be exactly one sample's."""


class DataSource(_Part):
    """The answers that a plan is about: one file, or several samples put together."""

    file: Words | None = None
    """Path beside the plan, or the name of a shipped sample."""
    samples: Annotated[tuple[FieldedSample, ...], Field(strict=False)] = ()
    """Waves, languages or modes, which are put together only through a gate."""
    accept: dict[Words, Words] = {}
    """Obstacles to pooling that are accepted, by name, each with the reason why."""
    synthetic: bool = False
    """Whether nobody gave these answers; the report says so wherever they appear."""
    population: Words
    """Whom the answers stand for."""
    collected: str = ""
    """When, where, by whom and in which mode."""
    licence: str = ""


class Respondents(_Part):
    """Whose answers are analysed."""

    classes: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    """Classes of the instrument's classification; empty for everyone."""
    where: str | None = None
    """A condition in the instrument's expression language."""


class QualityRules(_Part):
    """What is done about answers given without care."""

    exclude_flagged: bool = True
    flags_needed: Annotated[int, Field(ge=1, le=8)] = 2
    """How many independent indices must agree."""


class SubgroupModel(_Part):
    """Hypotheses of a column that are taken from the same model fitted to some respondents only.

    A question that most were not asked, such as one about a digital tool, tells about those who
    were: its paths come from their model, all others from everyone's.
    """

    hypotheses: Annotated[tuple[Name, ...], Field(strict=False, min_length=1)]
    where: Words
    population: Words
    """Who they are, as ``users of a digital channel``."""


class ModelColumn(_Part):
    """One way of estimating the hypothesised paths: a column of the report's table."""

    column: Name
    title: Words
    role: ColumnRole
    method: Method = "sem"
    engine: Engine = "semopy"
    estimator: Estimator = "ML"
    missing: Missing = "listwise"
    cluster: str | None = None
    ordered: bool = False
    where: str | None = None
    """Further condition on the respondents of this column."""
    respondents: Respondents | None = None
    """Other respondents than the plan's."""
    include_flagged: bool = False
    subgroups: Annotated[tuple[SubgroupModel, ...], Field(strict=False)] = ()


class Model(_Part):
    """The factors, and the relations between them that are tested."""

    factors: Annotated[tuple[Words, ...], Field(strict=False, min_length=1)]
    """Scales of the instrument that enter as latent variables."""
    hypotheses: Annotated[tuple[Name | Hypothesis, ...], Field(strict=False, min_length=1)]
    """Ids of the file of hypotheses, or hypotheses of the plan's own."""
    covariates: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    columns: Annotated[tuple[ModelColumn, ...], Field(strict=False, min_length=1)]


class Inference(_Part):
    """How the family of hypotheses is decided."""

    family: Words = "headline"
    adjustment: Adjustment = "holm"
    alpha: Probability = 0.05
    smallest_effect: Probability = 0.10
    """Smallest standardised coefficient that would matter; below it is 'equivalent to none'."""


class ReportRules(_Part):
    """What the report is."""

    formats: Annotated[tuple[ReportFormat, ...], Field(strict=False)] = ("html",)
    authors: Annotated[tuple[Words, ...], Field(strict=False)] = ()


class PlanForm(_Part):
    """A plan as its file gives it."""

    plan: Name
    title: Words
    question: Words
    registration: str = ""
    instrument: Words
    form: Words = "core"
    data: DataSource
    respondents: Respondents = Respondents()
    quality: QualityRules = QualityRules()
    reliability: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    """Scales to report; empty for all of the form."""
    model: Model
    inference: Inference = Inference()
    report: ReportRules = ReportRules()
    population_model: str | None = None
    """File of the population that `coprod simulate` draws from."""
    seed: Annotated[int, Field(ge=0)] = 1


class HypothesesForm(_Part):
    """The file of hypotheses that plans share."""

    source: Words
    hypotheses: Annotated[tuple[Hypothesis, ...], Field(strict=False)]


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a plan."""
    schema = PlanForm.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """Return the text of ``analyses/plan.schema.json``."""
    return json.dumps(json_schema(), indent=2) + "\n"
