"""Questions as Qualtrics keeps them in a survey file (QSF), element by element."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from coprod_stats.errors import Fault
from coprod_stats.instruments.model import TYPED_KINDS, Instrument, Item, Option
from coprod_stats.platforms.fields import (
    INTRODUCTION,
    InexpressibleError,
    alone,
    choices,
    missing_choices,
    patterns,
)
from coprod_stats.platforms.qualtrics.codes import choice_ids, entered_at
from coprod_stats.platforms.qualtrics.conditions import Translator
from coprod_stats.platforms.qualtrics.layout import (
    Element,
    Layout,
    Segment,
    embedded,
    piped_words,
)
from coprod_stats.platforms.qualtrics.logic import (
    ALWAYS,
    Comparing,
    Formula,
    join,
    logic_json,
    questions_of,
)
from coprod_stats.platforms.qualtrics.question_types import (
    custom,
    limits_of_number,
    line,
    line_words,
    matching,
    number,
    question,
)

Json = dict[str, Any]
MATRIX_CONFIGURATION = {
    "TextPosition": "inline",
    "ChoiceColumnWidth": 25,
    "RepeatHeaders": "none",
    "WhiteSpace": "OFF",
    "MobileFirst": True,
}


class Questions:
    """Writes the questions of one form."""

    def __init__(
        self,
        instrument: Instrument,
        layout: Layout,
        conditions: Translator,
        languages: tuple[str, ...],
        *,
        code_of: Callable[[str], str],
    ) -> None:
        self._instrument, self._layout, self._languages = instrument, layout, languages
        self._conditions, self._code_of = conditions, code_of
        self._in_random_order = {
            item.id
            for page in instrument.pages
            for block in page.blocks
            if block.random_order
            for item in block.items
        }
        self._segment_of = {
            element.qid: place
            for place, segment in enumerate(layout.segments)
            for element in segment.elements
        }
        self.losses: list[Fault] = []

    def payload(self, element: Element, segment: Segment) -> Json:
        """Write a question."""
        first, *others = self._languages
        translated = {
            self._code_of(language): self._words(element, language) for language in others
        }
        made = self._words(element, first)
        for part, settings in self._settings(element).items():
            for id, setting in settings.items():
                made[part][id] |= setting
        kind = self._kind(element)
        made |= {
            "DataExportTag": element.tag,
            "QuestionID": element.qid,
            **kind,
            "Configuration": {"QuestionDescriptionOption": "UseText", **kind["Configuration"]},
            "QuestionDescription": element.tag,
            "GradingData": [],
            "Language": translated or [],
            "NextChoiceId": _after(made.get("Choices", {})),
            "NextAnswerId": _after(made.get("Answers", {})),
            "DefaultChoices": False,
            "DataVisibility": {"Private": False, "Hidden": False},
        }
        made |= self._shuffled(element)
        return made | self._coding(element) | self._shown(element, segment)

    def _shuffled(self, element: Element) -> Json:
        """Return the order of options: what does not come in random order keeps its place."""
        shuffled = element.items[0].shuffled if element.kind == "question" else ()
        if not shuffled:
            return {}
        listed = self._listed(element)
        moved = [id for id, option in listed.items() if option in shuffled]
        if len(moved) == len(listed):
            return {"Randomization": {"Advanced": None, "TotalRandSubset": "", "Type": "All"}}
        slots = ["{~Randomized~}" if id in moved else id for id in listed]
        order: Json = {"FixedOrder": slots, "RandomizeAll": moved, "RandomSubSet": []}
        order |= {"Undisplayed": [], "TotalRandSubset": 0, "QuestionsPerPage": 0}
        return {"Randomization": {"Advanced": order, "TotalRandSubset": "", "Type": "Advanced"}}

    def _words(self, element: Element, language: str) -> Json:
        """Write the texts of a question in one language."""
        text = (
            f"${{e://Field/{embedded(element.key, language)}}}"
            if element.wordings
            else piped_words(element.text, language)
        )
        if element.hint is not None:
            text += f"<br><br>{piped_words(element.hint, language)}"
        made: Json = {"QuestionText": text}
        for name, labels in zip(
            ("Choices", "Answers"), self._labels(element, language), strict=True
        ):
            if labels:
                made[name] = {id: {"Display": label} for id, label in labels.items()}
        if element.kind == "question" and (number := element.items[0].number) is not None:
            made |= line_words([piped_words(text, language) for _, text in number.labels])
        return made

    def _labels(self, element: Element, language: str) -> tuple[dict[str, str], dict[str, str]]:
        options = {
            id: piped_words(option.label, language) for id, option in self._listed(element).items()
        }
        if element.kind != "matrix":
            return options, {}
        rows = {
            str(place): f"${{e://Field/{embedded(f'W_{row.id}', language)}}}"
            if row.wordings
            else piped_words(row.text, language)
            for place, row in enumerate(element.items, 1)
        }
        return rows, options

    def _listed(self, element: Element) -> dict[str, Option]:
        """Return the options that a question lists, by the id of the choice."""
        if element.kind == "note":
            return {}
        (item, *_) = element.items
        ids = choice_ids(item, self._instrument)
        if element.kind == "companion":
            offered = missing_choices(item, self._instrument)
        elif item.kind in ("rank", "allocate") and item.responses is not None:
            offered = item.responses.options
        elif item.kind in TYPED_KINDS:
            offered = ()
        else:
            offered = choices(item, self._instrument)
        return {ids[option.value]: option for option in offered}

    def _settings(self, element: Element) -> dict[str, Json]:
        """Return what single choices do beside being chosen."""
        if element.kind == "matrix" and len({row.conditions for row in element.items}) > 1:
            logic = {str(place): self._row_logic(row) for place, row in enumerate(element.items, 1)}
            return {"Choices": {id: {"DisplayLogic": own} for id, own in logic.items() if own}}
        if element.kind == "question":
            listed = self._listed(element).items()
            return {"Choices": {id: self._setting(element.items[0], o) for id, o in listed}}
        return {}

    def _setting(self, item: Item, option: Option) -> Json:
        """Return whether an option is chosen alone, and for whom it is shown."""
        made: Json = {}
        if item.kind == "multiple" and option in alone(item, self._instrument):
            made["ExclusiveAnswer"] = True
        conditions = item.option_conditions(option.value)
        place = f"item {item.id}"
        logic = self._logic(self._conditions.shown(place, conditions), place, same_page=False)
        return made | ({"DisplayLogic": logic} if logic else {})

    def _coding(self, element: Element) -> Json:
        """Return the codes of the answers, and the order of what is listed."""
        listed = self._listed(element)
        if not listed:
            return {}
        codes = {id: str(option.value) for id, option in listed.items()}
        made: Json = {"RecodeValues": codes, "VariableNaming": dict(codes)}
        if element.kind != "matrix":
            return made | {"ChoiceOrder": list(listed)}
        rows = [str(place) for place in range(1, len(element.items) + 1)]
        tags = {id: row.id for id, row in zip(rows, element.items, strict=True)}
        return made | {
            "ChoiceOrder": rows,
            "AnswerOrder": list(listed),
            "ChoiceDataExportTags": tags,
        }

    def _kind(self, element: Element) -> Json:
        """Return type, selector and validation."""
        if element.kind == "note":
            return {
                "QuestionType": "DB",
                "Selector": "TB",
                "Configuration": {},
                "Validation": {"Settings": {"Type": "None"}},
                "ChoiceOrder": [],
            }
        first = element.items[0]
        if element.kind == "companion":
            forced = first.required and first.kind in TYPED_KINDS
            return question("MC", "SAVR", "TX", forced)
        forced = first.required and (element.kind == "matrix" or first.kind in _CODED)
        forced = forced or (first.required and not first.offers)
        if element.kind == "matrix":
            made = question("Matrix", "Likert", "SingleAnswer", forced)
            return made | {"Configuration": MATRIX_CONFIGURATION} | self._order(element)
        match first.kind:
            case "multiple":
                return question("MC", "MAVR", "TX", forced, **self._limits(first))
            case "number" if first.number is not None and first.number.slider is not None:
                made = question("Slider", "HSLIDER", "", forced, **self._custom(first))
                return made | line(first.number)
            case "number":
                made = self._custom(first) or number(first)
                return question("TE", "SL", "", forced, **made) | _TYPED
            case "text" | "date" | "time":
                selector = "ESTB" if first.kind == "text" and first.specifies is None else "SL"
                return question("TE", selector, "", forced, **self._custom(first)) | _TYPED
            case "rank":
                return question("RO", "DND", "TX", forced)
            case "allocate":
                total = {"Type": "ChoicesTotal", "ChoiceTotal": str(first.total)}
                made = question("CS", "VRTL", "TX", forced, EnforceRange="ON", **total)
                return made | {"ClarifyingSymbolType": "None", "Labels": []}
            case _:
                numbered = first.responses is not None and first.responses.numbered
                selector = "SAHR" if numbered else "SAVR"
                return question("MC", selector, "TX", forced, **self._custom(first))

    def _custom(self, item: Item) -> Json:
        """Return formats and checks as one rule: a question has one kind of validation."""
        place = entered_at(item, self._layout.places[item.id].question)
        rules: list[Formula] = []
        if item.kind in _MOMENTS:
            rules.append(matching(place, _MOMENTS[item.kind]))
        if item.rule is not None:
            rules += [matching(place, one[1:-1]) for one in patterns(item.rule)]
        if item.checks:
            checks = [check.condition for check in item.checks]
            try:
                rules += [*limits_of_number(item, place), self._conditions.agrees(checks)]
                self.losses.append(_in_own_words(item))
            except InexpressibleError as error:
                self.losses.append(_unchecked(item, str(error)))
        return custom(join("and", rules)) if rules else {}

    def _limits(self, item: Item) -> Json:
        """Return how many choices are allowed; a least number would forbid what stands alone."""
        least = None if alone(item, self._instrument) else item.min_choices
        if least is None and item.max_choices is None:
            return self._custom(item)
        if item.checks:
            self.losses.append(_unchecked(item, "the number of choices is limited"))
        ends = {"MinChoices": least, "MaxChoices": item.max_choices}
        written = {name: "" if end is None else str(end) for name, end in ends.items()}
        return {"Type": "ChoiceRange", **written}

    def _order(self, element: Element) -> Json:
        if element.items[0].id not in self._in_random_order:
            return {}
        return {"Randomization": {"Advanced": None, "TotalRandSubset": "", "Type": "All"}}

    def _shown(self, element: Element, segment: Segment) -> Json:
        if element.tag == INTRODUCTION:
            return {}
        place = f"item {element.items[0].id}" if element.items else f"page {segment.page.id}"
        of_page = () if segment.page.condition is None else (segment.page.condition,)
        conditions = [item.conditions for item in element.items] or [of_page]
        formula = self._conditions.shown(place, *conditions)
        if element.kind == "companion" and element.items[0].kind in TYPED_KINDS:
            qid = self._layout.places[element.items[0].id].question
            blank = Comparing(entered_at(element.items[0], qid), "Empty")
            formula = join("and", [formula, blank])
        here = self._segment_of[element.qid]
        same_page = any(self._segment_of.get(qid) == here for qid in questions_of(formula))
        logic = self._logic(formula, place, same_page=same_page)
        return {"DisplayLogic": logic} if logic else {}

    def _row_logic(self, row: Item) -> Json:
        place = f"item {row.id}"
        return self._logic(self._conditions.shown(place, row.conditions), place, same_page=False)

    def _logic(self, formula: Formula, place: str, *, same_page: bool) -> Json:
        if formula == ALWAYS:
            return {}
        try:
            return logic_json(formula, same_page=same_page)
        except InexpressibleError as error:
            self._conditions.refuse(place, error)
            return {}


_MOMENTS = {
    "date": r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])",
    "time": r"([01]?\d|2[0-3]):[0-5]\d",
}
"""How dates and times are typed."""
_TYPED = {"SearchSource": {"AllowFreeResponse": "false"}}
_CODED = ("single", "consent", "multiple")


def _in_own_words(item: Item) -> Fault:
    return Fault(
        "PLATFORM-168",
        "a check that fails is reported in Qualtrics' own words",
        "Enter the message in the library of messages, and choose it in the validation.",
        place=f"item {item.id}",
    )


def _unchecked(item: Item, reason: str) -> Fault:
    return Fault(
        "PLATFORM-167",
        f"the check of the answer is not carried out in the form ({reason})",
        "Reading rejects what does not agree.",
        place=f"item {item.id}",
    )


def _after(listed: Mapping[str, object]) -> int:
    """Return the next free id."""
    return max(map(int, listed), default=0) + 1
