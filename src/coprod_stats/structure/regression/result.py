"""A fitted regression: its tables and its text."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.counts import counted
from coprod_stats.literals import RegressionErrors, RegressionFamily
from coprod_stats.results import NotebookTables
from coprod_stats.structure.regression.effects import average_effects
from coprod_stats.structure.regression.formula import Design
from coprod_stats.structure.regression.inference import inference_table


@dataclass(frozen=True, slots=True)
class Regression(NotebookTables):
    """One equation fitted to one outcome.

    Attributes
    ----------
    terms : tuple of str
        Labels of the parameters: the terms of the formula, then thresholds of an ordinal outcome
        as ``1|2``.
    estimate : (n_params,)
        Coefficients on the scale of the link: identity, logit or log.
    covariance : (n_params, n_params)
        By ``errors``; NaN where the fit did not converge.
    df : float
        Of the t distribution of tests and intervals; infinite for the normal distribution.
    categories : tuple of str
        Labels of a binary outcome, the second being the event, or of an ordinal one.
    sigma : float
        Residual standard deviation of a Gaussian outcome, divisor n - k; NaN for others.
    dispersion : float
        alpha of a negative binomial outcome, Var = mu + alpha mu^2; NaN for others.
    log_likelihood : float
        NaN with sampling weights, for which it is not defined.
    n_likelihood_params : int
        Number of parameters in information criteria.
    note : str
        Why the fit did not converge, or another remark on it.
    """

    family: RegressionFamily
    terms: tuple[str, ...]
    estimate: NDArray[np.float64]
    covariance: NDArray[np.float64] = field(repr=False)
    errors: RegressionErrors
    df: float
    conf_level: float
    categories: tuple[str, ...]
    n_obs: int
    n_omitted: int
    cluster: str | None
    n_clusters: int | None
    weights: str | None
    sigma: float
    dispersion: float
    log_likelihood: float
    n_likelihood_params: int
    r_squared: float
    r_squared_adjusted: float
    converged: bool
    note: str
    design: Design = field(repr=False)
    case_weights: NDArray[np.float64] | None = field(repr=False)

    @property
    def formula(self) -> str:
        """The formula as written."""
        return self.design.formula.text

    @property
    def outcome(self) -> str:
        """The left side of the formula."""
        return self.design.formula.outcome

    @property
    def std_error(self) -> NDArray[np.float64]:
        """Standard errors of the parameters, shape (n_params,)."""
        found: NDArray[np.float64] = np.sqrt(np.diag(self.covariance))
        return found

    def tidy(self) -> pd.DataFrame:
        """Return a row per parameter."""
        return inference_table(
            self.terms, self.estimate, self.std_error, df=self.df, conf_level=self.conf_level
        )

    def glance(self) -> pd.DataFrame:
        """Return one row: the model, its rows, its fit, and whether it converged."""
        deviance, count = -2 * self.log_likelihood, self.n_likelihood_params
        row = {
            "outcome": self.outcome,
            "family": self.family,
            "errors": self.errors,
            "cluster": self.cluster,
            "weights": self.weights,
            "n_obs": self.n_obs,
            "n_omitted": self.n_omitted,
            "n_clusters": self.n_clusters,
            "df": self.df,
            "converged": self.converged,
            "note": self.note,
            "log_likelihood": self.log_likelihood,
            "aic": deviance + 2 * count,
            "bic": deviance + np.log(self.n_obs) * count,
            "sigma": self.sigma,
            "dispersion": self.dispersion,
            "r_squared": self.r_squared,
            "r_squared_adjusted": self.r_squared_adjusted,
        }
        return pd.DataFrame([row])

    def effects(self) -> pd.DataFrame:
        """Return average marginal effects: a row per predictor, contrast and category.

        ``contrast`` is ``slope`` for a numeric predictor, and names both levels of a discrete
        change for a categorical or binary one; ``category`` is that of an ordinal outcome, empty
        for others. Effects on a Gaussian outcome or a count are in its units, others are changes
        of probabilities.

        Raises
        ------
        StructureError
            If a term of the formula has no derivative in some row.
        """
        found = average_effects(
            self.design,
            self.estimate,
            self.covariance,
            family=self.family,
            categories=self.categories,
            weights=self.case_weights,
        )
        table = inference_table(
            found.variables,
            found.estimate,
            found.std_error,
            df=self.df,
            conf_level=self.conf_level,
        )
        return table.assign(contrast=list(found.contrasts), category=list(found.categories))

    def __str__(self) -> str:
        letter = "z" if np.isinf(self.df) else "t"
        names = ("Estimate", "Std.Err", letter, f"P(>|{letter}|)")
        width = max(14, *(len(term) + 2 for term in self.terms))
        rows = [
            f"  {row.term:<{width}} {row.estimate:>8.3f} {row.std_error:>8.3f}"
            f" {row.statistic:>8.3f} {row.p_value:>8.3f}"
            for row in self.tidy().itertuples()
        ]
        head = [self.formula, f"  {self._described()}", *([f"  {self.note}"] if self.note else [])]
        return "\n".join([*head, f"  {'Term':<{width}}" + "".join(f"{n:>9}" for n in names), *rows])

    def _described(self) -> str:
        parts = [f"{self.family}, n = {self.n_obs} ({self.n_omitted} omitted)"]
        if self.family == "binomial":
            parts.append(f"event {self.outcome} = {self.categories[1]}")
        if self.weights is not None:
            parts.append(f"weights {self.weights}")
        if self.n_clusters is not None:
            parts.append(f"{counted(self.n_clusters, 'cluster')} of {self.cluster}")
        parts.append(f"{self.errors} standard errors")
        if self.family == "gaussian":
            parts.append(f"R2 = {self.r_squared:.3f}")
        if self.family == "negative-binomial":
            parts.append(f"dispersion {self.dispersion:.3f}")
        return ", ".join(parts)
