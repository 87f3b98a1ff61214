"""A questionnaire written inline, put into a folder and checked or read."""

from __future__ import annotations

from pathlib import Path

import pytest
from inline_questionnaires import CONSTRUCTS, Check, Read, laid_out

from coprod_stats.errors import Fault
from coprod_stats.instruments import Instrument, check_instrument, read_instrument


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "constructs.yaml").write_text(CONSTRUCTS, encoding="utf-8")
    return tmp_path


@pytest.fixture
def check(folder: Path) -> Check:
    """Return the faults of a questionnaire written inline."""

    def faults(text: str) -> tuple[Fault, ...]:
        path = folder / "survey.yaml"
        path.write_text(laid_out(text), encoding="utf-8")
        return check_instrument(path)

    return faults


@pytest.fixture
def read(folder: Path) -> Read:
    """Read a questionnaire written inline."""

    def instrument(text: str) -> Instrument:
        path = folder / "survey.yaml"
        path.write_text(laid_out(text), encoding="utf-8")
        return read_instrument(path)

    return instrument
