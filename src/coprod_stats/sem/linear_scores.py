"""Regression and Bartlett scores of continuous data.

With ``y = nu + Λ η + ε``, implied moments ``μ`` and ``Σ`` and ``C`` the covariance matrix of ``η``,
the regression scores [thurstone1935]_ are

    E(η | y) = E(η) + C Λ' Σ⁻¹ (y − μ),

and the Bartlett scores [bartlett1937]_ are the generalized least-squares solution

    (Λ' W Λ)⁻¹ Λ' W (y − nu),   W = Θ⁻¹.

``W = (Λ C Λ' + Θ)⁻¹`` gives the same scores [lawley1971]_ and exists where an indicator has no
residual; it is what is computed. With missing answers, the observed part of each matrix is used.

References
----------
.. [thurstone1935] Thurstone, L. L. (1935). The vectors of mind. University of Chicago Press.
.. [bartlett1937] Bartlett, M. S. (1937). British Journal of Psychology, 28, 97-104.
.. [lawley1971] Lawley, D. N., & Maxwell, A. E. (1971). Factor analysis as a statistical method
   (2nd ed.), ch. 8. Butterworths.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.inference.casewise import case_precisions, standardized_residuals
from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel, eta_means
from coprod_stats.sem.observed.missing_patterns import MissingPatterns, group_by_pattern
from coprod_stats.sem.sample import GroupSample

FloatArray = NDArray[np.float64]


def linear_scores(estimate: Estimate, method: str) -> list[FloatArray]:
    """Score the cases of each group on its latent variables, ``(n_rows, n_latent)``.

    Without mean structure the intercepts are those that reproduce the sample means, and the latent
    variables' are 0: scores are the same as with free intercepts.

    Parameters
    ----------
    estimate : Estimate
    method : {'regression', 'bartlett'}

    Raises
    ------
    SemOptionError
        For Bartlett scores of latent variables that no observed variable depends on directly.
    """
    table = estimate.table
    scores = []
    for group, (model, implied, sample) in enumerate(
        zip(estimate.models, estimate.implied, estimate.problem.samples, strict=True), start=1
    ):
        latent = table.variables(group).latent
        if not table.meanstructure:
            implied = _at_sample_means(model, implied, sample.mean)
        if method == "bartlett":
            scores.append(_bartlett(model, implied, sample, latent))
        else:
            scores.append(_regression(implied, sample, len(latent)))
    return scores


def _at_sample_means(
    model: LisrelModel, implied: ImpliedMoments, mean: FloatArray
) -> ImpliedMoments:
    """Fill in the intercepts that reproduce the sample means; those of latent variables are 0."""
    observed, eta = model.matrices.observed, model.matrices.eta
    place = {name: index for index, name in enumerate(observed)}
    inside = np.array([name in place for name in eta], dtype=bool)
    known = np.array([mean[place[name]] if name in place else 0.0 for name in eta])
    eta_mean = eta_means(implied.beta, np.zeros(len(eta)), known, inside)
    return replace(
        implied,
        mean=mean,
        eta_mean=eta_mean,
        nu=mean - implied.lambda_ @ eta_mean,
        alpha=eta_mean - implied.beta @ eta_mean,
    )


def _regression(implied: ImpliedMoments, sample: GroupSample, n_latent: int) -> FloatArray:
    weights = (implied.lambda_ @ implied.eta_cov)[:, :n_latent]
    precisions, of_case = case_precisions(implied.cov, sample.patterns)
    y = standardized_residuals(
        sample.data, mean=implied.mean, precisions=precisions, pattern_of_case=of_case
    )
    return np.asarray(implied.eta_mean[:n_latent] + y @ weights)


def _bartlett(
    model: LisrelModel,
    implied: ImpliedMoments,
    sample: GroupSample,
    latent: tuple[str, ...],
) -> FloatArray:
    equations = _measurement(model, implied, len(latent))
    strength = np.abs(equations.loadings).sum(axis=0)
    without = [latent[index] for index in np.flatnonzero(strength == 0)]
    if without:
        raise SemOptionError(
            f"no observed variable depends directly on '{without[0]}'; use regression scores"
        )
    outcomes = sample.data[:, equations.rows] - equations.explained_by(sample.data)
    outcomes -= equations.intercepts
    patterns = group_by_pattern(outcomes) if np.isnan(outcomes).any() else None
    spread = implied.eta_cov[: len(latent), : len(latent)]
    return _least_squares(outcomes, equations.loadings, spread, equations.residual_cov, patterns)


def _least_squares(
    outcomes: FloatArray,
    loadings: FloatArray,
    spread: FloatArray,
    residual_cov: FloatArray,
    patterns: MissingPatterns | None,
) -> FloatArray:
    cov = loadings @ spread @ loadings.T + residual_cov
    precisions, of_case = case_precisions(cov, patterns)
    zero = np.zeros(len(loadings))
    y = standardized_residuals(outcomes, mean=zero, precisions=precisions, pattern_of_case=of_case)
    grams = loadings.T @ precisions @ loadings
    conditions = np.linalg.cond(grams)
    solvable = conditions < 1e12
    inverses = np.full_like(grams, np.nan)
    inverses[solvable] = np.linalg.inv(grams[solvable])
    if of_case is None:
        return np.asarray(y @ loadings @ inverses[0])
    scores = np.einsum("ni,nij->nj", y @ loadings, inverses[of_case])
    scores[of_case < 0] = np.nan
    return np.asarray(scores)


@dataclass(frozen=True, slots=True)
class _Measurement:
    """The equations of observed variables that depend on latent ones.

    Observed variables within ``eta`` have theirs in ``beta``, where other observed variables may
    explain them as well.
    """

    rows: NDArray[np.intp]
    intercepts: FloatArray
    loadings: FloatArray
    residual_cov: FloatArray
    sources: NDArray[np.intp]
    slopes: FloatArray

    def explained_by(self, data: FloatArray) -> FloatArray:
        """Part of the outcomes that other observed variables explain, ``(n_rows, n_outcomes)``."""
        explained = np.zeros((len(data), len(self.rows)))
        for outcome, slopes in enumerate(self.slopes):
            used = slopes != 0
            explained[:, outcome] = data[:, self.sources[used]] @ slopes[used]
        return explained


def _measurement(model: LisrelModel, implied: ImpliedMoments, n_latent: int) -> _Measurement:
    observed, eta = model.matrices.observed, model.matrices.eta
    sources = np.array([observed.index(name) for name in eta[n_latent:]], dtype=np.intp)
    plain = np.setdiff1d(np.arange(len(observed)), sources)
    plain = plain[implied.lambda_[plain].any(axis=1)]
    inner = n_latent + np.flatnonzero(implied.beta[n_latent:, :n_latent].any(axis=1))
    n_plain, n_inner = len(plain), len(inner)
    residual_cov = np.zeros((n_plain + n_inner,) * 2)
    residual_cov[:n_plain, :n_plain] = implied.theta[np.ix_(plain, plain)]
    residual_cov[n_plain:, n_plain:] = implied.psi[np.ix_(inner, inner)]
    return _Measurement(
        rows=np.concatenate([plain, sources[inner - n_latent]]),
        intercepts=np.concatenate([implied.nu[plain], implied.alpha[inner]]),
        loadings=np.vstack([implied.lambda_[plain, :n_latent], implied.beta[inner, :n_latent]]),
        residual_cov=residual_cov,
        sources=sources,
        slopes=np.vstack([np.zeros((n_plain, len(sources))), implied.beta[inner, n_latent:]]),
    )
