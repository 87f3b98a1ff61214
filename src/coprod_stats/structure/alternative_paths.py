"""The hypothesised paths under another assumption about the answers, and what of them remains."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coprod_stats.literals import Conclusion
from coprod_stats.results import NotebookTables
from coprod_stats.structure.driver_impact import DriverImpactResult
from coprod_stats.structure.path_changes import PathChange, changes_table
from coprod_stats.structure.path_tests import DecisionRules

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class AlternativePaths(NotebookTables):
    """The paths as estimated, and by the same model under another assumption.

    Attributes
    ----------
    title : str
        The other assumption.
    df : float
        Of the reference distribution of the other estimates; infinite for the normal.
    rules : DecisionRules
        Level, and the smallest effect size of interest.
    """

    title: str
    paths: tuple[PathChange, ...]
    df: float
    rules: DecisionRules

    @property
    def largest(self) -> PathChange:
        """The path that changes most."""
        return max(self.paths, key=lambda path: abs(path.change))

    def keeps(self, id: str, conclusion: Conclusion) -> bool:
        """Return whether a conclusion on a path, drawn from the first estimate, still holds.

        One that a path differs from zero does if it still does, with the same sign, and one that it
        is negligible if its interval of level 1 - 2 alpha lies within the bound.
        """
        # half a second to import
        from scipy.stats import t as student

        path = next((each for each in self.paths if each.id == id), None)
        if path is None:
            return True
        size = path.rival * math.copysign(1, path.stated)
        differs = size > student.isf(self.rules.alpha / 2, self.df) * path.rival_se
        reach = abs(path.rival) + student.isf(self.rules.alpha, self.df) * path.rival_se
        negligible = reach < self.rules.bound
        if conclusion in ("supported", "opposite"):
            return bool(differs)
        if conclusion == "supported-negligible":
            return bool(differs and negligible)
        return conclusion != "equivalent" or bool(negligible)

    def tidy(self) -> pd.DataFrame:
        """Return a row per path."""
        return changes_table(self.paths)

    def glance(self) -> pd.DataFrame:
        """Return one row: the assumption, and the largest change."""
        import pandas as pd

        return pd.DataFrame({"assumption": [self.title], "largest_change": [self.largest.change]})

    def __str__(self) -> str:
        most = self.largest
        return f"{self.title}: {most.id} changes most, {most.stated:.2f} to {most.rival:.2f}"


def alternative_paths(
    title: str, tested: DriverImpactResult, other: DriverImpactResult
) -> AlternativePaths:
    """Compare the paths of a model with those of the same model fitted to other answers.

    Paths of subgroups are compared with those of the same subgroups.
    """
    changes = tuple(
        PathChange(
            stated.id,
            stated.predictor,
            stated.outcome,
            stated.beta,
            rival.beta,
            rival.beta_std_error,
        )
        for stated, rival in zip(tested.paths, other.paths, strict=True)
    )
    return AlternativePaths(title, changes, other.fit.df, tested.rules)
