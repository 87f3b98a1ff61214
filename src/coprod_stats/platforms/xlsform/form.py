"""XLSForm: the workbook that ODK, KoboToolbox and SurveyCTO take (https://xlsform.org/en/)."""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.errors import Fault
from coprod_stats.instruments.language.expressions import Expression, names
from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.model import Block, Instrument, Item, Page, ResponseScale
from coprod_stats.platforms.form_export import (
    FormExport,
    off_scale_missing,
    offered,
    sidecar_of,
)
from coprod_stats.platforms.sidecar import SidecarColumn
from coprod_stats.platforms.workbook_bytes import workbook_bytes
from coprod_stats.platforms.xlsform.expressions import XPath, conjunction, field
from coprod_stats.platforms.xlsform.texts import FormTexts, language_header

Row = dict[str, str]


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
    form.refuse_unknown_names()
    losses = tuple(_fixed_orders(instrument))
    sheets = {
        "survey": form.texts.rows + form.rows,
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
    return FormExport(
        {f"{instrument.id}.xlsx": workbook_bytes(sheets)}, sidecar, tuple(form.refused), losses
    )


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
        self._lists: dict[tuple[object, ...], str] = {}

    def assign(self, id: str, values: tuple[int, ...]) -> None:
        """Let chance set a variable once, when the form is begun."""
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
        calculation = self.xpath.calculation(value)
        self.rows.append({"type": "calculate", "name": field(id), "calculation": calculation})

    def page(self, page: Page) -> None:
        """Write a page as a group of questions that are shown together."""
        group = {"type": "begin_group", "name": f"page_{page.id}", "appearance": "field-list"}
        if page.title is not None:
            group |= self.texts.columns("label", page.title)
        if page.condition is not None:
            group["relevant"] = self.xpath.true(page.condition)
        self.rows.append(group)
        if page.intro is not None:
            self.note(f"intro_{page.id}", self.texts.columns("label", page.intro))
        for block in page.blocks:
            self.block(block, page.condition)
        self.rows.append({"type": "end_group"})

    def block(self, block: Block, of_page: Expression | None) -> None:
        """Write a block: a grid where all rows take the same answers, else its questions."""
        relevant = [
            conjunction(
                self.xpath.true(condition) for condition in item.conditions if condition != of_page
            )
            for item in block.items
        ]
        first = block.items[0]
        same = {(item.responses, item.offers) for item in block.items}
        grid = len(block.items) > 1 and len(same) == 1 and all(i.in_grid for i in block.items)
        if not grid:
            if block.stem is not None:
                self._stem(block, first, relevant)
            for item, condition in zip(block.items, relevant, strict=True):
                self.item(item, condition)
            return
        group = {"type": "begin_group", "name": f"block_{block.id}", "appearance": "table-list"}
        if len(set(relevant)) == 1 and relevant[0] != "true()":
            group["relevant"] = relevant[0]
            relevant = ["true()"] * len(relevant)
        assert block.stem is not None
        group |= self.texts.worded("label", f"stem_{block.id}", block.stem, first.stem_wordings)
        self.rows.append(group)
        for item, condition in zip(block.items, relevant, strict=True):
            self.item(item, condition)
        self.rows.append({"type": "end_group"})

    def _stem(self, block: Block, first: Item, relevant: list[str]) -> None:
        assert block.stem is not None
        words = self.texts.worded("label", f"stem_{block.id}", block.stem, first.stem_wordings)
        anyone = "true()" if "true()" in relevant else " or ".join(f"({r})" for r in relevant)
        self.note(f"block_{block.id}", words, anyone)

    def note(self, name: str, words: Row, relevant: str = "true()") -> None:
        """Write a text that asks nothing."""
        self.rows.append({"type": "note", "name": name, **words, **_relevant(relevant)})

    def item(self, item: Item, relevant: str) -> None:
        """Write a question, and the one that asks why it has no answer where that is offered."""
        words = self.texts.worded("label", f"text_{field(item.id)}", item.text, item.wordings)
        hint = {} if item.hint is None else self.texts.columns("hint", item.hint)
        if item.kind == "note":
            self.note(field(item.id), {**words, **hint}, relevant)
            return
        row = {"name": field(item.id), **words, **hint, **_relevant(relevant)}
        required = {"required": "yes"} if item.required else {}
        if item.kind in ("single", "consent", "multiple"):
            self.rows.append({**row, **required, **self._choice(item)})
            self.columns += _chosen_columns(item)
            return
        why = f"why_{field(item.id)}" if item.offers else ""
        self.rows += self._entered(item, row, {} if why else required)
        self.columns += _entered_columns(item, why)
        if why:
            blank = [f"string-length(${{{entry}}}) = 0" for entry in _fields(item)]
            self.rows.append(
                {
                    "type": f"select_one {self._list(None, item)}",
                    "name": why,
                    **self.texts.columns("label", item.text),
                    **required,
                    "relevant": conjunction([relevant, *blank]),
                }
            )

    def _choice(self, item: Item) -> Row:
        kind = "select_multiple" if item.kind == "multiple" else "select_one"
        row = {"type": f"{kind} {self._list(item.responses, item)}"}
        if item.kind != "multiple":
            return row
        limits = [
            f"not(selected(., '{name}') and count-selected(.) > 1)"
            for name, _ in off_scale_missing(item.offers)
        ]
        if item.max_choices is not None:
            limits.append(f"count-selected(.) <= {item.max_choices}")
        return row | ({"constraint": " and ".join(limits)} if limits else {})

    def _entered(self, item: Item, row: Row, required: Row) -> Iterator[Row]:
        """Write what is typed or put in order."""
        if item.kind == "text":
            yield {**row, **required, "type": "text"}
        elif item.kind == "rank":
            yield {**row, **required, "type": f"rank {self._list(item.responses, None)}"}
        elif item.kind == "number" and item.number is not None:
            limits = [
                f". {sign} {spell_number(bound)}"
                for sign, bound in ((">=", item.number.minimum), ("<=", item.number.maximum))
                if bound is not None
            ]
            kind = "integer" if item.number.whole else "decimal"
            limit = {"constraint": " and ".join(limits)} if limits else {}
            unit = (
                {}
                if item.number.unit is None or item.hint is not None
                else (self.texts.columns("hint", item.number.unit))
            )
            yield {**row, **required, **unit, **limit, "type": kind}
        elif item.responses is not None:
            yield from self._allocation(item, row, required)

    def _allocation(self, item: Item, row: Row, required: Row) -> Iterator[Row]:
        assert item.responses is not None
        relevant = {"relevant": row["relevant"]} if "relevant" in row else {}
        yield {**row, "type": "note", "name": f"block_{field(item.id)}"}
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

    def _list(self, scale: ResponseScale | None, item: Item | None) -> str:
        """Name the list of choices of a scale with what the item offers beside it."""
        beside = () if item is None else offered(self.instrument, item.offers)
        options = () if scale is None else (*scale.options, *scale.off_scale)
        key = (options, beside)
        if key not in self._lists:
            name = f"list_{len(self._lists) + 1}"
            self._lists[key] = name
            entries = [(str(option.value), option.label) for option in options]
            for code, label in entries + [(name, label) for name, _, label in beside]:
                words = self.texts.columns("label", label)
                self.choices.append({"list_name": name, "name": code, **words})
        return self._lists[key]

    def settings(self) -> Row:
        """Return the one row of the settings sheet."""
        instrument = self.instrument
        return {
            "form_title": instrument.title.in_language(self.languages[0]),
            "form_id": f"{instrument.id}_{instrument.forms[0].id}",
            "version": f"{instrument.version}-{instrument.sha256[:8]}",
            "default_language": language_header(self.languages[0]),
            "style": "pages",
        }

    def internal(self) -> tuple[str, ...]:
        """Name the fields that hold no answer: notes, texts put together, calculations."""
        known = {name for entry in self.columns for name in (entry.name, entry.companion)}
        written = [row["name"] for row in self.texts.rows + self.rows if "name" in row]
        return tuple(name for name in written if name not in known)

    def refuse_unknown_names(self) -> None:
        """Refuse routing by what the form does not know, as the weight of a respondent."""
        instrument = self.instrument
        outside = {column.id for column in instrument.administrative}
        trees: dict[Expression, str] = {
            condition: f"item {item.id}"
            for item in instrument.items
            for condition in (
                *item.conditions,
                *(w.condition for w in (*item.wordings, *item.stem_wordings)),
            )
        }
        trees |= {entry.value: f"derived variable {entry.id}" for entry in instrument.derived}
        for tree, place in trees.items():
            for name in outside.intersection(names(tree)):
                self.refused.append(
                    Fault(
                        "PLATFORM-002",
                        f"depends on '{name}', which an XLSForm does not know",
                        "Ask for it, or leave the condition out of the form.",
                        place=place,
                    )
                )


def _relevant(condition: str) -> Row:
    return {} if condition == "true()" else {"relevant": condition}


def _fields(item: Item) -> tuple[str, ...]:
    """Name the fields that hold what is typed or ordered for an item."""
    if item.kind == "allocate" and item.responses is not None:
        return tuple(field(item.id, value) for value in item.responses.values)
    return (field(item.id),)


def _chosen_columns(item: Item) -> Iterator[SidecarColumn]:
    assert item.responses is not None
    options = (*item.responses.options, *item.responses.off_scale)
    codes = tuple((str(option.value), str(option.value)) for option in options)
    codes += off_scale_missing(item.offers)
    values = item.responses.values if item.kind == "multiple" else ("",)
    for column, value in zip(item.columns, values, strict=True):
        yield SidecarColumn(column, item.id, item.kind, field(item.id), str(value), codes)


def _entered_columns(item: Item, why: str) -> Iterator[SidecarColumn]:
    reasons = off_scale_missing(item.offers)
    values = item.responses.values if item.kind == "rank" and item.responses else ()
    options = [str(value) for value in values] or [""] * len(item.columns)
    names = _fields(item) if item.kind == "allocate" else (field(item.id),) * len(options)
    for column, name, option in zip(item.columns, names, options, strict=True):
        yield SidecarColumn(column, item.id, item.kind, name, option, (), why, reasons)


def _fixed_orders(instrument: Instrument) -> Iterator[Fault]:
    places = [f"page {page.id}" for page in instrument.pages if page.random_order]
    places += [
        f"block {block.id}"
        for page in instrument.pages
        for block in page.blocks
        if block.random_order
    ]
    if places:
        yield Fault(
            "PLATFORM-101",
            f"the random order of {len(places)} pages and blocks stays as written",
            "XLSForm can shuffle choices only; state the fixed order in the report.",
            place=", ".join(places),
        )
