"""Covariates as numeric columns."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from coprod_stats.latent_models.frames import require_columns
from coprod_stats.structure.errors import StructureError


def indicator_columns(data: pd.DataFrame, covariates: Sequence[str]) -> pd.DataFrame:
    """Return covariates as floats; text and categories as indicators of all levels but the first.

    The first level (in the order of a categorical column, otherwise sorted) is the reference and
    has no column; the others are named ``COVARIATE_LEVEL``, with characters that a model text
    cannot hold replaced by ``_``. A missing covariate is missing in all its indicators. Levels
    without rows are omitted.

    Raises
    ------
    StructureError
        If a covariate is not a column of the data, has fewer than two values, or the name of an
        indicator is taken.
    """
    require_columns(data.columns, covariates, error=StructureError)
    constant = [name for name in covariates if data[name].nunique(dropna=True) < 2]
    if constant:
        raise StructureError(f"covariates with fewer than two values: {', '.join(constant)}")
    columns: dict[str, pd.Series[float]] = {}
    for name in covariates:
        column = data[name]
        if is_numeric_dtype(column) or is_bool_dtype(column):
            columns[name] = column.astype(float)
            continue
        present = column.notna()
        levels = column.astype("category").cat.remove_unused_categories().cat.categories
        for level in levels[1:]:
            safe = indicator_name(name, level)
            if safe in columns or safe in data.columns:
                raise StructureError(
                    f"two columns would be called {safe}: rename a level of {name}"
                )
            columns[safe] = (column == level).astype(float).where(present)
    return pd.DataFrame(columns, index=data.index)


def indicator_name(name: str, level: object) -> str:
    """Return the name of the indicator of a level: ``GEN_2_0`` for the level 2.0 of GEN."""
    return "".join(letter if letter.isalnum() else "_" for letter in f"{name}_{level}")
