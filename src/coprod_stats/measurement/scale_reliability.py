"""Reliability of one scale: alpha, omega, Spearman–Brown, each where applicable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.latent_models import SemFit
from coprod_stats.measurement.coefficients import (
    coefficient_alpha,
    feldt_interval,
    mean_off_diagonal,
    spearman_brown,
    spearman_brown_interval,
)
from coprod_stats.measurement.one_factor_omega import (
    OneFactorError,
    estimated_omega,
    fit_one_factor,
    has_negative_residual,
    omega_observed_variance,
)
from coprod_stats.quality.pairwise_moments import pairwise_correlation, pairwise_covariance
from coprod_stats.results import NotebookTables

FloatArray = NDArray[np.float64]
Missing = Literal["pairwise", "listwise"]
Verdict = Literal["good", "sufficient", "weak", "unknown"]

SUFFICIENT, GOOD = 0.70, 0.80
"""Guidance for research (Nunnally & Bernstein, 1994), not a rule (Lance, Butts & Michels, 2006)."""


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A reliability coefficient with its interval and the number of respondents."""

    term: str
    estimate: float
    n_obs: int
    std_error: float = np.nan
    conf_low: float = np.nan
    conf_high: float = np.nan


@dataclass(frozen=True, slots=True, eq=False)
class ScaleReliability(NotebookTables):
    """Reliability of one scale.

    Parameters
    ----------
    scale, title : str
        Id and title of the scale.
    items : tuple of str
        Its items, reverse-scored where the instrument says so.
    missing : {"pairwise", "listwise"}
        Cases used for alpha and the inter-item correlation; omega uses complete rows.
    conf_level : float
        Confidence level of the intervals.
    n_obs, n_complete : int
        Respondents who answered any item, and who answered all of them.
    coefficients : tuple of Coefficient
        Those applicable to this number of items.
    one_factor : SemFit or None
        The model behind omega.
    notes : tuple of str
        Caveats and missing coefficients, with reasons.
    """

    scale: str
    title: str
    items: tuple[str, ...]
    missing: Missing
    conf_level: float
    n_obs: int
    n_complete: int
    coefficients: tuple[Coefficient, ...]
    one_factor: SemFit | None
    notes: tuple[str, ...]

    def estimate(self, term: str) -> float:
        """Return a coefficient; NaN where it does not apply."""
        return next((c.estimate for c in self.coefficients if c.term == term), np.nan)

    @property
    def improper(self) -> bool:
        """Whether the one-factor model did not converge or has a negative residual variance."""
        fit = self.one_factor
        return fit is not None and (has_negative_residual(fit) or not fit.converged)

    @property
    def headline(self) -> Coefficient | None:
        """The coefficient to report: omega, or Spearman–Brown for two items, else alpha."""
        order = (
            ("spearman_brown", "alpha") if self.improper else ("omega", "spearman_brown", "alpha")
        )
        known = {c.term: c for c in self.coefficients if not np.isnan(c.estimate)}
        return next((known[term] for term in order if term in known), None)

    @property
    def verdict(self) -> Verdict:
        """Whether the headline coefficient is good (≥ .80), sufficient (≥ .70) or weak."""
        if self.headline is None:
            return "unknown"
        value = self.headline.estimate
        return "good" if value >= GOOD else "sufficient" if value >= SUFFICIENT else "weak"

    def tidy(self) -> pd.DataFrame:
        """Return a row per coefficient."""
        return reliability_table([self])

    def glance(self) -> pd.DataFrame:
        """Return one row: the scale, its coefficients side by side, the verdict and the notes."""
        return pd.DataFrame([self.row()])

    def row(self) -> dict[str, object]:
        """Return the row of `glance` by column."""
        row: dict[str, object] = {
            "scale": self.scale,
            "title": self.title,
            "n_items": len(self.items),
            "n_obs": self.n_obs,
            "n_complete": self.n_complete,
            "missing": self.missing,
        }
        known = {c.term: c for c in self.coefficients}
        for term in ("alpha", "omega", "spearman_brown"):
            found = known.get(term, Coefficient(term, np.nan, 0))
            row |= {term: found.estimate, f"{term}_low": found.conf_low}
            row[f"{term}_high"] = found.conf_high
        for term in ("alpha_standardised", "omega_observed", "mean_inter_item_r"):
            row[term] = self.estimate(term)
        row |= {"improper": self.improper, "verdict": self.verdict, "notes": "; ".join(self.notes)}
        return row

    def __str__(self) -> str:
        return printed_reliability(self.glance())


def scale_reliability(
    keyed: FloatArray,
    *,
    scale: str,
    title: str,
    items: tuple[str, ...],
    missing: Missing = "pairwise",
    conf_level: float = 0.95,
) -> ScaleReliability:
    """Estimate the reliability of one scale from scored answers of shape (n_persons, n_items).

    With pairwise covariances, the n of the interval of alpha is the number of respondents who
    answered any item, as in psych for rows that are not completely missing.
    """
    answered = ~np.isnan(keyed)
    complete = keyed[answered.all(axis=1)]
    used = keyed[answered.any(axis=1)] if missing == "pairwise" else complete
    coefficients, notes = coefficients_of_covariances(used, conf_level)
    one_factor = None
    if coefficients and len(items) >= 3:
        one_factor, omegas, note = coefficients_of_one_factor(complete, conf_level)
        coefficients += omegas
        notes += (note,) if note else ()
    return ScaleReliability(
        scale=scale,
        title=title,
        items=items,
        missing=missing,
        conf_level=conf_level,
        n_obs=int(answered.any(axis=1).sum()),
        n_complete=complete.shape[0],
        coefficients=coefficients,
        one_factor=one_factor,
        notes=notes,
    )


