"""The texts of a SurveyJS form: in every language, and calculated where they depend on answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from coprod_stats.errors import Fault
from coprod_stats.instruments.model import Instrument, Item
from coprod_stats.instruments.texts import Text
from coprod_stats.platforms.fields import (
    Alternatives,
    InexpressibleError,
    Insert,
    pieces,
    placeholder_texts,
    wording_texts,
)
from coprod_stats.platforms.surveyjs.expressions import (
    LEFT_BRACE,
    HtmlTranslator,
    Translator,
    as_html,
    calculated,
    plain,
)

Json = dict[str, Any]


class FormTexts:
    """Texts as they stand in a form.

    Parameters
    ----------
    instrument : Instrument
    languages : tuple of str
        The first is the form's own.
    paths : mapping of str to str
        How expressions name each item and assigned variable.
    scope : str
        What the names of composed texts begin with, as ``panel.`` within a dynamic panel.

    Attributes
    ----------
    composed : list of dict
        Values that hold the texts which depend on answers.
    has_brace : bool
        Whether a text has a brace, which is a value of the whole form.
    """

    def __init__(
        self,
        instrument: Instrument,
        languages: tuple[str, ...],
        paths: Mapping[str, str],
        *,
        scope: str = "",
    ) -> None:
        self.languages, self._scope = languages, scope
        self._plain = Translator(instrument, paths, scope=scope)
        self._html = HtmlTranslator(instrument, paths, scope=scope)
        self.has_brace = False
        self.composed: list[Json] = []
        notes = any(item.kind == "note" for item in instrument.items)
        for translator in (self._plain, *([self._html] if notes else [])):
            for alternatives in placeholder_texts(instrument):
                self._calculate(
                    f"{translator.prefix}_{alternatives.name}", alternatives, translator
                )

    def calculated(self) -> list[Json]:
        """Return the calculated values on which the texts asked for so far rest."""
        brace = [{"name": LEFT_BRACE, "expression": "'{'"}] if self.has_brace else []
        return [*brace, *self.composed]

    @property
    def refused(self) -> tuple[Fault, ...]:
        """Return the texts that the form cannot compose."""
        return (*self._plain.refused, *self._html.refused)

    def wording(self, name: str, item: Item, *, stem: bool = False) -> str | dict[str, str]:
        """Return the text of a question or its stem; ``name`` is that of its calculated value."""
        text, wordings = (item.stem, item.stem_wordings) if stem else (item.text, item.wordings)
        if not wordings:
            return self.text(text or item.text)
        self._calculate(name, wording_texts(name, wordings, text or item.text), self._plain)
        return self._composed(name)

    def note(self, item: Item) -> str | dict[str, str]:
        """Return the text of a note, which is HTML."""
        if not item.wordings:
            return self.text(item.text, html=True)
        name = f"W_{item.id}"
        self._calculate(name, wording_texts(name, item.wordings, item.text), self._html)
        return self._composed(name)

    def _composed(self, name: str) -> str | dict[str, str]:
        return localized(
            (language, f"{{{self._scope}{calculated(name, language)}}}")
            for language in self.languages
        )

    def text(self, text: Text, *, html: bool = False) -> str | dict[str, str]:
        """Return a text in all languages in which it is given."""
        given = dict(text.by_language)
        wanted = [language for language in self.languages if language in given]
        wanted = [language for language in wanted if language != self.languages[0]]
        first = self.languages[0]
        return localized(
            (language, self._inserted(text.in_language(language), language, html=html))
            for language in (first, *wanted)
        )

    def _inserted(self, words: str, language: str, *, html: bool) -> str:
        translator, written = (self._html, as_html) if html else (self._plain, plain)
        cut = pieces(words)
        self.has_brace |= not html and any("{" in piece for piece in cut if isinstance(piece, str))
        return "".join(
            translator.inserted(piece.name, language)
            if isinstance(piece, Insert)
            else written(piece)
            for piece in cut
        )

    def _calculate(self, name: str, alternatives: Alternatives, translator: Translator) -> None:
        for language in self.languages:
            try:
                expression = translator.text(alternatives, language)
            except InexpressibleError as error:
                translator.refuse(f"text {name}", error)
                return
            self.composed.append({"name": calculated(name, language), "expression": expression})


def localized(texts: Iterator[tuple[str, str]]) -> str | dict[str, str]:
    """Return one text plainly, several by language, ``default`` being the form's own."""
    (_, first), *others = texts
    return {"default": first, **dict(others)} if others else first
