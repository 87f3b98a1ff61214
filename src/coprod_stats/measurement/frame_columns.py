"""Columns of a plain data frame, checked on entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.errors import CoprodError
from coprod_stats.latent_models.frames import (
    column_names,
    frame_columns,
    numeric_columns,
    pandas_frame,
    refuse_unbounded,
)
from coprod_stats.measurement.errors import MeasurementDataError

if TYPE_CHECKING:
    from narwhals.stable.v2.typing import IntoDataFrame


def complete_columns(
    frame: IntoDataFrame, *, numeric: Sequence[str], labels: Sequence[str] = ()
) -> tuple[pd.DataFrame, int]:
    """Return the rows that are complete in the columns, with a new index, and count the others.

    Parameters
    ----------
    frame : DataFrame
        Of pandas, polars, PyArrow or another library that narwhals knows.
    numeric : sequence of str
        Columns of numbers, or of ordered categories, which count by rank; returned as floats.
    labels : sequence of str
        Columns whose values only distinguish groups.

    Raises
    ------
    MeasurementDataError
        If the data are no data frame, a column is absent, named twice, or holds a value that is
        not a finite number where numbers are needed.
    """
    names = [*numeric, *labels]
    available = column_names(frame, error=MeasurementDataError)
    _require_columns(available, names, error=MeasurementDataError)
    numbers = number_columns(frame, numeric, error=MeasurementDataError)
    found = pandas_frame(frame, labels, error=MeasurementDataError).assign(**numbers)[names]
    complete = found.dropna().reset_index(drop=True)
    return complete, len(found) - len(complete)


def number_columns(
    frame: IntoDataFrame, names: Sequence[str], *, error: type[CoprodError]
) -> dict[str, NDArray[np.float64]]:
    """Return columns of finite numbers, NaN where missing; ordered categories by rank.

    Raises
    ------
    CoprodError
        Of the type ``error``, if the data are no data frame, a column is absent, named twice, or
        holds a value that is not a finite number.
    """
    _require_columns(column_names(frame, error=error), names, error=error)
    numbers = frame_columns(frame, names, error=error)
    numeric_columns(numbers, names, error=error)
    refuse_unbounded(numbers, error=error)
    return numbers


def _require_columns(
    available: Sequence[str], names: Sequence[str], *, error: type[CoprodError]
) -> None:
    """Check that each column occurs once in the data and is named once; name all absent ones."""
    lacking = [name for name in names if name not in available]
    if lacking:
        there = ", ".join(available) or "none"
        raise error(f"no column {_quoted(lacking)}; the data have: {there}")
    repeated = sorted({name for name in names if list(names).count(name) > 1})
    if repeated:
        raise error(f"{_quoted(repeated)} is named twice; name each column once")


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
