"""Adjustment of p values within a named family of tests."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.counts import counted
from coprod_stats.literals import Adjustment
from coprod_stats.results import NotebookTables
from coprod_stats.structure.errors import StructureError

FloatArray = NDArray[np.float64]

METHOD_NAMES: dict[Adjustment, str] = {
    "holm": "Holm",
    "fdr_bh": "Benjamini-Hochberg",
}


@dataclass(frozen=True, slots=True)
class AdjustedFamily(NotebookTables):
    """A family of tests with raw and adjusted p values, in the order given.

    ``p_values`` and ``p_adjusted`` are NaN for a test that could not be carried out. Such a test
    still counts towards the size of the family.
    """

    family: str
    method: Adjustment
    terms: tuple[str, ...]
    p_values: tuple[float, ...]
    p_adjusted: tuple[float, ...]

    @property
    def size(self) -> int:
        """Number of tests registered for the family, carried out or not."""
        return len(self.terms)

    def __getitem__(self, term: str) -> float:
        """Return the adjusted p value of one test."""
        return self.p_adjusted[self.terms.index(term)]

    def tidy(self) -> pd.DataFrame:
        """Return a row per test."""
        return pd.DataFrame(
            {
                "term": self.terms,
                "p_value": self.p_values,
                "p_adjusted": self.p_adjusted,
                "family": self.family,
                "family_size": self.size,
                "method": self.method,
            }
        )

    def glance(self) -> pd.DataFrame:
        """Return one row: the family, its size, tests carried out and the smallest adjusted p."""
        carried_out = [p for p in self.p_adjusted if not math.isnan(p)]
        return pd.DataFrame(
            {
                "family": [self.family],
                "method": [self.method],
                "family_size": [self.size],
                "n_tested": [len(carried_out)],
                "smallest_p_adjusted": [min(carried_out, default=math.nan)],
            }
        )

    def __str__(self) -> str:
        size = counted(self.size, "test")
        head = f"{METHOD_NAMES[self.method]} over {size} of '{self.family}'"
        rows = (
            f"  {term:<12} p = {raw:.4f}  adjusted {adjusted:.4f}"
            for term, raw, adjusted in zip(self.terms, self.p_values, self.p_adjusted, strict=True)
        )
        return "\n".join([head, *rows])


def adjust_p_values(
    p_values: Mapping[str, float], *, family: str, method: Adjustment = "holm"
) -> AdjustedFamily:
    """Adjust the p values of one family (Holm 1979; Benjamini & Hochberg 1995).

    Parameters
    ----------
    p_values : mapping of str to float
        Raw p values by term. NaN marks a test that could not be carried out: it is treated as p =
        1, so that the family keeps its registered size, and stays NaN.
    family : str
        Name of the family, printed with every adjusted value.
    method : {"holm", "fdr_bh"}
        See ``Adjustment``.

    Raises
    ------
    StructureError
        If the family is empty or a p value lies outside [0, 1].

    References
    ----------
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian
    Journal of Statistics, 6, 65-70.
    Benjamini, Y., & Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the
    Royal Statistical Society B, 57, 289-300.
    """
    if not p_values:
        raise StructureError(f"the family '{family}' has no tests")
    raw = np.array(list(p_values.values()), dtype=float)
    outside = [term for term, p in p_values.items() if p < 0 or p > 1]
    if outside:
        raise StructureError(f"p values outside [0, 1] in '{family}': {', '.join(outside)}")
    untested = np.isnan(raw)
    adjusted = _ADJUSTED[method](np.where(untested, 1.0, raw))
    adjusted[untested] = np.nan
    return AdjustedFamily(
        family=family,
        method=method,
        terms=tuple(p_values),
        p_values=tuple(raw.tolist()),
        p_adjusted=tuple(adjusted.tolist()),
    )


def _holm(p: FloatArray) -> FloatArray:
    r"""Compute :math:`\min(1, \max_{j \le i} (m - j + 1)\, p_{(j)})` for the i-th smallest of m.

    ``statsmodels.stats.multitest.multipletests`` computes the same, but collects all garbage of
    the process at every call, which costs more the more objects there are.
    """
    order = np.argsort(p)
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return np.minimum(steps, 1.0)[np.argsort(order)]


def _benjamini_hochberg(p: FloatArray) -> FloatArray:
    r"""Compute :math:`\min(1, \min_{j \ge i} p_{(j)}\, m / j)` for the i-th smallest of m."""
    order = np.argsort(p)
    steps = p[order] / (np.arange(1, len(p) + 1) / len(p))
    steps = np.minimum.accumulate(steps[::-1])[::-1]
    return np.minimum(steps, 1.0)[np.argsort(order)]


_ADJUSTED: dict[Adjustment, Callable[[FloatArray], FloatArray]] = {
    "holm": _holm,
    "fdr_bh": _benjamini_hochberg,
}
