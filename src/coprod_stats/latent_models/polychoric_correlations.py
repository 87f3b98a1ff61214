"""Polychoric correlations of a data frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.frames import (
    column_names,
    frame_columns,
    numeric_columns,
    require_columns,
)
from coprod_stats.sem.observed.errors import ObservedDataError
from coprod_stats.sem.ordered.polychoric_matrix import polychoric_matrix

if TYPE_CHECKING:
    import pandas as pd
    from narwhals.stable.v2.typing import IntoDataFrame


def polychoric(data: IntoDataFrame, *, sampling_weights: str | None = None) -> pd.DataFrame:
    """Estimate all polychoric correlations by two-step maximum likelihood.

    Correlations use the available cases of each pair, thresholds all answers to an item.

    Parameters
    ----------
    data : DataFrame
        Of pandas, polars or PyArrow: a column per item, larger meaning more; missing values as
        NaN or null. Ordered categories are replaced by their ranks.
    sampling_weights : str, optional
        Column of weights.

    Returns
    -------
    DataFrame
        Correlations, labelled by item. Remarks on the data (an empty cell, a correlation near 1, a
        matrix that is not positive definite) are in ``.attrs["notes"]``.

    Raises
    ------
    LatentModelError
        If a column is not numeric, an item does not vary, or two items were never answered by the
        same case.
    """
    # as in SemFit.tidy()
    import pandas as pd

    columns = frame_columns(data, column_names(data))
    weights = None
    if sampling_weights is not None:
        require_columns(columns, [sampling_weights])
        numeric_columns(columns, [sampling_weights])
        weights = columns.pop(sampling_weights)
    names = list(columns)
    numeric_columns(columns, names)
    if len(names) < 2:
        raise LatentModelError("polychoric correlations need two or more items")
    try:
        found = polychoric_matrix(np.column_stack(list(columns.values())), weights=weights)
    except ObservedDataError as error:
        raise error.named(names) from error
    matrix = pd.DataFrame(found.correlations, index=names, columns=names)
    matrix.attrs["notes"] = [
        f"{note.code}: {note.message} ({', '.join(names[item] for item in note.items)})"
        for note in found.notes
    ]
    return matrix
