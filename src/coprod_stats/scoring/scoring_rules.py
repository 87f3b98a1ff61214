"""Scoring rules: how the answers to a scale become a score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coprod_stats.counts import counted
from coprod_stats.errors import CoprodError
from coprod_stats.instruments import Scale

FloatArray = NDArray[np.float64]
ScoringMethod = Literal["mean", "sum"]


class ScoringRuleError(CoprodError):
    """A rule that requires more answers than there are items, or none."""


@dataclass(frozen=True, slots=True)
class ScoringRule:
    """The mean or the sum of the items, given enough answers.

    A mean is that of the items answered. A sum is prorated: the mean of the items answered times
    the number of items, so that a missing answer does not count as zero.

    Parameters
    ----------
    method : {"mean", "sum"}
        What is computed.
    n_items : int
        Items of the scale.
    min_answered : int
        Fewest answers for which there is a score.
    """

    method: ScoringMethod
    n_items: int
    min_answered: int

    def __post_init__(self) -> None:
        if not 1 <= self.min_answered <= self.n_items:
            raise ScoringRuleError(
                f"a score of {counted(self.n_items, 'item')} cannot be based on "
                f"{counted(self.min_answered, 'answer')}"
            )

    @classmethod
    def of(cls, scale: Scale) -> ScoringRule:
        """Return the rule that the instrument defines for a scale."""
        return cls(scale.method, len(scale.items), scale.min_answered)

    def apply(self, keyed: FloatArray) -> FloatArray:
        """Score answers of shape (n_persons, n_items), reverse-scored, NaN where missing.

        Returns
        -------
        ndarray, shape (n_persons,)
            NaN for respondents with fewer than ``min_answered`` answers.
        """
        n_answered = (~np.isnan(keyed)).sum(axis=1)
        enough = n_answered >= self.min_answered
        mean = np.nansum(keyed, axis=1) / np.where(enough, n_answered, 1)
        return np.where(enough, mean * (self.n_items if self.method == "sum" else 1), np.nan)

    def __str__(self) -> str:
        prorated = ", prorated" if self.method == "sum" and self.min_answered < self.n_items else ""
        return f"{self.method} of {self.n_items}, at least {self.min_answered} answered{prorated}"
