"""Standard errors, tests and intervals of single coefficients."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coprod_stats.literals import BootstrapInterval
from coprod_stats.sem.distributions import normal_quantile, two_sided_normal
from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.inference.standardization import row_values
from coprod_stats.sem.model.constraints import defined_functions

if TYPE_CHECKING:
    from coprod_stats.sem.resampling import Bootstrap

FloatArray = NDArray[np.float64]
_ROUNDING = 1e-10
"""A variance this small beside the terms that it sums is 0: a constraint fixes the function."""
_NO_VARIANCE = 1e-14
"""A variance this small beside the squared estimate is 0: the data fix it, as the variance of a
variable that takes two values equally often."""


@dataclass(frozen=True, slots=True)
class CoefficientTable:
    """Numbers per row, as arrays of equal length.

    Parameters
    ----------
    estimates, std_errors, statistics, p_values, ci_lower, ci_upper : (n,) array
        Standard errors are 0 where a parameter, or a constraint, fixes the value; statistics and
        p-values are nan there.
    """

    estimates: FloatArray
    std_errors: FloatArray
    statistics: FloatArray
    p_values: FloatArray
    ci_lower: FloatArray
    ci_upper: FloatArray


def coefficient_table(
    estimates: FloatArray,
    variances: FloatArray,
    magnitudes: FloatArray,
    *,
    t_df: float | None = None,
    conf_level: float = 0.95,
) -> CoefficientTable:
    """Test estimates against zero.

    Parameters
    ----------
    estimates : (n,) array
    variances : (n,) array
        Of the estimates; 0 for constants.
    magnitudes : (n,) array
        Sums of the absolute terms that add up to the variances, by which rounding is judged.
    t_df : float, optional
        Degrees of freedom of the t distribution; normal if omitted.
    conf_level : float
        Level of the intervals.
    """
    constant = np.abs(variances) <= _ROUNDING * magnitudes
    constant |= np.abs(variances) <= _NO_VARIANCE * estimates**2
    with np.errstate(invalid="ignore"):
        errors = np.where(constant, 0.0, np.sqrt(variances))
    nan = np.full(len(estimates), np.nan)
    statistics = np.divide(estimates, errors, out=nan.copy(), where=errors > 0)
    if t_df is None:
        p_values = two_sided_normal(statistics)
        critical = normal_quantile((1 + conf_level) / 2)
    else:
        # a tenth of a second to import, and needed only where clusters are few
        from scipy import special

        p_values = 2.0 * special.stdtr(t_df, -np.abs(statistics))
        critical = float(special.stdtrit(t_df, (1 + conf_level) / 2))
    return CoefficientTable(
        estimates=estimates,
        std_errors=errors,
        statistics=statistics,
        p_values=np.asarray(p_values),
        ci_lower=estimates - critical * errors,
        ci_upper=estimates + critical * errors,
    )


def all_coefficients(
    estimate: Estimate,
    covariance: FloatArray,
    *,
    t_df: float | None = None,
    conf_level: float = 0.95,
) -> tuple[CoefficientTable, CoefficientTable]:
    """Test all rows of the table and all defined parameters.

    Parameters
    ----------
    estimate : Estimate
    covariance : (n_free, n_free) array
    t_df : float, optional
    conf_level : float
    """
    table, params = estimate.table, estimate.params
    variances = np.zeros(len(table))
    variances[list(table.free_rows)] = np.diagonal(covariance)
    functions = defined_functions(table)
    defined = np.array([function.value(params) for function in functions])
    slopes = np.array([function.gradient(params) for function in functions])
    slopes = slopes.reshape(len(functions), table.n_free)
    of_defined = (
        np.sum((slopes @ covariance) * slopes, axis=1),
        np.sum((np.abs(slopes) @ np.abs(covariance)) * np.abs(slopes), axis=1),
    )
    return (
        coefficient_table(
            row_values(estimate), variances, np.abs(variances), t_df=t_df, conf_level=conf_level
        ),
        coefficient_table(defined, *of_defined, t_df=t_df, conf_level=conf_level),
    )


def bootstrap_coefficients(
    estimate: Estimate, draws: Bootstrap, interval: BootstrapInterval, *, conf_level: float = 0.95
) -> tuple[CoefficientTable, CoefficientTable]:
    """Test all rows and defined parameters by the spread of bootstrap estimates.

    Parameters
    ----------
    estimate : Estimate
    draws : Bootstrap
    interval : {'percentile', 'bca'}
    conf_level : float
    """
    # which draws on this module's users
    from coprod_stats.sem.resampling import bootstrap_interval

    parameters, definitions = all_coefficients(estimate, draws.covariance(), conf_level=conf_level)
    rows = list(estimate.table.free_rows)
    lower, upper = parameters.ci_lower.copy(), parameters.ci_upper.copy()
    lower[rows], upper[rows] = bootstrap_interval(
        draws.params, estimate.params, interval, level=conf_level
    )
    parameters = replace(parameters, ci_lower=lower, ci_upper=upper)
    if definitions.estimates.size == 0:
        return parameters, definitions
    errors = draws.defined.std(axis=0, ddof=1)
    by_spread = coefficient_table(definitions.estimates, errors**2, errors**2)
    lower, upper = bootstrap_interval(
        draws.defined, definitions.estimates, interval, level=conf_level
    )
    return parameters, replace(by_spread, ci_lower=lower, ci_upper=upper)
