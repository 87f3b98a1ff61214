"""The table of the models that are compared with that of the hypotheses."""

from __future__ import annotations

import math
from dataclasses import asdict

import pandas as pd

from coprod_stats.analyses.paths.form import PathsForm
from coprod_stats.analyses.paths.result import PathsResult
from coprod_stats.analyses.words import ReportWords
from coprod_stats.documents.document import Block, CrossReference, Paragraph, text
from coprod_stats.documents.numbers import COUNT, NumberFormat, decimal
from coprod_stats.documents.tables import Role, frame_table
from coprod_stats.structure.rival_models import ModelComparison

_ONE_DIGIT = NumberFormat("decimal", 1)


def rivals_blocks(form: PathsForm, result: PathsResult, words: ReportWords) -> list[Block]:
    """Compose the fit of every model beside that of the hypotheses; nothing without rivals."""
    compared = result.model_comparisons
    if not compared:
        return []
    anchor = words.anchor(form, "rivals")
    table = frame_table(
        pd.DataFrame([asdict(model) for model in compared]),
        anchor=anchor,
        title=text("The Model of the Hypotheses and Its Rivals"),
        columns=[
            *("title", "n_free", "chisq", "df", "cfi", "rmsea"),
            *("aic_difference", "bic_difference"),
        ],
        roles={
            "title": Role(text("Model"), align="left"),
            "n_free": Role(text("Parameters"), COUNT),
            "chisq": Role(text("χ²"), _ONE_DIGIT),
            "aic_difference": Role(text("ΔAIC"), _ONE_DIGIT),
            "bic_difference": Role(text("ΔBIC"), _ONE_DIGIT),
        },
        note=text(
            "ΔAIC and ΔBIC = of the model minus that of the hypotheses: a model with a positive "
            "difference describes the answers worse for its number of parameters. χ² and indices "
            "are the scaled and robust ones where the estimator has them."
        ),
    )
    said = " ".join(filter(None, [_best(compared), *map(_beside, compared)]))
    return [Paragraph(text(CrossReference(anchor), f" compares the models. {said}")), table]


def _best(compared: tuple[ModelComparison, ...]) -> str:
    """State which model the Bayesian criterion prefers."""
    known = [model for model in compared if not math.isnan(model.bic_difference)]
    if len(known) < 2:
        return ""
    best = min(known, key=lambda model: model.bic_difference)
    if best.bic_difference < 0:
        return (
            f"By BIC “{best.title}” describes the answers better than the hypotheses do "
            f"(difference {decimal(-best.bic_difference, 1)})."
        )
    return "By BIC no rival describes the answers better than the hypotheses do."


def _beside(model: ModelComparison) -> str:
    """State that a rival failed, or that no answers can tell it from the hypotheses."""
    if model.reason:
        return f"“{model.title}”: {model.reason}."
    if model.is_equivalent:
        return (
            f"“{model.title}” is equivalent to the model of the hypotheses: no answers can tell "
            "the two apart."
        )
    return ""
