"""One table of answers bound to its instrument."""

from coprod_stats.responses.raw_table import ResponsesError
from coprod_stats.responses.reading import read_responses, write_canonical, write_rejected
from coprod_stats.responses.table import Provenance, Rejected, Responses

__all__ = [
    "Provenance",
    "Rejected",
    "Responses",
    "ResponsesError",
    "read_responses",
    "write_canonical",
    "write_rejected",
]
