"""The example of the grammar in instruments/README.md is itself a questionnaire without faults."""

from __future__ import annotations

import re
from pathlib import Path

from coprod_stats.instruments import check_instrument, read_instrument
from coprod_stats.instruments.language.tree import FUNCTIONS
from coprod_stats.instruments.preview import preview
from coprod_stats.instruments.shipped import list_shipped, shelf
from coprod_stats.instruments.source import reading

README = (shelf("instruments") / "README.md").read_text(encoding="utf-8")


EXAMPLES: list[str] = re.findall(r"```yaml\n(.+?)```", README, flags=re.DOTALL)
HEAD = """
instrument: library
version: 0.1.0
title: The library
languages: [en]
forms: {core: {title: Core}, full: {title: Full}}
"""


def test_the_example_has_no_faults(tmp_path: Path) -> None:
    core, scales, *_ = EXAMPLES
    path = tmp_path / "library.yaml"
    path.write_text(core, encoding="utf-8")
    assert check_instrument(path) == ()
    (tmp_path / "my_constructs.yaml").write_text(
        "source: none\nconstructs:\n"
        + "".join(
            f"  {code}: {{family: x, label: x, role: behaviour, section: x, sources: x, "
            "respondent: both, measure: x}\n"
            for code in ("PART", "WAYS")
        ),
        encoding="utf-8",
    )
    path.write_text(f"{core}\nconstructs: my_constructs.yaml\n{scales}", encoding="utf-8")
    library = read_instrument(path)
    assert "visitor" in preview(library, "core")
    assert [scale.items for scale in library.for_form("core").scales] == [
        ("PART1", "PART2", "PART3")
    ]


def test_the_examples_of_items_and_chance_have_no_faults(tmp_path: Path) -> None:
    _, _, *items, chance = EXAMPLES
    assert len(items) > 1
    path = tmp_path / "library.yaml"
    pages = "pages:\n  - page: p\n    blocks:\n      - block: b\n        items:\n"
    indented = [
        "\n".join(f"          {line}" for line in example.splitlines()) for example in items
    ]
    for text in (*(f"{HEAD}{pages}{lines}\n" for lines in indented), HEAD + chance):
        path.write_text(text, encoding="utf-8")
        assert check_instrument(path) == ()


def test_every_file_and_function_is_described() -> None:
    for path in list_shipped("instruments"):
        assert f"`{path.name}`" in README
    for function in FUNCTIONS:
        assert re.search(rf"\b{function}\b", README), function


def test_every_fault_code_is_described_and_raised() -> None:
    source = Path(reading.__file__).parents[1]
    raised = {
        code
        for path in source.rglob("*.py")
        for code in re.findall(r'"([A-Z]+-\d{3})"', path.read_text(encoding="utf-8"))
    }
    assert described_codes() == raised


def described_codes() -> set[str]:
    """Read the codes of the table of faults, as ``ITEM-002 … 005`` or ``ITEM-006, 007``."""
    codes: set[str] = set()
    for family, numbers in re.findall(r"^\| ([A-Z]+)-([\d, …]+) \|", README, flags=re.MULTILINE):
        first, *rest = map(int, re.findall(r"\d+", numbers))
        found = range(first, rest[0] + 1) if "…" in numbers else (first, *rest)
        codes |= {f"{family}-{number:03}" for number in found}
    return codes
