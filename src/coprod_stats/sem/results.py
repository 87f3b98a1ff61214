"""The result of a fit, as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.inference.checks import Finding
from coprod_stats.sem.inference.coefficients import CoefficientTable
from coprod_stats.sem.inference.infer import Inference
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.options import FitOptions, Method
from coprod_stats.sem.problems.problem import Problem
from coprod_stats.sem.sample import GroupSample, SemData

if TYPE_CHECKING:
    from coprod_stats.sem.resampling import Bootstrap
    from coprod_stats.sem.rotation.solution import RotatedSolution

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CoreFit:
    """A fitted latent-variable model.

    Parameters
    ----------
    data : SemData
        What was given.
    options : FitOptions
        What was asked.
    estimate : Estimate
        The solution.
    inference : Inference
        Its precision and fit.
    parameters : CoefficientTable
        One entry per row of the table.
    definitions : CoefficientTable
        One entry per defined parameter.
    indices : mapping of str to float
        Fit indices by the names of the JSON of ``coprod sem``; what does not apply is omitted.
    findings : tuple of Finding
        What is wrong or noteworthy.
    ledger : mapping of str to (str, str)
        What was asked and what was used, by the name of the option.
    bootstrap : Bootstrap, optional
        Where standard errors are bootstrapped.
    rotated : RotatedSolution, optional
        Where `estimate` is the rotated solution of a model with exploratory blocks.
    """

    data: SemData
    options: FitOptions
    estimate: Estimate
    inference: Inference
    parameters: CoefficientTable
    definitions: CoefficientTable
    indices: Mapping[str, float]
    findings: tuple[Finding, ...]
    ledger: Mapping[str, tuple[str, str]]
    bootstrap: Bootstrap | None = None
    rotated: RotatedSolution | None = None

    @property
    def problem(self) -> Problem:
        """The problem that was solved."""
        return self.estimate.problem

    @property
    def has_missing_values(self) -> bool:
        """Whether a value is missing among the cases that were used."""
        return any(bool(np.isnan(sample.data).any()) for sample in self.samples)

    @property
    def table(self) -> ParameterTable:
        """The parameter table."""
        return self.problem.table

    @property
    def samples(self) -> tuple[GroupSample, ...]:
        """The sample, per group."""
        return self.problem.samples

    @property
    def method(self) -> Method:
        """What was done."""
        return self.problem.method

    @property
    def refittable(self) -> Estimate:
        """The estimate whose model can be fitted to other samples: before any rotation."""
        return self.estimate if self.rotated is None else self.rotated.unrotated

    @property
    def converged(self) -> bool:
        """Whether the minimizer found a minimum."""
        return not any(finding.code in ("SEM-101", "SEM-102") for finding in self.findings)

    @property
    def is_proper(self) -> bool:
        """Whether nothing forbids the use of the solution."""
        return not any(finding.is_fatal for finding in self.findings)

    @property
    def n_obs(self) -> tuple[float, ...]:
        """Cases per group, or the sums of their weights."""
        return tuple(sample.n_obs for sample in self.samples)


@dataclass(frozen=True, slots=True)
class CoefficientFit:
    """The coefficients of a fitted model, without any test of the model.

    Parameters
    ----------
    estimate : Estimate
    parameters : CoefficientTable
        One entry per row of the table.
    standardized, standardized_errors : (n_rows,) array
        Completely standardized solution with delta-method standard errors.
    defined, defined_errors : (n_definitions,) array
        The same of the defined parameters.
    t_df : float, optional
        Degrees of freedom of tests and intervals; None for the normal distribution.
    findings : tuple of Finding
        What is wrong or noteworthy.
    """

    estimate: Estimate
    parameters: CoefficientTable
    standardized: FloatArray
    standardized_errors: FloatArray
    defined: FloatArray
    defined_errors: FloatArray
    t_df: float | None
    findings: tuple[Finding, ...]

    @property
    def table(self) -> ParameterTable:
        """The parameter table."""
        return self.estimate.table

    @property
    def samples(self) -> tuple[GroupSample, ...]:
        """The sample, per group."""
        return self.estimate.problem.samples

    @property
    def is_proper(self) -> bool:
        """Whether nothing forbids the use of the solution."""
        return not any(finding.is_fatal for finding in self.findings)
