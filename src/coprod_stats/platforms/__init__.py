"""Forms for the platforms that researchers use, and what those platforms give back."""

from coprod_stats.platforms.form_export import (
    FormExport,
    PlatformError,
    Sidecar,
    SidecarColumn,
    read_sidecar,
)
from coprod_stats.platforms.registry import export_form

__all__ = [
    "FormExport",
    "PlatformError",
    "Sidecar",
    "SidecarColumn",
    "export_form",
    "read_sidecar",
]
