"""Don't-knows: how many there are, scale by scale, and on what they depend."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.results import NotebookTables
from coprod_stats.structure.multiplicity import adjust_p_values

LARGE_SHARE = 0.05
"""Share of don't-knows in the questions of a scale below which nothing is tested."""

FEWEST = 10
"""Respondents below whom a category is not compared."""


@dataclass(frozen=True, slots=True)
class Dependence:
    """How the don't-knows of a scale go with a variable.

    ``size`` is Spearman's correlation with a number, or the root of the epsilon-squared of
    Kruskal and Wallis for categories, which has no sign.
    """

    scale: str
    variable: str
    size: float
    p_value: float
    p_adjusted: float


@dataclass(frozen=True, slots=True)
class UnknownAnswers(NotebookTables):
    """Don't-knows by scale, and what they go with.

    Attributes
    ----------
    shares : mapping of str to float
        Share of don't-knows among the questions asked, by scale.
    dependences : tuple of Dependence
        For each scale with a large share, one per variable.
    """

    shares: Mapping[str, float]
    dependences: tuple[Dependence, ...]
    alpha: float

    @property
    def frequent(self) -> tuple[str, ...]:
        """Scales with a share of .05 or more."""
        return tuple(name for name, share in self.shares.items() if share >= LARGE_SHARE)

    @property
    def dependent(self) -> tuple[Dependence, ...]:
        """Dependences that differ from none after Holm's adjustment, the strongest first."""
        found = [entry for entry in self.dependences if entry.p_adjusted < self.alpha]
        return tuple(sorted(found, key=lambda entry: -abs(entry.size)))

    @property
    def largest(self) -> float:
        """The largest share; NaN without any scale."""
        return max(self.shares.values(), default=math.nan)

    def tidy(self) -> pd.DataFrame:
        """Return a row per scale and variable."""
        names = [field.name for field in fields(Dependence)]
        return pd.DataFrame([asdict(entry) for entry in self.dependences], columns=names)

    def glance(self) -> pd.DataFrame:
        """Return one row per scale: the share of don't-knows."""
        return pd.DataFrame({"scale": list(self.shares), "share": list(self.shares.values())})

    def __str__(self) -> str:
        named = ", ".join(f"{name} {self.shares[name]:.3f}" for name in self.frequent)
        return (
            f"Don't-knows of .05 or more: {named or 'none'}; {len(self.dependent)} of "
            f"{len(self.dependences)} dependences"
        )


def describe_unknown_answers(
    unknown: pd.DataFrame,
    scales: Mapping[str, Sequence[str]],
    observed: pd.DataFrame,
    *,
    alpha: float = 0.05,
) -> UnknownAnswers:
    """Count don't-knows by scale and test whether they go with what is known of respondents.

    Where they do, answers are not missing completely at random; whether they depend on the answer
    itself cannot be tested, only what would follow if they did (Little & Rubin, 2020).

    Parameters
    ----------
    unknown : DataFrame, (n_respondents, n_items)
        1 for a don't-know, 0 for anything else, NaN where the question was not asked.
    scales : mapping of str to sequence of str
        Items of each scale.
    observed : DataFrame, (n_respondents, n_variables)
        Numbers, and categories as a categorical column.
    alpha : float
        Level at which a dependence counts, after Holm's adjustment over all.

    References
    ----------
    Little, R. J. A., & Rubin, D. B. (2020). Statistical analysis with missing data (3rd ed.).
    Wiley.

    Tomczak, M., & Tomczak, E. (2014). The need to report effect size estimates revisited. Trends in
    Sport Sciences, 1(21), 19-25.
    """
    by_person = {name: unknown[list(items)].mean(axis=1) for name, items in scales.items()}
    shares = {
        name: float(np.nanmean(cells))
        for name, items in scales.items()
        if not np.isnan(cells := unknown[list(items)].to_numpy(dtype=float)).all()
    }
    tested = {
        (name, str(variable)): found
        for name, share in shares.items()
        if share >= LARGE_SHARE
        for variable in observed.columns
        if (found := _dependence(by_person[name], observed[variable])) is not None
    }
    if not tested:
        return UnknownAnswers(shares, (), alpha)
    raw = {f"{name} {variable}": p for (name, variable), (_, p) in tested.items()}
    adjusted = adjust_p_values(raw, family="don't-knows").p_adjusted
    dependences = (
        Dependence(name, variable, size, p, p_adjusted)
        for ((name, variable), (size, p)), p_adjusted in zip(tested.items(), adjusted, strict=True)
    )
    return UnknownAnswers(shares, tuple(dependences), alpha)


def _dependence(share: pd.Series, variable: pd.Series) -> tuple[float, float] | None:
    """Return size and p value; None where one of the two does not vary."""
    # half a second to import
    from scipy.stats import spearmanr

    known = share.notna() & variable.notna()
    shares, values = share[known].to_numpy(dtype=float), variable[known]
    if len(np.unique(shares)) < 2:
        return None
    if isinstance(values.dtype, pd.CategoricalDtype):
        return _among_categories(shares, values)
    numbers = values.to_numpy(dtype=float)
    if len(np.unique(numbers)) < 2:
        return None
    found = spearmanr(shares, numbers)
    return float(found.statistic), float(found.pvalue)


def _among_categories(
    shares: NDArray[np.float64], categories: pd.Series
) -> tuple[float, float] | None:
    # half a second to import
    from scipy.stats import kruskal

    parts = [shares[(categories == name).to_numpy()] for name in categories.cat.categories]
    parts = [part for part in parts if len(part) >= FEWEST]
    if len(parts) < 2 or len(np.unique(np.concatenate(parts))) < 2:
        return None
    found = kruskal(*parts)
    n = sum(map(len, parts))
    return math.sqrt(float(found.statistic) / (n - 1)), float(found.pvalue)
