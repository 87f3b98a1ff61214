"""The codebook of a questionnaire: one HTML page with every column and its values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup, escape

from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.language.tree import Expression, Logic
from coprod_stats.instruments.language.wording import condition_in_words
from coprod_stats.instruments.model import (
    MISSING_CODES,
    OPTION_KINDS,
    Assigned,
    Derived,
    Index,
    Instrument,
    Item,
    Option,
    Text,
)
from coprod_stats.instruments.prefilled_answers import prefilled_with
from coprod_stats.instruments.rosters import ANSWERS_FILE, rows_file
from coprod_stats.instruments.texts import direction

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
article{border-top:1px solid #bbb;padding:.6rem 0}h2{margin-top:2.5rem}h3{margin:.2rem 0}
code{background:#f0f0f0;padding:0 .25em;direction:ltr;unicode-bidi:isolate}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.1rem 1rem;margin:.4rem 0}
dt{color:#555;unicode-bidi:plaintext}[dir=rtl] dt{text-align:right}
dd{margin:0;overflow-wrap:anywhere}.draft{background:#fff3cd;padding:.5rem 1rem}
"""


def codebook(instrument: Instrument, *, language: str | None = None) -> str:
    """Render the codebook of a questionnaire, usually of one form of it.

    Parameters
    ----------
    instrument : Instrument
        The questionnaire.
    language : str, optional
        Language of the texts; the first one by default. Texts without a translation are shown in
        the first language.

    Returns
    -------
    str
        An HTML document without external addresses; right to left if the language is.
    """
    return str(_Codebook(instrument, language or instrument.languages[0]).page())


