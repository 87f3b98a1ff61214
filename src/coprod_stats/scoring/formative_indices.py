"""Formative indices: computed by the expressions of the instrument."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from coprod_stats.instruments.model import Index
from coprod_stats.responses import Responses
from coprod_stats.results import NotebookTables


@dataclass(frozen=True, slots=True, eq=False)
class FormativeIndices(NotebookTables):
    """Sums, counts and shares of items that need not correlate; reliability does not apply.

    Parameters
    ----------
    values : DataFrame, (n_respondents, n_indices)
        NaN where an answer used by the expression is missing.
    indices : tuple of Index
        The indices, in the order of the columns.
    """

    values: pd.DataFrame
    indices: tuple[Index, ...]

    def tidy(self) -> pd.DataFrame:
        """One row per index: how many respondents have a value, and its distribution."""
        rows = [
            {
                "term": index.id,
                "title": str(index.title),
                "n_scored": int(self.values[index.id].notna().sum()),
                "mean": self.values[index.id].mean(),
                "sd": self.values[index.id].std(),
                "min": self.values[index.id].min(),
                "max": self.values[index.id].max(),
            }
            for index in self.indices
        ]
        columns = ["term", "title", "n_scored", "mean", "sd", "min", "max"]
        return pd.DataFrame(rows, columns=columns)

    def glance(self) -> pd.DataFrame:
        """One row: the number of indices and respondents."""
        return pd.DataFrame(
            {
                "n_indices": [len(self.indices)],
                "n_respondents": [len(self.values)],
                "n_complete": [int(self.values.notna().all(axis=1).sum())],
            }
        )

    def augment(self) -> pd.DataFrame:
        """One row per respondent: the indices."""
        return self.values.copy()


def formative_indices(responses: Responses) -> FormativeIndices:
    """Compute the formative indices that the instrument defines."""
    return FormativeIndices(responses.index_values(), responses.instrument.indices)
