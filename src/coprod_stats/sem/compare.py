"""Comparing fitted models, and testing restrictions of one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemDataError, SemOptionError
from coprod_stats.sem.estimation.estimate import Estimate, estimate_at
from coprod_stats.sem.inference.difference_tests import (
    DifferenceTest,
    plain_difference,
    satorra_2000,
    scaled_difference,
    score_test,
    wald_test,
)
from coprod_stats.sem.inference.infer import infer
from coprod_stats.sem.inference.modification import scores_and_information
from coprod_stats.sem.inference.standardization import row_values
from coprod_stats.sem.inference.weighted_least_squares import GroupDerivatives
from coprod_stats.sem.model.constraints import restrictions
from coprod_stats.sem.model.null_space import null_space
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.results import CoreFit

FloatArray = NDArray[np.float64]
DifferenceMethod = Literal["default", "plain", "2000", "2001", "2010"]


@dataclass(frozen=True, slots=True)
class ReleasedRestriction:
    """A pair of parameters that are held equal, and the test of letting them differ.

    Parameters
    ----------
    first, second : int
        Rows of the table.
    test : DifferenceTest
    """

    first: int
    second: int
    test: DifferenceTest


def difference_test(
    restricted: CoreFit, freer: CoreFit, *, method: DifferenceMethod = "default"
) -> DifferenceTest:
    """Test a model against one in which it is nested.

    Parameters
    ----------
    restricted, freer : CoreFit
        Fitted to the same data by the same method.
    method : str
        ``plain`` for unscaled statistics; else the year of the scaling by Satorra (and Bentler).
        ``default`` is 2001 for mean-scaled tests, 2000 for mean-and-variance-adjusted ones. The
        plain difference of ULS statistics is no chi-square and has no p-value.

    Raises
    ------
    SemDataError
        Where the two fits differ in their data.
    SemOptionError
        Where they differ in their method, or the method does not apply.
    """
    _check_comparable(restricted, freer)
    scaling = restricted.method.test
    if method == "default":
        method = _default_method(scaling)
    plain = plain_difference(
        restricted.inference.test.statistic,
        restricted.inference.df,
        freer.inference.test.statistic,
        freer.inference.df,
    )
    if method == "plain":
        is_uls = restricted.method.discrepancy == "ULS"
        return replace(plain, p_value=float("nan")) if is_uls else plain
    if scaling == "none":
        raise SemOptionError(f"method={method!r} needs models with a scaled test")
    if method == "2000":
        return satorra_2000(
            plain,
            _derivatives(freer),
            information=freer.inference.inverted.information,
            basis1=freer.inference.inverted.basis,
            jacobians0=[group.jacobian for group in _derivatives(restricted)],
            basis0=restricted.inference.inverted.basis,
        )
    return scaled_difference(
        plain,
        df0=restricted.inference.df,
        df1=freer.inference.df,
        factor0=_factor(restricted),
        factor1=_factor(freer) if method == "2001" else _factor_at(freer, restricted),
    )


def _derivatives(fit: CoreFit) -> tuple[GroupDerivatives, ...]:
    return fit.problem.difference_derivatives(fit.estimate, fit.inference)


def _check_comparable(restricted: CoreFit, freer: CoreFit) -> None:
    if restricted.inference.df < freer.inference.df:
        raise SemOptionError("the restricted model has fewer degrees of freedom than the freer one")
    if len(restricted.samples) != len(freer.samples):
        raise SemDataError("the models are fitted to different groups")
    if restricted.table.meanstructure != freer.table.meanstructure:
        raise SemOptionError("one of the models has a mean structure and the other has none")
    if _variables(restricted) != _variables(freer) or any(
        not np.array_equal(a.rows, b.rows)
        for a, b in zip(restricted.samples, freer.samples, strict=True)
    ):
        raise SemDataError("the models are fitted to different variables or cases")
    if (type(restricted.problem), restricted.method) != (type(freer.problem), freer.method):
        raise SemOptionError("the models are fitted by different methods")


def _variables(fit: CoreFit) -> list[frozenset[str]]:
    """Observed variables of each group."""
    return [frozenset(names) for names in fit.table.observed_of_groups]


def _default_method(scaling: str) -> DifferenceMethod:
    if scaling == "none":
        return "plain"
    return "2000" if scaling in ("scaled-shifted", "mean-var-adjusted") else "2001"


def _factor(fit: CoreFit) -> float:
    if fit.inference.scaled is None:
        raise SemOptionError("a scaled test was withheld; the difference cannot be scaled")
    return fit.inference.scaled.scaling_factor


def _factor_at(freer: CoreFit, restricted: CoreFit) -> float:
    """Scaling factor of the freer model at the estimates of the restricted one."""
    if freer.rotated is not None:
        raise SemOptionError("method='2010' is not implemented for models with efa() blocks")
    known = {
        (row.name, row.group, row.level): value
        for row, value in zip(restricted.table, row_values(restricted.estimate), strict=True)
    }
    start = freer.estimate.params.copy()
    for index in freer.table.free_rows:
        row = freer.table.rows[index]
        start[row.free] = known.get((row.name, row.group, row.level), 0.0)
    scaled = infer(estimate_at(freer.problem, start)).scaled
    return float("nan") if scaled is None else scaled.scaling_factor


def wald(fit: CoreFit, constraints: str) -> DifferenceTest:
    """Test equations among parameters, as ``a == b; c == 0``, without refitting.

    Parameters
    ----------
    fit : CoreFit
    constraints : str
        Equations on labels, in the syntax of the model.

    Raises
    ------
    SemSyntaxError, SemModelError
        Where the equations cannot be read.
    SemOptionError
        Where there is none, they hold in any case, or the text holds anything else.
    """
    read = parse_model(constraints)
    items = tuple(item for item in read.constraints if item.operator == "==")
    if not items:
        raise SemOptionError("wald: there is no equation 'left == right' to test")
    if read.relations or read.definitions or items != read.constraints:
        raise SemOptionError("wald: only equations 'left == right' can be tested")
    table = replace(_without_labels_tied(fit.table), constraints=items)
    limits = restrictions(table)
    params = fit.estimate.params
    # what is linear was solved away: its equations span the complement of the basis
    normals = null_space(limits.basis.T).T
    values = list(normals @ (params - limits.origin))
    rows = list(normals)
    for function in limits.equalities:
        values.append(function.value(params))
        rows.append(function.gradient(params))
    if not rows:
        raise SemOptionError("wald: the equations hold whatever the parameters are")
    return wald_test(np.array(values), np.array(rows), fit.inference.covariance)


def _without_labels_tied(table: ParameterTable) -> ParameterTable:
    """Keep labels for reading equations, but let only the first row of a set carry each."""
    seen: set[str] = set()
    rows = []
    for row in table:
        rows.append(replace(row, label="" if row.label in seen else row.label))
        seen.add(row.label)
    return replace(table, rows=tuple(rows))


def release_tests(fit: CoreFit) -> tuple[tuple[ReleasedRestriction, ...], DifferenceTest]:
    """Score tests of equal labels: each pair released alone, and all together.

    They rest on the expected information, whatever standard errors rest on.

    Parameters
    ----------
    fit : CoreFit

    Raises
    ------
    SemOptionError
        Where nothing is held equal, and with fixed covariates in a model of two levels.
    """
    estimate = fit.refittable
    table = estimate.table
    sets = table.equal_parameters
    if not sets:
        raise SemOptionError("release_tests: the model holds no parameters equal")
    gradient, information = scores_and_information(
        estimate.problem, estimate.models, estimate.params
    )
    n_obs = estimate.problem.n_obs
    rows = table.free_rows
    single = []
    for members in sets:
        for other in members[1:]:
            basis = _basis_without(estimate, other)
            test = score_test(gradient, information, basis, n_obs, 1)
            single.append(ReleasedRestriction(rows[members[0]], rows[other], test))
    untied = restrictions(_untied(table)).basis
    total = score_test(gradient, information, untied, n_obs, len(single))
    return tuple(single), total


def _basis_without(estimate: Estimate, released: int) -> FloatArray:
    """Open directions once one parameter leaves the set that it is held equal with."""
    table = estimate.table
    rows = tuple(replace(row, label="") if row.free == released else row for row in table)
    return restrictions(replace(table, rows=rows)).basis


def _untied(table: ParameterTable) -> ParameterTable:
    rows = tuple(replace(row, label="") for row in table)
    return replace(table, rows=rows, constraints=())
