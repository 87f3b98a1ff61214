"""Deviations from the plan, and warnings."""

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
    """Compose deviations and warnings; None if there are none."""
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
        text("Deviations From the Plan"),
        (
            Column(text("Planned"), "left"),
            Column(text("Done"), "left"),
            Column(text("Reason"), "left"),
        ),
        (RowGroup(tuple((d.planned, d.done, d.reason) for d in study.deviations)),),
        shows_data=False,
    )
