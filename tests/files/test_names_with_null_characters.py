"""A null character in the name of a file is a fault of input, wherever the name was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from coprod_stats import run_study
from coprod_stats.errors import CoprodError
from coprod_stats.instruments import check_instrument, read_instrument
from coprod_stats.instruments.source.copying import copy_instrument
from coprod_stats.platforms import read_sidecar
from coprod_stats.responses import read_responses
from coprod_stats.study.plan_reading import read_plan

SHIPPED = Path(__file__).parents[2]


def changed(tmp_path: Path, source: str, before: str, after: str) -> Path:
    text = (SHIPPED / source).read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "changed.yaml").write_text(text.replace(before, after, 1), encoding="utf-8")
    return tmp_path / "changed.yaml"


def test_in_a_questionnaire(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        "instruments/carers.yaml",
        "constructs: carers_constructs.yaml",
        'constructs: "con\\0.yaml"',
    )
    assert check_instrument(path)
    with pytest.raises(CoprodError, match="there is no file"):
        copy_instrument(path, tmp_path / "copy")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("instrument: carers", 'instrument: "car\\0"'),
        ("file: carers.csv", 'file: "car\\0.csv"'),
    ],
)
def test_in_a_plan(tmp_path: Path, before: str, after: str) -> None:
    path = changed(tmp_path, "analyses/carers.yaml", before, after)
    with pytest.raises(CoprodError):
        run_study(path)


def test_given_in_python() -> None:
    for read in (read_instrument, read_plan):
        with pytest.raises(CoprodError):
            read("a\0b")
    with pytest.raises(CoprodError):
        read_responses("a\0b.csv", read_instrument("carers"))
    with pytest.raises(CoprodError):
        read_sidecar(Path("a\0b"))
