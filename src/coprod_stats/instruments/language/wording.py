"""Conditions in words, as ``DFACT is "Yes" or "Partly"``, for previews, codebooks and paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.language.tree import (
    Binary,
    Call,
    Compare,
    Comparison,
    Expression,
    Function,
    Logic,
    Member,
    Name,
    Not,
    Number,
    TextMatch,
)
from coprod_stats.instruments.language.tree import names as used_names
from coprod_stats.instruments.model import Instrument
from coprod_stats.instruments.texts import Text

Labels = dict[tuple[str, float], str]


@dataclass(frozen=True, slots=True)
class ConditionPhrases:
    """The words of one language that conditions are said in; ``{}`` stands for what they join.

    ``known_beside`` and its opposite are for questions that offer "don't know" or the like: to who
    ticks that, such a question is answered, and to a condition it is not.
    """

    comparisons: Mapping[Comparison, str] = field(
        default_factory=lambda: {
            "==": "is",
            "!=": "is not",
            "<": "is below",
            "<=": "is at most",
            ">": "is above",
            ">=": "is at least",
        }
    )
    lists: Mapping[Function, str] = field(
        default_factory=lambda: {
            "sum": "the sum of [{}]",
            "mean": "the mean of [{}]",
            "min": "the lowest of [{}]",
            "max": "the highest of [{}]",
            "any": "any of [{}]",
            "all": "all of [{}]",
        }
    )
    conjunctions: Mapping[str, str] = field(default_factory=lambda: {"and": "and", "or": "or"})
    quoted: str = '"{}"'
    member: str = "{} is {}"
    holds: str = "{} holds"
    does_not_hold: str = "{} does not hold"
    known: str = "{} is known"
    not_known: str = "{} is not known"
    known_beside: str = ""
    not_known_beside: str = ""
    negated: str = "not ({})"
    includes: str = "{} includes {}"
    option: str = "{} of {}"
    choice: str = "{} if {}, else {}"
    absolute: str = "the absolute value of {}"
    number_chosen: str = "the number of answers chosen in {}"
    number_of: str = "the number of [{}]"
    chosen: str = "answers chosen in {}"
    range: str = "{} to {}"


ENGLISH = ConditionPhrases()


def condition_in_words(
    tree: Expression,
    instrument: Instrument,
    *,
    phrases: ConditionPhrases = ENGLISH,
    language: str | None = None,
    names: Mapping[str, str] | None = None,
) -> str:
    """State an expression in words, codes of answers by their labels.

    Parameters
    ----------
    tree : Expression
    instrument : Instrument
    phrases : ConditionPhrases
        Words of the language.
    language : str, optional
        Language of the labels; by default the first.
    names : mapping of str to str, optional
        What items and variables are called, as "question 12"; by default their ids.
    """
    language = language or instrument.languages[0]
    labels = _labels(instrument, phrases, language)
    derived = {entry.id for entry in instrument.derived}
    offered = _offered(instrument, phrases, language) if phrases.known_beside else {}
    return _Wording(phrases, labels, derived, names or {}, offered).words(tree)


def _offered(
    instrument: Instrument, phrases: ConditionPhrases, language: str
) -> dict[str, list[str]]:
    """Return what each item offers instead of an answer."""
    texts = {"dont_know": instrument.dont_know, "refused": instrument.refused}
    return {
        item.id: [phrases.quoted.format(texts[o].in_language(language)) for o in item.offers]
        for item in instrument.items
        if item.offers
    }


def _labels(instrument: Instrument, phrases: ConditionPhrases, language: str) -> Labels:
    def quoted(label: Text) -> str:
        return phrases.quoted.format(label.in_language(language))

    answers = {
        (item.id, float(option.value)): quoted(option.label)
        for item in instrument.items
        if item.responses is not None
        for option in item.responses.all_options
    }
    return answers | {
        (variable.id, float(level.value)): quoted(level.label)
        for variable in instrument.assigned
        for level in variable.levels
    }


@dataclass(frozen=True, slots=True)
class _Wording:
    phrases: ConditionPhrases
    labels: Labels
    derived: set[str]
    names: Mapping[str, str]
    offered: Mapping[str, Sequence[str]]

    def answered(self, id: str, *, wanted: bool) -> str:
        phrases = self.phrases
        if id not in self.offered:
            return (phrases.known if wanted else phrases.not_known).format(self.name(id))
        said = phrases.known_beside if wanted else phrases.not_known_beside
        return said.format(self.name(id), self.alternatives(self.offered[id]))

    def name(self, id: str) -> str:
        return self.names.get(id, id)

    def label(self, id: str, value: float) -> str:
        return self.labels.get((id, value), spell_number(value))

    def words(self, tree: Expression) -> str:
        phrases = self.phrases
        match tree:
            case Number():
                return spell_number(tree.value)
            case Name():
                return self.name(tree.id)
            case Compare("==" | "!=" as operator, Name(id=id), Number(value)) if (
                id in self.derived and value in (0.0, 1.0)
            ):
                holds = (operator == "==") == (value == 1.0)
                return (phrases.holds if holds else phrases.does_not_hold).format(self.name(id))
            case Compare(operator, Name(id=id), Number(value)):
                said = phrases.comparisons[operator]
                return f"{self.name(id)} {said} {self.label(id, value)}"
            case Compare(operator, left, right):
                return f"{self.say(left)} {phrases.comparisons[operator]} {self.say(right)}"
            case Member(Name(id=id), values):
                options = self.alternatives([self.label(id, value) for value in values])
                return phrases.member.format(self.name(id), options)
            case Member(item, values):
                options = self.alternatives(list(map(spell_number, values)))
                return phrases.member.format(self.say(item), options)
            case Logic(operator, found):
                return f" {phrases.conjunctions[operator]} ".join(self.say(part) for part in found)
            case Not(Call("answered", (Name(id=id),))):
                return self.answered(id, wanted=False)
            case TextMatch(Name(id=id), words, within):
                said, quoted = self.name(id), phrases.quoted.format(words)
                if within:
                    return phrases.includes.format(said, quoted)
                return f"{said} {phrases.comparisons['==']} {quoted}"
            case Not(TextMatch(Name(id=id), words, False)):
                quoted = phrases.quoted.format(words)
                return f"{self.name(id)} {phrases.comparisons['!=']} {quoted}"
            case Not(part):
                return phrases.negated.format(self.words(part))
            case Binary(operator, left, right):
                return f"{self.say(left)} {operator} {self.say(right)}"
            case Call():
                return self.call(tree)

    def say(self, part: Expression) -> str:
        words = self.words(part)
        inside = part.part if isinstance(part, Not) else part
        listed = (
            isinstance(inside, Call)
            and inside.function == "answered"
            and not self.offered.keys().isdisjoint(used_names(inside))
        )
        return f"({words})" if listed or isinstance(part, Logic | Binary) else words

    def call(self, call: Call) -> str:
        phrases, found = self.phrases, [self.words(part) for part in call.arguments]
        match call:
            case Call("answered", (Name(id=id),)):
                return self.answered(id, wanted=True)
            case Call("includes", (Name(id=id), *options)):
                wanted = [
                    self.label(id, option.value) for option in options if isinstance(option, Number)
                ]
                return phrases.includes.format(self.name(id), self.alternatives(wanted))
            case Call("option", (Name(id=id), Number(value))):
                return phrases.option.format(self.name(id), self.label(id, value))
            case Call("if", _):
                return phrases.choice.format(found[1], found[0], found[2])
            case Call("abs", _):
                return phrases.absolute.format(found[0])
            case Call("count", arguments):
                if chosen := _all_chosen(arguments, self.labels):
                    return phrases.number_chosen.format(self.name(chosen))
                return phrases.number_of.format(self.listed(call, found))
            case _:
                return phrases.lists[call.function].format(self.listed(call, found))

    def listed(self, call: Call, found: list[str]) -> str:
        """Join what is listed; consecutive items that share one comparison are said once."""
        said: list[str] = []
        places = groupby(range(len(found)), key=lambda place: _run(call.arguments[place], place))
        for key, run in places:
            group = list(run)
            arguments = call.arguments[group[0] : group[-1] + 1]
            if call.function == "count" and (chosen := _all_chosen(arguments, self.labels)):
                said.append(self.phrases.chosen.format(self.name(chosen)))
            elif key[0] is Name and len(group) > 1:
                first = next(iter(used_names(arguments[0])))
                said.append(self.phrases.range.format(self.name(first), found[group[-1]]))
            else:
                said.extend(found[group[0] : group[-1] + 1])
        return "; ".join(said)

    def alternatives(self, words: Sequence[str]) -> str:
        if len(words) == 1:
            return words[0]
        return f"{', '.join(words[:-1])} {self.phrases.conjunctions['or']} {words[-1]}"


def _run(argument: Expression, place: int) -> tuple[object, ...]:
    """Return what neighbours in a list have in common if they can be said as one."""
    match argument:
        case Name(id=id):
            return (Name, *_series(id, place))
        case Compare(operator, Name(id=id), Number(value)):
            return (Name, *_series(id, place), operator, value)
        case Call("includes", (Name(id=id), *_)):
            return (Call, id)
        case _:
            return (place,)


def _series(id: str, place: int) -> tuple[str, int]:
    """Return the stem of an id and its number less its place: the same along A1, A2, A3."""
    stem = id.rstrip("0123456789")
    return stem, int(id[len(stem) :] or 0) - place


def _all_chosen(arguments: Sequence[Expression], labels: Labels) -> str:
    """Name the multiple choice of which each option is asked for once, if it is one."""
    found = [
        (part.arguments[0].id, part.arguments[1].value)
        for part in arguments
        if isinstance(part, Call)
        and part.function == "includes"
        and len(part.arguments) == 2
        and isinstance(part.arguments[0], Name)
        and isinstance(part.arguments[1], Number)
    ]
    ids = {id for id, _ in found}
    if len(found) < len(arguments) or len(ids) != 1:
        return ""
    (id,) = ids
    options = sorted(value for of, value in labels if of == id)
    return id if sorted(value for _, value in found) == options else ""
