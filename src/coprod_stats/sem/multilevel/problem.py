"""Two-level data: a model within and a model between clusters by maximum likelihood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NoReturn, Self

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.estimation.starting_values import starting_values
from coprod_stats.sem.inference.information import InvertedInformation, invert_information
from coprod_stats.sem.model.lisrel import LisrelModel
from coprod_stats.sem.model.matrices import group_matrices
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.multilevel.objective import TwoLevelLikelihood
from coprod_stats.sem.multilevel.two_level_sample import (
    ClusteredSample,
    TwoLevelSample,
    clustered_samples,
)
from coprod_stats.sem.options import FitOptions, Method
from coprod_stats.sem.problems.problem import Problem
from coprod_stats.sem.problems.sample_checks import check_clusters, check_moments
from coprod_stats.sem.sample import SemData, complete_samples

if TYPE_CHECKING:
    from coprod_stats.sem.estimation.estimate import Estimate
    from coprod_stats.sem.estimation.objective import Objective
    from coprod_stats.sem.inference.checks import Finding
    from coprod_stats.sem.inference.infer import Inference
    from coprod_stats.sem.inference.sandwich import CaseScores
    from coprod_stats.sem.inference.weighted_least_squares import GroupDerivatives

FloatArray = NDArray[np.float64]

_START_SHARE = 0.02
"""Starting values take this share of the variance of cluster means as between clusters at least."""

_NOT_WITH_LEVELS = "{what}: not implemented for two-level models ('level:' blocks)"


@dataclass(frozen=True)
class TwoLevelProblem(Problem):
    """A model of two levels; see :class:`~coprod_stats.sem.problems.problem.Problem`."""

    samples: tuple[ClusteredSample, ...]

    observed_information: ClassVar[bool] = True

    @classmethod
    def used_options(cls, options: FitOptions, data: SemData) -> FitOptions:
        """Keep the options: ML knows the clusters, of which there must be a column."""
        if data.clusters is None:
            raise SemOptionError(
                "a two-level model ('level:' blocks) needs the column of the clusters: "
                "name it with cluster"
            )
        if data.weights is not None:
            raise SemOptionError(_NOT_WITH_LEVELS.format(what="sampling weights"))
        return options

    @classmethod
    def check_options(cls, options: FitOptions) -> None:
        """Refuse by name what is not implemented for two-level models."""
        if options.estimator not in ("ML", "MLR"):
            raise SemOptionError(
                f"two-level models are fitted by ML or MLR; {options.estimator} is not implemented"
            )
        refused = {
            "ordered variables": bool(options.ordered),
            f"missing={options.missing!r}": options.missing != "listwise",
            "likelihood='wishart'": options.likelihood != "normal",
            "bootstrapped standard errors": options.standard_errors == "bootstrap",
            "group_equal (use one label for parameters that are to be equal)": bool(
                options.model.group_equal
            ),
        }
        for what, asked in refused.items():
            if asked:
                raise SemOptionError(_NOT_WITH_LEVELS.format(what=what))
        super().check_options(options)

    @classmethod
    def prepare(cls, table: ParameterTable, data: SemData, method: Method) -> Self:
        """Choose the complete rows and split their moments by level."""
        samples = complete_samples(data, table.observed_of_groups)
        check_clusters(table, samples)
        check_moments(table, samples, method)
        return cls(table, clustered_samples(samples, table), method)

    @property
    def n_independent_clusters(self) -> int | None:
        """Clusters that robust standard errors rest on; those of the likelihood are normal."""
        if self.method.standard_errors != "robust":
            return None
        return super().n_independent_clusters

    @property
    def n_clusters(self) -> tuple[int, ...]:
        """Clusters of each group."""
        return tuple(levels.moments.n_clusters for levels in self.levels)

    def intraclass_correlations(self) -> tuple[dict[str, float], ...]:
        """Compute the shares of variance between clusters, ``B_ii / (B_ii + W_ii)``, per group.

        Of the unrestricted model, for variables that vary at both levels.
        """
        return tuple(
            dict(
                zip(
                    (self.table.observed[item] for item in levels.moments.variation.both.tolist()),
                    levels.shares_between().tolist(),
                    strict=True,
                )
            )
            for levels in self.levels
        )

    def sample_covs(self) -> tuple[FloatArray, ...]:
        """Return the unrestricted covariance matrix of each group and level."""
        return tuple(cov for _, cov in self.level_moments())

    @property
    def levels(self) -> tuple[TwoLevelSample, ...]:
        """Sample statistics by level, per group."""
        return tuple(sample.levels for sample in self.samples)

    def level_moments(self) -> list[tuple[FloatArray, FloatArray]]:
        """Unrestricted mean and covariance matrix of each group and level."""
        levels = self.levels
        return [levels[group - 1].level_moments(level) for group, level in self.table.blocks]

    def n_moments(self) -> int:
        """Count means, variances and covariances of both levels that covariates leave."""
        table = self.table
        per_group = len(table.observed)
        for level in table.levels:
            n_items = len(level.observed)
            per_group += n_items * (n_items + 1) // 2
        return table.n_groups * per_group - sum(row.exogenous and row.free < 0 for row in table)

    def models(self) -> tuple[LisrelModel, ...]:
        """Build the models of all groups and levels."""
        parts = zip(self.table.blocks, self.level_moments(), strict=True)
        return tuple(
            LisrelModel(group_matrices(self.table, group, level=level).with_exogenous(*moments))
            for (group, level), moments in parts
        )

    def starting_values(self, models: Sequence[LisrelModel]) -> FloatArray:
        """Propose values of all free parameters from the unrestricted moments of each level."""
        means, covs = [], []
        for (group, level), (mean, cov) in zip(
            self.table.blocks, self.level_moments(), strict=True
        ):
            if level == 2:
                cov = cov + np.diag(_START_SHARE * _variance_of_means(self.levels[group - 1]))
            means.append(mean)
            covs.append(cov)
        return starting_values(self.table, [model.matrices for model in models], covs, means)

    def objective(self, models: Sequence[LisrelModel]) -> TwoLevelLikelihood:
        """Build the likelihood of all groups."""
        return TwoLevelLikelihood(models, self.levels, n_free=self.table.n_free)

    def invert_information(
        self, estimate: Estimate
    ) -> tuple[InvertedInformation, tuple[GroupDerivatives, ...]]:
        """Invert the curvature of the likelihood, expected or observed."""
        return invert_information(estimate), ()

    def variability(self, estimate: Estimate, *, scaled: bool) -> CaseScores:
        """Compute the scores of the clusters."""
        # loaded only for robust inference
        from coprod_stats.sem.multilevel.cluster_scores import two_level_scores

        return two_level_scores(estimate, self.samples, scaled=scaled)

    def score_information(
        self, models: Sequence[LisrelModel], objective: Objective, params: FloatArray
    ) -> FloatArray:
        """Compute the expected information given the cluster sizes."""
        if any(row.exogenous for row in self.table):
            raise SemOptionError(_NOT_WITH_LEVELS.format(what="score tests with fixed_x"))
        return objective.evaluate(params, exact=False).curvature

    def fit_indices(self, estimate: Estimate, inference: Inference) -> dict[str, float]:
        """Compute every index; cases count for RMSEA and the information criteria."""
        # simulations of coefficients do without
        from coprod_stats.sem.multilevel.two_level_indices import two_level_indices

        return two_level_indices(self, estimate, inference)

    def data_findings(self) -> Sequence[Finding]:
        """Return nothing: cautions about clusters follow those about the solution."""
        return ()

    def solution_findings(
        self, estimate: Estimate, indices: Mapping[str, float] | None
    ) -> Sequence[Finding]:
        """Describe clusters, the unrestricted model and the baseline."""
        from coprod_stats.sem.multilevel.findings import two_level_findings

        return two_level_findings(estimate, self.samples, indices=indices)

    def single_level(self, what: str) -> NoReturn:
        """Refuse what is not implemented for two levels."""
        raise SemOptionError(_NOT_WITH_LEVELS.format(what=what))


def _variance_of_means(sample: TwoLevelSample) -> FloatArray:
    """Variances of the cluster means of the variables of level 2."""
    moments, found = sample.moments, sample.unrestricted.moments
    share = moments.n_clusters / moments.n_obs
    return np.diagonal(found.between + share * found.within)[moments.variation.between]