def coefficients_of_covariances(
    used: FloatArray, conf_level: float
) -> tuple[tuple[Coefficient, ...], tuple[str, ...]]:
    """Return alpha and related coefficients with remarks, or none and the reason.

    Parameters
    ----------
    used : ndarray, shape (n_persons, n_items)
        Answers after reverse scoring; covariances are pairwise.
    conf_level : float
    """
    covariance = pairwise_covariance(used)
    obstacle = _obstacle(covariance)
    if obstacle:
        return (), (obstacle,)
    found = _from_covariance(covariance, used, conf_level)
    if (covariance.sum(axis=0) < np.diag(covariance)).any():
        return found, (
            "an item correlates negatively with the others: check its scoring direction",
        )
    return found, ()


def _obstacle(covariance: FloatArray) -> str:
    """Describe why no coefficient can be computed; empty if they can."""
    if covariance.shape[0] == 0:
        return "none of its items was answered"
    if covariance.shape[0] == 1:
        return "a single item: its reliability cannot be estimated from one survey"
    if np.isnan(covariance).any():
        return "two items were answered together by fewer than two respondents"
    variances = np.diag(covariance)
    if (variances <= 0).any():
        return "an item does not vary"
    correlation = covariance / np.sqrt(np.outer(variances, variances))
    cancelled = min(covariance.sum() / variances.sum(), correlation.sum()) < 1e-9
    if cancelled:
        return "the items cancel each other out: check their scoring direction"
    if max(coefficient_alpha(covariance), coefficient_alpha(correlation)) > 1:
        return "covariances from different respondents contradict each other: alpha would exceed 1"
    return ""


def _from_covariance(
    covariance: FloatArray, used: FloatArray, conf_level: float
) -> tuple[Coefficient, ...]:
    n_obs, n_items = used.shape
    scale = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(scale, scale)
    alpha = coefficient_alpha(covariance)
    interval = feldt_interval(alpha, n_obs, n_items, conf_level=conf_level)
    found: tuple[Coefficient, ...] = (
        Coefficient("alpha", alpha, n_obs, np.nan, *interval),
        Coefficient("alpha_standardised", coefficient_alpha(correlation), n_obs),
        Coefficient("mean_inter_item_r", mean_off_diagonal(correlation), n_obs),
    )
    if n_items == 2:
        both = used[~np.isnan(used).any(axis=1)]
        r = float(pairwise_correlation(both)[0][0, 1])
        interval = spearman_brown_interval(r, len(both), conf_level=conf_level)
        found += (Coefficient("spearman_brown", spearman_brown(r), len(both), np.nan, *interval),)
    return found


def coefficients_of_one_factor(
    complete: FloatArray, conf_level: float
) -> tuple[SemFit | None, tuple[Coefficient, ...], str]:
    """Return the one-factor model of complete rows, omega, and a remark or the reason for none."""
    n_obs = complete.shape[0]
    try:
        fit = fit_one_factor(complete, conf_level=conf_level)
    except OneFactorError as error:
        return None, (), f"no omega: {error}"
    if not fit.converged:
        return fit, (), "no omega: the one-factor model did not converge"
    found = estimated_omega(fit)
    omega = Coefficient("omega", found.est, n_obs, found.se, found.ci_lower, found.ci_upper)
    observed = Coefficient("omega_observed", omega_observed_variance(fit), n_obs)
    heywood = "omega is improper: a residual variance is negative (Heywood case)"
    return fit, (omega, observed), heywood if has_negative_residual(fit) else ""


def reliability_table(scales: Sequence[ScaleReliability]) -> pd.DataFrame:
    """Return a row per scale and coefficient."""
    names = ("term", "estimate", "std_error", "conf_low", "conf_high", "n_obs")
    rows = [
        (*(getattr(coefficient, name) for name in names), entry.scale, len(entry.items))
        for entry in scales
        for coefficient in entry.coefficients
    ]
    return pd.DataFrame(rows, columns=[*names, "scale", "n_items"])


def printed_reliability(table: pd.DataFrame) -> str:
    """Return rows of ``ScaleReliability.glance`` as a short table, with notes below."""
    if table.empty:
        return "no scales"
    shown = table[["scale", "n_items", "n_obs", "verdict"]].copy()
    rows = table.to_dict("records")
    for term in ("alpha", "omega", "spearman_brown"):
        shown[term] = [_printed(row[term], row[f"{term}_low"], row[f"{term}_high"]) for row in rows]
    notes = [f"{row['scale']}: {row['notes']}" for row in rows if row["notes"]]
    return "\n".join([shown.to_string(index=False), *notes])


def _printed(estimate: float, low: float, high: float) -> str:
    if np.isnan(estimate):
        return ""
    return f"{estimate:.2f}" if np.isnan(low) else f"{estimate:.2f} [{low:.2f}, {high:.2f}]"
