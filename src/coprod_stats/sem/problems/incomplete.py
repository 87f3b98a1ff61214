"""Continuous variables with missing answers: full-information and two-stage maximum likelihood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.estimation.fiml import FullInformation, expected_patterns
from coprod_stats.sem.estimation.moment_objective import moment_objective
from coprod_stats.sem.estimation.optimizer import minimize
from coprod_stats.sem.incomplete_sample import (
    IncompleteSample,
    incomplete_samples,
    resample_incomplete,
)
from coprod_stats.sem.inference.information import InvertedInformation
from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel
from coprod_stats.sem.model.parameters import ModelOptions, ParameterTable
from coprod_stats.sem.model.syntax_tree import ModelSyntax
from coprod_stats.sem.observed.missing_patterns import available_moments
from coprod_stats.sem.options import FitOptions, Method, StandardErrors
from coprod_stats.sem.problems.continuous import ContinuousProblem
from coprod_stats.sem.problems.sample_checks import (
    check_clusters,
    check_moments,
    check_pairs,
    unpaired_findings,
)
from coprod_stats.sem.sample import SemData

if TYPE_CHECKING:
    from coprod_stats.sem.estimation.estimate import Estimate
    from coprod_stats.sem.estimation.objective import Objective
    from coprod_stats.sem.inference.checks import Finding
    from coprod_stats.sem.inference.infer import Inference
    from coprod_stats.sem.inference.sandwich import CaseScores
    from coprod_stats.sem.inference.weighted_least_squares import GroupDerivatives
    from coprod_stats.sem.model.constraints import Restrictions

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class IncompleteProblem(ContinuousProblem):
    """A model of means and covariances of incomplete data; see :class:`Problem`."""

    samples: tuple[IncompleteSample, ...]

    observed_information: ClassVar[bool] = True

    @classmethod
    def model_options(cls, data: SemData, options: FitOptions, method: Method) -> ModelOptions:
        """Choose how the model text is completed; missing answers need a mean structure."""
        return replace(super().model_options(data, options, method), meanstructure=True)

    @classmethod
    def prepare(cls, table: ParameterTable, data: SemData, method: Method) -> Self:
        """Choose the rows with an answer at least and estimate their saturated moments."""
        is_fixed = any(row.exogenous for row in table)
        fixed = [table.variables(group).exogenous for group in range(1, table.n_groups + 1)]
        samples = incomplete_samples(
            data, table.observed_of_groups, complete_of_groups=fixed if is_fixed else ()
        )
        check_clusters(table, samples)
        cls.check_samples(table, samples, method)
        return cls(table, samples, method)

    @classmethod
    def check_samples(
        cls, table: ParameterTable, samples: Sequence[IncompleteSample], method: Method
    ) -> None:
        """Refuse saturated moments from which no estimates can be computed."""
        check_moments(table, samples, method)

    def baseline_moments(self) -> list[tuple[FloatArray, FloatArray]]:
        """Moments of the answers to each variable, per group."""
        return [available_moments(sample.patterns, sample.cov) for sample in self.samples]

    def moment_information(self, implied: Sequence[ImpliedMoments]) -> list[FloatArray]:
        """Compute the expected information of one case of each group with its missing answers."""
        from coprod_stats.sem.observed.saturated_information import saturated_information

        information = []
        for sample, found in zip(self.samples, implied, strict=True):
            moments = {"mean": found.mean, "cov": found.cov}
            patterns = expected_patterns(sample.patterns, **moments)
            information.append(saturated_information(patterns, **moments) / sample.n_obs)
        return information

    def solution_findings(
        self, estimate: Estimate, indices: Mapping[str, float] | None
    ) -> Sequence[Finding]:
        """List variables without common cases."""
        return unpaired_findings(self.table, self.samples)

    def resampled(self, counts: Sequence[IntArray]) -> Self:
        """Take each case of a group as often as its counts say."""
        parts = zip(self.samples, counts, strict=True)
        return replace(self, samples=tuple(resample_incomplete(s, c) for s, c in parts))


@dataclass(frozen=True)
class FullInformationProblem(IncompleteProblem):
    """Incomplete cases in the likelihood (FIML); see :class:`Problem`."""

    is_started_near: ClassVar[bool] = True

    @classmethod
    def complete_model(
        cls, model: ModelSyntax, data: SemData, options: FitOptions, method: Method
    ) -> ParameterTable:
        """Complete a model by the defaults, the data and auxiliary variables."""
        table = super().complete_model(model, data, options, method)
        unknown = [name for name in options.auxiliary if name not in data.names]
        if unknown:
            raise SemOptionError(f"auxiliary variable '{unknown[0]}' is not in the data")
        if not options.auxiliary:
            return table
        from coprod_stats.sem.model.auxiliary import with_auxiliary

        return with_auxiliary(table, options.auxiliary)

    def approach(
        self, models: Sequence[LisrelModel], limits: Restrictions, start: FloatArray
    ) -> FloatArray:
        """Fit the saturated moments first, which are close to the answers and cheap."""
        if not self.table.n_free:
            return start
        complete = moment_objective(self.table, models, self.samples, self.method)
        return minimize(complete, limits, start, max_iterations=50).params

    def objective(self, models: Sequence[LisrelModel]) -> Objective:
        """Build the likelihood of the answers that there are."""
        return FullInformation(
            models,
            [sample.patterns for sample in self.samples],
            saturated_values=[_saturated_value(sample) for sample in self.samples],
            n_free=self.table.n_free,
        )

    def saturated_logliks(self) -> list[float]:
        """Log-likelihood of the saturated model of each group."""
        return [sample.saturated.loglik for sample in self.samples]

    def variability(self, estimate: Estimate, *, scaled: bool) -> CaseScores:
        """Compute the scores of the cases."""
        from coprod_stats.sem.inference.sandwich import incomplete_scores

        return incomplete_scores(estimate, self.samples, scaled=scaled)

    def fit_indices(self, estimate: Estimate, inference: Inference) -> dict[str, float]:
        """Compute every index; robust ones are those that complete data would show."""
        from coprod_stats.sem.inference.fiml_correction import corrected_indices
        from coprod_stats.sem.inference.global_fit import fit_baseline, global_fit
        from coprod_stats.sem.inference.infer import infer

        null = fit_baseline(self)
        baseline = infer(null, tests_only=True)
        corrected: dict[str, float] = {}
        if inference.df > 0 and not inference.inverted.unidentified:
            corrected = corrected_indices(self, (estimate, inference), (null, baseline))
        return global_fit(self, estimate, inference, baseline, corrected=corrected)


@dataclass(frozen=True)
class TwoStageProblem(IncompleteProblem):
    """A model fitted to the saturated moments of incomplete data; see :class:`Problem`."""

    is_baseline_by_available_cases: ClassVar[bool] = True

    @classmethod
    def resolve_method(cls, options: FitOptions) -> Method:
        """Resolve the options; standard errors and test allow for the missing answers."""
        errors: StandardErrors = options.standard_errors
        if errors == "default":
            errors = "two-stage" if options.missing == "two-stage" else "robust-two-stage"
        method = super().resolve_method(options)
        return replace(method, standard_errors=errors, test="satorra-bentler")

    @classmethod
    def check_samples(
        cls, table: ParameterTable, samples: Sequence[IncompleteSample], method: Method
    ) -> None:
        """Refuse variables without common cases as well."""
        check_pairs(table, samples)
        super().check_samples(table, samples, method)

    def invert_information(
        self, estimate: Estimate
    ) -> tuple[InvertedInformation, tuple[GroupDerivatives, ...]]:
        """Invert the expected information at the saturated moments."""
        from coprod_stats.sem.inference.information import invert_moment_information

        groups = self.variability(estimate, scaled=True)
        return invert_moment_information(estimate, groups), groups

    def variability(self, estimate: Estimate, *, scaled: bool) -> tuple[GroupDerivatives, ...]:
        """Compute Gamma of the saturated moments."""
        from coprod_stats.sem.inference.moment_sandwich import two_stage_derivatives

        return two_stage_derivatives(estimate, self.samples)

    def fit_indices(self, estimate: Estimate, inference: Inference) -> dict[str, float]:
        """Compute every index; the baseline test is scaled by available cases, as in lavaan."""
        from coprod_stats.sem.inference.global_fit import baseline_inference, global_fit
        from coprod_stats.sem.inference.two_stage_baseline import scaled_by_available_cases

        baseline = scaled_by_available_cases(baseline_inference(self), self)
        return global_fit(self, estimate, inference, baseline)

    def score_information(
        self, models: Sequence[LisrelModel], objective: Objective, params: FloatArray
    ) -> FloatArray:
        """Compute the expected information at the saturated moments, as lavaan does."""
        from coprod_stats.sem.inference.score_information import (
            saturated_moment_information,
            without_covariates,
        )

        information = saturated_moment_information(self, models, params)
        if any(row.exogenous for row in self.table):
            without_covariates(information, self, models, params)
        return information


def _saturated_value(sample: IncompleteSample) -> float:
    """Half the discrepancy of the saturated model: minus its log-likelihood without constant."""
    n_values = float(sample.patterns.counts @ sample.patterns.observed.sum(axis=1))
    return float(-sample.saturated.loglik - 0.5 * n_values * np.log(2 * np.pi)) / sample.n_obs
