"""The sample: the flow of respondents, rejected values, participants, missing answers."""

from __future__ import annotations

import pandas as pd

from coprod_stats.counts import counted
from coprod_stats.documents.document import (
    Block,
    CrossReference,
    Paragraph,
    Section,
    Table,
    text,
)
from coprod_stats.documents.numbers import COUNT, count
from coprod_stats.documents.tables import Role, frame_table
from coprod_stats.report.sections.design import design_blocks
from coprod_stats.report.sections.missing import missing_blocks
from coprod_stats.report.sections.participants import participants_blocks
from coprod_stats.study import StudyResult


def sample_section(study: StudyResult) -> Section:
    """Compose the sample and its missing answers."""
    return Section(
        "sample",
        "Sample and missing answers",
        (
            Section("design", "How the sample was drawn", tuple(design_blocks(study))),
            Section("flow", "From the file to the analysis", tuple(_flow(study))),
            Section("described", "Participants", tuple(participants_blocks(study))),
            Section("missing", "Missing answers", tuple(missing_blocks(study))),
        ),
    )


def _flow(study: StudyResult) -> list[Block]:
    provenance = study.responses.provenance
    found: list[Block] = [
        Paragraph(
            text(
                f"The answers were read from {provenance.file} ({provenance.reading}): "
                f"{counted(provenance.rows_read, 'row')}, of which "
                f"{count(study.responses.n_respondents)} "
                f"{'was' if study.responses.n_respondents == 1 else 'were'} kept and "
                f"{count(study.responses.n_rejected_rows)} rejected. ",
                _rejected(study),
                " ",
                CrossReference("flow-table"),
                " shows the flow of respondents to the analysis.",
            )
        ),
        frame_table(
            study.sample.tidy(),
            anchor="flow-table",
            title=text("Flow of Respondents"),
            columns=["term", "n_left", "n_out", "reason"],
            roles={
                "term": Role(text("Step"), align="left"),
                "n_left": Role(text("Remaining"), COUNT),
                "n_out": Role(text("Excluded"), COUNT),
                "reason": Role(text("Reason"), align="left"),
            },
        ),
    ]
    if study.plan.instrument.classification is not None:
        found.append(_classes(study))
    return found


def _rejected(study: StudyResult) -> str:
    values = [entry for entry in study.responses.rejected if entry.scope == "value"]
    columns = sorted({e.column for e in study.responses.rejected if e.scope == "column"})
    found = (
        f"{counted(len(values), 'single value', 'single values')} did not fit the questionnaire "
        f"and {'was' if len(values) == 1 else 'were'} rejected."
        if values
        else "Every single value fitted the questionnaire."
    )
    if columns:
        found += f" Columns that are not in the questionnaire were rejected: {', '.join(columns)}."
    return found


def _classes(study: StudyResult) -> Table:
    rule = study.plan.instrument.classification
    assert rule is not None
    counts = study.classes.value_counts()
    names = [*(name for name, _ in rule.classes), rule.otherwise]
    frame = pd.DataFrame({"class": names, "n_obs": [int(counts.get(name, 0)) for name in names]})
    return frame_table(
        frame,
        anchor="classes",
        title=text(str(rule.title)),
        columns=["class", "n_obs"],
        roles={"class": Role(text("Class"), align="left")},
        note=text("A respondent belongs to the first class whose criteria are all known to hold."),
    )
