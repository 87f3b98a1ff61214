"""What can be wrong with observed data, as an error or as a note beside the result."""

from __future__ import annotations

from dataclasses import dataclass

from coprod_stats.sem.errors import SemDataError


class ObservedDataError(SemDataError):
    """Observed data from which the statistics asked for cannot be computed.

    Parameters
    ----------
    code : str
        Stable code, as ``OBS-002``.
    message : str
        What was found and what to do.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, code=code)

    def __reduce__(self) -> tuple[type[ObservedDataError], tuple[str, str]]:
        return type(self), (self.code, self.message)


@dataclass(frozen=True, slots=True)
class DataNote:
    """Something about the data that the reader of a result must know.

    Parameters
    ----------
    code : str
        Stable code, as ``OBS-101``.
    message : str
        A sentence that a researcher understands.
    items : tuple of int
        Columns concerned, counted from 0.
    """

    code: str
    message: str
    items: tuple[int, ...] = ()
