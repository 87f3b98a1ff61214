"""What was planned against what was done, and what the numbers must be read with."""

from __future__ import annotations

from coprod_stats.documents.document import (
    Block,
    Column,
    ItemList,
    RowGroup,
    Section,
    Table,
    code,
    text,
)
from coprod_stats.study import StudyResult


def deviations_section(study: StudyResult) -> Section | None:
    """Arrange deviations and warnings; nothing where there is neither."""
    content: list[Block] = []
    if study.deviations:
        content.append(_deviations(study))
    if study.warnings:
        content.append(
            ItemList(
                tuple(
                    text(code(entry.code), f" {entry.message.rstrip('.')}.")
                    for entry in study.warnings
                )
            )
        )
    if not content:
        return None
    return Section("deviations", "Deviations and warnings", tuple(content))


def _deviations(study: StudyResult) -> Table:
    return Table(
        "deviations-table",
        text("What Was Planned and What Was Done"),
        (
            Column(text("Planned"), "left"),
            Column(text("Done"), "left"),
            Column(text("Why"), "left"),
        ),
        (RowGroup(tuple((d.planned, d.done, d.reason) for d in study.deviations)),),
        shows_data=False,
    )
