"""Which part a variable plays in a model: latent, indicator, outcome, covariate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from coprod_stats.sem.errors import SemModelError
from coprod_stats.sem.model.lexer import Position
from coprod_stats.sem.model.syntax_tree import Modifier, ModifierValue, Relation


@dataclass(frozen=True, slots=True)
class Formula:
    """One element of the model text: one left side, one operator, one right side."""

    lhs: str
    op: str
    rhs: str
    modifiers: tuple[Modifier, ...]
    position: Position
    efa: str = ""


@dataclass(frozen=True, slots=True)
class VariableRoles:
    """The variables of one block of a model.

    Parameters
    ----------
    observed : tuple of str
        Indicators, outcomes, predictors, then those named elsewhere.
    latent, formative : tuple of str
        Latent variables; those made by ``<~``.
    covariates : tuple of str
        Observed variables that only predict and whose moments the text does not name.
    latent_exogenous, latent_outcomes, observed_outcomes : tuple of str
        Latent variables that nothing predicts; endogenous variables that predict nothing.
    exploratory : tuple of tuple of str
        Latent variables of each ``efa()`` block.
    """

    observed: tuple[str, ...]
    latent: tuple[str, ...]
    formative: tuple[str, ...]
    covariates: tuple[str, ...]
    latent_exogenous: tuple[str, ...]
    latent_outcomes: tuple[str, ...]
    observed_outcomes: tuple[str, ...]
    exploratory: tuple[tuple[str, ...], ...]

    @property
    def exploratory_factors(self) -> frozenset[str]:
        """Latent variables of all ``efa()`` blocks."""
        return frozenset(name for block in self.exploratory for name in block)


def _unique(names: Iterable[str], *, without: Iterable[str] = ()) -> tuple[str, ...]:
    excluded = set(without)
    return tuple(name for name in dict.fromkeys(names) if name not in excluded)


def flatten(relations: Iterable[Relation]) -> tuple[Formula, ...]:
    """One formula per pair of left and right term; intercepts get the operator ``~1``.

    Raises
    ------
    SemModelError
        At a formula that was given before, a path that was stated in the other direction, and
        modifiers that contradict each other.
    """
    formulas: list[Formula] = []
    merged: dict[tuple[str, str, str], int] = {}
    for relation in relations:
        for left in relation.left:
            efa = next((str(m.values[0]) for m in left.modifiers if m.kind == "efa"), "")
            for right in relation.right:
                lhs, rhs = left.variable, right.variable
                op: str = relation.operator
                modifiers = right.modifiers
                if rhs in ("0", "1"):
                    op, rhs, modifiers = _constant_term(left.variable, op, rhs, modifiers)
                key = _key(lhs, op, rhs)
                formula = Formula(lhs, op, rhs, modifiers, right.position, efa)
                if key not in merged:
                    merged[key] = len(formulas)
                    formulas.append(formula)
                else:
                    formulas[merged[key]] = _merge(formulas[merged[key]], formula)
    _check_paths(formulas)
    for formula in formulas:
        _check_modifiers(formula)
    return tuple(_in_order(formulas))


def _check_paths(formulas: Sequence[Formula]) -> None:
    """Refuse a path that is stated twice, as ``x2 ~ f`` beside ``f =~ x2``."""
    stated: dict[tuple[str, str], Formula] = {}
    for formula in formulas:
        if formula.op not in _PATHS:
            continue
        path = (formula.rhs, formula.lhs) if formula.op == "=~" else (formula.lhs, formula.rhs)
        other = stated.setdefault(path, formula)
        if other is not formula:
            raise SemModelError(
                f"{_place(formula)}: '{_text(formula)}' is the same path as '{_text(other)}' in "
                f"line {other.position.line}; state it once"
            )


def _check_modifiers(formula: Formula) -> None:
    """Refuse two values, labels, starting values or bounds of one kind that differ."""
    n_values = max((len(modifier.values) for modifier in formula.modifiers), default=1)
    for group in range(n_values):
        settled: dict[str, ModifierValue] = {}
        for modifier in formula.modifiers:
            value = modifier.values[group if len(modifier.values) > group else 0]
            is_label = isinstance(value, str) and modifier.kind in ("value", "equal")
            what = "label" if is_label else modifier.kind
            before = settled.setdefault(what, value)
            if before != value:
                raise SemModelError(
                    f"{_place(formula)}: '{_text(formula)}' is given two different "
                    f"{_NAMES_OF_KINDS[what]} ({_shown(before)} and {_shown(value)}); keep one"
                )
        fault = _contradiction(settled)
        if fault:
            raise SemModelError(f"{_place(formula)}: '{_text(formula)}' {fault}")


def _contradiction(settled: Mapping[str, ModifierValue]) -> str:
    """Describe values of different kinds that cannot hold together; empty where they can."""
    fixed, start, lower, upper = (
        settled.get(kind) for kind in ("value", "start", "lower", "upper")
    )
    if isinstance(fixed, float) and isinstance(start, float) and fixed != start:
        return f"is fixed at {_shown(fixed)} and starts at {_shown(start)}; keep one"
    if isinstance(lower, float) and isinstance(upper, float) and lower > upper:
        return f"has a lower bound ({_shown(lower)}) above its upper one ({_shown(upper)})"
    return ""


def _shown(value: ModifierValue) -> str:
    return "NA" if value is None else f"{value:g}" if isinstance(value, float) else value


_PATHS = ("=~", "~", "<~")
_NAMES_OF_KINDS = {
    "value": "values",
    "label": "labels",
    "start": "starting values",
    "lower": "lower bounds",
    "upper": "upper bounds",
}


def _place(formula: Formula) -> str:
    return f"line {formula.position.line}, column {formula.position.column}"


def _text(formula: Formula) -> str:
    if formula.op == "~1":
        return f"{formula.lhs} ~ 1"
    return f"{formula.lhs} {formula.op} {formula.rhs}"


def _in_order(formulas: Sequence[Formula]) -> Iterator[Formula]:
    """Order the variables of a covariance as in the model, latent ones first."""
    roles = variable_roles(formulas)
    place = {name: index for index, name in enumerate((*roles.latent, *roles.observed))}
    for formula in formulas:
        if formula.op == "~~" and place[formula.lhs] > place[formula.rhs]:
            yield replace(formula, lhs=formula.rhs, rhs=formula.lhs)
        else:
            yield formula


def _constant_term(
    lhs: str, op: str, constant: str, modifiers: tuple[Modifier, ...]
) -> tuple[str, str, tuple[Modifier, ...]]:
    zero = (Modifier("value", (0.0,), Position(1, 1)),)
    if op == "=~":
        return op, lhs, zero
    return "~1", "", zero if constant == "0" else modifiers


def _key(lhs: str, op: str, rhs: str) -> tuple[str, str, str]:
    return (min(lhs, rhs), op, max(lhs, rhs)) if op == "~~" else (lhs, op, rhs)


def _merge(first: Formula, second: Formula) -> Formula:
    """Join ``a*x + start(1)*x``; lavaan's way of giving several modifiers."""
    if not (first.modifiers and second.modifiers):
        raise SemModelError(
            f"{_place(second)}: '{_text(second)}' is in the model twice; remove one, or give each "
            "its own modifier"
        )
    modifiers = first.modifiers + second.modifiers
    return Formula(first.lhs, first.op, first.rhs, modifiers, first.position, first.efa)


