"""Reliability and convergent and discriminant validity from a fitted measurement model.

For the unweighted sum of the indicators of a latent variable with loadings ``λ`` and variance
``φ``, with ``S`` the sample and ``Σ`` the implied covariance matrix of the indicators:

    omega                   (1'λ)² φ / 1'S1     [bentler2009]_
    composite reliability   (1'λ)² φ / 1'Σ1     [joreskog1971]_
    AVE                     λ'λ φ / tr Σ        [fornell1981]_

Both reliabilities presuppose that the indicators are keyed one way. HTMT compares correlations
between two sets of items with those within them, by arithmetic means [henseler2015]_ or, as HTMT2,
by geometric ones [roemer2021]_.

References
----------
.. [bentler2009] Bentler, P. M. (2009). Psychometrika, 74, 137-143.
.. [joreskog1971] Jöreskog, K. G. (1971). Psychometrika, 36, 109-133.
.. [fornell1981] Fornell, C., & Larcker, D. F. (1981). Journal of Marketing Research, 18, 39-50.
.. [henseler2015] Henseler, J., Ringle, C. M., & Sarstedt, M. (2015). Journal of the Academy of
   Marketing Science, 43, 115-135.
.. [roemer2021] Roemer, E., Schuberth, F., & Henseler, J. (2021). Industrial Management & Data
   Systems, 121, 2637-2650.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.model.lisrel import ImpliedMoments
from coprod_stats.sem.results import CoreFit

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ModelReliability:
    """Coefficients of the latent variables of one group.

    Parameters
    ----------
    latent : tuple of str
        Those with observed indicators.
    omega, composite_reliability : (n_latent,) array
        Reliability of the sum of the indicators; of latent responses where these are ordered.
    average_variance_extracted : (n_latent,) array
        nan where an indicator loads on another latent variable as well.
    """

    latent: tuple[str, ...]
    omega: FloatArray
    composite_reliability: FloatArray
    average_variance_extracted: FloatArray


def model_reliability(fit: CoreFit) -> tuple[ModelReliability, ...]:
    """Compute reliability coefficients, per group.

    Parameters
    ----------
    fit : CoreFit

    Raises
    ------
    SemOptionError
        Where no latent variable has observed indicators, an indicator is explained by observed
        variables as well, or the model has two levels.
    """
    fit.problem.single_level("reliability from the model")
    results = []
    for group, (model, implied, sample) in enumerate(
        zip(fit.estimate.models, fit.estimate.implied, fit.samples, strict=True), start=1
    ):
        latent = fit.table.variables(group).latent
        _refuse(fit, group, model.matrices.eta)
        loadings = implied.lambda_[:, : len(latent)]
        measured = np.flatnonzero(np.abs(loadings).sum(axis=0))
        # bring latent responses, whose sample moments have unit variance, to the model's metric
        cov = sample.cov / np.outer(implied.delta, implied.delta)
        rows = [_coefficients(implied, loadings, cov, index) for index in measured.tolist()]
        omega, composite, extracted = np.array(rows).reshape(-1, 3).T
        names = tuple(latent[index] for index in measured)
        results.append(ModelReliability(names, omega, composite, extracted))
    if not any(found.latent for found in results):
        raise SemOptionError("no latent variable has observed indicators")
    return tuple(results)


def _refuse(fit: CoreFit, group: int, eta: tuple[str, ...]) -> None:
    for row in fit.table:
        if (
            row.group == group
            and row.op == "=~"
            and row.rhs in fit.table.observed
            and row.rhs in eta
        ):
            raise SemOptionError(
                f"reliability is not defined here: '{row.rhs}' is an indicator that takes part in "
                "regressions"
            )


def _coefficients(
    implied: ImpliedMoments, loadings: FloatArray, cov: FloatArray, index: int
) -> tuple[float, float, float]:
    items = np.flatnonzero(loadings[:, index])
    block = np.ix_(items, items)
    own, variance = loadings[items, index], implied.eta_cov[index, index]
    true_variance = own.sum() ** 2 * variance
    crossed = np.count_nonzero(loadings[items]) > items.size
    extracted = np.nan if crossed else own @ own * variance / np.trace(implied.cov[block])
    total, fitted = cov[block].sum(), implied.cov[block].sum()
    return float(true_variance / total), float(true_variance / fitted), float(extracted)


def heterotrait_monotrait_ratio(
    correlations: FloatArray, scales: Sequence[Sequence[int]], *, geometric: bool = True
) -> FloatArray:
    """HTMT: the disattenuated correlation of two scales.

    Mean of the absolute correlations between the scales, over the geometric mean of the two means
    within them. With geometric means (HTMT2) loadings may differ: the items are congeneric. With
    arithmetic means (HTMT) they are tau-equivalent.

    Parameters
    ----------
    correlations : (n_items, n_items) array
        Of items keyed one way.
    scales : sequence of sequence of int
        Items of each scale, two at least.
    geometric : bool
        Whether means are geometric.

    Returns
    -------
    (n_scales, n_scales) array
        Ones on the diagonal.

    Raises
    ------
    SemOptionError
        At a scale of fewer than two items.
    """
    if any(len(items) < 2 for items in scales):
        raise SemOptionError("HTMT needs at least two items per scale")
    sizes = np.abs(correlations)

    def log_mean(values: FloatArray) -> float:
        with np.errstate(divide="ignore"):
            return float(np.log(values).mean() if geometric else np.log(values.mean()))

    within = [
        log_mean(sizes[np.ix_(items, items)][np.triu_indices(len(items), 1)]) for items in scales
    ]
    ratios = np.eye(len(scales))
    for first, one in enumerate(scales):
        for second, other in enumerate(scales[:first]):
            between = log_mean(sizes[np.ix_(one, other)])
            ratios[first, second] = np.exp(between - (within[first] + within[second]) / 2)
    return np.asarray(np.maximum(ratios, ratios.T))
