"""How to cite and rebuild the report."""

from __future__ import annotations

from coprod_stats.documents.document import (
    Citations,
    CodeBlock,
    Details,
    Section,
    text,
)
from coprod_stats.report.citation import PAPER, apa_entry, bibtex_entry, software
from coprod_stats.report.manifest import PACKAGE, Provenance
from coprod_stats.report.provenance import provenance_blocks


def rebuilding_section(provenance: Provenance) -> Section:
    """Describe how to cite the report, its inputs, and the command that rebuilds it."""
    version = provenance.packages[PACKAGE]
    return Section(
        "rebuild",
        "How to cite and rebuild",
        (
            Citations((apa_entry(PAPER), apa_entry(software(version)))),
            Details(
                text("BibTeX"),
                (CodeBlock(f"{bibtex_entry(PAPER)}\n\n{bibtex_entry(software(version))}"),),
            ),
            *provenance_blocks(provenance, anchor="provenance"),
        ),
    )
