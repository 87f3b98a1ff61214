"""The fit of the model with the paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import pandas as pd

from coprod_stats.analyses.paths.fit_words import THREE, fit_words, loadings, warning_notices
from coprod_stats.analyses.paths.form import PathsForm
from coprod_stats.analyses.words import ReportWords
from coprod_stats.documents.document import Block, Details, Paragraph, Section, text
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
