"""Coverage of a translation: how many of the texts that respondents see are in a language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from coprod_stats.instruments.model import Block, Instrument, Item
from coprod_stats.instruments.questions import ResponseScale
from coprod_stats.instruments.texts import Text


@dataclass(frozen=True, slots=True)
class LanguageCoverage:
    """How much of a questionnaire, usually of one form of it, is in a language.

    Attributes
    ----------
    original : str
        The language in which the other texts are shown.
    """

    language: str
    translated: int
    total: int
    original: str

    @property
    def is_complete(self) -> bool:
        """Whether every text is translated."""
        return self.translated == self.total

    def __str__(self) -> str:
        found = f"{self.translated:,} of {self.total:,} texts are in '{self.language}'"
        return found if self.is_complete else f"{found}; the others are shown in '{self.original}'"


def translation_coverage(instrument: Instrument) -> tuple[LanguageCoverage, ...]:
    """Count the translated texts for each language but the first.

    Counted are the texts that respondents see: title, pages, stems, questions with their wordings,
    hints, units and answers, what placeholders stand for, and what is offered instead of an answer.
    A response scale that questions share counts once. A translation whose original has changed
    since does not count, as it is not shown.
    """
    original, *others = instrument.languages
    texts = [dict(text.by_language) for text in _shown_texts(instrument)]
    return tuple(
        LanguageCoverage(language, sum(language in text for text in texts), len(texts), original)
        for language in others
    )


def _shown_texts(instrument: Instrument) -> Iterator[Text]:
    yield instrument.title
    rosters = instrument.rosters
    yield from (roster.title for roster in rosters)
    inside = [item for roster in rosters for item in roster.items]
    for placeholder in (
        *instrument.placeholders,
        *(p for one in rosters for p in one.placeholders),
    ):
        yield placeholder.otherwise
        yield from (text for _, text in placeholder.levels)
    items = (*instrument.items, *inside)
    offered = {offer for item in items for offer in item.offers}
    yield from [instrument.dont_know] * ("dont_know" in offered)
    yield from [instrument.refused] * ("refused" in offered)
    scales = {item.responses.id: item.responses for item in items if item.responses}
    for scale in scales.values():
        yield from _labels(scale)
    for page in (*instrument.pages, *(roster.page for roster in rosters)):
        yield from (text for text in (page.title, page.intro) if text is not None)
        for block in page.blocks:
            yield from _block(block)


def _labels(scale: ResponseScale) -> Iterator[Text]:
    for option in scale.all_options:
        if not scale.numbered or str(option.label) != str(option.value):
            yield option.label


def _block(block: Block) -> Iterator[Text]:
    if block.stem is not None:
        yield block.stem
        yield from (wording.text for wording in block.items[0].stem_wordings)
    for item in block.items:
        yield from _item(item)


def _item(item: Item) -> Iterator[Text]:
    yield item.text
    yield from (wording.text for wording in item.wordings)
    unit = None if item.number is None else item.number.unit
    yield from (text for text in (item.hint, unit) if text is not None)
    if item.number is not None:
        yield from (label for _, label in item.number.labels)
