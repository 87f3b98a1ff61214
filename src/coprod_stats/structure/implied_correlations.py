"""Correlations of drivers, impacts and covariates that a model of paths implies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coprod_stats.latent_models import SemFit
from coprod_stats.structure.structural_models import DriverImpactModel

FloatArray = NDArray[np.float64]


def implied_correlations(fit: SemFit, model: DriverImpactModel) -> tuple[FloatArray, list[str]]:
    """Return the correlations of factors, composites and covariates that a model implies.

    Parameters
    ----------
    fit : SemFit
        The model with the paths, in one group.
    model : DriverImpactModel

    Returns
    -------
    (n_names, n_names) array, list of str
        Correlations, and names: factors, composites, then what else predicts them.
    """
    among = dict.fromkeys(model.names)
    outcomes = {*model.names}
    rows = [row for row in fit.parameters if row.op in ("~", "~~")]
    among |= {row.rhs: None for row in rows if row.op == "~" and row.lhs in outcomes}
    names = list(among)
    effects, residual = np.zeros((2, len(names), len(names)))
    for row in rows:
        if row.lhs in among and row.rhs in among:
            place = names.index(row.lhs), names.index(row.rhs)
            if row.op == "~":
                effects[place] = row.est
            else:
                residual[place] = residual[place[::-1]] = row.est
    total = np.linalg.inv(np.eye(len(names)) - effects)
    cov = total @ residual @ total.T
    deviations = np.sqrt(np.diagonal(cov))
    return cov / np.outer(deviations, deviations), names
