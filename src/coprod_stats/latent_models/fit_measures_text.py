"""Test statistics and fit indices as text, scaled ones in a second column as lavaan has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_LABEL_WIDTH = 46
_VALUE_WIDTH = 14

_INCREMENTAL = (
    ("Comparative Fit Index (CFI)", "cfi"),
    ("Tucker-Lewis Index (TLI)", "tli"),
)
_LIKELIHOOD = (
    ("Loglikelihood user model (H0)", "logl"),
    ("Loglikelihood unrestricted model (H1)", "unrestricted_logl"),
    ("Akaike (AIC)", "aic"),
    ("Bayesian (BIC)", "bic"),
    ("Sample-size adjusted Bayesian (SABIC)", "bic2"),
)
_APPROXIMATION = (
    ("RMSEA", "rmsea"),
    ("90 Percent confidence interval - lower", "rmsea_ci_lower"),
    ("90 Percent confidence interval - upper", "rmsea_ci_upper"),
    ("P-value H_0: RMSEA <= 0.050", "rmsea_pvalue"),
)


def entry(label: str, *values: str) -> str:
    """One line: a label and one or two values to the right."""
    cells = "".join(f"{value:>{_VALUE_WIDTH}}" for value in values)
    return f"  {label:<{_LABEL_WIDTH}}{cells}".rstrip()


def model_test_lines(fit: Mapping[str, float]) -> Iterator[str]:
    """Test of the model, and of the baseline model."""
    for title, prefix in (
        ("Model Test User Model", ""),
        ("Model Test Baseline Model", "baseline_"),
    ):
        if f"{prefix}chisq" in fit:
            yield ""
            yield f"{title}:"
            yield from _test(fit, prefix)


def index_lines(fit: Mapping[str, float]) -> Iterator[str]:
    """Fit indices by family; a family that does not apply is omitted."""
    yield from _family("User Model versus Baseline Model", _INCREMENTAL, fit, "Robust ")
    yield from _family("Loglikelihood and Information Criteria", _LIKELIHOOD, fit)
    yield from _family("Root Mean Square Error of Approximation", _APPROXIMATION, fit, "Robust ")
    yield from _family("Standardized Root Mean Square Residual", _residuals_of(fit), fit)


def _residuals_of(fit: Mapping[str, float]) -> tuple[tuple[str, str], ...]:
    if "srmr_within" not in fit:
        return (("SRMR", "srmr"),)
    return (
        ("SRMR (within covariance matrix)", "srmr_within"),
        ("SRMR (between covariance matrix)", "srmr_between"),
    )


def _test(fit: Mapping[str, float], prefix: str) -> Iterator[str]:
    scaled = f"{prefix}chisq_scaled" in fit
    if scaled:
        yield entry("", "Standard", "Scaled")
    ends = ("", "_scaled") if scaled else ("",)
    yield entry("Test statistic", *(_text(fit, f"{prefix}chisq{end}") for end in ends))
    yield entry("Degrees of freedom", *(_degrees(fit[f"{prefix}df{end}"]) for end in ends))
    if f"{prefix}pvalue" in fit:
        yield entry("P-value (Chi-square)", *(_text(fit, f"{prefix}pvalue{end}") for end in ends))
    if not prefix and "pvalue_bollen_stine" in fit:
        yield entry("P-value (Bollen-Stine bootstrap)", _text(fit, "pvalue_bollen_stine"))
    if f"{prefix}chisq_scaling_factor" in fit:
        factor = _text(fit, f"{prefix}chisq_scaling_factor")
        yield entry("Scaling correction factor", "", factor)


def _family(
    title: str,
    measures: tuple[tuple[str, str], ...],
    fit: Mapping[str, float],
    robust_label: str = "",
) -> Iterator[str]:
    present = [(label, key) for label, key in measures if key in fit]
    if not present:
        return
    yield ""
    yield f"{title}:"
    for label, key in present:
        values = [_text(fit, key)]
        if f"{key}_scaled" in fit:
            values.append(_text(fit, f"{key}_scaled"))
        yield entry(label, *values)
    for label, key in present:
        if robust_label and f"{key}_robust" in fit:
            name = label if label.startswith(("90", "P-value")) else f"{robust_label}{label}"
            yield entry(
                name.replace("RMSEA <=", "Robust RMSEA <="), "", _text(fit, f"{key}_robust")
            )


def _degrees(value: float) -> str:
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.3f}"


def _text(fit: Mapping[str, float], key: str) -> str:
    return f"{fit[key]:.3f}" if key in fit else ""
