"""Continuous variables: models of means and covariances, here of complete data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.moment_objective import moment_objective, unbiased_cov
from coprod_stats.sem.estimation.starting_values import starting_values
from coprod_stats.sem.inference.information import InvertedInformation, invert_information
from coprod_stats.sem.inference.likelihood import normal_loglik
from coprod_stats.sem.model.group_variables import named_columns
from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel
from coprod_stats.sem.model.matrices import group_matrices
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.model.syntax_tree import ModelSyntax
from coprod_stats.sem.model.table_building import build_parameters
from coprod_stats.sem.options import FitOptions, Method
from coprod_stats.sem.problems.problem import SingleLevelProblem
from coprod_stats.sem.problems.sample_checks import (
    check_clusters,
    check_moments,
    singular_moments,
    unasked_findings,
)
from coprod_stats.sem.sample import (
    GroupSample,
    SemData,
    complete_samples,
    resample_complete,
    unanswered_of_groups,
)

if TYPE_CHECKING:
    from coprod_stats.sem.estimation.estimate import Estimate
    from coprod_stats.sem.estimation.objective import Objective
    from coprod_stats.sem.inference.checks import Finding
    from coprod_stats.sem.inference.infer import Inference
    from coprod_stats.sem.inference.sandwich import CaseScores
    from coprod_stats.sem.inference.weighted_least_squares import GroupDerivatives

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# What few fits need is loaded where they need it: a small model is fitted faster than imported.


@dataclass(frozen=True)
class ContinuousProblem(SingleLevelProblem):
    """A model of means and covariances; see :class:`Problem`.

    Groups may have different variables: each group's sample and model are about its own.
    """

    @classmethod
    def complete_model(
        cls, model: ModelSyntax, data: SemData, options: FitOptions, method: Method
    ) -> ParameterTable:
        """Complete a model; a group's part of one text is about what the group was asked."""
        return build_parameters(
            model,
            data.names,
            options=cls.model_options(data, options, method),
            group_labels=data.group_labels,
            unanswered=unanswered_of_groups(data, named_columns(model, data.names)),
        )

    def n_moments(self) -> int:
        """Count means, variances and covariances; those of fixed covariates do not count."""
        table = self.table
        is_fixed = any(row.exogenous for row in table)
        count = 0
        for group in range(1, table.n_groups + 1):
            variables = table.variables(group)
            n_items, n_fixed = len(variables.observed), is_fixed * len(variables.exogenous)
            count += n_items * (n_items + 1) // 2 - n_fixed * (n_fixed + 1) // 2
            if table.meanstructure:
                count += n_items - n_fixed
        return count

    def models(self) -> tuple[LisrelModel, ...]:
        """Build the model of each group."""
        return tuple(
            LisrelModel(group_matrices(self.table, group).with_exogenous(sample.mean, sample.cov))
            for group, sample in enumerate(self.samples, start=1)
        )

    def starting_values(self, models: Sequence[LisrelModel]) -> FloatArray:
        """Propose values of all free parameters from the sample moments."""
        matrices = [model.matrices for model in models]
        covs, means = zip(*((sample.cov, sample.mean) for sample in self.samples), strict=True)
        return starting_values(self.table, matrices, covs, means)

    def other_starts(
        self, models: Sequence[LisrelModel], proposed: FloatArray
    ) -> Iterator[FloatArray]:
        """Yield starting values that do not rest on the covariances with markers."""
        from coprod_stats.sem.estimation.other_starts import other_starts

        matrices = [model.matrices for model in models]
        yield from other_starts(self.table, matrices, [s.cov for s in self.samples], proposed)

    def measured_from_means(self) -> tuple[Self, FloatArray] | None:
        """Subtract means far from zero, with which slopes and intercepts are nearly collinear."""
        if not self.table.meanstructure:
            return None
        # most data have none: their means are compared before anything is loaded
        spreads = [np.sqrt(np.maximum(np.diagonal(s.cov), 0.0)) for s in self.samples]
        if all(
            (np.abs(s.mean) <= 10 * d).all() for s, d in zip(self.samples, spreads, strict=True)
        ):
            return None
        from coprod_stats.sem.estimation.far_means import far_offsets

        groups = range(1, self.table.n_groups + 1)
        columns = [self.table.columns_of(group) for group in groups]
        offsets = far_offsets(self.samples, columns, n_observed=len(self.table.observed))
        if offsets is None:
            return None
        moved = zip(self.samples, columns, strict=True)
        return replace(self, samples=tuple(s.measured_from(offsets[c]) for s, c in moved)), offsets

    def objective(self, models: Sequence[LisrelModel]) -> Objective:
        """Build the discrepancy between sample and implied moments."""
        return moment_objective(self.table, models, self.samples, self.method)

    def invert_information(
        self, estimate: Estimate
    ) -> tuple[InvertedInformation, tuple[GroupDerivatives, ...]]:
        """Invert the curvature of the objective, expected or observed."""
        return invert_information(estimate), ()

    def saturated_logliks(self) -> list[float]:
        """Log-likelihood of the saturated model of each group; nan at a singular matrix."""
        return [normal_loglik(s.n_obs, s.cov, self.method) for s in self.samples]

    def baseline_moments(self) -> list[tuple[FloatArray, FloatArray]]:
        """Mean and covariance matrix of each group that the independence model starts from."""
        return [(sample.mean, sample.cov) for sample in self.samples]

    def data_findings(self) -> Sequence[Finding]:
        """Describe what groups were not asked, and singular moments, if ULS or DWLS go on."""
        found = unasked_findings(self.table)
        if self.method.allows_singular_moments:
            found += singular_moments(self.table, self.samples)
        return found

    def solution_findings(
        self, estimate: Estimate, indices: Mapping[str, float] | None
    ) -> Sequence[Finding]:
        """Return nothing: complete data add no caution of their own."""
        return ()

    def compared_moments(self, sample: GroupSample) -> tuple[FloatArray | None, FloatArray]:
        """Sample moments with divisor N in normal-theory ML, else N - 1."""
        mean = sample.mean if self.table.meanstructure else None
        return mean, sample.cov if self.method.is_normal_likelihood else unbiased_cov(sample)

    def moment_information(self, implied: Sequence[ImpliedMoments]) -> list[FloatArray]:
        """Compute the expected information of one case of each group about its moments.

        Parameters
        ----------
        implied : sequence of ImpliedMoments
            At which it is computed, one per group.
        """
        from coprod_stats.sem.inference.moment_sandwich import normal_weight

        means = self.table.meanstructure
        return [normal_weight(moments.cov, meanstructure=means) for moments in implied]

    def score_information(
        self, models: Sequence[LisrelModel], objective: Objective, params: FloatArray
    ) -> FloatArray:
        """Compute the expected information; cases count by N, as in lavaan."""
        from coprod_stats.sem.inference.score_information import without_covariates

        information = objective.evaluate(params, exact=False).curvature.copy()
        if any(row.exogenous for row in self.table):
            without_covariates(information, self, models, params)
        if self.method.discrepancy != "ML":
            for model, sample in zip(models, self.samples, strict=True):
                more = sample.n_obs / (sample.n_obs - 1.0)
                information[np.ix_(model.parameters, model.parameters)] *= more
        return information

    def factor_scores(self, estimate: Estimate, method: str) -> list[FloatArray]:
        """Compute regression or Bartlett scores of the cases of each group."""
        from coprod_stats.sem.linear_scores import linear_scores

        return linear_scores(estimate, method)


