"""The form for Qualtrics: a survey file (QSF), and the Advanced Format for what a text can say."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from coprod_stats.errors import Fault
from coprod_stats.instruments.model import Instrument
from coprod_stats.instruments.prefilled_answers import prefilled_with
from coprod_stats.platforms.fields import alone, choices, not_prefilled
from coprod_stats.platforms.form_export import FormExport, sidecar_of
from coprod_stats.platforms.qualtrics.advanced_format import text_file, text_losses
from coprod_stats.platforms.qualtrics.codes import SEEN_UNANSWERED, columns
from coprod_stats.platforms.qualtrics.conditions import Translator
from coprod_stats.platforms.qualtrics.flow import Flow
from coprod_stats.platforms.qualtrics.layout import Element, Layout, Segment, embedded
from coprod_stats.platforms.qualtrics.questions import Questions

Json = dict[str, Any]
_LANGUAGES = {
    "zh": "ZH-S",
    "zh-hans": "ZH-S",
    "zh-cn": "ZH-S",
    "zh-hant": "ZH-T",
    "zh-tw": "ZH-T",
    "pt-br": "PT-BR",
    "fr-ca": "FR-CA",
    "en-gb": "EN-GB",
    "es-es": "ES-ES",
    "nb": "NO",
}
_PLAIN = {
    "ar",
    "bg",
    "bn",
    "bs",
    "ca",
    "cs",
    "cy",
    "da",
    "de",
    "el",
    "en",
    "es",
    "et",
    "eu",
    "fa",
    "fi",
    "fr",
    "gl",
    "gu",
    "he",
    "hi",
    "hr",
    "hu",
    "hy",
    "id",
    "is",
    "it",
    "ja",
    "ka",
    "kk",
    "km",
    "kn",
    "ko",
    "lt",
    "lv",
    "mk",
    "ml",
    "mn",
    "mr",
    "ms",
    "my",
    "ne",
    "nl",
    "no",
    "or",
    "pa",
    "pl",
    "pt",
    "ro",
    "ru",
    "si",
    "sk",
    "sl",
    "sq",
    "sr",
    "sv",
    "sw",
    "ta",
    "te",
    "th",
    "tl",
    "tr",
    "uk",
    "ur",
    "vi",
}


def export(instrument: Instrument, *, languages: tuple[str, ...]) -> FormExport:
    """Write a questionnaire for Qualtrics.

    The survey file carries everything; ``…_advanced.txt`` carries questions and answers, and says
    in its losses what it leaves out. Recode values are the canonical codes.
    """
    layout = Layout(instrument)
    conditions = Translator(instrument, layout.places)
    questions = Questions(instrument, layout, conditions, languages, code_of=language_code)
    flow = Flow(
        instrument, layout, conditions, languages, block_id=lambda segment: _block_id(segment.name)
    )
    survey = _Survey(instrument, layout, languages)
    made = survey.json(questions, flow)
    unknown = [
        Fault(
            "PLATFORM-061",
            f"Qualtrics has no language '{language}'",
            "Leave it out (--lang).",
            place="languages",
        )
        for language in languages
        if not _has_language(language)
    ]
    unknown += [
        Fault(
            "PLATFORM-062",
            f"Qualtrics writes {SEEN_UNANSWERED} for what was seen and left; it is a code here",
            "Give the answer another code.",
            place=f"item {item.id}",
        )
        for item in instrument.questions
        if SEEN_UNANSWERED in (str(option.value) for option in choices(item, instrument))
    ]
    losses = [
        *_losses(instrument, layout),
        *questions.losses,
        *flow.losses,
        *text_losses(instrument, languages),
    ]
    texts = [embedded(key, lang) for key in layout.texts.known for lang in languages]
    notes = [e.tag for segment in layout.segments for e in segment.elements if e.kind == "note"]
    sidecar = sidecar_of(
        instrument,
        "qualtrics",
        languages=languages,
        columns=columns(instrument, layout.places, layout.companions),
        internal=[*notes, *texts, *(entry.id for entry in instrument.derived)],
        losses=losses,
    )
    files = {
        f"{instrument.id}.qsf": _json(made),
        f"{instrument.id}_advanced.txt": text_file(instrument, layout, languages[0]).encode(),
    }
    refused = dict.fromkeys((*unknown, *conditions.refused))
    return FormExport(files, sidecar, refused=tuple(refused), losses=tuple(losses))


def _json(survey: Json) -> bytes:
    """Write the survey file, an element a line."""
    entry = json.dumps(survey["SurveyEntry"], ensure_ascii=False)
    elements = [
        json.dumps(e, ensure_ascii=False, separators=(",", ":")) for e in survey["SurveyElements"]
    ]
    listed = ",\n".join(elements)
    return f'{{"SurveyEntry":{entry},\n"SurveyElements":[\n{listed}\n]}}\n'.encode()


def language_code(language: str) -> str:
    """Return Qualtrics' code of a language, as ``AR`` or ``ZH-S``."""
    return _LANGUAGES.get(language.lower(), language.upper())


