"""What was found, as a document that anyone can rebuild."""

from coprod_stats.report.document import Document, text
from coprod_stats.report.errors import ReportError
from coprod_stats.report.html import render_html, write_html
from coprod_stats.report.manifest import write_manifest
from coprod_stats.report.tables import frame_table
from coprod_stats.report.verification import verify_folder

__all__ = [
    "Document",
    "ReportError",
    "frame_table",
    "render_html",
    "text",
    "verify_folder",
    "write_html",
    "write_manifest",
]
