"""The words of docs/glossary.md, held in the docstrings and messages of the package."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "coprod_stats"
FIRST_WORDS = re.compile(r"(Give|Say|Tell|Lay|Put)s?\b")
NOT_USED = re.compile(
    r"\b(set aside|reverse-?key(ed|ing)|put(ting)? together|left out|told apart|stands? twice|"
    r"somebody else's)\b"
)
"""For these the glossary has: rejected, reverse-scored, pooled, omitted, distinguished,
duplicate, existing."""


def docstrings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text is not None:
                yield getattr(node, "lineno", 1), text


def strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, " ".join(node.value.split())


def faults(path: Path) -> list[str]:
    tree, name = ast.parse(path.read_text(encoding="utf-8")), path.relative_to(SOURCE)
    first = [f"{name}:{n}: {text[:60]}" for n, text in docstrings(tree) if FIRST_WORDS.match(text)]
    words = [
        f"{name}:{n}: '{found.group()}'"
        for n, text in strings(tree)
        if (found := NOT_USED.search(text))
    ]
    return first + words


def test_docstrings_and_messages_use_the_words_of_the_glossary() -> None:
    paths = sorted(SOURCE.rglob("*.py"))
    assert paths
    assert not [fault for path in paths for fault in faults(path)]


def test_the_glossary_names_files_that_exist() -> None:
    glossary = (SOURCE.parents[1] / "docs" / "glossary.md").read_text(encoding="utf-8")
    names = re.findall(r"`(?!tests/)([a-z_]+(?:/[a-z_]+)*\.py)`", glossary)
    assert names
    assert [name for name in names if not (SOURCE / name).exists()] == []
