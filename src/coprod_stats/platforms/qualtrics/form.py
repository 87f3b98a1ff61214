"""The form for Qualtrics: a survey file (QSF), and the Advanced Format for what a text can say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from coprod_stats.errors import Fault
from coprod_stats.instruments.model import Instrument
from coprod_stats.platforms.fields import choices
from coprod_stats.platforms.form_export import FormExport, sidecar_of
from coprod_stats.platforms.qualtrics.advanced_format import text_file, text_losses
from coprod_stats.platforms.qualtrics.codes import SEEN_UNANSWERED, columns
from coprod_stats.platforms.qualtrics.conditions import Translator
from coprod_stats.platforms.qualtrics.flow import Flow
from coprod_stats.platforms.qualtrics.languages import has_language, language_code
from coprod_stats.platforms.qualtrics.layout import Element, Layout, Segment, embedded
from coprod_stats.platforms.qualtrics.losses import losses_of
from coprod_stats.platforms.qualtrics.questions import Questions

Json = dict[str, Any]


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
    losses = [
        *losses_of(instrument, layout),
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
    refused = dict.fromkeys((*_refused(instrument, languages), *conditions.refused))
    return FormExport(files, sidecar, refused=tuple(refused), losses=tuple(losses))


def _refused(instrument: Instrument, languages: tuple[str, ...]) -> Iterator[Fault]:
    """Find languages that Qualtrics does not have, and codes that it writes for something else."""
    for language in languages:
        if not has_language(language):
            yield Fault(
                "PLATFORM-061",
                f"Qualtrics has no language '{language}'",
                "Leave it out (--lang).",
                place="languages",
            )
    for item in instrument.questions:
        if SEEN_UNANSWERED in (str(option.value) for option in choices(item, instrument)):
            yield Fault(
                "PLATFORM-062",
                f"Qualtrics writes {SEEN_UNANSWERED} for what was seen and left; it is a code here",
                "Give the answer another code.",
                place=f"item {item.id}",
            )


def _json(survey: Json) -> bytes:
    """Write the survey file, an element a line."""
    entry = json.dumps(survey["SurveyEntry"], ensure_ascii=False)
    elements = [
        json.dumps(e, ensure_ascii=False, separators=(",", ":")) for e in survey["SurveyElements"]
    ]
    listed = ",\n".join(elements)
    return f'{{"SurveyEntry":{entry},\n"SurveyElements":[\n{listed}\n]}}\n'.encode()


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
