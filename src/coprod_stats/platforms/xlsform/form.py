"""XLSForm: the workbook that ODK, KoboToolbox and SurveyCTO take (https://xlsform.org/en/)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from coprod_stats.errors import Fault
from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.language.tree import Expression
from coprod_stats.instruments.model import (
    TEXT_KINDS,
    Block,
    Instrument,
    Item,
    NumberRange,
    Page,
    Roster,
)
from coprod_stats.platforms.fields import (
    INTRODUCTION,
    InexpressibleError,
    alone,
    by_invitation,
    choices,
    entry_hint,
    instead_of_answer,
    missing_choices,
    shuffles,
    together,
)
from coprod_stats.platforms.form_export import (
    FormExport,
    SidecarColumn,
    SidecarRoster,
    sidecar_of,
)
from coprod_stats.platforms.workbook_bytes import workbook_bytes
from coprod_stats.platforms.xlsform.choice_lists import ChoiceLists
from coprod_stats.platforms.xlsform.columns import (
    choice_name,
    chosen_columns,
    entered_columns,
    fields_of,
)
from coprod_stats.platforms.xlsform.expressions import XPath, field, filled
from coprod_stats.platforms.xlsform.losses import losses_of, unlimited
from coprod_stats.platforms.xlsform.plain_text import form_title
from coprod_stats.platforms.xlsform.texts import FormTexts, language_header

Row = dict[str, str]
MOST_TICKS = 20
"""Steps of a slider that are marked one by one."""


def export(instrument: Instrument, *, languages: tuple[str, ...]) -> FormExport:
    """Write a questionnaire as an XLSForm, with a sheet each for questions, choices and settings.

    Questions keep their ids in lower case; codes are the canonical ones, beside them ``dk`` and
    ``ref``. A number, text, ranking or allocation that offers "don't know" is followed by a
    question ``why_…``, which shows while it is blank. Orders stay as written.
    """
    form = _Form(instrument, languages)
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
    losses = (*losses_of(instrument, languages), *form.losses)
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
    """The rows of a form being written."""

    def __init__(
        self, instrument: Instrument, languages: tuple[str, ...], *, around: _Form | None = None
    ) -> None:
        self.instrument, self.languages = instrument, languages
        self.rosters: list[SidecarRoster] = []
        self.xpath = XPath(instrument)
        self.texts = FormTexts(instrument, languages, self.xpath)
        self.rows: list[Row] = [
            {"type": "start", "name": "started_at"},
            {"type": "end", "name": "ended_at"},
        ]
        self.lists: ChoiceLists = ChoiceLists() if around is None else around.lists
        self.columns: list[SidecarColumn] = [
            SidecarColumn(column.id, column.id, "administrative", name)
            for column in instrument.administrative
            for role, name in (("respondent", "instanceID"), ("seconds", "seconds"))
            if column.role == role
        ]
        self.losses: list[Fault] = []
        if around is not None:  # the questions of a roster, between those of the form
            self.rows, self.columns = [], []

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
            fault = Fault(
                "PLATFORM-102",
                f"not calculated in the form ({error})",
                "It is computed from the answers that are read back.",
                place=f"derived variable '{id}'",
            )
            self.losses.append(fault)
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
        rows = _Form(self.instrument.roster(roster.id), self.languages, around=self)
        rows.page(replace(roster.page, condition=None))
        for entry in roster.derived:
            rows.derive(entry.id, entry.value)
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
        self.losses += [*rows.losses, *losses_of(rows.instrument, self.languages)]
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
        row |= self._prefilled(item)
        required = {"required": "yes"} if item.required else {}
        if item.kind in ("single", "consent", "multiple"):
            self.rows.append(self._checked(item, {**row, **required, **self._choice(item)}))
            self.columns += chosen_columns(item, self.instrument)
            return
        why = f"why_{field(item.id)}" if item.offers else ""
        entered = self._entered(item, row, {} if why else required)
        self.rows += [self._checked(item, made) for made in entered]
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

    def _prefilled(self, item: Item) -> Row:
        """Return what a field is filled with: when the form begins, or when an answer changes."""
        given = item.prefill
        if given is None:
            return {}
        fixed = {"readonly": "yes"} if given.read_only else {}
        path = f"/data/page_{item.page}/{field(item.id)}"
        self.losses += by_invitation(item, f"Add '&d[{path}]=' and the value to the link.")
        if given.value is not None:
            return fixed | {"default": self._default(item, given.value)}
        if given.answer is None:
            return fixed
        copied = {"calculation": self.xpath.copied(given.answer, item.id)}
        trigger = {} if given.read_only else {"trigger": f"${{{field(given.answer)}}}"}
        return fixed | copied | trigger

    def _default(self, item: Item, value: str) -> str:
        """Write a value; a text that could be read as an expression becomes one."""
        if item.kind == "single":
            return self.xpath.codes(item.id)[int(value)]
        if item.kind == "time":
            return f"{value}:00.000"
        if item.kind != "text" or value.replace(" ", "").isalnum():
            return value
        return f"concat({self.xpath.joined_literals(value)}, '')"

    def _checked(self, item: Item, row: Row) -> Row:
        """Add the checks of an answer to its constraint, in which it is called ``.``."""
        if not item.checks:
            return row
        try:
            agrees = self.xpath.agrees([check.condition for check in item.checks])
        except InexpressibleError as error:
            self.xpath.refuse(f"item {item.id}", error)
            return row
        agrees = agrees.replace(f"${{{field(item.id)}}}", ".")
        limits = [row["constraint"]] if "constraint" in row else []
        texts = [check.message for check in item.checks]
        return row | {
            "constraint": self.xpath.joined("and", [*limits, agrees]),
            **self.texts.columns("constraint_message", together(texts)),
        }

    def _choice(self, item: Item) -> Row:
        kind = "select_multiple" if item.kind == "multiple" else "select_one"
        row = {
            "type": f"{kind} {self.lists.of_options(choices(item, self.instrument), self.texts)}"
        }
        row |= self._shuffled(item) | self._filtered(item)
        if item.responses is not None and item.responses.numbered and not item.in_grid:
            row["appearance"] = "columns-pack"
        if item.kind != "multiple":
            return row
        names = [choice_name(option) for option in alone(item, self.instrument)]
        limits = [f"not(selected(., '{name}') and count-selected(.) > 1)" for name in names]
        if item.max_choices is not None:
            limits.append(f"count-selected(.) <= {item.max_choices}")
        if item.min_choices is not None:
            enough = [f"count-selected(.) >= {item.min_choices}"]
            enough += [f"selected(., '{name}')" for name in names]
            limits.append(f"({' or '.join(enough)})")
        return row | ({"constraint": " and ".join(limits)} if limits else {})

    def _filtered(self, item: Item) -> Row:
        """Return the filter of the choices, which knows each by its name."""
        filters = []
        for option in item.responses.all_options if item.responses else ():
            shown = [tree for code, tree in item.options_when if code == option.value]
            holds = self.xpath.shown(f"item {item.id}", shown)
            if holds != self.xpath.always:
                filters.append(f"name != '{choice_name(option)}' or ({holds})")
        return {"choice_filter": self.xpath.joined("and", filters)} if filters else {}

    def _shuffled(self, item: Item) -> Row:
        return {"parameters": "randomize=true"} if shuffles(item, self.instrument) else {}

    def _entered(self, item: Item, row: Row, required: Row) -> Iterator[Row]:
        """Write what is typed or put in order."""
        if item.kind in TEXT_KINDS:
            typed = _date_limits(item) | self._text_limits(item)
            yield {**row, **required, **typed, "type": item.kind}
        elif item.kind == "rank":
            options = item.responses.options if item.responses else ()
            order = self._shuffled(item)
            yield {
                **row,
                **required,
                **order,
                "type": f"rank {self.lists.of_options(options, self.texts)}",
            }
        elif item.kind == "number" and item.number is not None and item.number.slider is not None:
            yield {**row, **required, **self._line(item.number), "type": "range"}
        elif item.kind == "number" and item.number is not None:
            limits = [
                f". {sign} {spell_number(bound)}"
                for sign, bound in ((">=", item.number.minimum), ("<=", item.number.maximum))
                if bound is not None
            ]
            kind = "integer" if item.number.whole else "decimal"
            limit = {"constraint": " and ".join(limits)} if limits else {}
            yield {**row, **required, **limit, "type": kind}
        elif item.responses is not None:
            yield from self._allocation(item, row, required)

    def _line(self, number: NumberRange) -> Row:
        """Return ends, step and labels of a slider; many ticks would run into each other."""
        assert number.slider is not None
        (low, high), step = number.ends, number.slider.step
        parts = {"start": low, "end": high, "step": step}
        many = number.n_steps > MOST_TICKS
        if many and number.slider.middle is not None:
            parts["tick_interval"] = (high - low) / 2
        written = [f"{name}={spell_number(value)}" for name, value in parts.items()]
        written.append(f"tick_labelset={self.lists.of_numbers(number.labels, self.texts)}")
        bare = many and number.slider.middle is None
        return {"parameters": " ".join(written)} | ({"appearance": "no-ticks"} if bare else {})

    def _text_limits(self, item: Item) -> Row:
        if item.rule is None:
            return {}
        ends = ((">=", item.rule.shortest), ("<=", item.rule.longest))
        limits = [f"string-length(.) {sign} {end}" for sign, end in ends if end is not None]
        if item.rule.pattern is not None:
            limits.append(f"regex(., {self.xpath.quoted(f'^({item.rule.pattern})$')})")
        return {"constraint": " and ".join(limits)}

    def _allocation(self, item: Item, row: Row, required: Row) -> Iterator[Row]:
        assert item.responses is not None
        relevant = {"relevant": row["relevant"]} if "relevant" in row else {}
        yield {**row, "type": "note", "name": f"note_{field(item.id)}"}
        entries = fields_of(item)
        others = " + ".join(f"number(${{{entry}}})" for entry in entries[:-1])
        for entry, option in zip(entries, item.responses.options, strict=True):
            limit = f". >= 0 and . <= {item.total}"
            if entry == entries[-1] and others:
                limit = f"{others} + . = {item.total}"
            yield {
                "type": "decimal",
                "name": entry,
                **relevant,
                **required,
                "constraint": limit,
                **self.texts.columns("label", option.label),
            }

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


def _date_limits(item: Item) -> Row:
    if item.dates is None:
        return {}
    ends = ((">=", item.dates.first), ("<=", item.dates.last))
    limits = [f". {sign} date('{end}')" for sign, end in ends if end is not None]
    return {"constraint": " and ".join(limits)} if limits else {}


def _relevant(condition: str) -> Row:
    return {} if condition == XPath.always else {"relevant": condition}
