"""The form as a REDCap data dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.language.tree import Expression, Not
from coprod_stats.instruments.model import (
    Block,
    Instrument,
    Item,
    Option,
    Page,
    Roster,
    Text,
)
from coprod_stats.platforms.fields import (
    INTRODUCTION,
    Alternatives,
    InexpressibleError,
    Insert,
    choices,
    companion,
    entry_hint,
    instead_of_answer,
    line_labels,
    missing_choices,
    needs_companion,
    pieces,
    placeholder_texts,
    rows_together,
    together,
    wording_texts,
)
from coprod_stats.platforms.form_export import FormExport, SidecarRoster, coinciding, sidecar_of
from coprod_stats.platforms.redcap.action_tags import ActionTags
from coprod_stats.platforms.redcap.columns import RECORD, columns, questions
from coprod_stats.platforms.redcap.data_dictionary import Row, table_bytes
from coprod_stats.platforms.redcap.expressions import Translator, as_html, field, option_field
from coprod_stats.platforms.redcap.field_validation import (
    HOLD_TO_LIMITS,
    is_email,
    moment,
    moves_by_one,
    number_range,
    text_rule,
)
from coprod_stats.platforms.redcap.losses import losses_of


def export(instrument: Instrument, *, languages: tuple[str, ...]) -> FormExport:
    """Write a questionnaire as a REDCap data dictionary, in the first of the languages.

    Names are lower case and ``record_id`` comes first. Texts that depend on answers are hidden
    ``@CALCTEXT`` fields that labels pipe in.
    """
    dictionary = _Dictionary(instrument, languages[0])
    rows = list(dictionary.rows())
    losses = tuple(losses_of(instrument, languages))
    known = tuple(columns(instrument))
    taken = {RECORD, *(name for entry in known for name in (entry.name, entry.companion))}
    internal = [row["name"] for row in rows if row["name"] not in taken]
    internal = [name for name in internal if not any(n.startswith(f"{name}___") for n in taken)]
    sidecar = sidecar_of(
        instrument,
        "redcap",
        languages=languages[:1],
        columns=known,
        internal=internal,
        losses=losses,
        rosters=dictionary.rosters,
    )
    files = {"redcap_data_dictionary.csv": table_bytes(rows)}
    shared = coinciding([*(row["name"] for row in rows), *dictionary.matrices])
    return FormExport(files, sidecar, (*dictionary.translator.refused, *shared), losses)


class _Dictionary:
    def __init__(self, instrument: Instrument, language: str, *, form: str = "") -> None:
        self.instrument, self.language = instrument, language
        self.translator = Translator(instrument)
        self.tags = ActionTags(instrument, self.translator)
        self.form = form or instrument.id.lower()
        self.rosters: list[SidecarRoster] = []
        self.matrices: list[str] = []

    def rows(self) -> Iterator[Row]:
        yield self._row(RECORD, "text", "Record")
        for variable in self.instrument.assigned:
            levels = self._choices(variable.levels)
            label = self._text(variable.title)
            yield self._row(
                variable.id, "radio", label, choices=levels, annotation="@HIDDEN-SURVEY"
            )
        yield from self._placeholders()
        if self.instrument.introduction is not None:
            words = self._text(self.instrument.introduction)
            yield self._row(INTRODUCTION, "descriptive", words)
        for page in self.instrument.pages:
            yield from self._page(page)
        for roster in self.instrument.rosters:  # the fields of an instrument stand together
            yield from self._roster(roster)

    def _roster(self, roster: Roster) -> Iterator[Row]:
        """Write a roster as an instrument of its own, to be made a repeating one."""
        name = roster.id.lower()
        inside = _Dictionary(self.instrument.roster(roster.id), self.language, form=name)
        rows = [*inside._placeholders(), *inside._page(replace(roster.page, condition=None))]
        outer = self._holds(f"roster {roster.id}", (roster.page.condition,))
        for row in rows:
            both = [logic for logic in (outer, row.get("logic", "")) if logic]
            row["logic"] = self.translator.joined("and", both) if both else ""
        self.translator.refused += inside.translator.refused
        self.matrices += inside.matrices
        columns = tuple(questions(inside.instrument))
        taken = {name for entry in columns for name in (entry.name, entry.companion)}
        internal = tuple(row["name"] for row in rows if row["name"] not in taken)
        self.rosters.append(SidecarRoster(roster.id, name, columns, internal))
        yield from rows

    def _placeholders(self) -> Iterator[Row]:
        for alternatives in placeholder_texts(self.instrument):
            yield self._composed(f"p_{alternatives.name}", alternatives)

    def _page(self, page: Page) -> Iterator[Row]:
        heading = self._text(page.title) if page.title else ""
        rows = [row for block in page.blocks for row in self._block(page, block)]
        if page.intro is not None:
            logic = self._logic(
                page.blocks[0].items[0], () if page.condition is None else (page.condition,)
            )
            intro = self._row(f"intro_{page.id}", "descriptive", self._text(page.intro))
            rows.insert(0, intro | {"logic": logic})
        rows[0]["section"] = "\n".join(filter(None, [heading, rows[0].get("section", "")]))
        yield from rows

    def _block(self, page: Page, block: Block) -> Iterator[Row]:
        for place, rows in enumerate(rows_together(block), 1):
            first, header = rows[0], ""
            if first.stem is not None and (place == 1 or first.in_grid):
                header, composed = self._wording(first, stem=True)
                yield from composed
            matrix = f"{page.id}_{block.id}_{place}".lower() if first.in_grid else ""
            self.matrices += [matrix] if matrix else []
            made = [found for item in rows for found in self._item(item, matrix)]
            # a matrix must not be interrupted: what its labels pipe in comes before it
            made.sort(key=lambda row: "matrix" not in row if matrix else False, reverse=True)
            shown = next(row for row in made if "@CALCTEXT" not in row.get("annotation", ""))
            shown["section"] = header
            yield from made

    def _item(self, item: Item, matrix: str) -> Iterator[Row]:
        label, composed = self._wording(item)
        yield from composed
        rows = list(self._asked(item, label, matrix))
        if tags := self.tags.prefilled(item):
            rows[0]["annotation"] = " ".join(filter(None, [rows[0].get("annotation", ""), *tags]))
        yield from rows

    def _asked(self, item: Item, label: str, matrix: str) -> Iterator[Row]:
        logic = self._logic(item, item.conditions)
        beside = [hint for hint in (entry_hint(item), self._unnamed(item)) if hint]
        note = {"note": self._text(together(beside))} if beside else {}
        required = {"required": "y"} if item.required else {}
        lacks = needs_companion(item)
        options = self._choices(choices(item, self.instrument))
        shared = {"logic": logic, **note, **({} if lacks else required)}
        match item.kind:
            case "note":
                yield self._row(item.id, "descriptive", label, logic=logic)
            case "multiple":
                yield self._row(
                    item.id,
                    "checkbox",
                    label,
                    choices=options,
                    **shared,
                    annotation=self.tags.checkbox(item),
                )
            case "number" if moves_by_one(item):
                yield self._row(item.id, "slider", label, **shared, **self._line(item))
            case "number":
                yield self._row(item.id, "text", label, **shared, **number_range(item))
            case "text":
                one_line = item.specifies is not None or is_email(item)
                kind = "text" if one_line else "notes"
                yield self._row(field(item.id), kind, label, **shared, **text_rule(item))
            case "date" | "time":
                yield self._row(item.id, "text", label, **shared, **moment(item))
            case "rank" | "allocate":
                yield self._row(f"{item.id}_h", "descriptive", label, logic=logic)
                yield from self._numbered(item, shared)
            case _:
                group = {"matrix": matrix} if matrix else {}
                shared["annotation"] = " ".join([*self.tags.order(item), *self.tags.hidden(item)])
                if item.responses is not None and item.responses.numbered and not matrix:
                    shared["alignment"] = "RH"
                yield self._row(item.id, "radio", label, choices=options, **shared, **group)
        yield from self._warnings(item)
        if lacks:
            yield self._companion(item, logic) | required

    def _numbered(self, item: Item, shared: Row) -> Iterator[Row]:
        """Yield a field for the rank or the points of each option."""
        limits = {"min": "0", "max": str(item.top if item.kind == "rank" else item.total)}
        for option in item.responses.options if item.responses else ():
            name, label = option_field(item.id, option.value), self._text(option.label)
            typed = {"validation": "integer", "annotation": HOLD_TO_LIMITS}
            yield self._row(name, "text", label, **typed, **limits, **shared)

    def _companion(self, item: Item, logic: str) -> Row:
        """Return the field that asks why there is no answer, while there is none."""
        why = self._choices(missing_choices(item, self.instrument))
        instead = self._text(instead_of_answer(self.instrument))
        blank = self.translator.answered(item.id, wanted=False)
        shown = self.translator.joined("and", [logic, blank] if logic else [blank])
        return self._row(companion(item), "radio", instead, choices=why, logic=shown)

    def _warnings(self, item: Item) -> Iterator[Row]:
        """Yield what stands below a question while it is wrong: a dictionary refuses nothing."""
        for place, check in enumerate(item.checks, 1):
            try:
                fails = self.translator.holds([Not(check.condition)])
            except InexpressibleError as error:
                self.translator.refuse(f"item {item.id}", error)
                continue
            name = f"check_{item.id}_{place}"
            yield self._row(name, "descriptive", self._text(check.message), logic=fails)

    def _unnamed(self, item: Item) -> Text | None:
        """Return the labels of a line that is written as a number."""
        return None if moves_by_one(item) else line_labels(item)

    def _line(self, item: Item) -> Row:
        """Return ends and labels of a slider, which shows its number."""
        number = item.number
        assert number is not None
        assert number.slider is not None
        low, high = map(spell_number, number.ends)
        texts = (number.slider.low, number.slider.middle, number.slider.high)
        labels = ["" if text is None else self._label(text) for text in texts]
        return {"choices": " | ".join(labels), "validation": "number", "min": low, "max": high}

    def _row(self, name: str, type: str, label: str, **more: str) -> Row:
        return {"name": name.lower(), "form": self.form, "type": type, "label": label} | {
            key: text for key, text in more.items() if text
        }

    def _choices(self, options: Iterable[Option]) -> str:
        return " | ".join(f"{option.written}, {self._label(option.label)}" for option in options)

    def _label(self, text: Text) -> str:
        """Write a label of a list; a line break would end it, as in REDCap's own storage."""
        return " ".join(self._text(text).split()).replace("|", "&#124;")

    def _logic(self, item: Item, conditions: tuple[Expression, ...]) -> str:
        return self._holds(f"item {item.id}", conditions)

    def _holds(self, place: str, conditions: tuple[Expression | None, ...]) -> str:
        logic = self.translator.shown(place, [tree for tree in conditions if tree is not None])
        return "" if logic == self.translator.always else logic

    def _wording(self, item: Item, *, stem: bool = False) -> tuple[str, list[Row]]:
        """Return a label, and the field that composes it where it depends on answers."""
        text, wordings = (item.stem, item.stem_wordings) if stem else (item.text, item.wordings)
        text = text or item.text
        if not wordings:
            return self._text(text), []
        name = f"{'s' if stem else 'w'}_{item.id.lower()}"
        alternatives = wording_texts(name, wordings, text)
        return f"[{name}]", [self._composed(name, alternatives)]

    def _composed(self, name: str, alternatives: Alternatives) -> Row:
        try:
            text = self.translator.text(alternatives, self.language)
        except InexpressibleError as error:
            self.translator.refuse(f"text {name}", error)
            text = "''"
        return self._row(name, "text", name, annotation=f"@HIDDEN @CALCTEXT({text})")

    def _text(self, text: Text) -> str:
        return "".join(
            self.translator.inserted(piece.name, self.language)
            if isinstance(piece, Insert)
            else as_html(piece)
            for piece in pieces(text.in_language(self.language))
        )
