"""What is estimated from data of one kind, and what differs between the kinds.

A problem holds a completed model, a sample and a method. Estimation, inference and everything that
follows from a fit ask it for what depends on the kind of data; no other place asks which kind it
is. :mod:`coprod_stats.sem.problems.choice` chooses the kind.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.model.parameters import ModelOptions, ParameterTable
from coprod_stats.sem.model.syntax_tree import ModelSyntax
from coprod_stats.sem.model.table_building import build_parameters
from coprod_stats.sem.options import FitOptions, Method, resolve_method
from coprod_stats.sem.sample import GroupSample, SemData

if TYPE_CHECKING:
    from coprod_stats.sem.estimation.estimate import Estimate
    from coprod_stats.sem.estimation.objective import Objective
    from coprod_stats.sem.inference.checks import Finding
    from coprod_stats.sem.inference.infer import Inference
    from coprod_stats.sem.inference.information import InvertedInformation
    from coprod_stats.sem.inference.sandwich import CaseScores
    from coprod_stats.sem.inference.weighted_least_squares import GroupDerivatives
    from coprod_stats.sem.model.constraints import Restrictions
    from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Problem(ABC):
    """A completed model with the sample and the method by which it is estimated.

    Parameters
    ----------
    table : ParameterTable
    samples : tuple of GroupSample
        One per group, columns in the order of the group's observed variables.
    method : Method
    """

    table: ParameterTable
    samples: tuple[GroupSample, ...]
    method: Method

    robust_estimators: ClassVar[tuple[str, ...]] = ("MLR",)
    """Estimators for clusters and sampling weights; the first is recommended."""
    observed_information: ClassVar[bool] = False
    """Whether standard errors rest on the observed information by default."""
    is_started_near: ClassVar[bool] = False
    """Whether the starting values are close to the minimum."""
    is_baseline_by_available_cases: ClassVar[bool] = False
    """Whether the scaled baseline test, as lavaan's, rests on available cases."""

    @classmethod
    def used_options(cls, options: FitOptions, data: SemData) -> FitOptions:
        """Replace ML by MLR where clusters or sampling weights need robust standard errors.

        Raises
        ------
        SemOptionError
            If the estimator does not allow for them.
        """
        designed = data.weights is not None or data.clusters is not None
        if not designed or options.estimator in cls.robust_estimators:
            return options
        if options.estimator == "ML":
            return replace(options, estimator="MLR")
        raise SemOptionError(
            f"clusters and sampling weights are not implemented for {options.estimator}; "
            f"use {cls.robust_estimators[0]}"
        )

    @classmethod
    def check_options(cls, options: FitOptions) -> None:
        """Refuse options that do not apply to this kind of problem.

        Raises
        ------
        SemOptionError
        """
        if options.missing == "pairwise":
            raise SemOptionError("missing='pairwise' is for ordered variables; use missing='fiml'")
        if options.model.parameterization == "theta":
            raise SemOptionError("parameterization='theta' is for ordered variables")

    @classmethod
    def resolve_method(cls, options: FitOptions) -> Method:
        """Resolve the options of a fit to what is computed.

        Raises
        ------
        SemOptionError
            Where options do not go together or do not apply.
        """
        cls.check_options(options)
        return resolve_method(options, observed_information=cls.observed_information)

    @classmethod
    def model_options(cls, data: SemData, options: FitOptions, method: Method) -> ModelOptions:
        """Choose how the model text is completed."""
        means = options.model.meanstructure or data.groups is not None or data.clusters is not None
        fixed_x = options.model.fixed_x and method.discrepancy == "ML"
        orthogonal = options.rotation is not None and options.rotation.is_orthogonal
        return replace(
            options.model, meanstructure=means, fixed_x=fixed_x, orthogonal_efa=orthogonal
        )

    @classmethod
    def complete_model(
        cls, model: ModelSyntax, data: SemData, options: FitOptions, method: Method
    ) -> ParameterTable:
        """Complete a model by the defaults and the data.

        Raises
        ------
        SemModelError, SemOptionError, SemDataError
        """
        return build_parameters(
            model,
            data.names,
            options=cls.model_options(data, options, method),
            group_labels=data.group_labels,
        )

    @classmethod
    @abstractmethod
    def prepare(cls, table: ParameterTable, data: SemData, method: Method) -> Self:
        """Choose the rows, compute the sample statistics and check that they can be fitted.

        Raises
        ------
        SemDataError
            Where no estimates can be computed.
        """

    def with_table(self, table: ParameterTable) -> Self:
        """State another model for the same data, as a baseline model."""
        return replace(self, table=table)

    @property
    def n_obs(self) -> float:
        """Cases of all groups, or the sum of their weights."""
        return float(sum(sample.n_obs for sample in self.samples))

    @property
    def effective_n(self) -> float:
        """Multiplier of the information: cases, less one per group unless normal-theory ML."""
        return self.n_obs if self.method.is_normal_likelihood else self.n_obs - len(self.samples)

    @property
    def n_independent_clusters(self) -> int | None:
        """Clusters that robust standard errors rest on; None where cases are independent."""
        if all(sample.clusters is None for sample in self.samples):
            return None
        return sum(sample.n_clusters for sample in self.samples)

    @property
    def n_clusters(self) -> tuple[int, ...]:
        """Clusters of each group that the model explains; empty for a single level."""
        return ()

    def intraclass_correlations(self) -> tuple[dict[str, float], ...]:
        """Return the shares of variance between clusters, per group; empty for a single level."""
        return ()

    def measured_from_means(self) -> tuple[Self, FloatArray] | None:
        """Subtract the means of variables that lie far from zero, which are not looked for here.

        Returns
        -------
        Problem, (n_observed,) array
            The problem with the data moved, and what was subtracted; None where nothing was.
        """
        return None

    def sample_covs(self) -> tuple[FloatArray, ...]:
        """Return the sample covariance matrix of each group (and level)."""
        return tuple(sample.cov for sample in self.samples)

    @abstractmethod
    def n_moments(self) -> int:
        """Count the sample moments that the model explains."""

    @abstractmethod
    def models(self) -> tuple[LisrelModel, ...]:
        """Build the models of all groups (and levels), moments of fixed covariates filled in."""

    @abstractmethod
    def starting_values(self, models: Sequence[LisrelModel]) -> FloatArray:
        """Propose values of all free parameters, ``(n_free,)``; those given by the user go first.

        Parameters
        ----------
        models : sequence of LisrelModel
            From :meth:`models`.
        """

    def other_starts(
        self,
        models: Sequence[LisrelModel],
        proposed: FloatArray,
    ) -> Iterator[FloatArray]:
        """Yield further starting values, for where the proposed ones lead nowhere; here none.

        Parameters
        ----------
        models : sequence of LisrelModel
            From :meth:`models`.
        proposed : (n_free,) array
            From :meth:`starting_values`.
        """
        return iter(())

    def approach(
        self, models: Sequence[LisrelModel], limits: Restrictions, start: FloatArray
    ) -> FloatArray:
        """Improve proposed starting values cheaply; here they stay what they are."""
        return start

    @abstractmethod
    def objective(self, models: Sequence[LisrelModel]) -> Objective:
        """Build the function that the method minimizes."""

    @abstractmethod
    def invert_information(
        self, estimate: Estimate
    ) -> tuple[InvertedInformation, tuple[GroupDerivatives, ...]]:
        """Invert the information that standard errors rest on.

        Returns
        -------
        InvertedInformation
        tuple of GroupDerivatives
            If the information was computed from them; else empty.
        """

    @abstractmethod
    def variability(
        self, estimate: Estimate, *, scaled: bool
    ) -> CaseScores | tuple[GroupDerivatives, ...]:
        """Compute what robust inference rests on: scores of the cases, or Gamma of the moments.

        Parameters
        ----------
        estimate : Estimate
        scaled : bool
            Whether a scaled test is to be computed.

        Raises
        ------
        numpy.linalg.LinAlgError
            At a singular matrix.
        """

    @abstractmethod
    def score_information(
        self, models: Sequence[LisrelModel], objective: Objective, params: FloatArray
    ) -> FloatArray:
        """Compute the information that score tests rest on, ``(n_free, n_free)``.

        Parameters
        ----------
        models : sequence of LisrelModel
            From :meth:`models`.
        objective : Objective
            From :meth:`objective`.
        params : (n_free,) array

        Raises
        ------
        SemOptionError
            If it is not implemented for the model.
        """

    @abstractmethod
    def fit_indices(self, estimate: Estimate, inference: Inference) -> dict[str, float]:
        """Compute every index that applies; the keys are those of the JSON of ``coprod sem``."""

    @abstractmethod
    def data_findings(self) -> Sequence[Finding]:
        """Describe what is noteworthy about the sample statistics."""

    @abstractmethod
    def solution_findings(
        self, estimate: Estimate, indices: Mapping[str, float] | None
    ) -> Sequence[Finding]:
        """Describe what is noteworthy about the solution beyond what holds for all kinds.

        Parameters
        ----------
        estimate : Estimate
        indices : mapping of str to float, optional
            Fit indices, where they were computed.
        """

    def difference_derivatives(
        self, estimate: Estimate, inference: Inference
    ) -> tuple[GroupDerivatives, ...]:
        """Return derivatives and Gamma of the moments for the difference test of Satorra (2000).

        Raises
        ------
        SemOptionError
            Where the fit does not rest on sample moments of complete, independent cases.
        """
        raise SemOptionError(
            "method='2000' rests on sample moments of complete, independent cases; with missing "
            "answers, weights or clusters take '2001' or '2010'"
        )

    @abstractmethod
    def single_level(self, what: str) -> SingleLevelProblem:
        """Return the problem if what is asked for is defined for it.

        Parameters
        ----------
        what : str
            Named in the error.

        Raises
        ------
        SemOptionError
            If the model has two levels.
        """