@dataclass(frozen=True)
class CompleteDataProblem(ContinuousProblem):
    """A model of means and covariances of complete data; see :class:`Problem`."""

    @classmethod
    def prepare(cls, table: ParameterTable, data: SemData, method: Method) -> Self:
        """Choose the complete rows and compute their moments."""
        samples = complete_samples(data, table.observed_of_groups)
        check_clusters(table, samples)
        check_moments(table, samples, method)
        return cls(table, samples, method)

    def variability(
        self, estimate: Estimate, *, scaled: bool
    ) -> CaseScores | tuple[GroupDerivatives, ...]:
        """Compute the scores of the cases for MLR, else the distribution-free Gamma."""
        if self.method.test != "yuan-bentler":
            from coprod_stats.sem.inference.moment_sandwich import complete_derivatives

            return complete_derivatives(estimate)
        from coprod_stats.sem.inference.sandwich import complete_scores

        return complete_scores(estimate, scaled=scaled)

    def fit_indices(self, estimate: Estimate, inference: Inference) -> dict[str, float]:
        """Compute every index; the baseline model has a closed form for plain ML."""
        from coprod_stats.sem.inference.global_fit import baseline_inference, global_fit
        from coprod_stats.sem.inference.independence import independence_test

        baseline = independence_test(self) or baseline_inference(self)
        return global_fit(self, estimate, inference, baseline)

    def difference_derivatives(
        self, estimate: Estimate, inference: Inference
    ) -> tuple[GroupDerivatives, ...]:
        """Return derivatives and Gamma of the sample moments of independent, unweighted cases."""
        if any(s.weights is not None or s.clusters is not None for s in self.samples):
            return super().difference_derivatives(estimate, inference)
        from coprod_stats.sem.inference.moment_sandwich import complete_derivatives

        return inference.groups or complete_derivatives(estimate)

    @property
    def rests_on_normal_moments(self) -> bool:
        """Whether the estimator is normal-theory ML."""
        return self.method.is_normal_likelihood

    def resampled(self, counts: Sequence[IntArray]) -> Self:
        """Take each case of a group as often as its counts say."""
        parts = zip(self.samples, counts, strict=True)
        return replace(self, samples=tuple(resample_complete(s, c) for s, c in parts))

    def moved_to_model(self, implied: Sequence[ImpliedMoments]) -> Self:
        """Transform the cases so that their moments are the implied ones."""
        moved = []
        for sample, moments in zip(self.samples, implied, strict=True):
            target = moments.mean if self.table.meanstructure else sample.mean
            root = np.linalg.cholesky(sample.cov)
            standardized = np.linalg.solve(root, (sample.data - sample.mean).T).T
            data = standardized @ np.linalg.cholesky(moments.cov).T + target
            moved.append(replace(sample, data=data, mean=target, cov=moments.cov))
        return replace(self, samples=tuple(moved))
