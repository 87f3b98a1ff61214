"""What a form asks for an item: its answers, how rows share a grid, what its texts insert."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import add

from coprod_stats.errors import CoprodError, Fault
from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.language.tree import (
    Call,
    Compare,
    Expression,
    Logic,
    Name,
    Not,
    Number,
)
from coprod_stats.instruments.model import (
    TYPED_KINDS,
    Block,
    Instrument,
    Item,
    Option,
    ResponseScale,
    TextRule,
    Wording,
)
from coprod_stats.instruments.questions import DONT_KNOW, REFUSED
from coprod_stats.instruments.texts import Text

_INSERT = re.compile(r"\[([A-Z][A-Z0-9]*)\]")


_INSTEAD = {
    "ar": "أو بدلاً من الإجابة:",
    "de": "Oder statt einer Antwort:",
    "en": "Or, instead of an answer:",
    "es": "O bien, en lugar de una respuesta:",
    "fr": "Ou, au lieu d’une réponse :",
    "pt": "Ou, em vez de uma resposta:",
}


class InexpressibleError(CoprodError):
    """Something that a platform cannot express; the message names it."""


@dataclass(frozen=True, slots=True)
class Insert:
    """A place in a text that is filled while the form runs."""

    name: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What an item was answered, as a part of a text."""

    item: str


@dataclass(frozen=True, slots=True)
class Alternatives:
    """A text that depends on answers: the first whose condition holds, else ``otherwise``.

    Conditions are the questionnaire's own, which a dialect brings into two-valued logic.
    """

    name: str
    cases: tuple[tuple[Expression, Text | Answer], ...]
    otherwise: Text


def missing_choices(item: Item, instrument: Instrument) -> tuple[Option, ...]:
    """Return the options that say why there is no answer, as far as the item offers them."""
    known = {
        "dont_know": Option(DONT_KNOW, instrument.dont_know),
        "refused": Option(REFUSED, instrument.refused),
    }
    return tuple(known[offer] for offer in item.offers)


def choices(item: Item, instrument: Instrument) -> tuple[Option, ...]:
    """Return all answers of an item: on the scale, off it, and why there is none."""
    scale = item.responses
    own = (*shown_options(scale), *scale.off_scale) if scale is not None else ()
    return (*own, *missing_choices(item, instrument))


def shown_options(scale: ResponseScale) -> tuple[Option, ...]:
    """Return the options as forms show them; of numbers, those with a label show both."""
    if not scale.numbered:
        return scale.options
    return tuple(replace(o, label=_after_number(o.value, o.label)) for o in scale.options)


def _after_number(value: int, label: Text) -> Text:
    given = label.by_language
    return Text(tuple((c, t if t == str(value) else f"{value} – {t}") for c, t in given))


def is_slider(item: Item) -> bool:
    """Return whether an item is a number on a line."""
    return item.number is not None and item.number.slider is not None


def line_labels(item: Item) -> Text | None:
    """Return the labels of a slider with their numbers, for where it has only one text."""
    if item.number is None or not item.number.labels:
        return None
    numbers, labels = zip(*item.number.labels, strict=True)
    named = [f"{spell_number(number)} = " for number in numbers]
    return _composed(labels, lambda words: ", ".join(map(add, named, words)))


def alone(item: Item, instrument: Instrument) -> tuple[Option, ...]:
    """Return the answers of a multiple choice each of which stands alone."""
    return (*item.exclusive, *missing_choices(item, instrument))


def shuffles(item: Item, instrument: Instrument) -> bool:
    """Return whether all that is listed for an item comes in random order."""
    if item.responses is None or not item.shuffled:
        return False
    listed = item.responses.options if item.kind == "rank" else choices(item, instrument)
    return item.shuffled == listed


def unshuffled(instrument: Instrument, code: str) -> Iterator[Fault]:
    """Name the items whose options stay as written, as some of them must keep their places."""
    for item in instrument.items:
        if item.random_order and not shuffles(item, instrument):
            yield Fault(
                code,
                "the options stay as written: the platform can shuffle only all of them, also "
                "those off the scale, 'other' and 'don't know'",
                "Note it in the report.",
                place=f"item {item.id}",
            )


def enough_chosen(item: Item) -> Expression:
    """Write that as many options are chosen as an item demands, one that stands alone, or none."""
    assert item.responses is not None
    name = Name(item.id)
    chosen = [Call("includes", (name, Number(float(v)))) for v in item.responses.values]
    least = Number(float(item.min_choices or 1))
    exclusive = [Call("includes", (name, Number(float(o.value)))) for o in item.exclusive]
    enough = Compare(">=", Call("count", tuple(chosen)), least)
    return Logic("or", (Not(Call("answered", (name,))), *exclusive, enough))


def needs_companion(item: Item) -> bool:
    """Return whether "don't know" needs a field beside the item's own, which holds no codes."""
    return item.kind in (*TYPED_KINDS, "rank", "allocate") and bool(item.offers)


