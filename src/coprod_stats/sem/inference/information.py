"""Information of the parameters, its rank, and its inverse under restrictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.estimation.optimizer import tangent_basis
from coprod_stats.sem.estimation.positive_definite import factor
from coprod_stats.sem.model.null_space import restricted

if TYPE_CHECKING:
    from coprod_stats.sem.inference.weighted_least_squares import GroupDerivatives

FloatArray = NDArray[np.float64]

SINGULAR_BELOW = 1e-9
"""Eigenvalues of the information in correlation metric below this count as zero."""

DOUBTFUL_BELOW = 1e-3
"""Below this the rank is that of the expected information, which does not depend on the data."""


@dataclass(frozen=True, slots=True)
class InvertedInformation:
    """Information of one observation and its inverse along what the restrictions leave open.

    Parameters
    ----------
    information : (n_free, n_free) array
    inverse : (n_free, n_free) array
        ``Z (Z' I Z)^-1 Z'`` with ``Z`` a basis of the open directions [aitchison1958]_; nan where
        the information is singular.
    basis : (n_free, n_open) array
        ``Z``.
    unidentified : tuple of int
        Free parameters involved in the null space.

    References
    ----------
    .. [aitchison1958] Aitchison, J., & Silvey, S. D. (1958). Annals of Mathematical Statistics,
       29, 813-828.
    """

    information: FloatArray
    inverse: FloatArray
    basis: FloatArray
    unidentified: tuple[int, ...]


def invert_information(estimate: Estimate) -> InvertedInformation:
    """Invert the information that the method rests its standard errors on.

    Groups count by their cases, also where the objective counts them by one case less.

    Parameters
    ----------
    estimate : Estimate
    """
    minimum, method = estimate.minimum, estimate.problem.method
    if method.information == "observed":
        information = minimum.final.curvature
    else:
        information = estimate.objective.evaluate(minimum.params, exact=False).curvature
    if method.discrepancy != "ML":
        information = information.copy()
        for model, sample in zip(estimate.models, estimate.problem.samples, strict=True):
            local = np.ix_(model.parameters, model.parameters)
            information[local] *= sample.n_obs / (sample.n_obs - 1.0)
    basis = tangent_basis(estimate.restrictions, minimum.active, minimum.params)
    found = inverted(information, basis)
    if method.information == "observed" and _is_doubtful(information, basis):
        # away from the exact minimum the observed information is not quite singular
        expected = estimate.objective.evaluate(minimum.params, exact=False).curvature
        by_expected = inverted(expected, basis)
        return by_expected if by_expected.unidentified else found
    return found


def _is_doubtful(information: FloatArray, basis: FloatArray) -> bool:
    scaled, _ = _in_correlation_metric(restricted(information, basis))
    if scaled.size == 0 or _inverse_if_beyond(scaled, DOUBTFUL_BELOW) is not None:
        return False
    return bool(np.abs(np.linalg.eigvalsh(scaled)).min() < DOUBTFUL_BELOW)


def _in_correlation_metric(matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Divide by the roots of the diagonal, ``(k,)``, which is given too."""
    scale = np.sqrt(np.abs(np.diagonal(matrix)))
    scale[scale == 0] = 1.0
    return matrix / scale[:, None] / scale, scale


def _inverse_if_beyond(matrix: FloatArray, limit: float) -> FloatArray | None:
    """Invert a matrix whose eigenvalues are certainly beyond a limit; None where they may not be.

    The norm of the inverse is at least the inverse of the smallest eigenvalue.
    """
    factored = factor(matrix)
    if factored is None or np.linalg.norm(factored.inverse) >= 1.0 / limit:
        return None
    return factored.inverse


def without_information(estimate: Estimate) -> InvertedInformation:
    """Return only the open directions, the information being of no use."""
    minimum = estimate.minimum
    basis = tangent_basis(estimate.restrictions, minimum.active, minimum.params)
    nothing = np.full((len(minimum.params),) * 2, np.nan)
    return InvertedInformation(nothing, nothing, basis, ())


def inverted(information: FloatArray, basis: FloatArray) -> InvertedInformation:
    """Invert an information matrix along the columns of a basis.

    Parameters
    ----------
    information : (n_free, n_free) array
    basis : (n_free, n_open) array
    """
    scaled, scale = _in_correlation_metric(restricted(information, basis))
    if scaled.size == 0:
        return InvertedInformation(information, np.zeros_like(information), basis, ())
    regular = _inverse_if_beyond(scaled, 10.0 * SINGULAR_BELOW)
    if regular is not None:
        core = regular / scale[:, None] / scale
        return InvertedInformation(information, restricted(core, basis.T), basis, ())
    values, vectors = np.linalg.eigh(scaled)
    null = np.abs(values) < SINGULAR_BELOW
    if null.any():
        directions = basis @ (vectors[:, null] / scale[:, None])
        sizes = np.abs(directions) / np.abs(directions).max(axis=0)
        involved = tuple(int(index) for index in np.flatnonzero(sizes.max(axis=1) > 0.01))
        nothing = np.full_like(information, np.nan)
        return InvertedInformation(information, nothing, basis, involved)
    core = (vectors / scale[:, None]) @ ((vectors / scale[:, None]) / values).T
    return InvertedInformation(information, basis @ core @ basis.T, basis, ())


def invert_moment_information(
    estimate: Estimate, groups: Sequence[GroupDerivatives]
) -> InvertedInformation:
    """Invert the information of the parameters that derivatives of the moments add up to.

    Parameters
    ----------
    estimate : Estimate
    groups : sequence of GroupDerivatives
    """
    # loaded only where moments have a Gamma: a small model is fitted faster than imported
    from coprod_stats.sem.inference.weighted_least_squares import least_squares_information

    basis = tangent_basis(estimate.restrictions, estimate.minimum.active, estimate.params)
    return inverted(least_squares_information(groups), basis)
