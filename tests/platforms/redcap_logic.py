"""REDCap's branching logic, carried out on a record: which fields a respondent is shown."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any

_TOKEN = re.compile(
    r"\[(?P<field>[a-z][a-z0-9_]*)(?:\((?P<box>-?\w+)\))?\]|'(?P<text>[^']*)'"
    r'|"(?P<quoted>[^"]*)"|(?P<sign><>|<=|>=|=)|(?P<choice>\bif\b)'
)


@dataclass(frozen=True)
class Cell:
    """A value as REDCap compares it: as numbers where both are, as texts otherwise."""

    text: str

    def _sides(self, other: object) -> tuple[Any, Any]:
        theirs = other.text if isinstance(other, Cell) else other
        try:
            return float(self.text), float(theirs)  # type: ignore[arg-type]
        except ValueError:
            return self.text, str(theirs)

    def __eq__(self, other: object) -> bool:
        mine, theirs = self._sides(other)
        return mine == theirs

    def __hash__(self) -> int:
        return hash(self.text)

    def __lt__(self, other: object) -> bool:
        return self._ordered(other, lambda mine, theirs: mine < theirs)

    def __le__(self, other: object) -> bool:
        return self._ordered(other, lambda mine, theirs: mine <= theirs)

    def __gt__(self, other: object) -> bool:
        return self._ordered(other, lambda mine, theirs: mine > theirs)

    def __ge__(self, other: object) -> bool:
        return self._ordered(other, lambda mine, theirs: mine >= theirs)

    def _ordered(self, other: object, compare: Callable[[float, float], bool]) -> bool:
        mine, theirs = self._sides(other)
        return isinstance(mine, float) and compare(mine, theirs)

    def __float__(self) -> float:
        return float(self.text) if self.text else math.nan

    def __add__(self, other: Any) -> float:
        return float(self) + float(other)

    def __radd__(self, other: Any) -> float:
        return float(other) + float(self)

    def __sub__(self, other: Any) -> float:
        return float(self) - float(other)

    def __rsub__(self, other: Any) -> float:
        return float(other) - float(self)

    def __mul__(self, other: Any) -> float:
        return float(self) * float(other)

    def __rmul__(self, other: Any) -> float:
        return float(other) * float(self)

    def __truediv__(self, other: Any) -> float:
        return float(self) / float(other)

    def __rtruediv__(self, other: Any) -> float:
        return float(other) / float(self)


def over(reduce: Callable[[list[float]], float]) -> Callable[..., float]:
    return lambda *found: reduce(list(map(float, found)))


def holds(logic: str, record: Mapping[str, str]) -> bool:
    """Return whether a field with this logic is shown; one without any always is."""

    def python(match: re.Match[str]) -> str:
        if match["field"]:
            name = match["field"]
            if match["box"]:
                name += f"___{match['box'].replace('-', '_').lower()}"
            return f"Cell({record[name]!r})"
        if match["sign"]:
            return {"<>": "!=", "=": "=="}.get(match["sign"], match["sign"])
        if match["choice"]:
            return "choose"
        return f"Cell({(match['quoted'] if match['text'] is None else match['text'])!r})"

    names = {"Cell": Cell, "choose": lambda c, yes, no: yes if c else no}
    names |= {"sum": over(sum), "min": over(min), "max": over(max), "mean": over(fmean)}
    names |= {"abs": over(lambda found: abs(found[0]))}
    names |= {"lower": lambda cell: Cell(cell.text.lower()), "trim": lambda c: Cell(c.text.strip())}
    names |= {"concat_ws": lambda by, *parts: Cell(by.text.join(part.text for part in parts))}
    names |= {"contains": lambda cell, part: part.text.lower() in cell.text.lower()}
    return not logic or bool(eval(_TOKEN.sub(python, logic), names))  # noqa: S307 our own form
