"""Conditions and inserted texts in REDCap's logic."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from coprod_stats.instruments.language.text_matching import DOTTED_I, folded, reads_as_number
from coprod_stats.instruments.language.tree import TextMatch
from coprod_stats.instruments.model import Item
from coprod_stats.platforms.dialect import Dialect
from coprod_stats.platforms.fields import InexpressibleError

_WORD_JOINER = "\u2060"
_REFERENCES = re.compile(r"<(?=[A-Za-z/!?])|[\[{](?=[A-Za-z])")
_MARKS = re.compile(r"<(?=[A-Za-z/!?])|&(?=#?[A-Za-z0-9]+;)|[\[{]")
_SIGNS_OF_LOGIC = "[]<>="
"""What REDCap's logic looks for in texts too."""
_ENTITIES = {"<": "&lt;", "&": "&amp;", "[": "&#91;", "{": "&#123;"}


def as_html(text: str) -> str:
    """Write a text for a label, which is HTML, so that nothing in it is piped or embedded.

    REDCap pipes ``[field]`` and smart variables, and embeds a field at ``{field}``; a character
    reference stands for the bracket or the brace.
    """
    return _MARKS.sub(lambda mark: _ENTITIES[mark.group()], text)


def checkbox_code(written: str) -> str:
    """Return the code of an option as REDCap has it in the name of a column: ``-2`` is ``_2``."""
    return written.replace("-", "_").lower()


def field(id: str) -> str:
    """Name the field of an item; REDCap makes one underscore of two."""
    return id.lower().replace("__", "_")


def option_field(item: str, value: int) -> str:
    """Name the field of one option of a ranking or an allocation."""
    return f"{item.lower()}_o{value}"


class Translator(Dialect):
    """Writes expressions of one instrument."""

    platform = "REDCap"
    refusal = "PLATFORM-030"
    always, never = "1 = 1", "1 = 2"
    signs: ClassVar[Mapping[str, str]] = {"==": "=", "!=": "<>"}

    def answered(self, id: str, *, wanted: bool) -> str:
        """Write that a field is filled, and not with a code of a missing answer."""
        parts = self._filled(id)
        return " or ".join(parts) if wanted else " and ".join(f"not ({part})" for part in parts)

    def chosen(self, id: str, code: int, *, wanted: bool) -> str:
        """Write that a box is ticked."""
        return f"[{id.lower()}({self.codes(id)[code]})] {'=' if wanted else '<>'} '1'"

    def matched(self, id: str, match: TextMatch, *, wanted: bool) -> str:
        """Compare texts in lower case.

        Raises
        ------
        InexpressibleError
            If a letter becomes two in lower case, of which REDCap's manual says nothing.
        """
        if DOTTED_I in folded(match.words):
            raise InexpressibleError(
                f"REDCap: the text {match.words!r} has a capital I with a dot, whose lower case is "
                "two characters, which REDCap does not promise"
            )
        found = [self._spelled(id, words, match.within) for words in self.lower_cases(match.words)]
        holds = self.joined("or", found)
        return holds if wanted else f"not ({holds})"

    def _spelled(self, id: str, words: str, within: bool) -> str:
        """Compare with words; a letter before both keeps ``007`` from being the number 7."""
        answer = self.answer(id)
        if within:
            return f"contains({answer}, {self.literal(words, _SIGNS_OF_LOGIC)})"
        answer = f"lower(trim({answer}))"
        if reads_as_number(words):
            words, answer = f"t{words}", self.together(["'t'", answer])
        return f"{answer} = {self.literal(words, _SIGNS_OF_LOGIC)}"

    def of_option(self, item: Item, code: int) -> str:
        """Refer to the field of an option."""
        return f"[{option_field(item.id, code)}]"

    def answer(self, id: str) -> str:
        """Refer to a field."""
        return f"[{field(id)}]"

    def inserted(self, name: str, _language: str, /) -> str:
        """Refer to the field that composes a text; a dictionary has one language."""
        return f"[p_{name.lower()}]"

    def quoted(self, text: str) -> str:
        """Write a literal; a quotation mark that would end it becomes a typographic one.

        A composed text is data, not HTML: an invisible word joiner ends what REDCap would take for
        a field or a tag.
        """
        text = _REFERENCES.sub(lambda mark: mark.group() + _WORD_JOINER, text)
        if "'" in text and '"' not in text:
            return f'"{text}"'
        return "'" + text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}") + "'"

    def together(self, parts: Sequence[str]) -> str:
        """Join texts."""
        return f"concat_ws('', {', '.join(parts)})"

    def _filled(self, id: str) -> list[str]:
        """Return conditions of which one holds if the item was answered."""
        item = self.items.get(id)
        if item is not None and item.column_options:
            if item.kind == "multiple":
                return [self.chosen(id, o.value, wanted=True) for o in item.column_options]
            return [f"{self.of_option(item, o.value)} <> ''" for o in item.column_options]
        differs = [f"{self.answer(id)} <> '{code}'" for code in self.missing_codes(id)]
        together = " and ".join([f"{self.answer(id)} <> ''", *differs])
        return [f"({together})" if differs else together]
