"""The section of a report on a regression."""

from __future__ import annotations

import math

import pandas as pd

from coprod_stats.analyses.conclusions import conclusion_badge
from coprod_stats.analyses.words import ReportWords
from coprod_stats.counts import counted
from coprod_stats.documents.document import (
    Block,
    CrossReference,
    Notice,
    Paragraph,
    Section,
    Table,
    Text,
    code,
    emphasis,
    text,
)
from coprod_stats.documents.numbers import NumberFormat, bounded, count, decimal, digits_to_show
from coprod_stats.documents.tables import Role, frame_table
from coprod_stats.literals import RegressionFamily
from coprod_stats.structure.regression import Regression

_FAMILIES: dict[RegressionFamily, str] = {
    "gaussian": "A linear regression",
    "binomial": "A logistic regression",
    "poisson": "A log-linear regression of counts",
    "ordinal": "An ordered logistic regression (proportional odds)",
    "negative-binomial": "A negative binomial regression of counts",
}
_SCALES: dict[RegressionFamily, str] = {
    "gaussian": "units of the outcome",
    "binomial": "log odds",
    "poisson": "log counts",
    "ordinal": "log odds of a higher category",
    "negative-binomial": "log counts",
}


def regression_section(
    heading: str, fit: Regression, words: ReportWords, *, anchor: str, basis: str
) -> Section:
    """Compose the description of the model, its coefficients and average marginal effects."""
    content: list[Block] = [Paragraph(_described(fit, words))]
    if basis:
        content.append(Paragraph(text(basis)))
    if not fit.converged:
        said = f"The fit did not converge: {fit.note}. There are no standard errors and no tests."
        content.append(Notice((Paragraph(text(said)),), "warning"))
    content.append(_coefficients(fit, words, anchor=f"{anchor}-coefficients"))
    if fit.converged:
        content.append(
            Paragraph(
                text(
                    CrossReference(f"{anchor}-effects"),
                    " shows the change in the outcome associated with a change in each predictor, "
                    "averaged over the respondents analysed. These are associations and do not "
                    "show causation.",
                )
            )
        )
        content.append(_effects(fit, words, anchor=f"{anchor}-effects"))
    return Section(anchor, heading, tuple(content))


def _described(fit: Regression, words: ReportWords) -> Text:
    rows = f"the {counted(fit.n_obs, 'respondent')} with complete data"
    omitted = f" ({count(fit.n_omitted)} omitted)" if fit.n_omitted else ""
    errors = (
        "classical" if fit.errors == "classical" else f"heteroskedasticity-robust ({fit.errors})"
    )
    if fit.n_clusters is not None:
        clusters = counted(fit.n_clusters, "cluster")
        errors = f"robust to {clusters} of {fit.cluster} ({fit.errors})"
    weighted = f", weighted by {fit.weights}" if fit.weights else ""
    return text(
        f"{_FAMILIES[fit.family]} of {words.label(fit.outcome)}, ",
        code(fit.formula),
        f", fitted to {rows}{omitted}{weighted}; standard errors are {errors}.{_event(fit)}",
    )


def _event(fit: Regression) -> str:
    if fit.family == "binomial":
        return f" The event is {fit.outcome} = {fit.categories[1]}."
    if fit.family == "negative-binomial":
        return f" Dispersion α = {decimal(fit.dispersion)}."
    return ""


def _coefficients(fit: Regression, words: ReportWords, *, anchor: str) -> Table:
    findings = {entry.predictor: entry for entry in words.findings}
    table = fit.tidy()
    table["label"] = [words.label(str(term)) for term in table["term"]]
    numbers = NumberFormat("decimal", digits_to_show(table["std_error"].min()))
    tested = [findings.get(str(term)) for term in table["term"]]
    table["id"] = ["" if entry is None else entry.id for entry in tested]
    table["p_adjusted"] = [math.nan if entry is None else entry.p_adjusted for entry in tested]
    table["conclusion"] = pd.Series(
        ["" if entry is None else conclusion_badge(entry) for entry in tested], dtype=object
    )
    return frame_table(
        table,
        anchor=anchor,
        title=text(f"Coefficients of the Regression of {words.label(fit.outcome)}"),
        columns=[
            "label",
            "id",
            "estimate",
            "std_error",
            "interval",
            "p_value",
            "p_adjusted",
            "conclusion",
        ],
        roles={
            "label": Role(text("Term"), align="left"),
            "id": Role(text("Hypothesis"), align="left"),
            "estimate": Role(text(emphasis("b")), numbers),
            "std_error": Role(text(emphasis("SE")), numbers),
            "interval": Role(text(f"{words.level} CI"), numbers),
            "p_adjusted": Role(text(emphasis("p"), " adjusted"), NumberFormat("p_value", 3)),
            "conclusion": Role(text("Conclusion"), align="left"),
        },
        level=fit.conf_level,
        note=text(
            f"Coefficients in {_SCALES[fit.family]}.{_explained(fit)} ",
            emphasis("p"),
            f" {words.adjusted(words.findings)}.",
        ),
    )


def _explained(fit: Regression) -> str:
    return f" R² = {bounded(fit.r_squared)}." if fit.family == "gaussian" else ""


def _effects(fit: Regression, words: ReportWords, *, anchor: str) -> Table:
    table = fit.effects()
    table["label"] = [words.label(str(term)) for term in table["term"]]
    numbers = NumberFormat("decimal", digits_to_show(table["std_error"].min()))
    has_categories = bool((table["category"] != "").any())
    return frame_table(
        table,
        anchor=anchor,
        title=text("Average Marginal Effects"),
        columns=[
            "label",
            "contrast",
            *(["category"] if has_categories else []),
            "estimate",
            "std_error",
            "interval",
            "p_value",
        ],
        roles={
            "label": Role(text("Predictor"), align="left"),
            "contrast": Role(text("Change"), align="left"),
            "category": Role(text("Category"), align="left"),
            "estimate": Role(text("Effect"), numbers),
            "std_error": Role(text(emphasis("SE")), numbers),
            "interval": Role(text(f"{words.level} CI"), numbers),
        },
        level=fit.conf_level,
        note=text("Standard errors by the delta method; ", emphasis("p"), " not adjusted."),
    )
