"""Conditions and inserted texts in REDCap's logic."""

from __future__ import annotations

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
from coprod_stats.instruments.model import OPTION_KINDS, Instrument, Item
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


def checkbox_code(value: int) -> str:
    """Return the code of an option as REDCap has it in the name of a column: ``-2`` is ``_2``."""
    return str(value).replace("-", "_")


def option_field(item: str, value: float) -> str:
    """Name the field of one option of a ranking or an allocation."""
    return f"{item.lower()}_o{value:g}"


@dataclass(frozen=True, slots=True)
class Translator:
    """Writes expressions of one instrument."""

    instrument: Instrument

    def condition(self, tree: Expression) -> str:
        """Write a condition in two-valued logic.

        Raises
        ------
        InexpressibleError
            If it uses a column that nobody is asked for.
        """
        match tree:
            case Logic(operator, parts):
                return f" {operator} ".join(f"({self.condition(part)})" for part in parts)
            case Not(Call("answered", (Name(id=id),))):
                return " and ".join(f"not ({part})" for part in self._answered(id))
            case Not(Call("includes", (Name(id=id), Number(value)))):
                return f"[{self._field(id)}({value:g})] <> '1'"
            case Call("answered", (Name(id=id),)):
                return " or ".join(self._answered(id))
            case Call("includes", (Name(id=id), Number(value))):
                return f"[{self._field(id)}({value:g})] = '1'"
            case Compare(operator, left, right):
                sign = _COMPARISONS.get(operator, operator)
                return f"{self._number(left)} {sign} {self._number(right)}"
            case _:
                return "1 = 1" if tree == TRUE else "1 = 2"

    def text(self, alternatives: Alternatives, language: str) -> str:
        """Write a text that depends on answers, in one language, for ``@CALCTEXT``."""
        written = _words(alternatives.otherwise.in_language(language))
        for condition, text in reversed(alternatives.cases):
            if condition == FALSE:
                continue
            said = (
                f"[{self._field(text.item)}]"
                if isinstance(text, Answer)
                else _words(text.in_language(language))
            )
            written = f"if({self.condition(condition)}, {said}, {written})"
        return written

    def _item(self, id: str) -> Item | None:
        return next((item for item in self.instrument.items if item.id == id), None)

    def _field(self, id: str) -> str:
        assigned = {variable.id for variable in self.instrument.assigned}
        if self._item(id) is None and id not in assigned:
            raise InexpressibleError(
                f"REDCap: a condition uses {id}, which the form does not hold; "
                "use an item or an assigned variable"
            )
        return id.lower()

    def _answered(self, id: str) -> list[str]:
        """Return conditions of which one holds if the item was answered."""
        field, item = self._field(id), self._item(id)
        if item is not None and item.responses is not None and item.kind in OPTION_KINDS:
            if item.kind == "multiple":
                return [f"[{field}({value})] = '1'" for value in item.responses.values]
            return [f"[{option_field(id, value)}] <> ''" for value in item.responses.values]
        coded = item is not None and item.kind in ("single", "consent")
        missing = missing_choices(item, self.instrument) if item is not None and coded else ()
        differs = [f"[{field}] <> '{option.value}'" for option in missing]
        together = " and ".join([f"[{field}] <> ''", *differs])
        return [f"({together})" if differs else together]

    def _number(self, tree: Expression) -> str:
        match tree:
            case Number(value):
                return f"{value:g}"
            case Name(id=id):
                return f"[{self._field(id)}]"
            case Binary(operator, left, right):
                return f"({self._number(left)} {operator} {self._number(right)})"
            case Call("count", parts):
                found = ", ".join(f"if({self.condition(part)}, 1, 0)" for part in parts)
                return f"sum({found})"
            case Call("option", (Name(id=id), Number(value))):
                self._field(id)
                return f"[{option_field(id, value)}]"
            case Call(function, parts):
                return f"{function}({', '.join(map(self._number, parts))})"
            case _:
                return self.condition(tree)


def _words(text: str) -> str:
    parts = [
        f"[p_{piece.name.lower()}]" if isinstance(piece, Insert) else _quoted(piece)
        for piece in pieces(text)
    ]
    return parts[0] if len(parts) == 1 else f"concat_ws('', {', '.join(parts)})"


def _quoted(text: str) -> str:
    """Write a literal; a quotation mark that would end it becomes a typographic one."""
    if "'" in text and '"' not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}") + "'"
