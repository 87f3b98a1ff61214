"""How each case moves the two-step estimates: the rows of which Gamma is the cross-product.

The estimating equations of margins and correlations are stacked; with their derivative ``B``,
block triangular and estimated by cross-products of scores, the influence of case `i` is
``B⁻¹ sᵢ`` (Muthén 1984; Muthén & Satorra 1995, eq. 19).

References
----------
Muthén, B. (1984). Psychometrika, 49, 115-132.
Muthén, B., & Satorra, A. (1995). Psychometrika, 60, 489-503.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
Rows = slice | IntArray


class Influence(Protocol):
    """Influence of cases on the statistics of one group."""

    @property
    def n_rows(self) -> int:
        """Number of cases."""
        ...

    @property
    def n_statistics(self) -> int:
        """Number of statistics."""
        ...

    def columns(self, rows: Rows) -> FloatArray:
        """Influence of some cases, weights included, ``(n_statistics, n_chosen)``."""
        ...

    def sums_of_squares(self) -> FloatArray:
        """Sum over cases of the squared influence on each statistic, ``(n_statistics,)``."""
        ...


@dataclass(frozen=True, slots=True)
class DenseInfluence:
    """Influence held as one array.

    Parameters
    ----------
    values : (n_statistics, n_rows) array
        Weights included.
    """

    values: FloatArray

    @property
    def n_rows(self) -> int:
        """Number of cases."""
        return int(self.values.shape[1])

    @property
    def n_statistics(self) -> int:
        """Number of statistics."""
        return int(self.values.shape[0])

    def columns(self, rows: Rows) -> FloatArray:
        """Influence of some cases."""
        return self.values[:, rows]

    def sums_of_squares(self) -> FloatArray:
        """Sum over cases of the squared influence on each statistic."""
        return np.asarray(np.einsum("ij,ij->i", self.values, self.values))
