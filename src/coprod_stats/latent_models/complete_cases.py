"""From a data frame to the moments of its complete rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coprod_stats.latent_models.errors import LatentModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class CompleteCases:
    """Rows without missing values, and their moments with divisor N.

    Parameters
    ----------
    n_obs, n_rows : int
        Complete rows, and all rows.
    mean : (n_observed,) array
    cov : (n_observed, n_observed) array
    """

    n_obs: int
    n_rows: int
    mean: NDArray[np.float64]
    cov: NDArray[np.float64]


def complete_cases(data: pd.DataFrame, observed: Sequence[str]) -> CompleteCases:
    """Take the rows that are complete in the variables of a model, and check their moments.

    Raises
    ------
    LatentModelError
        If a column is there twice, is not numeric or holds infinite values, or the complete
        rows are too few, constant in a variable or linearly dependent.
    """
    repeated = [name for name in observed if list(data.columns).count(name) > 1]
    if repeated:
        raise LatentModelError(f"columns that are there more than once: {', '.join(repeated)}")
    text = [name for name in observed if not pd.api.types.is_numeric_dtype(data[name])]
    if text:
        raise LatentModelError(f"columns that are not numeric: {', '.join(text)}")
    values = data[list(observed)].to_numpy(dtype=float, na_value=np.nan)
    if np.isinf(values).any():
        raise LatentModelError("the data hold infinite values")
    complete = values[~np.isnan(values).any(axis=1)]
    if len(complete) <= len(observed):
        raise LatentModelError(
            f"{len(complete)} complete rows are too few for {len(observed)} observed variables"
        )
    mean = complete.mean(axis=0)
    cov = (complete - mean).T @ (complete - mean) / len(complete)
    _check_positive_definite(cov, observed)
    return CompleteCases(len(complete), len(values), mean, cov)


def _check_positive_definite(cov: NDArray[np.float64], observed: Sequence[str]) -> None:
    deviations = np.sqrt(np.diag(cov))
    constant = [name for name, sd in zip(observed, deviations, strict=True) if sd == 0]
    if constant:
        raise LatentModelError(f"constant in the complete rows: {', '.join(constant)}")
    smallest = float(np.linalg.eigvalsh(cov / np.outer(deviations, deviations))[0])
    if smallest < 1e-12:
        raise LatentModelError(
            "the covariance matrix of the complete rows is singular: some variables are "
            "linear combinations of others"
        )
