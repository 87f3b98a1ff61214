"""The column of bootstrap intervals in tables of the pattern and of correlations of factors."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from coprod_stats.counts import counted
from coprod_stats.documents.document import Block, Notice, Paragraph, text
from coprod_stats.documents.numbers import BOUNDED, Interval, percent
from coprod_stats.documents.tables import Role
from coprod_stats.structure.pattern_bootstrap import PatternBootstrap

RESAMPLED = "resampled"
"""Name of the column."""


def resampled_column(resampled: PatternBootstrap | None, terms: Iterable[str]) -> pd.Series:
    """Return the bootstrap interval of each term; empty where it was not resampled."""
    found = [resampled.statistic(term) if resampled else None for term in terms]
    limits = [Interval(one.conf_low, one.conf_high) if one else None for one in found]
    return pd.Series(limits, dtype=object)


def resampled_role(resampled: PatternBootstrap) -> Role:
    """Return the role of the column."""
    level = percent(resampled.conf_level).replace(".0%", "%")
    return Role(text(f"Bootstrap {level} CI"), BOUNDED)


def resampled_note(resampled: PatternBootstrap) -> str:
    """State what was drawn, and how often."""
    return (
        f" Bootstrap intervals are percentiles of {counted(resampled.n_kept, 'sample')} of "
        f"{resampled.unit}, the same for means of paths and HTMT2."
    )


def resampled_notices(resampled: PatternBootstrap | None, reason: str) -> list[Block]:
    """Report that samples were lost, or why there is no bootstrap; nothing otherwise."""
    if reason:
        said = f"The pattern could not be resampled: {reason}."
    elif resampled is not None and resampled.lost:
        said = f"{resampled.lost[0].upper()}{resampled.lost[1:]}."
    else:
        return []
    return [Notice((Paragraph(text(said)),), "warning")]
