"""The unrotated model that is estimated: identified by zeros, and started from principal axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.ordered.starting_values import THETA_VARIANCE
from coprod_stats.sem.rotation.blocks import Block, unrotated_table
from coprod_stats.sem.rotation.extraction import Extraction, extract_factors
from coprod_stats.sem.sample import GroupSample

FloatArray = NDArray[np.float64]
Starts = dict[tuple[int, str, str, str], float]


def identified_table(
    table: ParameterTable, blocks: Sequence[Block], samples: Sequence[GroupSample]
) -> ParameterTable:
    """Fix what a rotation sets free, and propose starting values of the rest of the blocks.

    Parameters
    ----------
    table : ParameterTable
        With the blocks' loadings and covariances free.
    blocks : sequence of Block
    samples : sequence of GroupSample
        One per group, columns in the order of ``table.observed``.
    """
    pivots: list[list[tuple[str, ...]]] = []
    starts: Starts = {}
    for group, sample in enumerate(samples, start=1):
        scales = _scales(table)
        cov = sample.cov * np.outer(scales, scales)
        pivots.append([])
        for block in blocks:
            places = [table.observed.index(item) for item in block.items]
            found = extract_factors(cov[np.ix_(places, places)], len(block.factors))
            pivots[-1].append(tuple(block.items[item] for item in found.pivots))
            starts |= _starts(group, block, found)
    rows = (
        replace(row, start=starts.get((row.group, row.lhs, row.op, row.rhs), row.start))
        if row.free >= 0
        else row
        for row in unrotated_table(table, blocks, pivots)
    )
    return replace(table, rows=tuple(rows))


def _starts(group: int, block: Block, found: Extraction) -> Starts:
    starts: Starts = {}
    for item, line, residual in zip(
        block.items, found.loadings, found.residual_variances, strict=True
    ):
        starts[group, item, "~~", item] = float(residual)
        for factor, loading in zip(block.factors, line, strict=True):
            starts[group, factor, "=~", item] = float(loading)
    return starts


def _scales(table: ParameterTable) -> FloatArray:
    """Choose the standard deviations that latent responses start with."""
    is_theta = table.options.parameterization == "theta"
    scale = np.sqrt(THETA_VARIANCE) if is_theta else 1.0
    return np.array([scale if name in table.ordered else 1.0 for name in table.observed])
