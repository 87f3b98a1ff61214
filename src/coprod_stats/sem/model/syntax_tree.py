"""What a model text says, before any default is filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from coprod_stats.sem.model.expressions import Expression
from coprod_stats.sem.model.lexer import Position

RelationOperator = Literal["=~", "<~", "~", "~~", "~*~", "|"]
ConstraintOperator = Literal["==", "<", ">"]
ModifierKind = Literal["value", "start", "equal", "lower", "upper", "efa"]
ModifierValue = float | str | None


@dataclass(frozen=True, slots=True)
class Modifier:
    """What stands before the ``*`` of a term.

    Parameters
    ----------
    kind : str
        ``value`` for numbers (fixed), names or strings (labels) and ``NA`` (free).
    values : tuple of float, str or None
        One for all groups, or one per group; None stands for ``NA``.
    position : Position
        Where it begins.
    """

    kind: ModifierKind
    values: tuple[ModifierValue, ...]
    position: Position


@dataclass(frozen=True, slots=True)
class Term:
    """A variable with its modifiers; ``1`` is the intercept and ``0`` nothing at all."""

    variable: str
    modifiers: tuple[Modifier, ...]
    position: Position

    @property
    def is_exploratory(self) -> bool:
        """Whether ``efa()`` puts the variable into a block of exploratory factors."""
        return any(modifier.kind == "efa" for modifier in self.modifiers)


@dataclass(frozen=True, slots=True)
class Relation:
    """A statement about variables, as ``f =~ x1 + x2``; ``block`` names the part of the data.

    Parameters
    ----------
    left, right : tuple of Term
        The two sides.
    operator : str
        The relation.
    group, level : str
        Value of the ``group:`` and ``level:`` header above; empty where there is none.
    """

    left: tuple[Term, ...]
    operator: RelationOperator
    right: tuple[Term, ...]
    group: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """``name := expression``."""

    name: str
    expression: Expression
    position: Position


@dataclass(frozen=True, slots=True)
class Constraint:
    """``left == right``, ``left < right`` or ``left > right``."""

    left: Expression
    operator: ConstraintOperator
    right: Expression
    position: Position


@dataclass(frozen=True, slots=True)
class ModelSyntax:
    """A whole model text.

    Parameters
    ----------
    relations : tuple of Relation
        In order of appearance.
    definitions : tuple of Definition
        Defined parameters, in order of appearance.
    constraints : tuple of Constraint
        Equalities and inequalities, in order of appearance.
    text : str
        The text itself.
    """

    relations: tuple[Relation, ...]
    definitions: tuple[Definition, ...]
    constraints: tuple[Constraint, ...]
    text: str
