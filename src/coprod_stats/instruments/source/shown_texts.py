"""The texts that respondents see: the one list by which translations are counted and made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from coprod_stats.instruments.source.draft import CHOICE_KINDS, Draft, PlacedItem, texts
from coprod_stats.instruments.source.source_form import PlaceholderForm
from coprod_stats.instruments.source.written_texts import text_of
from coprod_stats.instruments.source.yaml_source import Location
from coprod_stats.instruments.texts import ShownText
from coprod_stats.instruments.translations.text_keys import text_key


def shown_texts(draft: Draft) -> tuple[ShownText, ...]:
    """Return the texts of a questionnaire that respondents see, each once.

    They are the title and introduction, titles and introductions of pages, stems, questions with
    their wordings, hints, units and answers, messages of checks, what is printed beside "other",
    what placeholders stand for, and what is offered instead of an answer. A response scale that
    questions share is listed once. What researchers read (descriptions, titles of scales, of
    variables and of forms) is not among them.
    """
    shown = _Shown(draft)
    found = []
    for location, _, text in texts(draft):
        if forms := shown.forms_of(location):
            key = text_key(location, draft.form)
            found.append(ShownText(key, text_of(text, draft.form.languages), frozenset(forms)))
    return tuple(found)


class _Shown:
    """The forms in which each part of a questionnaire is shown."""

    def __init__(self, draft: Draft) -> None:
        self.draft, self.form = draft, draft.form
        self.every = set(draft.form.forms)
        self.of_part: dict[Location, set[str]] = defaultdict(set)
        for placed in draft.items:
            forms = set(self.every if placed.item.forms is None else placed.item.forms)
            for part in self._parts(placed):
                self.of_part[part] |= forms

    def _parts(self, placed: PlacedItem) -> Iterable[Location]:
        """Return what is shown with an item, by the places of the parts or of their texts."""
        item, block = placed.item, placed.block
        yield from (placed.location[:length] for length in (2, 4, 6))
        named = item.responses or block.responses
        if named is not None and item.options is None and item.kind in CHOICE_KINDS:
            yield ("responses", named)
        if item.other is not None and item.specify is None:
            yield ("specify",)
        if item.kind != "note":
            given = (offers for offers in (item.offers, block.offers) if offers is not None)
            for offer in next(given, self.form.offers):
                yield ("missing_options", offer)

    def forms_of(self, location: Location) -> set[str]:
        """Return the forms that show the text at a place; none if only researchers read it."""
        match location:
            case ("title",) | ("introduction",) | ("placeholders", *_):
                return self.every
            case ("assigned", variable, "levels", _):
                return self.every if self._inserted(str(variable)) else set()
            case ("pages", _, "roster", "summaries", *_):
                return set()
            case ("pages", _, "blocks", _, "items", *_):
                return self.of_part[location[:6]]
            case ("pages", _, "blocks", *_):
                return self.of_part[location[:4]]
            case _:
                return self.of_part[location[:2]]

    def _inserted(self, variable: str) -> bool:
        """Return whether the labels of a variable's levels are inserted into texts."""

        def inserts(placeholder: PlaceholderForm) -> bool:
            return placeholder.variable == variable and not placeholder.levels

        return any(map(inserts, self.form.placeholders.values()))
