"""The test and the fit indices of a fit by kind: uncorrected, scaled and robust."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

FitKind = Literal["uncorrected", "scaled", "robust"]

_SUFFIXES: dict[FitKind, str] = {"uncorrected": "", "scaled": "_scaled", "robust": "_robust"}


@dataclass(frozen=True, slots=True)
class ReportedFit:
    """Test and indices of one kind; NaN where there is none of that kind."""

    kind: FitKind
    chisq: float
    df: float
    p_value: float
    cfi: float
    tli: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float


def fit_by_kind(fit: Mapping[str, float]) -> tuple[ReportedFit, ...]:
    """Return each kind of test and indices that a fit has.

    Parameters
    ----------
    fit : mapping of str to float
        As in :class:`~coprod_stats.latent_models.labelled_fit.LabelledFit`.
    """
    found = []
    for kind, suffix in _SUFFIXES.items():
        test = "" if kind == "robust" else suffix
        names = {
            "chisq": f"chisq{test}",
            "df": f"df{test}",
            "p_value": f"pvalue{test}",
            "cfi": f"cfi{suffix}",
            "tli": f"tli{suffix}",
            "rmsea": f"rmsea{suffix}",
            "rmsea_low": f"rmsea_ci_lower{suffix}",
            "rmsea_high": f"rmsea_ci_upper{suffix}",
        }
        values = {field: fit.get(name, math.nan) for field, name in names.items()}
        if kind == "robust":  # robust indices have no test of their own
            values |= dict.fromkeys(("chisq", "df", "p_value"), math.nan)
        if not math.isnan(values["cfi"]) or not math.isnan(values["p_value"]):
            found.append(ReportedFit(kind, **values))
    return tuple(found)


def reported_test(fit: Mapping[str, float]) -> ReportedFit | None:
    """Return the test that a text reports: the scaled one wherever the estimator scales."""
    tests = [row for row in fit_by_kind(fit) if not math.isnan(row.p_value)]
    return tests[-1] if tests else None


def reported_indices(fit: Mapping[str, float]) -> ReportedFit | None:
    """Return the indices that a text reports: robust ones, or else scaled, or else uncorrected."""
    kinds = [row for row in fit_by_kind(fit) if not math.isnan(row.cfi)]
    return kinds[-1] if kinds else None
