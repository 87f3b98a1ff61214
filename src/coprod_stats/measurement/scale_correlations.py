"""Correlations of scale scores, also controlling for one scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from coprod_stats.confidence_level import check_conf_level
from coprod_stats.errors import CoprodError
from coprod_stats.quality.pairwise_moments import pairwise_correlation
from coprod_stats.results import NotebookTables
from coprod_stats.scoring import Scores

FloatArray = NDArray[np.float64]


class ScaleCorrelationError(CoprodError):
    """Correlations that cannot be computed as requested."""


@dataclass(frozen=True, slots=True, eq=False)
class ScaleCorrelations(NotebookTables):
    """Correlations of scale scores, over the available cases of each pair.

    Parameters
    ----------
    scales : tuple of str
        Ids of the scales, in the order of rows and columns.
    r : ndarray, shape (n_scales, n_scales)
        Pearson correlations; NaN where a scale does not vary among respondents with both scores.
    n_obs : ndarray of int, shape (n_scales, n_scales)
        Respondents with both scores.
    held_constant : str
        Scale that ``partial_r`` controls for; empty for none.
    partial_r : ndarray, shape (n_scales, n_scales)
        Partial correlations; NaN without such a scale, and in its own row and column.
    conf_level : float
        Confidence level of the intervals.
    """

    scales: tuple[str, ...]
    r: FloatArray
    n_obs: NDArray[np.intp]
    held_constant: str
    partial_r: FloatArray
    conf_level: float

    def tidy(self) -> pd.DataFrame:
        """Return a row per pair of scales, with unadjusted p-values."""
        first, second = np.triu_indices(len(self.scales), k=1)
        ids = np.array(self.scales, dtype=object)
        r, n_obs = self.r[first, second], self.n_obs[first, second]
        low, high = fisher_interval(r, n_obs, conf_level=self.conf_level)
        statistic, p_value = correlation_test(r, n_obs)
        return pd.DataFrame(
            {
                "term": ids[first] + " ~~ " + ids[second],
                "estimate": r,
                "statistic": statistic,
                "df": n_obs - 2,
                "p_value": p_value,
                "conf_low": low,
                "conf_high": high,
                "scale_1": ids[first],
                "scale_2": ids[second],
                "n_obs": n_obs,
                "partial_r": self.partial_r[first, second],
            }
        )

    def matrix(self) -> pd.DataFrame:
        """Return the correlations as a labelled matrix."""
        return pd.DataFrame(self.r, index=list(self.scales), columns=list(self.scales))

    def glance(self) -> pd.DataFrame:
        """Return one row: scales, pairs, the smallest n of a pair, the largest correlation."""
        pairs = self.tidy()
        return pd.DataFrame(
            {
                "n_scales": [len(self.scales)],
                "n_pairs": [len(pairs)],
                "min_n_obs": [int(pairs["n_obs"].min()) if len(pairs) else 0],
                "largest": [pairs["estimate"].abs().max()],
                "held_constant": [self.held_constant],
            }
        )

    def __str__(self) -> str:
        return str(self.matrix().to_string(float_format="{:.2f}".format, na_rep=""))


def scale_correlations(
    scores: Scores, *, held_constant: str | None = None, conf_level: float = 0.95
) -> ScaleCorrelations:
    """Correlate the scores of all scales that have any.

    Parameters
    ----------
    scores : Scores
        Scale scores.
    held_constant : str, optional
        Scale to control for in the partial correlations. The correlations of a marker scale,
        which by design is unrelated to the others, indicate common method variance, and the
        partial correlations are adjusted for it (Lindell & Whitney, 2001, Journal of Applied
        Psychology 86).
    conf_level : float
        Confidence level of the intervals.

    Raises
    ------
    ScaleCorrelationError
        If nobody has a score on the scale to control for, or the confidence level is not between
        0 and 1.
    """
    check_conf_level(conf_level, error=ScaleCorrelationError)
    values = scores.values.dropna(axis=1, how="all")
    if held_constant is not None and held_constant not in values:
        scored = ", ".join(map(str, values)) or "none"
        raise ScaleCorrelationError(
            f"nobody has a score on '{held_constant}'; scales with scores: {scored}"
        )
    r, n_obs = pairwise_correlation(values.to_numpy(dtype=np.float64))
    return ScaleCorrelations(
        scales=tuple(values.columns),
        r=r,
        n_obs=n_obs.astype(np.intp),
        held_constant=held_constant or "",
        partial_r=_partial(values, held_constant),
        conf_level=conf_level,
    )


def fisher_interval(
    r: FloatArray, n_obs: NDArray[np.intp], *, conf_level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    r"""Compute the interval of a correlation, :math:`\tanh(\mathrm{artanh}\,r \pm z / \sqrt{n-3})`.

    Fisher (1921), as ``psych::corr.test``. NaN with fewer than four respondents.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = stats.norm.ppf((1 + conf_level) / 2) / np.sqrt(
            np.where(n_obs > 3, n_obs - 3, np.nan)
        )
        z = np.arctanh(np.clip(r, -1, 1))
    return np.tanh(z - reach), np.tanh(z + reach)


def correlation_test(r: FloatArray, n_obs: NDArray[np.intp]) -> tuple[FloatArray, FloatArray]:
    r"""Test a correlation: :math:`t = r \sqrt{(n-2) / (1-r^2)}` on n − 2 df, and its p-value.

    NaN with fewer than three respondents.
    """
    df = np.where(n_obs > 2, n_obs - 2, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = r * np.sqrt(df / (1 - np.clip(r, -1, 1) ** 2))
    return statistic, 2 * stats.t.sf(np.abs(statistic), df)


def _partial(values: pd.DataFrame, held_constant: str | None) -> FloatArray:
    """Compute the partial correlations of all pairs, over the respondents with all three scores."""
    n_scales = values.shape[1]
    found = np.full((n_scales, n_scales), np.nan)
    if held_constant is None:
        return found
    scored = values.dropna(subset=[held_constant])
    controlled = scored[held_constant].to_numpy(dtype=np.float64)
    scores = scored.to_numpy(dtype=np.float64)
    present = ~np.isnan(scores)
    others = [k for k, name in enumerate(values) if name != held_constant]
    for position, row in enumerate(others):
        for column in others[:position]:
            rows = present[:, row] & present[:, column]
            found[row, column] = found[column, row] = first_order_partial(
                scores[rows, row], scores[rows, column], controlled[rows]
            )
    return found


def first_order_partial(x: FloatArray, y: FloatArray, controlled: FloatArray) -> float:
    r"""Correlate the residuals of two variables after regression on a third.

    :math:`r_{xy \cdot z} = (r_{xy} - r_{xz} r_{yz}) / \sqrt{(1 - r_{xz}^2)(1 - r_{yz}^2)}`
    (Cohen, Cohen, West & Aiken, 2003, Applied multiple regression/correlation analysis, section
    3.3), as ``pingouin.partial_corr``, which checks and copies a frame for each of the pairs. NaN
    with fewer than four respondents, or if one of the three follows from the others.
    """
    if len(x) < 4:
        return float("nan")
    centred = np.column_stack([x, y, controlled])
    centred -= centred.mean(axis=0)
    if np.linalg.matrix_rank(centred) < 3:
        return float("nan")
    z = centred[:, 2]
    residuals = centred[:, :2] - np.outer(z, z @ centred[:, :2]) / (z @ z)
    first, second = residuals.T
    return float(first @ second / np.sqrt((first @ first) * (second @ second)))
