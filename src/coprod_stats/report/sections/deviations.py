"""Deviations from the plan, and warnings."""

from __future__ import annotations

from collections.abc import Sequence

from coprod_stats.counts import counted
from coprod_stats.documents.document import (
    Block,
    Column,
    Details,
    ItemList,
    RowGroup,
    Section,
    Table,
    code,
    text,
)
from coprod_stats.study import StudyResult
from coprod_stats.study.result import StudyWarning


def deviations_section(study: StudyResult) -> Section | None:
    """Compose deviations and warnings; None if there are none."""
    content: list[Block] = []
    if study.deviations:
        content.append(_deviations(study))
    content += _warnings(study.warnings)
    if not content:
        return None
    return Section("deviations", "Deviations and warnings", tuple(content))


def _warnings(warnings: Sequence[StudyWarning]) -> list[Block]:
    """List the warnings; of several with one code the first, and the others in a fold."""
    first: dict[str, StudyWarning] = {}
    others: dict[str, list[StudyWarning]] = {}
    for entry in warnings:
        if entry.code in first:
            others.setdefault(entry.code, []).append(entry)
        else:
            first[entry.code] = entry
    if not first:
        return []
    shown = [
        text(
            code(name),
            f" {_sentence(entry)}",
            f" The fold has {counted(len(others[name]), 'other')} of this code."
            if name in others
            else "",
        )
        for name, entry in first.items()
    ]
    found: list[Block] = [ItemList(tuple(shown))]
    if others:
        folded = [
            text(code(one.code), f" {_sentence(one)}") for name in others for one in others[name]
        ]
        found.append(Details(text("Other warnings of these codes"), (ItemList(tuple(folded)),)))
    return found


def _sentence(warning: StudyWarning) -> str:
    return f"{warning.message.rstrip('.')}."


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
