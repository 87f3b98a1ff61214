"""Regressions of scale scores on scale scores, with robust standard errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from coprod_stats.confidence_level import check_conf_level
from coprod_stats.latent_models.frames import refuse_unbounded
from coprod_stats.results import NotebookTables
from coprod_stats.structure.covariates import indicator_columns
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.regression.covariances import estimate_covariance, gaussian_df
from coprod_stats.structure.regression.formula import INTERCEPT
from coprod_stats.structure.regression.generalized_linear import (
    MAX_ITERATIONS,
    explained_variance,
    fit_glm,
)
from coprod_stats.structure.regression.inference import inference_table
from coprod_stats.structure.regression.scaling import standard_design

if TYPE_CHECKING:
    from numpy.typing import NDArray

RobustCovariance = Literal["HC3", "cluster"]
"""``HC3``: heteroskedasticity (MacKinnon & White 1985); ``cluster``: Liang & Zeger with the
factor G/(G-1) (n-1)/(n-k)."""


@dataclass(frozen=True, slots=True)
class RegressionPath:
    """One equation: an outcome on its predictors, controlling for covariates."""

    outcome: str
    predictors: tuple[str, ...]
    covariates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RegressionFit:
    """One fitted equation; arrays are ordered by term, the intercept first.

    ``estimate`` is in units of the outcome per unit of the term, ``beta`` after both are divided
    by their standard deviations in the analysed rows (NaN for the intercept). ``df`` is that of
    the t distribution: n - k for HC3, clusters - 1 for clustered errors.
    """

    path: RegressionPath
    terms: tuple[str, ...]
    estimate: NDArray[np.float64]
    std_error: NDArray[np.float64]
    beta: NDArray[np.float64]
    beta_std_error: NDArray[np.float64]
    df: float
    n_obs: int
    n_clusters: int | None
    r_squared: float
    r_squared_adjusted: float


@dataclass(frozen=True, slots=True)
class RegressionResult(NotebookTables):
    """Several equations fitted to a table of scores."""

    fits: tuple[RegressionFit, ...]
    covariance: RobustCovariance
    conf_level: float
    n_rows: int

    def tidy(self) -> pd.DataFrame:
        """Return a row per term of each equation, with raw and standardised coefficients."""
        tables = [_term_table(fit, self.conf_level) for fit in self.fits]
        return pd.concat(tables, ignore_index=True)

    def glance(self) -> pd.DataFrame:
        """Return a row per equation: rows analysed of those given, explained variance."""
        return pd.DataFrame(
            [
                {
                    "outcome": fit.path.outcome,
                    "r_squared": fit.r_squared,
                    "r_squared_adjusted": fit.r_squared_adjusted,
                    "df": fit.df,
                    "n_obs": fit.n_obs,
                    "n_rows": self.n_rows,
                    "n_clusters": fit.n_clusters,
                    "covariance": self.covariance,
                }
                for fit in self.fits
            ]
        )

    def __str__(self) -> str:
        blocks = []
        for fit in self.fits:
            table = _term_table(fit, self.conf_level)
            rows = [
                f"  {row.term:<14} {row.estimate:>8.3f} {row.std_error:>8.3f} {row.statistic:>8.3f}"
                f" {row.p_value:>8.3f} {row.beta:>8.3f}"
                for row in table.itertuples()
            ]
            head = (
                f"{fit.path.outcome}: n = {fit.n_obs} of {self.n_rows}, "
                f"R2 = {fit.r_squared:.3f}, {self.covariance} standard errors"
            )
            names = f"  {'Term':<14}" + "".join(
                f"{name:>9}" for name in ("Estimate", "Std.Err", "t", "P(>|t|)", "Beta")
            )
            blocks.append("\n".join([head, names, *rows]))
        return "\n\n".join(blocks)


def fit_regressions(
    scores: pd.DataFrame,
    paths: Sequence[RegressionPath],
    *,
    covariance: RobustCovariance = "HC3",
    cluster: str | None = None,
    conf_level: float = 0.95,
) -> RegressionResult:
    """Fit each equation by least squares to its complete rows.

    Standardised coefficients are those of the same equation in z scores (divisor n-1, analysed
    rows); their errors treat the standard deviations as known. Covariates that are text or
    categories enter as indicators of all levels but the first.

    Parameters
    ----------
    scores : DataFrame
        A row per respondent, a column per scale score, covariate and cluster.
    paths : sequence of RegressionPath
        Equations, fitted separately.
    covariance : {"HC3", "cluster"}
        See ``RobustCovariance``; ``cluster`` needs the column of that name.
    cluster : str, optional
        Column of cluster labels.
    conf_level : float
        Confidence level of the intervals, from the t distribution.

    Raises
    ------
    StructureError
        If a column is absent or constant, a predictor is not numeric, covariance and cluster do
        not match, an equation has too few complete rows or collinear terms, or the confidence
        level is not between 0 and 1.

    References
    ----------
    MacKinnon, J. G., & White, H. (1985). Some heteroskedasticity-consistent covariance matrix
    estimators with improved finite sample properties. Journal of Econometrics, 29, 305-325.
    """
    check_conf_level(conf_level, error=StructureError)
    if (covariance == "cluster") != (cluster is not None):
        raise StructureError("clustered standard errors and a cluster column need each other")
    if not paths:
        raise StructureError("no regression was requested")
    fits = tuple(_fit_path(scores, path, cluster=cluster) for path in paths)
    return RegressionResult(
        fits=fits, covariance=covariance, conf_level=conf_level, n_rows=len(scores)
    )


def _fit_path(scores: pd.DataFrame, path: RegressionPath, *, cluster: str | None) -> RegressionFit:
    needed = [path.outcome, *path.predictors, *([cluster] if cluster else [])]
    absent = [name for name in needed if name not in scores.columns]
    if absent:
        raise StructureError(f"the scores have no column {', '.join(absent)}")
    variables = [path.outcome, *path.predictors]
    text = [name for name in variables if not pd.api.types.is_numeric_dtype(scores[name])]
    if text:
        raise StructureError(f"scores must be numeric: {', '.join(text)}")
    frame = pd.concat([scores[needed], indicator_columns(scores, path.covariates)], axis=1).dropna()
    terms = tuple(name for name in frame.columns if name not in (path.outcome, cluster))
    numbers = {name: frame[name].to_numpy(dtype=np.float64) for name in (path.outcome, *terms)}
    refuse_unbounded(numbers, error=StructureError)
    outcome = numbers[path.outcome]
    if len(outcome) and np.ptp(outcome) == 0:
        raise StructureError(f"the outcome {path.outcome} is constant in the complete rows")
    labels = pd.factorize(frame[cluster])[0] if cluster else None
    design = np.column_stack([np.ones(len(frame)), *(numbers[name] for name in terms)])
    terms = (INTERCEPT, *terms)
    standard = standard_design(design, terms, outcome=path.outcome, intercept=0)
    fit = fit_glm(
        standard.matrix, outcome, family="gaussian", weights=None, max_iterations=MAX_ITERATIONS
    )
    covariance = estimate_covariance(
        fit, errors="HC3" if labels is None else "HC1", clusters=labels
    )
    n_obs, n_terms = design.shape
    n_clusters = None if labels is None else int(labels.max()) + 1
    r_squared, adjusted = explained_variance(
        outcome, standard.matrix @ fit.params, n_terms=n_terms, weights=None, intercept=True
    )
    spread = outcome.std(ddof=1)
    return RegressionFit(
        path=path,
        terms=terms,
        estimate=standard.back @ fit.params,
        std_error=np.sqrt(np.diag(standard.back @ covariance @ standard.back.T)),
        beta=np.append(np.nan, fit.params[1:] / spread),
        beta_std_error=np.append(np.nan, np.sqrt(np.diag(covariance))[1:] / spread),
        df=gaussian_df(n_obs=n_obs, n_params=n_terms, n_clusters=n_clusters),
        n_obs=n_obs,
        n_clusters=n_clusters,
        r_squared=r_squared,
        r_squared_adjusted=adjusted,
    )


def _term_table(fit: RegressionFit, conf_level: float) -> pd.DataFrame:
    table = inference_table(
        fit.terms, fit.estimate, fit.std_error, df=fit.df, conf_level=conf_level
    )
    betas = inference_table(
        fit.terms, fit.beta, fit.beta_std_error, df=fit.df, conf_level=conf_level
    )
    return table.assign(
        outcome=fit.path.outcome,
        beta=fit.beta,
        beta_std_error=fit.beta_std_error,
        beta_conf_low=betas["conf_low"],
        beta_conf_high=betas["conf_high"],
        n_obs=fit.n_obs,
        r_squared=fit.r_squared,
    )
