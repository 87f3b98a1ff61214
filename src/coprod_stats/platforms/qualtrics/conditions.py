"""Conditions in two-valued logic as comparisons of Qualtrics.

A comparison of coded answers becomes the answers for which it holds; one of a number is solved
for it; a count becomes the combinations that give it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.language.text_matching import matching_pattern
from coprod_stats.instruments.language.tree import (
    Binary,
    Call,
    Compare,
    Comparison,
    Expression,
    Name,
    Number,
    TextMatch,
    names,
    walk,
)
from coprod_stats.instruments.model import Instrument, Item
from coprod_stats.platforms.conditions import Conditions
from coprod_stats.platforms.qualtrics.codes import Place, choice_ids, entered_at
from coprod_stats.platforms.qualtrics.linear_terms import Rank, Term, reduced
from coprod_stats.platforms.qualtrics.logic import (
    ALWAYS,
    NEVER,
    UNANSWERED,
    Comparing,
    Formula,
    OneOf,
    Operator,
    at_least,
    join,
    negated,
)
from coprod_stats.platforms.two_valued_conditions import compares

_OPERATORS: dict[Comparison, str] = {
    "==": "EqualTo",
    "!=": "NotEqualTo",
    "<": "LessThan",
    "<=": "LessThanOrEqual",
    ">": "GreaterThan",
    ">=": "GreaterThanOrEqual",
}
_TURNED: dict[Comparison, Comparison] = {
    "==": "==",
    "!=": "!=",
    "<": ">",
    "<=": ">=",
    ">": "<",
    ">=": "<=",
}


class Translator(Conditions[Formula]):
    """Writes conditions for one form.

    Parameters
    ----------
    places : mapping of str to Place
        Where the answer to each item stands.
    """

    platform = "Qualtrics"
    refusal = "PLATFORM-060"
    always, never = ALWAYS, NEVER

    def __init__(self, instrument: Instrument, places: Mapping[str, Place]) -> None:
        super().__init__(instrument)
        self._places = places
        self._written: dict[Expression, Formula] = {}

    def condition(self, tree: Expression) -> Formula:
        """Write a condition in two-valued logic, each once."""
        if tree not in self._written:
            self._written[tree] = super().condition(tree)
        return self._written[tree]

    def joined(self, operator: Operator, parts: Sequence[Formula]) -> Formula:
        """Join conditions."""
        return join(operator, parts)

    def answered(self, id: str, *, wanted: bool) -> Formula:
        """Write that there is an answer other than "don't know" or a refusal."""
        return self._answered(id) if wanted else negated(self._answered(id))

    def chosen(self, id: str, code: int, *, wanted: bool) -> Formula:
        """Write that a choice is selected."""
        ticked = self._ticked(self.items[id], code)
        return ticked if wanted else negated(ticked)

    def matched(self, id: str, match: TextMatch, *, wanted: bool) -> Formula:
        """Compare a text by a regular expression."""
        pattern = matching_pattern(match.words, within=match.within)
        found = Comparing(self._number(self.items[id]), "MatchesRegex", pattern)
        return found if wanted else negated(found)

    def comparison(self, tree: Compare) -> Formula:
        """Write a comparison, solved for the one number in it."""
        match tree:
            case Compare("!=" | "<" | "<=", Name(id=id), Number()):
                # what was not answered compares like less than any number
                blank = self.answered(self.held(id), wanted=False)
                return join("or", [self._comparison(tree, {}), blank])
            case _:
                return self._comparison(tree, {})

    def _answered(self, id: str) -> Formula:
        if id in self.levels:
            return self._level(id, self.levels[id])
        item = self.items[id]
        if item.kind in ("single", "consent"):
            return self._one_of(item, _codes(item))
        if item.kind == "multiple":
            return join("or", (self._ticked(item, code) for code in _codes(item)))
        if item.kind in ("rank", "allocate") and item.responses is not None:
            values = item.responses.values
            parts = values if item.kind == "allocate" else values[:1]
            return join("or", (Comparing(self._number(item, v), "NotEmpty") for v in parts))
        return Comparing(self._number(item), "NotEmpty")

    def _comparison(self, tree: Compare, known: Mapping[str, float]) -> Formula:
        counted = next((node for node in walk(tree) if _is_count(node)), None)
        if isinstance(counted, Call):
            return self._by_count(tree, counted, known)
        for name in names(tree):
            domain = self._domain(name)
            if domain and name not in known and not _inside_option(tree, name):
                cases = (
                    join("and", [chosen, self._comparison(tree, {**known, name: value})])
                    for value, chosen in domain.items()
                )
                return join("or", cases)
        return self._linear(tree, known)

    def _by_count(self, tree: Compare, counted: Call, known: Mapping[str, float]) -> Formula:
        """Go through how many of the counted conditions hold."""
        conditions = [self.condition(part) for part in counted.arguments]
        cases = []
        for number in range(len(conditions) + 1):
            left, right = (_put(side, counted, number) for side in (tree.left, tree.right))
            holds = self._comparison(Compare(tree.operator, left, right), known)
            if holds != NEVER:
                cases.append((number, holds))
        if {holds for _, holds in cases} == {ALWAYS} and len(cases) < len(conditions) + 1:
            found = {number for number, _ in cases}
            if found == set(range(min(found), len(conditions) + 1)):
                return at_least(conditions, min(found))
            if found == set(range(max(found) + 1)):
                return negated(at_least(conditions, max(found) + 1))
        exactly = (
            join(
                "and",
                [at_least(conditions, number), negated(at_least(conditions, number + 1)), holds],
            )
            for number, holds in cases
        )
        return join("or", exactly)

    def _linear(self, tree: Compare, known: Mapping[str, float]) -> Formula:
        """Compare what is linear in one number, which is brought to one side."""
        term = self._term(Binary("-", tree.left, tree.right), known)
        if term.of is None or term.slope == 0:
            return ALWAYS if compares(tree.operator, term.offset, 0.0) else NEVER
        operator = tree.operator if term.slope > 0 else _TURNED[tree.operator]
        bound = 0.0 - term.offset / term.slope
        if isinstance(term.of, Rank):
            return self._rank(term.of, operator, bound)
        return Comparing(term.of, _OPERATORS[operator], spell_number(bound))

    def _term(self, tree: Expression, known: Mapping[str, float]) -> Term:
        """Return an expression as linear in one number."""
        match tree:
            case Number(value):
                return Term(value)
            case Name(id=id):
                number = Term(known[id]) if id in known else None
                return number or Term(0.0, 1.0, self._number(self.items[self.held(id)]))
            case Call("option", (Name(id=id), Number(value))):
                item, option = self.items[self.held(id)], int(value)
                ranked = item.kind == "rank"
                return Term(0.0, 1.0, Rank(item, option) if ranked else self._number(item, option))
            case Binary(sign, left, right):
                return self._term(left, known).with_other(sign, self._term(right, known))
            case _:
                assert isinstance(tree, Call)
                parts = [self._term(part, known) for part in tree.arguments]
                return reduced(tree.function, parts)

    def _rank(self, rank: Rank, operator: Comparison, bound: float) -> Formula:
        """Compare the rank of an option; beyond the top it counts as 0."""
        left, top = self._number(rank.item, rank.option), rank.item.top or 0
        ranks: list[Formula] = [
            Comparing(left, "EqualTo", str(place))
            for place in range(1, top + 1)
            if compares(operator, float(place), bound)
        ]
        below = compares(operator, 0.0, bound)
        return join("or", [*ranks, *([Comparing(left, "GreaterThan", str(top))] if below else [])])

    def _domain(self, name: str) -> dict[float, Formula]:
        """Return the values that a coded answer can have, each with when it has it."""
        if name in self.levels:
            return {float(level): self._level(name, (level,)) for level in self.levels[name]}
        item = self.items.get(name)
        if item is None or item.kind not in ("single", "consent"):
            return {}
        return {float(code): self._one_of(item, (code,)) for code in _codes(item)}

    def _level(self, id: str, levels: tuple[int, ...]) -> OneOf:
        every = map(str, self.levels[id])
        return OneOf(id, frozenset(map(str, levels)), frozenset((*every, UNANSWERED)))

    def _one_of(self, item: Item, codes: tuple[int, ...]) -> OneOf:
        place = self._places[item.id]
        ids = choice_ids(item, self.instrument)
        row = f"{place.row}/" if place.row else ""
        return OneOf(
            f"q://{place.question}/SelectableChoice/{row}",
            frozenset(ids[code] for code in codes),
            frozenset((*ids.values(), UNANSWERED)),
        )

    def _ticked(self, item: Item, code: int) -> Comparing:
        place, ids = self._places[item.id], choice_ids(item, self.instrument)
        return Comparing(f"q://{place.question}/SelectableChoice/{ids[code]}", "Selected")

    def _number(self, item: Item, option: int | None = None) -> str:
        place = self._places[item.id]
        if option is None:
            return entered_at(item, place.question)
        choice = choice_ids(item, self.instrument)[option]
        return f"q://{place.question}/ChoiceNumericEntryValue/{choice}"


def _codes(item: Item) -> tuple[int, ...]:
    scale = item.responses
    return () if scale is None else tuple(o.value for o in scale.all_options)


def _is_count(node: Expression) -> bool:
    return isinstance(node, Call) and node.function == "count"


def _inside_option(tree: Expression, name: str) -> bool:
    return any(
        isinstance(node, Call) and node.function == "option" and name in names(node)
        for node in walk(tree)
    )


def _put(tree: Expression, counted: Call, number: int) -> Expression:
    if tree is counted:
        return Number(float(number))
    match tree:
        case Binary(sign, left, right):
            return Binary(sign, _put(left, counted, number), _put(right, counted, number))
        case Call(function, parts):
            return Call(function, tuple(_put(part, counted, number) for part in parts))
        case _:
            return tree
