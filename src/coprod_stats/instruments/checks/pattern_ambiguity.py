"""Regular expressions that match in so many ways that a text which does not fit takes without end.

Platforms and Python try all ways one after the other. Their number grows exponentially with the
text if a loop of the expression's automaton can be gone through in two ways for the same letters
(Weber & Seidl 1991, "On the degree of ambiguity of finite automata", criterion EDA), and with a
power of its length if the same letters go through one loop, lead from it to another, and go through
that one (criterion IDA). The automaton is Glushkov's: its states are the places of letters in the
expression.
"""

from __future__ import annotations

import math
import string
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

_UNROLLED = 4
"""Repetitions up to this number are written out; more are a loop."""
_LARGEST = 300
_MOST_TRIPLES = 100_000
"""Places of three letters in two loops, and between them, that are looked at."""
_CATEGORIES: dict[object, frozenset[str]] = {
    op.CATEGORY_DIGIT: frozenset(string.digits),
    op.CATEGORY_SPACE: frozenset(string.whitespace),
    op.CATEGORY_WORD: frozenset(f"{string.ascii_letters}{string.digits}_"),
}
_OTHERS: dict[object, frozenset[str]] = {
    op.CATEGORY_NOT_DIGIT: _CATEGORIES[op.CATEGORY_DIGIT],
    op.CATEGORY_NOT_SPACE: _CATEGORIES[op.CATEGORY_SPACE],
    op.CATEGORY_NOT_WORD: _CATEGORIES[op.CATEGORY_WORD],
}
_ASCII = frozenset(map(chr, range(128)))
_OUTSIDE = "\0other"
"""Stands for all letters that the expression does not name."""


def is_exponential(pattern: str) -> bool:
    """Return whether the ways to match a text may double with every letter."""
    tree = _parser.parse(pattern)
    automaton = _Automaton(_ASCII | set(pattern) | {_OUTSIDE})
    automaton.sequence(tree)
    return automaton.is_ambiguous_in_a_loop()


def most_steps(pattern: str, n_letters: int) -> float:
    """Return the order of the steps after which a text is known not to match.

    It is the length of the text times, for each pair of loops along which the same letters can be
    divided in several ways, the number of these ways. Where it would take long to find out whether
    two large loops are such a pair, they are taken for none.

    Parameters
    ----------
    pattern : str
        Not exponential.
    n_letters : int
        Length of the text.
    """
    automaton = _Automaton(_ASCII | set(pattern) | {_OUTSIDE})
    automaton.sequence(_parser.parse(pattern))
    return automaton.most_steps(n_letters)


@dataclass(slots=True)
class _Part:
    """Ways to begin and to end at each state, and to match nothing."""

    empty: int = 1
    first: Counter[int] = field(default_factory=Counter)
    last: Counter[int] = field(default_factory=Counter)


