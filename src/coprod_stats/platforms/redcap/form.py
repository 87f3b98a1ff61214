"""The form as a REDCap data dictionary."""

from __future__ import annotations

import csv
import io
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
    alone,
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
    shuffles,
    together,
    unshuffled,
    wording_texts,
)
from coprod_stats.platforms.form_export import FormExport, SidecarRoster, coinciding, sidecar_of
from coprod_stats.platforms.redcap.columns import (
    RECORD,
    columns,
    losses_of,
    moves_by_one,
    questions,
)
from coprod_stats.platforms.redcap.expressions import (
    Translator,
    as_html,
    field,
    option_field,
)

HEADER = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
_PLACE = {
    name: HEADER[place]
    for name, place in (
        ("name", 0),
        ("form", 1),
        ("section", 2),
        ("type", 3),
        ("label", 4),
        ("choices", 5),
        ("note", 6),
        ("validation", 7),
        ("min", 8),
        ("max", 9),
        ("logic", 11),
        ("required", 12),
        ("alignment", 13),
        ("matrix", 15),
        ("annotation", 17),
    )
}

_MOST_CONDITIONS = 5
"""Conditions under which options of one field are shown; each doubles the length of its tag."""
_HOLD_TO_LIMITS = "@FORCE-MINMAX"
"""Without it REDCap warns of a number outside its limits and takes it."""


def export(instrument: Instrument, *, languages: tuple[str, ...]) -> FormExport:
    """Write a questionnaire as a REDCap data dictionary, in the first of the languages.

    Names are lower case and ``record_id`` comes first. Texts that depend on answers are hidden
    ``@CALCTEXT`` fields that labels pipe in.
    """
    dictionary = _Dictionary(instrument, languages[0])
    rows = list(dictionary.rows())
    losses = [*losses_of(instrument, languages), *unshuffled(instrument, "PLATFORM-137")]
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, HEADER, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({_PLACE[key]: text for key, text in row.items()} for row in rows)
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
    files = {"redcap_data_dictionary.csv": written.getvalue().encode()}
    shared = coinciding([*(row["name"] for row in rows), *dictionary.matrices])
    return FormExport(files, sidecar, (*dictionary.translator.refused, *shared), tuple(losses))


