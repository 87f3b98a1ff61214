"""Maximum-likelihood estimates by semopy, the second and independent engine.

Only the estimates of semopy are used. Its standard errors, tests and fit indices are not, some
being wrong; nor are its defaults, since the model description states every parameter.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coprod_stats.latent_models.engines.semopy_scaling import VariableScales
from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.sem.model.parameters import Parameter, ParameterTable
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.problems.problem import Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

FUNCTION_TOLERANCE = 1e-14
"""semopy's default stops 1e-3 to 1e-2 short of the optimum."""

_OPERATORS = frozenset({"=~", "~", "~~"})


@dataclass(frozen=True, slots=True)
class SemopyEstimates:
    """Estimates of semopy.

    ``params`` runs over the free indices of the parameter table, shape ``(n_free,)``.
    """

    params: NDArray[np.float64]
    n_iterations: int
    message: str


def estimate_with_semopy(
    table: ParameterTable, sample_cov: NDArray[np.float64], starts: NDArray[np.float64]
) -> SemopyEstimates:
    """Minimise the maximum-likelihood discrepancy over the free parameters of a table.

    Variables are first scaled to unit variance and the estimates are then transformed back, unless
    parameters are equal across units. Variances are not bounded: estimates may be negative, as in
    lavaan.

    Parameters
    ----------
    table : ParameterTable
        As ``refuse_unsupported`` lets it pass.
    sample_cov : ndarray of shape (n_observed, n_observed)
        Divisor N, in the order of ``table.observed``, positive definite.
    starts : ndarray of shape (n_free,)
        Starting values in the units of the data. Those of semopy are not used, since its
        search for them does not end if a latent variable has no fixed loading.
    """
    # a second and a half to import
    from semopy import Model

    scales = VariableScales.of(table, sample_cov)
    scaled_cov = sample_cov / np.outer(scales.observed, scales.observed)
    rows = [table.rows[index] for index in table.free_rows]
    factors = np.array([scales.factor(row) for row in rows])
    alias = _aliases(table)
    names = [alias[name] for name in table.observed]
    with _quiet():
        model = Model(_description(table, scaled_cov, scales), cov_diag=True)
        # the order in which semopy met the parameters may depend on the hash seed
        model.parameters = dict(sorted(model.parameters.items()))
        for name, parameter in model.parameters.items():
            if parameter.active:
                free = int(name[1:])
                parameter.start = starts[free] * factors[free]
                parameter.bound = (None, None)
        solution = model.fit(
            cov=pd.DataFrame(scaled_cov, index=names, columns=names),
            solver="SLSQP",
            options={"ftol": FUNCTION_TOLERANCE},
        )
    active = [int(name[1:]) for name, item in model.parameters.items() if item.active]
    found = dict(zip(active, solution.x, strict=True))
    representative = _representatives(table)
    scaled = np.array([found[representative[row.free]] for row in rows])
    return SemopyEstimates(
        params=scaled / factors,
        n_iterations=int(solution.n_it),
        message=str(solution.message),
    )


def solve_by_semopy(problem: Problem) -> NDArray[np.float64]:
    """Return semopy's estimates of the free parameters of a one-group model, ``(n_free,)``.

    Raises
    ------
    LatentModelError
        If semopy cannot estimate the model, or does not converge.
    """
    refuse_unsupported(problem.table)
    (sample,) = problem.samples
    starts = problem.starting_values(problem.models())
    found = estimate_with_semopy(problem.table, sample.cov, starts)
    if not np.isfinite(found.params).all():
        raise LatentModelError(f"engine semopy did not converge: {found.message}")
    return found.params


def refuse_options_beyond_semopy(
    options: FitOptions, *, has_groups: bool, has_clusters: bool, has_weights: bool
) -> None:
    """Raise ``LatentModelError`` naming every option that semopy cannot serve.

    Nothing is substituted: an estimator that semopy lacks is not replaced by the nearest.
    """
    beyond = {
        f"estimator {options.estimator}": options.estimator != "ML",
        "ordered variables": bool(options.ordered),
        f"missing = {options.missing}": options.missing != "listwise",
        f"model type {options.model.model_type}": options.model.model_type == "growth",
        "groups": has_groups,
        "clusters": has_clusters,
        "sampling weights": has_weights,
        "a mean structure": options.model.meanstructure,
        "effect coding": options.model.effect_coding,
        f"likelihood {options.likelihood}": options.likelihood != "normal",
    }
    refused = [name for name, asked in beyond.items() if asked]
    if refused:
        raise LatentModelError(f"engine semopy does not have {', '.join(refused)}")


def refuse_unsupported(table: ParameterTable) -> None:
    """Raise ``LatentModelError`` naming the first part of a model that semopy cannot estimate."""
    reasons = {
        "several groups": table.n_groups > 1,
        "several levels": any(row.level for row in table),
        "ordered variables": bool(table.ordered),
        "intercepts": table.meanstructure,
        "defined parameters (:=)": bool(table.definitions),
        "constraints (==, <, >)": bool(table.constraints),
        "bounds of parameters": any(
            np.isfinite(row.lower) or np.isfinite(row.upper) for row in table
        ),
        "exploratory factors (efa)": any(row.efa for row in table),
    }
    reasons |= {f"the operator {row.op}": True for row in table if row.op not in _OPERATORS}
    reasons |= dict.fromkeys(_misplaced_covariances(table), True)
    for reason, applies in reasons.items():
        if applies:
            raise LatentModelError(f"engine semopy cannot fit {reason}")


