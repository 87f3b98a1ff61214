"""Correlations of the scales."""

from __future__ import annotations

import pandas as pd

from coprod_stats.analyses.words import construct_label
from coprod_stats.documents.document import (
    Block,
    Column,
    CrossReference,
    Details,
    Paragraph,
    RowGroup,
    Section,
    Table,
    emphasis,
    text,
)
from coprod_stats.documents.numbers import BOUNDED, COUNT, count
from coprod_stats.documents.tables import Role, frame_table
from coprod_stats.study import StudyResult
from coprod_stats.study.used_variables import reported_scales


def correlations_section(study: StudyResult) -> Section | None:
    """Compose the correlations of the scales; None if there are fewer than two."""
    wanted = _wanted(study)
    if len(wanted) < 2:
        return None
    pairs = study.correlations.tidy()
    shown = pairs[pairs["scale_1"].isin(wanted) & pairs["scale_2"].isin(wanted)]
    content: list[Block] = [
        Paragraph(
            text(
                CrossReference("correlations-matrix"),
                " shows the correlations of the scale scores, ",
                CrossReference("correlations-pairs"),
                " their intervals. They are not corrected for unreliability.",
            )
        ),
        _matrix(study, wanted, shown),
        Details(text("Each pair with its interval"), (_pairs(study, shown),)),
    ]
    return Section("correlations", "Correlations of the scales", tuple(content))


def _wanted(study: StudyResult) -> list[str]:
    """Return the scales to report and the marker, those with any scores."""
    found = study.correlations
    named = {*reported_scales(study.plan), found.held_constant}
    return [name for name in found.scales if name in named]


def _matrix(study: StudyResult, wanted: list[str], pairs: pd.DataFrame) -> Table:
    r, place = study.correlations.r, study.correlations.scales.index
    reliabilities = {
        entry.scale: entry.headline.estimate if entry.headline else None
        for entry in study.reliability.scales
    }
    numbers = [text(str(k)) for k in range(1, len(wanted) + 1)]
    rows = tuple(
        (
            f"{k}. {construct_label(study.plan.instrument, name)}",
            *(float(r[place(name), place(other)]) for other in wanted[: k - 1]),
            reliabilities[name],
            *("" for _ in wanted[k:]),
        )
        for k, name in enumerate(wanted, 1)
    )
    fewest, most = pairs["n_obs"].min(), pairs["n_obs"].max()
    n = count(most) if fewest == most else f"{count(fewest)} to {count(most)}"
    return Table(
        "correlations-matrix",
        text("Correlations of the Scales"),
        (
            Column(text("Scale"), "left"),
            *(Column(number, number_format=BOUNDED) for number in numbers),
        ),
        (RowGroup(rows),),
        text(
            "Pearson correlations over the respondents who have both scores, ",
            emphasis("n"),
            f" = {n}. On the diagonal: reliability (ω, or Spearman–Brown for two items).",
        ),
    )


def _pairs(study: StudyResult, pairs: pd.DataFrame) -> Table:
    marker = study.correlations.held_constant
    table = pairs.assign(
        first=[construct_label(study.plan.instrument, name) for name in pairs["scale_1"]],
        second=[construct_label(study.plan.instrument, name) for name in pairs["scale_2"]],
    )
    note = text(emphasis("p"), " not adjusted for the number of pairs. Intervals by Fisher’s z.")
    if marker:
        note = text(
            *note,
            " Partial correlations control for the marker "
            f"“{construct_label(study.plan.instrument, marker)}”.",
        )
    return frame_table(
        table,
        anchor="correlations-pairs",
        title=text("Pairs of Scales"),
        columns=[
            "second",
            "n_obs",
            "estimate",
            "interval",
            "p_value",
            *(["partial_r"] if marker else []),
        ],
        roles={
            "second": Role(text("Scale"), align="left"),
            "n_obs": Role(text(emphasis("n")), COUNT),
            "estimate": Role(text(emphasis("r")), BOUNDED),
            "partial_r": Role(text("Controlling for the marker"), BOUNDED),
        },
        group_by="first",
        level=study.correlations.conf_level,
        note=note,
    )
