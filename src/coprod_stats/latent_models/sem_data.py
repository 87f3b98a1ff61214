"""From a data frame to the arrays that the numeric core takes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.sem.sample import SemData


def sem_data(
    data: pd.DataFrame,
    *,
    group: str | None = None,
    cluster: str | None = None,
    sampling_weights: str | None = None,
) -> SemData:
    """Take the numeric columns, and code groups and clusters.

    Groups are in the order in which they first appear, as lavaan has them. Rows without a group,
    a cluster or a weight are refused: whether they belong is not for the software to guess.

    Raises
    ------
    LatentModelError
        If a named column is absent, a name stands twice, a cell is infinite, or a group, cluster
        or weight is missing.
    """
    named = [name for name in (group, cluster, sampling_weights) if name is not None]
    absent = [name for name in named if name not in data.columns]
    if absent:
        raise LatentModelError(f"the data have no column {', '.join(absent)}")
    names = [str(name) for name in data.columns]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise LatentModelError(f"columns that are there more than once: {', '.join(repeated)}")
    numeric = [name for name in data.columns if pd.api.types.is_numeric_dtype(data[name])]
    values = data[numeric].to_numpy(dtype=float, na_value=np.nan)
    if np.isinf(values).any():
        raise LatentModelError("the data hold infinite values")
    codes, labels = _codes(data, group)
    return SemData(
        values=values,
        names=tuple(str(name) for name in numeric),
        groups=codes,
        group_labels=labels,
        weights=None if sampling_weights is None else _weights(data, sampling_weights),
        clusters=_codes(data, cluster)[0],
    )


def check_numeric(data: pd.DataFrame, observed: Sequence[str]) -> None:
    """Refuse a model variable whose column holds texts.

    Raises
    ------
    LatentModelError
        Naming all such columns.
    """
    text = [
        name
        for name in observed
        if name in data.columns and not pd.api.types.is_numeric_dtype(data[name])
    ]
    if text:
        raise LatentModelError(f"columns that are not numeric: {', '.join(text)}")


def _codes(
    data: pd.DataFrame, column: str | None
) -> tuple[NDArray[np.intp] | None, tuple[str, ...]]:
    if column is None:
        return None, ("",)
    _refuse_missing(data, column)
    codes, labels = pd.factorize(data[column])
    return codes.astype(np.intp), tuple(_label(label) for label in labels)


def _label(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _weights(data: pd.DataFrame, column: str) -> NDArray[np.float64]:
    _refuse_missing(data, column)
    check_numeric(data, [column])
    return data[column].to_numpy(dtype=float)


def _refuse_missing(data: pd.DataFrame, column: str) -> None:
    missing = int(data[column].isna().sum()) + int((data[column] == "").sum())
    if missing:
        raise LatentModelError(f"{missing} rows have no value in column {column}")
