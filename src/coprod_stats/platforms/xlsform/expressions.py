"""Routing and calculation as XPath 1.0 with the functions of ODK XForms.

XPath has two truth values, the questionnaire three: a comparison with a question that was not
answered is unknown. An expression is therefore written twice, as "known to be true" and as "known
to be false", and a number together with the condition that it is known.
"""

from __future__ import annotations

from collections.abc import Iterable

from coprod_stats.instruments.language.expressions import (
    Binary,
    Call,
    Compare,
    Expression,
    Logic,
    Member,
    Name,
    Not,
    Number,
)
from coprod_stats.instruments.model import Instrument, Item
from coprod_stats.platforms.form_export import MISSING_NAMES

TRUE, FALSE = "true()", "false()"
_NEGATED = {"==": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_MISSING = [name for name, _ in MISSING_NAMES.values()]


def field(name: str, option: float | None = None) -> str:
    """Name the field of an item, or of one option of an allocation: lower case."""
    if option is None:
        return name.lower()
    return f"{name.lower()}_{option:g}".replace("-", "m")


def quoted(text: str) -> str:
    """Write a text as an XPath 1.0 literal, which has no escapes."""
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text:
        return f'"{text}"'
    return "concat(" + ', "\'", '.join(f"'{part}'" for part in text.split("'")) + ")"


def conjunction(parts: Iterable[str]) -> str:
    """Join conditions by ``and``."""
    return _joined("and", parts, neutral=TRUE, decisive=FALSE)


def disjunction(parts: Iterable[str]) -> str:
    """Join conditions by ``or``."""
    return _joined("or", parts, neutral=FALSE, decisive=TRUE)


def _joined(operator: str, parts: Iterable[str], *, neutral: str, decisive: str) -> str:
    kept = [part for part in dict.fromkeys(parts) if part != neutral]
    if decisive in kept:
        return decisive
    if len(kept) < 2:
        return kept[0] if kept else neutral
    return f" {operator} ".join(f"({part})" for part in kept)


class XPath:
    """Writes the expressions of one questionnaire."""

    def __init__(self, instrument: Instrument) -> None:
        self._items = {item.id: item for item in instrument.items}

    def true(self, tree: Expression) -> str:
        """Describe when a condition is known to hold."""
        return self._truth(tree, wanted=True)

    def false(self, tree: Expression) -> str:
        """Describe when a condition is known not to hold."""
        return self._truth(tree, wanted=False)

    def calculation(self, tree: Expression) -> str:
        """Return the value of an expression, 1 or 0 for a condition, blank where unknown."""
        return f"if({self.known(tree)}, {self.value(tree)}, '')"

    def _truth(self, tree: Expression, *, wanted: bool) -> str:
        match tree:
            case Logic():
                both = (tree.operator == "and") == wanted
                join = conjunction if both else disjunction
                return join(self._truth(part, wanted=wanted) for part in tree.parts)
            case Not():
                return self._truth(tree.part, wanted=not wanted)
            case Call(function="any" | "all"):
                parts = Logic("or" if tree.function == "any" else "and", tree.arguments)
                return self._truth(parts, wanted=wanted)
            case Call(function="answered", arguments=(Name() as name,)):
                answered = self.answered(name.id)
                return answered if wanted else f"not({answered})"
            case Call(function="includes", arguments=(Name() as name, *options)):
                holds = disjunction(
                    self._selected(name.id, o.value) for o in options if isinstance(o, Number)
                )
                return conjunction([self.answered(name.id), holds if wanted else f"not({holds})"])
            case Compare():
                operator = tree.operator.replace("==", "=")
                sign = operator if wanted else _NEGATED[tree.operator]
                left, right = self.value(tree.left), self.value(tree.right)
                return conjunction(
                    [self.known(tree.left), self.known(tree.right), f"{left} {sign} {right}"]
                )
            case Member():
                item = self.value(tree.item)
                holds = disjunction(f"{item} = {value:g}" for value in tree.values)
                return conjunction([self.known(tree.item), holds if wanted else f"not({holds})"])
            case _:
                sign = "!=" if wanted else "="
                return conjunction([self.known(tree), f"{self.value(tree)} {sign} 0"])

    def known(self, tree: Expression) -> str:
        """Describe when an expression has a value."""
        match tree:
            case Number() | Call(function="answered"):
                return TRUE
            case Name():
                return self.answered(tree.id)
            case Binary():
                parts = [self.known(tree.left), self.known(tree.right)]
                if tree.operator == "/":
                    parts.append(f"{self.value(tree.right)} != 0")
                return conjunction(parts)
            case Call(function="count"):
                return conjunction(
                    disjunction([self.true(part), self.false(part)]) for part in tree.arguments
                )
            case Call(function="if", arguments=(condition, yes, no)):
                chosen = conjunction([self.true(condition), self.known(yes)])
                other = conjunction([self.false(condition), self.known(no)])
                return disjunction([chosen, other])
            case Call(function="option", arguments=(Name() as name, Number() as option)):
                item = self._items[name.id]
                allocated = item.kind == "allocate"
                return _filled(field(name.id, option.value if allocated else None))
            case Call(function="sum" | "mean" | "min" | "max" | "abs"):
                return conjunction(map(self.known, tree.arguments))
            case _:
                return disjunction([self.true(tree), self.false(tree)])

    def value(self, tree: Expression) -> str:
        """Return the number of an expression; what it is where unknown does not matter."""
        match tree:
            case Number():
                return f"{tree.value:.15g}"
            case Name():
                return f"number(${{{field(tree.id)}}})"
            case Binary():
                sign = "div" if tree.operator == "/" else tree.operator
                return f"({self.value(tree.left)} {sign} {self.value(tree.right)})"
            case Call(function="count"):
                return f"({' + '.join(f'if({self.true(part)}, 1, 0)' for part in tree.arguments)})"
            case Call(function="if", arguments=(condition, yes, no)):
                return f"if({self.true(condition)}, {self.value(yes)}, {self.value(no)})"
            case Call(function="option", arguments=(Name() as name, Number() as option)):
                return self._of_option(self._items[name.id], option.value)
            case Call(function="sum" | "mean" | "min" | "max" | "abs"):
                values = [self.value(part) for part in tree.arguments]
                if tree.function in ("sum", "mean"):
                    total = f"({' + '.join(values)})"
                    return total if tree.function == "sum" else f"({total} div {len(values)})"
                return f"{tree.function}({', '.join(values)})"
            case _:
                return f"if({self.true(tree)}, 1, 0)"

    def label(self, name: str) -> str:
        """Return the answer to a question in words, in the language in use."""
        reference, item = f"${{{field(name)}}}", self._items.get(name)
        chosen = item is not None and item.kind in ("single", "consent")
        return f"jr:choice-name({reference}, '{reference}')" if chosen else reference

    def answered(self, name: str) -> str:
        """Describe when a question has an answer other than "don't know" or a refusal."""
        item = self._items.get(name)
        if item is not None and item.kind == "allocate" and item.responses is not None:
            return disjunction(_filled(field(name, value)) for value in item.responses.values)
        offered = item is not None and item.kind in ("single", "consent", "multiple")
        names = _MISSING if offered and item is not None and item.offers else []
        reference = f"${{{field(name)}}}"
        return conjunction([_filled(field(name)), *(f"{reference} != '{gone}'" for gone in names)])

    def _selected(self, name: str, value: float) -> str:
        return f"selected(${{{field(name)}}}, '{value:g}')"

    def _of_option(self, item: Item, value: float) -> str:
        """Return points of an option, or its place in a ranking; 0 below the top."""
        if item.kind == "allocate":
            return f"number(${{{field(item.id, value)}}})"
        before = f"substring-before(concat(' ', ${{{field(item.id)}}}, ' '), ' {value:g} ')"
        place = f"(1 + string-length({before}) - string-length(translate({before}, ' ', '')))"
        return f"if({place} > {item.top}, 0, {place})"


def _filled(name: str) -> str:
    return f"string-length(${{{name}}}) > 0"
