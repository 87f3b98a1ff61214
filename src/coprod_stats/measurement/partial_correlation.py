"""Partial correlations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coprod_stats.confidence_level import check_conf_level
from coprod_stats.counts import counted
from coprod_stats.measurement.errors import MeasurementDataError
from coprod_stats.measurement.frame_columns import complete_columns
from coprod_stats.measurement.scale_correlations import correlation_test, fisher_interval
from coprod_stats.results import NotebookTables

if TYPE_CHECKING:
    from narwhals.stable.v2.typing import IntoDataFrame


@dataclass(frozen=True, slots=True)
class PartialCorrelation(NotebookTables):
    """Correlation of two variables, controlling for others in both.

    Parameters
    ----------
    x, y : str
    covariates : tuple of str
        Variables that are controlled for.
    r : float
    n_obs : int
        Complete rows.
    n_omitted : int
        Incomplete rows.
    conf_level : float
        Confidence level of the interval.
    """

    x: str
    y: str
    covariates: tuple[str, ...]
    r: float
    n_obs: int
    n_omitted: int
    conf_level: float

    def tidy(self) -> pd.DataFrame:
        """Return one row, with test and interval as for a correlation of n − k cases."""
        r = np.array([self.r])
        effective = np.array([self.n_obs - len(self.covariates)])
        low, high = fisher_interval(r, effective, conf_level=self.conf_level)
        statistic, p_value = correlation_test(r, effective)
        return pd.DataFrame(
            {
                "term": [f"{self.x} ~~ {self.y}"],
                "estimate": r,
                "statistic": statistic,
                "df": effective - 2,
                "p_value": p_value,
                "conf_low": low,
                "conf_high": high,
                "controlling_for": [", ".join(self.covariates)],
            }
        )

    def glance(self) -> pd.DataFrame:
        """Return one row: cases, and the number of variables controlled for."""
        return pd.DataFrame(
            {
                "n_obs": [self.n_obs],
                "n_omitted": [self.n_omitted],
                "n_covariates": [len(self.covariates)],
                "conf_level": [self.conf_level],
            }
        )

    def __str__(self) -> str:
        row = self.tidy().iloc[0]
        return (
            f"{row['term']}, controlling for {row['controlling_for']}: {row['estimate']:.3f} "
            f"[{row['conf_low']:.3f}, {row['conf_high']:.3f}], p = {row['p_value']:.4f}, "
            f"n = {self.n_obs}"
        )


def partial_correlation(
    df: IntoDataFrame, x: str, y: str, covariates: Sequence[str], *, conf_level: float = 0.95
) -> PartialCorrelation:
    """Correlate two variables, controlling for others.

    Parameters
    ----------
    df : DataFrame
        Of pandas, polars or PyArrow: one row per respondent; incomplete rows are omitted.
    x, y : str
    covariates : sequence of str
        At least one.
    conf_level : float
        Confidence level of the interval.

    Raises
    ------
    MeasurementDataError
        If no covariate is named, the variables are linearly dependent, there are too few
        complete rows, or the confidence level is not between 0 and 1.
    """
    check_conf_level(conf_level, error=MeasurementDataError)
    if not covariates:
        raise MeasurementDataError("name at least one variable to control for")
    names = [x, y, *covariates]
    rows, n_omitted = complete_columns(df, numeric=names)
    if len(rows) < len(names) + 2:
        raise MeasurementDataError(
            f"{counted(len(rows), 'complete row')} of {', '.join(names)}; too few"
        )
    deviations = (rows - rows.mean()) / rows.std().replace(0.0, 1.0)
    if np.linalg.matrix_rank(deviations.to_numpy()) < len(names):
        raise MeasurementDataError(
            f"{', '.join(names)}: one is constant or a linear function of the others; omit it"
        )
    # pingouin takes more than a second to load
    import pingouin

    found = pingouin.partial_corr(rows, x=x, y=y, covar=list(covariates))
    return PartialCorrelation(
        x=x,
        y=y,
        covariates=tuple(covariates),
        r=float(found["r"].iloc[0]),
        n_obs=len(rows),
        n_omitted=n_omitted,
        conf_level=conf_level,
    )
