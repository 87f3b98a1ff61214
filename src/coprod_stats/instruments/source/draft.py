"""A questionnaire with a valid shape and the place of each part, ready to be checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from coprod_stats.errors import Fault
from coprod_stats.instruments.language.expressions import ExpressionError, parse_expression
from coprod_stats.instruments.language.tree import names
from coprod_stats.instruments.source.answer_form import ResponseScaleForm, TextForm
from coprod_stats.instruments.source.constructs_form import ConstructForm, MeaningForm
from coprod_stats.instruments.source.module_form import PublishedScaleForm
from coprod_stats.instruments.source.source_form import (
    BlockForm,
    InstrumentForm,
    ItemForm,
    RosterForm,
)
from coprod_stats.instruments.source.yaml_source import Location, YamlSource

CHOICE_KINDS = ("single", "multiple", "rank", "allocate", "consent")


@dataclass(frozen=True, slots=True)
class PlacedItem:
    """An item of the file with its block and its place."""

    item: ItemForm
    block: BlockForm
    location: Location
    page: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A questionnaire with a valid shape whose meaning is still to be checked.

    Attributes
    ----------
    modules : tuple of (str, str, TextForm)
        Id, version and title of each module inserted.
    other_files : tuple of str
        Hashes of the files of modules and translations.
    meanings, published : mapping
        The table of meanings, and published scales whose wording a module has.
    open_places : mapping of str to tuple of str
        Published scales without a wording, by module.
    absent_translations : mapping of str to str
        Files of translations that do not stand beside the questionnaire, by language.
    """

    form: InstrumentForm
    source: YamlSource
    constructs: Mapping[str, ConstructForm]
    modules: tuple[tuple[str, str, TextForm], ...] = ()
    other_files: tuple[str, ...] = ()
    meanings: Mapping[str, MeaningForm] = field(default_factory=dict)
    published: Mapping[str, PublishedScaleForm] = field(default_factory=dict)
    open_places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    absent_translations: Mapping[str, str] = field(default_factory=dict)

    @property
    def items(self) -> tuple[PlacedItem, ...]:
        """All items in order, with their places."""
        return tuple(
            PlacedItem(item, block, ("pages", p, "blocks", b, "items", i), p)
            for p, page in enumerate(self.form.pages)
            for b, block in enumerate(page.blocks)
            for i, item in enumerate(block.items)
        )

    def fault(self, code: str, location: Location, place: str, found: str, remedy: str) -> Fault:
        """Return a fault with its file and line."""
        return self.source.fault(code, location, place, found, remedy)

    def response_scale(self, placed: PlacedItem) -> ResponseScaleForm | None:
        """Return the response scale of an item: its own options or scale, or that of its block."""
        item = placed.item
        if item.options is not None:
            return ResponseScaleForm(
                kind="categorical",
                options=item.options,
                off_scale=item.off_scale,
                codes=item.codes,
            )
        if item.kind not in CHOICE_KINDS:
            return None
        name = item.responses or placed.block.responses
        scale = self.form.responses.get(name) if name else None
        if scale is not None and item.off_scale:
            return scale.model_copy(update={"off_scale": {**scale.off_scale, **item.off_scale}})
        return scale


def conditions(draft: Draft) -> Iterator[tuple[Location, str, str]]:
    """Return every expression of the file: its location, the part it belongs to, its text."""
    form = draft.form
    for p, page in enumerate(form.pages):
        if page.when is not None:
            yield ("pages", p, "when"), f"page '{page.page}'", page.when
        for b, block in enumerate(page.blocks):
            where: Location = ("pages", p, "blocks", b)
            if block.when is not None:
                yield (*where, "when"), f"block '{block.block}'", block.when
            for w, wording in enumerate(block.wordings):
                yield (*where, "wordings", w, "when"), f"block '{block.block}'", wording.when
    for placed in draft.items:
        place = f"item {placed.item.id}"
        if placed.item.when is not None:
            yield (*placed.location, "when"), place, placed.item.when
        for w, wording in enumerate(placed.item.wordings):
            yield (*placed.location, "wordings", w, "when"), place, wording.when
        for c, check in enumerate(placed.item.checks):
            yield (*placed.location, "checks", c, "holds"), place, check.holds
        for code, condition in placed.item.options_when.items():
            yield (*placed.location, "options_when", code), f"{place}, code {code}", condition
    for id, derived in form.derived.items():
        yield ("derived", id, "value"), f"derived variable '{id}'", derived.value
    for id, index in form.indices.items():
        yield ("indices", id, "value"), f"index '{id}'", index.value
    if form.classification is not None:
        for name, text in form.classification.classes.items():
            yield ("classification", "classes", name), f"class '{name}'", text


def texts(draft: Draft) -> Iterator[tuple[Location, str, TextForm]]:
    """Return every text of the file: its location, the part it belongs to, its words."""
    for location, place, text in (
        *_front_texts(draft.form),
        *_page_texts(draft.form),
        *_item_texts(draft),
        *_back_texts(draft.form),
    ):
        if text is not None:
            yield location, place, text


_Texts = Iterator[tuple[Location, str, TextForm | None]]