def companion(item: Item) -> str:
    """Name the field beside an item; item ids have no underscore, so the name is free."""
    return f"{item.id}_NA"


INTRODUCTION = "welcome_text"
"""Name of the field that shows the introduction; item ids have no underscore."""


def entry_hint(item: Item) -> Text | None:
    """Return what stands beside the field of an item: its hint, and the unit of a number."""
    unit = None if item.number is None else item.number.unit
    if unit is None or item.hint is None:
        return unit or item.hint
    return _composed((item.hint, unit), lambda words: f"{words[0]} ({words[1]})")


def instead_of_answer(instrument: Instrument) -> Text:
    """Return the text over "don't know" and a refusal where they are a field of their own."""
    return Text(
        tuple(
            (language, _INSTEAD.get(language.partition("-")[0], "…"))
            for language in instrument.languages
        )
    )


def rows_together(block: Block) -> Iterator[tuple[Item, ...]]:
    """Return the items of a block; neighbours that can be rows of one grid come together."""

    def key(place: int) -> tuple[object, ...]:
        item = block.items[place]
        return (item.responses, item.offers, item.required) if item.in_grid else (place,)

    for _, places in groupby(range(len(block.items)), key=key):
        yield tuple(block.items[place] for place in places)


def pieces(words: str) -> tuple[str | Insert, ...]:
    """Cut a text in one language at its placeholders."""
    cut = _INSERT.split(words)
    return tuple(Insert(piece) if place % 2 else piece for place, piece in enumerate(cut) if piece)


def placeholder_texts(instrument: Instrument) -> Iterator[Alternatives]:
    """Return what the placeholders stand for."""
    items = {item.id: item for item in instrument.items}
    for placeholder in instrument.placeholders:
        cases: list[tuple[Expression, Text | Answer]] = []
        item = items.get(placeholder.item or "")
        if item is not None and item.responses is not None:
            cases += [
                (Compare("==", Name(item.id), Number(float(option.value))), option.label)
                for option in item.responses.options
            ]
        elif item is not None:
            cases.append((Call("answered", (Name(item.id),)), Answer(item.id)))
        cases += [
            (Compare("==", Name(placeholder.variable or ""), Number(float(level))), words)
            for level, words in placeholder.levels
        ]
        yield Alternatives(placeholder.name, tuple(cases), placeholder.otherwise)


def wording_texts(name: str, wordings: tuple[Wording, ...], otherwise: Text) -> Alternatives:
    """Return a text with its other wordings."""
    cases = tuple((wording.condition, wording.text) for wording in wordings)
    return Alternatives(name, cases, otherwise)


def patterns(rule: TextRule) -> tuple[str, ...]:
    """Return the regular expressions that a text matches from its first to its last character."""
    found = [f"^({rule.pattern})$"] if rule.pattern is not None else []
    if rule.shortest is not None or rule.longest is not None:
        longest = "" if rule.longest is None else rule.longest
        found.append(rf"^[\s\S]{{{rule.shortest or 0},{longest}}}$")
    return tuple(found)


def together(texts: Sequence[Text]) -> Text:
    """Join texts, in each language in which one of them is written."""
    return _composed(texts, " ".join)


def _composed(texts: Sequence[Text], compose: Callable[[Sequence[str]], str]) -> Text:
    """Make one text of several, in each language in which one of them is written."""
    languages = dict.fromkeys(language for text in texts for language, _ in text.by_language)
    return Text(
        tuple((code, compose([text.in_language(code) for text in texts])) for code in languages)
    )


def missing_codes(item: Item, instrument: Instrument) -> tuple[tuple[str, str], ...]:
    """Map the codes by which a form says why there is no answer, which are the canonical ones."""
    return tuple((str(o.value), str(o.value)) for o in missing_choices(item, instrument))


def by_invitation(item: Item, how: str) -> Iterator[Fault]:
    """State how the invitation prefills an item, which no form can do by itself."""
    if item.prefill is None or item.prefill.parameter is None:
        return
    said = f"'{item.prefill.parameter}' is prefilled by the invitation"
    limited = item.kind != "text" or item.rule is not None or item.checks
    if item.prefill.read_only and limited:
        said += (
            "; an answer that does not fit the question cannot be changed in the form, and is "
            "rejected when it is read"
        )
        how += " Compare the values with what the question allows before you send them."
    yield Fault("PLATFORM-110", said, how, place=f"item {item.id}")


def not_prefilled(item: Item, what: str, remedy: str) -> Fault:
    """State that a form is not prefilled, or can be changed."""
    return Fault("PLATFORM-111", what, remedy, place=f"item {item.id}")


def not_calculated(code: str, id: str, error: InexpressibleError) -> Fault:
    """State that a form does not calculate a derived variable."""
    return Fault(
        code,
        f"not calculated in the form ({error})",
        "It is computed from the answers that are read back.",
        place=f"derived variable '{id}'",
    )
