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
    """Report the test of the model and the fit indices; empty if they were withheld.

    Where the estimator scales its test, the scaled test and the robust indices are reported (the
    scaled ones where there are no robust ones), and named.
    """
    test = "_scaled" if "chisq_scaled" in fit else ""
    index = next((kind for kind in ("_robust", "_scaled") if f"cfi{kind}" in fit), "")
    if f"pvalue{test}" not in fit:
        return ()
    name = _KINDS[index]
    limits = interval(
        fit[f"rmsea_ci_lower{index}"], fit[f"rmsea_ci_upper{index}"], number_format=THREE
    )
    return text(
        f"{'Scaled ' if test else ''}χ²({_df(fit[f'df{test}'])}) = "
        f"{decimal(fit[f'chisq{test}'])}, ",
        emphasis("p"),
        f" {p_statement(fit[f'pvalue{test}'])}, {name}CFI = {bounded(fit[f'cfi{index}'], 3)}, "
        f"{name}TLI = {bounded(fit[f'tli{index}'], 3)}, "
        f"{name}RMSEA = {bounded(fit[f'rmsea{index}'], 3)} {limits}, ",
    )


_KINDS = {"_robust": "robust ", "_scaled": "scaled ", "": ""}


def _df(df: float) -> str:
    """Print degrees of freedom, which have a fraction where a test is adjusted for its variance."""
    return count(df) if df == round(df) else decimal(df)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
