"""The page on a referee's points names every point once, and tests that exist."""

from __future__ import annotations

import re

from runnable_documents import ROOT

PAGE = (ROOT / "docs" / "methods" / "review_points.md").read_text(encoding="utf-8")
POINTS = [*(f"M{n}" for n in range(1, 12)), *(f"m{n}" for n in range(1, 13))]
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def rows() -> dict[str, str]:
    return dict(re.findall(r"^\| ([Mm]\d+) \| (.*) \|$", PAGE, flags=re.MULTILINE))


def test_every_point_has_a_row() -> None:
    assert list(rows()) == POINTS


def test_every_point_is_held_by_a_test_or_open() -> None:
    for name, row in rows().items():
        point, answered, held = row.split(" | ")
        assert point, name
        assert TEST.search(held) or "*Open" in answered, name


def test_every_test_that_is_named_exists() -> None:
    named = TEST.findall(PAGE)
    assert len(named) > len(POINTS)
    for file, name in named:
        text = (ROOT / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {name}\(", text, flags=re.MULTILINE), f"{file}::{name}"


def test_a_test_that_does_not_exist_is_found() -> None:
    text = (ROOT / "tests" / "docs" / "test_review_points.py").read_text(encoding="utf-8")
    assert not re.search(r"^def test_no_such_test\(", text, flags=re.MULTILINE)
