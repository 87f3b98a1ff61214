"""Difference tests of nested models as text and as a document."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coprod_stats.latent_models.comparison import ComparedModel


def comparison_lines(compared: Sequence[ComparedModel]) -> Iterator[str]:
    """Return a line per model, the least restricted first."""
    width = 2 + max(len(model.name) for model in compared)
    yield f"{'':<{width}}{'Df':>6}{'Chisq':>12}{'Chisq diff':>12}{'Df diff':>9}{'Pr(>Chisq)':>12}"
    for model in compared:
        line = f"{model.name:<{width}}{model.df:>6}{model.chisq:>12.3f}"
        if model.test is not None:
            line += f"{model.test.statistic:>12.3f}{model.test.df:>9}"
            line += "" if math.isnan(model.test.p_value) else f"{model.test.p_value:>12.4f}"
        yield line
    methods = dict.fromkeys(model.method for model in compared if model.method)
    yield f"Difference test: {', '.join(methods)}"
    for model in compared:
        for warning in model.warnings:
            yield f"Warning {warning.code}, {model.name}: {warning.message}"


def comparison_document(compared: Sequence[ComparedModel]) -> list[dict[str, Any]]:
    """Return the same as plain values; what does not apply is omitted."""
    rows = []
    for model in compared:
        row = {key: value for key, value in asdict(model).items() if key != "test"}
        if model.test is not None:
            row |= {f"diff_{key}": value for key, value in asdict(model.test).items()}
        rows.append({key: value for key, value in row.items() if value not in (None, "", ())})
    return rows
