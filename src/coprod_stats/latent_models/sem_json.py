"""A fitted model in the layout of ``coprod sem --json``."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coprod_stats.latent_models.labelled_fit import FittedParameter, LabelledFit
    from coprod_stats.latent_models.modification import ModificationIndex


def fit_document(
    fit: LabelledFit,
    *,
    modification_indices: Sequence[ModificationIndex] | None = None,
    data_file: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return a fit as a document; keys that do not apply are omitted.

    Parameters
    ----------
    fit : LabelledFit
    modification_indices : sequence of ModificationIndex, optional
    data_file : mapping of str to str, optional
        Name and SHA-256 of the data file, with which models can be refitted for a comparison.
    """
    document: dict[str, Any] = {
        "converged": fit.converged,
        "proper": fit.proper,
        "estimator": fit.estimator,
        "engine": fit.engine,
        "n_obs": fit.n_obs,
        "n_rows": fit.n_rows,
        "n_groups": max(1, len(fit.group_labels)),
        "group_labels": list(fit.group_labels),
        "observed": list(fit.observed),
        "parameters": [_parameter(row, levels=bool(fit.level_labels)) for row in fit.parameters],
        "fit": fit.fit,
        "r_squared": list(fit.r_squared),
        "asked_and_used": {name: asdict(entry) for name, entry in fit.asked_and_used.items()},
        "warnings": [asdict(warning) for warning in fit.warnings],
        "specification": asdict(fit.specification),
    }
    if fit.level_labels:
        document["level_labels"] = list(fit.level_labels)
        document["n_clusters"] = list(fit.n_clusters)
        document["intraclass_correlations"] = list(fit.intraclass_correlations)
    if modification_indices is not None:
        document["modification_indices"] = [asdict(index) for index in modification_indices]
    if data_file is not None:
        document["data"] = dict(data_file)
    return {key: _finite(value) for key, value in document.items()}


def _parameter(row: FittedParameter, *, levels: bool) -> dict[str, Any]:
    """Return one parameter; ``level`` accompanies ``group`` in two-level models only."""
    values = asdict(row)
    level = values.pop("level")
    if not levels:
        return values
    return {
        name: value
        for key, entry in values.items()
        for name, value in ((key, entry), ("level", level))[: 1 + (key == "group")]
    }


def as_json(document: Mapping[str, Any]) -> str:
    """Write a document as JSON text with two spaces of indentation; NaN is an error."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _finite(value: Any) -> Any:
    """Omit numbers that are NaN or infinite, and options that were not given."""
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items() if not _is_absent(item)}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def _is_absent(value: object) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))