@dataclass(frozen=True)
class SingleLevelProblem(Problem):
    """A problem with one model per group, whose residuals, scores and bootstrap are defined."""

    score_methods: ClassVar[tuple[str, ...]] = ("regression", "bartlett")
    """Factor scores of these data; the first is the default."""

    def single_level(self, what: str) -> SingleLevelProblem:
        """Return the problem itself."""
        return self

    @property
    def rests_on_normal_moments(self) -> bool:
        """Whether the estimates are normal-theory ML from sample means and covariances alone."""
        return False

    @abstractmethod
    def compared_moments(self, sample: GroupSample) -> tuple[FloatArray | None, FloatArray]:
        """Sample mean and covariance matrix in the metric of the discrepancy.

        The mean is None where the model does not explain it.
        """

    @abstractmethod
    def factor_scores(self, estimate: Estimate, method: str) -> list[FloatArray]:
        """Score the cases of each group, ``(n_rows, n_latent)``.

        Parameters
        ----------
        estimate : Estimate
        method : str
            One of :attr:`score_methods`.
        """

    @abstractmethod
    def resampled(self, counts: Sequence[IntArray]) -> Self:
        """Take each case of a group as often as its counts say.

        Parameters
        ----------
        counts : sequence of (n_rows,) int array
            One per group.

        Raises
        ------
        ObservedDataError
            Where the drawn cases have no moments, as at a category that is no longer chosen.
        """

    def moved_to_model(self, implied: Sequence[ImpliedMoments]) -> Self:
        """Transform the cases so that the model holds exactly.

        Raises
        ------
        SemOptionError
            With incomplete or ordered data.
        """
        raise SemOptionError("the Bollen-Stine bootstrap needs complete continuous data")