def _has_language(language: str) -> bool:
    return language.lower() in _PLAIN or language.lower() in _LANGUAGES


def _block_id(name: str) -> str:
    """Return an id like those of Qualtrics, of fifteen letters and digits."""
    return f"BL_{sha256(name.encode()).hexdigest()[:15]}"


class _Survey:
    """The envelope of a survey file."""

    def __init__(self, instrument: Instrument, layout: Layout, languages: tuple[str, ...]) -> None:
        self._instrument, self._layout, self._languages = instrument, layout, languages
        digest = instrument.sha256[:15]
        self._id, self._responses = f"SV_{digest}", f"RS_{digest}"
        self._title = instrument.title.in_language(languages[0])

    def json(self, questions: Questions, flow: Flow) -> Json:
        first = language_code(self._languages[0])
        never = "0000-00-00 00:00:00"
        entry = {
            "SurveyID": self._id,
            "SurveyName": self._title,
            "SurveyDescription": None,
            "SurveyOwnerID": None,
            "SurveyBrandID": None,
            "DivisionID": None,
            "SurveyLanguage": first,
            "SurveyActiveResponseSet": self._responses,
            "SurveyStatus": "Inactive",
            "SurveyStartDate": never,
            "SurveyExpirationDate": never,
            "SurveyCreationDate": never,
            "CreatorID": None,
            "LastModified": never,
            "LastAccessed": never,
            "LastActivated": never,
            "Deleted": None,
        }
        written = [
            self._question(questions, element, segment)
            for segment in self._layout.segments
            for element in segment.elements
        ]
        return {"SurveyEntry": entry, "SurveyElements": [*self._head(flow, len(written)), *written]}

    def _head(self, flow: Flow, n_questions: int) -> Iterator[Json]:
        blocks = [self._block(segment) for segment in self._layout.segments]
        blocks[0]["Type"] = "Default"
        trash = {
            "Type": "Trash",
            "Description": "Trash / Unused Questions",
            "ID": _block_id("trash"),
            "BlockElements": [],
        }
        yield self._element("BL", "Survey Blocks", [*blocks, trash])
        yield self._element("FL", "Survey Flow", flow.json())
        yield self._element("SO", "Survey Options", self._options())
        scoring: Json = {
            "ScoringCategories": [],
            "ScoringCategoryGroups": [],
            "ScoringSummaryCategory": None,
            "ScoringSummaryAfterQuestions": 0,
            "ScoringSummaryAfterSurvey": 0,
            "DefaultScoringCategory": None,
            "AutoScoringCategory": None,
        }
        yield self._element("SCO", "Scoring", scoring)
        core = {"ProjectCategory": "CORE", "SchemaVersion": "1.1.0"}
        yield self._element("PROJ", "CORE", core, tertiary="1.1.0")
        statistics = {"MobileCompatible": True, "ID": "Survey Statistics"}
        yield self._element("STAT", "Survey Statistics", statistics)
        yield self._element("QC", "Survey Question Count", None, secondary=str(n_questions))
        yield self._element("RS", self._responses, None, secondary="Default Response Set")

    def _options(self) -> Json:
        return {
            "BackButton": "true",
            "SaveAndContinue": "true",
            "SurveyProtection": "PublicSurvey",
            "BallotBoxStuffingPrevention": "false",
            "NoIndex": "Yes",
            "SecureResponseFiles": "true",
            "SurveyExpiration": "None",
            "SurveyTermination": "DefaultMessage",
            "Header": "",
            "Footer": "",
            "ProgressBarDisplay": "Text",
            "PartialData": "+1 week",
            "ValidationMessage": "",
            "PreviousButton": "",
            "NextButton": "",
            "SurveyTitle": self._title,
            "SurveyLanguage": language_code(self._languages[0]),
            "AvailableLanguages": {language_code(one): [] for one in self._languages},
        }

    def _block(self, segment: Segment) -> Json:
        shown = [{"Type": "Question", "QuestionID": e.qid} for e in segment.elements]
        options = {
            "BlockLocking": "false",
            "RandomizeQuestions": "false",
            "BlockVisibility": "Expanded",
        }
        return {
            "Type": "Standard",
            "SubType": "",
            "Description": segment.name,
            "ID": _block_id(segment.name),
            "BlockElements": shown,
            "Options": options,
        }

    def _question(self, questions: Questions, element: Element, segment: Segment) -> Json:
        payload = questions.payload(element, segment)
        return self._element("SQ", element.qid, payload, secondary=payload["QuestionText"][:100])

    def _element(
        self,
        kind: str,
        name: str,
        payload: object,
        *,
        secondary: str | None = None,
        tertiary: str | None = None,
    ) -> Json:
        return {
            "SurveyID": self._id,
            "Element": kind,
            "PrimaryAttribute": name,
            "SecondaryAttribute": secondary,
            "TertiaryAttribute": tertiary,
            "Payload": payload,
        }


