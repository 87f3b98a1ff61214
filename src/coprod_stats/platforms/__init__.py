"""Forms for the platforms that researchers use, and what those platforms give back."""

from coprod_stats.platforms.form_export import (
    FormExport,
    PlatformError,
    Sidecar,
    SidecarColumn,
    read_sidecar,
)
from coprod_stats.platforms.form_files import export_form
from coprod_stats.platforms.registry import compose_form

__all__ = [
    "FormExport",
    "PlatformError",
    "Sidecar",
    "SidecarColumn",
    "compose_form",
    "export_form",
    "read_sidecar",
]
