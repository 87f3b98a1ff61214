"""Conditions, calculations and inserted texts in LimeSurvey's ExpressionScript.

``.NAOK`` lets a question that was not shown count as blank instead of making the whole expression
false. Blanks are found by ``strlen``: comparing with an empty text takes 0 for blank in the
browser. A code of letters compares with numbers as text on the server, so that "don't know" is
excluded by name (https://www.limesurvey.org/manual/ExpressionScript_-_Presentation).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from coprod_stats.instruments.language.text_matching import reads_as_number
from coprod_stats.instruments.language.tree import (
    Call,
    Compare,
    Expression,
    Name,
    Number,
    TextMatch,
)
from coprod_stats.instruments.language.tree import parts as parts_of
from coprod_stats.instruments.model import Instrument, Item
from coprod_stats.platforms.dialect import Dialect
from coprod_stats.platforms.fields import Alternatives, Insert, pieces, placeholder_texts
from coprod_stats.platforms.limesurvey.codes import Codes

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
_MARKS = "&<>{}\\"
"""What an expression cannot hold in a literal, as it stands in HTML and between braces."""


def as_html(text: str) -> str:
    """Write a text so that neither HTML, ExpressionScript nor the table takes it for their own."""
    return text.translate(_ENTITIES)


class Translator(Dialect):
    """Writes expressions of one instrument."""

    platform = "LimeSurvey"
    refusal = "PLATFORM-050"
    always, never = "1", "0"

    def __init__(self, instrument: Instrument, codes: Codes) -> None:
        super().__init__(instrument)
        self._codes = codes
        self._placeholders: Mapping[str, Alternatives] = {
            alternatives.name: alternatives for alternatives in placeholder_texts(instrument)
        }

    def answered(self, id: str, *, wanted: bool) -> str:
        """Write that there is an answer other than "don't know" or a refusal."""
        item = self.items.get(id)
        if item is not None and item.kind == "multiple":
            filled = [self.chosen(id, o.value, wanted=True) for o in item.column_options]
            codes: list[str] = []
        else:
            filled = [f"strlen({variable}) > 0" for variable in self._variables(id)]
            codes = [f"{self.answer(id)} != '{code}'" for code in self._missing(id)]
        holds = " and ".join([" or ".join(filled), *codes])
        return holds if wanted else f"!({holds})"

    def chosen(self, id: str, code: int, *, wanted: bool) -> str:
        """Write that an option is ticked."""
        return f"{self._part(id, code)} {'==' if wanted else '!='} 'Y'"

    def matched(self, id: str, match: TextMatch, *, wanted: bool) -> str:
        """Compare texts in lower case; a sign before both keeps ``007`` from being a number."""
        found = [self._spelled(id, words, match.within) for words in self.lower_cases(match.words)]
        holds = self.joined("or", found)
        return holds if wanted else f"!({holds})"

    def _spelled(self, id: str, words: str, within: bool) -> str:
        answer = self.answer(id)
        if within:  # the place is 0, as no place is, at the beginning of a text
            text = f"strtolower(join('=', {answer}))"
            return f"strpos({text}, {self.literal(words, _MARKS)}) > 0"
        answer = f"strtolower(trim({answer}))"
        if reads_as_number(words):
            words, answer = f"={words}", f"join('=', {answer})"
        return f"{answer} == {self.literal(words, _MARKS)}"

    def compared(self, tree: Compare) -> str:
        """Compare numbers; a missing answer is less than any, and equal to none."""
        left, right = self.number(tree.left), self.number(tree.right)
        if not isinstance(tree.left, Number) and not isinstance(tree.right, Number):
            left, right = f"({left} - {right})", "0"  # two texts would compare by letters
        compared = f"{left} {tree.operator} {right}"
        if tree.operator in ("==", "!=") and isinstance(tree.right, Number) and tree.right.value:
            return compared
        codes = [
            (self.answer(id), code)
            for id in dict.fromkeys(_compared(tree))
            for code in self._missing(id)
        ]
        if tree.operator in ("!=", "<", "<="):
            return " or ".join([*(f"{name} == '{code}'" for name, code in codes), compared])
        return " and ".join([*(f"{name} != '{code}'" for name, code in codes), compared])

    def call(self, function: str, arguments: Sequence[str]) -> str:
        """Write a function; ExpressionScript has none for a mean."""
        if function == "mean":
            return f"({self.call('sum', arguments)} / {len(arguments)})"
        return super().call(function, arguments)

    def answer(self, id: str) -> str:
        """Refer to the answer to a question."""
        return f"{self._codes.places[id].variable}.NAOK"

    def of_option(self, item: Item, code: int) -> str:
        """Return points of an option, or its place in a ranking; 0 below the top."""
        if item.kind == "allocate":
            return self._part(item.id, code)
        written = "0"
        for rank in range(item.top or 0, 0, -1):
            slot = self._codes.places[item.id].at(str(rank)).variable
            ranked = f"{slot}.NAOK == '{self._codes.answers[item.id][code]}'"
            written = self.choice(ranked, str(rank), written)
        return written

    def inserted(self, name: str, language: str, /) -> str:
        """Write what a placeholder stands for in its place."""
        return self.text(self._placeholders[name], language)

    def quoted(self, text: str) -> str:
        """Write a text as a literal."""
        return f"'{as_html(text)}'"

    def together(self, parts: Sequence[str]) -> str:
        """Join texts."""
        return f"join({', '.join(parts)})"

    def label(self, text: str, language: str) -> str:
        """Write a text for people, placeholders being filled while the form runs."""
        return "".join(
            f"{{{self.inserted(piece.name, language)}}}"
            if isinstance(piece, Insert)
            else as_html(piece)
            for piece in pieces(text)
        )

    def _part(self, id: str, code: int) -> str:
        return f"{self._codes.places[id].at(self._codes.answers[id][code]).variable}.NAOK"

    def _variables(self, id: str) -> list[str]:
        """Name the variables of which one is filled if the item is."""
        item = self.items.get(id)
        if item is not None and item.kind == "rank":
            return [f"{self._codes.places[id].at('1').variable}.NAOK"]
        if item is not None and item.kind == "allocate" and item.responses is not None:
            return [self._part(id, code) for code in item.responses.values]
        return [self.answer(id)]

    def _missing(self, id: str) -> list[str]:
        if id in self.items and self.items[id].kind == "multiple":
            return []
        return [self._codes.answers[id][code] for code in self.missing_codes(id)]

    def codes(self, id: str) -> Mapping[int, str]:
        """Return the answer codes of an item, "don't know" and a refusal apart."""
        gone = self.missing_codes(id)
        written = self._codes.answers[id].items()
        return {code: alias for code, alias in written if code not in gone}


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
