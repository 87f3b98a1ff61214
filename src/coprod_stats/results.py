"""The contract that every result keeps: ``tidy()``, ``glance()`` and, per case, ``augment()``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import pandas as pd

TIDY_COLUMNS = (
    "term",
    "estimate",
    "std_error",
    "statistic",
    "df",
    "p_value",
    "conf_low",
    "conf_high",
)
"""Names of the columns of ``tidy()`` wherever they apply, in this order; others follow them."""


@runtime_checkable
class Result(Protocol):
    """What a statistic returns: numbers unrounded, in tables of fixed columns."""

    def tidy(self) -> pd.DataFrame:
        """One row per term, with the columns of ``TIDY_COLUMNS`` that apply."""
        ...

    def glance(self) -> pd.DataFrame:
        """One row for the whole result."""
        ...


@runtime_checkable
class CaseResult(Result, Protocol):
    """A result that also says something about each case."""

    def augment(self) -> pd.DataFrame:
        """One row per case, indexed as the data were."""
        ...
