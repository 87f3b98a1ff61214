"""Preview of a questionnaire as plain text: questions, order, routing, and what it can test."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace

from coprod_stats.counts import counted
from coprod_stats.instruments.coverage import FormCoverage, Relation, form_coverage
from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.language.tree import Expression, Logic
from coprod_stats.instruments.language.wording import condition_in_words
from coprod_stats.instruments.model import (
    Block,
    Derived,
    Index,
    Instrument,
    Item,
    NumberRange,
    Option,
    Page,
    Roster,
    Scale,
    Text,
    TextRule,
    Wording,
)
from coprod_stats.instruments.prefilled_answers import prefilled_with
from coprod_stats.instruments.question_counts import questions_in_words
from coprod_stats.instruments.timing import route_lengths
from coprod_stats.instruments.translations.coverage import translation_coverage

WIDTH = 88
_TIE = "\u00a0"


def preview(
    instrument: Instrument, form: str | None = None, *, relations: Sequence[Relation] = ()
) -> str:
    """Render a questionnaire for reading in a terminal of 90 columns.

    Parameters
    ----------
    instrument : Instrument
        The questionnaire.
    form : str, optional
        The form; the first one by default.
    relations : sequence of Relation
        Hypothesised relations, for which the preview states whether this form can test them.

    Raises
    ------
    InstrumentLookupError
        If there is no such form.
    """
    asked = instrument.for_form(form or instrument.forms[0].id)
    coverage = form_coverage(asked, relations)
    sections = (
        list(_head(asked)),
        list(_length(asked)),
        list(_pages(asked)),
        _section("Computed from the answers", _computed(asked)),
        _section("Scales", _scales(asked)),
        _section("What this form can test", _testable(coverage)),
        _section("What it cannot", _untestable(coverage)),
    )
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def _section(title: str, lines: Iterator[str]) -> list[str]:
    """Return lines under a heading, or nothing if there are none."""
    found = list(lines)
    return [title, "-" * len(title), *found] if found else []


def _head(instrument: Instrument) -> Iterator[str]:
    yield str(instrument.title)
    yield "=" * min(len(str(instrument.title)), WIDTH)
    form = instrument.forms[0]
    facts = f"{instrument.id} {instrument.version}, {instrument.status}"
    yield f"{facts}; form: {form.id} ({form.title}); languages: {', '.join(instrument.languages)}"
    for entry in translation_coverage(instrument):
        yield from _wrap(f"Translation: {entry}.")
        if entry.is_draft:
            yield f"{entry.draft[0].upper()}{entry.draft[1:]}."
    if instrument.about is not None:
        yield ""
        yield from _wrap(str(instrument.about))
    if instrument.introduction is not None:
        yield ""
        yield from _wrap(f"Respondents read first: {instrument.introduction}")


def _length(instrument: Instrument) -> Iterator[str]:
    pages = counted(len(instrument.parts), "page")
    yield f"Length: {questions_in_words(instrument)}{', ' if instrument.rosters else ' '}on {pages}"
    lengths = route_lengths(instrument)
    width = max((len(length.respondents) for length in lengths), default=0)
    for length in lengths:
        shortest, longest = (max(round(minutes), 1) for minutes in length.minutes)
        minutes = f"{_span(shortest, longest)} minute{'s' if longest > 1 else ''}"
        fewest, most = length.n_questions
        asked = f"{_span(fewest, most)} question{'s' if most != 1 else ''}"
        yield f"  {length.respondents:<{width}}  {asked}, about {minutes}"
    limit = instrument.forms[0].minutes_at_most
    if limit is not None and any(length.minutes[1] > limit for length in lengths):
        yield f"  Longer than the {spell_number(limit)} minutes that this form should take."
    yield "  Estimated from seconds per type of question and per word of introductions and hints,"
    yield "  to be replaced by medians of a pilot."


def _span(low: int, high: int) -> str:
    return f"{low}" if low == high else f"{low} to {high}"


def _pages(instrument: Instrument) -> Iterator[str]:
    for number, part in enumerate(instrument.parts, 1):
        page = part.page if isinstance(part, Roster) else part
        if number > 1:
            yield ""
        title = f"Page {number}: {page.title or page.id}"
        yield title
        yield "-" * len(title)
        if isinstance(part, Roster):
            yield from _roster(part, instrument)
        else:
            yield from _page(page, instrument)


def _roster(roster: Roster, instrument: Instrument) -> Iterator[str]:
    page, rows = roster.page, instrument.roster(roster.id)
    if page.condition is not None:
        yield from _routing("Shown", (page.condition,), instrument, indent=2)
    how_many = f"up to {roster.most}"
    if roster.count is not None:
        how_many = f"as many as {roster.count} says, at most {roster.most}"
    about = f"Asked again for each row of the table {roster.id} ({roster.title}), {how_many}."
    yield from _wrap(about, indent=2)
    for entry in roster.summaries:
        value = condition_in_words(entry.value, rows)
        yield from _wrap(f"{entry.id} of the respondent: {entry.title} = {value}", indent=2)
    yield from _page(replace(page, condition=None), rows)


def _page(page: Page, instrument: Instrument) -> Iterator[str]:
    if page.condition is not None:
        yield from _routing("Shown", (page.condition,), instrument, indent=2)
    if page.random_order:
        yield "  In random order: the groups of questions."
    if page.intro is not None:
        yield from _wrap(str(page.intro), indent=2)
    shared = () if page.condition is None else (page.condition,)
    for block in page.blocks:
        yield ""
        yield from _block(block, instrument, shared)


def _block(block: Block, instrument: Instrument, shared: tuple[Expression, ...]) -> Iterator[str]:
    first = block.items[0]
    own = [item.conditions[len(shared) :] for item in block.items]
    common = own[0][:1] if own[0] and all(own_[:1] == own[0][:1] for own_ in own) else ()
    in_grid = len(block.items) > 1
    if in_grid and common:
        yield from _routing("Asked", common, instrument, indent=2)
    if block.stem is not None:
        yield from _wrap(str(block.stem), indent=2)
        yield from _wordings(first.stem_wordings, instrument, indent=4)
    if block.random_order:
        yield "    (rows in random order)"
    grid = all(item.in_grid and item.responses == first.responses for item in block.items)
    hidden = len(shared) + (len(common) if in_grid else 0)
    for item in block.items:
        yield from _item(item, instrument, hidden=hidden, answers=not grid)
    if grid:
        yield from _answers(first, instrument, indent=4)


def _item(item: Item, instrument: Instrument, *, hidden: int, answers: bool) -> Iterator[str]:
    notes = [
        note
        for note, holds in (
            ("reverse-scored", item.reverse),
            ("attention check", item.attention_pass is not None),
            ("must be answered", item.required),
            (f"rotates in block {item.rotation}", item.rotation is not None),
        )
        if holds
    ]
    remark = f" [{', '.join(notes)}]" if notes else ""
    label = f"{item.id:<8} "
    yield from _wrap(f"{item.text}{remark}", indent=2, first=label)
    if item.hint is not None:
        yield from _wrap(f"({item.hint})", indent=11)
    yield from _wordings(item.wordings, instrument, indent=11)
    if item.conditions[hidden:]:
        yield from _routing("Asked", item.conditions[hidden:], instrument, indent=11)
    if answers:
        yield from _answers(item, instrument, indent=11)
    if item.prefill is not None:
        yield from _wrap(f"Prefilled with {prefilled_with(item)}.", indent=11)
    for code, condition in item.options_when:
        rule = condition_in_words(condition, instrument)
        yield from _wrap(f"Option {code} shown if {rule}.", indent=11)
    for check in item.checks:
        rule = condition_in_words(check.condition, instrument)
        yield from _wrap(f"Accepted unless it is false that {rule}: {check.message}", indent=11)


def _wordings(wordings: Sequence[Wording], instrument: Instrument, *, indent: int) -> Iterator[str]:
    for wording in wordings:
        condition = condition_in_words(wording.condition, instrument)
        yield from _wrap(f"If {condition}: {wording.text}", indent=indent)


def _answers(item: Item, instrument: Instrument, *, indent: int) -> Iterator[str]:
    texts = {"dont_know": instrument.dont_know, "refused": instrument.refused}
    beside = [_tied(texts[option]) for option in item.offers]
    if item.responses is not None:
        off_scale = [_tied(_option(option)) for option in item.responses.off_scale]
        options = [_tied(_option(option)) for option in item.responses.options]
        answers = " | ".join(options)
        if item.kind == "multiple":
            answers = f"{_how_many(item)} of: {answers}"
            off_scale = [f"{option}{_TIE}alone" for option in off_scale]
        elif item.kind == "rank":
            answers = f"the first {item.top}, in order, of: {answers}"
        elif item.kind == "allocate":
            answers = f"{item.total} points to divide among: {answers}"
        if item.random_order:
            answers += " (in random order)"
        beside = off_scale + beside
    elif item.number is not None:
        answers = _number(item.number)
    else:
        answers = _open_answer(item)
        if item.specifies is not None:
            answers = f"in words, beside the option of {item.specifies}"
    if line := " || ".join(filter(None, [answers, " | ".join(beside)])):
        yield from _wrap(f"-> {line}", indent=indent)


def _option(option: Option) -> str:
    written = f"{option.value}" if option.code is None else f"{option.value} ({option.code})"
    label = str(option.label)
    return written if label == str(option.value) else f"{written} {label}"


def _open_answer(item: Item) -> str:
    if item.kind == "time":
        return "a time of day"
    if item.dates is None:
        return _text(item.rule) if item.kind == "text" else ""
    ends = (("from", item.dates.first), ("to", item.dates.last))
    return " ".join(["a date", *(f"{word} {end}" for word, end in ends if end is not None)])


def _text(rule: TextRule | None) -> str:
    words = ["open answer"]
    if rule is not None:
        ends = (("at least", rule.shortest), ("at most", rule.longest))
        words += [f"of {word} {n} characters" for word, n in ends if n is not None]
        words += [f"in the format {rule.format or rule.pattern}"] if rule.pattern else []
    return ", ".join(words)


def _how_many(item: Item) -> str:
    limits = (("at least", item.min_choices), ("at most", item.max_choices))
    return " and ".join(f"{word} {n}" for word, n in limits if n is not None) or "any"


def _number(number: NumberRange) -> str:
    words = ["a whole number" if number.whole else "a number"]
    if number.minimum is not None:
        words.append(f"from {spell_number(number.minimum)}")
    if number.maximum is not None:
        words.append(f"to {spell_number(number.maximum)}")
    if number.unit is not None:
        words.append(f"({number.unit})")
    if number.slider is not None:
        words.append(f"in steps of {spell_number(number.slider.step)}")
        labels = [_tied(f"{spell_number(n)} = {label}") for n, label in number.labels]
        words.append(f"on a line: {' | '.join(labels)}")
    return " ".join(words)


def _routing(
    word: str, conditions: Sequence[Expression], instrument: Instrument, *, indent: int
) -> Iterator[str]:
    together = conditions[0] if len(conditions) == 1 else Logic("and", tuple(conditions))
    yield from _wrap(f"{word} if {condition_in_words(together, instrument)}.", indent=indent)


def _computed(instrument: Instrument) -> Iterator[str]:
    computed: tuple[Derived | Index, ...] = (*instrument.derived, *instrument.indices)
    for entry in computed:
        yield from _wrap(f"{entry.title}", indent=2, first=f"{entry.id:<8} ")
        yield from _wrap(f"= {condition_in_words(entry.value, instrument)}", indent=11)
        if isinstance(entry, Index) and entry.note is not None:
            yield from _wrap(str(entry.note), indent=11)
    rule = instrument.classification
    if rule is not None:
        classes = [
            f"{name} if {condition_in_words(tree, instrument)}" for name, tree in rule.classes
        ]
        yield from _wrap(
            f"{rule.title}: {'; else '.join(classes)}; else {rule.otherwise}.", indent=2
        )


def _scales(instrument: Instrument) -> Iterator[str]:
    for scale in instrument.scales:
        yield from _wrap(_scale(scale), indent=2, first=f"{scale.id:<8} ")


def _scale(scale: Scale) -> str:
    note = f" {scale.note}" if scale.note else ""
    needed = f"{scale.method} of {', '.join(scale.items)}, at least {scale.min_answered} answered"
    return f"{scale.title} ({scale.role}): {needed}.{note}"


def _testable(coverage: FormCoverage) -> Iterator[str]:
    known = len(coverage.testable) + len(coverage.untestable)
    if known:
        yield from _listed(
            f"{len(coverage.testable)} of {known} headline relations, to latent variables or "
            "indices",
            coverage.testable,
        )
    yield from _listed(
        "Scales of three or more items, usable as latent variables",
        [scale.id for scale in coverage.latent_scales],
    )
    yield "  Power at given numbers of respondents: not computed yet."


def _untestable(coverage: FormCoverage) -> Iterator[str]:
    yield from _listed(
        "Relations without a latent predictor, or without a latent or index outcome",
        [f"{id} (needs {missing})" for id, missing in coverage.untestable],
    )
    yield from _listed(
        "Scales of one or two items, scored but not modelled by themselves",
        [f"{scale.id} ({len(scale.items)})" for scale in coverage.short_scales],
    )
    yield from _listed(
        "Constructs with too few items for a factor of their own, so that second-order factors "
        "and tests between them need a longer form",
        [f"{construct.code} ({count})" for construct, count in coverage.thin_constructs],
    )
    by_role: dict[str, list[str]] = {}
    for construct in coverage.unmeasured:
        by_role.setdefault(construct.role, []).append(construct.code)
    for role, codes in by_role.items():
        yield from _listed(f"Not measured, {role}", codes)


def _listed(title: str, entries: Sequence[str]) -> Iterator[str]:
    if entries:
        yield from _wrap(f"{title}: {', '.join(entries)}.", indent=2, hanging=4)


def _tied(text: Text | str) -> str:
    """Keep a short text on one line, and the code of a long one beside its first word."""
    words = str(text)
    return words.replace(" ", _TIE, -1 if len(words) < WIDTH // 3 else 1)


def _wrap(text: str, *, indent: int = 0, first: str = "", hanging: int = 0) -> list[str]:
    lines = textwrap.wrap(
        text,
        width=WIDTH,
        initial_indent=" " * indent + first,
        subsequent_indent=" " * (indent + max(len(first), hanging)),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_TIE, " ") for line in lines]
