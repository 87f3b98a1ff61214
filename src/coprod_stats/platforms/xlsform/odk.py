"""Submissions from ODK Central: CSV with groups joined by hyphens, or without them."""

from __future__ import annotations

from functools import partial

from coprod_stats.platforms.cell_table import CellTable, RosterRows
from coprod_stats.platforms.form_export import SidecarRoster
from coprod_stats.platforms.xlsform.answers import ExportShape, canonical_table, rows_of_repeat

_SHAPE = ExportShape(
    respondent=("KEY", "instanceID"),
    metadata=frozenset(
        {
            "SubmissionDate",
            "KEY",
            "instanceID",
            "instanceName",
            "started_at",
            "ended_at",
            "audit",
            "SubmitterID",
            "SubmitterName",
            "AttachmentsPresent",
            "AttachmentsExpected",
            "Status",
            "ReviewState",
            "DeviceID",
            "Edits",
            "FormVersion",
        }
    ),
    repeat="PARENT_KEY",
    parents=("PARENT_KEY",),
    headings="Export from ODK Central as CSV; its headings are the names of the questions.",
)


read = partial(canonical_table, shape=_SHAPE)
"""Read the main table of an export, one row per submission (``canonical_table``)."""


def roster_rows(table: CellTable, _roster: SidecarRoster, _key: str) -> RosterRows:
    """Find the rows of a roster in the file of its repeats (``rows_of_repeat``)."""
    return rows_of_repeat(table, shape=_SHAPE)
