"""What reports say of the fit of a model, and its loadings."""

from __future__ import annotations

from collections.abc import Mapping

from coprod_stats.analyses.words import ReportWords, reversed_note
from coprod_stats.documents.document import (
    Block,
    Details,
    Notice,
    Paragraph,
    Text,
    emphasis,
    text,
)
from coprod_stats.documents.numbers import (
    BOUNDED,
    NumberFormat,
    bounded,
    count,
    decimal,
    interval,
    p_statement,
)
from coprod_stats.documents.tables import Role, frame_table
from coprod_stats.latent_models import SemFit
from coprod_stats.latent_models.reported_fit import reported_indices, reported_test

THREE = NumberFormat("bounded", 3)


def fit_words(fit: Mapping[str, float]) -> Text:
    """Report test and indices by name; only the SRMR if the others were withheld."""
    srmr = f"SRMR = {bounded(fit['srmr'], 3)}. "
    test, indices = reported_test(fit), reported_indices(fit)
    if test is None or indices is None:
        return text(srmr)
    scaled = "" if test.kind == "uncorrected" else f"{test.kind} "
    name = "" if indices.kind == "uncorrected" else f"{indices.kind} "
    limits = interval(indices.rmsea_low, indices.rmsea_high, number_format=THREE)
    return text(
        f"{scaled.capitalize()}χ²({_df(test.df)}) = {decimal(test.chisq)}, ",
        emphasis("p"),
        f" {p_statement(test.p_value)}, {name}CFI = {bounded(indices.cfi, 3)}, "
        f"{name}TLI = {bounded(indices.tli, 3)}, "
        f"{name}RMSEA = {bounded(indices.rmsea, 3)} {limits}, {srmr}",
    )


def _df(df: float) -> str:
    """Print degrees of freedom, which have a fraction where a test is adjusted for its variance."""
    return count(df) if df == round(df) else decimal(df)


def warning_notices(fit: SemFit, *, code: str = "") -> list[Block]:
    """Show the warnings of a fit, or those of one code."""
    return [
        Notice((Paragraph(text(_sentence(warning.message))),), "warning", f"Note {warning.code}")
        for warning in fit.warnings
        if code in ("", warning.code)
    ]


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def loadings(fit: SemFit, words: ReportWords, *, anchor: str) -> Details:
    """Fold the loadings of the items, factor by factor."""
    rows = fit.tidy()
    rows = rows[rows["op"] == "=~"].assign(
        factor=lambda table: [words.label(name) for name in table["lhs"]],
        item=lambda table: [words.item(name) for name in table["rhs"]],
        std_error=lambda table: table["std_error"].where(table["std_error"] > 0),
    )
    table = frame_table(
        rows,
        anchor=anchor,
        title=text("Loadings of the Items"),
        columns=["item", "std_all", "std_all_se", "estimate", "std_error"],
        roles={
            "item": Role(text("Item"), align="left"),
            "std_all": Role(text("λ"), BOUNDED, spanner="Standardised"),
            "std_all_se": Role(text(emphasis("SE")), BOUNDED, spanner="Standardised"),
            "estimate": Role(text("Loading"), spanner="Unstandardised"),
            "std_error": Role(text(emphasis("SE")), spanner="Unstandardised"),
        },
        group_by="factor",
        note=text(
            "A loading fixed at 1, without standard error, sets the scale of its factor."
            f"{reversed_note(rows['item'])}"
        ),
    )
    return Details(text("Loadings"), (table,))
