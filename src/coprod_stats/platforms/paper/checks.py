"""Conditions said on paper, and the boxes that respondents tick where one is needed often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from coprod_stats.instruments.language.tree import (
    Binary,
    Call,
    Compare,
    Expression,
    Logic,
    Member,
    Name,
    Not,
    Number,
    names,
    walk,
)
from coprod_stats.instruments.language.wording import condition_in_words
from coprod_stats.instruments.model import Instrument
from coprod_stats.platforms.paper.routing import letter
from coprod_stats.platforms.phrases import Phrases

_ASKABLE = ("sum", "min", "max", "count", "any", "all", "answered", "includes", "option")
_TRUTHS = ("any", "all", "answered", "includes")


def beyond_paper(tree: Expression) -> str:
    """Name what a person with a pen cannot be asked to compute, if a condition needs it.

    Counting, adding and comparing is asked of them; means, products, quotients and decisions
    within a number are not.
    """
    for node in walk(tree):
        if isinstance(node, Call) and node.function not in _ASKABLE:
            return f"'{node.function}'"
        if isinstance(node, Binary) and node.operator in "*/":
            return f"'{node.operator}'"
    return ""


def _opposite(tree: Expression) -> Expression:
    """Return the negation of a condition; of a box that is ticked, that it is not."""
    match tree:
        case Compare("==", Name(), Number(1.0)):
            return Compare("!=", tree.left, tree.right)
        case Compare("!=", Name(), Number(1.0)):
            return Compare("==", tree.left, tree.right)
        case _:
            return Not(tree)


class CheckBoxes:
    """Words conditions by the numbers of questions.

    A computed variable is written out where it is about one question, or needed once. A condition
    on several questions that is needed more often becomes a box that respondents tick when they
    come to its first use, so that later instructions can say "if box A is ticked"; a box that is
    left empty stands for what is not known to hold.
    """

    def __init__(
        self, instrument: Instrument, phrases: Phrases, language: str, questions: Mapping[str, str]
    ) -> None:
        self._instrument, self._phrases, self._language = instrument, phrases, language
        self._derived = {entry.id: entry.value for entry in instrument.derived}
        self._choices = {
            item.id: tuple(float(option.value) for option in item.responses.all_options)
            for item in instrument.items
            if item.responses is not None and item.offers and len(item.columns) == 1
        }
        self._compound = {
            id
            for id, value in self._derived.items()
            if self._is_truth(value) and len(names(value)) > 1
        }
        self._boxes: dict[str, str] = dict.fromkeys(self._compound, "")
        self._names = dict(questions)
        self._given_out: set[str] = set()

    def count(self, printed: Iterable[Expression]) -> None:
        """Decide which variables become boxes, by all conditions that are printed."""
        uses = self._tally(printed)
        further = [self._derived[id] for id in uses]
        while further:
            inside = self._tally(further)
            further = [self._derived[id] for id in inside if id not in uses]
            uses += inside
        boxes = [id for id in self._derived if uses[id] > 1]
        self._boxes = {id: letter(place).upper() for place, id in enumerate(boxes)}
        self._names |= {id: self._phrases.box.format(name) for id, name in self._boxes.items()}

    def words(self, tree: Expression) -> str:
        """State a condition."""
        return condition_in_words(
            self._written_out(tree),
            self._instrument,
            phrases=self._phrases.conditions,
            language=self._language,
            names=self._names,
        )

    def first_used(
        self, trees: Iterable[Expression]
    ) -> Iterator[tuple[str, tuple[Expression, ...]]]:
        """Return the boxes not given out yet that these conditions refer to.

        Yields
        ------
        str, tuple of Expression
            Letter of the box, and what must all hold for it to be ticked.
        """
        for tree in trees:
            for id in names(self._written_out(tree)):
                if id in self._boxes and id not in self._given_out:
                    self._given_out.add(id)
                    value = self._derived[id]
                    yield from self.first_used([value])
                    if isinstance(value, Logic) and value.operator == "and":
                        yield self._boxes[id], value.parts
                    else:
                        yield self._boxes[id], (value,)

    def _tally(self, trees: Iterable[Expression]) -> Counter[str]:
        return Counter(
            node.id
            for tree in trees
            for node in walk(self._written_out(tree))
            if isinstance(node, Name) and node.id in self._compound
        )

    def _written_out(self, tree: Expression) -> Expression:
        """Replace computed variables that are no boxes by their meaning."""
        match tree:
            case Name(id=id) if id in self._boxes:
                return Compare("==", tree, Number(1.0))
            case Name(id=id) if id in self._derived:
                return self._written_out(self._derived[id])
            case Compare("==" | "!=" as operator, Name(id=id), Number(0.0 | 1.0 as value)) if (
                id in self._derived and self._is_truth(self._derived[id])
            ):
                return self._written_out_truth(id, wanted=(operator == "==") == (value == 1.0))
            case Logic(
                "or",
                (Not(Call("answered", (Name(id=id),))), Compare("==", Name(id=other), Number(0.0))),
            ) if id == other and id in self._derived:
                return self._written_out_truth(id, wanted=False)
            case Logic(operator, parts):
                return Logic(operator, tuple(map(self._written_out, parts)))
            case Not(Compare("==", Name(id=id), Number(value))) if id in self._choices:
                return self._any_other(id, (value,), tree)
            case Compare("!=", Name(id=id), Number(value)) if id in self._choices:
                return self._any_other(id, (value,), tree)
            case Not(Member(Name(id=id), values)) if id in self._choices:
                return self._any_other(id, values, tree)
            case Call("answered", (Name(id=id),)) if id in self._derived:
                return self._all_answered(self._derived[id], tree)
            case Not(part):
                return _opposite(self._written_out(part))
            case Compare(operator, left, right):
                return Compare(operator, self._written_out(left), self._written_out(right))
            case Binary(operator, left, right):
                return Binary(operator, self._written_out(left), self._written_out(right))
            case Member(item, values):
                return Member(self._written_out(item), values)
            case Call(function, parts) if function not in ("answered", "includes", "option"):
                return Call(function, tuple(map(self._written_out, parts)))
            case _:
                return tree

    def _any_other(self, id: str, values: Collection[float], tree: Expression) -> Expression:
        """State which answers are meant by a negation: to who ticks "don't know", it is none."""
        others = tuple(value for value in self._choices[id] if value not in values)
        return Member(Name(id), others) if others else tree

    def _all_answered(self, value: Expression, tree: Expression) -> Expression:
        """State that a variable is known by the questions that it compares, where these must be."""
        if any(isinstance(node, Logic | Call) for node in walk(value)):
            return tree
        parts = tuple(self._written_out(Call("answered", (Name(id),))) for id in names(value))
        return parts[0] if len(parts) == 1 else Logic("and", parts)

    def _written_out_truth(self, id: str, *, wanted: bool) -> Expression:
        if id in self._boxes:
            return Compare("==" if wanted else "!=", Name(id), Number(1.0))
        meant = self._derived[id]
        return self._written_out(meant if wanted else Not(meant))

    def _is_truth(self, tree: Expression) -> bool:
        match tree:
            case Compare() | Member() | Logic() | Not():
                return True
            case Call(function, _):
                return function in _TRUTHS
            case Name(id=id) if id in self._derived:
                return self._is_truth(self._derived[id])
            case _:
                return False
