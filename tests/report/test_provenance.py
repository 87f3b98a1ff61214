from dataclasses import replace

from sample_report import PROVENANCE

from coprod_stats.documents.document import CodeBlock, Table, code, text
from coprod_stats.report.provenance import provenance_blocks


def rows_of(provenance):
    table = provenance_blocks(provenance, anchor="made-from")[-1]
    assert isinstance(table, Table)
    return [row for group in table.groups for row in group.rows]


def test_files_versions_and_seed_are_told():
    rows = rows_of(PROVENANCE)
    assert ("Instrument", "citizen.yaml", "1.0", text(code("a7b6c5d4e3f20918"))) in rows
    assert ("Library", "semopy", "2.3.11", "") in rows
    assert rows[-1] == ("Random numbers", "seed", "20240229", "")


def test_a_report_without_random_numbers_says_so():
    assert rows_of(replace(PROVENANCE, seed=None))[-1][2] == "none drawn"


def test_the_command_is_told():
    assert CodeBlock(PROVENANCE.command) in provenance_blocks(PROVENANCE, anchor="a")