class _Codebook:
    """One codebook in one language."""

    def __init__(self, instrument: Instrument, language: str) -> None:
        self.instrument, self.language = instrument, language
        self.scores = {
            item: [*(scale.id for scale in instrument.scales if item in scale.items)]
            for item in (entry.id for entry in instrument.items)
        }

    def shown(self, text: Text | str | None) -> str:
        return text.in_language(self.language) if isinstance(text, Text) else text or ""

    def page(self) -> Markup:
        one = self.instrument
        title = self.shown(one.title)
        parts = [
            Markup('<!doctype html><html lang="{}" dir="{}"><head><meta charset="utf-8">').format(
                self.language, direction(self.language)
            ),
            Markup('<meta name="viewport" content="width=device-width">'),
            Markup("<title>{}</title><style>{}</style></head><body>").format(title, Markup(_STYLE)),
            Markup("<h1>{}</h1>").format(title),
            _facts(self.head()),
            *self.status(),
            Markup("<h2>Codes of missing answers</h2>"),
            _facts(
                [
                    ("blank", "not asked"),
                    *((str(code), meaning) for code, meaning in MISSING_CODES.items()),
                ]
            ),
            Markup("<h2>Columns without a question</h2>"),
            *(
                self.column(c.id, self.shown(c.title), [("kind", c.kind), ("role", c.role)])
                for c in one.administrative
            ),
            *(self.assigned(variable) for variable in one.assigned),
            *self.pages(),
            *self.rosters(),
            *self.computed(),
            Markup("</body></html>\n"),
        ]
        return Markup("\n").join(parts)

    def head(self) -> list[tuple[str, str]]:
        one = self.instrument
        modules = ", ".join(f"{module.id} {module.version}" for module in one.modules)
        return [
            ("questionnaire", f"{one.id} {one.version}, {one.status}"),
            ("form", ", ".join(f"{form.id} ({self.shown(form.title)})" for form in one.forms)),
            ("modules", modules),
            ("twin", one.twin or ""),
            ("hash", one.sha256),
            ("about", self.shown(one.about)),
            ("introduction", self.shown(one.introduction)),
        ]

    def status(self) -> Iterator[Markup]:
        for entry in self.instrument.translations:
            if entry.code == self.language and entry.status == "draft":
                note = self.shown(entry.note) or "draft, not validated"
                yield Markup('<p class="draft" dir="auto">{}: {}</p>').format(entry.code, note)

    def column(self, id: str, title: str, facts: Sequence[tuple[str, str]]) -> Markup:
        return Markup('<article id="{}"><h3><code>{}</code> {}</h3>{}</article>').format(
            id, id, title, _facts(facts)
        )

    def assigned(self, variable: Assigned) -> Markup:
        facts = [("set by", "random assignment"), ("levels", self.options(variable.levels))]
        return self.column(variable.id, self.shown(variable.title), facts)

    def pages(self) -> Iterator[Markup]:
        for page in self.instrument.pages:
            yield Markup("<h2>{}</h2>").format(self.shown(page.title) or page.id)
            for block in page.blocks:
                yield from (self.item(item) for item in block.items if item.kind != "note")

    def rosters(self) -> Iterator[Markup]:
        for roster in self.instrument.rosters:
            title = self.shown(roster.title)
            shown = [] if roster.page.condition is None else [roster.page.condition]
            rows = _Codebook(self.instrument.roster(roster.id), self.language)
            yield Markup("<h2>{}: {}</h2>").format(roster.id, title)
            facts = [
                ("table", f"{rows_file(ANSWERS_FILE, roster.id)}, a row for each"),
                ("number of rows", roster.limits),
                ("asked if", self.condition(shown)),
            ]
            yield self.column(roster.id, "number of the row", facts)
            yield from rows.pages()
            yield from rows.computed()
            for entry in roster.summaries:
                value = condition_in_words(entry.value, rows.instrument)
                found = [("of the respondent", "computed when the rows are read"), ("value", value)]
                yield self.column(f"{roster.id}.{entry.id}", self.shown(entry.title), found)

    def item(self, item: Item) -> Markup:
        question = f"{self.shown(item.stem)} {self.shown(item.text)}".strip()
        columns = ", ".join(item.columns) if item.kind in OPTION_KINDS else ""
        facts = [
            ("kind", item.kind),
            ("columns", columns),
            ("answers", self.answers(item)),
            ("order of options", "random" if item.random_order else ""),
            ("prefilled with", prefilled_with(item)),
            ("options shown if", self.filters(item)),
            ("reverse-scored", "yes" if item.reverse else ""),
            ("asked if", self.condition(item.conditions)),
            ("accepted if", self.condition([check.condition for check in item.checks])),
            ("rotates in block", item.rotation or ""),
            ("facet", item.facet or ""),
            ("scales", ", ".join(self.scores[item.id])),
            ("measures", ", ".join(construct.code for construct in item.measures)),
            ("twin", item.twin or ""),
            ("translation", dict(item.translations).get(self.language, "")),
        ]
        return self.column(item.id, question, facts)

    def answers(self, item: Item) -> str:
        if item.responses is not None:
            found = self.options(item.responses.all_options)
            apart = ", ".join(str(option.value) for option in item.exclusive)
            limits = {
                "rank": f"; ranks 1 to {item.top}, 0 not ranked",
                "allocate": f"; points that add up to {item.total}",
                "multiple": "; 1 chosen, 0 not chosen" + (f"; alone: {apart}" if apart else ""),
            }
            return found + limits.get(item.kind, "")
        if item.dates is not None:
            days = " to ".join(str(day) for day in (item.dates.first, item.dates.last) if day)
            return f"{days} (YYYY-MM-DD)".strip()
        if item.rule is not None:
            ends = (item.rule.shortest, item.rule.longest)
            span = " to ".join(str(end) for end in ends if end is not None)
            written = item.rule.format or item.rule.pattern or ""
            return "; ".join(filter(None, [f"{span} characters" if span else "", written]))
        if item.number is None:
            return "HH:MM" if item.kind == "time" else ""
        low, high = item.number.minimum, item.number.maximum
        span = " to ".join(spell_number(bound) for bound in (low, high) if bound is not None)
        span = f"{span} {self.shown(item.number.unit)}".strip()
        if item.number.slider is not None:
            span += f" in steps of {spell_number(item.number.slider.step)}"
        labels = [f"{spell_number(n)} = {self.shown(text)}" for n, text in item.number.labels]
        return "; ".join([span, *labels])

    def options(self, options: Sequence[Option]) -> str:
        return "; ".join(
            f"{option.value}{f' ({option.code})' if option.code else ''} = "
            f"{self.shown(option.label)}"
            for option in options
        )

    def filters(self, item: Item) -> str:
        return "; ".join(f"{code}: {self.condition([tree])}" for code, tree in item.options_when)

    def condition(self, conditions: Sequence[Expression]) -> str:
        if not conditions:
            return ""
        together = conditions[0] if len(conditions) == 1 else Logic("and", tuple(conditions))
        return condition_in_words(together, self.instrument)

    def computed(self) -> Iterator[Markup]:
        one = self.instrument
        yield Markup("<h2>Scales, indices and derived variables</h2>")
        for scale in one.scales:
            rule = f"{scale.method} of {', '.join(scale.items)}; at least {scale.min_answered}"
            facts = [
                ("rule", rule),
                ("construct", scale.construct.label),
                ("section of the article", scale.construct.section),
            ]
            yield self.column(scale.id, self.shown(scale.title), facts)
        computed: tuple[Index | Derived, ...] = (*one.indices, *one.derived)
        for entry in computed:
            facts = [("value", condition_in_words(entry.value, one))]
            if isinstance(entry, Index) and entry.note is not None:
                facts.append(("note", self.shown(entry.note)))
            yield self.column(entry.id, self.shown(entry.title), facts)


def _facts(facts: Sequence[tuple[str, str]]) -> Markup:
    rows = Markup("").join(
        Markup('<dt>{}</dt><dd dir="auto">{}</dd>').format(name, escape(value))
        for name, value in facts
        if value
    )
    return Markup("<dl>{}</dl>").format(rows)
