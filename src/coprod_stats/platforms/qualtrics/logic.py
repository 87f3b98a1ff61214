"""Conditions as Qualtrics' display and branch logic: sets of comparisons.

Comparisons within a set are joined by "and" and "or", sets again, "and" first in both; a condition
is therefore written as an "or" of "and"s or an "and" of "or"s, whichever is shorter
(https://www.qualtrics.com/support/survey-platform/survey-module/using-logic/).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations, product
from typing import Any, Literal

from coprod_stats.platforms.fields import InexpressibleError

Operator = Literal["and", "or"]
MOST = 400
"""Comparisons that a condition may come to."""
UNANSWERED = ""
_OPPOSITE = {
    "MatchesRegex": "DoesNotMatchRegex",
    "Selected": "NotSelected",
    "EqualTo": "NotEqualTo",
    "Empty": "NotEmpty",
    "LessThan": "GreaterThanOrEqual",
    "GreaterThan": "LessThanOrEqual",
}
_OPPOSITE |= {turned: operator for operator, turned in _OPPOSITE.items()}


@dataclass(frozen=True, slots=True)
class Comparing:
    """One comparison of Qualtrics.

    Attributes
    ----------
    left : str
        Locator of an answer, as ``q://QID3/SelectableChoice/2``, or embedded data.
    """

    left: str
    operator: str
    right: str = ""

    @property
    def question(self) -> str:
        """Id of the question; empty for embedded data."""
        return _question(self.left)

    def json(self) -> dict[str, Any]:
        """Return the comparison as Qualtrics keeps it."""
        if not self.question:
            head: dict[str, Any] = {"LogicType": "EmbeddedField"}
        else:
            head = {
                "LogicType": "Question",
                "QuestionID": self.question,
                "QuestionIsInLoop": "no",
                "ChoiceLocator": self.left,
                "QuestionIDFromLocator": self.question,
            }
        right = {"RightOperand": self.right} if self.right else {}
        said = " ".join(part for part in (self.left, self.operator, self.right) if part)
        return head | {
            "LeftOperand": self.left,
            "Operator": self.operator,
            **right,
            "Type": "Expression",
            "Description": said,
        }


@dataclass(frozen=True, slots=True)
class OneOf:
    """A question with one answer, or embedded data, has one of some values.

    Attributes
    ----------
    of : str
        Locator of a choice without its id, as ``q://QID3/SelectableChoice/``, or embedded data.
    values, all : frozenset of str
        Those of which it is one, and all there are; an empty text stands for no answer.
    """

    of: str
    values: frozenset[str]
    all: frozenset[str]

    @property
    def question(self) -> str:
        """Id of the question; empty for embedded data."""
        return _question(self.of)

    def comparing(self, value: str, *, holds: bool = True) -> Comparing:
        """Compare with one value."""
        if "://" in self.of:
            return Comparing(f"{self.of}{value}", "Selected" if holds else "NotSelected")
        return Comparing(self.of, "EqualTo" if holds else "NotEqualTo", value)

    @property
    def left_out(self) -> list[str]:
        """Return the values that it does not have, in order."""
        return sorted(self.all - self.values, key=_place)

    @property
    def kept(self) -> list[str]:
        """Return the values of which it has one, in order."""
        return sorted(self.values, key=_place)


@dataclass(frozen=True, slots=True)
class Joined:
    """Conditions joined by one operator; none at all is true for "and", false for "or"."""

    operator: Operator
    parts: tuple[Formula, ...]


Atom = Comparing | OneOf
Formula = Atom | Joined
ALWAYS, NEVER = Joined("and", ()), Joined("or", ())
_IMPOSSIBLE = Comparing("NEVER_SET", "EqualTo", "1")


def join(operator: Operator, parts: Iterable[Formula]) -> Formula:
    """Join conditions; what decides nothing goes, and values of one question come together."""
    neutral, decisive = (ALWAYS, NEVER) if operator == "and" else (NEVER, ALWAYS)
    kept: dict[object, Formula] = {}
    for part in parts:
        inner = part.parts if isinstance(part, Joined) and part.operator == operator else (part,)
        for one in (*inner, *([part] if part == decisive else [])):
            key = ("values of", one.of) if isinstance(one, OneOf) else one
            earlier = kept.get(key)
            together = isinstance(earlier, OneOf) and isinstance(one, OneOf)
            kept[key] = _together(operator, earlier, one) if together else one
    left = [_settled(part) for part in kept.values()]
    left = [part for part in left if part != neutral]
    if decisive in left:
        return decisive
    return left[0] if len(left) == 1 else Joined(operator, tuple(left))


def negated(formula: Formula) -> Formula:
    """Turn a condition round."""
    if isinstance(formula, Comparing):
        turned = replace(formula, operator=_OPPOSITE[formula.operator])
        blank = Comparing(formula.left, "Empty")
        return join("or", [turned, blank]) if formula.right else turned
    if isinstance(formula, OneOf):
        return _settled(replace(formula, values=formula.all - formula.values))
    return join("or" if formula.operator == "and" else "and", map(negated, formula.parts))


def at_least(conditions: Sequence[Formula], number: int) -> Formula:
    """Describe when at least so many of some conditions hold."""
    if number <= 0:
        return ALWAYS
    return join("or", (join("and", chosen) for chosen in combinations(conditions, number)))


def questions_of(formula: Formula) -> set[str]:
    """Name the questions that a condition compares; an empty name stands for embedded data."""
    if not isinstance(formula, Joined):
        return {formula.question}
    return set().union(*map(questions_of, formula.parts))


def logic_json(formula: Formula, *, same_page: bool = False) -> dict[str, Any]:
    """Return a condition as Qualtrics keeps it.

    Raises
    ------
    InexpressibleError
        If it comes to too many comparisons either way.
    """
    if formula == NEVER:
        formula = _IMPOSSIBLE  # logic without a comparison would hold always
    forms = [
        (outer, written)
        for outer in ("or", "and")
        if (written := _written(formula, outer)) is not None
    ]
    if not forms:
        raise InexpressibleError(
            f"Qualtrics: a condition comes to more than {MOST} comparisons; ask it in parts"
        )
    outer, clauses = min(forms, key=lambda form: sum(map(len, form[1])))
    inner, between = ("And", "OrIf") if outer == "or" else ("Or", "AndIf")
    sets: dict[str, Any] = {}
    for number, clause in enumerate(clauses):
        expressions = {
            str(place): comparing.json() | ({"Conjuction": inner} if place else {})
            for place, comparing in enumerate(clause)
        }
        sets[str(number)] = expressions | {"Type": between if number else "If"}
    return sets | {"Type": "BooleanExpression", "inPage": same_page}


Clause = dict[str, Atom]
"""Atoms of a clause by what they compare: each question and comparison once."""


@lru_cache(maxsize=2_000)
def _written(formula: Formula, outer: Operator) -> tuple[tuple[Comparing, ...], ...] | None:
    """Write a condition as an ``outer`` of clauses; ``None`` if they are too many."""
    clauses = _clauses(formula, outer)
    if clauses is None:
        return None
    written: list[tuple[Comparing, ...]] = []
    for clause in clauses:
        spread = [_comparisons(atom, outer) for atom in clause.values()]
        written += [tuple(one for part in parts for one in part) for parts in product(*spread)]
        if sum(map(len, written)) > MOST:
            return None
    return tuple(dict.fromkeys(written))


def _comparisons(atom: Atom, outer: Operator) -> list[list[Comparing]]:
    """Return ways to write an atom, each a part of a clause of its own."""
    if isinstance(atom, Comparing):
        return [[atom]]
    if UNANSWERED in atom.values:
        excluded = [atom.comparing(value, holds=False) for value in atom.left_out]
        return [excluded] if outer == "or" else [[one] for one in excluded]
    chosen = [atom.comparing(value) for value in atom.kept]
    return [[one] for one in chosen] if outer == "or" else [chosen]


def _clauses(formula: Formula, outer: Operator) -> list[Clause] | None:
    if not isinstance(formula, Joined):
        return [{_key(formula): formula}]
    found: list[list[Clause]] = []
    for part in formula.parts:
        clauses = _clauses(part, outer)
        if clauses is None:
            return None
        found.append(clauses)
    if formula.operator == outer:
        return _shortest([clause for clauses in found for clause in clauses], outer)
    made: list[Clause] = [{}]
    for clauses in found:
        merged = (_merged(one, other, outer) for one in made for other in clauses)
        made = _shortest([clause for clause in merged if clause is not None], outer)
        if len(made) > MOST:
            return None
    return made


def _merged(one: Clause, other: Clause, outer: Operator) -> Clause | None:
    """Join two clauses; ``None`` if the result decides nothing."""
    inner: Operator = "and" if outer == "or" else "or"
    merged = dict(one)
    for key, atom in other.items():
        earlier = merged.get(key)
        if earlier is None:
            merged[key] = atom
        elif isinstance(earlier, OneOf) and isinstance(atom, OneOf):
            settled = _together(inner, earlier, atom)
            if _settled(settled) != settled:
                return None
            merged[key] = settled
    opposites = {
        (atom.left, _OPPOSITE[atom.operator], atom.right)
        for atom in merged.values()
        if isinstance(atom, Comparing)
    }
    met = any(
        isinstance(atom, Comparing) and (atom.left, atom.operator, atom.right) in opposites
        for atom in merged.values()
    )
    return None if met else merged


def _shortest(clauses: Sequence[Clause], outer: Operator) -> list[Clause]:
    """Drop clauses that another one covers."""

    def covers(one: Clause, other: Clause) -> bool:
        return all(key in other and _implies(atom, other[key], outer) for key, atom in one.items())

    kept: list[Clause] = []
    for clause in sorted(clauses, key=len):
        if not any(covers(shorter, clause) for shorter in kept):
            kept = [one for one in kept if not covers(clause, one)] + [clause]
    return kept


def _implies(atom: Atom, other: Atom, outer: Operator) -> bool:
    """Return whether an atom makes another of the same question superfluous in a longer clause."""
    if not isinstance(atom, OneOf) or not isinstance(other, OneOf):
        return True
    wider, narrower = (atom, other) if outer == "or" else (other, atom)
    return narrower.values <= wider.values


def _together(operator: Operator, one: Formula | None, other: Formula) -> OneOf:
    assert isinstance(one, OneOf)
    assert isinstance(other, OneOf)
    values = one.values & other.values if operator == "and" else one.values | other.values
    return replace(one, values=values)


def _settled(formula: Formula) -> Formula:
    if not isinstance(formula, OneOf):
        return formula
    if not formula.values:
        return NEVER
    return ALWAYS if formula.values == formula.all else formula


def _key(atom: Atom) -> str:
    return atom.of if isinstance(atom, OneOf) else f"{atom.left} {atom.operator} {atom.right}"


def _question(locator: str) -> str:
    return locator.removeprefix("q://").partition("/")[0] if "://" in locator else ""


def _place(value: str) -> tuple[int, str]:
    return (int(value), value) if value.isdecimal() else (-1, value)
