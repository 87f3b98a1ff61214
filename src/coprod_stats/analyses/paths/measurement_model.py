"""Model fit and loadings of the model with the paths."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd

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
from coprod_stats.latent_models.reported_fit import fit_by_kind, reported_indices, reported_test
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
        (
            Paragraph(said),
            *notices,
            *_fit_table(form, tests.fit.fit, words),
            Details(text("Loadings"), (table,)),
        ),
    )


def _fit_words(fit: dict[str, float]) -> Text:
    """Report the test of the model and the fit indices by name; empty if they were withheld."""
    test, indices = reported_test(fit), reported_indices(fit)
    if test is None or indices is None:
        return ()
    scaled = "" if test.kind == "uncorrected" else f"{test.kind} "
    name = "" if indices.kind == "uncorrected" else f"{indices.kind} "
    limits = interval(indices.rmsea_low, indices.rmsea_high, number_format=THREE)
    return text(
        f"{scaled.capitalize()}χ²({_df(test.df)}) = {decimal(test.chisq)}, ",
        emphasis("p"),
        f" {p_statement(test.p_value)}, {name}CFI = {bounded(indices.cfi, 3)}, "
        f"{name}TLI = {bounded(indices.tli, 3)}, "
        f"{name}RMSEA = {bounded(indices.rmsea, 3)} {limits}, ",
    )


def _df(df: float) -> str:
    """Print degrees of freedom, which have a fraction where a test is adjusted for its variance."""
    return count(df) if df == round(df) else decimal(df)


def _fit_table(form: PathsForm, fit: dict[str, float], words: ReportWords) -> list[Block]:
    """Fold test and indices of every kind, where there is more than one."""
    kinds = fit_by_kind(fit)
    if len(kinds) < 2:
        return []
    frame = pd.DataFrame([asdict(row) for row in kinds]).rename(
        columns={"rmsea_low": "conf_low", "rmsea_high": "conf_high"}
    )
    frame["kind"] = frame["kind"].str.capitalize()
    table = frame_table(
        frame,
        anchor=words.anchor(form, "fit-table"),
        title=text("Test and Indices of Fit, Uncorrected and Corrected"),
        columns=["kind", "chisq", "df", "p_value", "cfi", "tli", "rmsea", "interval"],
        roles={
            "kind": Role(text(""), align="left"),
            "interval": Role(text("90% CI"), THREE),
        },
        note=text(
            "Corrections are for distributions that are not normal, for clusters and for weights; "
            "robust indices estimate what the uncorrected ones would be in the population. The "
            "text reports the scaled test and, where there are any, the robust indices."
        ),
    )
    return [Details(text("Uncorrected and corrected indices"), (table,))]


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
