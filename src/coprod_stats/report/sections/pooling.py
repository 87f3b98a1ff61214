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
from coprod_stats.study.samples import Gate


def pooling_section(study: StudyResult) -> Section | None:
    """Describe which samples were pooled and what stood in the way; nothing if there is one."""
    gate = study.plan.gate
    if gate is None:
        return None
    content: list[Block] = [
        Paragraph(
            text(
                "The answers were put together from the samples of ",
                CrossReference("samples"),
                ". Before that, the versions of the questionnaire were held against each other: "
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
    return Section("pooling", "Samples put together", tuple(content))


def _samples(study: StudyResult) -> Table:
    counts = {part.label: part.n_respondents for part in study.samples}
    rows = [
        (
            sample.label,
            sample.file,
            f"{sample.instrument.id} {sample.instrument.version}",
            sample.language,
            sample.mode,
            count(counts[sample.label]),
        )
        for sample in study.plan.samples
    ]
    return Table(
        "samples",
        text("Samples Put Together"),
        (
            Column(text("Sample"), "left"),
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
