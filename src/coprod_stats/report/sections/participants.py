"""The table of participants, and how those who were excluded differ from them."""

from __future__ import annotations

import math

import pandas as pd

from coprod_stats.documents.document import Block, CrossReference, Paragraph, Table, text
from coprod_stats.documents.numbers import (
    BOUNDED,
    COUNT,
    NOT_AVAILABLE,
    bounded,
    count,
    decimal,
    percent,
)
from coprod_stats.documents.tables import Role, frame_table
from coprod_stats.study import StudyResult
from coprod_stats.study.participants import (
    GROUPS,
    MEAN,
    UNANSWERED,
    UNASKED,
    UNRECORDED,
    Participants,
)

CONSPICUOUS = 0.10
"""Standardised difference from which groups are called different (Austin, 2009)."""


def participants_blocks(study: StudyResult) -> list[Block]:
    """Compose sentence and table; the sentence alone where the plan names no variable."""
    found = study.participants
    if not found.rows:
        return [Paragraph(text("The plan names no variable by which participants are described."))]
    return [Paragraph(text(CrossReference("participants"), _sentence(found))), _table(found)]


def _sentence(found: Participants) -> str:
    described = f" describes the {count(found.n_analysed)} respondents analysed"
    if not found.n_others:
        return f"{described}. Nobody in the file was excluded."
    told = [row for row in found.rows if not math.isnan(row.difference)]
    apart = sorted(
        (row for row in told if abs(row.difference) >= CONSPICUOUS),
        key=lambda r: -abs(r.difference),
    )
    beside = f"{described} beside the {count(found.n_others)} who were excluded. "
    if not told:
        return f"{beside}Nothing was recorded by which they could be compared."
    if not apart:
        return f"{beside}No standardised difference reaches {bounded(CONSPICUOUS)}."
    first = apart[0]
    named = first.title if first.category == MEAN else f"{first.title}: {first.category}"
    return (
        f"{beside}{count(len(apart))} of {count(len(told))} standardised differences reach "
        f"{bounded(CONSPICUOUS)}, most of all “{named}” ({bounded(first.difference)}): results "
        "hold for those analysed."
    )


def _table(found: Participants) -> Table:
    frame = found.tidy()
    for group in GROUPS:
        frame[f"said_{group}"] = [
            _said(category, value, sd)
            for category, value, sd in zip(
                frame["category"], frame[f"value_{group}"], frame[f"sd_{group}"], strict=True
            )
        ]
    frame["category"] = frame["category"].replace({MEAN: "M (SD)"})
    frame.loc[frame["category"] == UNRECORDED, ["n_analysed", "n_others"]] = pd.NA
    return frame_table(
        frame,
        anchor="participants",
        title=text("Participants, and Those Who Were Excluded"),
        columns=[
            "category",
            "n_analysed",
            "said_analysed",
            "n_others",
            "said_others",
            "difference",
        ],
        roles={
            "category": Role(text(""), align="left"),
            "n_analysed": Role(text("n"), COUNT, spanner="Analysed"),
            "said_analysed": Role(text("%"), spanner="Analysed"),
            "n_others": Role(text("n"), COUNT, spanner="Excluded"),
            "said_others": Role(text("%"), spanner="Excluded"),
            "difference": Role(text("Difference"), BOUNDED),
        },
        group_by="title",
        note=text(
            "Percentages of those who answered; M (SD) of numbers in their place. Difference = "
            "standardised difference, positive where the analysed have more (Austin, 2009). "
            "Excluded is everybody in the file who is not analysed, for whatever reason."
        ),
    )


def _said(category: str, value: float, sd: float) -> str:
    if category in (UNASKED, UNANSWERED, UNRECORDED):
        return ""
    if math.isnan(value):
        return NOT_AVAILABLE
    if category != MEAN:
        return percent(value)
    return decimal(value) if math.isnan(sd) else f"{decimal(value)} ({decimal(sd)})"
