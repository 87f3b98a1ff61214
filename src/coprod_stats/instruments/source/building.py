"""Building of an ``Instrument`` from a checked draft: references resolved, expressions parsed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from coprod_stats.instruments.constructs import Meaning
from coprod_stats.instruments.language.evaluation import other_column
from coprod_stats.instruments.language.expressions import parse_expression
from coprod_stats.instruments.language.tree import Expression
from coprod_stats.instruments.model import (
    Administrative,
    Block,
    Check,
    Classification,
    Construct,
    Derived,
    Exemption,
    Form,
    Index,
    Instrument,
    Item,
    Language,
    Module,
    NumberRange,
    Option,
    Page,
    Placeholder,
    ResponseScale,
    Scale,
    Slider,
    Text,
    Timing,
    TranslationStatus,
    Wording,
)
from coprod_stats.instruments.source.answer_form import NumberForm, ResponseScaleForm, TextForm
from coprod_stats.instruments.source.answer_rules import dates_of, prefill_of, rule_of
from coprod_stats.instruments.source.assigned_variables import (
    assigned_of,
    level_texts_of,
    rotation_of,
)
from coprod_stats.instruments.source.constructs_form import ConstructForm
from coprod_stats.instruments.source.draft import Draft, PlacedItem
from coprod_stats.instruments.source.published_scales import published_values
from coprod_stats.instruments.source.roster_pages import with_rosters
from coprod_stats.instruments.source.shown_texts import shown_texts
from coprod_stats.instruments.source.source_form import (
    BlockForm,
    ItemForm,
    PageForm,
    ScaleForm,
    TranslationForm,
    WordingForm,
)
from coprod_stats.instruments.source.written_texts import text_of
from coprod_stats.instruments.texts import direction


def build_instrument(draft: Draft, *, sha256: str) -> Instrument:
    """Build the instrument from a draft without faults."""
    form, build = draft.form, _Builder(draft)
    built = Instrument(
        id=form.instrument,
        version=form.version,
        title=build.text(form.title),
        introduction=build.text_or_none(form.introduction),
        about=build.text_or_none(form.about),
        status=form.status,
        sources=tuple(form.sources),
        languages=tuple(form.languages),
        forms=build.forms(),
        pages=build.pages(),
        scales=tuple(build.scale(id, entry) for id, entry in form.scales.items()),
        indices=build.indices(),
        derived=build.derived(),
        classification=build.classification(),
        constructs=tuple(build.construct(code) for code in draft.constructs),
        placeholders=build.placeholders(),
        administrative=build.administrative(),
        dont_know=build.text(form.missing_options.dont_know),
        refused=build.text(form.missing_options.refused),
        timing=Timing(**form.timing.model_dump()),
        sha256=sha256,
        assigned=assigned_of(form),
        translations=build.translations(),
        modules=build.modules(),
        twin=form.twin,
        exemptions=tuple(
            Exemption(entry.rule, tuple(entry.at), entry.reason) for entry in form.exemptions
        ),
        meanings=tuple(
            Meaning(id, entry.asks, tuple(entry.items), tuple(entry.near))
            for id, entry in draft.meanings.items()
        ),
        texts=shown_texts(draft),
    )
    return with_rosters(built, form)


class _Builder:
    """Builder of the model from the parts of one draft."""

    def __init__(self, draft: Draft) -> None:
        self.draft, self.form = draft, draft.form
        self.scales = {
            id: self.response_scale(id, entry) for id, entry in draft.form.responses.items()
        }
        self.placed = {placed.item.id: placed for placed in draft.items}

    def text(self, given: TextForm) -> Text:
        return text_of(given, self.form.languages)

    def text_or_none(self, given: TextForm | None) -> Text | None:
        return None if given is None else self.text(given)

    def forms(self) -> tuple[Form, ...]:
        return tuple(
            Form(id, self.text(entry.title), entry.minutes_at_most)
            for id, entry in self.form.forms.items()
        )

    def indices(self) -> tuple[Index, ...]:
        return tuple(
            Index(
                id,
                self.text(entry.title),
                self.construct(entry.construct_code),
                parse_expression(entry.value),
                self.text_or_none(entry.note),
            )
            for id, entry in self.form.indices.items()
        )

    def derived(self) -> tuple[Derived, ...]:
        return tuple(
            Derived(id, self.text(entry.title), parse_expression(entry.value))
            for id, entry in self.form.derived.items()
        )

    def placeholders(self) -> tuple[Placeholder, ...]:
        return tuple(
            Placeholder(
                name,
                entry.item,
                self.text(entry.otherwise),
                entry.variable,
                level_texts_of(self.form, entry),
            )
            for name, entry in self.form.placeholders.items()
        )

    def administrative(self) -> tuple[Administrative, ...]:
        return tuple(
            Administrative(
                entry.id,
                self.text(entry.title),
                entry.role,
                entry.kind,
                tuple(self.form.forms if entry.forms is None else entry.forms),
                entry.original,
            )
            for entry in self.form.administrative
        )

    def modules(self) -> tuple[Module, ...]:
        return tuple(
            Module(id, version, self.text(title), self.draft.open_places.get(id, ()))
            for id, version, title in self.draft.modules
        )

    def response_scale(self, id: str, form: ResponseScaleForm) -> ResponseScale:
        options, off_scale = (
            tuple(
                Option(code, self.text(label), form.codes.get(code))
                for code, label in given.items()
            )
            for given in (form.options, form.off_scale)
        )
        return ResponseScale(id, form.kind, options, off_scale, form.points is not None)

    def construct(self, code: str) -> Construct:
        entry: ConstructForm = self.draft.constructs[code]
        given = entry.model_dump(exclude={"note", "columns", "steps", "planned"})
        return Construct(
            code=code,
            **given,
            note=entry.note or "",
            columns=tuple(entry.columns),
            steps=tuple(entry.steps),
            planned=entry.planned or "",
        )

    def scale(self, id: str, form: ScaleForm) -> Scale:
        construct = self.construct(form.construct_code)
        return Scale(
            id=id,
            title=self.text(form.title),
            construct=construct,
            items=tuple(form.items),
            method=form.method,
            min_answered=form.min_answered,
            role=form.role or construct.role,
            note=self.text_or_none(form.note),
            forms=tuple(self.form.forms if form.forms is None else form.forms),
            published=published_values(self.draft.published.get(id)),
        )

    def classification(self) -> Classification | None:
        form = self.form.classification
        if form is None:
            return None
        classes = tuple((name, parse_expression(text)) for name, text in form.classes.items())
        return Classification(self.text(form.title), classes, form.otherwise)

    def translations(self) -> tuple[Language, ...]:
        found = [Language(self.form.languages[0], "original", direction(self.form.languages[0]))]
        for code in self.form.languages[1:]:
            entry = self.form.translations.get(code, TranslationForm())
            note = self.text_or_none(entry.note)
            absent = self.draft.absent_translations.get(code, "")
            found.append(Language(code, entry.status, direction(code), note, absent))
        return tuple(found)

    def item_translations(self, form: ItemForm) -> tuple[tuple[str, TranslationStatus], ...]:
        """Return the status of an item's own text in each language but the first."""
        given = {self.form.languages[0]} if isinstance(form.text, str) else set(form.text)
        found: dict[str, TranslationStatus] = {}
        for language in self.form.languages[1:]:
            default = self.form.translations.get(language, TranslationForm()).status
            status = form.translations.get(language, default)
            lost = language not in given and status != "outdated"
            found[language] = "missing" if lost else status
        return tuple(found.items())

    def wordings(self, forms: Iterable[WordingForm]) -> tuple[Wording, ...]:
        return tuple(Wording(parse_expression(form.when), self.text(form.text)) for form in forms)

    def pages(self) -> tuple[Page, ...]:
        return tuple(
            Page(
                id=page.page,
                title=self.text_or_none(page.title),
                intro=self.text_or_none(page.intro),
                blocks=tuple(self.block(page, block) for block in page.blocks),
                condition=None if page.when is None else parse_expression(page.when),
                random_order=page.random_order,
            )
            for page in self.form.pages
        )

    def block(self, page: PageForm, block: BlockForm) -> Block:
        return Block(
            id=block.block,
            stem=self.text_or_none(block.stem),
            items=tuple(
                built for item in block.items for built in self.items(page, self.placed[item.id])
            ),
            random_order=block.random_order,
        )

    def items(self, page: PageForm, placed: PlacedItem) -> Iterator[Item]:
        """Build an item, and the text that spells out its option "other" if it has one."""
        item = self.item(page, placed)
        yield item
        if item.other is None:
            return
        chosen = item.chosen(item.other)
        words = self.text(placed.item.specify or self.form.specify)
        given = dict(words.by_language)
        n_own = len(item.conditions) - (item.rotation is not None)
        yield Item(
            id=other_column(item.id),
            kind="text",
            text=words,
            page=item.page,
            block=item.block,
            stem=item.stem,
            stem_wordings=item.stem_wordings,
            specifies=item.id,
            conditions=(*item.conditions[:n_own], chosen, *item.conditions[n_own:]),
            forms=item.forms,
            rotation=item.rotation,
            translations=tuple(
                (language, status if language in given else "missing")
                for language, status in item.translations
            ),
        )

    def item(self, page: PageForm, placed: PlacedItem) -> Item:
        form, block = placed.item, placed.block
        offers = form.offers if form.offers is not None else block.offers
        if form.kind == "note":
            offers = []
        return Item(
            id=form.id,
            kind=form.kind,
            text=self.text(form.text),
            page=page.page,
            block=block.block,
            stem=self.text_or_none(block.stem),
            wordings=self.wordings(form.wordings),
            stem_wordings=self.wordings(block.wordings),
            hint=self.text_or_none(form.hint),
            responses=self.answers(placed),
            number=self.number(form.number, form.kind),
            dates=dates_of(form),
            rule=rule_of(form),
            checks=tuple(
                Check(parse_expression(check.holds), self.text(check.message))
                for check in form.checks
            ),
            prefill=prefill_of(form),
            min_choices=form.min_choices,
            max_choices=form.max_choices,
            other=form.other,
            options_when=tuple(
                (code, parse_expression(text)) for code, text in form.options_when.items()
            ),
            random_order=form.random_order,
            top=self.top(placed),
            total=form.total,
            reverse=form.reverse,
            facet=form.facet,
            measures=tuple(self.construct(code) for code in form.measures),
            attention_pass=form.attention_pass,
            required=form.required,
            offers=tuple(self.form.offers if offers is None else offers),
            conditions=(
                *_parsed(page.when, block.when, form.when),
                *rotation_of(self.form, form.rotation),
            ),
            forms=tuple(self.form.forms if form.forms is None else form.forms),
            rotation=form.rotation,
            twin=form.twin,
            seconds=form.seconds,
            original=form.original,
            translations=self.item_translations(form),
        )

    def answers(self, placed: PlacedItem) -> ResponseScale | None:
        scale = self.draft.response_scale(placed)
        if scale is None:
            return None
        named = placed.item.responses or placed.block.responses
        if placed.item.options is None and not placed.item.off_scale and named in self.scales:
            return self.scales[named]
        return self.response_scale(placed.item.id.lower(), scale)

    def top(self, placed: PlacedItem) -> int | None:
        """Return the number of options to rank: all of them unless stated otherwise."""
        answers = self.draft.response_scale(placed)
        if placed.item.kind != "rank" or answers is None:
            return None
        return placed.item.top or len(answers.options)

    def number(self, form: NumberForm | None, kind: str) -> NumberRange | None:
        if kind != "number":
            return None
        form = form or NumberForm()
        unit, line = self.text_or_none(form.unit), form.slider
        if line is None:
            return NumberRange(form.min, form.max, form.whole, unit)
        texts = (self.text(line.low), self.text(line.high), self.text_or_none(line.middle))
        return NumberRange(form.min, form.max, form.whole, unit, Slider(*texts, line.step))


def _parsed(*texts: str | None) -> tuple[Expression, ...]:
    return tuple(parse_expression(text) for text in texts if text is not None)
