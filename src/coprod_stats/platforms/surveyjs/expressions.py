"""Conditions and inserted texts in the expression language of SurveyJS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from coprod_stats.instruments.language.text_matching import reads_as_number
from coprod_stats.instruments.language.tree import Expression, TextMatch
from coprod_stats.instruments.model import Instrument, Item, Roster
from coprod_stats.platforms.dialect import Dialect
from coprod_stats.platforms.fields import InexpressibleError
from coprod_stats.platforms.row_summaries import Rows
from coprod_stats.platforms.surveyjs.columns import PANEL, question_paths

LEFT_BRACE = "LEFT_BRACE"
"""Calculated value that is a brace, for which SurveyJS has no escape; what is inserted is not read
again (https://surveyjs.io/form-library/documentation/design-survey/conditional-logic#variables)."""
_WORD_JOINER = "\u2060"
_ENTITIES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", "{": "&#123;", "\r": None, "\n": "<br>"}
)


def plain(text: str) -> str:
    """Write a text in which no name in braces is taken for a value."""
    return text.replace("{", f"{{{LEFT_BRACE}}}")


def as_html(text: str) -> str:
    """Write a text for an element that shows HTML, in which SurveyJS looks for braces twice."""
    return text.translate(_ENTITIES)


class Translator(Dialect):
    """Writes expressions of one instrument.

    Parameters
    ----------
    paths : mapping of str to str
        Where SurveyJS keeps the answer of each item, as ``trust.TRU1`` for a row of a grid.
    scope : str
        What the names of composed texts begin with, as ``panel.`` within a dynamic panel.
    """

    platform = "SurveyJS"
    refusal = "PLATFORM-020"
    always, never = "1 = 1", "1 = 2"
    signs: ClassVar[Mapping[str, str]] = {"==": "=", "!=": "<>"}
    functions: ClassVar[Mapping[str, str]] = {"mean": "avg", "if": "iif"}
    prefix = "P"
    """What the names of placeholders' values begin with."""

    def __init__(
        self, instrument: Instrument, paths: Mapping[str, str], *, scope: str = ""
    ) -> None:
        super().__init__(instrument)
        self._paths, self._scope = paths, scope

    def answered(self, id: str, *, wanted: bool) -> str:
        """Write that a question has a value, and not a code of a missing answer."""
        item, name = self.items.get(id), self.answer(id)
        equals, differs = "=", "<>"
        if item is not None and item.kind == "multiple":
            equals, differs = "contains", "notcontains"
        codes = self.missing_codes(id)
        if wanted:
            return " and ".join([f"{name} notempty", *(f"{name} {differs} {c}" for c in codes)])
        return " or ".join([f"{name} empty", *(f"{name} {equals} {code}" for code in codes)])

    def chosen(self, id: str, code: int, *, wanted: bool) -> str:
        """Write that an option is among those chosen."""
        written = self.codes(id)[code]
        value = written if written == str(code) else self.quoted(written)
        return f"{self.answer(id)} {'contains' if wanted else 'notcontains'} {value}"

    def matched(self, id: str, match: TextMatch, *, wanted: bool) -> str:
        """Compare texts, which SurveyJS does in lower case."""
        spellings = self.lower_cases(match.words)
        if len(spellings) == 1:
            return self._spelled(id, match.words, match.within, wanted=wanted)
        found = [self._spelled(id, words, match.within, wanted=wanted) for words in spellings]
        return self.joined("or" if wanted else "and", found)

    def _spelled(self, id: str, words: str, within: bool, *, wanted: bool) -> str:
        """Compare with words; it compares 7 and ``007`` as numbers: each must contain the other."""
        answer, quoted = self.answer(id), self.quoted(words)
        if within or reads_as_number(words):
            sign, joint = ("contains", "and") if wanted else ("notcontains", "or")
            found = [f"{answer} {sign} {quoted}", f"{quoted} {sign} {answer}"]
            return f" {joint} ".join(found[: 1 if within else 2])
        return f"{answer} {'=' if wanted else '<>'} {quoted}"

    def call(self, function: str, arguments: Sequence[str]) -> str:
        """Write a function; SurveyJS has none for an absolute value."""
        if function == "abs":
            (number,) = arguments
            return self.choice(f"{number} < 0", f"0 - {number}", number)
        return super().call(function, arguments)

    def rows(self, roster: Roster) -> Panels:
        """Return the rows of a dynamic panel."""
        calculated = self.of_rows.setdefault(roster.id, {})
        inside = self.instrument.roster(roster.id)
        row = Translator(inside, question_paths(inside, scope=f"{PANEL}."))
        return Panels(roster, self.instrument, row, calculated)

    def negated(self, condition: str) -> str:
        """Write that a condition does not hold."""
        return f"!({condition})"

    def of_option(self, item: Item, code: int) -> str:
        """Refer to the points of an option."""
        if item.kind != "allocate":
            raise InexpressibleError(
                f"SurveyJS: a condition uses the rank of option {code} of {item.id}, which an "
                "expression of SurveyJS cannot look up; ask it in an item of its own"
            )
        return f"{{{self._paths[item.id]}.o{code}}}"

    def answer(self, id: str) -> str:
        """Refer to the value of a question."""
        return f"{{{self._paths[id]}}}"

    def inserted(self, name: str, language: str, /) -> str:
        """Refer to the calculated value of a placeholder."""
        return f"{{{self._scope}{calculated(f'{self.prefix}_{name}', language)}}}"

    def quoted(self, text: str) -> str:
        """Write a literal; survey-core's grammar allows neither quotation mark in it unescaped.

        A backslash at the end would escape the closing one: an invisible word joiner follows it.
        """
        ended = text + _WORD_JOINER if text.endswith("\\") else text
        return "'" + ended.replace("'", "\\'").replace('"', '\\"') + "'"

    def together(self, parts: Sequence[str]) -> str:
        """Join texts."""
        return " + ".join(parts) or "''"


class Panels(Rows):
    """Rows of a dynamic panel, by SurveyJS's functions over lists of results.

    See https://surveyjs.io/form-library/documentation/design-survey/conditional-logic.
    """

    def over(self, function: Literal["sum", "min", "max"], value: str) -> str:
        """Write a function of a value of all panels."""
        return f"{function}InArray({{{self.roster.id}}}, '{value}')"

    def name(self, number: int) -> str:
        """Name an expression that each panel evaluates."""
        return f"{self.roster.id}_ROW{number}"


class HtmlTranslator(Translator):
    """Writes composed texts for elements that show HTML."""

    prefix = "H"

    def quoted(self, text: str) -> str:
        """Write a literal that shows the text in HTML."""
        return super().quoted(as_html(text))


def visible_if(
    translator: Translator, place: str, conditions: Sequence[Expression]
) -> dict[str, str]:
    """Return when something is shown, nothing if it always is; what cannot be said is refused."""
    shown = translator.shown(place, conditions)
    return {} if shown == translator.always else {"visibleIf": shown}


def calculated(name: str, language: str) -> str:
    """Name the calculated value that holds a text in one language."""
    return f"{name}_{language}".replace("-", "_")
