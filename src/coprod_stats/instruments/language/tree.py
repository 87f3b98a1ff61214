"""The tree of an expression: its nodes, and walks over them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Function = Literal[
    "sum",
    "mean",
    "min",
    "max",
    "count",
    "any",
    "all",
    "answered",
    "includes",
    "option",
    "if",
    "abs",
]
FUNCTIONS: tuple[Function, ...] = (
    "sum",
    "mean",
    "min",
    "max",
    "count",
    "any",
    "all",
    "answered",
    "includes",
    "option",
    "if",
    "abs",
)
Comparison = Literal["==", "!=", "<", "<=", ">", ">="]
Arithmetic = Literal["+", "-", "*", "/"]


@dataclass(frozen=True, slots=True)
class Number:
    """A number."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """An item, an administrative column or a derived variable."""

    id: str
    column: int = 0


@dataclass(frozen=True, slots=True)
class Compare:
    """``left operator right``: true, false, or unknown where a side is missing."""

    operator: Comparison
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Member:
    """``item in (1, 2)``."""

    item: Expression
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Logic:
    """``and`` / ``or`` over two or more parts, three-valued."""

    operator: Literal["and", "or"]
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """``not part``, three-valued."""

    part: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """``left operator right`` on numbers."""

    operator: Arithmetic
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Call:
    """A function of ``FUNCTIONS`` with its arguments, ranges already expanded."""

    function: Function
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class TextMatch:
    """``NAME == "the park"``, or ``contains(NAME, "park")`` where ``within``."""

    item: Name
    words: str
    within: bool = False


Expression = Number | Name | Compare | Member | Logic | Not | Binary | Call | TextMatch


def parts(tree: Expression) -> tuple[Expression, ...]:
    """Return the direct parts of an expression, in order."""
    match tree:
        case Compare() | Binary():
            return (tree.left, tree.right)
        case Member() | TextMatch():
            return (tree.item,)
        case Logic():
            return tree.parts
        case Not():
            return (tree.part,)
        case Call():
            return tree.arguments
        case _:
            return ()


def height(tree: Expression) -> int:
    """Count the levels of a tree without recursion: a long chain of ``+`` is a deep tree."""
    height, level = 0, [tree]
    while level:
        height += 1
        level = [part for node in level for part in parts(node)]
    return height


def walk(tree: Expression) -> Iterator[Expression]:
    """Return the expression and everything in it, outer before inner."""
    yield tree
    for part in parts(tree):
        yield from walk(part)


def names(tree: Expression) -> tuple[str, ...]:
    """Return the ids that an expression uses, each once, in order of appearance."""
    return tuple(dict.fromkeys(node.id for node in walk(tree) if isinstance(node, Name)))


def amounts(tree: Expression) -> tuple[str, ...]:
    """Return the ids whose values enter a result, without those that only decide between values."""
    return tuple(dict.fromkeys(node.id for node in _entering(tree) if isinstance(node, Name)))


def _entering(tree: Expression) -> Iterator[Expression]:
    yield tree
    decides = isinstance(tree, Call) and tree.function == "if"
    for part in parts(tree)[int(decides) :]:
        yield from _entering(part)


def words_compared(trees: Iterable[Expression]) -> dict[str, tuple[str, ...]]:
    """Return the words with which expressions compare each text, by its id."""
    found: dict[str, dict[str, None]] = {}
    for tree in trees:
        for node in walk(tree):
            if isinstance(node, TextMatch):
                found.setdefault(node.item.id, {})[node.words] = None
    return {id: tuple(words) for id, words in found.items()}


def reach(start: Iterable[str], uses: Mapping[str, Iterable[str]]) -> set[str]:
    """Return names with everything that they use, directly or through one another."""
    reached: set[str] = set()
    frontier = set(start)
    while frontier:
        reached |= frontier
        frontier = {further for name in frontier for further in uses.get(name, ())} - reached
    return reached
