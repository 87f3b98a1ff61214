"""Statements that an analyst adds to a model of paths: residual covariances, factors of method."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from coprod_stats.sem.errors import SemError
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.syntax_tree import Relation
from coprod_stats.sem.model.table_building import build_parameters
from coprod_stats.structure.errors import ExtraStatementsError

if TYPE_CHECKING:
    from coprod_stats.structure.structural_models import DriverImpactModel


@dataclass(frozen=True, slots=True)
class ExtraStatements:
    """Statements in lavaan's syntax about what is observed of the factors.

    Parameters
    ----------
    text : str
        As the analyst wrote them.
    factors : tuple of str
        Factors that they add, such as one of reverse-worded items.
    related : frozenset of frozenset of str
        Pairs of variables whose covariance they state.
    """

    text: str = ""
    factors: tuple[str, ...] = ()
    related: frozenset[frozenset[str]] = frozenset()

    def beside(self, names: Collection[str]) -> Iterator[str]:
        """Yield lines of a model of the named factors and composites.

        A factor that is added is uncorrelated with these unless the text relates them, as a factor
        of method is; lavaan's default would depend on whether something predicts them.
        """
        if self.text:
            yield self.text
        for factor in self.factors:
            for name in names:
                if frozenset((factor, name)) not in self.related:
                    yield f"{factor} ~~ 0*{name}"


def with_extra_statements(model: DriverImpactModel, text: str) -> DriverImpactModel:
    """Return a model with statements beside its own, and beside those that it has already.

    Covariances between what is observed, added factors with their loadings, and labels, definitions
    and constraints of these may be stated. Paths are hypotheses or rivals, and what measures a
    factor is the questionnaire's: neither can be stated here.

    Parameters
    ----------
    model : DriverImpactModel
    text : str
        In lavaan's syntax.

    Raises
    ------
    ExtraStatementsError
        Listing everything that cannot be stated or is not in the model.
    """
    names, indicators = set(model.names), set(model.indicators)
    text = "\n".join(filter(None, (model.extra.text, text.strip())))
    try:
        parsed = parse_model(text)
    except SemError as error:
        raise ExtraStatementsError(str(error)) from error
    added = dict.fromkeys(
        term.variable for each in parsed.relations if each.operator == "=~" for term in each.left
    )
    faults = [
        fault
        for relation in parsed.relations
        for fault in _faults(relation, names, indicators, set(added))
        if fault
    ]
    if faults:
        raise ExtraStatementsError("; ".join(dict.fromkeys(faults)))
    related = frozenset(
        frozenset((one.variable, other.variable))
        for each in parsed.relations
        if each.operator == "~~"
        for one in each.left
        for other in each.right
    )
    found = replace(model, extra=ExtraStatements(text, tuple(added), related))
    try:
        build_parameters(parse_model(found.syntax()))
    except SemError as error:
        raise ExtraStatementsError(str(error)) from error
    return found


def variables_of(text: str) -> tuple[str, ...]:
    """Return the variables that statements name; none of a text that is no model."""
    try:
        relations = parse_model(text).relations
    except SemError:  # a fault of the plan, which with_extra_statements names
        return ()
    terms = (term.variable for each in relations for term in (*each.left, *each.right))
    return tuple(dict.fromkeys(terms))


def _faults(
    relation: Relation, names: set[str], indicators: set[str], added: set[str]
) -> Iterator[str]:
    if relation.group or relation.level:
        yield "it has blocks of groups or levels, and the model has none"
    if relation.operator not in ("=~", "~~"):
        left = relation.left[0].variable
        yield f"'{left} {relation.operator} …' is neither a covariance nor an added factor"
        return
    if relation.operator == "=~":
        for term in relation.left:
            if term.variable in names | indicators:
                yield f"'{term.variable}' is measured by the questionnaire's items already"
        yield from (_unknown(term.variable, indicators) for term in relation.right)
        return
    for one in relation.left:
        for other in relation.right:
            ends = (one.variable, other.variable)
            if names - indicators >= set(ends):
                yield f"'{one.variable} ~~ {other.variable}' is decided by the paths"
            known = indicators | added | (names if added & set(ends) else set())
            yield from (_unknown(end, known) for end in ends)


def _unknown(name: str, known: Collection[str]) -> str:
    return "" if name in known else f"'{name}' is not observed in the model"
