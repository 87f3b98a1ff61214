"""What can be wrong with observed data, as an error or as a note beside the result."""

from __future__ import annotations

from collections.abc import Sequence
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
    items : tuple of int
        Columns concerned, counted from 0.
    """

    def __init__(self, code: str, message: str, items: tuple[int, ...] = ()) -> None:
        self.items = items
        columns = tuple(f"column {item + 1}" for item in items)
        super().__init__(message, code=code, variables=columns)

    def __reduce__(self) -> tuple[type[ObservedDataError], tuple[str, str, tuple[int, ...]]]:
        return type(self), (self.code, self.message, self.items)

    def named(self, names: Sequence[str], where: str = "") -> SemDataError:
        """State the same of variables by name."""
        variables = tuple(names[item] for item in self.items)
        return SemDataError(where + self.message, code=self.code, variables=variables)


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
