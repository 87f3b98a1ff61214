"""Models of the groups of ordered and mixed data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from coprod_stats.sem.model.layout import Kind, Place
from coprod_stats.sem.model.lisrel import LisrelModel
from coprod_stats.sem.model.matrices import group_matrices
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.ordered.completed_model import CompletedModel
from coprod_stats.sem.ordered.latent_responses import LatentResponseModel
from coprod_stats.sem.ordered.sample import OrderedSample


def completed_models(
    table: ParameterTable, samples: Sequence[OrderedSample]
) -> tuple[CompletedModel, ...]:
    """Build the model of each group.

    Parameters
    ----------
    table : ParameterTable
    samples : sequence of OrderedSample
    """
    return tuple(_model(table, group, sample) for group, sample in enumerate(samples, start=1))


def responses_of(models: Sequence[LisrelModel]) -> tuple[LatentResponseModel, ...]:
    """Models of the statistics behind the completed models of ordered data."""
    return tuple(model.responses for model in models if isinstance(model, CompletedModel))


def _model(table: ParameterTable, group: int, sample: OrderedSample) -> CompletedModel:
    covariates = table.conditioned
    matrices = group_matrices(table, group)
    implicit: tuple[Place, ...] = ()
    if table.options.parameterization == "delta":
        factors = [matrices.eta.index(name) for name in table.ordered if name in matrices.eta]
        implicit = tuple(Place(Kind.PSI, factor, factor) for factor in factors)
    numbers = table.n_free + np.arange(len(implicit))
    whole = replace(
        matrices,
        layout=replace(matrices.layout, places=(*matrices.places, *implicit)),
        parameters=np.concatenate([matrices.parameters, numbers]),
    )
    responses = LatentResponseModel(
        LisrelModel(whole),
        tuple(name for name in table.observed if name not in covariates),
        sample.moments.n_categories,
        covariates,
        table.options.parameterization,
        n_implicit=len(implicit),
    )
    return CompletedModel(matrices, whole.with_exogenous(sample.mean, sample.cov), responses)
