"""Translations kept in files of their own, inserted into a questionnaire text by text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from coprod_stats.errors import Fault
from coprod_stats.instruments.questions import TranslationStatus
from coprod_stats.instruments.source.answer_form import TextForm, Words
from coprod_stats.instruments.source.draft import Draft, texts
from coprod_stats.instruments.source.source_form import Identifier, InstrumentForm, LanguageCode
from coprod_stats.instruments.source.written_texts import placeholders_in
from coprod_stats.instruments.source.yaml_source import Location, YamlSource
from coprod_stats.instruments.translations.text_keys import text_key

_VALIDATED: frozenset[TranslationStatus] = frozenset({"validated", "missing", "outdated"})
_WORST_FIRST: tuple[TranslationStatus, ...] = ("missing", "outdated", "draft", "validated")


class TranslatedTextForm(BaseModel):
    """One text: the original that was translated, and its translation."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

    source: Words
    translation: Words
    status: Literal["draft", "validated"] | None = None


class TranslationsForm(BaseModel):
    """A file of ``instruments/translations``: one questionnaire in one more language."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    instrument: Identifier
    language: LanguageCode
    status: Literal["draft", "validated"] = "draft"
    note: Words | None = None
    texts: dict[Words, TranslatedTextForm]


@dataclass(frozen=True, slots=True)
class TranslationSource:
    """A file of translations with a valid shape."""

    form: TranslationsForm
    source: YamlSource


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A text of the questionnaire: its key, its location, its words by language."""

    key: str
    location: Location
    by_language: Mapping[str, str]


def placed_texts(form: InstrumentForm, source: YamlSource) -> Iterator[PlacedText]:
    """Return every text that respondents or readers see, with its key."""
    first = form.languages[0]
    for location, _, text in texts(Draft(form, source, {})):
        by_language = {first: text} if isinstance(text, str) else text
        yield PlacedText(text_key(location, form), location, by_language)


def overlay(form: InstrumentForm, base: YamlSource, translations: TranslationSource) -> YamlSource:
    """Insert translations into a questionnaire.

    A translation whose original has changed since is omitted, so that nobody is asked what the
    questionnaire no longer says; the item counts as outdated in this language.

    Parameters
    ----------
    form : InstrumentForm
        The source form of the questionnaire, with its languages declared.
    base : YamlSource
        The source from which ``form`` was read.
    translations : TranslationSource
        One language.
    """
    language, first = translations.form.language, form.languages[0]
    data, faults = deepcopy(base.data), list(base.faults)
    known: set[str] = set()
    every: set[TranslationStatus] = set()
    status: TranslationStatus
    statuses: dict[Location, list[TranslationStatus]] = {}
    for text in placed_texts(form, base):
        known.add(text.key)
        entry = translations.form.texts.get(text.key)
        in_place = language in text.by_language
        status = "draft" if in_place else _status(entry, text.by_language[first], translations.form)
        every.add(status)
        if text.location[4:5] == ("items",):
            statuses.setdefault(text.location[:6], []).append(status)
        if entry is not None and not in_place and status != "outdated":
            _put(data, text.location, {**text.by_language, language: entry.translation})
    for location, found in statuses.items():
        item = _inside(data, location)
        worst = min(found, key=_WORST_FIRST.index)
        item["translations"] = {**item.get("translations", {}), language: worst}
    # the head of a file that came back from translators says draft, each text what it is
    about: dict[str, TextForm] = {"status": "draft" if every - _VALIDATED else "validated"}
    about |= {"note": translations.form.note} if translations.form.note else {}
    data.setdefault("translations", {}).setdefault(language, about)
    faults += (*_stray(translations, known), *_lost(translations))
    return replace(base, data=data, faults=tuple(faults))


def _status(
    entry: TranslatedTextForm | None, source: str, form: TranslationsForm
) -> TranslationStatus:
    if entry is None:
        return "missing"
    return (entry.status or form.status) if entry.source == source else "outdated"


def _stray(translations: TranslationSource, known: set[str]) -> Iterator[Fault]:
    for key in translations.form.texts:
        if key not in known:
            yield translations.source.fault(
                "TRANSLATION-001",
                ("texts", key),
                f"text '{key}'",
                "the questionnaire has no such text",
                "Remove it, or correct its key.",
            )


def _lost(translations: TranslationSource) -> Iterator[Fault]:
    for key, entry in translations.form.texts.items():
        wanted, found = (set(placeholders_in(words)) for words in (entry.source, entry.translation))
        if wanted != found:
            yield translations.source.fault(
                "TRANSLATION-002",
                ("texts", key),
                f"text '{key}'",
                f"{', '.join(sorted(wanted ^ found))} occurs in one language only",
                "Use the same placeholders in both.",
            )


def _inside(data: Any, location: Location) -> Any:
    for step in location:
        inside = isinstance(data, list) and isinstance(step, int)
        data = data[step] if inside else data.setdefault(step, {})
    return data


def _put(data: Any, location: Location, text: Mapping[str, str]) -> None:
    _inside(data, location[:-1])[location[-1]] = dict(text)
