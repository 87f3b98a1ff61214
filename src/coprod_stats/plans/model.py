"""A study plan: what is analysed and how, fixed before the data are seen."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SerializeAsAny

from coprod_stats.literals import Adjustment, AnalysisRole
from coprod_stats.plans.grammar import Name, PlanPart, Probability, Words
from coprod_stats.plans.hypotheses import Hypothesis

FieldingMode = Literal["web", "paper", "telephone", "face to face"]
ReportFormat = Literal["html", "pdf", "docx"]
DesignOption = Literal["weights", "cluster", "covariates"]
"""Options of the design that a plan states once for all its analyses."""
DESIGN_OPTIONS: tuple[DesignOption, ...] = ("weights", "cluster", "covariates")


class FieldedPart(PlanPart):
    """One wave, language or mode of the answers that a plan pools."""

    part: Words
    """Its name, such as ``wave 1``."""
    file: Words
    """Path beside the plan, or the name of a shipped sample; several parts may share one."""
    instrument: Words | None = None
    """The version fielded: a path beside the plan or a shipped id; by default the plan's."""
    form: Words | None = None
    """Form that was fielded; by default the plan's."""
    language: Words | None = None
    """Language of the answers; by default the first of the questionnaire."""
    mode: FieldingMode = "web"
    sheet: Words | None = None
    """Sheet of a workbook; by default the first."""
    where: str | None = None
    """Condition for the rows of this part; every row must belong to exactly one part."""


class Dispositions(PlanPart):
    """How many cases of the sample ended how, by the definitions of the AAPOR (2023)."""

    complete: Annotated[int, Field(ge=1)]
    partial: Annotated[int, Field(ge=0)] = 0
    refusal: Annotated[int, Field(ge=0)] = 0
    """Refusals and break-offs."""
    noncontact: Annotated[int, Field(ge=0)] = 0
    """Eligible cases that were not reached."""
    other: Annotated[int, Field(ge=0)] = 0
    """Eligible cases that were reached and neither answered nor refused."""
    unknown: Annotated[int, Field(ge=0)] = 0
    """Cases of which it is not known whether they are eligible."""


class DataSource(PlanPart):
    """The answers that a plan analyses: one file, or several parts that are pooled."""

    file: Words | None = None
    """Path beside the plan, or the name of a shipped sample."""
    sheet: Words | None = None
    """Sheet of a workbook; by default the first."""
    parts: Annotated[tuple[FieldedPart, ...], Field(strict=False)] = ()
    """Waves, languages or modes, which are pooled only if they pass the gate."""
    accept: dict[Words, Words] = Field(default_factory=dict)
    """Obstacles to pooling that are accepted, by name, each with the reason."""
    synthetic: bool = False
    """Whether the answers are synthetic; the report states so wherever they appear."""
    population: Words
    """The population that the respondents represent."""
    collected: str = ""
    """When, where, by whom and in which mode the answers were collected."""
    recruitment: str = ""
    """How respondents were found and invited, and with which incentive."""
    dispositions: Dispositions | None = None
    """How many cases of the sample ended how, from which the report computes outcome rates."""
    licence: str = ""


class Respondents(PlanPart):
    """The respondents whose answers are analysed."""

    classes: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    """Classes of the instrument's classification; empty for everyone."""
    where: str | None = None
    """A condition in the instrument's expression language."""


class QualityRules(PlanPart):
    """The treatment of careless responding."""

    exclude_flagged: bool = True
    flags_needed: Annotated[int, Field(ge=1)] = 2
    """How many independent families of indices must agree."""


class RespondentChoice(PlanPart):
    """The respondents of one specification, where they are not the plan's respondents."""

    where: str | None = None
    """Further condition on the respondents."""
    respondents: Respondents | None = None
    """Respondents to use instead of the plan's."""
    include_flagged: bool = False
    """Whether respondents flagged as careless are kept."""
    without: Annotated[tuple[DesignOption, ...], Field(strict=False)] = ()
    """Options of the plan's design that do not apply here."""


class AnalysisForm(PlanPart):
    """Options common to all kinds of analysis."""

    id: Name
    role: AnalysisRole = "confirmatory"
    tests: Annotated[tuple[Name, ...], Field(strict=False)] = ()
    """Hypotheses that it tests; by default all of the plan's that its kind claims."""


class Family(PlanPart):
    """A family of tests whose p values are adjusted together."""

    analyses: Annotated[tuple[Name, ...], Field(strict=False)] = ()
    """Analyses whose confirmatory tests belong to it."""
    hypotheses: Annotated[tuple[Name, ...], Field(strict=False)] = ()
    """The hypotheses themselves, instead of analyses."""
    adjustment: Adjustment = "holm"


class Inference(PlanPart):
    """The rules by which hypotheses are decided."""

    families: dict[Name, Family] = Field(default_factory=dict)
    """By name; by default one family of all confirmatory tests, with Holm's method."""
    alpha: Probability = 0.05
    smallest_effect: Probability = 0.10
    """Smallest standardised effect size of interest."""

    def families_of(self, analysis: str, hypothesis: str) -> list[str]:
        """Return the names of the families that hold a hypothesis as tested by an analysis."""
        return [
            name
            for name, family in self.families.items()
            if analysis in family.analyses or hypothesis in family.hypotheses
        ]


class ReportRules(PlanPart):
    """Options of the report."""

    formats: Annotated[tuple[ReportFormat, ...], Field(strict=False)] = ("html",)
    authors: Annotated[tuple[Words, ...], Field(strict=False)] = ()


class PlanForm(PlanPart):
    """A plan as stated in its file; the registry defines the kinds of analysis."""

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
    """Scales to report; by default those of the analyses."""
    weights: Words | None = None
    """Column of sampling weights."""
    cluster: Words | None = None
    """Column of the clusters within which answers are dependent."""
    covariates: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    """Variables that every analysis controls for."""
    participants: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    """Variables by which the report describes the respondents, and those who were excluded."""
    hypotheses: Annotated[tuple[Name | Hypothesis, ...], Field(strict=False)] = ()
    """Ids from the file of hypotheses, or hypotheses written out."""
    analyses: Annotated[tuple[SerializeAsAny[AnalysisForm], ...], Field(strict=False, min_length=1)]
    inference: Inference = Inference()
    report: ReportRules = ReportRules()
    population_model: str | None = None
    """File of the population that `coprod simulate` draws from."""
    seed: Annotated[int, Field(ge=0)] = 1
