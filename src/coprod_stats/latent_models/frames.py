"""Columns of data frames as arrays: pandas directly, other libraries through narwhals."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from numbers import Complex, Number, Real
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from coprod_stats.errors import CoprodError
from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.suggestions import closest

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw
    import pandas as pd
    from narwhals.stable.v2.typing import IntoDataFrame

LARGEST = 1e140
"""Largest amount that is analysed: sums of squares of many of them are still numbers."""


def frame_columns(
    data: IntoDataFrame, names: Iterable[str], *, error: type[CoprodError] = LatentModelError
) -> dict[str, NDArray[Any]]:
    """Return the named columns of a data frame, those that it has.

    Numbers and truth values become floats, whatever the column's type, and ordered categories
    their ranks from 0; anything else is unchanged, with None where missing.

    Parameters
    ----------
    data : DataFrame
        Of pandas, polars, PyArrow or another library that narwhals knows.
    names : iterable of str
    error : type of CoprodError
        What the caller's room raises.

    Raises
    ------
    CoprodError
        Of the type ``error``, if the data are not a data frame, or a name occurs twice.
    """
    places = _places(data, names, error)
    if is_pandas(data):
        return {name: _pandas_column(data.iloc[:, place]) for name, place in places.items()}
    frame = narwhals_frame(data, error=error)
    return {name: _column(frame[name]) for name in places}


def pandas_frame(
    data: IntoDataFrame, names: Iterable[str], *, error: type[CoprodError]
) -> pd.DataFrame:
    """Return the named columns of a data frame, those that it has, as a frame of pandas.

    Columns of objects that are numbers become numbers; ordered categories remain categories, so
    that they are distinguished from numbers. Otherwise columns of pandas are left as they are.

    Parameters
    ----------
    data, names, error
        As in :func:`frame_columns`.

    Raises
    ------
    CoprodError
        Of the type ``error``, if the data are not a data frame, or a name occurs twice.
    """
    # a third of a second to import, which the command does without
    import pandas as pd

    places = _places(data, names, error)
    if is_pandas(data):
        columns = {name: _inferred(data.iloc[:, place]) for name, place in places.items()}
        return pd.DataFrame(columns, index=data.index)
    frame = narwhals_frame(data, error=error)
    index = pd.RangeIndex(len(frame))
    return pd.DataFrame({name: _pandas_values(frame[name]) for name in places}, index=index)


def column_names(data: IntoDataFrame, *, error: type[CoprodError] = LatentModelError) -> list[str]:
    """Return the names of all columns, in order.

    Raises
    ------
    CoprodError
        Of the type ``error``, if the data are not a data frame.
    """
    frame = data if is_pandas(data) else narwhals_frame(data, error=error)
    return [str(name) for name in frame.columns]


def is_pandas(data: IntoDataFrame) -> TypeGuard[pd.DataFrame]:
    """Return whether the data are a data frame of pandas."""
    # a frame of pandas implies that pandas is loaded
    from narwhals.dependencies import is_pandas_dataframe

    return is_pandas_dataframe(data)


def narwhals_frame(
    data: IntoDataFrame, *, error: type[CoprodError] = LatentModelError
) -> nw.DataFrame[Any]:
    """Wrap a data frame of any library that narwhals knows.

    Raises
    ------
    CoprodError
        Of the type ``error``, if the data are not a data frame, or a lazy one.
    """
    # as in is_pandas()
    import narwhals.stable.v2 as nw

    try:
        return nw.from_native(data, eager_only=True)
    except TypeError as reason:
        kind = f"{type(data).__module__.partition('.')[0]}.{type(data).__name__}"
        raise error(
            f"the data are a {kind}, not a data frame of pandas, polars or PyArrow; "
            "a lazy frame must be collected first"
        ) from reason


def require_columns(
    available: Collection[str], names: Iterable[str], *, error: type[CoprodError] = LatentModelError
) -> None:
    """Refuse names that the data do not have.

    Raises
    ------
    CoprodError
        Of the type ``error``, with all absent names.
    """
    absent = [name for name in names if name not in available]
    if absent:
        meant = closest(absent[0], available)
        raise error(f"the data have no column {', '.join(absent)}{meant}")


def refuse_unbounded(
    columns: Mapping[str, NDArray[np.float64]], *, error: type[CoprodError] = LatentModelError
) -> None:
    """Refuse columns of numbers with values that are infinite, or whose squares would be.

    Parameters
    ----------
    columns : mapping of str to (n_rows,) array
        NaN where missing.
    error : type of CoprodError

    Raises
    ------
    CoprodError
        Of the type ``error``, with the names of the columns.
    """
    largest = {
        name: float(np.nanmax(np.abs(values), initial=0.0)) for name, values in columns.items()
    }
    infinite = [name for name, size in largest.items() if np.isinf(size)]
    if infinite:
        raise error(f"infinite values: {', '.join(infinite)}")
    huge = [name for name, size in largest.items() if size > LARGEST]
    if huge:
        raise error(
            f"values beyond {LARGEST:g}, whose squares no number can hold: {', '.join(huge)}; "
            "measure in a larger unit"
        )


def numeric_columns(
    columns: Mapping[str, NDArray[Any]],
    names: Iterable[str],
    *,
    error: type[CoprodError] = LatentModelError,
) -> None:
    """Refuse columns that hold anything other than numbers.

    Raises
    ------
    CoprodError
        Of the type ``error``, naming each column and its first value that is not a number.
    """
    faults = [f"{name} ({offence(columns[name])})" for name in names if _is_text(columns[name])]
    if faults:
        raise error(f"columns that are not numeric: {', '.join(faults)}")


def numbers_if_all_are(values: Sequence[Any] | NDArray[np.object_]) -> NDArray[Any]:
    """Return floats if all values are numbers or None, otherwise the values as objects."""
    if all(value is None or _is_number(value) for value in values):
        return np.array([np.nan if v is None else float(v) for v in values], dtype=np.float64)
    return np.fromiter(values, dtype=object, count=len(values))


def _is_number(value: Any) -> bool:
    """Return whether a value is a real number; a ``Decimal`` is a number, yet none of ``Real``."""
    if isinstance(value, (Real, np.bool_)):
        return True
    return isinstance(value, Number) and not isinstance(value, Complex)


def offence(values: Iterable[Any]) -> str:
    """Describe the first value that is not a number; if all texts are numeric, the first."""
    odd = [v for v in values if not (v is None or _is_number(v))]
    if not odd:
        return "categories or truth values"
    first = next((value for value in odd if not _looks_numeric(value)), None)
    if first is None:
        return f"numbers as text, such as {odd[0]!r}"
    return f"first value that is not a number: {first!r}"


def _places(data: IntoDataFrame, names: Iterable[str], error: type[CoprodError]) -> dict[str, int]:
    """Return the positions of those of the names that the data have."""
    available = column_names(data, error=error)
    wanted = [name for name in dict.fromkeys(names) if name in available]
    repeated = sorted(name for name in wanted if available.count(name) > 1)
    if repeated:
        raise error(f"columns that occur more than once: {', '.join(repeated)}")
    return {name: available.index(name) for name in wanted}


def _is_text(values: NDArray[Any]) -> bool:
    return values.dtype == object


def _looks_numeric(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        float(value)
    except ValueError:
        return False
    return True


def _pandas_column(series: pd.Series[Any]) -> NDArray[Any]:
    if getattr(series.dtype, "ordered", False):
        codes = series.cat.codes.to_numpy(dtype=float)
        return np.where(codes < 0, np.nan, codes)
    if getattr(series.dtype, "kind", getattr(series.dtype, "_kind", "O")) in "biuf":
        return series.to_numpy(dtype=float, na_value=np.nan)
    values = series.astype(object).to_numpy(copy=True)
    values[series.isna().to_numpy()] = None
    return numbers_if_all_are(values)


def _inferred(series: pd.Series[Any]) -> pd.Series[Any]:
    """Return the numbers of a column of objects as such, any other column as it is."""
    if series.dtype != object:
        return series
    found = series.infer_objects()
    values = _pandas_column(found)
    if found.dtype != object or _is_text(values):
        return found
    import pandas as pd

    return pd.Series(values, index=series.index, name=series.name)


def _pandas_values(series: nw.Series[Any]) -> pd.Series[Any]:
    """Return a column of another library; whole numbers stay whole where none is missing."""
    # as in is_pandas()
    import pandas as pd

    categories = _ordered_categories(series)
    if categories is not None:
        kind = pd.CategoricalDtype(list(categories), ordered=True)
        return pd.Series(series.to_list(), dtype=kind)
    if series.dtype.is_integer() and not series.is_null().any():
        return pd.Series(series.to_numpy())
    return pd.Series(_column(series))


def _column(series: nw.Series[Any]) -> NDArray[Any]:
    # as in is_pandas()
    import narwhals.stable.v2 as nw

    categories = _ordered_categories(series)
    if categories is not None:
        ranks = {category: float(rank) for rank, category in enumerate(categories)}
        return np.array([ranks.get(value, np.nan) for value in series.to_list()])
    if series.dtype.is_numeric() or series.dtype == nw.Boolean:
        values = series.cast(nw.Float64).to_list()
        return np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    return numbers_if_all_are(series.to_list())


def _ordered_categories(series: nw.Series[Any]) -> Sequence[str] | None:
    """Return the categories of polars' Enum or of an ordered dictionary of Arrow, else None."""
    import narwhals.stable.v2 as nw

    if isinstance(series.dtype, nw.Enum):
        return tuple(series.dtype.categories)
    if series.dtype == nw.Categorical and series.implementation.is_pyarrow():
        native = series.to_native()
        if native.type.ordered:
            return tuple(native.unify_dictionaries().chunk(0).dictionary.to_pylist())
    return None
