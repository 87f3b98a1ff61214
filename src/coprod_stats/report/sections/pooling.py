"""What was put together from several samples, and what was accepted for it."""

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
    """Describe which samples were pooled and what stood in the way; nothing if there is one."""
    gate = study.plan.gate
    if gate is None:
        return None
    content: list[Block] = [
        Paragraph(
            text(
                "The answers were pooled from the parts of ",
                CrossReference("parts"),
                ". Before that, the versions of the questionnaire were compared: "
                "wording, answers, order, routing, keying, scoring, translation and mode.",
            )
        ),
        _samples(study),
        *_accepted(study, gate),
    ]
    if gate.left_out:
        content.append(
            Paragraph(
                text(f"Not pooled, and therefore not scored here: {', '.join(gate.left_out)}.")
            )
        )
    return Section("pooling", "What was pooled", tuple(content))


def _samples(study: StudyResult) -> Table:
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
        text("Parts That Were Pooled"),
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
        return [Paragraph(text("Nothing stood in the way of what this study uses."))]
    rows = [
        (name, ", ".join(entry.scale for entry in obstacles), reasons[name])
        for name, obstacles in found.items()
    ]
    return [
        Paragraph(
            text(
                CrossReference("accepted"),
                " lists what stood in the way and was accepted in the plan, with its reasons.",
            )
        ),
        Table(
            "accepted",
            text("Obstacles to Pooling That the Plan Accepts"),
            (
                Column(text("Obstacle"), "left"),
                Column(text("Touches"), "left"),
                Column(text("Why accepted"), "left"),
            ),
            (RowGroup(tuple(rows)),),
            shows_data=False,
        ),
    ]
