"""Action tags: what a field does beside taking an answer, stated in its annotation."""

from __future__ import annotations

from coprod_stats.instruments.model import Instrument, Item
from coprod_stats.platforms.fields import InexpressibleError, alone, shuffles
from coprod_stats.platforms.redcap.expressions import Translator, field

_MOST_CONDITIONS = 5
"""Conditions under which options of one field are shown; each doubles the length of its tag."""


class ActionTags:
    """Writes the tags of the fields of one questionnaire."""

    def __init__(self, instrument: Instrument, translator: Translator) -> None:
        self._instrument, self._translator = instrument, translator

    def checkbox(self, item: Item) -> str:
        """Return the tags of a checkbox: what stands alone, the most to tick, order and hiding."""
        codes = ",".join(option.written for option in alone(item, self._instrument))
        none = [f"@NONEOFTHEABOVE='{codes}'"] if codes else []
        most = [f"@MAXCHECKED={item.max_choices}"] if item.max_choices else []
        return " ".join(none + most + self.order(item) + self.hidden(item))

    def hidden(self, item: Item) -> list[str]:
        """Hide options: one tag for each combination of conditions, as a field takes one such."""
        written = (
            {}
            if item.responses is None
            else {option.value: option.written for option in item.responses.all_options}
        )
        together: dict[str, list[str]] = {}
        for code, condition in item.options_when:
            logic = self._translator.shown(f"item {item.id}", [condition])
            together.setdefault(logic, []).append(written[code])
        together.pop(self._translator.always, None)
        if len(together) > _MOST_CONDITIONS:
            error = InexpressibleError(
                f"REDCap: options are shown under {len(together)} conditions, and at most "
                f"{_MOST_CONDITIONS} can be combined"
            )
            self._translator.refuse(f"item {item.id}", error)
            return []
        return [_hidden_unless(list(together.items()), [])] if together else []

    def order(self, item: Item) -> list[str]:
        """Shuffle options, where all of them may change places."""
        return ["@RANDOMORDER"] if shuffles(item, self._instrument) else []

    def prefilled(self, item: Item) -> list[str]:
        """Return the tags of what a field comes with when its page is first shown."""
        given = item.prefill
        if given is None:
            return []
        fixed = ["@READONLY"] if given.read_only else []
        try:
            if given.value is not None:
                value = given.value
                if item.responses is not None:
                    value = self._translator.codes(item.id)[int(value)]
                return [f"@DEFAULT={self._translator.literal(value, '[]')}", *fixed]
            if given.answer is not None:
                return [self._copied(given.answer, item.id), *fixed]
        except InexpressibleError as error:
            self._translator.refuse(f"item {item.id}", error)
        return fixed

    def _copied(self, source: str, to: str) -> str:
        """Pipe an answer, a choice by its value, where there is one other than "don't know"."""
        translator, name = self._translator, field(source)
        theirs, ours = translator.codes(source), translator.codes(to)
        piped = f"@DEFAULT='[{name}{':value' if theirs else ''}]'"
        for code, alias in theirs.items():
            if alias != ours[code]:
                equal = f"[{name}] = {translator.quoted(alias)}"
                piped = f"@IF({equal}, @DEFAULT='{ours[code]}', {piped})"
        return f"@IF({translator.answered(source, wanted=True)}, {piped}, '')"


def _hidden_unless(conditions: list[tuple[str, list[str]]], hidden: list[str]) -> str:
    """Nest ``@IF`` (evaluated when the page is loaded), so that one ``@HIDECHOICE`` applies."""
    if not conditions:
        return f"@HIDECHOICE='{','.join(hidden)}'" if hidden else "''"
    (logic, codes), *others = conditions
    shown, not_shown = (_hidden_unless(others, gone) for gone in (hidden, [*hidden, *codes]))
    return f"@IF({logic}, {shown}, {not_shown})"
