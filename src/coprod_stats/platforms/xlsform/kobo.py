"""Submissions from KoboToolbox: CSV (semicolons) or XLSX with XML values and headers."""

from __future__ import annotations

from coprod_stats.instruments.model import Instrument
from coprod_stats.platforms.cell_table import CellTable
from coprod_stats.platforms.form_export import Sidecar
from coprod_stats.platforms.xlsform.answers import ExportShape, canonical_table

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
    headings="In Kobo's download choose 'XML values and headers' under value and header format.",
)


def read(table: CellTable, sidecar: Sidecar, instrument: Instrument) -> CellTable:
    """Read an export, one row per submission.

    Raises
    ------
    PlatformError
        If it has labels for names or codes, or is the sheet of a repeated group.
    """
    return canonical_table(table, sidecar, instrument, shape=_SHAPE)
