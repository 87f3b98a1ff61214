"""What is declared in pyproject.toml is what the package imports, no more and no less."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKED = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def distribution(requirement: str) -> str:
    """Return the name of a requirement as packages are compared (PEP 503)."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found
    return re.sub(r"[-_.]+", "-", found[0]).lower()


NEEDED = {distribution(entry) for entry in PROJECT["dependencies"]}
EXTRAS = {
    name: {distribution(entry) for entry in entries}
    for name, entries in PROJECT["optional-dependencies"].items()
}


def imported_modules(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Return each statement that imports, with the top level of what it names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node, node.module.partition(".")[0]


def distributions_imported() -> dict[str, set[Path]]:
    """Return the distributions that the package imports, and which files do."""
    providers = importlib.metadata.packages_distributions()
    found: dict[str, set[Path]] = {}
    for path in SOURCE.rglob("*.py"):
        for _, module in imported_modules(ast.parse(path.read_text(encoding="utf-8"))):
            if module in sys.stdlib_module_names or module == "coprod_stats":
                continue
            for provider in providers.get(module, [module]):
                found.setdefault(distribution(provider), set()).add(path)
    return found


IMPORTED = distributions_imported()


@pytest.mark.parametrize("name", sorted(NEEDED.union(*EXTRAS.values())))
def test_what_is_declared_is_imported(name: str) -> None:
    assert name in IMPORTED, f"{name} is declared, but nothing in src imports it"


@pytest.mark.parametrize("name", sorted(IMPORTED))
def test_what_is_imported_is_declared(name: str) -> None:
    files = ", ".join(sorted(path.name for path in IMPORTED[name]))
    assert name in NEEDED.union(*EXTRAS.values()), f"{files} imports {name}, which is not declared"


@pytest.mark.parametrize("extra", sorted(EXTRAS))
def test_an_extra_is_optional_and_named_where_it_is_lacking(extra: str) -> None:
    """An extra is imported inside functions only, by files that say how to install it."""
    assert not EXTRAS[extra] & NEEDED
    for path in set().union(*(IMPORTED[name] for name in EXTRAS[extra])):
        text = path.read_text(encoding="utf-8")
        assert f"pip install 'coprod-stats[{extra}]'" in text, path.name
        tree = ast.parse(text)
        at_load = {
            distribution(module)
            for statement, module in imported_modules(tree)
            if statement.col_offset == 0
        }
        assert not at_load & EXTRAS[extra], path.name


@pytest.mark.parametrize("name", sorted(NEEDED.union(*EXTRAS.values())))
def test_what_is_declared_is_locked_by_hash(name: str) -> None:
    assert re.search(rf"^{re.escape(name)}==\S+.*\\\n    --hash=sha256:", LOCKED, re.MULTILINE)


def test_the_lock_names_no_index() -> None:
    assert "://" not in LOCKED
    assert not re.search(r"^-", LOCKED, re.MULTILINE)
