"""From model text to the parameter table: blocks, modifiers and the table itself."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace

from coprod_stats.counts import counted
from coprod_stats.sem.errors import SemModelError, SemOptionError, UnknownVariableError
from coprod_stats.sem.model.blocks import (
    ModelBlock,
    check_variables,
    level_variables,
    model_blocks,
)
from coprod_stats.sem.model.defaults import Draft, draft_rows, release_for_invariance
from coprod_stats.sem.model.equality import (
    effect_coding_constraints,
    tie_equal_rows,
    with_both_locations_equal,
)
from coprod_stats.sem.model.group_variables import (
    blocks_as_asked,
    scaled_elsewhere,
    variables_of_groups,
)
from coprod_stats.sem.model.parameters import (
    BlockVariables,
    ModelOptions,
    Parameter,
    ParameterTable,
)
from coprod_stats.sem.model.syntax_tree import ModelSyntax, Modifier
from coprod_stats.sem.model.variable_roles import Formula, VariableRoles, variable_roles


def build_parameters(
    model: ModelSyntax,
    observed_names: Sequence[str] | None = None,
    *,
    options: ModelOptions | None = None,
    group_labels: Sequence[str] = ("",),
    thresholds: Mapping[str, int] | None = None,
    unanswered: Sequence[Set[str]] = (),
) -> ParameterTable:
    """Complete a model text to its parameter table.

    Parameters
    ----------
    model : ModelSyntax
        From :func:`~coprod_stats.sem.model.syntax.parse_model`.
    observed_names : sequence of str, optional
        Names of the columns of the data; with them, unknown variables are an error.
    options : ModelOptions, optional
        Conventions; lavaan's defaults if omitted.
    group_labels : sequence of str
        Labels of the groups in order; one entry for a single group.
    thresholds : mapping of str to int, optional
        Ordered variables and how many thresholds each has.
    unanswered : sequence of set of str
        Variables that nobody in each group answered, which its part of a text for all groups
        omits; empty where every group answered all. Groups that have blocks of their own have
        the variables that these name.

    Raises
    ------
    SemModelError
        At variables that the data lack, a wrong number of modifiers, blocks that do not fit
        the groups, a formula given twice.
    SemOptionError
        At options that contradict each other.
    """
    options = options or ModelOptions()
    thresholds = dict(thresholds or {})
    blocks = model_blocks(model, group_labels)
    formulas = [formula for block in blocks for formula in block.formulas]
    roles = variable_roles(formulas)
    _check_options(options, len(group_labels))
    if any(thresholds.get(name, 0) for name in roles.observed):
        options = with_both_locations_equal(options)
    _check_names(formulas, roles, observed_names)
    has_levels = any(block.level for block in blocks)
    unasked: tuple[tuple[str, ...], ...] = ()
    if has_levels:
        check_variables(blocks, group_labels)
    elif not _is_by_group(model):
        blocks, unasked = blocks_as_asked(blocks, unanswered, group_labels)
    groups = () if has_levels else variables_of_groups(blocks, roles)
    _check_coding(options, groups)
    thresholds |= {
        name: count for name, count in _named_thresholds(formulas).items() if name not in thresholds
    }
    meanstructure = (
        options.meanstructure
        or options.model_type == "growth"
        or any(thresholds.get(name, 0) for name in roles.observed)
        or any(formula.op == "~1" for formula in formulas)
        or has_levels
    )
    drafts = _draft_blocks(model, blocks, thresholds, options, meanstructure=meanstructure)
    tie_equal_rows(drafts, roles, options)
    coding = tuple(effect_coding_constraints(drafts, options))
    return ParameterTable(
        rows=tuple(_finished(drafts)),
        definitions=model.definitions,
        constraints=(*model.constraints, *coding),
        observed=roles.observed,
        latent=roles.latent,
        exogenous=roles.covariates,
        ordered=tuple(name for name in roles.observed if thresholds.get(name, 0) > 0),
        n_groups=len(group_labels),
        meanstructure=meanstructure,
        options=options,
        levels=level_variables(blocks, roles.observed),
        group_labels=tuple(group_labels),
        group_variables=groups,
        unasked=unasked,
    )


def _check_options(options: ModelOptions, n_groups: int) -> None:
    if options.std_lv and options.effect_coding:
        raise SemOptionError("std_lv and effect_coding both set the scale; choose one")
    if n_groups == 1 and (options.group_equal or options.group_partial):
        raise SemOptionError("group_equal and group_partial need more than one group")
    if options.group_partial and not options.group_equal:
        raise SemOptionError("group_partial names exceptions from group_equal, which is empty")


def _check_coding(options: ModelOptions, groups: Sequence[BlockVariables]) -> None:
    """Refuse loadings that average 1 over items which not all groups have."""
    if options.effect_coding and len({variables.observed for variables in groups}) > 1:
        raise SemOptionError(
            "effect_coding is not implemented for groups with different variables: averages over "
            "different items set different scales; use std_lv, or markers that all groups have"
        )


def _is_by_group(model: ModelSyntax) -> bool:
    return any(relation.group for relation in model.relations)


def _check_names(
    formulas: Sequence[Formula], roles: VariableRoles, observed_names: Sequence[str] | None
) -> None:
    if observed_names is None:
        return
    known = set(observed_names)
    for formula in formulas:
        for name in (formula.lhs, formula.rhs):
            if name in roles.observed and name not in known and not set(name.split(":")) <= known:
                place = formula.position
                raise UnknownVariableError(
                    f"line {place.line}, column {place.column}: variable '{name}' is neither in "
                    "the data nor defined by '=~'",
                    name,
                )
    both = [name for name in roles.latent if name in known]
    if both:
        raise SemModelError(f"'{both[0]}' is a latent variable and also a column of the data")


def _named_thresholds(formulas: Sequence[Formula]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for formula in formulas:
        if formula.op == "|":
            counts[formula.lhs] = max(counts.get(formula.lhs, 0), int(formula.rhs[1:]))
    return counts


def _draft_blocks(
    model: ModelSyntax,
    blocks: Sequence[ModelBlock],
    thresholds: Mapping[str, int],
    options: ModelOptions,
    *,
    meanstructure: bool,
) -> list[Draft]:
    by_group = _is_by_group(model)
    n_groups = 1 if by_group else max(block.group for block in blocks)
    drafts: list[Draft] = []
    latent: set[str] = set()
    elsewhere = scaled_elsewhere(blocks)
    made: dict[int, tuple[VariableRoles, list[Draft]]] = {}
    for block in blocks:
        if id(block.formulas) not in made:  # those of all groups, unless the text has their blocks
            roles = variable_roles(block.formulas)
            made[id(block.formulas)] = (
                roles,
                draft_rows(block.formulas, roles, thresholds, options, meanstructure=meanstructure),
            )
        roles, drafted = made[id(block.formulas)]
        rows = [row.in_block(block.group, block.level) for row in drafted]
        if block.group > 1 and not by_group:
            known = tuple(name for name in roles.latent if name in elsewhere[block.group])
            release_for_invariance(rows, replace(roles, latent=known), options)
        drafts += rows
        latent.update(roles.latent)
    _move_means_between(drafts, latent=latent)
    for row in drafts:
        _apply_modifiers(row, 0 if by_group else row.group - 1, n_groups)
    return drafts


def _apply_modifiers(row: Draft, place: int, n_groups: int) -> None:
    for modifier in row.formula.modifiers if row.formula else ():
        if len(modifier.values) not in (1, n_groups):
            raise SemModelError(
                f"line {modifier.position.line}, column {modifier.position.column}: "
                f"{counted(len(modifier.values), 'value')} given for "
                f"'{row.lhs} {row.op} {row.rhs}', but the data have {counted(n_groups, 'group')}"
            )
        value = modifier.values[place if len(modifier.values) > 1 else 0]
        _apply_modifier(row, modifier, value)


def _apply_modifier(row: Draft, modifier: Modifier, value: float | str | None) -> None:
    match modifier.kind, value:
        case "value", None:
            row.release()
        case "value" | "equal", str():
            row.label = value
        case "value", float():
            row.fix(value)
        case "start", float():
            row.start = value
            if not row.free:
                row.fixed = value
        case "lower", float():
            row.lower = value
        case "upper", float():
            row.upper = value
        case _:
            pass


def _move_means_between(drafts: Sequence[Draft], *, latent: Set[str]) -> None:
    """Means of observed variables that vary between clusters belong to the higher level."""
    means = [row for row in drafts if row.op == "~1" and row.lhs not in latent]
    above = {(row.group, row.lhs) for row in means if row.level > 1}
    for row in means:
        if row.level == 1 and (row.group, row.lhs) in above:
            row.exogenous = False
            row.fix(0.0)


def _finished(drafts: Sequence[Draft]) -> Iterator[Parameter]:
    free = 0
    for row in drafts:
        yield Parameter(
            lhs=row.lhs,
            op=row.op,
            rhs=row.rhs,
            group=row.group,
            level=row.level,
            label=row.label,
            free=free if row.free else -1,
            fixed=math.nan if row.free else row.fixed,
            start=row.start,
            lower=row.lower,
            upper=row.upper,
            user=row.formula is not None,
            exogenous=row.exogenous,
            efa=row.formula.efa if row.formula else "",
        )
        free += row.free
