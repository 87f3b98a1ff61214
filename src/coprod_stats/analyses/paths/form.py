"""The grammar of an analysis of paths."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Discriminator, Field, Tag

from coprod_stats.literals import AnalysisRole, Engine, Estimator, Missing
from coprod_stats.plans.grammar import Name, PlanPart, Words
from coprod_stats.plans.model import AnalysisForm, RespondentChoice

CountedAs = Literal["missing", "lowest", "middle", "highest"]
"""What a don't-know counts as."""


class Subgroup(PlanPart):
    """Hypotheses that are tested by the same model in a subgroup of the respondents.

    The answers to a question that most were not asked, such as one about a digital tool, describe
    those who were asked: its paths are estimated among them, all others among everyone.
    """

    hypotheses: Annotated[tuple[Name, ...], Field(strict=False, min_length=1)]
    where: Words
    population: Words
    """Name of the subgroup, such as ``users of a digital channel``."""


def _in_declared_case(given: Any) -> Any:
    """Return an estimator in its declared spelling, anything else unchanged."""
    known = {name.lower(): name for name in get_args(Estimator)}
    return known.get(given.lower(), given) if isinstance(given, str) else given


class _Specification(RespondentChoice):
    specification: Name
    """A short name, by which results are looked up."""
    title: Words
    role: AnalysisRole = "robustness"


class SemSpecification(_Specification):
    """A specification that estimates the paths by a structural equation model."""

    engine: Engine = "core"
    estimator: Annotated[Estimator, BeforeValidator(_in_declared_case)] = "MLR"
    missing: Missing = "fiml"
    ordered: bool = False
    """Whether items are ordered categories."""
    rotating: bool = True
    """Whether items that planned missingness asks of some respondents only are used; without them
    rows are complete, as an estimator that omits incomplete rows needs them."""
    omit: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    """Items of the factors that are not used, such as those that ask what an outcome asks."""
    dont_know: CountedAs = "missing"
    """What a don't-know counts as: a missing answer, or the lowest, middle or highest one."""
    syntax: Words | None = None
    """Statements in lavaan's syntax beside the model of the hypotheses: covariances of residuals
    (``QUA1 ~~ QUA2``), factors that are added, such as one of reverse-worded items
    (``WORD =~ DRACT3 + QUA4``; uncorrelated with the others unless stated), and labels, definitions
    and constraints of these. Paths are hypotheses or rivals."""
    subgroups: Annotated[tuple[Subgroup, ...], Field(strict=False)] = ()


class ScoresSpecification(_Specification):
    """A specification that estimates the paths by regressions of scale scores, one per outcome."""

    scores: Literal[True]


def _tag(given: Any) -> str:
    has_scores = "scores" in given if isinstance(given, dict) else hasattr(given, "scores")
    return "scale scores" if has_scores else "structural equations"


Specification = Annotated[
    Annotated[SemSpecification, Tag("structural equations")]
    | Annotated[ScoresSpecification, Tag("scale scores")],
    Discriminator(_tag),
]


class RivalForm(PlanPart):
    """A model that is compared with that of the hypotheses, and named before the answers are seen.

    At least one of ``add`` and ``reverse`` is stated.
    """

    rival: Name
    """A short name, by which results are looked up."""
    title: Words
    add: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    """Paths beside those of the hypotheses, such as ``IV ~ QUA + PRF``: an outcome, and what
    predicts it."""
    reverse: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    """Drivers whose stated paths lead from the impacts to the driver."""


class PathsForm(AnalysisForm):
    """Hypothesised paths among factors, estimated by one or more specifications."""

    analysis: Literal["paths"]
    factors: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    """Scales of the instrument that enter as latent variables. An end of a path that is no scale,
    such as an index or a number, enters as it is observed, without being named here."""
    invariance: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    """Columns of groups, such as languages, in which the questions of every factor must measure
    alike; what those that do not make of the paths is reported, and held against them."""
    specifications: Annotated[tuple[Specification, ...], Field(strict=False, min_length=1)]
    rivals: Annotated[tuple[RivalForm, ...], Field(strict=False)] = ()
    """Other models of the same drivers and impacts, to which that of the hypotheses is compared;
    the model with all paths and that with an evaluative factor always are."""
    bootstrap: Annotated[int, Field(ge=100, le=100_000)] | None = None
    """Number of samples, of clusters or respondents, for bootstrap intervals of the means of stated
    and unstated paths and of HTMT2, beside those by formula; none if omitted."""
