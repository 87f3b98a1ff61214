"""Conditions, calculations and inserted texts in LimeSurvey's ExpressionScript.

``.NAOK`` lets a question that was not shown count as blank instead of making the whole expression
false. Blanks are found by ``strlen``: comparing with an empty text takes 0 for blank in the
browser. A code of letters compares with numbers as text on the server, so that "don't know" is
excluded by name (https://www.limesurvey.org/manual/ExpressionScript_-_Presentation).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

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
from coprod_stats.instruments.language.expressions import parts as parts_of
from coprod_stats.instruments.model import Instrument, Item, Text
from coprod_stats.platforms.fields import (
    Alternatives,
    Answer,
    InexpressibleError,
    Insert,
    missing_choices,
    pieces,
    placeholder_texts,
)
from coprod_stats.platforms.limesurvey.codes import Codes, Place, answer_code
from coprod_stats.platforms.two_valued_conditions import FALSE, TRUE

_ENTITIES = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "'": "&#39;",
        "{": "&#123;",
        "}": "&#125;",
        "\\": "&#92;",
        "\t": " ",
        "\r": None,
        "\n": "<br />",
    }
)


def as_html(text: str) -> str:
    """Write a text so that neither HTML, ExpressionScript nor the table takes it for their own."""
    return text.translate(_ENTITIES)


class Translator:
    """Writes expressions of one instrument."""

    def __init__(self, instrument: Instrument, codes: Codes) -> None:
        self._instrument, self._codes = instrument, codes
        self._items = {item.id: item for item in instrument.items}
        self._placeholders: Mapping[str, Alternatives] = {
            alternatives.name: alternatives for alternatives in placeholder_texts(instrument)
        }

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
            case Not(Call("includes", (Name(id=id), Number(value)))):
                return f"{self._option(id, value)} != 'Y'"
            case Not(part):
                return f"!({self.condition(part)})"
            case Call("answered", (Name(id=id),)):
                return self.answered(id)
            case Call("includes", (Name(id=id), Number(value))):
                return f"{self._option(id, value)} == 'Y'"
            case Compare():
                return self._comparison(tree)
            case _:
                return "1" if tree == TRUE else "0"

    def answered(self, id: str) -> str:
        """Describe when there is an answer other than "don't know" or a refusal."""
        place, item = self._place(id), self._items.get(id)
        if item is not None and item.kind == "multiple" and item.responses is not None:
            options = (*item.responses.options, *item.responses.off_scale)
            ticks = [f"{self._option(id, option.value)} == 'Y'" for option in options]
            return " or ".join(ticks)
        filled = " or ".join(f"strlen({part}.NAOK) > 0" for part in self._parts(item, place))
        codes = self._missing(id)
        return " and ".join([filled, *(f"{place.variable}.NAOK != '{code}'" for code in codes)])

    def value(self, cases: Sequence[tuple[Expression, Expression]]) -> str:
        """Write a number by cases, blank where none holds."""
        written = "''"
        for condition, number in reversed(cases):
            written = f"if({self.condition(condition)}, {self.number(number)}, {written})"
        return written

    def words(self, text: str, language: str) -> str:
        """Write a text, placeholders being filled while the form runs."""
        return "".join(
            f"{{{self._alternatives(self._placeholders[piece.name], language)}}}"
            if isinstance(piece, Insert)
            else as_html(piece)
            for piece in pieces(text)
        )

    def text(self, alternatives: Alternatives, language: str) -> str:
        """Write a text that depends on answers."""
        return f"{{{self._alternatives(alternatives, language)}}}"

    def number(self, tree: Expression) -> str:
        """Write a number; what it is where unknown does not matter."""
        match tree:
            case Number(value):
                return f"{value:.15g}"
            case Name(id=id):
                return f"{self._place(id).variable}.NAOK"
            case Binary(operator, left, right):
                return f"({self.number(left)} {operator} {self.number(right)})"
            case Call("count", parts):
                return f"sum({', '.join(f'if({self.condition(part)}, 1, 0)' for part in parts)})"
            case Call("option", (Name(id=id), Number(value))):
                return self._of_option(id, value)
            case Call("mean", parts):
                return f"(sum({', '.join(map(self.number, parts))}) / {len(parts)})"
            case Call(function, parts):
                return f"{function}({', '.join(map(self.number, parts))})"
            case _:
                return f"if({self.condition(tree)}, 1, 0)"

    def _comparison(self, tree: Compare) -> str:
        """Compare numbers; a missing answer is less than any, and equal to none."""
        left, right = self.number(tree.left), self.number(tree.right)
        if not isinstance(tree.left, Number) and not isinstance(tree.right, Number):
            left, right = f"({left} - {right})", "0"  # two texts would compare by letters
        compared = f"{left} {tree.operator} {right}"
        if tree.operator in ("==", "!=") and isinstance(tree.right, Number) and tree.right.value:
            return compared
        codes = [
            (f"{self._place(id).variable}.NAOK", code)
            for id in dict.fromkeys(_compared(tree))
            for code in self._missing(id)
        ]
        if tree.operator in ("!=", "<", "<="):
            return " or ".join([*(f"{name} == '{code}'" for name, code in codes), compared])
        return " and ".join([*(f"{name} != '{code}'" for name, code in codes), compared])

    def _alternatives(self, alternatives: Alternatives, language: str) -> str:
        written = self._literal(alternatives.otherwise, language)
        for condition, text in reversed(alternatives.cases):
            if condition == FALSE:
                continue
            said = (
                f"{self._place(text.item).variable}.NAOK"
                if isinstance(text, Answer)
                else self._literal(text, language)
            )
            written = f"if({self.condition(condition)}, {said}, {written})"
        return written

    def _literal(self, text: Text, language: str) -> str:
        parts = [
            self._alternatives(self._placeholders[piece.name], language)
            if isinstance(piece, Insert)
            else f"'{as_html(piece)}'"
            for piece in pieces(text.in_language(language))
        ]
        return parts[0] if len(parts) == 1 else f"join({', '.join(parts) or repr('')})"

    def _place(self, id: str) -> Place:
        if id not in self._codes.places:
            raise InexpressibleError(
                f"LimeSurvey: a condition uses {id}, which the form does not hold; "
                "use an item or an assigned variable"
            )
        return self._codes.places[id]

    def _option(self, id: str, value: float) -> str:
        return f"{self._place(id).at(answer_code(int(value))).variable}.NAOK"

    def _parts(self, item: Item | None, place: Place) -> list[str]:
        """Name the variables of which one is filled if the item is."""
        if item is None or item.responses is None or item.kind not in ("rank", "allocate"):
            return [place.variable]
        values = item.responses.values if item.kind == "allocate" else (1,)
        return [place.at(answer_code(value)).variable for value in values]

    def _missing(self, id: str) -> list[str]:
        item = self._items.get(id)
        if item is None or item.kind not in ("single", "consent"):
            return []
        return [answer_code(option.value) for option in missing_choices(item, self._instrument)]

    def _of_option(self, id: str, value: float) -> str:
        """Return points of an option, or its place in a ranking; 0 below the top."""
        item, code = self._items[id], answer_code(int(value))
        if item.kind == "allocate":
            return f"{self._place(id).at(code).variable}.NAOK"
        written = "0"
        for rank in range(item.top or 0, 0, -1):
            slot = self._place(id).at(str(rank)).variable
            written = f"if({slot}.NAOK == '{code}', {rank}, {written})"
        return written


def _compared(tree: Expression) -> Iterator[str]:
    """Return the items whose codes a comparison reads as numbers, outside counted conditions."""
    match tree:
        case Name(id=id):
            yield id
        case Call("count", _):
            return
        case _:
            for part in parts_of(tree):
                yield from _compared(part)
