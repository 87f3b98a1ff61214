"""Labels that tie parameters: given by the user, by ``group_equal`` and by effect coding."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from coprod_stats.sem.errors import SemModelError
from coprod_stats.sem.model.defaults import Draft
from coprod_stats.sem.model.expressions import Call, Expression, Name, Number
from coprod_stats.sem.model.group_variables import connected
from coprod_stats.sem.model.lexer import Position
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.model.syntax_tree import Constraint
from coprod_stats.sem.model.variable_roles import VariableRoles


def with_both_locations_equal(options: ModelOptions) -> ModelOptions:
    """Hold thresholds equal where intercepts are, and the reverse, as lavaan 0.6-14 does.

    With ordered variables both place an item: latent means are estimable only if neither differs
    between groups [wu2016]_.

    Parameters
    ----------
    options : ModelOptions

    References
    ----------
    .. [wu2016] Wu, H., & Estabrook, R. (2016). Psychometrika, 81, 1014-1045.
    """
    both = ("intercepts", "thresholds")
    if not set(both) & set(options.group_equal):
        return options
    return replace(options, group_equal=tuple(dict.fromkeys((*options.group_equal, *both))))


def tie_equal_rows(drafts: Sequence[Draft], roles: VariableRoles, options: ModelOptions) -> None:
    """Return rows that must be equal one label; a fixed row among them fixes all.

    Rows are held equal to those of the first group that has them. Where a group lacks the marker of
    a latent variable, or all its indicators but one, what it fixes in their place is freed if it is
    equal to what another group estimates.

    Parameters
    ----------
    drafts : sequence of Draft
        All rows; changed in place.
    roles : VariableRoles
        Of all variables.
    options : ModelOptions
        For ``group_equal`` and ``group_partial``.

    Raises
    ------
    SemModelError
        Where ``group_partial`` or ``equal()`` names a parameter that the model lacks.
    """
    keys = [_own_key(row) for row in drafts]
    _check_partial(keys, options)
    first_group: dict[tuple[str, str, str, int], str] = {}
    for row, key in zip(drafts, keys, strict=True):
        held = _is_held_equal(row, roles, options)
        first_group.setdefault((row.lhs, row.op, row.rhs, row.level), key if held else "")
    for place, row in enumerate(drafts):
        shared = first_group[row.lhs, row.op, row.rhs, row.level]
        keys[place] = row.label or shared or keys[place]
    _check_references(drafts, keys)
    sets: dict[str, list[int]] = {}
    for place, key in enumerate(keys):
        sets.setdefault(key, []).append(place)
    _free_where_estimated_elsewhere(drafts, sets.values())
    for members in sets.values():
        if len(members) > 1:
            _tie(drafts, members)


def _free_where_estimated_elsewhere(drafts: Sequence[Draft], sets: Iterable[Sequence[int]]) -> None:
    """Free what a group fixes by convention although equality to another group determines it.

    A residual is freed if it is equal to one that is free. Where groups with different indicators
    of a latent variable have loadings in common, the first of them keeps its marker; another one's
    is freed, unless it is equal to that, is that item too, or is equal to what the text fixes.
    """
    tied = [[drafts[place] for place in members] for members in sets if len(members) > 1]
    for rows in tied:
        for row in rows:
            if row.op == "~~" and row.by_convention and any(other.free for other in rows):
                row.release()
    factors: dict[Factor, list[Draft]] = {}
    for row in drafts:
        if row.op == "=~":
            factors.setdefault(_factor(row), []).append(row)
    # equality of two latent variables in one group is another matter
    common = [
        {_factor(row) for row in rows if row.op == "=~" and (row.level, row.lhs) == name}
        for rows in tied
        for name in {(row.level, row.lhs) for row in rows}
    ]
    equals = {id(row): rows for rows in tied for row in rows}
    for linked in connected(list(factors), common):
        items = {frozenset(row.rhs for row in factors[factor]) for factor in linked}
        first, *others = (_marker(factors[factor]) for factor in linked)
        if len(items) == 1 or first is None:
            continue
        for marker in others:
            if marker is None or marker.rhs == first.rhs:
                continue
            equal = equals.get(id(marker), [])
            if all(row.free or row.by_convention for row in equal):
                marker.release()


Factor = tuple[int, int, str]
"""Group, level and name of a latent variable."""


def _factor(loading: Draft) -> Factor:
    return loading.group, loading.level, loading.lhs


def _marker(loadings: Sequence[Draft]) -> Draft | None:
    return next((row for row in loadings if row.by_convention), None)


def _own_key(row: Draft) -> str:
    group = f".g{row.group}" if row.group > 1 else ""
    level = f".l{row.level}" if row.level > 1 else ""
    return f"{row.lhs}{row.op}{row.rhs}{group}{level}"


def _is_held_equal(row: Draft, roles: VariableRoles, options: ModelOptions) -> bool:
    level = f".l{row.level}" if row.level > 1 else ""
    is_partial = f"{row.lhs}{row.op}{row.rhs}{level}" in options.group_partial
    return _family(row, roles) in options.group_equal and not is_partial


def _family(row: Draft, roles: VariableRoles) -> str:
    return family(row.lhs, row.op, row.rhs, latent=roles.latent, covariates=roles.covariates)


def family(lhs: str, op: str, rhs: str, *, latent: Sequence[str], covariates: Sequence[str]) -> str:
    """Name the family of ``group_equal`` that a parameter belongs to; '' where it is in none.

    Parameters
    ----------
    lhs, op, rhs : str
        The parameter.
    latent, covariates : sequence of str
        Latent and exogenous observed variables.
    """
    match op:
        case "=~":
            return "loadings"
        case "<~":
            return "composite-loadings"
        case "|":
            return "thresholds"
        case "~":
            return "regressions"
        case "~1" if lhs not in covariates:
            return "means" if lhs in latent else "intercepts"
        case "~~" if lhs not in covariates:
            if lhs == rhs:
                return "lv-variances" if lhs in latent else "residuals"
            return "lv-covariances" if lhs in latent else "residual-covariances"
        case _:
            return ""


def _check_partial(keys: Sequence[str], options: ModelOptions) -> None:
    known = {*keys, *(re.sub(r"\.g\d+", "", key) for key in keys)}
    unknown = [name for name in options.group_partial if name not in known]
    if unknown:
        raise SemModelError(f"group_partial: the model has no parameter '{unknown[0]}'")


def _check_references(drafts: Sequence[Draft], keys: Sequence[str]) -> None:
    for row in drafts:
        modifiers = row.formula.modifiers if row.formula else ()
        if any(m.kind == "equal" for m in modifiers) and keys.count(row.label) < 2:
            raise SemModelError(f"equal(): the model has no parameter '{row.label}'")


def _tie(drafts: Sequence[Draft], members: Sequence[int]) -> None:
    rows = [drafts[place] for place in members]
    fixed = next((row for row in rows if not row.free), None)
    if fixed is not None:
        _check_fixed(rows)
        for row in rows:
            row.fix(fixed.fixed)
        return
    label = f".p{members[0] + 1}."
    for row in rows:
        row.label = row.label or label
    named = {row.label for row in rows}
    for row in rows:
        row.label = label if len(named) > 1 else row.label


def _check_fixed(rows: Sequence[Draft]) -> None:
    """Refuse one label for parameters that the model text fixes at different values."""
    fixed = [row for row in rows if not row.free and not row.by_default]
    for row in fixed[1:]:
        if row.label and row.fixed != fixed[0].fixed:
            first, other = (f"{r.lhs}{r.op}{r.rhs} at {r.fixed:g}" for r in (fixed[0], row))
            raise SemModelError(
                f"label '{row.label}' makes parameters equal that are fixed at different values: "
                f"{first}, {other}"
            )


def effect_coding_constraints(
    drafts: Sequence[Draft], options: ModelOptions
) -> Iterator[Constraint]:
    """Let loadings average 1 and intercepts sum to 0, per latent variable and group.

    Latent means whose intercepts are so constrained are freed in place.
    """
    if not options.effect_coding:
        return
    factors = dict.fromkeys((r.group, r.level, r.lhs) for r in drafts if r.op == "=~")
    for group, level, factor in factors:
        block = [(p, r) for p, r in enumerate(drafts) if (r.group, r.level) == (group, level)]
        loadings = [(p, r) for p, r in block if r.op == "=~" and r.lhs == factor]
        items = {row.rhs for _, row in loadings}
        intercepts = [(p, r) for p, r in block if r.op == "~1" and r.lhs in items]
        if all(row.free for _, row in loadings):
            yield _sum_constraint([p for p, _ in loadings], float(len(loadings)))
        if intercepts and all(row.free for _, row in intercepts):
            yield _sum_constraint([p for p, _ in intercepts], 0.0)
            for _, row in block:
                if row.op == "~1" and row.lhs == factor and row.by_default:
                    row.release()


def _sum_constraint(places: Sequence[int], total: float) -> Constraint:
    left: Expression = Name(f".p{places[0] + 1}.")
    for place in places[1:]:
        left = Call("+", (left, Name(f".p{place + 1}.")))
    return Constraint(left, "==", Number(total), Position(0, 0))