def variable_roles(formulas: Sequence[Formula]) -> VariableRoles:
    """Sort the variables of a block into their roles (lavaan's ``vnames``)."""
    latent = _unique(f.lhs for f in formulas if f.op in ("=~", "<~"))
    indicators = _unique(f.rhs for f in formulas if f.op == "=~")
    outcomes = _unique(f.lhs for f in formulas if f.op == "~")
    predictors = _unique(f.rhs for f in formulas if f.op in ("~", "<~"))
    observed_indicators = _unique(indicators, without=latent)
    observed_y = _unique(outcomes, without=(*latent, *observed_indicators))
    observed_x = _unique(predictors, without=(*latent, *observed_indicators, *observed_y))
    covarying = [f.lhs for f in formulas if f.op == "~~"]
    covarying += [f.rhs for f in formulas if f.op == "~~"]
    with_mean = [f.lhs for f in formulas if f.op == "~1"]
    others = (*covarying, *(f.lhs for f in formulas if f.op in ("~1", "|")))
    return VariableRoles(
        observed=_unique((*observed_indicators, *observed_y, *observed_x, *others), without=latent),
        latent=latent,
        formative=_unique(f.lhs for f in formulas if f.op == "<~"),
        covariates=_unique(observed_x, without=(*covarying, *with_mean)),
        latent_exogenous=_unique(latent, without=(*indicators, *outcomes)),
        latent_outcomes=_unique(
            (name for name in latent if name in outcomes), without=(*indicators, *predictors)
        ),
        observed_outcomes=_unique(observed_y, without=predictors),
        exploratory=_exploratory_blocks(formulas),
    )


def _exploratory_blocks(formulas: Sequence[Formula]) -> tuple[tuple[str, ...], ...]:
    blocks: dict[str, dict[str, None]] = {}
    for formula in formulas:
        if formula.op == "=~" and formula.efa:
            blocks.setdefault(formula.efa, {})[formula.lhs] = None
    return tuple(tuple(block) for block in blocks.values())
