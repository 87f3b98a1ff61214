"""A fitted model as text, laid out as a reader of lavaan's ``summary()`` expects it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coprod_stats.latent_models.sem_fit import FittedParameter, SemFit

_COLUMNS = ("Estimate", "Std.Err", "z-value", "P(>|z|)", "Std.lv", "Std.all")
_NAME_MARGIN = 8
_LABEL_WIDTH = 46


def summary_text(fit: SemFit) -> str:
    """Write the summary: state, test and fit indices, parameters in sections, R-square."""
    return "\n".join(_lines(fit))


def _lines(fit: SemFit) -> Iterator[str]:
    yield f"Structural equation model: {fit.estimator} by {fit.engine}"
    if not fit.converged:
        yield "  NOT CONVERGED: the estimates below are no solution"
    elif not fit.proper:
        yield "  IMPROPER SOLUTION: see the warnings"
    for warning in fit.warnings:
        yield f"  Warning {warning.code}: {warning.message}"
    yield ""
    yield _entry("Number of observations (used of total)", f"{fit.n_obs} of {fit.n_rows}")
    yield _entry("Number of model parameters", f"{fit.fit['npar']:.0f}")
    if "chisq" in fit.fit:
        yield from _test_lines(fit.fit)
    width = _NAME_MARGIN + max(len(_shown_name(row)) for row in fit.parameters)
    endogenous = _predicted(fit.parameters)
    for title, rows in _sections(fit.parameters):
        if rows:
            yield ""
            yield f"{title}:"
            yield " " * width + "".join(f"{name:>9}" for name in _COLUMNS)
            yield from _section_lines(rows, endogenous=endogenous, width=width)
    if fit.r_squared:
        yield ""
        yield "R-Square:"
        yield " " * width + f"{'Estimate':>9}"
        yield from (
            f"{f'    {name}':<{width}}{value:>9.3f}" for name, value in fit.r_squared.items()
        )


def _entry(label: str, value: str) -> str:
    return f"  {label:<{_LABEL_WIDTH}}{value:>14}"


def _test_lines(fit: dict[str, float]) -> Iterator[str]:
    yield ""
    yield "Model Test User Model:"
    yield _entry("Test statistic", f"{fit['chisq']:.3f}")
    yield _entry("Degrees of freedom", f"{fit['df']:.0f}")
    if fit["df"] > 0:
        yield _entry("P-value (Chi-square)", f"{fit['pvalue']:.3f}")
    yield ""
    yield "Fit Indices:"
    for label, key in (
        ("Comparative Fit Index (CFI)", "cfi"),
        ("Tucker-Lewis Index (TLI)", "tli"),
        ("RMSEA", "rmsea"),
        ("90 Percent confidence interval - lower", "rmsea_ci_lower"),
        ("90 Percent confidence interval - upper", "rmsea_ci_upper"),
        ("SRMR", "srmr"),
        ("Loglikelihood", "logl"),
        ("Akaike (AIC)", "aic"),
        ("Bayesian (BIC)", "bic"),
    ):
        if key in fit:
            yield _entry(label, f"{fit[key]:.3f}")


def _predicted(rows: Iterable[FittedParameter]) -> set[str]:
    """Variables whose (co)variances are those of residuals: lavaan marks them by a dot."""
    return {row.rhs if row.op == "=~" else row.lhs for row in rows if row.op in ("=~", "~")}


def _sections(
    rows: tuple[FittedParameter, ...],
) -> Iterator[tuple[str, list[FittedParameter]]]:
    yield "Latent Variables", [row for row in rows if row.op == "=~"]
    yield "Regressions", [row for row in rows if row.op == "~"]
    yield "Covariances", [row for row in rows if row.op == "~~" and row.lhs != row.rhs]
    yield "Intercepts", [row for row in rows if row.op == "~1"]
    yield "Variances", [row for row in rows if row.op == "~~" and row.lhs == row.rhs]
    yield "Defined Parameters", [row for row in rows if row.op == ":="]


def _section_lines(
    rows: list[FittedParameter], *, endogenous: set[str], width: int
) -> Iterator[str]:
    heading = ""
    for row in rows:
        residual = row.op in ("~~", "~1")
        left, right = (
            f".{name}" if residual and name in endogenous else f" {name}"
            for name in (row.lhs, row.rhs)
        )
        grouped = row.op in ("=~", "~") or (row.op == "~~" and row.lhs != row.rhs)
        if grouped and f"{left} {row.op}" != heading:
            heading = f"{left} {row.op}"
            yield f" {heading}"
        name = (right if grouped else left) + (f" ({row.label})" if row.label else "")
        yield f"{f'   {name}':<{width}}" + "".join(_cells(row))


def _shown_name(row: FittedParameter) -> str:
    return f"{row.rhs} ({row.label})" if row.label else row.rhs


def _cells(row: FittedParameter) -> Iterator[str]:
    errors = (row.se, row.z, row.pvalue) if row.free else (math.nan,) * 3
    for value in (row.est, *errors, row.std_lv, row.std_all):
        yield " " * 9 if math.isnan(value) else f"{value:>9.3f}"
