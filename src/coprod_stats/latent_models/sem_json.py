"""A fitted model in the layout of ``coprod sem --json``."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coprod_stats.latent_models.sem_fit import SemFit


def fit_as_json(fit: SemFit) -> str:
    """Write a fit as JSON text, keys that do not apply left out, two spaces of indentation."""
    document = {
        "converged": fit.converged,
        "proper": fit.proper,
        "estimator": fit.estimator,
        "engine": fit.engine,
        "n_obs": fit.n_obs,
        "n_rows": fit.n_rows,
        "n_groups": max(1, len(fit.group_labels)),
        "group_labels": list(fit.group_labels),
        "parameters": [_finite(asdict(row)) for row in fit.parameters],
        "fit": _finite(fit.fit),
        "r_squared": [_finite(shares) for shares in fit.r_squared],
        "asked_and_used": {name: asdict(entry) for name, entry in fit.asked_and_used.items()},
        "warnings": [asdict(warning) for warning in fit.warnings],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _finite(values: dict[str, object] | dict[str, float]) -> dict[str, object]:
    """Leave out numbers that are NaN or infinite."""
    return {
        key: value
        for key, value in values.items()
        if not (isinstance(value, float) and not math.isfinite(value))
    }
