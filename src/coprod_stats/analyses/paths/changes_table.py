"""The table of the stated paths beside the same paths in a rival model."""

from __future__ import annotations

import pandas as pd

from coprod_stats.analyses.words import ReportWords
from coprod_stats.documents.document import Table, emphasis, text
from coprod_stats.documents.numbers import BOUNDED
from coprod_stats.documents.tables import Role, frame_table


def with_path_labels(paths: pd.DataFrame, words: ReportWords) -> pd.DataFrame:
    """Return a table of paths with a column ``path`` that names both ends."""
    ends = zip(paths["predictor"], paths["outcome"], strict=True)
    return paths.assign(path=[f"{words.label(a)} → {words.label(b)}" for a, b in ends])


def path_changes_table(
    changes: pd.DataFrame, words: ReportWords, *, anchor: str, title: str, stated: str, rival: str
) -> Table:
    """Compose every path in both models, and what the rival changes.

    Parameters
    ----------
    changes : DataFrame
        Of :func:`coprod_stats.structure.path_changes.changes_table`.
    stated, rival : str
        Heads of the columns of the two models.
    """
    return frame_table(
        with_path_labels(changes, words),
        anchor=anchor,
        title=text(title),
        columns=["term", "path", "stated", "rival", "rival_se", "change"],
        roles={
            "term": Role(text(""), align="left"),
            "path": Role(text("Path"), align="left"),
            "stated": Role(text(stated), BOUNDED),
            "rival": Role(text(rival), BOUNDED),
            "rival_se": Role(text(emphasis("SE"), f" {rival.lower()}"), BOUNDED),
            "change": Role(text("Change"), BOUNDED),
        },
        note=text("Standardised coefficients."),
    )
