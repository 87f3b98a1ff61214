"""How to cite the report and how to make it again."""

from __future__ import annotations

from coprod_stats.report.citation import PAPER, apa_entry, bibtex_entry, software
from coprod_stats.report.document import (
    Citations,
    CodeBlock,
    Column,
    Details,
    Paragraph,
    RowGroup,
    Section,
    Table,
    code,
    text,
)
from coprod_stats.report.manifest import PACKAGE, Provenance


def rebuilding_section(provenance: Provenance) -> Section:
    """Say how to cite, what went in, and by which command the report is made again."""
    version = provenance.packages[PACKAGE]
    entries = [
        ("Answers", provenance.data.name, provenance.data.sha256),
        ("Questionnaire", f"{provenance.instrument.name} {provenance.instrument.version}",
         provenance.instrument.sha256),
        ("Plan", provenance.plan.name, provenance.plan.sha256),
    ]  # fmt: skip
    versions = ", ".join(f"{name} {number}" for name, number in provenance.packages.items())
    return Section(
        "rebuild",
        "How to cite and rebuild",
        (
            Citations((apa_entry(PAPER), apa_entry(software(version)))),
            Details(
                text("BibTeX"),
                (CodeBlock(bibtex_entry(PAPER) + "\n\n" + bibtex_entry(software(version))),),
            ),
            Paragraph(text("The report is made again, to the byte, by")),
            CodeBlock(provenance.command),
            Table(
                "manifest",
                text("What This Report Was Made From"),
                (
                    Column(text("Part"), "left"),
                    Column(text("Name"), "left"),
                    Column(text("SHA-256"), "left"),
                ),
                (
                    RowGroup(
                        tuple((part, name, text(code(hash_))) for part, name, hash_ in entries)
                    ),
                ),
                text(
                    f"Python {provenance.python}; {versions}; seed {provenance.seed}. The same "
                    "particulars, with the hash of each file of the report, are in manifest.json "
                    "beside it."
                ),
                shows_data=False,
            ),
        ),
    )
