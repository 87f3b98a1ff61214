"""XLSForm: the workbook that ODK, KoboToolbox and SurveyCTO take (https://xlsform.org/en/)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coprod_stats.errors import Fault
from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.language.tree import Expression
from coprod_stats.instruments.model import (
    TEXT_KINDS,
    Block,
    Instrument,
    Item,
    NumberRange,
    Option,
    Page,
    Text,
)
from coprod_stats.instruments.questions import MISSING_NAMES
from coprod_stats.platforms.fields import (
    InexpressibleError,
    alone,
    choices,
    entry_hint,
    inexpressible,
    instead_of_answer,
    missing_choices,
    shuffles,
    together,
    unshuffled,
)
from coprod_stats.platforms.form_export import FormExport, SidecarColumn, sidecar_of
from coprod_stats.platforms.workbook_bytes import workbook_bytes
from coprod_stats.platforms.xlsform.expressions import XPath, field, filled
from coprod_stats.platforms.xlsform.losses import fixed_orders, styled_choices
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
    for page in instrument.pages:
        form.page(page)
    for entry in instrument.derived:
        form.derive(entry.id, entry.value)
    refused = tuple(dict.fromkeys((*form.texts.refused, *form.refused)))
    losses = (
        *fixed_orders(instrument),
        *unshuffled(instrument, "PLATFORM-104"),
        *styled_choices(instrument, languages),
        *form.losses,
    )
    sheets = {
        "survey": form.texts.calculations + form.rows,
        "choices": form.choices,
        "settings": [form.settings()],
    }
    sidecar = sidecar_of(
        instrument,
        "xlsform",
        languages=languages,
        columns=form.columns,
        internal=form.internal(),
        losses=losses,
    )
    return FormExport({f"{instrument.id}.xlsx": workbook_bytes(sheets)}, sidecar, refused, losses)


class _Form:
    """The rows of a form being written."""

    def __init__(self, instrument: Instrument, languages: tuple[str, ...]) -> None:
        self.instrument, self.languages = instrument, languages
        self.xpath = XPath(instrument)
        self.texts = FormTexts(instrument, languages, self.xpath)
        self.rows: list[Row] = [
            {"type": "start", "name": "started_at"},
            {"type": "end", "name": "ended_at"},
        ]
        self.choices: list[Row] = []
        self.columns: list[SidecarColumn] = [
            SidecarColumn(column.id, column.id, "administrative", name)
            for column in instrument.administrative
            for role, name in (("respondent", "instanceID"), ("seconds", "seconds"))
            if column.role == role
        ]
        self.refused: list[Fault] = []
        self.losses: list[Fault] = []
        self._lists: dict[tuple[object, ...], str] = {}

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
            group |= _relevant(self._holds(f"page {page.id}", [page.condition]))
        self.rows.append(group)
        if page.intro is not None:
            self.note(f"intro_{page.id}", self.texts.columns("label", page.intro))
        for block in page.blocks:
            self.block(block, page.condition)
        self.rows.append({"type": "end_group"})

    def block(self, block: Block, of_page: Expression | None) -> None:
        """Write a block: a grid where all rows take the same answers, else its questions."""
        own = [[tree for tree in item.conditions if tree != of_page] for item in block.items]
        relevant = [
            self._holds(f"item {item.id}", conditions)
            for item, conditions in zip(block.items, own, strict=True)
        ]
        first = block.items[0]
        same = {(item.responses, item.offers) for item in block.items}
        grid = len(block.items) > 1 and len(same) == 1 and all(i.in_grid for i in block.items)
        if not grid:
            if block.stem is not None:
                name = f"block_{block.id}"
                anyone = self._holds(f"block {block.id}", *own)
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

    def _holds(self, place: str, *alternatives: Sequence[Expression]) -> str:
        """Write when something is shown; what an XLSForm cannot express is refused."""
        try:
            return self.xpath.holds(*alternatives)
        except InexpressibleError as error:
            self.refused.append(inexpressible("PLATFORM-002", place, error))
            return self.xpath.always

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
        required = {"required": "yes"} if item.required else {}
        if item.kind in ("single", "consent", "multiple"):
            self.rows.append(self._checked(item, {**row, **required, **self._choice(item)}))
            self.columns += self._chosen_columns(item)
            return
        why = f"why_{field(item.id)}" if item.offers else ""
        entered = self._entered(item, row, {} if why else required)
        self.rows += [self._checked(item, made) for made in entered]
        self.columns += self._entered_columns(item, why)
        if why:
            shown = [] if relevant == self.xpath.always else [relevant]
            blank = [filled(entry, wanted=False) for entry in _fields(item)]
            self.rows.append(
                {
                    "type": f"select_one {self._list(missing_choices(item, self.instrument))}",
                    "name": why,
                    **self.texts.columns("label", instead_of_answer(self.instrument)),
                    **required,
                    "relevant": self.xpath.joined("and", [*shown, *blank]),
                }
            )

    def _checked(self, item: Item, row: Row) -> Row:
        """Add the checks of an answer to its constraint, in which it is called ``.``."""
        if not item.checks:
            return row
        try:
            agrees = self.xpath.agrees([check.condition for check in item.checks])
        except InexpressibleError as error:
            self.refused.append(inexpressible("PLATFORM-002", f"item {item.id}", error))
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
        row = {"type": f"{kind} {self._list(choices(item, self.instrument))}"}
        row |= self._shuffled(item)
        if item.responses is not None and item.responses.numbered and not item.in_grid:
            row["appearance"] = "columns-pack"
        if item.kind != "multiple":
            return row
        names = [_choice_name(option) for option in alone(item, self.instrument)]
        limits = [f"not(selected(., '{name}') and count-selected(.) > 1)" for name in names]
        if item.max_choices is not None:
            limits.append(f"count-selected(.) <= {item.max_choices}")
        if item.min_choices is not None:
            enough = [f"count-selected(.) >= {item.min_choices}"]
            enough += [f"selected(., '{name}')" for name in names]
            limits.append(f"({' or '.join(enough)})")
        return row | ({"constraint": " and ".join(limits)} if limits else {})

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
            yield {**row, **required, **order, "type": f"rank {self._list(options)}"}
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
        written.append(f"tick_labelset={self._named_numbers(number.labels)}")
        bare = many and number.slider.middle is None
        return {"parameters": " ".join(written)} | ({"appearance": "no-ticks"} if bare else {})

    def _named_numbers(self, labels: tuple[tuple[float, Text], ...]) -> str:
        """Name the list of the labels of some numbers."""
        if labels not in self._lists:
            self._lists[labels] = f"list_{len(self._lists) + 1}"
            for number, label in labels:
                words = self.texts.columns("label", label, markdown=False)
                row = {"list_name": self._lists[labels], "name": spell_number(number), **words}
                self.choices.append(row)
        return self._lists[labels]

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
        entries = _fields(item)
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

    def _list(self, options: tuple[Option, ...]) -> str:
        """Name the list of some choices; items with the same ones share it."""
        if options not in self._lists:
            self._lists[options] = f"list_{len(self._lists) + 1}"
            for option in options:
                words = self.texts.columns("label", option.label, markdown=False)
                row = {"list_name": self._lists[options], "name": _choice_name(option), **words}
                self.choices.append(row)
        return self._lists[options]

    def _missing(self, item: Item) -> tuple[tuple[str, str], ...]:
        """Return the names of what is offered beside a scale, with the canonical codes."""
        options = missing_choices(item, self.instrument)
        return tuple((MISSING_NAMES[option.value], str(option.value)) for option in options)

    def _chosen_columns(self, item: Item) -> Iterator[SidecarColumn]:
        assert item.responses is not None
        options = item.responses.all_options
        codes = tuple((option.written, str(option.value)) for option in options)
        codes += self._missing(item)
        values = [option.written for option in item.column_options] or [""]
        for column, value in zip(item.columns, values, strict=True):
            yield SidecarColumn(column, item.id, item.kind, field(item.id), value, codes)

    def _entered_columns(self, item: Item, why: str) -> Iterator[SidecarColumn]:
        values = item.responses.values if item.kind == "rank" and item.responses else ()
        options = [str(value) for value in values] or [""] * len(item.columns)
        names = _fields(item) if item.kind == "allocate" else (field(item.id),) * len(options)
        for column, name, option in zip(item.columns, names, options, strict=True):
            yield SidecarColumn(
                column, item.id, item.kind, name, option, (), why, self._missing(item)
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


def _date_limits(item: Item) -> Row:
    if item.dates is None:
        return {}
    ends = ((">=", item.dates.first), ("<=", item.dates.last))
    limits = [f". {sign} date('{end}')" for sign, end in ends if end is not None]
    return {"constraint": " and ".join(limits)} if limits else {}


def _choice_name(option: Option) -> str:
    return MISSING_NAMES.get(option.value) or option.written


def _relevant(condition: str) -> Row:
    return {} if condition == XPath.always else {"relevant": condition}


def _fields(item: Item) -> tuple[str, ...]:
    """Name the fields that hold what is typed or ordered for an item."""
    if item.kind == "allocate" and item.responses is not None:
        return tuple(field(item.id, value) for value in item.responses.values)
    return (field(item.id),)
