"""One spelling of numbers: exact, without an exponent, and nowhere spelled otherwise."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import coprod_stats
from coprod_stats.instruments.language.evaluation import choice_column
from coprod_stats.instruments.language.numbers import spell_number


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        (5315121, "5315121"),
        (12345678.0, "12345678"),
        (-2.0, "-2"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1e-7, "0.0000001"),
        (1e22, "10000000000000000000000"),
        (0.1 + 0.2, "0.30000000000000004"),
        (10**30 + 1, "1000000000000000000000000000001"),
        (Decimal("0"), "0"),
        (Decimal("1E+20"), "100000000000000000000"),
        (Decimal("5315121.00000000000000000010"), "5315121.0000000000000000001"),
    ],
)
def test_numbers_are_spelled_in_full(value: float | Decimal, spelled: str) -> None:
    assert spell_number(value) == spelled


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_is_spelled_reads_as_the_same_number(value: float) -> None:
    spelled = spell_number(value)
    assert float(spelled) == value
    assert set(spelled) <= set("-.0123456789")
    assert not spelled.endswith((".", ".0"))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_no_shorter_text_reads_as_the_same_number(value: float) -> None:
    digits = spell_number(value).lstrip("-").replace(".", "").strip("0")
    assert len(digits) == len(Decimal(repr(value)).normalize().as_tuple().digits) or value == 0


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, Decimal("NaN")])
def test_what_is_no_number_is_not_spelled(value: float) -> None:
    with pytest.raises(ValueError, match="no digits spell"):
        spell_number(value)


@given(st.lists(st.integers(1, 10**9), min_size=2, max_size=2, unique=True))
def test_two_options_never_share_a_column(codes: list[int]) -> None:
    first, second = (choice_column("PLACES", code) for code in codes)
    assert first != second
    assert choice_column("PLACES", float(codes[0])) == first


ROOMS = ("instruments", "platforms", "responses")
FORMATS = "eEfFgGn%"
WRITERS = {"format_float_positional", "format_float_scientific", "array2string"}
SOURCE = Path(coprod_stats.__file__).parent
SPELLER = SOURCE / "instruments" / "language" / "numbers.py"


def spelled_otherwise(tree: ast.Module, float_fields: frozenset[str] = frozenset()) -> set[int]:
    """Return the lines that turn a number into text by something else than ``spell_number``."""
    found = {node.lineno for node in ast.walk(tree) if formats_a_number(node)}
    for scope in ast.walk(tree):
        if isinstance(scope, ast.FunctionDef | ast.Lambda):
            known = float_names(scope)
            found |= {
                node.lineno
                for node in ast.walk(scope)
                for part in shown_as_is(node)
                if (isinstance(part, ast.Name) and part.id in known)
                or (isinstance(part, ast.Attribute) and part.attr in float_fields)
                or is_float(part)
            }
    return found


def formats_a_number(node: ast.AST) -> bool:
    match node:
        case ast.FormattedValue(format_spec=spec):
            ends = spec.values[-1:] if isinstance(spec, ast.JoinedStr) else []
            asked = [str(end.value) for end in ends if isinstance(end, ast.Constant)]
            return any(end[-1] in FORMATS for end in asked)
        case ast.Call(func=ast.Name(id="format"), args=[_, *_]):
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in WRITERS:
            return True
        case ast.BinOp(left=ast.Constant(value=str() as text), op=ast.Mod()):
            return re.search(r"%[-+ #0]*\d*(\.\d+)?[eEfFgG]", text) is not None
        case ast.Constant(value=str() as text):
            return re.search(r"\{\w*:[-+ #0,<>=^]*\d*(\.\d+)?[eEfFgGn%]\}", text) is not None
    return False


def float_names(scope: ast.FunctionDef | ast.Lambda) -> set[str]:
    """Return the parameters that are declared floats, and what ``case Number(value)`` captures."""
    given = [*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs]
    names = {one.arg for one in given if one.annotation and declares_float(one.annotation)}
    for node in ast.walk(scope):
        if isinstance(node, ast.AnnAssign) and declares_float(node.annotation):
            names |= {node.target.id} if isinstance(node.target, ast.Name) else set()
        elif isinstance(node, ast.MatchClass) and ast.unparse(node.cls) in ("Number", "float"):
            captured = [*node.patterns, *node.kwd_patterns]
            names |= {p.name for p in captured if isinstance(p, ast.MatchAs) and p.name}
    return names


def declares_float(annotation: ast.expr) -> bool:
    plain = re.sub(r"Annotated\[(\w+), .*\]", r"\1", ast.unparse(annotation))
    return re.fullmatch(r"(float|Decimal|None| \| )+", plain) is not None


def is_float(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in ("float", "np.float64")


def shown_as_is(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.FormattedValue(value=shown):
            return [shown]
        case ast.Call(func=ast.Name(id="str" | "repr" | "ascii"), args=[shown]):
            return [shown]
    return []


def fields_of_floats(trees: Iterable[ast.Module]) -> frozenset[str]:
    """Return the fields that every class which has them declares as floats."""
    declared: dict[str, set[bool]] = {}
    for tree in trees:
        for node in ast.walk(tree):
            for part in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
                    declared.setdefault(part.target.id, set()).add(declares_float(part.annotation))
    return frozenset(name for name, found in declared.items() if found == {True})


def test_numbers_are_spelled_by_one_function_alone() -> None:
    paths = [path for room in ROOMS for path in (SOURCE / room).rglob("*.py")]
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    fields = fields_of_floats(trees.values())
    assert {"minimum", "maximum", "minutes_at_most"} <= fields
    found = {
        f"{path.relative_to(SOURCE)}:{line}"
        for path, tree in trees.items()
        if path != SPELLER
        for line in spelled_otherwise(tree, fields)
    }
    assert found == set()


@pytest.mark.parametrize(
    "line",
    [
        'f"{x:g}"',
        'f"{x:.15g}"',
        'f"{x:>10.2f}"',
        'f"{bound!r}"',
        'format(x, ".3f")',
        '"%g" % x',
        '"at least {:g}".format(x)',
        '"{low:.2f}".format_map(x)',
        "repr(bound)",
        "np.format_float_positional(x)",
        "str(bound)",
        'f"{bound}"',
        "str(float(x))",
        'f"{item.maximum}"',
        "str(item.maximum)",
    ],
)
def test_another_spelling_is_found(line: str) -> None:
    tree = ast.parse(f"def write(x, bound: float | None, item):\n    return {line}\n")
    assert spelled_otherwise(tree, frozenset({"maximum"})) == {2}


def test_a_number_captured_from_an_expression_is_found() -> None:
    code = "def write(tree):\n match tree:\n  case Number(value):\n   return str(value)\n"
    assert spelled_otherwise(ast.parse(code)) == {4}


@pytest.mark.parametrize("line", ['f"{n:,}"', 'f"{n:03}"', 'f"{n:<{width}}"', "str(n)", 'f"{n}"'])
def test_counts_and_texts_are_left_alone(line: str) -> None:
    tree = ast.parse(f"def write(n: int, width: int):\n    return {line}\n")
    assert spelled_otherwise(tree) == set()
