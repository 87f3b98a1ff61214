"""XLSForm: the workbook that ODK, KoboToolbox and SurveyCTO take (https://xlsform.org/en/)."""

from __future__ import annotations

from dataclasses import replace

from coprod_stats.errors import Fault
from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.language.tree import Expression
from coprod_stats.instruments.model import (
    Block,
    Instrument,
    Item,
    Page,
    Roster,
)
from coprod_stats.platforms.fields import (
    INTRODUCTION,
    InexpressibleError,
    entry_hint,
    instead_of_answer,
    missing_choices,
    not_calculated,
)
from coprod_stats.platforms.form_export import (
    FormExport,
    SidecarColumn,
    SidecarRoster,
    sidecar_of,
)
from coprod_stats.platforms.workbook_bytes import workbook_bytes
from coprod_stats.platforms.xlsform.answer_rules import AnswerRules
from coprod_stats.platforms.xlsform.choice_lists import ChoiceLists, Row
from coprod_stats.platforms.xlsform.columns import (
    chosen_columns,
    entered_columns,
    fields_of,
)
from coprod_stats.platforms.xlsform.expressions import XPath, field, filled
from coprod_stats.platforms.xlsform.losses import losses_of, unlimited
from coprod_stats.platforms.xlsform.plain_text import form_title
from coprod_stats.platforms.xlsform.question_types import QuestionTypes
from coprod_stats.platforms.xlsform.texts import FormTexts, language_header


def export(instrument: Instrument, *, languages: tuple[str, ...]) -> FormExport:
    """Write a questionnaire as an XLSForm, with a sheet each for questions, choices and settings.

    Questions keep their ids in lower case; codes are the canonical ones, beside them ``dk`` and
    ``ref``. A number, text, ranking or allocation that offers "don't know" is followed by a
    question ``why_…``, which shows while it is blank. Orders stay as written.
    """
    form = _Form(instrument, languages, ChoiceLists())
    form.submission()
    for variable in instrument.assigned:
        form.assign(variable.id, variable.values)
    if instrument.introduction is not None:
        form.note(INTRODUCTION, form.texts.columns("label", instrument.introduction))
    for part in instrument.parts:
        if isinstance(part, Roster):
            form.roster(part)
        else:
            form.page(part)
    for entry in instrument.derived:
        form.derive(entry.id, entry.value)
    refused = tuple(dict.fromkeys(form.xpath.refused))
    losses = (*losses_of(instrument, languages), *form.losses, *form.rules.losses)
    sheets = {
        "survey": form.texts.calculations + form.rows,
        "choices": form.lists.rows,
        "settings": [form.settings()],
    }
    sidecar = sidecar_of(
        instrument,
        "xlsform",
        languages=languages,
        columns=form.columns,
        internal=form.internal(),
        losses=losses,
        rosters=form.rosters,
    )
    return FormExport({f"{instrument.id}.xlsx": workbook_bytes(sheets)}, sidecar, refused, losses)


