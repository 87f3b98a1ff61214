"""The table of participants, how those excluded differ from them, and who is in which class."""

from __future__ import annotations

import math
from collections.abc import Collection

import pandas as pd

from coprod_stats.documents.document import (
    Block,
    CrossReference,
    Details,
    Paragraph,
    Table,
    emphasis,
    text,
)
from coprod_stats.documents.numbers import (
    BOUNDED,
    COUNT,
    NOT_AVAILABLE,
    bounded,
    count,
    decimal,
    percent,
    year,
)
from coprod_stats.documents.tables import Role, frame_table
from coprod_stats.instruments.calendar_years import holds_years
from coprod_stats.instruments.model import Instrument
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
    years = _years(study.plan.instrument)
    return [
        Paragraph(text(CrossReference("participants"), _sentence(found))),
        _table(found, years),
        *_classes(study, years),
    ]


def _years(instrument: Instrument) -> frozenset[str]:
    """Return the questions that ask for a year of the calendar."""
    return frozenset(
        item.id for item in instrument.items if item.number and holds_years(item.number)
    )


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


def _table(found: Participants, years: Collection[str]) -> Table:
    frame = found.tidy()
    for group in GROUPS:
        columns = ("term", "category", f"value_{group}", f"sd_{group}")
        frame[f"said_{group}"] = [
            _said(category, value, sd, is_year=term in years)
            for term, category, value, sd in zip(*(frame[name] for name in columns), strict=True)
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


def _classes(study: StudyResult, years: Collection[str]) -> list[Block]:
    """Fold who is in which class of the screening; nothing where all are in one."""
    rule, frame = study.plan.instrument.classification, study.backgrounds
    sizes = study.classes.value_counts()
    if rule is None or len(sizes) < 2 or frame.empty:
        return []
    frame["said"] = [
        _said(category, value, sd, is_year=term in years)
        for term, category, value, sd in zip(
            *(frame[name] for name in ("term", "category", "value", "sd")), strict=True
        )
    ]
    keys = ["term", "title", "category"]
    wide = frame.pivot(index=keys, columns="class", values="said")
    wide = wide.reindex(pd.MultiIndex.from_frame(frame[keys].drop_duplicates())).reset_index()
    wide["category"] = wide["category"].replace({MEAN: "M (SD)"})
    names = [name for name in (*dict(rule.classes), rule.otherwise) if name in sizes]
    table = frame_table(
        wide,
        anchor="backgrounds",
        title=text("Everybody in the File by Class"),
        columns=["category", *names],
        roles={
            "category": Role(text(""), align="left"),
            **{
                name: Role(text(f"{name}, ", emphasis("n"), f" = {count(sizes[name])}"))
                for name in names
            },
        },
        group_by="title",
        note=text(
            "Percentages of those of the class who answered, or M (SD). What a class was not asked "
            f"is {NOT_AVAILABLE}."
        ),
    )
    return [Details(text("Who is in which class"), (table,))]


def _said(category: str, value: float, sd: float, *, is_year: bool) -> str:
    if category in (UNASKED, UNANSWERED, UNRECORDED):
        return ""
    if math.isnan(value):
        return NOT_AVAILABLE
    if category != MEAN:
        return percent(value)
    mean, spread = (year(value), decimal(sd, 1)) if is_year else (decimal(value), decimal(sd))
    return mean if math.isnan(sd) else f"{mean} ({spread})"
