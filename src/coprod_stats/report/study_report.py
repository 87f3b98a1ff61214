"""A study's report: its sections in order, its files, its manifest."""

from __future__ import annotations

from pathlib import Path

from coprod_stats.analyses.registry import kind_of
from coprod_stats.analyses.words import anchor_of
from coprod_stats.documents.document import (
    Document,
    KeyFigure,
    KeyFigures,
    Notice,
    Paragraph,
    Part,
    Section,
    code,
    text,
)
from coprod_stats.documents.html import write_html
from coprod_stats.documents.numbers import NOT_AVAILABLE, bounded, count, percent
from coprod_stats.report.manifest import (
    Provenance,
    Source,
    package_versions,
    python_version,
    write_manifest,
)
from coprod_stats.report.sections.care import care_section
from coprod_stats.report.sections.deviations import deviations_section
from coprod_stats.report.sections.measurement import measurement_section
from coprod_stats.report.sections.pooling import pooling_section
from coprod_stats.report.sections.question import question_section
from coprod_stats.report.sections.rebuilding import rebuilding_section
from coprod_stats.report.sections.sample import sample_section
from coprod_stats.study import StudyResult

SYNTHETIC_LABEL = "Synthetic data"
SYNTHETIC_NOTICE = (
    "Every answer in this report was drawn by a computer from an invented population. Nobody was "
    "asked, and nothing here is a finding about any service."
)


def study_document(study: StudyResult) -> Document:
    """Compose the report of a study."""
    form, instrument = study.plan.form, study.plan.instrument
    provenance = study_provenance(study)
    deviations, pooling = deviations_section(study), pooling_section(study)
    content: list[Part] = [
        _key_figures(study),
        question_section(study),
        *([pooling] if pooling else []),
        sample_section(study),
        care_section(study),
        measurement_section(study),
        *analysis_sections(study),
        *([deviations] if deviations else []),
        rebuilding_section(provenance),
    ]
    return Document(
        title=form.title,
        subtitle=f"{instrument.title}, {instrument.forms[0].id} form",
        byline=text(
            "Answers ",
            code(study.responses.provenance.file),
            f" · instrument {instrument.id} {instrument.version} · plan {form.plan}",
        ),
        data_label=SYNTHETIC_LABEL if form.data.synthetic else "",
        data_notice=text(SYNTHETIC_NOTICE) if form.data.synthetic else (),
        content=tuple(content),
    )


def analysis_sections(study: StudyResult) -> list[Section]:
    """Return the section of each analysis, or why there is none."""
    found = []
    for entry in study.analyses:
        kind = kind_of(entry.form)
        if entry.reason:
            notice = Notice((Paragraph(text(f"Not estimated: {entry.reason}")),), "warning")
            found.append(Section(anchor_of(entry.form.id), kind.title, (notice,)))
        else:
            found.append(kind.section(entry.form, entry.result, study.words(entry)))
    return found


def write_study_report(study: StudyResult, folder: Path) -> tuple[Path, ...]:
    """Write the report in the plan's formats, and its manifest; gives the files."""
    document = study_document(study)
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for kind in study.plan.form.report.formats:
        assert kind == "html"  # PLAN-027: no other format is written yet
        written.append(folder / f"{study.plan.form.plan}.html")
        write_html(document, written[-1])
    write_manifest(folder, study_provenance(study))
    return tuple(written)


def study_provenance(study: StudyResult) -> Provenance:
    """Describe what the study was made from."""
    plan, instrument, data = study.plan, study.plan.instrument, study.responses.provenance
    fielded = {part.instrument.sha256: part.instrument for part in plan.parts}
    fielded.pop(instrument.sha256, None)
    files = {part.sha256: part.file for part in study.pooled}
    answers = "" if plan.parts else f" --data {data.file}"
    return Provenance(
        command=f"coprod run {plan.path.name}{answers}",
        data=Source(data.file, data.sha256),
        instrument=Source(instrument.id, instrument.sha256, instrument.version),
        plan=Source(plan.path.name, plan.sha256),
        python=python_version(),
        packages=package_versions(),
        seed=plan.form.seed,
        samples=tuple(Source(name, sha256) for sha256, name in files.items()),
        fielded=tuple(Source(one.id, one.sha256, one.version) for one in fielded.values()),
    )


def _key_figures(study: StudyResult) -> KeyFigures:
    entry = study.headline_analysis
    shown = entry.shown
    n_supported = sum(finding.conclusion == "supported" for finding in shown)
    figures = [
        KeyFigure(
            count(study.analysed.n_respondents),
            "respondents analysed",
            f"of {count(study.responses.n_respondents)} in the file",
        ),
        KeyFigure(
            f"{count(n_supported)} of {len(shown)}",
            "hypothesis supported" if len(shown) == 1 else "hypotheses supported",
            study.title_of(entry),
        ),
    ]
    estimates = sorted(
        scale.headline.estimate for scale in study.reliability.scales if scale.headline is not None
    )
    if estimates:
        figures.append(
            KeyFigure(
                f"{bounded(estimates[0])} to {bounded(estimates[-1])}",
                "reliability of the scales",
                "ω, or Spearman–Brown for two items",
            )
        )
    figures.append(_careless(study))
    return KeyFigures(tuple(figures))


def _careless(study: StudyResult) -> KeyFigure:
    label = "flagged as careless"
    if not study.flags.decisive:
        return KeyFigure(NOT_AVAILABLE, label, "too few kinds of sign in these data to tell")
    treatment = (
        "left out of the headline"
        if study.plan.form.quality.exclude_flagged
        else "kept in all analyses"
    )
    return KeyFigure(percent(float(study.flags.flagged.mean())), label, treatment)