class _Form:
    """The rows of a form being written, or those of a roster within it."""

    def __init__(
        self, instrument: Instrument, languages: tuple[str, ...], lists: ChoiceLists
    ) -> None:
        self.instrument, self.languages, self.lists = instrument, languages, lists
        self.rosters: list[SidecarRoster] = []
        self.xpath = XPath(instrument)
        self.texts = FormTexts(instrument, languages, self.xpath)
        self.types = QuestionTypes(instrument, self.xpath, self.texts, lists)
        self.rules = AnswerRules(self.xpath, self.texts)
        self.rows: list[Row] = []
        self.columns: list[SidecarColumn] = []
        self.losses: list[Fault] = []

    def submission(self) -> None:
        """Write what is known of the submission itself: when it began and ended, and its id."""
        self.rows.append({"type": "start", "name": "started_at"})
        self.rows.append({"type": "end", "name": "ended_at"})
        names = {"respondent": "instanceID", "seconds": "seconds"}
        self.columns += [
            SidecarColumn(column.id, column.id, "administrative", names[column.role])
            for column in self.instrument.administrative
            if column.role in names
        ]

    def assign(self, id: str, values: tuple[int, ...]) -> None:
        """Set a variable at random, once, when the form is begun."""
        draw = f"draw_{field(id)}"
        self.rows.append({"type": "calculate", "name": draw, "calculation": "once(random())"})
        levels = f"{values[-1]}"
        for place in reversed(range(len(values) - 1)):
            share = spell_number((place + 1) / len(values))
            levels = f"if(${{{draw}}} < {share}, {values[place]}, {levels})"
        self.rows.append({"type": "calculate", "name": field(id), "calculation": levels})
        self.columns.append(SidecarColumn(id, id, "assigned", field(id)))

    def derive(self, id: str, value: Expression) -> None:
        """Calculate a derived variable; it is known wherever its parts are."""
        try:
            calculation = self.xpath.value(value)
        except InexpressibleError as error:
            self.losses.append(not_calculated("PLATFORM-102", id, error))
            return
        self.rows.append({"type": "calculate", "name": field(id), "calculation": calculation})

    def page(self, page: Page) -> None:
        """Write a page as a group of questions that are shown together."""
        group = {"type": "begin_group", "name": f"page_{page.id}", "appearance": "field-list"}
        if page.title is not None:
            group |= self.texts.columns("label", page.title)
        if page.condition is not None:
            group |= _relevant(self.xpath.shown(f"page {page.id}", [page.condition]))
        self.rows.append(group)
        if page.intro is not None:
            self.note(f"intro_{page.id}", self.texts.columns("label", page.intro))
        for block in page.blocks:
            self.block(block, page.condition)
        self.rows.append({"type": "end_group"})

    def roster(self, roster: Roster) -> None:
        """Write a roster as a repeat, with the texts that are composed for each row."""
        name = field(roster.id)
        rows = _Form(self.instrument.roster(roster.id), self.languages, self.lists)
        rows.page(replace(roster.page, condition=None))
        for entry in roster.derived:
            rows.derive(entry.id, entry.value)
        for calculation, value in self.xpath.row_values(roster).items():
            rows.rows.append({"type": "calculate", "name": value, "calculation": calculation})
        opening = {
            "type": "begin_repeat",
            "name": name,
            **self.texts.columns("label", roster.title),
        }
        if roster.page.condition is not None:
            opening |= _relevant(self.xpath.shown(f"roster {roster.id}", [roster.page.condition]))
        if roster.count is not None:
            opening["repeat_count"] = f"${{{field(roster.count)}}}"
        else:
            self.losses.append(unlimited(roster))
        self.rows += [opening, *rows.texts.calculations, *rows.rows, {"type": "end_repeat"}]
        self.xpath.refused += rows.xpath.refused
        self.losses += [
            *rows.losses,
            *rows.rules.losses,
            *losses_of(rows.instrument, self.languages),
        ]
        columns, internal = tuple(rows.columns), rows.internal()
        self.rosters.append(SidecarRoster(roster.id, name, columns, internal))

    def block(self, block: Block, of_page: Expression | None) -> None:
        """Write a block: a grid where all rows take the same answers, else its questions."""
        own = [[tree for tree in item.conditions if tree != of_page] for item in block.items]
        relevant = [
            self.xpath.shown(f"item {item.id}", conditions)
            for item, conditions in zip(block.items, own, strict=True)
        ]
        first = block.items[0]
        same = {(item.responses, item.offers) for item in block.items}
        grid = len(block.items) > 1 and len(same) == 1 and all(i.in_grid for i in block.items)
        if not grid:
            if block.stem is not None:
                name = f"block_{block.id}"
                anyone = self.xpath.shown(f"block {block.id}", *own)
                self.note(name, self._stem(block, first), anyone)
            for item, condition in zip(block.items, relevant, strict=True):
                self.item(item, condition)
            return
        group = {"type": "begin_group", "name": f"block_{block.id}", "appearance": "table-list"}
        if len(set(relevant)) == 1:
            group |= _relevant(relevant[0])
            relevant = [self.xpath.always] * len(relevant)
        self.rows.append(group | self._stem(block, first))
        for item, condition in zip(block.items, relevant, strict=True):
            self.item(item, condition)
        self.rows.append({"type": "end_group"})

    def _stem(self, block: Block, first: Item) -> Row:
        assert block.stem is not None
        return self.texts.worded("label", f"stem_{block.id}", block.stem, first.stem_wordings)

    def note(self, name: str, words: Row, relevant: str = XPath.always) -> None:
        """Write a text that asks nothing."""
        self.rows.append({"type": "note", "name": name, **words, **_relevant(relevant)})

    def item(self, item: Item, relevant: str) -> None:
        """Write a question, and the one that asks why it has no answer where that is offered."""
        words = self.texts.worded("label", f"text_{field(item.id)}", item.text, item.wordings)
        beside = entry_hint(item)
        hint = {} if beside is None else self.texts.columns("hint", beside)
        if item.kind == "note":
            self.note(field(item.id), {**words, **hint}, relevant)
            return
        row = {"name": field(item.id), **words, **hint, **_relevant(relevant)}
        row |= self.rules.prefilled(item)
        required = {"required": "yes"} if item.required else {}
        if item.kind in ("single", "consent", "multiple"):
            self.rows.append(
                self.rules.checked(item, {**row, **required, **self.types.chosen(item)})
            )
            self.columns += chosen_columns(item, self.instrument)
            return
        why = f"why_{field(item.id)}" if item.offers else ""
        entered = self.types.entered(item, row, {} if why else required)
        self.rows += [self.rules.checked(item, made) for made in entered]
        self.columns += entered_columns(item, why, self.instrument)
        if why:
            shown = [] if relevant == self.xpath.always else [relevant]
            blank = [filled(entry, wanted=False) for entry in fields_of(item)]
            reasons = self.lists.of_options(missing_choices(item, self.instrument), self.texts)
            self.rows.append(
                {
                    "type": f"select_one {reasons}",
                    "name": why,
                    **self.texts.columns("label", instead_of_answer(self.instrument)),
                    **required,
                    "relevant": self.xpath.joined("and", [*shown, *blank]),
                }
            )

    def settings(self) -> Row:
        """Return the one row of the settings sheet."""
        instrument = self.instrument
        return {
            "form_title": form_title(instrument.title.in_language(self.languages[0])),
            "form_id": f"{instrument.id}_{instrument.forms[0].id}",
            "version": f"{instrument.version}-{instrument.sha256[:8]}",
            "default_language": language_header(self.languages[0]),
            "style": "pages",
        }

    def internal(self) -> tuple[str, ...]:
        """Name the fields that hold no answer: notes, composed texts, calculations."""
        known = {name for entry in self.columns for name in (entry.name, entry.companion)}
        written = [row["name"] for row in self.texts.calculations + self.rows if "name" in row]
        return tuple(name for name in written if name not in known)


def _relevant(condition: str) -> Row:
    return {} if condition == XPath.always else {"relevant": condition}
