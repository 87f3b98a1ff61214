"""Texts of an XLSForm: one column per language, with what they insert and when they change."""

from __future__ import annotations

import re

from coprod_stats.instruments.model import Instrument, Placeholder, Text, Wording
from coprod_stats.platforms.xlsform.expressions import XPath, field, quoted

LANGUAGE_NAMES = {
    "ar": "العربية",
    "de": "Deutsch",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "pt": "Português",
}
_PLACEHOLDER = re.compile(r"\[([A-Z][A-Z0-9_]*)\]")


class FormTexts:
    """Texts in the languages of a form.

    What depends on answers is calculated, once for each language, since a calculation cannot be
    translated: ``label::English (en)`` refers to ``${text_org_en}``.

    Attributes
    ----------
    rows : list of dict
        The calculations, in the order in which they were first needed.
    """

    def __init__(self, instrument: Instrument, languages: tuple[str, ...], xpath: XPath) -> None:
        self._languages, self._xpath = languages, xpath
        self._placeholders = {entry.name: entry for entry in instrument.placeholders}
        self.rows: list[dict[str, str]] = []
        self._made: set[str] = set()

    def columns(self, column: str, text: Text) -> dict[str, str]:
        """Return the cells of a text, a column for each language."""
        return {
            f"{column}::{language_header(language)}": self._label(
                text.in_language(language), language
            )
            for language in self._languages
        }

    def worded(
        self, column: str, name: str, text: Text, wordings: tuple[Wording, ...]
    ) -> dict[str, str]:
        """Return the cells of a text that is put differently where a condition is known to hold."""
        if not wordings:
            return self.columns(column, text)
        cells = {}
        for language in self._languages:
            words = self._joined(text.in_language(language), language)
            for wording in reversed(wordings):
                other = self._joined(wording.text.in_language(language), language)
                words = f"if({self._xpath.true(wording.condition)}, {other}, {words})"
            cells[f"{column}::{language_header(language)}"] = self._calculated(
                name, language, words
            )
        return cells

    def _label(self, words: str, language: str) -> str:
        def reference(match: re.Match[str]) -> str:
            placeholder = self._placeholders.get(match[1])
            return match[0] if placeholder is None else self._insert(placeholder, language)

        return _PLACEHOLDER.sub(reference, words)

    def _joined(self, words: str, language: str) -> str:
        """Write a text with what it inserts as an XPath expression."""
        parts = re.split(r"(\$\{[a-z0-9_]+\})", self._label(words, language))
        written = [part if place % 2 else quoted(part) for place, part in enumerate(parts) if part]
        return written[0] if len(written) == 1 else f"concat({', '.join(written)})"

    def _insert(self, placeholder: Placeholder, language: str) -> str:
        words = quoted(placeholder.otherwise.in_language(language))
        if placeholder.variable is not None:
            for level, text in reversed(placeholder.levels):
                given = quoted(text.in_language(language))
                words = f"if(${{{field(placeholder.variable)}}} = {level}, {given}, {words})"
        elif placeholder.item is not None:
            answered = self._xpath.answered(placeholder.item)
            words = f"if({answered}, {self._xpath.label(placeholder.item)}, {words})"
        return self._calculated(f"text_{placeholder.name.lower()}", language, words)

    def _calculated(self, name: str, language: str, words: str) -> str:
        full = f"{name}_{language.lower().replace('-', '_')}"
        if full not in self._made:
            self._made.add(full)
            self.rows.append({"type": "calculate", "name": full, "calculation": words})
        return f"${{{full}}}"


def language_header(code: str) -> str:
    """Name a language as XLSForm columns do, as ``English (en)``."""
    return f"{LANGUAGE_NAMES.get(code.partition('-')[0], code)} ({code})"
