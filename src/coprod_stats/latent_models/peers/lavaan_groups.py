"""A completed model of groups with different variables, a block for each group, for lavaan.

lavaan 0.6-14 refuses a text for all groups where one was not asked all of its variables; beside
blocks, its ``group.equal`` fails with intercepts, and fixes loadings that the marker of another
group fixes. Every parameter is therefore stated, free or fixed, and equal ones have a label.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.peers.lavaan_model import (
    function_lines,
    group_header,
    number,
    renamed_labels,
)
from coprod_stats.sem.model.expressions import names_in
from coprod_stats.sem.model.group_variables import lacking_variables
from coprod_stats.sem.model.parameters import Parameter, ParameterTable
from coprod_stats.sem.model.syntax_tree import ModelSyntax


def needs_blocks(table: ParameterTable) -> bool:
    """Return whether lavaan would complete the text in another way.

    Parameters
    ----------
    table : ParameterTable
    """
    if table.n_groups == 1 or table.levels:
        return False
    is_tied = any(
        len({table.rows[table.free_rows[place]].group for place in members}) > 1
        for members in table.equal_parameters
    )
    return bool(lacking_variables(table)) or (is_tied and has_other_paths(table))


def has_other_paths(table: ParameterTable) -> bool:
    """Return whether groups have different variables, or other loadings or regressions.

    Parameters
    ----------
    table : ParameterTable
    """
    paths = [
        {row.name for row in table if row.group == group and row.op in ("=~", "~", "<~")}
        for group in range(1, table.n_groups + 1)
    ]
    return bool(lacking_variables(table)) or any(own != paths[0] for own in paths)


def block_lines(
    table: ParameterTable, model: ModelSyntax, group_labels: Sequence[str]
) -> list[str]:
    """Write a completed model in lavaan's syntax, a parameter per line.

    Moments of covariates that no one named are left to lavaan, as in the text.

    Parameters
    ----------
    table : ParameterTable
        Of a single-level model of continuous variables.
    model : ModelSyntax
        That was completed.
    group_labels : sequence of str
        In the order in which lavaan is to take the groups.

    Raises
    ------
    LatentModelError
        At ordered and auxiliary variables, and a constraint on a parameter by its place.
    """
    for what, names in (("ordered", table.ordered), ("auxiliary", table.auxiliary)):
        if names:
            raise LatentModelError(
                f"not available in lavaan: {what} variables with groups of other variables or paths"
            )
    labels = _labels(table, model)
    lines = []
    for group, label in enumerate(group_labels, start=1):
        lines.append(group_header(label, group))
        rows = [row for row in table if row.group == group]
        lines += [f"  {_statement(row, table, labels)}" for row in _stated(rows, table)]
    return [*lines, *function_lines(model, labels)]


def _labels(table: ParameterTable, model: ModelSyntax) -> Mapping[str, str]:
    """Return the name in lavaan of each label; those of equal parameters had no name before."""
    labels = {row.label: row.label for row in table if row.label} | renamed_labels(model)
    places = {table.position_label(index) for index in range(len(table))}
    functions = [item.expression for item in model.definitions]
    functions += [side for item in model.constraints for side in (item.left, item.right)]
    by_place = [name for one in functions for name in names_in(one) if name in places]
    if by_place:
        raise LatentModelError(
            f"not available in lavaan with groups of different variables: '{by_place[0]}', a "
            "parameter by its place; give it a label"
        )
    used = {*labels.values(), *(definition.name for definition in model.definitions)}
    unused = (name for place in count(1) if (name := f"equal{place}") not in used)
    return {
        label: next(unused) if label in places else written for label, written in labels.items()
    }


def _stated(rows: Sequence[Parameter], table: ParameterTable) -> Iterator[Parameter]:
    """Omit moments among covariates that the text does not name: lavaan adds them by itself."""
    for row in rows:
        covariates = table.variables(row.group).exogenous
        of_covariates = {row.lhs, row.rhs} <= {*covariates, ""}
        if row.user or not (of_covariates and row.op in ("~~", "~1")):
            yield row


def _statement(row: Parameter, table: ParameterTable, labels: Mapping[str, str]) -> str:
    right = row.rhs or "1"
    modifiers = []
    if row.free < 0:
        modifiers.append(number(row.fixed))
    elif row.op == "=~" or row.lhs in table.latent:
        modifiers.append("NA")  # what lavaan would fix by default
    if row.free >= 0:
        modifiers += [labels[row.label]] if row.label else []
        bounds = {"start": row.start, "lower": row.lower, "upper": row.upper}
        modifiers += [
            f"{kind}({number(value)})"
            for kind, value in bounds.items()
            if value == value and abs(value) != float("inf")
        ]
    terms = [f"{modifier}*{right}" for modifier in modifiers] or [right]
    operator = "~" if row.op == "~1" else row.op
    return f"{row.lhs} {operator} {' + '.join(terms)}"
