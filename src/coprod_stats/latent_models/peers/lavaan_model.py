"""A model text written anew for lavaan, from what was read and not from its characters.

Comments are omitted, blocks of groups are in the order of the groups, numbers have all their
digits, and labels that R or lavaan would read as something else (``Inf``, ``TRUE``, a label with
blanks, which lavaan 0.6-14 removes, or with ``#``, where it sees a comment) have another name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import count

from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.sem_data import labels_of
from coprod_stats.sem.model.blocks import group_number
from coprod_stats.sem.model.expressions import BINARY, Call, Expression, Name, Number
from coprod_stats.sem.model.syntax_tree import ModelSyntax, Modifier, ModifierValue, Relation, Term

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.]*|\.p[0-9]+\.")
_PLAIN_GROUP = re.compile(r"[A-Za-z0-9_.]+")
_PLAIN_PARAMETER = re.compile(r"[\w.:=~<|*]+")
_RESERVED = frozenset(
    (
        *("if", "else", "repeat", "while", "function", "for", "next", "break", "in"),
        *("TRUE", "FALSE", "T", "F", "NULL", "Inf", "NaN", "pi"),
        *("NA", "NA_integer_", "NA_real_", "NA_character_"),
    )
)
"""Words of R, and constants that its expressions would read in place of a label [rcore_quotes]_."""


def model_lines(model: ModelSyntax, group_labels: Sequence[str]) -> list[str]:
    """Write a model in lavaan's syntax, a statement per line.

    Parameters
    ----------
    model : ModelSyntax
    group_labels : sequence of str
        In the order in which lavaan is to take the groups.

    Raises
    ------
    SemModelError
        If a block fits none of the groups.
    LatentModelError
        At a block of factors or a reference by ``equal()`` whose name lavaan would not read.
    """
    labels = renamed_labels(model)
    groups: dict[int, dict[str, list[Relation]]] = {}
    for relation in model.relations:
        group = group_number(relation.group, group_labels) if relation.group else 0
        groups.setdefault(group, {}).setdefault(relation.level, []).append(relation)
    lines: list[str] = []
    for group, levels in sorted(groups.items()):
        if group:
            lines.append(group_header(group_labels[group - 1], group))
        for level, relations in levels.items():
            if level:
                lines.append(f"level: {_plain(level, _PLAIN_GROUP, 'level')}")
            margin = "  " if group or level else ""
            lines += [f"{margin}{_statement(relation, labels)}" for relation in relations]
    return [*lines, *function_lines(model, labels)]


def group_header(label: str, group: int) -> str:
    """Write the header of a group's block, by its number where lavaan would not read its label.

    Parameters
    ----------
    label : str
    group : int
        The first is 1.
    """
    return f"group: {label if _PLAIN_GROUP.fullmatch(label) else group}"


def function_lines(model: ModelSyntax, labels: Mapping[str, str]) -> list[str]:
    """Write definitions and constraints, a statement per line.

    Parameters
    ----------
    model : ModelSyntax
    labels : mapping of str to str
        Names in lavaan of labels that have another one there.
    """
    lines = []
    for definition in model.definitions:
        name = labels.get(definition.name, definition.name)
        lines.append(f"{name} := {_written(definition.expression, labels)}")
    for item in model.constraints:
        left, right = (_written(side, labels) for side in (item.left, item.right))
        lines.append(f"{left} {item.operator} {right}")
    return lines


def renamed_labels(model: ModelSyntax) -> dict[str, str]:
    """Return another name for each label that R or lavaan would not read as it stands.

    Parameters
    ----------
    model : ModelSyntax
    """
    defined = (definition.name for definition in model.definitions)
    used = dict.fromkeys((*labels_of(model), *defined))
    odd = [label for label in used if not _PLAIN.fullmatch(label) or label in _RESERVED]
    unused = (name for number in count(1) if (name := f"label{number}") not in used)
    return dict(zip(odd, unused, strict=False))


def _statement(relation: Relation, labels: Mapping[str, str]) -> str:
    left = " + ".join(map(_left_term, relation.left))
    right = " + ".join(_right_term(term, labels) for term in relation.right)
    return f"{left} {relation.operator} {right}"


def _left_term(term: Term) -> str:
    blocks = (_plain(str(m.values[0]), _PLAIN, "block of factors") for m in term.modifiers)
    return "".join(f'efa("{block}")*' for block in blocks) + term.variable


def _right_term(term: Term, labels: Mapping[str, str]) -> str:
    """Write a term once per modifier, which is lavaan's way of giving several."""
    if not term.modifiers:
        return term.variable
    written = (_modifier(modifier, labels) for modifier in term.modifiers)
    return " + ".join(f"{modifier}*{term.variable}" for modifier in written)


def _modifier(modifier: Modifier, labels: Mapping[str, str]) -> str:
    values = [_value(value, modifier, labels) for value in modifier.values]
    several = f"c({', '.join(values)})" if len(values) > 1 else values[0]
    return several if modifier.kind == "value" else f"{modifier.kind}({several})"


def _value(value: ModifierValue, modifier: Modifier, labels: Mapping[str, str]) -> str:
    if value is None:
        return "NA"
    if isinstance(value, float):
        return number(value)
    if modifier.kind == "equal" and value not in labels:
        return f'"{_plain(value, _PLAIN_PARAMETER, "parameter")}"'
    written = labels.get(value, value)
    return written if modifier.kind == "value" else f'"{written}"'


def _plain(name: str, pattern: re.Pattern[str], what: str) -> str:
    if not pattern.fullmatch(name):
        raise LatentModelError(f"not available in lavaan: {what} named {name!r}")
    return name


def _written(expression: Expression, labels: Mapping[str, str]) -> str:
    match expression:
        case Number(value):
            return number(value)
        case Name(name):
            return labels.get(name, name)
        case Call("neg", (argument,)):
            return f"-{_bracketed(argument, labels)}"
        case Call(function, (argument,)):
            return f"{function}({_written(argument, labels)})"
        case Call(function, (left, right)):
            return f"{_bracketed(left, labels)}{function}{_bracketed(right, labels)}"
    raise TypeError(expression)


def _bracketed(expression: Expression, labels: Mapping[str, str]) -> str:
    is_compound = isinstance(expression, Call) and expression.function in BINARY | {"neg"}
    is_negative = isinstance(expression, Number) and expression.value < 0
    written = _written(expression, labels)
    return f"({written})" if is_compound or is_negative else written


def number(value: float) -> str:
    """Write a number with all its digits, whole ones without a fraction.

    Parameters
    ----------
    value : float
    """
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