class _Automaton:
    def __init__(self, alphabet: Iterable[str]) -> None:
        self.alphabet = frozenset(alphabet)
        self.letters: list[frozenset[str]] = []
        self.edges: list[Counter[int]] = []
        self.times: list[float] = []
        """How often each state can be passed through."""

    def sequence(self, nodes: Iterable[Any]) -> _Part:
        whole = _Part()
        for node in nodes:
            whole = self._then(whole, self._part(*node))
        return whole

    def _part(self, kind: Any, given: Any) -> _Part:
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
            return self._repeated(*given)
        if kind is op.SUBPATTERN:
            return self.sequence(given[-1])
        if kind is op.BRANCH:
            parts = [self.sequence(branch) for branch in given[1]]
            return _Part(
                sum(part.empty for part in parts),
                sum((part.first for part in parts), Counter()),
                sum((part.last for part in parts), Counter()),
            )
        if kind is op.AT:
            return _Part()
        state = len(self.letters)
        self.letters.append(self._set(kind, given))
        self.edges.append(Counter())
        self.times.append(1.0)
        return _Part(0, Counter([state]), Counter([state]))

    def _set(self, kind: Any, given: Any) -> frozenset[str]:
        if kind is op.IN:
            negated = given[0][0] is op.NEGATE
            found = frozenset().union(*(self._set(*entry) for entry in given[negated:]))
            return self.alphabet - found if negated else found
        if kind is op.LITERAL:
            return frozenset(chr(given))
        if kind is op.NOT_LITERAL:
            return self.alphabet - {chr(given)}
        if kind is op.RANGE:
            within = {c for c in self.alphabet - {_OUTSIDE} if given[0] <= ord(c) <= given[1]}
            return frozenset(within | ({_OUTSIDE} if given[1] > 127 else set()))
        if kind is op.CATEGORY:
            if given in _OTHERS:
                return self.alphabet - _OTHERS[given]
            return _CATEGORIES[given]
        return self.alphabet

    def _then(self, one: _Part, other: _Part) -> _Part:
        self._connect(one.last, other.first)
        return _Part(
            min(2, one.empty * other.empty),
            one.first + _times(other.first, one.empty),
            other.last + _times(one.last, other.empty),
        )

    def _connect(self, last: Counter[int], first: Counter[int]) -> None:
        for (start, ways), (end, more) in product(last.items(), first.items()):
            self.edges[start][end] += ways * more

    def _repeated(self, least: int, most: int, body: Any) -> _Part:
        if most <= _UNROLLED and len(self.letters) < _LARGEST:
            whole = _Part()
            for place in reversed(range(most)):
                one = self.sequence(body)
                whole = self._then(one, whole)
                whole.empty = min(2, whole.empty + (place >= least))
            return whole
        start = len(self.letters)
        part = self.sequence(body)
        often = math.inf if most is op.MAXREPEAT else float(most)
        self.times[start:] = [times * often for times in self.times[start:]]
        self._connect(part.last, part.first)
        if part.empty and most is not op.MAXREPEAT:  # any of the repetitions may be the empty ones
            self._connect(part.last, part.first)
        part.empty = min(2, part.empty + (least == 0))
        return part

    def is_ambiguous_in_a_loop(self) -> bool:
        pairs = {(state, state): state for state in range(len(self.letters))}
        waiting, arcs, doubled = list(pairs), [], []
        while waiting:
            pair = waiting.pop()
            for ends in product(self.edges[pair[0]], self.edges[pair[1]]):
                if self.letters[ends[0]].isdisjoint(self.letters[ends[1]]):
                    continue
                if ends not in pairs:
                    pairs[ends] = len(pairs)
                    waiting.append(ends)
                arcs.append((pairs[pair], pairs[ends]))
                if pair[0] == pair[1] and ends[0] == ends[1] and self.edges[pair[0]][ends[0]] > 1:
                    doubled.append(arcs[-1])
        if not arcs:
            return False
        loop = _components(len(pairs), arcs)
        equal = {loop[number] for (one, other), number in pairs.items() if one == other}
        return any(loop[start] == loop[end] for start, end in doubled) or any(
            one != other and loop[number] in equal for (one, other), number in pairs.items()
        )

    def most_steps(self, n_letters: int) -> float:
        reached = {loop: self._reached(loop) for loop in self._loops()}
        loop_of = {state: loop for loop in reached for state in loop}
        ways: dict[tuple[int, ...], float] = {}
        # a loop that is reached from another reaches fewer states
        for loop, beyond in sorted(reached.items(), key=lambda entry: len(entry[1])):
            within = min(self.times[loop[0]], n_letters)
            ways[loop] = max(
                (
                    ways[other] * (min(within, self.times[other[0]]) if twice else 1.0)
                    for other in dict.fromkeys(loop_of[s] for s in beyond if s in loop_of)
                    if other != loop
                    for twice in (False, self._share_letters(loop, other, beyond))
                ),
                default=1.0,
            )
        return n_letters * max(ways.values(), default=1.0)

    def _loops(self) -> list[tuple[int, ...]]:
        """Return the states of each loop."""
        states = range(len(self.letters))
        found = _components(len(states), [(s, end) for s in states for end in self.edges[s]])
        members: dict[int, list[int]] = {}
        for state in states:
            members.setdefault(found[state], []).append(state)
        return [tuple(m) for m in members.values() if len(m) > 1 or m[0] in self.edges[m[0]]]

    def _reached(self, loop: Iterable[int]) -> list[int]:
        reached = dict.fromkeys(loop)
        waiting = list(reached)
        while waiting:
            new = [end for end in self.edges[waiting.pop()] if end not in reached]
            reached |= dict.fromkeys(new)
            waiting += new
        return list(reached)

    def _share_letters(
        self, one: tuple[int, ...], other: tuple[int, ...], between: Sequence[int]
    ) -> bool:
        """Return whether a word goes through one loop, from it to the other, and through that."""
        if len(one) * len(other) * len(between) > _MOST_TRIPLES:
            return False
        within = (frozenset(one), frozenset(between), frozenset(other))
        numbers = {(start, start, end): n for n, (start, end) in enumerate(product(one, other))}
        waiting, arcs = list(numbers), []
        while waiting:
            triple = waiting.pop()
            first, middle, last = (
                self.edges[s].keys() & allowed for s, allowed in zip(triple, within, strict=True)
            )
            for ends in product(first, middle, last):
                if not frozenset.intersection(*(self.letters[end] for end in ends)):
                    continue
                if ends not in numbers:
                    numbers[ends] = len(numbers)
                    waiting.append(ends)
                arcs.append((numbers[triple], numbers[ends]))
        arrived = [
            (numbers[start, end, end], numbers[start, start, end])
            for start, end in product(one, other)
            if (start, end, end) in numbers
        ]
        found = _components(len(numbers), [*arcs, *arrived])
        return any(found[end] == found[start] for end, start in arrived)


def _components(n_states: int, arcs: Sequence[tuple[int, int]]) -> list[int]:
    """Return the number of the strongly connected component of each state."""
    # heavy, and wanted by few questionnaires
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows, columns = zip(*arcs, strict=True) if arcs else ((), ())
    graph = coo_array(([1] * len(arcs), (rows, columns)), shape=(n_states, n_states))
    found: list[int] = connected_components(graph, connection="strong")[1].tolist()
    return found


def _times(ways: Counter[int], number: int) -> Counter[int]:
    return Counter({state: each * number for state, each in ways.items() if number})
