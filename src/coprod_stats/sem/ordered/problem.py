"""Ordered and mixed data: thresholds and polychoric correlations by least squares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.inference.checks import Finding
from coprod_stats.sem.inference.information import InvertedInformation, invert_moment_information
from coprod_stats.sem.model.group_variables import with_same_variables
from coprod_stats.sem.model.lisrel import LisrelModel
from coprod_stats.sem.model.parameters import ModelOptions, ParameterTable
from coprod_stats.sem.model.syntax_tree import ModelSyntax
from coprod_stats.sem.model.table_building import build_parameters
from coprod_stats.sem.observed.errors import ObservedDataError
from coprod_stats.sem.options import FitOptions, Method, discrepancy_of
from coprod_stats.sem.ordered.completed_model import CompletedModel
from coprod_stats.sem.ordered.determinacy import require_determined, undetermined_findings
from coprod_stats.sem.ordered.group_models import completed_models, responses_of
from coprod_stats.sem.ordered.least_squares import CategoricalLeastSquares, ordered_objective
from coprod_stats.sem.ordered.sample import (
    OrderedSample,
    category_levels,
    ordered_samples,
    resample_ordered,
)
from coprod_stats.sem.ordered.sandwich import ordered_derivatives
from coprod_stats.sem.ordered.starting_values import ordered_start
from coprod_stats.sem.problems.problem import SingleLevelProblem
from coprod_stats.sem.problems.sample_checks import CODES_OF_NOTES, check_clusters
from coprod_stats.sem.sample import GroupSample, SemData

if TYPE_CHECKING:
    from coprod_stats.sem.estimation.estimate import Estimate
    from coprod_stats.sem.estimation.objective import Objective
    from coprod_stats.sem.inference.infer import Inference
    from coprod_stats.sem.inference.weighted_least_squares import GroupDerivatives

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


MANY_CATEGORIES = 12
"""Categories above which lavaan 0.6-14 warns, too."""


@dataclass(frozen=True)
class OrderedProblem(SingleLevelProblem):
    """A model of latent responses; see :class:`~coprod_stats.sem.problems.problem.Problem`."""

    samples: tuple[OrderedSample, ...]

    robust_estimators: ClassVar[tuple[str, ...]] = ("WLSMV", "WLSM", "ULSMV")
    score_methods: ClassVar[tuple[str, ...]] = ("ebm",)

    @classmethod
    def check_options(cls, options: FitOptions) -> None:
        """Refuse estimators and information matrices that ordered variables do not have."""
        if discrepancy_of(options.estimator) not in ("DWLS", "ULS", "WLS"):
            raise SemOptionError(
                f"ordered variables need WLSMV or a relative of it, not {options.estimator}"
            )
        if options.information == "observed":
            raise SemOptionError("information='observed' does not apply to ordered variables")

    @classmethod
    def model_options(cls, data: SemData, options: FitOptions, method: Method) -> ModelOptions:
        """Choose how the model text is completed; the model is conditional on covariates."""
        chosen = super().model_options(data, options, method)
        means = chosen.meanstructure or method.missing == "pairwise"
        fixed_x = options.model.fixed_x
        return replace(chosen, meanstructure=means, fixed_x=fixed_x, conditional_x=fixed_x)

    @classmethod
    def complete_model(
        cls, model: ModelSyntax, data: SemData, options: FitOptions, method: Method
    ) -> ParameterTable:
        """Complete a model by the defaults and the categories that occur in the data."""
        # thresholds, which equality across groups may name, follow from the categories of what is
        # observed
        bare = replace(options.model, group_equal=(), group_partial=())
        table = super().complete_model(model, data, replace(options, model=bare), method)
        table = with_same_variables(table, "with ordered variables")
        levels = category_levels(data, table, options.ordered)
        completed = build_parameters(
            model,
            data.names,
            options=cls.model_options(data, options, method),
            group_labels=data.group_labels,
            thresholds={name: values.size - 1 for name, values in levels.items()},
        )
        return with_same_variables(completed, "with ordered variables")

    @classmethod
    def prepare(cls, table: ParameterTable, data: SemData, method: Method) -> Self:
        """Choose the rows and estimate thresholds and polychoric correlations."""
        table = with_same_variables(table, "with ordered variables")
        levels = category_levels(data, table, table.ordered)
        samples = ordered_samples(data, table, levels, pairwise=method.missing == "pairwise")
        check_clusters(table, samples)
        prepared = cls(table, samples, method)
        for group, sample in enumerate(samples):
            where = f"{data.group_name(group)}: " if len(samples) > 1 else ""
            try:
                prepared.require_determined(sample)
            except ObservedDataError as error:
                raise error.named(prepared.items, where) from error
        return prepared

    @property
    def items(self) -> tuple[str, ...]:
        """The observed variables that are not conditioned on."""
        covariates = self.table.conditioned
        return tuple(name for name in self.table.observed if name not in covariates)

    def _answers(self, sample: OrderedSample) -> FloatArray:
        columns = [self.table.observed.index(name) for name in self.items]
        return sample.data[:, columns]

    def require_determined(self, sample: OrderedSample) -> None:
        """Refuse a sample whose answers do not determine a correlation (``OBS-017``)."""
        require_determined(sample.moments, self._answers(sample), self.method.discrepancy)

    def n_moments(self) -> int:
        """Count thresholds, slopes, variances and correlations."""
        return sum(sample.moments.influence.n_statistics for sample in self.samples)

    def models(self) -> tuple[CompletedModel, ...]:
        """Build the model of each group."""
        return completed_models(self.table, self.samples)

    def starting_values(self, models: Sequence[LisrelModel]) -> FloatArray:
        """Propose values of all free parameters from thresholds and correlations."""
        matrices = [model.matrices for model in models]
        return ordered_start(self.table, matrices, responses_of(models), self.samples)

    def other_starts(
        self, models: Sequence[LisrelModel], proposed: FloatArray
    ) -> Iterator[FloatArray]:
        """Yield starting values that do not rest on the covariances with markers."""
        from coprod_stats.sem.estimation.other_starts import other_starts

        matrices = [model.matrices for model in models]
        for start in other_starts(self.table, matrices, [s.cov for s in self.samples], proposed):
            # the residual variances of latent responses, where they are free, start at 1
            yield np.where(self._is_of_response_scale, proposed, start)

    @property
    def _is_of_response_scale(self) -> NDArray[np.bool_]:
        rows = [self.table.rows[index] for index in self.table.free_rows]
        return np.array([row.lhs == row.rhs and row.lhs in self.table.ordered for row in rows])

    def objective(self, models: Sequence[LisrelModel]) -> CategoricalLeastSquares:
        """Build the discrepancy of thresholds, slopes and polychoric correlations."""
        return ordered_objective(
            responses_of(models),
            self.samples,
            self.method.discrepancy,
            n_free=self.table.n_free,
        )

    def invert_information(
        self, estimate: Estimate
    ) -> tuple[InvertedInformation, tuple[GroupDerivatives, ...]]:
        """Invert the expected information of weighted least squares."""
        groups = self.variability(estimate, scaled=True)
        return invert_moment_information(estimate, groups), groups

    def variability(self, estimate: Estimate, *, scaled: bool) -> tuple[GroupDerivatives, ...]:
        """Compute Gamma of thresholds and correlations."""
        return ordered_derivatives(estimate, self.samples)

    def fit_indices(self, estimate: Estimate, inference: Inference) -> dict[str, float]:
        """Compute every index; none takes an uncorrected statistic for a chi-square."""
        # simulations of coefficients do without
        from coprod_stats.sem.ordered.fit_indices import ordered_indices

        return ordered_indices(self, estimate, inference)

    def data_findings(self) -> Sequence[Finding]:
        """Gather notes on categories, thresholds and polychoric correlations."""
        findings, items = self._many_categories(), self.items
        for group, sample in enumerate(self.samples):
            where = f"{self.table.group_name(group + 1)}: " if len(self.samples) > 1 else ""
            for note in sample.moments.notes:
                names = tuple(items[item] for item in note.items)
                findings.append(Finding(CODES_OF_NOTES[note.code], where + note.message, names))
            answers = self._answers(sample)
            findings += undetermined_findings(sample.moments, answers, items, where)
        return findings

    def _many_categories(self) -> list[Finding]:
        """List ordered variables with so many categories that they may not be meant as such."""
        sizes = self.samples[0].moments.n_categories
        many = tuple(
            f"{name} ({size})"
            for name, size in zip(self.items, sizes, strict=True)
            if size > MANY_CATEGORIES
        )
        if not many:
            return []
        message = (
            f"these are taken as ordered with more than {MANY_CATEGORIES} categories; a number "
            "belongs outside of the list of ordered variables"
        )
        return [Finding("SEM-216", message, many)]

    def solution_findings(
        self, estimate: Estimate, indices: Mapping[str, float] | None
    ) -> Sequence[Finding]:
        """Return nothing: ordered data add no caution of their own."""
        return ()

    def difference_derivatives(
        self, estimate: Estimate, inference: Inference
    ) -> tuple[GroupDerivatives, ...]:
        """Return derivatives and Gamma that the inference rests on."""
        return inference.groups

    def compared_moments(self, sample: GroupSample) -> tuple[FloatArray | None, FloatArray]:
        """Covariance matrix of latent responses and covariates."""
        return None, sample.cov

    def score_information(
        self, models: Sequence[LisrelModel], objective: Objective, params: FloatArray
    ) -> FloatArray:
        """Compute the expected information, in which groups count by their cases."""
        assert isinstance(objective, CategoricalLeastSquares)
        return objective.information(params)

    def factor_scores(self, estimate: Estimate, method: str) -> list[FloatArray]:
        """Compute empirical Bayes modal scores of the cases of each group."""
        from coprod_stats.sem.ordered.modal_scores import modal_scores

        return modal_scores(estimate)

    def resampled(self, counts: Sequence[IntArray]) -> Self:
        """Take each case of a group as often as its counts say."""
        parts = zip(self.samples, counts, strict=True)
        samples = tuple(resample_ordered(self.table, s, c) for s, c in parts)
        for sample in samples:
            self.require_determined(sample)
        return replace(self, samples=samples)