def _misplaced_covariances(table: ParameterTable) -> Iterator[str]:
    """Name covariances that semopy would misplace, and variables that it would not find.

    It separates variables that only receive arrows from all others: a covariance across the two
    would bypass the effects of the latter, unless the former is carried by a factor of its own. It
    does not know variables without any arrow.
    """
    senders, receivers = _ends_of_arrows(table)
    for name in (*table.observed, *table.latent):
        if name not in senders | receivers:
            yield f"the variable {name}, which has no paths"
    carried = _carried(table)
    for row in _crossing_covariances(table):
        if row.lhs not in carried and row.rhs not in carried:
            yield (f"the covariance {row.lhs} ~~ {row.rhs} of a residual with a predictor")


def _ends_of_arrows(table: ParameterTable) -> tuple[set[str], set[str]]:
    """Return the variables that send arrows and those that receive them."""
    arrows = [(row.lhs, row.rhs) for row in table if row.op == "=~"]
    arrows += [(row.rhs, row.lhs) for row in table if row.op == "~"]
    return {arrow[0] for arrow in arrows}, {arrow[1] for arrow in arrows}


def _crossing_covariances(table: ParameterTable) -> list[Parameter]:
    """Return covariances of a variable that only receives arrows with one that does not."""
    senders, receivers = _ends_of_arrows(table)
    outputs = (receivers - senders) & set(table.observed)
    return [
        row
        for row in table
        if row.op == "~~"
        and (row.lhs in outputs) != (row.rhs in outputs)
        and (row.free >= 0 or row.fixed != 0)
    ]


def _carried(table: ParameterTable) -> tuple[str, ...]:
    """Return observed outcomes whose residuals covary with those of factors.

    Each is written as the only indicator, without error, of a factor that takes its place: the
    same model, in which all of these residuals are residuals of factors.
    """
    _, receivers = _ends_of_arrows(table)
    regressed = {row.lhs for row in table if row.op == "~"} & set(table.observed)
    ends = [pair for row in _crossing_covariances(table) for pair in _both_ways(row)]
    return tuple(dict.fromkeys(a for a, b in ends if a in regressed and b in receivers))


def _both_ways(row: Parameter) -> tuple[tuple[str, str], tuple[str, str]]:
    return (row.lhs, row.rhs), (row.rhs, row.lhs)


def _representatives(table: ParameterTable) -> dict[int, int]:
    """Map each free index to the first of those that are equal to it."""
    first = {row.free: row.free for row in table if row.free >= 0}
    for members in table.equal_parameters:
        first |= dict.fromkeys(members, min(members))
    return first


def _aliases(table: ParameterTable) -> dict[str, str]:
    """Return names that semopy's parser cannot mistake for a command or a number."""
    aliases = {name: f"x{place:04d}" for place, name in enumerate(table.observed)}
    return aliases | {name: f"f{place:04d}" for place, name in enumerate(table.latent)}


def _description(
    table: ParameterTable, scaled_cov: NDArray[np.float64], scales: VariableScales
) -> str:
    """Write every parameter with its name or fixed value, and a zero for every absent one.

    semopy would otherwise free variances that the table lacks and fix the covariances of
    exogenous observed variables at their sample values.
    """
    alias, representative = _aliases(table), _representatives(table)
    lines = []
    for place, name in enumerate(_carried(table)):
        lines += [f"c{place:04d} =~ 1.0*{alias[name]}", f"{alias[name]} ~~ 0.0*{alias[name]}"]
        alias[name] = f"c{place:04d}"
    for row in table:
        if row.free >= 0:
            multiplier = f"p{representative[row.free]:05d}"
        else:
            value = _fixed_value(row, table, scaled_cov, scales)
            multiplier = np.format_float_positional(value, trim="0")
        lines.append(f"{alias[row.lhs]} {row.op} {multiplier}*{alias[row.rhs]}")
    given = {frozenset((row.lhs, row.rhs)) for row in table if row.op == "~~"}
    variables = (*table.observed, *table.latent)
    pairs = [(name, name) for name in variables] + list(combinations(table.exogenous, 2))
    lines += [f"{alias[a]} ~~ 0.0*{alias[b]}" for a, b in pairs if frozenset((a, b)) not in given]
    return "\n".join(lines)


def _fixed_value(
    row: Parameter,
    table: ParameterTable,
    scaled_cov: NDArray[np.float64],
    scales: VariableScales,
) -> float:
    if row.exogenous:
        place = table.observed.index
        return float(scaled_cov[place(row.lhs), place(row.rhs)])
    return row.fixed * scales.factor(row)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep semopy from writing to the root logger and its line searches from warning.

    Linear algebra runs on one thread: with matrices of this size several would cost time, and
    sums are then the same on any machine.
    """
    from threadpoolctl import threadpool_limits

    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with (
            warnings.catch_warnings(),
            np.errstate(all="ignore"),
            threadpool_limits(limits=1, user_api="blas"),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)
