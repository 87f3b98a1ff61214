"""Texts of an XLSForm: one column per language, with what they insert and when they change."""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.instruments.model import Instrument, Text, Wording
from coprod_stats.platforms.fields import (
    Alternatives,
    InexpressibleError,
    Insert,
    pieces,
    placeholder_texts,
    wording_texts,
)
from coprod_stats.platforms.xlsform.expressions import XPath, calculated
from coprod_stats.platforms.xlsform.plain_text import SIGNS, by_reference, plain, unstyled

LANGUAGE_NAMES = {
    "ar": "العربية",
    "de": "Deutsch",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "pt": "Português",
}


class FormTexts:
    """Texts in the languages of a form.

    What depends on answers is calculated, once for each language, since a calculation cannot be
    translated: ``label::English (en)`` refers to ``${insert_org_en}``.

    Attributes
    ----------
    rows : list of dict
        The calculations of composed texts, those of placeholders first.
    """

    def __init__(self, instrument: Instrument, languages: tuple[str, ...], xpath: XPath) -> None:
        self._languages, self._xpath = languages, xpath
        self._signs: set[str] = set()
        self.rows: list[dict[str, str]] = []
        for alternatives in placeholder_texts(instrument):
            self._calculate(f"insert_{alternatives.name.lower()}", alternatives)

    def columns(self, column: str, text: Text, *, markdown: bool = True) -> dict[str, str]:
        """Return the cells of a text, a column for each language.

        Labels of choices are no Markdown in every client, and are written without its escapes.
        """
        return {
            f"{column}::{language_header(language)}": "".join(
                self._label(text.in_language(language), language, markdown)
            )
            for language in self._languages
        }

    def worded(
        self, column: str, name: str, text: Text, wordings: tuple[Wording, ...]
    ) -> dict[str, str]:
        """Return the cells of a text that is put differently where a condition is known to hold."""
        if not wordings:
            return self.columns(column, text)
        self._calculate(name, wording_texts(name, wordings, text))
        return {
            f"{column}::{language_header(language)}": f"${{{calculated(name, language)}}}"
            for language in self._languages
        }

    def _label(self, words: str, language: str, markdown: bool) -> Iterator[str]:
        for piece in pieces(words):
            if isinstance(piece, Insert):
                yield self._xpath.inserted(piece.name, language)
                continue
            written = by_reference(unstyled(plain(piece)) if markdown else plain(piece))
            self._signs |= {name for name in SIGNS if f"${{{name}}}" in written}
            yield written

    @property
    def calculations(self) -> list[dict[str, str]]:
        """Return the rows that texts refer to."""
        signs = [
            {"type": "calculate", "name": name, "calculation": f"'{sign}'"}
            for name, sign in SIGNS.items()
            if name in self._signs
        ]
        return [*signs, *self.rows]

    def _calculate(self, name: str, alternatives: Alternatives) -> None:
        for language in self._languages:
            try:
                written = self._xpath.text(alternatives, language)
            except InexpressibleError as error:
                self._xpath.refuse(f"text {name}", error)
                return
            row = {"type": "calculate", "name": calculated(name, language), "calculation": written}
            self.rows.append(row)


def language_header(code: str) -> str:
    """Name a language as XLSForm columns do, as ``English (en)``."""
    return f"{LANGUAGE_NAMES.get(code.partition('-')[0], code)} ({code})"
