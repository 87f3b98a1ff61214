"""Malformed questionnaires end in faults or in an instrument, never in another exception."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from inline_questionnaires import CONSTRUCTS, SURVEY, laid_out

from coprod_stats.instruments import InstrumentError, check_instrument, read_instrument
from coprod_stats.instruments.preview import preview
from coprod_stats.instruments.source.yaml_source import parse_yaml

TEXT = laid_out(SURVEY)
WORDS = (
    "USED",
    "MEANS",
    "TRU3",
    "TRU1",
    "RID",
    "ext5",
    "long",
    "nowhere",
    "1",
    "-9",
    "",
    "[",
    "{",
    "- ",
    "~",
    "no",
    "1e999",
    "when: ",
    "USED == ",
    "[ORG]",
    "\t",
    "\x00",
    "\ud800",
    "é",
    "*",
    "&a",
    "'",
    "sum(TRU1..TRU3)",
    "DEEP == 1",
    "includes(MEANS, 1)",
    "answered(THANKS)",
    "9" * 30,
)
JUNK: tuple[Any, ...] = (
    None,
    True,
    0,
    -8,
    10**17,
    1.5,
    "",
    "USED",
    "TRU1 > 1",
    "[ORG]",
    "long",
    "multiple",
    "note",
    [],
    {},
    ["TRU1"],
    {"en": "x"},
    {"xx": "y"},
    {1: "a", 2: "b"},
    {0: "a"},
    [[]],
    [{}],
    "DEEP",
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("malformed")
    (folder / "constructs.yaml").write_text(CONSTRUCTS, encoding="utf-8")
    return folder / "survey.yaml"


def assert_clean_end(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    faults = check_instrument(path)
    if faults:
        assert all(fault.code and str(fault) for fault in faults)
        with pytest.raises(InstrumentError):
            read_instrument(path)
        return
    instrument = read_instrument(path)
    for form in instrument.forms:
        assert preview(instrument, form.id)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_random_edits_of_the_text(place: Path, data: st.DataObject) -> None:
    text = TEXT
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text) - 1))
        stop = start + data.draw(st.sampled_from([0, 1, 3, 10, 40]))
        text = text[:start] + data.draw(st.sampled_from(WORDS)) + text[stop:]
    assert_clean_end(place, text.encode("utf-8", "surrogatepass"))


@settings(deadline=None, max_examples=150)
@given(st.integers(0, len(TEXT)), st.binary(max_size=30))
def test_random_bytes_within_the_text(place: Path, position: int, raw: bytes) -> None:
    content = TEXT.encode()
    assert_clean_end(place, content[:position] + raw + content[position:])


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=400))
@example(b"")
@example(b"[]")
@example(b"instrument: x")
def test_random_bytes(place: Path, raw: bytes) -> None:
    assert_clean_end(place, raw)


@settings(deadline=None, max_examples=250, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32), st.integers(1, 3))
def test_random_edits_of_the_structure(place: Path, seed: int, n_edits: int) -> None:
    chance = random.Random(seed)
    content = parse_yaml(TEXT, file="survey.yaml").data
    for _ in range(n_edits):
        edit(content, chance)
    assert_clean_end(place, yaml.safe_dump(content, sort_keys=False, allow_unicode=True).encode())


def edit(content: Any, chance: random.Random) -> None:
    """Replace, remove, double or move one part of a structure, wherever it is."""
    places = list(parts(content))
    if not places:
        return
    holder, key = chance.choice(places)
    other, at = chance.choice(places)
    match chance.choice(["junk", "copy", "remove", "double"]):
        case "junk":
            holder[key] = chance.choice(JUNK)
        case "copy":
            holder[key] = yaml.safe_load(yaml.safe_dump(other[at]))
        case "remove":
            del holder[key]
        case "double" if isinstance(holder, list):
            holder.insert(key, yaml.safe_load(yaml.safe_dump(holder[key])))


def parts(content: Any) -> Iterator[tuple[Any, Any]]:
    keys = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in list(keys):
        yield content, key
        if isinstance(value, dict | list):
            yield from parts(value)
