"""Heterotrait-monotrait ratios of the factors of a fit, labelled."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, fields
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.results import NotebookTables
from coprod_stats.sem.reliability import heterotrait_monotrait_ratio

if TYPE_CHECKING:
    import pandas as pd

    from coprod_stats.latent_models.labelled_fit import LabelledFit

HtmtVersion = Literal[1, 2]
"""Arithmetic means (Henseler, Ringle & Sarstedt, 2015), or geometric ones (Roemer et al., 2021)."""


@dataclass(frozen=True, slots=True)
class FactorPair:
    """The ratio of two factors in one group; NaN if one of them has a single indicator."""

    term: str
    estimate: float
    factor_1: str
    factor_2: str
    group: int


@dataclass(frozen=True, slots=True)
class HeterotraitMonotrait(NotebookTables):
    """Heterotrait-monotrait ratios of all pairs of factors."""

    pairs: tuple[FactorPair, ...]
    version: HtmtVersion

    def tidy(self) -> pd.DataFrame:
        """One row per group and pair."""
        # a third of a second to import, which the command does without
        import pandas as pd

        names = [item.name for item in fields(FactorPair)]
        return pd.DataFrame([asdict(pair) for pair in self.pairs], columns=names)

    def glance(self) -> pd.DataFrame:
        """One row: how many pairs, and the largest ratio."""
        # as in tidy()
        import pandas as pd

        return pd.DataFrame(
            {
                "version": [self.version],
                "n_pairs": [len(self.pairs)],
                "largest": [self.tidy()["estimate"].max()],
            }
        )

    def __str__(self) -> str:
        table = self.tidy()[["factor_1", "factor_2", "group", "estimate"]]
        text = table.to_string(index=False, float_format="{:.3f}".format, na_rep="")
        return f"{'HTMT2' if self.version == 2 else 'HTMT'}\n{text}"


def heterotrait_monotrait(fit: LabelledFit, *, version: HtmtVersion = 2) -> HeterotraitMonotrait:
    """Compare the correlations between the indicators of two factors with those within them.

    The correlations are those that the model was fitted to: polychoric ones of ordered indicators.

    Parameters
    ----------
    fit : LabelledFit
    version : {1, 2}
        See ``HtmtVersion``; 2 allows for loadings that differ.

    Raises
    ------
    LatentModelError
        At another version, an indicator of two factors, or fewer than two factors with two
        indicators of their own.
    SemOptionError
        With two levels.
    """
    if version not in (1, 2):
        raise LatentModelError(f"htmt: there are versions 1 and 2, not {version!r}")
    core = fit.core
    core.problem.single_level("HTMT")
    pairs = []
    for group, sample in enumerate(core.samples, start=1):
        scales, observed = _scales(fit, group), core.table.variables(group).observed
        places = [[observed.index(name) for name in items] for items in scales.values()]
        wide = [items for items in places if len(items) > 1]
        if len(wide) < 2:
            where = core.table.in_group(group)
            raise LatentModelError(
                f"htmt: two factors with two or more observed indicators are needed{where}"
            )
        found = iter(_ratios(sample.cov, wide, version))
        for (one, first), (other, second) in combinations(scales.items(), 2):
            ratio = next(found) if min(len(first), len(second)) > 1 else np.nan
            pairs.append(FactorPair(f"{one} ~~ {other}", ratio, one, other, group))
    return HeterotraitMonotrait(tuple(pairs), version)


def _scales(fit: LabelledFit, group: int) -> dict[str, list[str]]:
    """Return the observed indicators of each factor of a group that has any."""
    table = fit.core.table
    scales: dict[str, list[str]] = {}
    for row in table:
        if row.op == "=~" and row.group == group and row.rhs in table.observed:
            scales.setdefault(row.lhs, []).append(row.rhs)
    loaded = Counter(name for items in scales.values() for name in items)
    shared = [name for name, count in loaded.items() if count > 1]
    if shared:
        raise LatentModelError(f"htmt: indicators of more than one factor: {', '.join(shared)}")
    return scales


def _ratios(cov: NDArray[np.float64], scales: list[list[int]], version: HtmtVersion) -> list[float]:
    """Return the ratios of all pairs of scales, in order."""
    deviations = np.sqrt(np.diagonal(cov))
    correlations = cov / np.outer(deviations, deviations)
    ratios = heterotrait_monotrait_ratio(correlations, scales, geometric=version == 2)
    return [float(ratios[i, j]) for i, j in combinations(range(len(scales)), 2)]
