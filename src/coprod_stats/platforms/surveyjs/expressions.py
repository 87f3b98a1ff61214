"""Conditions and inserted texts in the expression language of SurveyJS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coprod_stats.instruments.language.expressions import (
    Binary,
    Call,
    Compare,
    Expression,
    Logic,
    Name,
    Not,
    Number,
)
from coprod_stats.instruments.model import Instrument, Item
from coprod_stats.platforms.fields import (
    Alternatives,
    Answer,
    InexpressibleError,
    Insert,
    missing_choices,
    pieces,
)
from coprod_stats.platforms.two_valued_conditions import FALSE, TRUE

_COMPARISONS = {"==": "=", "!=": "<>"}
_FUNCTIONS = {"sum": "sum", "mean": "avg", "min": "min", "max": "max"}


@dataclass(frozen=True, slots=True)
class Translator:
    """Writes expressions of one instrument.

    Attributes
    ----------
    paths : mapping of str to str
        Where SurveyJS keeps the answer of each item, as ``trust.TRU1`` for a row of a grid.
    """

    instrument: Instrument
    paths: Mapping[str, str]

    def condition(self, tree: Expression) -> str:
        """Write a condition in two-valued logic.

        Raises
        ------
        InexpressibleError
            If it uses the rank of an option, which SurveyJS cannot look up, or a column that
            nobody is asked for.
        """
        match tree:
            case Logic(operator, parts):
                return f" {operator} ".join(f"({self.condition(part)})" for part in parts)
            case Not(Call("answered", (Name(id=id),))):
                return self._missing(id)
            case Not(Call("includes", (Name(id=id), Number(value)))):
                return f"{self._name(id)} notcontains {value:g}"
            case Call("answered", (Name(id=id),)):
                return self._answered(id)
            case Call("includes", (Name(id=id), Number(value))):
                return f"{self._name(id)} contains {value:g}"
            case Compare(operator, left, right):
                sign = _COMPARISONS.get(operator, operator)
                return f"{self._number(left)} {sign} {self._number(right)}"
            case _:
                return "1 = 1" if tree == TRUE else "1 = 2"

    def text(self, alternatives: Alternatives, language: str) -> str:
        """Write a text that depends on answers, in one language."""

        def words(text: str) -> str:
            return _words(text, language)

        written = words(alternatives.otherwise.in_language(language))
        for condition, text in reversed(alternatives.cases):
            if condition == FALSE:
                continue
            said = (
                f"{{{self.paths[text.item]}}}"
                if isinstance(text, Answer)
                else words(text.in_language(language))
            )
            written = f"iif({self.condition(condition)}, {said}, {written})"
        return written

    def _item(self, id: str) -> Item | None:
        return next((item for item in self.instrument.items if item.id == id), None)

    def _name(self, id: str) -> str:
        if id not in self.paths:
            raise InexpressibleError(
                f"SurveyJS: a condition uses {id}, which the form does not hold; "
                "use an item or an assigned variable"
            )
        return f"{{{self.paths[id]}}}"

    def _codes(self, id: str) -> list[int]:
        item = self._item(id)
        if item is None or item.kind not in ("single", "consent", "multiple"):
            return []
        return [option.value for option in missing_choices(item, self.instrument)]

    def _answered(self, id: str) -> str:
        name, item = self._name(id), self._item(id)
        differs = "notcontains" if item is not None and item.kind == "multiple" else "<>"
        return " and ".join(
            [f"{name} notempty", *(f"{name} {differs} {code}" for code in self._codes(id))]
        )

    def _missing(self, id: str) -> str:
        name, item = self._name(id), self._item(id)
        equals = "contains" if item is not None and item.kind == "multiple" else "="
        return " or ".join(
            [f"{name} empty", *(f"{name} {equals} {code}" for code in self._codes(id))]
        )

    def _number(self, tree: Expression) -> str:
        match tree:
            case Number(value):
                return f"{value:g}"
            case Name(id=id):
                return self._name(id)
            case Binary(operator, left, right):
                return f"({self._number(left)} {operator} {self._number(right)})"
            case Call("abs", (part,)):
                number = self._number(part)
                return f"iif({number} < 0, 0 - {number}, {number})"
            case Call("count", parts):
                found = ", ".join(f"iif({self.condition(part)}, 1, 0)" for part in parts)
                return f"sum({found})"
            case Call("option", (Name(id=id), Number(value))):
                return self._option(id, value)
            case Call(function, parts) if function in _FUNCTIONS:
                return f"{_FUNCTIONS[function]}({', '.join(map(self._number, parts))})"
            case _:
                return self.condition(tree)

    def _option(self, id: str, value: float) -> str:
        item = self._item(id)
        if item is None or item.kind != "allocate":
            raise InexpressibleError(
                f"SurveyJS: a condition uses the rank of option {value:g} of {id}, which an "
                "expression of SurveyJS cannot look up; ask it in an item of its own"
            )
        return f"{{{self.paths[id]}.o{value:g}}}"


def calculated(name: str, language: str) -> str:
    """Name the calculated value that holds a text in one language."""
    return f"{name}_{language}".replace("-", "_")


def _words(text: str, language: str) -> str:
    """Write a text with its placeholders as an expression."""
    parts = [
        f"{{{calculated(f'P_{piece.name}', language)}}}"
        if isinstance(piece, Insert)
        else _quoted(piece)
        for piece in pieces(text)
    ]
    return " + ".join(parts) or "''"


def _quoted(text: str) -> str:
    """Write a literal; survey-core's grammar allows neither quotation mark in it unescaped."""
    if text.endswith("\\"):
        raise InexpressibleError(
            "SurveyJS: a text that is composed ends in a backslash; leave it out"
        )
    return "'" + text.replace("'", "\\'").replace('"', '\\"') + "'"
