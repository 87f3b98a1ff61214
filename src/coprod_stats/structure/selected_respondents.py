"""Whether those who were asked some questions differ from those who were not."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.results import NotebookTables
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.multiplicity import adjust_p_values

NOTABLE_DIFFERENCE = 0.20
"""Standardised difference from which groups count as unlike."""


@dataclass(frozen=True, slots=True)
class AskedDifference:
    """The difference of those asked from those not asked in one variable.

    ``difference`` is standardised by the root of the mean of the two variances (Austin, 2009),
    positive where those asked are higher; ``statistic``, ``df`` and ``p_value`` are Welch's.
    """

    term: str
    difference: float
    statistic: float
    df: float
    p_value: float
    p_adjusted: float


@dataclass(frozen=True, slots=True)
class SelectedRespondents(NotebookTables):
    """Those who were asked some questions, beside those who were not.

    Attributes
    ----------
    population : str
        Those asked.
    differences : tuple of AskedDifference
        One per variable that both groups have, in the order given.
    """

    population: str
    n_asked: int
    n_others: int
    differences: tuple[AskedDifference, ...]
    alpha: float

    @property
    def unlike(self) -> tuple[AskedDifference, ...]:
        """Variables that differ by .20 or more, and after Holm's adjustment; the largest first."""
        found = [
            entry
            for entry in self.differences
            if abs(entry.difference) >= NOTABLE_DIFFERENCE and entry.p_adjusted < self.alpha
        ]
        return tuple(sorted(found, key=lambda entry: -abs(entry.difference)))

    @property
    def largest(self) -> float:
        """The largest difference in absolute value; NaN without any."""
        return max((abs(entry.difference) for entry in self.differences), default=math.nan)

    def tidy(self) -> pd.DataFrame:
        """Return a row per variable."""
        names = [field.name for field in fields(AskedDifference)]
        rows = [asdict(entry) for entry in self.differences]
        return pd.DataFrame(rows, columns=names).assign(population=self.population)

    def glance(self) -> pd.DataFrame:
        """Return one row: sizes of the groups, and the largest difference."""
        return pd.DataFrame(
            {
                "population": [self.population],
                "n_asked": [self.n_asked],
                "n_others": [self.n_others],
                "largest_difference": [self.largest],
            }
        )

    def __str__(self) -> str:
        named = ", ".join(f"{entry.term} {entry.difference:.2f}" for entry in self.unlike)
        return (
            f"{self.population}: {self.n_asked} asked, {self.n_others} not; differ in "
            f"{named or 'nothing'}"
        )


def compare_asked(
    variables: pd.DataFrame, asked: NDArray[np.bool_], *, population: str, alpha: float = 0.05
) -> SelectedRespondents:
    """Compare those who were asked some questions with those who were not.

    A path that is estimated among those asked describes them alone; if being asked goes with its
    outcome, even they show it distorted, since the outcome has selected them (Heckman, 1979).

    Parameters
    ----------
    variables : DataFrame, (n_respondents, n_variables)
        Numbers; a variable that one group lacks is omitted.
    asked : ndarray of bool, (n_respondents,)
        Who was asked.
    population : str
        Name of those asked.
    alpha : float
        Level at which a difference counts, after Holm's adjustment.

    Raises
    ------
    StructureError
        If the two groups share no variable.

    References
    ----------
    Austin, P. C. (2009). Using the standardized difference to compare the prevalence of a binary
    variable between two groups in observational research. Communications in Statistics -
    Simulation and Computation, 38(6), 1228-1234.

    Heckman, J. J. (1979). Sample selection bias as a specification error. Econometrica, 47(1),
    153-161.
    """
    # half a second to import
    from scipy.stats import ttest_ind

    found: dict[str, tuple[float, float, float, float]] = {}
    for name in variables.columns:
        values = variables[name].to_numpy(dtype=float)
        one, other = (part[~np.isnan(part)] for part in (values[asked], values[~asked]))
        if min(len(one), len(other)) < 2:
            continue
        spread = math.sqrt((one.var(ddof=1) + other.var(ddof=1)) / 2)
        if spread == 0:
            continue
        test = ttest_ind(one, other, equal_var=False)
        difference = float(one.mean() - other.mean()) / spread
        found[str(name)] = (difference, float(test.statistic), float(test.df), float(test.pvalue))
    if not found:
        raise StructureError("no variable is known of those asked and of the others")
    adjusted = adjust_p_values({name: entry[3] for name, entry in found.items()}, family="asked")
    differences = (
        AskedDifference(name, *found[name], p)
        for name, p in zip(adjusted.terms, adjusted.p_adjusted, strict=True)
    )
    n_asked = int(asked.sum())
    return SelectedRespondents(population, n_asked, len(asked) - n_asked, tuple(differences), alpha)
