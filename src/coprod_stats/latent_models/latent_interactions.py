"""Interactions of latent variables by products of their indicators.

The product of two latent variables is measured by products of their indicators: by matched pairs,
each indicator used once [marsh2004]_, or by all pairs. Indicators are centred first; the treatment
of the products determines means and correlations:

- ``double-mean``: products are centred again, so that no mean structure is needed [lin2010]_;
- ``residual``: products are replaced by their residuals from a regression on all indicators of
  both latent variables, which leaves the main effects the same as without the product
  [little2006]_;
- ``mean``: products are not changed; the product factor has a mean, the covariance of the two.

Products are not normal even if the indicators are: use MLR.

References
----------
.. [lin2010] Lin, G.-C., Wen, Z., Marsh, H. W., & Lin, H.-S. (2010). Structural equation models of
   latent interactions: Clarification of orthogonalizing and double-mean-centering strategies.
   Structural Equation Modeling, 17, 374-391.
.. [little2006] Little, T. D., Bovaird, J. A., & Widaman, K. F. (2006). On the merits of
   orthogonalizing powered and product terms. Structural Equation Modeling, 13, 497-519.
.. [marsh2004] Marsh, H. W., Wen, Z., & Hau, K.-T. (2004). Structural equation models of latent
   interactions: Evaluation of alternative estimation strategies and indicator construction.
   Psychological Methods, 9, 275-300.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.frames import (
    column_names,
    frame_columns,
    is_pandas,
    narwhals_frame,
    numeric_columns,
    require_columns,
)
from coprod_stats.literals import ProductCentring, ProductPairs

if TYPE_CHECKING:
    from narwhals.stable.v2.typing import IntoDataFrame, IntoDataFrameT

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class ProductIndicators:
    """Products of the indicators of two latent variables.

    Parameters
    ----------
    values : (n_rows, n_products) array
        NaN where an indicator of the product is missing.
    names : tuple of str
        ``a.b`` for the product of `a` and `b`.
    pairs : tuple of (str, str)
        The indicators of each product.
    """

    values: FloatArray
    names: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]

    def joined(self, data: IntoDataFrameT) -> IntoDataFrameT:
        """Return the data, a frame of the same library, with the products as further columns.

        Raises
        ------
        LatentModelError
            If the data have a different number of rows, or a column has the name of a product.
        """
        taken = [name for name in self.names if name in column_names(data)]
        if taken:
            raise LatentModelError(f"the data already have a column {', '.join(taken)}")
        columns = dict(zip(self.names, self.values.T, strict=True))
        n_rows = len(data) if is_pandas(data) else narwhals_frame(data).shape[0]
        if n_rows != len(self.values):
            raise LatentModelError(f"products of {len(self.values)} rows, data of {n_rows}")
        wider = data.assign(**columns) if is_pandas(data) else _widened(data, columns)
        return cast("IntoDataFrameT", wider)

    def measurement(self, factor: str) -> str:
        """Return the product factor in lavaan's syntax.

        Residuals of products that share an indicator share that indicator's residual: with all
        pairs their covariances are free.

        Parameters
        ----------
        factor : str
            Name of the product factor.
        """
        lines = [f"{factor} =~ {' + '.join(self.names)}"]
        for one, other in combinations(range(len(self.pairs)), 2):
            if set(self.pairs[one]) & set(self.pairs[other]):
                lines.append(f"{self.names[one]} ~~ {self.names[other]}")
        return "\n".join(lines)


def _widened(data: IntoDataFrame, columns: Mapping[str, FloatArray]) -> IntoDataFrame:
    # loaded by now
    import narwhals.stable.v2 as nw

    frame = narwhals_frame(data)
    further = [
        nw.new_series(name, values, nw.Float64, backend=frame.implementation)
        for name, values in columns.items()
    ]
    wider: IntoDataFrame = frame.with_columns(*further).to_native()
    return wider


def product_indicators(
    data: IntoDataFrame,
    first: Sequence[str],
    second: Sequence[str],
    *,
    pairs: ProductPairs = "matched",
    centring: ProductCentring = "double-mean",
) -> ProductIndicators:
    """Multiply the indicators of two latent variables.

    Means are those of all answers to an item. Residuals need complete rows: a row with a missing
    indicator then has no products.

    Parameters
    ----------
    data : DataFrame
        Of pandas, polars or PyArrow: a row per case.
    first, second : sequence of str
        Indicators of the two latent variables; pairs are matched in their order.
    pairs : {'matched', 'all'}
        See ``ProductPairs``.
    centring : {'double-mean', 'residual', 'mean'}
        See ``ProductCentring``.

    Raises
    ------
    LatentModelError
        If a column is absent, not numeric, empty, or named twice; if matched sets differ in
        length; or if residuals are requested with no more complete rows than indicators.
    """
    items = (*first, *second)
    columns = frame_columns(data, items)
    require_columns(columns, items)
    repeated = [name for name, count in Counter(items).items() if count > 1]
    if repeated:
        raise LatentModelError(f"indicators named more than once: {', '.join(repeated)}")
    numeric_columns(columns, items)
    empty = [name for name in items if np.isnan(columns[name]).all()]
    if empty:
        raise LatentModelError(f"columns without answers: {', '.join(empty)}")
    if pairs == "matched" and len(first) != len(second):
        raise LatentModelError(
            f"matched pairs need as many indicators on both sides, not {len(first)} and "
            f"{len(second)}; use all pairs, or omit indicators"
        )
    chosen = list(zip(first, second, strict=True) if pairs == "matched" else product(first, second))
    places = np.array([(items.index(a), items.index(b)) for a, b in chosen], dtype=np.intp)
    values = np.column_stack([columns[name] for name in items])
    return ProductIndicators(
        values=centred_products(values, places, centring=centring),
        names=tuple(f"{a}.{b}" for a, b in chosen),
        pairs=tuple(chosen),
    )


def centred_products(
    values: FloatArray, places: IntArray, *, centring: ProductCentring
) -> FloatArray:
    """Multiply columns that are centred, and centre the products as asked.

    Parameters
    ----------
    values : (n_rows, n_items) array
        NaN where missing.
    places : (n_products, 2) int array
        Columns to multiply.
    centring : {'double-mean', 'residual', 'mean'}

    Raises
    ------
    LatentModelError
        If residuals are requested with no more complete rows than columns.
    """
    centred = values - np.nanmean(values, axis=0)
    products: FloatArray = centred[:, places[:, 0]] * centred[:, places[:, 1]]
    if centring == "mean":
        return products
    if centring == "double-mean":
        return np.asarray(products - np.nanmean(products, axis=0))
    complete = ~np.isnan(values).any(axis=1)
    if complete.sum() <= values.shape[1] + 1:
        raise LatentModelError(
            f"residuals from {values.shape[1]} indicators need more complete rows than "
            f"{int(complete.sum())}"
        )
    design = np.column_stack([np.ones(int(complete.sum())), centred[complete]])
    slopes = np.linalg.lstsq(design, products[complete], rcond=None)[0]
    residuals: FloatArray = np.full(products.shape, np.nan)
    residuals[complete] = products[complete] - design @ slopes
    return residuals
