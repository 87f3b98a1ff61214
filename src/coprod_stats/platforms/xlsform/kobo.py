"""Submissions from KoboToolbox: CSV (semicolons) or XLSX with XML values and headers."""

from __future__ import annotations

from functools import partial

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


read = partial(canonical_table, shape=_SHAPE)
"""Read an export, one row per submission (``canonical_table``)."""
