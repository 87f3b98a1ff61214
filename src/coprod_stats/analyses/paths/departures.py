"""What is wrong with the answers of one specification, and what its paths are without that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from coprod_stats.literals import Conclusion
from coprod_stats.quality.flagged_share import FlaggedShare
from coprod_stats.structure.alternative_paths import AlternativePaths
from coprod_stats.structure.collinearity import Collinearity
from coprod_stats.structure.measurement_invariance import MeasurementInvariance
from coprod_stats.structure.selected_respondents import SelectedRespondents
from coprod_stats.structure.unknown_answers import UnknownAnswers
from coprod_stats.structure.wording_factor import WordingFactor

Found = FlaggedShare | UnknownAnswers | SelectedRespondents | MeasurementInvariance | WordingFactor


@dataclass(frozen=True, slots=True)
class Departure:
    """One thing that can be wrong, and the paths under the other assumptions that it allows.

    Attributes
    ----------
    found : object
        What was found: of the statistic's own type.
    fires : bool
        Whether it is wrong.
    gate : str
        Why a conclusion is held back that some alternative does not keep.
    alternatives : tuple of AlternativePaths
        None unless it fires.
    concerned : frozenset of str, optional
        Relations that are held back whatever the alternatives are.
    no_alternatives : str
        Why the paths under another assumption are not known, so that no conclusion is known to
        survive; empty where they are.
    """

    found: Found
    fires: bool
    gate: str
    alternatives: tuple[AlternativePaths, ...] = ()
    concerned: frozenset[str] = frozenset()
    no_alternatives: str = ""

    def undoes(self, id: str, conclusion: Conclusion) -> bool:
        """Return whether a conclusion does not survive it, or is not known to."""
        kept = not self.no_alternatives and all(
            other.keeps(id, conclusion) for other in self.alternatives
        )
        return self.fires and (id in self.concerned or (bool(self.gate) and not kept))


@dataclass(frozen=True, slots=True)
class Departures:
    """Everything that was looked for.

    Attributes
    ----------
    wording : Departure, optional
        None without enough reverse-worded questions, and where the model with their factor could
        not be fitted, of which ``no_wording`` has the reason.
    not_compared : mapping of str to str
        Why questions were not compared across groups, by column of groups.
    """

    collinearity: Collinearity | None
    careless: Departure | None
    unknown: Departure | None
    selected: tuple[Departure, ...]
    invariance: tuple[Departure, ...]
    not_compared: Mapping[str, str]
    wording: Departure | None = None
    no_wording: str = ""

    @property
    def all(self) -> tuple[Departure, ...]:
        """Those that have alternatives, in the order in which they are reported."""
        single = (self.careless, self.unknown, self.wording)
        return (*(each for each in single if each is not None), *self.selected, *self.invariance)

    def held_back(self, id: str, conclusion: Conclusion) -> str:
        """Return why a conclusion on a relation is held back; empty where it is not."""
        return next((each.gate for each in self.all if each.undoes(id, conclusion)), "")

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return what was found, and the alternatives, by name; all populations in one table."""
        tables: dict[str, list[pd.DataFrame]] = {}
        if self.collinearity is not None:
            tables["collinearity"] = [self.collinearity.tidy()]
        for name, table in (named for each in self.all for named in _tables_of(each)):
            tables.setdefault(name, []).append(table)
        return {name: pd.concat(parts, ignore_index=True) for name, parts in tables.items()}


def _tables_of(departure: Departure) -> Iterator[tuple[str, pd.DataFrame]]:
    name, found = _name_of(departure), departure.found
    if not isinstance(found, FlaggedShare) and len(found.tidy()):
        yield name, found.tidy()
    if isinstance(found, MeasurementInvariance):
        yield f"{name}.released", found.released()
    for number, other in enumerate(departure.alternatives, 1):
        yield f"{name}.paths_{number}", other.tidy().assign(assumption=other.title)


def _name_of(departure: Departure) -> str:
    found = departure.found
    if isinstance(found, MeasurementInvariance):
        return f"invariance.{found.variable}"
    if isinstance(found, SelectedRespondents):
        return "selected_respondents"
    if isinstance(found, WordingFactor):
        return "wording"
    return "unknown_answers" if isinstance(found, UnknownAnswers) else "careless"
