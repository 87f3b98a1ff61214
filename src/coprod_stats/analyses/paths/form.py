"""The grammar of an analysis of paths."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from coprod_stats.literals import AnalysisRole, Engine, Estimator, Missing
from coprod_stats.plans.grammar import Name, PlanPart, Words
from coprod_stats.plans.model import AnalysisForm, RespondentChoice


class Subgroup(PlanPart):
    """Hypotheses that are taken from the same model fitted to some respondents only.

    A question that most were not asked, such as one about a digital tool, tells about those who
    were: its paths come from their model, all others from everyone's.
    """

    hypotheses: Annotated[tuple[Name, ...], Field(strict=False, min_length=1)]
    where: Words
    population: Words
    """Who they are, as ``users of a digital channel``."""


class _Specification(RespondentChoice):
    specification: Name
    """A short name, by which results are found."""
    title: Words
    role: AnalysisRole = "robustness"


class SemSpecification(_Specification):
    """One way of estimating the paths: by a structural equation model."""

    engine: Engine = "core"
    estimator: Estimator = "MLR"
    missing: Missing = "fiml"
    ordered: bool = False
    """Whether items are ordered categories."""
    subgroups: Annotated[tuple[Subgroup, ...], Field(strict=False)] = ()


class ScoresSpecification(_Specification):
    """One way of estimating the paths: by regressions of scale scores, one per outcome."""

    scores: Literal[True]


def _tag(given: Any) -> str:
    has_scores = "scores" in given if isinstance(given, dict) else hasattr(given, "scores")
    return "scale scores" if has_scores else "structural equations"


Specification = Annotated[
    Annotated[SemSpecification, Tag("structural equations")]
    | Annotated[ScoresSpecification, Tag("scale scores")],
    Discriminator(_tag),
]


class PathsForm(AnalysisForm):
    """Hypothesised paths among factors, estimated by one or several specifications."""

    analysis: Literal["paths"]
    factors: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    """Scales of the instrument that enter as latent variables."""
    specifications: Annotated[tuple[Specification, ...], Field(strict=False, min_length=1)]