def _front_texts(form: InstrumentForm) -> _Texts:
    yield ("title",), "title", form.title
    yield ("introduction",), "introduction", form.introduction
    yield ("about",), "about", form.about
    for name in ("dont_know", "refused"):
        yield ("missing_options", name), name, getattr(form.missing_options, name)
    items = (item for page in form.pages for block in page.blocks for item in block.items)
    if any(item.other is not None and item.specify is None for item in items):
        yield ("specify",), "specify", form.specify
    for name, placeholder in form.placeholders.items():
        yield ("placeholders", name, "otherwise"), f"placeholder [{name}]", placeholder.otherwise
        for level, words in placeholder.levels.items():
            yield ("placeholders", name, "levels", level), f"placeholder [{name}]", words
    for id, entry in form.forms.items():
        yield ("forms", id, "title"), f"form '{id}'", entry.title
    for id, variable in form.assigned.items():
        yield ("assigned", id, "title"), f"variable '{id}'", variable.title
        for level, words in variable.levels.items():
            yield ("assigned", id, "levels", level), f"variable '{id}', level {level}", words
    if form.planned_missing is not None:
        place = f"variable '{form.planned_missing.id}'"
        yield ("planned_missing", "title"), place, form.planned_missing.title
    for language, translation in form.translations.items():
        yield ("translations", language, "note"), f"language '{language}'", translation.note
    for id, scale in form.responses.items():
        for key, answers in (("options", scale.options), ("off_scale", scale.off_scale)):
            for code, label in answers.items():
                if scale.points is None or label != str(code):
                    yield ("responses", id, key, code), f"response scale '{id}', code {code}", label
    for i, column in enumerate(form.administrative):
        yield ("administrative", i, "title"), f"column '{column.id}'", column.title


def _page_texts(form: InstrumentForm) -> _Texts:
    for p, page in enumerate(form.pages):
        yield ("pages", p, "title"), f"page '{page.page}'", page.title
        yield ("pages", p, "intro"), f"page '{page.page}'", page.intro
        if page.roster is not None:
            place = f"roster '{page.roster.id}'"
            yield ("pages", p, "roster", "title"), place, page.roster.title
            for id, summary in page.roster.summaries.items():
                at = ("pages", p, "roster", "summaries", id, "title")
                yield at, f"summary '{id}'", summary.title
        for b, block in enumerate(page.blocks):
            where: Location = ("pages", p, "blocks", b)
            yield (*where, "stem"), f"block '{block.block}'", block.stem
            for w, wording in enumerate(block.wordings):
                yield (*where, "wordings", w, "text"), f"block '{block.block}'", wording.text


def _item_texts(draft: Draft) -> _Texts:
    for placed in draft.items:
        item, where, place = placed.item, placed.location, f"item {placed.item.id}"
        yield (*where, "text"), place, item.text
        yield (*where, "hint"), place, item.hint
        yield (*where, "specify"), place, item.specify
        if item.number is not None:
            yield (*where, "number", "unit"), place, item.number.unit
            if item.number.slider is not None:
                for key in ("low", "middle", "high"):
                    label = getattr(item.number.slider, key)
                    yield (*where, "number", "slider", key), place, label
        for w, wording in enumerate(item.wordings):
            yield (*where, "wordings", w, "text"), place, wording.text
        for c, check in enumerate(item.checks):
            yield (*where, "checks", c, "message"), place, check.message
        for key, answers in (("options", item.options or {}), ("off_scale", item.off_scale)):
            for code, label in answers.items():
                yield (*where, key, code), f"{place}, code {code}", label


def _back_texts(form: InstrumentForm) -> _Texts:
    for id, derived in form.derived.items():
        yield ("derived", id, "title"), f"derived variable '{id}'", derived.title
    if form.classification is not None:
        yield ("classification", "title"), "classification", form.classification.title
    for id, scale in form.scales.items():
        yield ("scales", id, "title"), f"scale '{id}'", scale.title
        yield ("scales", id, "note"), f"scale '{id}'", scale.note
    for id, index in form.indices.items():
        yield ("indices", id, "title"), f"index '{id}'", index.title
        yield ("indices", id, "note"), f"index '{id}'", index.note


def used_names(text: str) -> tuple[str, ...]:
    """Return the names in an expression; none if it cannot be parsed, which has its own check."""
    try:
        return names(parse_expression(text))
    except ExpressionError:
        return ()


def rosters(form: InstrumentForm) -> Iterator[tuple[int, RosterForm]]:
    """Return the rosters with the number of their page."""
    for p, page in enumerate(form.pages):
        if page.roster is not None:
            yield p, page.roster


def summary_values(form: InstrumentForm) -> Iterator[tuple[Location, str, str]]:
    """Return the values of summaries of rosters, which are about rows, with their places."""
    for p, roster in rosters(form):
        for id, summary in roster.summaries.items():
            where = ("pages", p, "roster", "summaries", id, "value")
            yield where, f"summary '{id}'", summary.value


def assigned_levels(form: InstrumentForm) -> dict[str, tuple[int, ...]]:
    """Return the levels of each assigned variable, the one of planned missingness included."""
    levels = {id: tuple(variable.levels) for id, variable in form.assigned.items()}
    if form.planned_missing is not None:
        levels[form.planned_missing.id] = tuple(form.planned_missing.sets)
    return levels
