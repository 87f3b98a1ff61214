"""How to cite the report and its sources, and how to rebuild it."""

from __future__ import annotations

from coprod_stats.documents.document import (
    Block,
    Citations,
    CodeBlock,
    Details,
    Paragraph,
    Section,
    text,
)
from coprod_stats.report.citation import PAPER, apa_entry, bibtex_entry, software
from coprod_stats.report.manifest import PACKAGE, Provenance
from coprod_stats.report.provenance import provenance_blocks
from coprod_stats.study import StudyResult


def rebuilding_section(study: StudyResult, provenance: Provenance) -> Section:
    """Describe how to cite the report, its sources and inputs, and the command that rebuilds it."""
    works = (*([PAPER] if _tests_the_article(study) else []), software(_version(provenance)))
    return Section(
        "rebuild",
        "How to cite and rebuild",
        (
            Citations(tuple(apa_entry(work) for work in works)),
            Details(text("BibTeX"), (CodeBlock("\n\n".join(bibtex_entry(w) for w in works)),)),
            *_questionnaire(study),
            *provenance_blocks(provenance, anchor="provenance"),
        ),
    )


def _tests_the_article(study: StudyResult) -> bool:
    """Return whether some hypothesis is one of the article."""
    return any(entry.section for entry in study.plan.hypotheses)


def _version(provenance: Provenance) -> str:
    return provenance.packages[PACKAGE]


def _questionnaire(study: StudyResult) -> list[Block]:
    """List what the questionnaire rests on; nothing where it names no source."""
    sources = study.plan.instrument.sources
    if not sources:
        return []
    lead = f"Sources of the questionnaire {study.plan.instrument.id}:"
    return [Paragraph(text(lead)), Citations(tuple(text(source) for source in sources))]
