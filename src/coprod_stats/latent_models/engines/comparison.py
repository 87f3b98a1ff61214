"""Comparison of a fit with that of another engine to the same data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from coprod_stats.latent_models.engines.differences import EngineDifference
from coprod_stats.latent_models.sem_fit import SemFit

if TYPE_CHECKING:
    import pandas as pd


def compare_engines(fit: SemFit, other: Literal["semopy", "lavaan"] = "semopy") -> pd.DataFrame:
    """Fit the same model by another engine and return the differences.

    Parameters
    ----------
    fit : SemFit
        By the core.
    other : {"semopy", "lavaan"}
        For semopy, its ML estimates and the quantities that the core computes from them; for
        lavaan, if Rscript is installed, its estimates, standard errors and fit measures.

    Returns
    -------
    DataFrame
        Columns name, what, ours, theirs, difference (relative above 1, absolute below).

    Raises
    ------
    LatentModelError
        Naming what the other engine lacks.
    """
    # takes a third of a second to import, and the command does not need it
    import pandas as pd

    rows = engine_differences(fit, other)
    return pd.DataFrame(
        [(row.name, row.what, row.ours, row.theirs, row.difference) for row in rows],
        columns=["name", "what", "ours", "theirs", "difference"],
    )


def engine_differences(
    fit: SemFit, other: Literal["semopy", "lavaan"]
) -> tuple[EngineDifference, ...]:
    """Compare as :func:`compare_engines` does, without a data frame."""
    if other == "lavaan":
        from coprod_stats.latent_models.engines.lavaan_engine import lavaan_check

        return lavaan_check(fit).differences
    # pandas and semopy take two seconds to import
    from coprod_stats.latent_models.engines.semopy_engine import (
        refuse_options_beyond_semopy,
        solve_by_semopy,
    )
    from coprod_stats.latent_models.labelling import labelled_fit
    from coprod_stats.sem.fit import fit as core_fit

    data = fit.core.data
    refuse_options_beyond_semopy(
        fit.core.options,
        has_groups=data.groups is not None,
        has_clusters=data.clusters is not None,
        has_weights=data.weights is not None,
    )
    core = core_fit(fit.core.table, fit.core.data, fit.core.options, solver=solve_by_semopy)
    return fit_differences(fit, labelled_fit(core, replace(fit.specification, engine="semopy")))


def fit_differences(ours: SemFit, theirs: SemFit) -> tuple[EngineDifference, ...]:
    """Compare two fits of one model to the same rows, number by number."""
    found = [
        EngineDifference(row.term, what, getattr(row, what), getattr(twin, what))
        for row, twin in zip(ours.parameters, theirs.parameters, strict=True)
        for what in ("est", "std_all")
        if row.free or row.op == ":="
    ]
    found += [
        EngineDifference(name, "fit", value, theirs.fit.get(name, np.nan))
        for name, value in ours.fit.items()
    ]
    return tuple(found)
