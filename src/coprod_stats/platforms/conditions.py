"""Conditions in two-valued logic, walked once for every platform."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Generic, Literal, TypeVar

from coprod_stats.errors import Fault
from coprod_stats.instruments.language.tree import (
    Call,
    Compare,
    Expression,
    Logic,
    Name,
    Not,
    Number,
    TextMatch,
)
from coprod_stats.instruments.model import Instrument
from coprod_stats.platforms.fields import InexpressibleError, missing_choices
from coprod_stats.platforms.row_summaries import summaries_of
from coprod_stats.platforms.two_valued_conditions import (
    TRUE,
    anyone,
    both,
    known_to_hold,
    known_value,
    not_known_to_fail,
)

C = TypeVar("C")


class Conditions(ABC, Generic[C]):
    """Translates the conditions of one questionnaire into those of a platform.

    Attributes
    ----------
    platform : str
        Name of the platform in messages.
    refusal : str
        Code of the fault of what the platform cannot express.
    always, never
        The condition that holds for everybody, and the one that holds for nobody.
    refused : list of Fault
        What could not be expressed so far.
    """

    platform: ClassVar[str]
    refusal: ClassVar[str]
    always: C
    never: C

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.items = {item.id: item for item in instrument.items}
        self.levels = {variable.id: variable.values for variable in instrument.assigned}
        self.summaries = summaries_of(instrument)
        self.refused: list[Fault] = []

    def refuse(self, place: str, error: InexpressibleError) -> None:
        """Record that the platform cannot express what stands at a place."""
        remedy = "Field this questionnaire elsewhere, or reword it."
        self.refused.append(Fault(self.refusal, str(error), remedy, place=place))

    def shown(self, place: str, *alternatives: Sequence[Expression]) -> C:
        """Translate like ``holds``; a condition that cannot be expressed is refused."""
        try:
            return self.holds(*alternatives)
        except InexpressibleError as error:
            self.refuse(place, error)
            return self.always

    def holds(self, *alternatives: Sequence[Expression]) -> C:
        """Translate "all conditions of one of the alternatives are known to hold".

        Raises
        ------
        InexpressibleError
            If a condition uses a column that nobody is asked for, or what the platform lacks.
        """
        trees = [known_to_hold(conditions, self.instrument) for conditions in alternatives]
        return self.condition(anyone(trees))

    def agrees(self, conditions: Sequence[Expression]) -> C:
        """Translate "none of the conditions is known to be false", as checks of an answer demand.

        Raises
        ------
        InexpressibleError
            If a condition uses a column that nobody is asked for, or what the platform lacks.
        """
        trees = [not_known_to_fail(condition, self.instrument) for condition in conditions]
        return self.condition(both(trees))

    def values(self, tree: Expression) -> list[tuple[C, Expression]]:
        """Translate a value by cases: when each holds, and the number that it then is.

        At most one holds; where none does the value is unknown. A condition is 1 or 0.
        """
        cases = known_value(tree, self.instrument)
        return [(self.condition(known), number) for known, number in cases]

    def condition(self, tree: Expression) -> C:
        """Translate a condition in two-valued logic."""
        match tree:
            case Logic(operator, parts):
                return self.joined(operator, [self.condition(part) for part in parts])
            case Call("answered", (Name(id=id),)):
                return self._is_known(id, wanted=True)
            case Not(Call("answered", (Name(id=id),))):
                return self._is_known(id, wanted=False)
            case Call("includes", (Name(id=id), Number(value))):
                return self.chosen(self.held(id), int(value), wanted=True)
            case Not(Call("includes", (Name(id=id), Number(value)))):
                return self.chosen(self.held(id), int(value), wanted=False)
            case TextMatch(Name(id=id)):
                return self.matched(self.held(id), tree, wanted=True)
            case Not(TextMatch(Name(id=id)) as match):
                return self.matched(self.held(id), match, wanted=False)
            case Compare():
                return self.comparison(tree)
            case _:
                return self.always if tree == TRUE else self.never

    def _is_known(self, id: str, *, wanted: bool) -> C:
        if id in self.summaries:
            return self.summary_known(id, wanted=wanted)
        return self.answered(self.held(id), wanted=wanted)

    def summary_known(self, id: str, *, wanted: bool) -> C:
        """Translate "rows of a roster decide what a summary of them is", or that they do not.

        Raises
        ------
        InexpressibleError
            If the platform computes nothing across rows.
        """
        roster, _ = self.summaries[id]
        raise InexpressibleError(
            f"{self.platform}: a condition uses {id}, a summary of the rows of {roster.id} "
            f"({'' if wanted else 'not '}known), which {self.platform} does not compute"
        )

    def held(self, id: str) -> str:
        """Return the id of an item or of an assigned variable; others the form does not hold."""
        if id in self.summaries:
            self.summary_known(id, wanted=True)
        if id not in self.items and id not in self.levels:
            raise InexpressibleError(
                f"{self.platform}: a condition uses {id}, which the form does not hold; "
                "use an item or an assigned variable"
            )
        return id

    def missing_codes(self, id: str) -> tuple[int, ...]:
        """Return the codes of "don't know" and of a refusal that stand among an item's answers."""
        item = self.items.get(id)
        if item is None or item.kind not in ("single", "consent", "multiple"):
            return ()
        return tuple(option.value for option in missing_choices(item, self.instrument))

    @abstractmethod
    def joined(self, operator: Literal["and", "or"], parts: Sequence[C]) -> C:
        """Join conditions."""

    @abstractmethod
    def answered(self, id: str, *, wanted: bool) -> C:
        """Translate "there is (not) an answer other than 'don't know' or a refusal"."""

    @abstractmethod
    def chosen(self, id: str, code: int, *, wanted: bool) -> C:
        """Translate "this option of a multiple choice is (not) chosen"."""

    @abstractmethod
    def matched(self, id: str, match: TextMatch, *, wanted: bool) -> C:
        """Translate "a text is or contains some words", or that it does not; a blank does not."""

    @abstractmethod
    def comparison(self, tree: Compare) -> C:
        """Translate a comparison of numbers, which are known to be known."""
