"""Nothing in the package writes a file but the room ``files``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "coprod_stats"
IN_MEMORY = {
    "instruments/subsets/yaml_text.py": {"dump"},
    "platforms/paper/word.py": {"save"},
    "responses/parquet.py": {"write_table"},
}
"""Modules whose calls of these names write into memory, or into what ``written`` opened."""
SCRATCH = {
    "instruments/subsets/writing.py": {"TemporaryDirectory", "mkdir", "write_text"},
    "latent_models/engines/lavaan_engine.py": {"open", "write_text", "TemporaryDirectory"},
    "platforms/codebooks/spss.py": {"write_sav", "TemporaryDirectory"},
    "cli/standard_streams.py": {"open"},
}
"""What is written for other programs, or for a check, into folders that are removed at once;
the null device."""

WRITING = {
    *("write_text", "write_bytes", "touch", "mkdir", "makedirs", "rename", "renames", "replace"),
    *("unlink", "remove", "rmdir", "rmtree", "symlink_to", "hardlink_to", "symlink", "link"),
    *("copy", "copy2", "copyfile", "copytree", "move", "dump", "tofile"),
    *("to_csv", "to_excel", "to_parquet", "to_feather", "to_pickle", "to_stata", "to_hdf"),
    *("to_sql", "save", "savefig", "savez", "savetxt", "write_sav", "write_dta", "write_table"),
    *("mkstemp", "mkdtemp", "NamedTemporaryFile", "TemporaryFile", "TemporaryDirectory"),
}
OF_PATHS = {"rename", "replace", "copy", "link", "remove", "move"}
"""Also the names of methods of tables, texts, models and lists: of ``os`` and ``shutil`` alone."""


def calls_that_write(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = getattr(function, "attr", getattr(function, "id", ""))
        owner = function.value if isinstance(function, ast.Attribute) else None
        module = owner.id if isinstance(owner, ast.Name) else ""
        if name == "open" and _opens_for_writing(node, method=owner is not None):
            yield name
        elif name in OF_PATHS:
            if module in ("os", "shutil"):
                yield name
        elif name == "dump":
            if module in ("json", "pickle", "yaml", "joblib"):
                yield name
        elif name in WRITING:
            yield name


def _opens_for_writing(call: ast.Call, *, method: bool) -> bool:
    given = call.args[0 if method else 1 :]
    modes = [*given[:1], *(word.value for word in call.keywords if word.arg == "mode")]
    texts = [mode.value for mode in modes if isinstance(mode, ast.Constant)]
    if isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "os":
        return True
    return any(isinstance(text, str) and set("wax+") & set(text) for text in texts)


MODULES = sorted(
    path.relative_to(SOURCE).as_posix()
    for path in SOURCE.rglob("*.py")
    if path.parent != SOURCE / "files"
)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_writes_only_by_way_of_the_room_for_files(module: str) -> None:
    found = set(calls_that_write(ast.parse((SOURCE / module).read_text(encoding="utf-8"))))
    assert found <= IN_MEMORY.get(module, set()) | SCRATCH.get(module, set())


@pytest.mark.parametrize("module", [*IN_MEMORY, *SCRATCH])
def test_every_exemption_is_needed(module: str) -> None:
    found = set(calls_that_write(ast.parse((SOURCE / module).read_text(encoding="utf-8"))))
    assert found == IN_MEMORY.get(module, set()) | SCRATCH.get(module, set())


@pytest.mark.parametrize(
    "line",
    [
        "path.write_text('a')",
        "open(path, 'w')",
        "open(path, mode='ab')",
        "path.open('x')",
        "os.open(path, flags)",
        "frame.to_csv(path)",
        "book.save(path)",
        "shutil.copyfile(a, b)",
        "os.replace(a, b)",
        "json.dump(content, stream)",
        "path.mkdir()",
    ],
)
def test_writing_is_found(line: str) -> None:
    assert list(calls_that_write(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    ["open(path)", "path.open('rb')", "text.replace('a', 'b')", "frame.rename(columns=names)"],
)
def test_reading_is_not_found(line: str) -> None:
    assert not list(calls_that_write(ast.parse(line)))
