"""A completed model in the language of Mplus, every parameter stated.

Mplus completes a model by defaults that are not lavaan's [muthen2017]_: it frees covariances of
exogenous factors and of the residuals of final outcomes, fixes the first loading after ``BY``,
and with groups holds loadings, intercepts and thresholds equal. None of this is relied on. Every
parameter of the table is stated as free (``*`` and a starting value) or fixed (``@``), every
covariance that Mplus might add is fixed at 0, and with groups all of it is repeated for each
group, since parameters named in the model of a group are free of the overall equalities.

References
----------
.. [muthen2017] Muthén, L. K., & Muthén, B. O. (2017). Mplus user's guide (8th ed.), chapters 14
   (multiple groups), 17 (MODEL, MODEL CONSTRAINT).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.peers.mplus_constraints import (
    Labels,
    constraint_lines,
    plain_number,
)
from coprod_stats.latent_models.peers.mplus_names import MplusNames
from coprod_stats.sem.model.group_variables import lacking_variables
from coprod_stats.sem.model.parameters import Parameter, ParameterTable

FloatArray = NDArray[np.float64]
INDENT = "  "


def model_lines(
    table: ParameterTable, starts: FloatArray, group_labels: tuple[str, ...], names: MplusNames
) -> Iterator[str]:
    """Write the commands MODEL and MODEL CONSTRAINT, line by line.

    Parameters
    ----------
    table : ParameterTable
        With a mean structure, accepted by :func:`refuse_untranslatable`.
    starts : (n_free,) array
        Starting values.
    group_labels : tuple of str
        Empty for one group.
    names : MplusNames
        Of variables, groups and labels.

    Raises
    ------
    LatentModelError
        At parameters that only some groups have, and functions that Mplus lacks.
    """
    labels, none = Labels(table, names), Labels.none(table, names)
    yield "MODEL:"
    yield from _group_lines(table, 1, starts, names, none if group_labels else labels)
    for number, label in enumerate(group_labels, start=1):
        yield f"MODEL {names('group', label)}:"
        yield from _group_lines(table, number, starts, names, labels)
    constraints = list(constraint_lines(table, labels, names))
    if constraints:
        yield "MODEL CONSTRAINT:"
        yield from (f"{INDENT}{line}" for line in constraints)


def refuse_untranslatable(table: ParameterTable) -> None:
    """Refuse a model by the first of its parameters that has no counterpart.

    Raises
    ------
    LatentModelError
    """
    for group, names in lacking_variables(table).items():
        raise LatentModelError(
            "not available in Mplus: groups with different variables "
            f"({table.group_name(group)} lacks {', '.join(names)})"
        )
    theta = table.options.parameterization == "theta"
    for row in table:
        reason = _reason_against(row, table, theta=theta)
        if reason:
            raise LatentModelError(f"not available in Mplus: {row.name}: {reason}")


def _reason_against(row: Parameter, table: ParameterTable, *, theta: bool) -> str:
    ordered = row.lhs in table.ordered
    if row.op == "<~":
        return "latent variables made by '<~'"
    if row.efa:
        return "blocks of exploratory factors"
    if row.level:
        return "two-level models"
    if ordered and row.op == "~1" and not _is_fixed_at(row, 0.0):
        return "intercepts of ordered variables; thresholds alone place them"
    if not _is_of_scale(row, table):
        return ""
    in_use = (row.op == "~~") == theta
    if in_use or _is_fixed_at(row, 1.0):
        return ""
    other, own = ("theta", "delta") if row.op == "~~" else ("delta", "theta")
    return f"a parameter of parameterization {other!r} in {own!r}"


def _is_of_scale(row: Parameter, table: ParameterTable) -> bool:
    """Whether a row is the residual variance or the scale factor of an ordered variable."""
    return row.lhs in table.ordered and row.lhs == row.rhs and row.op in ("~~", "~*~")


def _is_fixed_at(row: Parameter, value: float) -> bool:
    return row.free < 0 and row.fixed == value


def _group_lines(
    table: ParameterTable, group: int, starts: FloatArray, names: MplusNames, labels: Labels
) -> Iterator[str]:
    for index, row in enumerate(table):
        if row.group == group and _is_stated(row, table):
            statement = _statement(row, names, _value(row, starts), labels.of_row(index))
            yield f"{INDENT}{statement};"
    for row in _zeros(table, group):
        yield f"{INDENT}{_statement(row, names, '@0', '')};"


def _is_stated(row: Parameter, table: ParameterTable) -> bool:
    """Whether a row is a parameter in Mplus: fixed covariates and set scales are none."""
    if {row.lhs, row.rhs} & set(table.auxiliary):
        return False
    if row.exogenous and row.op in ("~~", "~1"):
        return False
    if row.op == "~1" and row.lhs in table.ordered:
        return False
    if not _is_of_scale(row, table):
        return True
    in_use = (row.op == "~~") == (table.options.parameterization == "theta")
    return in_use and (table.n_groups > 1 or not _is_fixed_at(row, 1.0))


def _value(row: Parameter, starts: FloatArray) -> str:
    if row.free < 0:
        return f"@{plain_number(row.fixed)}"
    start = starts[row.free]
    return f"*{plain_number(start if start == row.start else float(f'{start:.3g}'))}"


def _statement(row: Parameter, names: MplusNames, value: str, label: str) -> str:
    left = names("variable", row.lhs)
    tail = f"{value} ({label})" if label else value
    match row.op:
        case "=~":
            return f"{left} BY {names('variable', row.rhs)}{tail}"
        case "~":
            return f"{left} ON {names('variable', row.rhs)}{tail}"
        case "~~" if row.lhs == row.rhs:
            return f"{left}{tail}"
        case "~~":
            return f"{left} WITH {names('variable', row.rhs)}{tail}"
        case "~*~":
            return f"{{{left}{value}}}{f' ({label})' if label else ''}"
    place = f"${row.rhs[1:]}" if row.op == "|" else ""
    return f"[{left}{place}{value}]{f' ({label})' if label else ''}"


def _zeros(table: ParameterTable, group: int) -> Iterator[Parameter]:
    """Yield parameters that this group lacks but Mplus would add, or another group has."""
    own = {_identity(row) for row in table if row.group == group}
    others = {_identity(row): row for row in table if row.group != group}
    for key, row in others.items():
        if key in own:
            continue
        if row.op not in ("=~", "~", "~~") or row.lhs == row.rhs:
            raise LatentModelError(
                f"not available in Mplus: {row.name} is a parameter of some groups only"
            )
        yield row
    for pair in _default_pairs(table, group):
        row = Parameter(pair[0], "~~", pair[1], group)
        if _identity(row) not in own | set(others):
            yield row


def _default_pairs(table: ParameterTable, group: int) -> Iterator[tuple[str, str]]:
    """Return pairs among which Mplus frees covariances by default, or may."""
    rows = [row for row in table if row.group == group]
    outcomes = {row.lhs for row in rows if row.op == "~"}
    predictors = {row.rhs for row in rows if row.op == "~"}
    indicators = {row.rhs for row in rows if row.op == "=~"}
    fixed = {row.lhs for row in rows if row.exogenous and row.op == "~~"}
    own = [name for name in (*table.latent, *table.observed) if name not in table.auxiliary]
    sources = [
        name
        for name in own
        if name not in outcomes | indicators | fixed
        and (name in table.latent or name in predictors or _varies(name, rows))
    ]
    ends = [name for name in own if name in outcomes and name not in predictors]
    yield from combinations(sources, 2)
    yield from combinations(ends, 2)


def _varies(name: str, rows: list[Parameter]) -> bool:
    return any(row.op == "~~" and row.lhs == row.rhs == name for row in rows)


def _identity(row: Parameter) -> tuple[str, str, str]:
    if row.op == "~~":
        return (min(row.lhs, row.rhs), row.op, max(row.lhs, row.rhs))
    return (row.lhs, row.op, row.rhs)
