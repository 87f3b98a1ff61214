"""The provenance of a report, as a part of the report."""

from __future__ import annotations

from coprod_stats.documents.document import (
    Block,
    Cell,
    CodeBlock,
    Column,
    Paragraph,
    RowGroup,
    Table,
    code,
    text,
)
from coprod_stats.report.manifest import Provenance

HASH_DIGITS = 16
"""Leading digits of a hash that are printed; the manifest holds all 64."""


def provenance_blocks(provenance: Provenance, *, anchor: str) -> tuple[Block, ...]:
    """Describe how to rebuild a report, and from which files, versions and seed it was made.

    Parameters
    ----------
    provenance : Provenance
        As in the manifest.
    anchor : str
        Anchor of the table.
    """
    sources = [
        *(("Answers", source) for source in provenance.samples or (provenance.data,)),
        *(("Instrument, as fielded", source) for source in provenance.fielded),
        ("Instrument", provenance.instrument),
        ("Plan", provenance.plan),
    ]
    files: list[tuple[Cell, ...]] = [
        (kind, source.name, source.version, text(code(source.sha256[:HASH_DIGITS])))
        for kind, source in sources
    ]
    versions: list[tuple[Cell, ...]] = [
        ("Library", name, version, "") for name, version in sorted(provenance.packages.items())
    ]
    versions.append(("Language", "Python", provenance.python, ""))
    seed = "none drawn" if provenance.seed is None else str(provenance.seed)
    versions.append(("Random numbers", "seed", seed, ""))
    columns = tuple(
        Column(text(head), "left") for head in ("Part", "Name", "Version", "SHA-256 (start)")
    )
    groups = (RowGroup(tuple(files)), RowGroup(tuple(versions)))
    return (
        Paragraph(text("This command rebuilds the report byte for byte:")),
        CodeBlock(provenance.command),
        Table(anchor, text("Inputs of This Report"), columns, groups, shows_data=False),
    )
