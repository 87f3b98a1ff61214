"""The one base of all errors, and faults: what is wrong with a file, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


class CoprodError(Exception):
    """Base of every error that a user's input can cause."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong with an instrument, a table of answers or a plan.

    Parameters
    ----------
    code : str
        Stable code, as ``SCALE-003``.
    found : str
        What was found.
    remedy : str
        What to do about it.
    file : str
        Name of the file, empty if there is none.
    line : int
        Line of the file, counted from 1; 0 if unknown.
    place : str
        The thing concerned, as ``scale 'trust', item T4``.
    """

    code: str
    found: str
    remedy: str = ""
    file: str = ""
    line: int = 0
    place: str = ""

    def __str__(self) -> str:
        position = f"{self.file}:{self.line}" if self.line else self.file
        where = ", ".join(part for part in (position, self.place) if part)
        head = f"{self.code} {where}".rstrip()
        stop = "" if self.found.endswith("?") else "."
        return f"{head}: {self.found}{stop} {self.remedy}".rstrip()


class UnknownNameError(CoprodError):
    """A name that the data lack; who has all their names can say which was probably meant.

    Parameters
    ----------
    message : str
        Without a suggestion.
    name : str
        The name.
    """

    def __init__(self, message: str, name: str) -> None:
        self.message = message
        self.name = name
        super().__init__(message)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.message, self.name)

    def followed_by(self, words: str) -> Self:
        """Return the same with more words, as ``; did you mean 'x3'?``."""
        return type(self)(f"{self.message}{words}", self.name)


class FaultsError(CoprodError):
    """Several faults of one input, gathered and shown together.

    Parameters
    ----------
    faults : iterable of Fault
        At least one; shown in order of file and line.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.file, fault.line, fault.code)))
        super().__init__("\n".join(map(str, self.faults)))

    def __reduce__(self) -> tuple[type[FaultsError], tuple[tuple[Fault, ...]]]:
        return type(self), (self.faults,)
