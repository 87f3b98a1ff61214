"""What was asked, and of whom."""

from __future__ import annotations

from coprod_stats.analyses.words import construct_label
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
from coprod_stats.plans.hypotheses import Hypothesis
from coprod_stats.plans.model import DataSource
from coprod_stats.study import StudyResult

_SIGNS = {"+": "positive", "-": "negative", "two-sided": "either sign"}


def question_section(study: StudyResult) -> Section:
    """Describe what the study asks, by which questionnaire, of whom, and what it expects."""
    form, instrument = study.plan.form, study.plan.instrument
    content: list[Block] = [
        Paragraph(text(form.question)),
        Paragraph(
            text(
                "The questionnaire is ",
                emphasis(str(instrument.title)),
                f" (version {instrument.version}, {instrument.status}), "
                f"{instrument.forms[0].id} form: "
                f"{len(instrument.questions)} questions. ",
                str(instrument.about or ""),
            )
        ),
        Paragraph(text(_answers(form.data))),
    ]
    if form.registration:
        content.append(Paragraph(text(form.registration)))
    content.append(
        Paragraph(
            text(
                CrossReference("hypotheses"),
                " lists what is tested, as it was fixed in the plan.",
            )
        )
    )
    content.append(_hypotheses(study))
    return Section("question", "What was asked, and of whom", tuple(content))


def _answers(data: DataSource) -> str:
    """State whose answers these are, whether anybody gave them, and under which licence."""
    kind = "Synthetic answers, drawn by a computer." if data.synthetic else "Real answers."
    parts = [kind, data.population, data.collected]
    if data.licence:
        parts.append(f"Licence of the data: {data.licence.rstrip('.')}.")
    return " ".join(part for part in parts if part)


def _hypotheses(study: StudyResult) -> Table:
    return Table(
        "hypotheses",
        text("Hypotheses of the Study"),
        (
            Column(text("Id"), "left"),
            Column(text("Predictor"), "left"),
            Column(text("Outcome"), "left"),
            Column(text("Expected"), "left"),
            Column(text("Where from"), "left"),
        ),
        (RowGroup(tuple(_row(study, entry) for entry in study.plan.hypotheses)),),
        text("Sections and source numbers are those of the article by Khine, Mi and Shahid (2021).")
        if any(entry.section for entry in study.plan.hypotheses)
        else (),
        shows_data=False,
    )


def _row(study: StudyResult, entry: Hypothesis) -> tuple[str, ...]:
    sources = entry.sources.replace(",", ", ")
    origin = [
        entry.status,
        f"section {entry.section}" if entry.section else "",
        "no source given" if sources == "none" else sources,
    ]
    return (
        entry.id,
        _labels(study, entry.predictors),
        _labels(study, entry.outcomes),
        _SIGNS[entry.sign],
        ", ".join(part for part in origin if part),
    )


def _labels(study: StudyResult, names: tuple[str, ...]) -> str:
    return "; ".join(construct_label(study.plan.instrument, name) for name in names)
