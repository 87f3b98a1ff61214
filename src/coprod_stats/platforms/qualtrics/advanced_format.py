"""The form in Qualtrics' Advanced Format, a text file of questions and answers.

https://www.qualtrics.com/support/survey-platform/survey-module/survey-tools/import-and-export-surveys/
"""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.counts import listed
from coprod_stats.errors import Fault
from coprod_stats.instruments.model import TYPED_KINDS, Instrument, Item, Option, Text
from coprod_stats.platforms.fields import Insert, choices, is_slider, missing_choices, pieces
from coprod_stats.platforms.qualtrics.codes import choice_ids
from coprod_stats.platforms.qualtrics.layout import Element, Layout, as_html

_TYPES = {
    "multiple": "MC:MultipleAnswer:Vertical",
    "number": "TextEntry:SingleLine",
    "text": "TextEntry:Essay",
    "date": "TextEntry:SingleLine",
    "time": "TextEntry:SingleLine",
    "rank": "RankOrder",
    "allocate": "ConstantSum",
}
_SINGLE = "MC:SingleAnswer:Vertical"

SHOWN = 5
"""Most places that a loss names."""


def text_file(instrument: Instrument, layout: Layout, language: str) -> str:
    """Write the questions in one language, in the order of the survey file.

    Choices carry the ids of the survey file. Texts that depend on answers stand as they are
    without one.
    """
    return "\n".join(("[[AdvancedFormat]]", "", *_Written(instrument, layout, language).lines()))


class _Written:
    def __init__(self, instrument: Instrument, layout: Layout, language: str) -> None:
        self._instrument, self._layout, self._language = instrument, layout, language
        self._otherwise = {p.name: p.otherwise for p in instrument.placeholders}

    def lines(self) -> Iterator[str]:
        for segment in self._layout.segments:
            yield from (f"[[Block:{segment.name}]]", "")
            for element in segment.elements:
                yield from self._element(element)
                yield ""

    def _element(self, element: Element) -> Iterator[str]:
        first = element.items[0] if element.items else None
        kind = "DB"
        if first is not None and element.kind == "question":
            kind = _TYPES.get(first.kind, _SINGLE)
        elif element.kind in ("matrix", "companion"):
            kind = "Matrix" if element.kind == "matrix" else _SINGLE
        hint = "" if element.hint is None else f"<br><br>{self._words(element.hint)}"
        yield f"[[Question:{kind}]]"
        yield f"[[ID:{element.tag}]]"
        yield self._words(element.text) + hint
        if element.kind == "matrix" and first is not None:
            yield "[[AdvancedChoices]]"
            for place, row in enumerate(element.items, 1):
                yield from (f"[[Choice:{place}]]", self._words(row.text))
            yield "[[AdvancedAnswers]]"
            yield from self._options(first, choices(first, self._instrument), "Answer")
        elif first is not None and element.kind != "note":
            options = self._listed(element, first)
            if options:
                yield "[[AdvancedChoices]]"
                yield from self._options(first, options, "Choice")

    def _listed(self, element: Element, item: Item) -> tuple[Option, ...]:
        if element.kind == "companion":
            return missing_choices(item, self._instrument)
        if item.kind in ("rank", "allocate"):
            return item.responses.options if item.responses else ()
        return () if item.kind in TYPED_KINDS else choices(item, self._instrument)

    def _options(self, item: Item, options: tuple[Option, ...], what: str) -> Iterator[str]:
        ids = choice_ids(item, self._instrument)
        for option in options:
            yield from (f"[[{what}:{ids[option.value]}]]", self._words(option.label))

    def _words(self, text: Text) -> str:
        """Write a text on one line, so that nothing in it reads as a tag."""
        words = "".join(
            self._words(self._otherwise[piece.name])
            if isinstance(piece, Insert)
            else as_html(piece)
            for piece in pieces(text.in_language(self._language))
        )
        return words.replace("[[", "[&#91;")


def text_losses(instrument: Instrument, languages: tuple[str, ...]) -> Iterator[Fault]:
    """Describe what the text file leaves out, part by part."""
    items = instrument.items
    left_out = {
        "routing": [item.id for item in items if item.conditions],
        "required answers": [item.id for item in items if item.required],
        "limits of numbers, choices and totals": [
            item.id
            for item in items
            if item.min_choices or item.max_choices or item.total or item.number
        ],
        "sliders, which are numbers to type": [item.id for item in items if is_slider(item)],
        "texts that depend on answers": [
            item.id for item in items if item.wordings or item.stem_wordings
        ],
        "drawing at random": [variable.id for variable in instrument.assigned],
        "calculations": [entry.id for entry in instrument.derived],
        "languages": list(languages[1:]),
    }
    for what, places in left_out.items():
        if places:
            yield Fault(
                "PLATFORM-170",
                f"the text file has no {what}",
                "Import the survey file (.qsf), or add them by hand.",
                place=listed(places, SHOWN),
            )
