"""Submissions from KoboToolbox: CSV (semicolons) or XLSX with XML values and headers."""

from __future__ import annotations

from functools import partial

from coprod_stats.platforms.cell_table import CellTable, RosterRows
from coprod_stats.platforms.form_export import SidecarRoster
from coprod_stats.platforms.xlsform.answers import ExportShape, canonical_table, rows_of_repeat

_SHAPE = ExportShape(
    respondent=("_uuid", "instanceID", "_id"),
    metadata=frozenset(
        {
            "_id",
            "_uuid",
            "uuid",
            "_submission_time",
            "_validation_status",
            "_notes",
            "_status",
            "_submitted_by",
            "__version__",
            "_tags",
            "_index",
            "instanceID",
            "rootUuid",
            "deprecatedID",
            "instanceName",
            "started_at",
            "ended_at",
            "audit",
            "_geolocation",
            "_attachments",
        }
    ),
    repeat="_parent_index",
    parents=("_submission__uuid", "_submission__id"),
    headings="In Kobo's download choose 'XML values and headers' under value and header format.",
)


read = partial(canonical_table, shape=_SHAPE)
"""Read an export, one row per submission (``canonical_table``)."""


def roster_rows(table: CellTable, _roster: SidecarRoster, _key: str) -> RosterRows:
    """Find the rows of a roster in the file of its repeats (``rows_of_repeat``)."""
    return rows_of_repeat(table, shape=_SHAPE)
