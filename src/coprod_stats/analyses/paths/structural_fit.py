"""The fit of the model with the paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import pandas as pd

from coprod_stats.analyses.paths.fit_words import THREE, fit_words, loadings, warning_notices
from coprod_stats.analyses.paths.form import PathsForm
from coprod_stats.analyses.words import ReportWords
from coprod_stats.documents.document import (
    Block,
    CrossReference,
    Details,
    Paragraph,
    Section,
    emphasis,
    text,
)
from coprod_stats.documents.numbers import BOUNDED, bounded
from coprod_stats.documents.tables import Role, frame_table
from coprod_stats.latent_models.reported_fit import fit_by_kind
from coprod_stats.structure import DriverImpactResult


def structural_fit(
    form: PathsForm, tests: DriverImpactResult, words: ReportWords, *, with_loadings: bool
) -> Section:
    """Compose the fit of the model with the paths; its loadings where nothing else shows any."""
    fit = tests.fit
    return Section(
        words.anchor(form, "fit"),
        "Fit of the model with the paths",
        (
            Paragraph(fit_words(fit.fit)),
            *warning_notices(fit),
            *_fit_table(form, fit.fit, words),
            *_residual_correlations(form, tests, words),
            *(
                [loadings(fit, words, anchor=words.anchor(form, "loadings"))]
                if with_loadings
                else []
            ),
        ),
    )


def _fit_table(form: PathsForm, fit: Mapping[str, float], words: ReportWords) -> list[Block]:
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


def _residual_correlations(
    form: PathsForm, tests: DriverImpactResult, words: ReportWords
) -> list[Block]:
    """State what the impacts share beyond the paths; nothing where there is one impact alone."""
    pairs = tests.residual_correlations()
    if pairs.empty:
        return []
    pairs["first"] = [words.label(name) for name in pairs["lhs"]]
    pairs["second"] = [words.label(name) for name in pairs["rhs"]]
    anchor = words.anchor(form, "residual-correlations")
    table = frame_table(
        pairs,
        anchor=anchor,
        title=text("Residual Correlations of the Impacts"),
        columns=["second", "std_all", "std_all_se", "p_value"],
        roles={
            "second": Role(text("With"), align="left"),
            "std_all": Role(text(emphasis("r")), BOUNDED),
            "std_all_se": Role(text(emphasis("SE")), BOUNDED),
        },
        group_by="first",
        note=text(emphasis("p"), " of the covariance, not adjusted for the number of pairs."),
    )
    sizes = pairs["std_all"]
    spread = (
        f"correlates between {bounded(sizes.min())} and {bounded(sizes.max())}, with a median of "
        f"{bounded(sizes.median())}"
        if len(pairs) > 1
        else f"correlates {bounded(sizes.iloc[0])}"
    )
    return [
        Paragraph(
            text(
                f"What the model leaves unexplained of the impacts {spread} (",
                CrossReference(anchor),
                "). Causes that the model lacks show here, and so does a general evaluation.",
            )
        ),
        Details(text("Residual correlations of the impacts"), (table,)),
    ]
