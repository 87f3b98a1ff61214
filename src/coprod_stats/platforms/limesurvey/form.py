"""The form as LimeSurvey's tab-separated survey structure.

https://www.limesurvey.org/manual/Tab_Separated_Value_survey_structure
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coprod_stats.errors import Fault
from coprod_stats.instruments.language.tree import Expression
from coprod_stats.instruments.model import (
    Assigned,
    Block,
    Instrument,
    Item,
    Option,
    Page,
    Slider,
    Text,
    Wording,
)
from coprod_stats.platforms.fields import (
    InexpressibleError,
    alone,
    choices,
    entry_hint,
    instead_of_answer,
    missing_choices,
    needs_companion,
    not_calculated,
    rows_together,
    shuffles,
    wording_texts,
)
from coprod_stats.platforms.form_export import FormExport, sidecar_of
from coprod_stats.platforms.limesurvey.answer_rules import AnswerRules
from coprod_stats.platforms.limesurvey.codes import Codes, Place, columns
from coprod_stats.platforms.limesurvey.expressions import Translator, as_html
from coprod_stats.platforms.limesurvey.losses import can_shuffle_questions, losses_of
from coprod_stats.platforms.limesurvey.question_types import question_type, validation
from coprod_stats.platforms.limesurvey.survey_structure import (
    ATTRIBUTES,
    Row,
    settings,
    table_bytes,
)

_UNTITLED = "&nbsp;"
_MOST_COLUMNS = 12
"""Answers that LimeSurvey puts side by side."""


def export(instrument: Instrument, *, languages: tuple[str, ...]) -> FormExport:
    """Write a questionnaire as a survey structure that LimeSurvey imports.

    Pages are groups, rows under a stem an array named after page and block, routing is relevance.
    Texts that depend on answers are ExpressionScript within the text, language by language; arms
    and derived variables are hidden equations.
    """
    codes = Codes(instrument)
    written = [_Structure(instrument, codes, language, languages[0]) for language in languages]
    rows = list(settings(languages))
    for part in (_Structure.descriptions, _Structure.questions):
        rows += [row for structure in written for row in part(structure)]
    refused = dict.fromkeys(
        fault for structure in written for fault in structure.translator.refused
    )
    losses = [*losses_of(instrument), *written[0].losses, *written[0].rules.losses]
    known = [] if refused else list(columns(instrument, codes))
    names = {entry.name for entry in known} | {entry.companion for entry in known}
    internal = dict.fromkeys(row["name"] for row in rows if row["class"] == "Q")
    sidecar = sidecar_of(
        instrument,
        "limesurvey",
        languages=languages,
        columns=known,
        internal=[name for name in internal if name not in names],
        losses=losses,
    )
    files = {f"{instrument.id}.txt": table_bytes(rows)}
    return FormExport(files, sidecar, refused=tuple(refused), losses=tuple(losses))


class _Structure:
    """The rows of a form in one language; attributes stand with the first language only."""

    def __init__(self, instrument: Instrument, codes: Codes, language: str, first: str) -> None:
        self.instrument, self.codes = instrument, codes
        self.language, self.is_first = language, language == first
        self.translator = Translator(instrument, codes)
        self.rules = AnswerRules(instrument, codes, self.translator, language)
        self.losses: list[Fault] = []

    def descriptions(self) -> Iterator[Row]:
        yield self._row("SL", "surveyls_title", self._text(self.instrument.title))
        welcome = self.instrument.introduction
        if welcome is not None:
            yield self._row("SL", "surveyls_welcometext", self._text(welcome))

    def questions(self) -> Iterator[Row]:
        last = len(self.instrument.pages)
        for number, page in enumerate(self.instrument.pages, 1):
            title = _UNTITLED if page.title is None else self._text(page.title)
            intro = "" if page.intro is None else self._text(page.intro)
            yield self._row("G", title, intro, type=str(number), relevance="1")
            if number == 1:
                yield from map(self._drawn, self.instrument.assigned)
            for block in page.blocks:
                group = f"{page.id}{block.id}" if can_shuffle_questions(block) else ""
                yield from self._block(page, block, group)
            if number == last:
                yield from self._derived()

    def _drawn(self, variable: Assigned) -> Row:
        """Set a variable at random once; the draw is kept when the page is shown again."""
        name = self.codes.places[variable.id].variable
        drawn = _draw(variable.values)
        text = f"{{if(strlen({name}.NAOK) == 0, {drawn}, {name}.NAOK)}}"
        return self._row("Q", name, text, type="*", relevance="1", hidden="1")

    def _derived(self) -> Iterator[Row]:
        for entry in self.instrument.derived:
            try:
                text = self.translator.value(entry.value)
            except InexpressibleError as error:
                self.losses.append(not_calculated("PLATFORM-151", entry.id, error))
                continue
            name = self.codes.places[entry.id].question
            yield self._row("Q", name, f"{{{text}}}", type="*", relevance="1", hidden="1")

    def _block(self, page: Page, block: Block, group: str) -> Iterator[Row]:
        single = [item for item in block.items if not item.in_grid]
        if block.stem is not None and single:
            words = self._words(block.stem, single[0].stem_wordings)
            code, relevance = self._note_code(page, block), self._relevance(block, *single)
            yield self._row("Q", code, words, type="X", relevance=relevance)
        for rows in rows_together(block):
            if rows[0].in_grid:
                yield from self._array(rows, block.random_order)
            else:
                yield from self._question(rows[0], group)

    def _note_code(self, page: Page, block: Block) -> str:
        key = f"stem of {page.id} {block.id}"
        if key not in self.codes.places:
            self.codes.places[key] = Place(self.codes.free(f"{page.id}{block.id}S"))
        return self.codes.places[key].question

    def _array(self, rows: tuple[Item, ...], random_order: bool) -> Iterator[Row]:
        first = rows[0]
        yield self._row(
            "Q",
            self.codes.places[first.id].question,
            self._words(first.stem or first.text, first.stem_wordings),
            type="F",
            relevance=self._relevance(first, *rows),
            mandatory=_mandatory(first),
            random_order="1" if random_order else "",
        )
        for row in rows:
            yield self._row(
                "SQ",
                self.codes.places[row.id].sub,
                # a bar would part the label between the two ends of the row
                self._words(row.text, row.wordings).replace("|", "&#124;"),
                type="0",
                relevance=self._relevance(row, row),
            )
        yield from self._answers(choices(first, self.instrument), first)

    def _question(self, item: Item, group: str) -> Iterator[Row]:
        type, attributes = question_type(item)
        beside, beside_field = needs_companion(item), entry_hint(item)
        attributes |= {"random_group": group}
        if shuffles(item, self.instrument):
            attributes["random_order"] = "1"
        if item.responses is not None and item.responses.numbered:
            listed = choices(item, self.instrument)
            attributes["display_columns"] = str(min(len(listed), _MOST_COLUMNS))
        if item.kind == "multiple":
            names = (
                self.codes.answers[item.id][option.value] for option in alone(item, self.instrument)
            )
            attributes |= {"exclude_all_others": ";".join(names)}
        attributes |= self.rules.validation(item) | self.rules.prefilled(item)
        relevance = self._relevance(item, item)
        text = self._words(item.text, item.wordings)
        yield self._row(
            "Q",
            self.codes.places[item.id].question,
            text,
            type=type,
            relevance=relevance,
            validation=validation(item),
            help="" if beside_field is None else self._text(beside_field),
            mandatory="N" if beside else _mandatory(item),
            **attributes,
        )
        options = choices(item, self.instrument)
        match item.kind:
            case "number" if item.number is not None and item.number.slider is not None:
                yield self._line(item, item.number.slider)
            case "single" | "consent":
                yield from self._answers(options, item)
            case "rank":
                yield from self._answers(item.responses.options if item.responses else (), item)
            case "allocate":
                own = item.responses.options if item.responses else ()
                yield from self._answers(own, item, kind="SQ")
            case "multiple":
                yield from self._answers(options, item, kind="SQ")
        if beside:
            yield from self._companion(item)

    def _line(self, item: Item, slider: Slider) -> Row:
        """Write the one line of a slider, with the labels at its ends."""
        if slider.middle is not None and self.is_first:
            self.losses.append(
                Fault(
                    "PLATFORM-156",
                    "LimeSurvey labels a slider at its ends, not in the middle",
                    "Say in the question what the middle means.",
                    place=f"item {item.id}",
                )
            )
        ends = (self._text(text).replace("|", "&#124;") for text in (slider.low, slider.high))
        name = self.codes.places[item.id].sub
        return self._row("SQ", name, f"|{'|'.join(ends)}", type="0", relevance="1")

    def _companion(self, item: Item) -> Iterator[Row]:
        """Ask why there is no answer, while there is none."""
        blank = self.translator.answered(item.id, wanted=False)
        relevance = self._relevance(item, item)
        relevance = blank if relevance == "1" else f"({relevance}) and {blank}"
        name = self.codes.companions[item.id].question
        text = self._text(instead_of_answer(self.instrument))
        yield self._row("Q", name, text, type="L", relevance=relevance, mandatory=_mandatory(item))
        yield from self._answers(missing_choices(item, self.instrument), item)

    def _answers(
        self, options: tuple[Option, ...], item: Item, *, kind: str = "A"
    ) -> Iterator[Row]:
        for option in options:
            shown = item.option_conditions(option.value)
            relevance = {"relevance": self._holds(item, shown)} if kind == "SQ" else {}
            code = self.codes.answers[item.id][option.value]
            yield self._row(kind, code, self._text(option.label), type="0", **relevance)

    def _row(self, kind: str, name: str, text: str, *, type: str = "", **more: str) -> Row:
        if not self.is_first:
            more = {key: value for key, value in more.items() if key not in ATTRIBUTES}
        return {
            "class": kind,
            "type/scale": type,
            "name": name,
            "text": text,
            "language": self.language,
        } | more

    def _relevance(self, place: Item | Block, *items: Item) -> str:
        """Write when one of some items is asked."""
        return self._holds(place, *(item.conditions for item in items))

    def _holds(self, place: Item | Block, *alternatives: Sequence[Expression]) -> str:
        where = f"item {place.id}" if isinstance(place, Item) else f"block {place.id}"
        return self.translator.shown(where, *alternatives)

    def _text(self, text: Text) -> str:
        return self.translator.label(text.in_language(self.language), self.language)

    def _words(self, text: Text, wordings: tuple[Wording, ...]) -> str:
        if not wordings:
            return self._text(text)
        try:
            written = self.translator.text(wording_texts("", wordings, text), self.language)
            return f"{{{written}}}"
        except InexpressibleError as error:
            place = f"text '{text}'"
            self.translator.refuse(place, error)
            return as_html(text.in_language(self.language))


def _mandatory(item: Item) -> str:
    return "Y" if item.required else "N"


def _draw(values: tuple[int, ...]) -> str:
    """Draw one of several values, each with the same chance."""
    if values == tuple(range(values[0], values[0] + len(values))):
        return f"rand({values[0]}, {values[-1]})"
    first, *others = values
    return f"if(rand(1, {len(values)}) == 1, {first}, {_draw(tuple(others))})"