class _Dictionary:
    def __init__(self, instrument: Instrument, language: str, *, form: str = "") -> None:
        self.instrument, self.language = instrument, language
        self.translator = Translator(instrument)
        self.form = form or instrument.id.lower()
        self.rosters: list[SidecarRoster] = []
        self.matrices: list[str] = []

    def rows(self) -> Iterator[dict[str, str]]:
        yield self._row(RECORD, "text", "Record")
        for variable in self.instrument.assigned:
            levels = self._choices(variable.levels)
            label = self._text(variable.title)
            yield self._row(
                variable.id, "radio", label, choices=levels, annotation="@HIDDEN-SURVEY"
            )
        for alternatives in placeholder_texts(self.instrument):
            yield self._composed(f"p_{alternatives.name}", alternatives)
        if self.instrument.introduction is not None:
            words = self._text(self.instrument.introduction)
            yield self._row(INTRODUCTION, "descriptive", words)
        for page in self.instrument.pages:
            yield from self._page(page)
        for roster in self.instrument.rosters:  # the fields of an instrument stand together
            yield from self._roster(roster)

    def _roster(self, roster: Roster) -> Iterator[dict[str, str]]:
        """Write a roster as an instrument of its own, to be made a repeating one."""
        name = roster.id.lower()
        inside = _Dictionary(self.instrument.roster(roster.id), self.language, form=name)
        composed = (
            inside._composed(f"p_{alternatives.name}", alternatives)
            for alternatives in placeholder_texts(inside.instrument)
        )
        rows = [*composed, *inside._page(replace(roster.page, condition=None))]
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

    def _page(self, page: Page) -> Iterator[dict[str, str]]:
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

    def _block(self, page: Page, block: Block) -> Iterator[dict[str, str]]:
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

    def _item(self, item: Item, matrix: str) -> Iterator[dict[str, str]]:
        label, composed = self._wording(item)
        yield from composed
        rows = list(self._asked(item, label, matrix))
        if tags := self._prefilled(item):
            rows[0]["annotation"] = " ".join(filter(None, [rows[0].get("annotation", ""), *tags]))
        yield from rows

    def _asked(self, item: Item, label: str, matrix: str) -> Iterator[dict[str, str]]:
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
                    annotation=self._exclusive(item),
                )
            case "number" if moves_by_one(item):
                yield self._row(item.id, "slider", label, **shared, **self._line(item))
            case "number":
                yield self._row(item.id, "text", label, **shared, **_range(item))
            case "text":
                one_line = item.specifies is not None or _is_email(item)
                kind = "text" if one_line else "notes"
                yield self._row(field(item.id), kind, label, **shared, **_text_rule(item))
            case "date" | "time":
                yield self._row(item.id, "text", label, **shared, **_moment(item))
            case "rank" | "allocate":
                yield self._row(f"{item.id}_h", "descriptive", label, logic=logic)
                top = item.top if item.kind == "rank" else item.total
                for option in item.responses.options if item.responses else ():
                    yield self._row(
                        option_field(item.id, option.value),
                        "text",
                        self._text(option.label),
                        validation="integer",
                        min="0",
                        max=str(top),
                        annotation=_HOLD_TO_LIMITS,
                        **shared,
                    )
            case _:
                group = {"matrix": matrix} if matrix else {}
                shared["annotation"] = " ".join([*self._order(item), *self._hidden(item)])
                if item.responses is not None and item.responses.numbered and not matrix:
                    shared["alignment"] = "RH"
                yield self._row(item.id, "radio", label, choices=options, **shared, **group)
        yield from self._warnings(item)
        if lacks:
            why = self._choices(missing_choices(item, self.instrument))
            instead = self._text(instead_of_answer(self.instrument))
            blank = self.translator.answered(item.id, wanted=False)
            shown = self.translator.joined("and", [logic, blank] if logic else [blank])
            yield self._row(companion(item), "radio", instead, choices=why, logic=shown, **required)

    def _warnings(self, item: Item) -> Iterator[dict[str, str]]:
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

    def _line(self, item: Item) -> dict[str, str]:
        """Return ends and labels of a slider, which shows its number."""
        number = item.number
        assert number is not None
        assert number.slider is not None
        low, high = map(spell_number, number.ends)
        texts = (number.slider.low, number.slider.middle, number.slider.high)
        labels = ["" if text is None else self._label(text) for text in texts]
        return {"choices": " | ".join(labels), "validation": "number", "min": low, "max": high}

    def _exclusive(self, item: Item) -> str:
        codes = ",".join(option.written for option in alone(item, self.instrument))
        none = [f"@NONEOFTHEABOVE='{codes}'"] if codes else []
        most = [f"@MAXCHECKED={item.max_choices}"] if item.max_choices else []
        return " ".join(none + most + self._order(item) + self._hidden(item))

    def _hidden(self, item: Item) -> list[str]:
        """Hide options: one tag for each combination of conditions, as a field takes one such."""
        written = (
            {}
            if item.responses is None
            else {option.value: option.written for option in item.responses.all_options}
        )
        together: dict[str, list[str]] = {}
        for code, condition in item.options_when:
            logic = self._logic(item, (condition,))
            together.setdefault(logic, []).append(written[code])
        together.pop("", None)
        if len(together) > _MOST_CONDITIONS:
            error = InexpressibleError(
                f"REDCap: options are shown under {len(together)} conditions, and at most "
                f"{_MOST_CONDITIONS} can be combined"
            )
            self.translator.refuse(f"item {item.id}", error)
            return []
        return [_hidden_unless(list(together.items()), [])] if together else []

    def _order(self, item: Item) -> list[str]:
        return ["@RANDOMORDER"] if shuffles(item, self.instrument) else []

    def _prefilled(self, item: Item) -> list[str]:
        """Return the tags of what a field comes with when its page is first shown."""
        given = item.prefill
        if given is None:
            return []
        fixed = ["@READONLY"] if given.read_only else []
        try:
            if given.value is not None:
                value = given.value
                if item.responses is not None:
                    value = self.translator.codes(item.id)[int(value)]
                return [f"@DEFAULT={self.translator.literal(value, '[]')}", *fixed]
            if given.answer is not None:
                return [self._copied(given.answer, item.id), *fixed]
        except InexpressibleError as error:
            self.translator.refuse(f"item {item.id}", error)
        return fixed

    def _copied(self, source: str, to: str) -> str:
        """Pipe an answer, a choice by its value, where there is one other than "don't know"."""
        translator, name = self.translator, field(source)
        theirs, ours = translator.codes(source), translator.codes(to)
        piped = f"@DEFAULT='[{name}{':value' if theirs else ''}]'"
        for code, alias in theirs.items():
            if alias != ours[code]:
                equal = f"[{name}] = {translator.quoted(alias)}"
                piped = f"@IF({equal}, @DEFAULT='{ours[code]}', {piped})"
        return f"@IF({translator.answered(source, wanted=True)}, {piped}, '')"

    def _row(self, name: str, type: str, label: str, **more: str) -> dict[str, str]:
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

    def _wording(self, item: Item, *, stem: bool = False) -> tuple[str, list[dict[str, str]]]:
        """Return a label, and the field that composes it where it depends on answers."""
        text, wordings = (item.stem, item.stem_wordings) if stem else (item.text, item.wordings)
        text = text or item.text
        if not wordings:
            return self._text(text), []
        name = f"{'s' if stem else 'w'}_{item.id.lower()}"
        alternatives = wording_texts(name, wordings, text)
        return f"[{name}]", [self._composed(name, alternatives)]

    def _composed(self, name: str, alternatives: Alternatives) -> dict[str, str]:
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


