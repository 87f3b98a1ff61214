"""Submissions from ODK Central: CSV with groups joined by hyphens, or without them."""

from __future__ import annotations

from functools import partial

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


read = partial(canonical_table, shape=_SHAPE)
"""Read the main table of an export, one row per submission (``canonical_table``)."""
