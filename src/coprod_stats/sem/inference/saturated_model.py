"""What the saturated model of incomplete answers gives to every model of the same answers.

Information, its inverse and the cross products of scores at the EM moments belong to the answers
and not to a model. A fit needs them three times (its test, that of its baseline, its robust
indices), and models that are compared need the same ones again; the saturated model is large, so it
is kept only while something asks for that (lavaan passes it on as ``slotH1`` to the same end).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.positive_definite import scaled_inverse
from coprod_stats.sem.incomplete_sample import IncompleteSample
from coprod_stats.sem.inference.casewise import saturated_meat
from coprod_stats.sem.inference.kept_models import MOST_KEPT, kept_models
from coprod_stats.sem.observed.saturated_information import saturated_information

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


@dataclass(frozen=True)
class SaturatedModel:
    """The saturated model of one group at its EM moments, per case.

    Attributes
    ----------
    sample : IncompleteSample
    moments : (k,) int array
        Means and covariances that count; those of fixed covariates are omitted.
    """

    sample: IncompleteSample
    moments: IntArray

    @cached_property
    def information(self) -> FloatArray:
        """Observed information, ``(k, k)``.

        Raises
        ------
        numpy.linalg.LinAlgError
            Where the data leave a moment open, as ``inverse`` does.
        """
        sample = self.sample
        information = saturated_information(sample.patterns, mean=sample.mean, cov=sample.cov)
        return information[np.ix_(self.moments, self.moments)] / sample.n_obs

    @cached_property
    def inverse(self) -> FloatArray:
        """Inverse of the information, ``(k, k)``."""
        return scaled_inverse(self.information)

    @cached_property
    def meat(self) -> FloatArray:
        """Cross products of the scores of cases, or clusters, ``(k, k)``."""
        meat = saturated_meat(self.sample)
        return meat[np.ix_(self.moments, self.moments)] / self.sample.n_obs

    @cached_property
    def robust_acov(self) -> FloatArray:
        """Asymptotic covariance of the estimated moments, times cases, ``(k, k)``; robust."""
        return np.asarray(self.inverse @ self.meat @ self.inverse)


def saturated_model(sample: IncompleteSample, moments: IntArray) -> SaturatedModel:
    """Return the saturated model of a group: the one that is kept, if its answers are the same.

    Parameters
    ----------
    sample : IncompleteSample
    moments : (k,) int array
    """
    kept = kept_models()
    if kept is None:
        return SaturatedModel(sample, moments)
    key = _fingerprint(sample, moments)
    if key not in kept:
        kept[key] = SaturatedModel(sample, moments)
        if len(kept) > MOST_KEPT:
            kept.popitem(last=False)
    return kept[key]


def _fingerprint(sample: IncompleteSample, moments: IntArray) -> bytes:
    found = hashlib.blake2b()
    for part in (sample.data, sample.weights, sample.clusters, sample.mean, sample.cov, moments):
        values = np.empty(0) if part is None else np.ascontiguousarray(part)
        found.update(f"{values.dtype} {values.shape};".encode())
        found.update(values.tobytes())
    return found.digest()
