"""A study plan: what is asked of which answers, fixed before they are looked at."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SerializeAsAny

from coprod_stats.literals import Adjustment, AnalysisRole
from coprod_stats.plans.grammar import Name, PlanPart, Probability, Words
from coprod_stats.plans.hypotheses import Hypothesis

FieldingMode = Literal["web", "paper", "telephone", "face to face"]
ReportFormat = Literal["html", "pdf", "docx"]
DesignOption = Literal["weights", "cluster", "covariates"]
"""What a plan states once for all its analyses."""
DESIGN_OPTIONS: tuple[DesignOption, ...] = ("weights", "cluster", "covariates")


class FieldedPart(PlanPart):
    """One wave, language or mode of the answers that a plan pools."""

    part: Words
    """Its name, as ``wave 1``."""
    file: Words
    """Path beside the plan, or the name of a shipped sample; several parts may share one."""
    instrument: Words | None = None
    """The version that was fielded: a path beside the plan or a shipped id; the plan's if none."""
    form: Words | None = None
    """Form that was fielded; the plan's if none."""
    language: Words | None = None
    """Language that was answered in; the questionnaire's first if none."""
    mode: FieldingMode = "web"
    where: str | None = None
    """Which rows of the file are this part's; every row must belong to exactly one part."""


class DataSource(PlanPart):
    """The answers that a plan is about: one file, or several parts that are pooled."""

    file: Words | None = None
    """Path beside the plan, or the name of a shipped sample."""
    parts: Annotated[tuple[FieldedPart, ...], Field(strict=False)] = ()
    """Waves, languages or modes, which are pooled only through a gate."""
    accept: dict[Words, Words] = Field(default_factory=dict)
    """Obstacles to pooling that are accepted, by name, each with the reason why."""
    synthetic: bool = False
    """Whether nobody gave these answers; the report says so wherever they appear."""
    population: Words
    """Whom the answers stand for."""
    collected: str = ""
    """When, where, by whom and in which mode."""
    licence: str = ""


class Respondents(PlanPart):
    """Whose answers are analysed."""

    classes: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    """Classes of the instrument's classification; empty for everyone."""
    where: str | None = None
    """A condition in the instrument's expression language."""


class QualityRules(PlanPart):
    """What is done about answers given without care."""

    exclude_flagged: bool = True
    flags_needed: Annotated[int, Field(ge=1, le=8)] = 2
    """How many independent indices must agree."""


class RespondentChoice(PlanPart):
    """Whose answers one estimate rests on, where they are not the plan's respondents."""

    where: str | None = None
    """Further condition on the respondents."""
    respondents: Respondents | None = None
    """Other respondents than the plan's."""
    include_flagged: bool = False
    """Whether those flagged as careless stay in."""
    without: Annotated[tuple[DesignOption, ...], Field(strict=False)] = ()
    """What the plan states for all analyses and this one leaves aside."""


class AnalysisForm(PlanPart):
    """What every analysis of a plan states, whatever its kind."""

    id: Name
    role: AnalysisRole = "confirmatory"
    tests: Annotated[tuple[Name, ...], Field(strict=False)] = ()
    """Hypotheses that it tests; all of the plan's that its kind claims, if left out."""


class Family(PlanPart):
    """Tests whose p values are adjusted together."""

    analyses: Annotated[tuple[Name, ...], Field(strict=False)] = ()
    """Analyses whose confirmatory tests belong to it."""
    hypotheses: Annotated[tuple[Name, ...], Field(strict=False)] = ()
    """Or the hypotheses themselves."""
    adjustment: Adjustment = "holm"


class Inference(PlanPart):
    """How hypotheses are decided."""

    families: dict[Name, Family] = Field(default_factory=dict)
    """By name; one family of all confirmatory tests, by Holm's method, if left out."""
    alpha: Probability = 0.05
    smallest_effect: Probability = 0.10
    """Smallest standardised effect that would matter."""


class ReportRules(PlanPart):
    """What the report is."""

    formats: Annotated[tuple[ReportFormat, ...], Field(strict=False)] = ("html",)
    authors: Annotated[tuple[Words, ...], Field(strict=False)] = ()


class PlanForm(PlanPart):
    """A plan as its file states it; which analyses there are is the registry's to say."""

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
    """Scales to report; those of the analyses, if left out."""
    weights: Words | None = None
    """Column of sampling weights."""
    cluster: Words | None = None
    """Column of the units within which answers are dependent."""
    covariates: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    """Variables that every analysis controls for."""
    hypotheses: Annotated[tuple[Name | Hypothesis, ...], Field(strict=False)] = ()
    """Ids of the file of hypotheses, or hypotheses of the plan's own."""
    analyses: Annotated[tuple[SerializeAsAny[AnalysisForm], ...], Field(strict=False, min_length=1)]
    inference: Inference = Inference()
    report: ReportRules = ReportRules()
    population_model: str | None = None
    """File of the population that `coprod simulate` draws from."""
    seed: Annotated[int, Field(ge=0)] = 1
