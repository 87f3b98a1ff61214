"""Routing, calculation and composed texts as XPath 1.0 with the functions of ODK XForms."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from coprod_stats.instruments.language.text_matching import matching_pattern
from coprod_stats.instruments.language.tree import TextMatch
from coprod_stats.instruments.model import Item, Roster
from coprod_stats.instruments.questions import MISSING_NAMES
from coprod_stats.platforms.dialect import Dialect
from coprod_stats.platforms.row_summaries import Rows
from coprod_stats.platforms.xlsform.plain_text import plain

_RESERVED = {"meta", "formhub", "instanceid", "instancename", "seconds"}
"""What a field may not be called: ``meta`` (https://docs.getodk.org/openrosa-metadata/), the group
``formhub`` that KoboToolbox adds, and columns that exports have beside those of the form."""


def field(name: str, option: int | None = None) -> str:
    """Name the field of an item, or of one option of an allocation: lower case."""
    plain_name = name.lower()
    own = f"q_{plain_name}" if plain_name in _RESERVED else plain_name
    return own if option is None else f"{own}_{option}"


def filled(name: str, *, wanted: bool = True) -> str:
    """Write that a field is filled, or blank."""
    return f"string-length(${{{name}}}) {'>' if wanted else '='} 0"


def calculated(name: str, language: str) -> str:
    """Name the field that holds a composed text in one language."""
    return f"{name}_{language.lower().replace('-', '_')}"


class Repeats(Rows):
    """Rows of a repeat: outside of it, a field within it is that of all rows.

    See https://docs.getodk.org/form-logic/#repeats.
    """

    def over(self, function: Literal["sum", "min", "max"], value: str) -> str:
        """Write a function of a field; of no repeats not every engine has a sum."""
        written = f"{function}(${{{value}}})"
        if function != "sum":
            return written
        return f"if(count(${{{field(self.roster.id)}}}) > 0, {written}, 0)"

    def name(self, number: int) -> str:
        """Name a field that each row calculates."""
        return f"{field(self.roster.id)}_row{number}"


_BETWEEN_DOLLAR_AND_BRACE = re.compile(r"(?<=\$)(?=\{)")


def _literals(text: str) -> list[str]:
    if "'" not in text:
        return [f"'{text}'"]
    if '"' not in text:
        return [f'"{text}"']
    first, *others = (f"'{part}'" for part in text.split("'"))
    return [first, *(literal for other in others for literal in ('"\'"', other))]


class XPath(Dialect):
    """Writes the expressions of one questionnaire."""

    platform = "XLSForm"
    refusal = "PLATFORM-002"
    always, never = "true()", "false()"
    signs: ClassVar[Mapping[str, str]] = {"==": "=", "/": "div"}

    def answered(self, id: str, *, wanted: bool) -> str:
        """Write that a question has an answer other than the names of missing ones."""
        item = self.items.get(id)
        if item is not None and item.kind == "allocate" and item.responses is not None:
            parts = [filled(field(id, code)) for code in item.responses.values]
            holds = self.joined("or", parts)
        else:
            names = [MISSING_NAMES[code] for code in self.missing_codes(id)]
            parts = [filled(field(id)), *(f"{self.answer(id)} != '{name}'" for name in names)]
            holds = self.joined("and", parts)
        return holds if wanted else f"not({holds})"

    def chosen(self, id: str, code: int, *, wanted: bool) -> str:
        """Write that an option is among those selected."""
        selected = f"selected({self.answer(id)}, '{self.codes(id)[code]}')"
        return selected if wanted else f"not({selected})"

    def matched(self, id: str, match: TextMatch, *, wanted: bool) -> str:
        """Compare by a regular expression, as XPath 1.0 has no function for lower case."""
        pattern = matching_pattern(match.words, within=match.within)
        found = f"regex({self.answer(id)}, {self.joined_literals(pattern)})"
        return found if wanted else f"not({found})"

    def call(self, function: str, arguments: Sequence[str]) -> str:
        """Write a function; XPath's own ``sum`` adds up sets of nodes."""
        if function in ("sum", "mean"):
            total = f"({' + '.join(arguments)})"
            return total if function == "sum" else f"({total} div {len(arguments)})"
        return super().call(function, arguments)

    def rows(self, roster: Roster) -> Repeats:
        """Return the rows of a repeat."""
        calculated = self.of_rows.setdefault(roster.id, {})
        inside = XPath(self.instrument.roster(roster.id))
        return Repeats(roster, self.instrument, inside, calculated)

    def of_option(self, item: Item, code: int) -> str:
        """Return points of an option, or its place in a ranking; 0 below the top."""
        if item.kind == "allocate":
            return f"number(${{{field(item.id, code)}}})"
        before = f"substring-before(concat(' ', {self.answer(item.id)}, ' '), ' {code} ')"
        place = f"(1 + string-length({before}) - string-length(translate({before}, ' ', '')))"
        return self.choice(f"{place} > {item.top}", "0", place)

    def amount(self, id: str) -> str:
        """Refer to an answer as a number."""
        return self.numeral(id, f"number({self.answer(id)})")

    def answer(self, id: str) -> str:
        """Refer to a field."""
        return f"${{{field(id)}}}"

    def inserted(self, name: str, language: str, /) -> str:
        """Refer to the field that holds what a placeholder stands for."""
        return f"${{{calculated(f'insert_{name.lower()}', language)}}}"

    def quoted(self, text: str) -> str:
        """Write a text as XPath 1.0 literals, which have no escapes and hold no reference."""
        return self.joined_literals(plain(text))

    def joined_literals(self, text: str) -> str:
        """Write a text exactly, as one literal or several that are joined."""
        parts = _BETWEEN_DOLLAR_AND_BRACE.split(text)
        literals = [literal for part in parts for literal in _literals(part)]
        return literals[0] if len(literals) == 1 else self.together(literals)

    def together(self, parts: Sequence[str]) -> str:
        """Join texts."""
        return f"concat({', '.join(parts)})"
