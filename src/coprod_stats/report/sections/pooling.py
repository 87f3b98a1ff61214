"""The pooled parts of the data, and the obstacles to pooling that the plan accepts."""

from __future__ import annotations

from coprod_stats.documents.document import (
    Block,
    Column,
    CrossReference,
    Paragraph,
    RowGroup,
    Section,
    Table,
    emphasis,
    text,
)
from coprod_stats.documents.numbers import count
from coprod_stats.instruments.versions.pooling import Obstacle
from coprod_stats.study import StudyResult
from coprod_stats.study.fielded_parts import Gate


def pooling_section(study: StudyResult) -> Section | None:
    """Describe which parts were pooled and the obstacles; None if the data are one part."""
    gate = study.plan.gate
    if gate is None:
        return None
    content: list[Block] = [
        Paragraph(
            text(
                "The answers were pooled from the parts in ",
                CrossReference("parts"),
                ", after the versions of the questionnaire had been compared in wording, response "
                "options, order, routing, keying, scoring, translation and mode.",
            )
        ),
        _parts(study),
        *_accepted(study, gate),
    ]
    if gate.not_pooled:
        content.append(
            Paragraph(
                text(f"Not pooled, and therefore not scored here: {', '.join(gate.not_pooled)}.")
            )
        )
    return Section("pooling", "Pooled data", tuple(content))


def _parts(study: StudyResult) -> Table:
    counts = {part.label: part.n_respondents for part in study.pooled}
    rows = [
        (
            part.label,
            part.file,
            f"{part.instrument.id} {part.instrument.version}",
            part.language,
            part.mode,
            count(counts[part.label]),
        )
        for part in study.plan.parts
    ]
    return Table(
        "parts",
        text("Pooled Parts"),
        (
            Column(text("Part"), "left"),
            Column(text("File"), "left"),
            Column(text("Questionnaire"), "left"),
            Column(text("Language"), "left"),
            Column(text("Mode"), "left"),
            Column(text(emphasis("n"))),
        ),
        (RowGroup(tuple(rows)),),
    )


def _accepted(study: StudyResult, gate: Gate) -> list[Block]:
    reasons = study.plan.form.data.accept
    found: dict[str, list[Obstacle]] = {}
    for obstacle in gate.decision.accepted:
        found.setdefault(obstacle.name, []).append(obstacle)
    if not found:
        return [Paragraph(text("No obstacle affects the variables of this study."))]
    rows = [
        (name, ", ".join(entry.scale for entry in obstacles), reasons[name])
        for name, obstacles in found.items()
    ]
    return [
        Paragraph(
            text(
                CrossReference("accepted"),
                " lists the obstacles that the plan accepts, with its reasons.",
            )
        ),
        Table(
            "accepted",
            text("Obstacles to Pooling That the Plan Accepts"),
            (
                Column(text("Obstacle"), "left"),
                Column(text("Affects"), "left"),
                Column(text("Reason for accepting"), "left"),
            ),
            (RowGroup(tuple(rows)),),
            shows_data=False,
        ),
    ]
