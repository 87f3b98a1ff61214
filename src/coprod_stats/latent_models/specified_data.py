"""The data that a specification names, as arrays for the numeric core."""

from __future__ import annotations

from coprod_stats.latent_models.sem_data import Columns, sem_data
from coprod_stats.latent_models.specification import Specification
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.syntax_tree import ModelSyntax
from coprod_stats.sem.sample import SemData


def specified_data(
    asked: Specification, columns: Columns, syntax: ModelSyntax | None = None
) -> SemData:
    """Select the data that a specification names; its model text may already be read.

    Raises
    ------
    LatentModelError
        Naming the fault of a column.
    SemSyntaxError
        If the model text cannot be read.
    """
    return sem_data(
        columns,
        asked.variables_of(syntax or parse_model(asked.model)),
        group=asked.group,
        cluster=asked.cluster,
        sampling_weights=asked.sampling_weights,
    )