def _hidden_unless(conditions: list[tuple[str, list[str]]], hidden: list[str]) -> str:
    """Nest ``@IF`` (evaluated when the page is loaded), so that one ``@HIDECHOICE`` applies."""
    if not conditions:
        return f"@HIDECHOICE='{','.join(hidden)}'" if hidden else "''"
    (logic, codes), *others = conditions
    shown, not_shown = (_hidden_unless(others, gone) for gone in (hidden, [*hidden, *codes]))
    return f"@IF({logic}, {shown}, {not_shown})"


def _is_email(item: Item) -> bool:
    return item.rule is not None and item.rule.format == "email"


def _text_rule(item: Item) -> dict[str, str]:
    """Return what a dictionary can hold of a rule: an e-mail address, and the greatest length."""
    if item.rule is None:
        return {}
    limit = f"@CHARLIMIT={item.rule.longest}" if item.rule.longest is not None else ""
    return {"validation": "email" if _is_email(item) else "", "annotation": limit}


def _moment(item: Item) -> dict[str, str]:
    if item.dates is None:
        return {"validation": "time"}
    ends = (("min", item.dates.first), ("max", item.dates.last))
    limits = {name: str(end) for name, end in ends if end is not None}
    forced = {"annotation": _HOLD_TO_LIMITS} if limits else {}
    return {"validation": "date_ymd"} | limits | forced


def _range(item: Item) -> dict[str, str]:
    if item.number is None:
        return {"validation": "number"}
    bounds = (("min", item.number.minimum), ("max", item.number.maximum))
    limits = {name: spell_number(bound) for name, bound in bounds if bound is not None}
    forced = {"annotation": _HOLD_TO_LIMITS} if limits else {}
    return {"validation": "integer" if item.number.whole else "number"} | limits | forced
