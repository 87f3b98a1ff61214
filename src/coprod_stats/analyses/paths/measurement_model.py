"""Model fit and loadings of the model with the paths."""

from __future__ import annotations

from coprod_stats.analyses.paths.form import PathsForm
from coprod_stats.analyses.words import ReportWords
from coprod_stats.documents.document import (
    Block,
    CrossReference,
    Details,
    Notice,
    Paragraph,
    Section,
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
from coprod_stats.structure import DriverImpactResult

THREE = NumberFormat("bounded", 3)


def measurement_model(form: PathsForm, tests: DriverImpactResult, words: ReportWords) -> Section:
    """Compose the model fit and the loadings of the items."""
    said = text(
        *_fit_words(tests.fit.fit),
        f"SRMR = {bounded(tests.fit.fit['srmr'], 3)}. ",
        CrossReference(words.anchor(form, "loadings")),
        " shows the loadings.",
    )
    rows = tests.fit.tidy()
    loadings = rows[rows["op"] == "=~"].assign(
        factor=lambda table: [words.label(name) for name in table["lhs"]],
        std_error=lambda table: table["std_error"].where(table["std_error"] > 0),
    )
    table = frame_table(
        loadings,
        anchor=words.anchor(form, "loadings"),
        title=text("Loadings of the Items"),
        columns=["rhs", "estimate", "std_error", "std_all", "std_all_se"],
        roles={
            "rhs": Role(text("Item"), align="left"),
            "estimate": Role(text("Loading")),
            "std_all": Role(text("λ"), BOUNDED, spanner="Standardised"),
            "std_all_se": Role(text(emphasis("SE")), BOUNDED, spanner="Standardised"),
        },
        group_by="factor",
        note=text("A loading fixed at 1, without standard error, sets the scale of its factor."),
    )
    notices: list[Block] = [
        Notice((Paragraph(text(_sentence(warning.message))),), "warning", f"Note {warning.code}")
        for warning in tests.fit.warnings
    ]
    return Section(
        words.anchor(form, "fit"),
        "Measurement model and fit",
        (Paragraph(said), *notices, Details(text("Loadings"), (table,))),
    )


def _fit_words(fit: dict[str, float]) -> Text:
    """Report the test of the model and the fit indices; empty if they were withheld."""
    if "pvalue" not in fit:
        return ()
    limits = interval(fit["rmsea_ci_lower"], fit["rmsea_ci_upper"], number_format=THREE)
    return text(
        f"χ²({count(fit['df'])}) = {decimal(fit['chisq'])}, ",
        emphasis("p"),
        f" {p_statement(fit['pvalue'])}, CFI = {bounded(fit['cfi'], 3)}, "
        f"TLI = {bounded(fit['tli'], 3)}, RMSEA = {bounded(fit['rmsea'], 3)} {limits}, ",
    )


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
