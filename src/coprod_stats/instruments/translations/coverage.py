"""Coverage of a translation: how many of the texts that respondents see are in a language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from coprod_stats.instruments.model import Instrument


@dataclass(frozen=True, slots=True)
class LanguageCoverage:
    """How much of a questionnaire, usually of one form of it, is in a language.

    Attributes
    ----------
    original : str
        The language in which the other texts are shown.
    status : {"draft", "validated"}
        That of the translation as a whole.
    absent_file : str
        The file of translations that would stand beside the questionnaire, where it does not; empty
        if there is one, or if texts are translated in place.
    """

    language: str
    translated: int
    total: int
    original: str
    status: Literal["draft", "validated"] = "draft"
    absent_file: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether every text is translated."""
        return self.translated == self.total

    @property
    def is_draft(self) -> bool:
        """Whether something is translated that nobody has validated."""
        return self.translated > 0 and self.status == "draft"

    @property
    def reservations(self) -> tuple[str, ...]:
        """What who fields the questionnaire in this language must know; empty if it is settled."""
        found = [] if self.is_complete else [str(self)]
        return (*found, self.draft) if self.is_draft else (*found,)

    @property
    def draft(self) -> str:
        """The words for a translation that is a draft."""
        return f"the translation into '{self.language}' is a draft, not validated"

    def __str__(self) -> str:
        words = [f"{self.translated:,} of {self.total:,} texts are in '{self.language}'"]
        if not self.is_complete:
            words.append(f"the others are shown in '{self.original}'")
        if self.absent_file:
            words.append(f"there is no file {self.absent_file} beside the questionnaire")
        return "; ".join(words)


def translation_coverage(instrument: Instrument) -> tuple[LanguageCoverage, ...]:
    """Count the translated texts for each language but the first.

    Counted are the texts that respondents see (``shown_texts``), as the translators' sheet lists
    them. A translation whose original has changed since does not count, as it is not shown.
    """
    original = instrument.languages[0]
    in_languages = [{code for code, _ in shown.text.by_language} for shown in instrument.texts]
    found = []
    for entry in instrument.translations:
        if entry.status != "original":
            n_translated = sum(entry.code in languages for languages in in_languages)
            absent = "" if n_translated else entry.absent_file
            sizes = (n_translated, len(in_languages))
            found.append(LanguageCoverage(entry.code, *sizes, original, entry.status, absent))
    return tuple(found)
