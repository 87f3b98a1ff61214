"""Submissions from ODK Central: CSV with groups joined by hyphens, or without them."""

from __future__ import annotations

from coprod_stats.instruments.model import Instrument
from coprod_stats.platforms.cell_table import CellTable
from coprod_stats.platforms.form_export import Sidecar
from coprod_stats.platforms.xlsform.answers import ExportShape, canonical_table

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
    headings="Export from ODK Central as CSV; its headings are the names of the questions.",
)


def read(table: CellTable, sidecar: Sidecar, instrument: Instrument) -> CellTable:
    """Read the main table of an export, one row per submission.

    Raises
    ------
    PlatformError
        If it is the file of a repeated group, or would lose answers.
    """
    return canonical_table(table, sidecar, instrument, shape=_SHAPE)
