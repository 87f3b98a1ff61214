"""The contract that every result keeps: ``tidy()``, ``glance()`` and, per case, ``augment()``.

In a notebook a result is shown by these tables: its class inherits :class:`NotebookTables`.
"""

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


class NotebookTables:
    """Display of a result in a notebook: the table of ``glance()``, that of ``tidy()`` below."""

    __slots__ = ()

    def _repr_html_(self: Result) -> str:
        return "\n".join(_html_table(table) for table in (self.glance(), self.tidy()))


def _html_table(table: pd.DataFrame) -> str:
    """Show what applies, with the digits and rows that the reader has asked pandas for."""
    # loaded by now: it made the table
    import pandas as pd

    shown = table.dropna(axis="columns", how="all")
    return str(
        shown.to_html(
            index=False,
            na_rep="",
            max_rows=pd.get_option("display.max_rows"),
            notebook=True,
        )
    )
