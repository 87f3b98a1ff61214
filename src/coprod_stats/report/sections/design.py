"""How the sample was drawn and asked: recruitment, outcome rates, weights, strata, clusters."""

from __future__ import annotations

import math
from statistics import median

from coprod_stats.analyses.words import construct_label
from coprod_stats.counts import counted
from coprod_stats.documents.document import (
    Block,
    Column,
    CrossReference,
    Details,
    Paragraph,
    RowGroup,
    Table,
    emphasis,
    text,
)
from coprod_stats.documents.numbers import BOUNDED, COUNT, count, decimal, percent
from coprod_stats.documents.tables import Role, frame_table
from coprod_stats.study import StudyResult
from coprod_stats.study.outcome_rates import OutcomeRates
from coprod_stats.study.sampling_design import DesignColumn, SamplingDesign
from coprod_stats.study.used_variables import reported_scales

NOT_RECORDED = "not recorded"
_RATES = {
    "RR1": "response rate 1",
    "RR2": "response rate 2",
    "COOP1": "cooperation rate 1",
    "REF1": "refusal rate 1",
    "CON1": "contact rate 1",
}


def design_blocks(study: StudyResult) -> list[Block]:
    """Compose what is recorded of the sample, and what clusters do to precision."""
    data, design, rates = study.plan.form.data, study.design, study.outcome_rates
    table = Table(
        "design-table",
        text("How the Sample Was Drawn and Asked"),
        (Column(text("Feature"), "left"), Column(text("Recorded"), "left")),
        (
            RowGroup(
                (
                    ("Collection", data.collected or NOT_RECORDED),
                    ("Recruitment", data.recruitment or NOT_RECORDED),
                    ("Outcome rates", _rates(rates)),
                    ("Weights", _weights(study, design)),
                    ("Strata", _groups(study, design.of("strata"), "stratum", "strata")),
                    ("Clusters", _groups(study, design.of("clusters"), "cluster", "clusters")),
                )
            ),
        ),
        text("Outcome rates by the definitions of the AAPOR (2023), 10th edition.")
        if rates
        else (),
    )
    return [table, *_clustering(study, design)]


def _rates(rates: OutcomeRates | None) -> str:
    if rates is None:
        return NOT_RECORDED
    shares = zip(*(rates.tidy()[name] for name in ("term", "estimate")), strict=True)
    printed = ", ".join(f"{_RATES[term]} {percent(share)}" for term, share in shares)
    return f"{printed}, of {counted(rates.n_cases, 'case')}"


def _weights(study: StudyResult, design: SamplingDesign) -> str:
    column, n = design.of("weights"), study.analysed.n_respondents
    if not column.column:
        return NOT_RECORDED
    effect = design.kish_effect
    size = (
        ""
        if math.isnan(effect)
        else (
            f" Kish’s design effect is {decimal(effect)}: the answers are worth "
            f"{count(n / effect)} unweighted ones."
        )
    )
    return f"{_named(study, column)}; {_use(column)}.{size}"


def _groups(study: StudyResult, column: DesignColumn, singular: str, plural: str) -> str:
    if not column.column:
        return NOT_RECORDED
    sizes = column.sizes
    smallest, largest = count(sizes[0]), count(sizes[-1])
    range_of = (
        f"{smallest} to {largest} respondents each (median {count(median(sizes))})"
        if smallest != largest
        else f"{counted(sizes[0], 'respondent')} each"
    )
    n_groups = counted(len(sizes), singular, plural)
    return f"{_named(study, column)}: {n_groups} of {range_of}; {_use(column)}."


def _named(study: StudyResult, column: DesignColumn) -> str:
    """Return the id of a column with its title, if it has one."""
    title = construct_label(study.plan.instrument, column.column)
    return column.column if title == column.column else f"{column.column} (“{title}”)"


def _use(column: DesignColumn) -> str:
    if not column.used:
        return "no analysis takes them into account"
    return "taken into account in the analyses, except where a specification states otherwise"


def _clustering(study: StudyResult, design: SamplingDesign) -> list[Block]:
    """Fold the intraclass correlations of the reported scales; nothing without clusters."""
    wanted = reported_scales(study.plan)
    shown = design.icc[design.icc["term"].isin(wanted)] if wanted else design.icc
    if shown.empty:
        return []
    shown = shown.assign(
        scale=[construct_label(study.plan.instrument, str(name)) for name in shown["term"]]
    )
    largest = shown.sort_values("estimate").iloc[-1]
    said = Paragraph(
        text(
            f"The clusters hold at most {percent(max(0.0, float(largest['estimate'])))} of the "
            f"variance of a scale (“{largest['scale']}”, ",
            CrossReference("clustering"),
            ").",
        )
    )
    table = frame_table(
        shown,
        anchor="clustering",
        title=text("Differences Between Clusters"),
        columns=["scale", "n_obs", "n_clusters", "estimate", "interval", "design_effect"],
        roles={
            "scale": Role(text("Scale"), align="left"),
            "n_clusters": Role(text("Clusters"), COUNT),
            "estimate": Role(text("ICC"), BOUNDED),
            "design_effect": Role(text("Design effect")),
        },
        note=text(
            "ICC = share of the variance of the scale scores between clusters, by analysis of "
            "variance; below zero where members of a cluster differ more than others do. Design "
            "effect = 1 + (",
            emphasis("n"),
            "₀ − 1) ICC, at least 1: what the clusters multiply the variance of a mean by.",
        ),
    )
    return [said, Details(text("Scales and clusters"), (table,))]
