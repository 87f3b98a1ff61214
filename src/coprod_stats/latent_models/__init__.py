"""Latent-variable models on data frames, by whichever engine."""

from coprod_stats.latent_models.engine_comparison import compare_engines
from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.latent_interactions import ProductIndicators, product_indicators
from coprod_stats.latent_models.polychoric import polychoric
from coprod_stats.latent_models.sem_fit import FittedParameter, FitWarning, SemFit
from coprod_stats.latent_models.sem_fitting import fit_sem

__all__ = [
    "FitWarning",
    "FittedParameter",
    "LatentModelError",
    "ProductIndicators",
    "SemFit",
    "compare_engines",
    "fit_sem",
    "polychoric",
    "product_indicators",
]
