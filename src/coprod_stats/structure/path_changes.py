"""The stated paths in the model that states them, and in a rival of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

import pandas as pd

from coprod_stats.latent_models import SemFit
from coprod_stats.structure.driver_impact import DriverImpactResult


@dataclass(frozen=True, slots=True)
class PathChange:
    """A standardised path as stated, and in a rival model with its standard error."""

    id: str
    predictor: str
    outcome: str
    stated: float
    rival: float
    rival_se: float

    @property
    def change(self) -> float:
        """What the rival model changes."""
        return self.rival - self.stated


def path_changes(tested: DriverImpactResult, rival: SemFit) -> tuple[PathChange, ...]:
    """Return every stated path in both models.

    Parameters
    ----------
    tested : DriverImpactResult
        The model that states the paths.
    rival : SemFit
        A model that has them all, with something else freed.
    """
    found = []
    for path in tested.model.paths:
        stated, changed = (
            fit.parameter(path.outcome, "~", path.predictor) for fit in (tested.fit, rival)
        )
        sizes = (stated.std_all, changed.std_all, changed.std_all_se)
        found.append(PathChange(path.id, path.predictor, path.outcome, *sizes))
    return tuple(found)


def changes_table(changes: Sequence[PathChange]) -> pd.DataFrame:
    """Return a row per path; the columns alone without any."""
    names = [field.name for field in fields(PathChange)] + ["change"]
    rows = [asdict(change) | {"change": change.change} for change in changes]
    return pd.DataFrame(rows, columns=names).rename(columns={"id": "term"})
