"""The table of tolerances is the only place that says how near an oracle has to be met."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from tolerances import TOLERANCES, assert_agrees, bound, fit_entry, near

TESTS = Path(__file__).parents[1]
SOURCES = {
    path: path.read_text(encoding="utf-8")
    for path in sorted(TESTS.rglob("*.py"))
    if "node_modules" not in path.parts
}
IMPORTS = re.compile(r"^\s*from tolerances import", re.MULTILINE)
ENTRY_PLACES = {"bound": 0, "near": 1, "assert_agrees": 2}
ENTRIES_OF_FITS = {"polished", "unpolished", "nonlinear constraints", "semTools"}  # fit_entry()
LIMITS = {"rel", "abs", "rtol", "atol"}
THEIRS = re.compile(r"\b(expected|oracle|reference|theirs|wanted|want|row|rows|case|lavaan)\b")
FROM_ORACLE = re.compile(r"\b(oracle|case)[(\[]|\b(ORACLE|REFERENCE|reference|lavaan)\b")


@pytest.mark.parametrize("entry", TOLERANCES)
def test_every_entry_has_a_reason_and_is_used(entry) -> None:
    limit = TOLERANCES[entry]
    assert max(limit.absolute, limit.relative) > 0
    assert len(limit.reason) > 10
    assert any(
        names_entry(entry, text)
        for path, text in SOURCES.items()
        if path.name != Path(__file__).name and IMPORTS.search(text)
    )


def names_entry(entry: str, text: str) -> bool:
    """Return whether a comparison in a module names an entry, or a variable that may hold it."""
    named, words = entries_and_words(text)
    return any(may_be(entry, expression, words) for expression in named)


@cache
def entries_and_words(text: str) -> tuple[list[ast.expr], set[object]]:
    tree = ast.parse(text)
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return list(entries_named(tree)), words


def entries_named(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            place = ENTRY_PLACES.get(ast.unparse(node.func))
            if place is not None and len(node.args) > place:
                yield node.args[place]
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "TOLERANCES":
            yield node.slice


def may_be(entry: str, named: ast.expr, words: set[object]) -> bool:
    """Return whether an expression may be an entry; its variables are any word of the module."""
    if isinstance(named, ast.Constant):
        return named.value == entry
    if isinstance(named, ast.IfExp):
        return any(may_be(entry, part, words) for part in (named.body, named.orelse))
    if isinstance(named, ast.Call):
        return entry in ENTRIES_OF_FITS
    if isinstance(named, ast.JoinedStr):
        parts = [
            str(part.value) if isinstance(part, ast.Constant) else None for part in named.values
        ]
        pattern = "".join("(.*)" if part is None else re.escape(part) for part in parts)
        found = re.fullmatch(pattern, entry)
        return found is not None and set(found.groups()) <= words
    return entry in words


@pytest.mark.parametrize(
    ("comparison", "used"),
    [
        ("assert_agrees(ours, theirs, 'polished')", True),
        ("assert ours == near(theirs, 'polished')", True),
        ("limit = bound('polished' if exact else 'unpolished')", True),
        ("limit = TOLERANCES['polished'].relative", True),
        ("kind = 'polished'", False),
        ("assert_agrees(ours, 'polished', 'closed form')", False),
        ("assert_agrees(ours, theirs, f'lavaan, {kind}')", False),
    ],
)
def test_only_a_comparison_uses_an_entry(comparison, used) -> None:
    assert names_entry("polished", comparison) is used
    kinds = "kind = 'polished'; assert_agrees(ours, theirs, f'lavaan, {kind}')"
    assert names_entry("lavaan, polished", kinds)


def literal_limits(text: str) -> Iterator[tuple[int, str]]:
    """Return comparisons with numbers of an oracle that state a tolerance of their own."""
    tree = ast.parse(text)
    read = {name for name, value in module_names(tree) if "json.loads" in ast.unparse(value)}
    constants = {name for name, value in module_names(tree) if is_limit(value)}
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
        if read & names or FROM_ORACLE.search(ast.unparse(function)):
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and states_number(call, read, constants):
                    yield call.lineno, ast.unparse(call)


def module_names(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value


def is_limit(value: ast.expr) -> bool:
    """Return whether an expression is a number, or a dict of limits by their keywords."""
    if isinstance(value, ast.Dict):
        return bool(value.keys) and all(
            isinstance(key, ast.Constant) and key.value in LIMITS for key in value.keys
        )
    return isinstance(value, ast.Constant) and isinstance(value.value, int | float)


def states_number(call: ast.Call, read: set[str], constants: set[str]) -> bool:
    name = ast.unparse(call.func).rpartition(".")[2]
    if name not in ("approx", "assert_allclose") or not call.args:
        return False
    numbers = [
        keyword
        for keyword in call.keywords
        if keyword.arg in {*LIMITS, None}
        and (
            (isinstance(keyword.value, ast.Constant) and keyword.value.value)
            or (isinstance(keyword.value, ast.Name) and keyword.value.id in constants)
        )
    ]
    theirs = call.args[-1]
    named = {node.id for node in ast.walk(theirs) if isinstance(node, ast.Name)}
    return bool(numbers) and bool(read & named or THEIRS.search(ast.unparse(theirs)))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(TESTS).as_posix())
def test_comparisons_with_an_oracle_name_an_entry(path) -> None:
    assert list(literal_limits(SOURCES[path])) == []


@pytest.mark.parametrize(
    ("comparison", "found"),
    [
        ("assert x == approx(expected['p'], rel=1e-3)", True),
        ("assert_allclose(ours, expected, rtol=0, atol=1e-9)", True),
        ("assert x == approx(expected, rel=bound('polished'))", False),
        ("assert x == approx(1.0, rel=1e-3)", False),
    ],
)
def test_a_number_beside_an_oracle_is_found(comparison, found) -> None:
    text = f"def test():\n    expected = oracle('name')\n    {comparison}"
    assert bool(list(literal_limits(text))) is found
    assert not list(literal_limits(text.replace("oracle('name')", "1 + 1")))


@pytest.mark.parametrize(
    "comparison",
    [
        "x == approx(SAVED['p'], abs=1e-6)",
        "x == approx(SAVED['p'], abs=LIMIT)",
        "assert_allclose(x, SAVED['p'], **BOTH)",
    ],
)
def test_a_constant_of_the_module_beside_an_oracle_is_found(comparison) -> None:
    head = "LIMIT = 1e-6\nBOTH = {'rtol': 1e-9}\nSAVED = json.loads(text)\n"
    text = f"{head}def test():\n    {comparison}"
    assert list(literal_limits(text))
    assert not list(literal_limits(text.replace("json.loads(text)", "2 * text")))


@pytest.mark.parametrize(
    ("ours", "agrees"),
    [
        ([1.0, np.nan, np.inf], True),
        ([1.0 + 0.9e-12, np.nan, np.inf], True),
        ([1.0 + 2e-12, np.nan, np.inf], False),
        ([1.0, 0.0, np.inf], False),
        ([1.0, np.nan, -np.inf], False),
        ([1.0, np.nan], False),
    ],
)
def test_numbers_agree_within_the_entry_only(ours, agrees) -> None:
    theirs = [1.0, np.nan, np.inf]
    if agrees:
        assert_agrees(ours, theirs, "closed form")
        return
    with pytest.raises(AssertionError):
        assert_agrees(ours, theirs, "closed form")


def test_one_number_may_stand_for_all() -> None:
    assert_agrees([2.0, 2.0], 2.0, "closed form")
    with pytest.raises(AssertionError, match=r"\[3\.\] and not \[2\.\], beyond 'closed form'"):
        assert_agrees([2.0, 3.0], 2.0, "closed form", "df")


def test_other_forms_take_the_same_numbers() -> None:
    assert near({"a": 1.0}, "semopy errors") == {"a": 1.0 + 0.9e-6}
    assert near({"a": 1.0}, "semopy errors") != {"a": 1.0 + 1.1e-6}
    assert bound("closed form") == 1e-12
    assert fit_entry({"name": "hs_fiml_aux", "rel_tol": ""}) == "semTools"
    assert fit_entry({"name": "hs_cfa_ml", "rel_tol": "newton-polished"}) == "polished"
    assert fit_entry({"name": "hs_cfa_ml", "rel_tol": "1e-10"}) == "unpolished"
