"""Latent-variable models on data frames, by several engines.

Names are loaded on first use: `coprod sem` needs few of them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coprod_stats.latent_models.engines.comparison import compare_engines
    from coprod_stats.latent_models.errors import LatentModelError
    from coprod_stats.latent_models.fit_comparison import Comparison, compare
    from coprod_stats.latent_models.labelled_fit import FittedParameter, FitWarning
    from coprod_stats.latent_models.latent_interactions import ProductIndicators, product_indicators
    from coprod_stats.latent_models.model_simulation import simulate_model
    from coprod_stats.latent_models.polychoric_correlations import polychoric
    from coprod_stats.latent_models.sem_fit import SemFit
    from coprod_stats.latent_models.sem_fitting import fit_sem

__all__ = [
    "Comparison",
    "FitWarning",
    "FittedParameter",
    "LatentModelError",
    "ProductIndicators",
    "SemFit",
    "compare",
    "compare_engines",
    "fit_sem",
    "polychoric",
    "product_indicators",
    "simulate_model",
]

_HOMES = {
    "Comparison": "fit_comparison",
    "FitWarning": "labelled_fit",
    "FittedParameter": "labelled_fit",
    "LatentModelError": "errors",
    "ProductIndicators": "latent_interactions",
    "SemFit": "sem_fit",
    "compare": "fit_comparison",
    "compare_engines": "engines.comparison",
    "fit_sem": "sem_fitting",
    "polychoric": "polychoric_correlations",
    "product_indicators": "latent_interactions",
    "simulate_model": "model_simulation",
}


def __getattr__(name: str) -> object:
    """Load a name of this package on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
