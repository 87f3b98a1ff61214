"""The complete rows of an equation, with their clusters and weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_bool_dtype, is_numeric_dtype, is_object_dtype, is_string_dtype

from coprod_stats.latent_models.frames import (
    column_names,
    offence,
    pandas_frame,
    refuse_unbounded,
    require_columns,
)
from coprod_stats.structure.errors import StructureError

if TYPE_CHECKING:
    from narwhals.stable.v2.typing import IntoDataFrame


@dataclass(frozen=True, slots=True)
class EquationRows:
    """Complete rows of one equation.

    ``clusters`` (n_obs,) counts the clusters from 0; ``weights`` (n_obs,) have mean 1.
    """

    frame: pd.DataFrame
    n_omitted: int
    clusters: NDArray[np.intp] | None
    weights: NDArray[np.float64] | None

    @property
    def n_clusters(self) -> int | None:
        """Number of clusters, if there are any."""
        return None if self.clusters is None else int(self.clusters.max()) + 1


def complete_rows(
    data: IntoDataFrame, columns: tuple[str, ...], *, cluster: str | None, weights: str | None
) -> EquationRows:
    """Return the rows that are complete in all variables of the equation.

    Numbers and truth values become floats, text becomes categories in sorted order; a declared
    category without complete rows is kept.

    Raises
    ------
    StructureError
        If the data are no data frame, a column is absent, occurs more than once or holds something
        else than numbers, truth values, text or categories, no row is complete, there is one
        cluster, or a weight is not a positive number.
    """
    needed = list(dict.fromkeys([*columns, *(name for name in (cluster, weights) if name)]))
    found = pandas_frame(data, needed, error=StructureError)
    require_columns(column_names(data, error=StructureError), needed, error=StructureError)
    complete = found.dropna()
    if complete.empty:
        raise StructureError(f"no row is complete in {', '.join(needed)}")
    return EquationRows(
        frame=pd.DataFrame({name: _column(complete[name]) for name in columns}),
        n_omitted=len(found) - len(complete),
        clusters=None if cluster is None else _cluster_numbers(complete[cluster]),
        weights=None if weights is None else _unit_mean(complete[weights]),
    )


def _column(values: pd.Series) -> pd.Series:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values
    if is_bool_dtype(values) or is_numeric_dtype(values):
        numbers = values.astype(float)
        refuse_unbounded(
            {str(values.name): np.asarray(numbers, dtype=np.float64)}, error=StructureError
        )
        return numbers
    if not (is_string_dtype(values) or is_object_dtype(values)):
        raise StructureError(f"{values.name} holds neither numbers nor text, but {values.dtype}")
    if not all(isinstance(value, str) for value in values):
        raise StructureError(f"{values.name} holds neither numbers nor text ({offence(values)})")
    return values.astype("category")


def _cluster_numbers(labels: pd.Series) -> NDArray[np.intp]:
    numbers = pd.factorize(labels)[0]
    if numbers.max() == 0:
        raise StructureError(f"{labels.name} has a single cluster: cluster-robust errors need more")
    return np.asarray(numbers, dtype=np.intp)


def _unit_mean(values: pd.Series) -> NDArray[np.float64]:
    if is_bool_dtype(values) or not is_numeric_dtype(values):
        raise StructureError(f"the weights {values.name} are not numbers ({offence(values)})")
    weights = values.to_numpy(dtype=float)
    bad = int((~(weights > 0) | ~np.isfinite(weights)).sum())
    if bad:
        raise StructureError(
            f"{bad} of the weights {values.name} are zero, negative or infinite: "
            "omit these rows, or correct the weights"
        )
    scaled: NDArray[np.float64] = weights / weights.mean()
    return scaled
