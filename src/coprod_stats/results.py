"""The contract that every result keeps: ``tidy()``, ``glance()`` and, per case, ``augment()``.

In a notebook a result is shown by these tables: its class inherits :class:`NotebookTables`.
"""

from __future__ import annotations

import inspect
import math
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

_WHOLE_FROM, _EXPONENT_FROM = 1_000, 1e12
"""Between these, a rounded number is shown as a whole one, not with an exponent."""


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
    """Display of a result in a notebook: the table of ``glance()``, that of ``tidy()`` below.

    Numbers are rounded for the reader; the summary line of the class is the caption. At a prompt
    a result is its class with that line: the fields hold whole samples and models.
    """

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        # a dataclass writes a __repr__ of all fields unless its class has one of its own
        if "__repr__" not in vars(cls):
            cls.__repr__ = NotebookTables.__repr__  # type: ignore[method-assign]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {_summary_line(type(self))}>"

    def _repr_html_(self: Result) -> str:
        caption = _summary_line(type(self))
        return "\n".join([notebook_table(self.glance(), caption), notebook_table(self.tidy())])


def _summary_line(kind: type) -> str:
    return (inspect.getdoc(kind) or "").partition("\n")[0].rstrip(".")


def notebook_table(table: pd.DataFrame, caption: str = "") -> str:
    """Return a table as HTML: four significant digits, without empty columns.

    Parameters
    ----------
    table : DataFrame
    caption : str
        Title above the table, as plain text.
    """
    # loaded by now: it made the table
    import pandas as pd

    texts = table.astype(object).where(table.notna(), "").map(_cell)
    shown = texts.loc[:, (texts != "").any()]
    rows = pd.get_option("display.max_rows")
    html = str(shown.to_html(index=False, max_rows=rows, notebook=True))
    if not caption:
        return html
    # of no use to a command, which this module would make wait for it
    from html import escape

    return html.replace("<thead>", f"<caption>{escape(caption)}</caption>\n  <thead>", 1)


def _cell(value: object) -> object:
    if not isinstance(value, float):
        return value
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    return f"{value:.0f}" if _WHOLE_FROM <= abs(value) < _EXPONENT_FROM else f"{value:.4g}"