def _losses(instrument: Instrument, layout: Layout) -> Iterator[Fault]:
    n_parts = Counter(segment.page.id for segment in layout.segments)
    for page in instrument.pages:
        fixed = page.random_order or any(
            block.random_order and not all(item.in_grid for item in block.items)
            for block in page.blocks
        )
        if fixed:
            yield Fault(
                "PLATFORM-160",
                "the order of questions stays fixed",
                "Note it in the report.",
                place=f"page '{page.id}'",
            )
        parts = n_parts[page.id]
        if parts > 1:
            yield Fault(
                "PLATFORM-162",
                f"shown as {parts} pages, because a text, a row or an option depends on "
                "an answer on the same page",
                "Nothing needs to be done.",
                place=f"page '{page.id}'",
            )
    for item in instrument.questions:
        if item.kind == "rank":
            yield Fault(
                "PLATFORM-163",
                f"all options are put in order; the first {item.top} count",
                "Say so in the question.",
                place=f"item {item.id}",
            )
        if item.prefill is not None:
            yield not_prefilled(
                item,
                f"the survey file does not prefill it ({prefilled_with(item)})",
                "Set its default choices in Qualtrics, by piped text or embedded data if need be.",
            )
        if item.checks:
            yield Fault(
                "PLATFORM-168",
                "a check that fails is reported in Qualtrics' own words",
                "Enter the message in the library of messages, and choose it in the validation.",
                place=f"item {item.id}",
            )
        if item.dates is not None and (item.dates.first or item.dates.last):
            yield Fault(
                "PLATFORM-166",
                "Qualtrics does not compare dates with a first and a last day",
                "Reading rejects what lies outside.",
                place=f"item {item.id}",
            )
        if item.min_choices is not None and alone(item, instrument):
            yield Fault(
                "PLATFORM-165",
                f"at least {item.min_choices} choices are not demanded, as one can stand alone",
                "Reading rejects what is too little.",
                place=f"item {item.id}",
            )
        if item.kind in ("rank", "allocate") and item.required and item.offers:
            yield Fault(
                "PLATFORM-164",
                "an answer is not demanded, as 'don't know' stands beside it",
                "Check in a pilot.",
                place=f"item {item.id}",
            )
