"""Columns of a plain data frame, checked on entry."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from coprod_stats.measurement.errors import MeasurementDataError


def complete_columns(
    frame: pd.DataFrame, *, numeric: Sequence[str], labels: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the rows of a frame that are complete in the columns, with a new index.

    Parameters
    ----------
    frame : DataFrame
    numeric : sequence of str
        Columns of numbers; they are returned as floats.
    labels : sequence of str
        Columns whose values only distinguish groups.

    Raises
    ------
    MeasurementDataError
        If a column is absent, named twice, or holds a value that is not a number where numbers
        are needed.
    """
    names = [*numeric, *labels]
    require_columns(frame, names)
    found = frame[names].copy()
    for name in numeric:
        found[name] = _numbers(frame[name], name)
    return found.dropna().reset_index(drop=True)


def require_columns(frame: pd.DataFrame, names: Sequence[str]) -> None:
    """Check that each column occurs once in the frame and is named once.

    Raises
    ------
    MeasurementDataError
        Otherwise; all absent columns are named together.
    """
    lacking = [name for name in names if name not in frame]
    if lacking:
        there = ", ".join(map(str, frame.columns)) or "none"
        raise MeasurementDataError(f"no column {_quoted(lacking)}; the data have: {there}")
    repeated = sorted({name for name in names if list(names).count(name) > 1})
    if repeated:
        raise MeasurementDataError(f"{_quoted(repeated)} is named twice; name each column once")
    doubled = [name for name in names if list(frame.columns).count(name) > 1]
    if doubled:
        raise MeasurementDataError(f"the data have two columns {_quoted(doubled)}; rename one")


def _numbers(column: pd.Series, name: str) -> pd.Series:
    found = pd.to_numeric(column, errors="coerce")
    wrong = column[found.isna() & column.notna()]
    if len(wrong):
        raise MeasurementDataError(
            f"column '{name}' holds {wrong.iloc[0]!r}, which is not a number"
        )
    return found.astype(float)


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
