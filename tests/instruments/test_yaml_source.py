"""Reading YAML: what stays text, what is refused, and where everything stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprod_stats.instruments.source.yaml_source import MAX_BYTES, MAX_DEPTH, parse_yaml, read_yaml


def content(text: str) -> Any:
    source = parse_yaml(text, file="x.yaml")
    assert source.faults == ()
    return source.data


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("Off", "Off"),
        ("1:30", "1:30"),
        ("2021-03-04", "2021-03-04"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("'1'", "1"),
        ("0o7", "0o7"),
        ("=", "="),
        (".inf", ".inf"),
        ("1e999", "1e999"),
        ("nan", "nan"),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("null", None),
        ("1", 1),
        ("-9", -9),
        ("+3", 3),
        ("007", 7),
        ("1.5", 1.5),
        ("-2e3", -2000.0),
        (".5", 0.5),
        ("9" * 18, int("9" * 18)),
        ("!!int 1", 1),
        ("!!python/name:os.system x", "x"),
    ],
)
def test_scalars_follow_the_core_schema(text: str, expected: object) -> None:
    found = content(f"a: {text}")["a"]
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "code", "line", "found"),
    [
        ("a: 1\nb: 2\na: 3", "YAML-002", 3, "the key 'a' occurs twice"),
        ("a:\n  - {x: 1,\n     x: 2}", "YAML-002", 3, "the key 'x' occurs twice"),
        ("1: a\n'1': b\n01: c", "YAML-002", 3, "the key '1' occurs twice"),
        ("a: &x 1\nb: *x", "YAML-003", 2, "an alias (*name)"),
        ("a: 1\n---\nb: 2", "YAML-004", 2, "a second document (---)"),
        ("a: 1\n? [b]\n: 2", "YAML-006", 2, "a key that is not a word or a whole number"),
        ("a: 1\ntrue: 2", "YAML-006", 2, "a key that is not a word or a whole number"),
        ("a: 1\n1.5: 2", "YAML-006", 2, "a key that is not a word or a whole number"),
        ("a: 1\n~: 2", "YAML-006", 2, "a key that is not a word or a whole number"),
        ("a:\n\t- b", "YAML-001", 2, "not valid YAML: "),
        ("a: [1, 2\n", "YAML-001", 2, "not valid YAML: "),
        ("a: 'x", "YAML-001", 1, "not valid YAML: "),
        ("a: b: c", "YAML-001", 1, "not valid YAML: "),
        ("a: 1\nb: 1\x00", "YAML-007", 2, "a text with the control character U+0000"),
        ("a: 1\r\nb: '\x9b31m'", "YAML-007", 2, "a text with the control character U+009B"),
        ('a: 1\nb:\n  - "x\\e[31m"', "YAML-007", 3, "a text with the control character U+001B"),
        ('a: 1\n"b\\r": 1', "YAML-007", 2, "a text with the control character U+000D"),
        ("# \x07\na: 1", "YAML-007", 1, "a text with the control character U+0007"),
        ("a: \ud800", "YAML-001", 1, "not UTF-8 text"),
        ("[" * (MAX_DEPTH + 1), "YAML-005", 1, "nested too deeply"),
        ("a: " + "- " * 100_000, "YAML-001", 1, "not valid YAML"),
    ],
)
def test_what_cannot_be_read_is_a_fault_with_its_line(
    text: str, code: str, line: int, found: str
) -> None:
    (fault,) = parse_yaml(text, file="x.yaml").faults
    assert (fault.code, fault.file) == (code, "x.yaml")
    assert fault.found.startswith(found)
    assert fault.line == line
    assert fault.remedy


def test_tabs_line_feeds_and_every_way_of_ending_a_line_are_text() -> None:
    assert content('a: "x\\ty\\nz"\r\nb: |\r\n  1\r\n  2\rc: 3') == {
        "a": "x\ty\nz",
        "b": "1\n2\n",
        "c": 3,
    }


def test_bytes_that_are_not_utf_8_point_at_their_line() -> None:
    (fault,) = parse_yaml(b"a: 1\nb: caf\xe9\n", file="x.yaml").faults
    assert (fault.code, fault.line) == ("YAML-001", 2)


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000])
def test_huge_nesting_is_a_fault(text: str) -> None:
    (fault,) = parse_yaml(text, file="x.yaml").faults
    assert fault.code in ("YAML-001", "YAML-005")  # the parser has a bound of its own


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert parse_yaml(b"\xef\xbb\xbfa: 1", file="x.yaml").data == {"a": 1}


def test_a_huge_file_is_refused_unread() -> None:
    (fault,) = parse_yaml(b"#" * (MAX_BYTES + 1), file="x.yaml").faults
    assert fault.found == f"larger than {MAX_BYTES:,} bytes"


def test_every_key_and_entry_knows_its_line() -> None:
    text = "a: 1\nb:\n  - x\n  - c: |\n      long\n      text\n    d: {e: 1}\n"
    source = parse_yaml(text, file="x.yaml")
    assert source.line(("a",)) == 1
    assert source.line(("b", 0)) == 3
    assert source.line(("b", 1, "c")) == 4
    assert source.line(("b", 1, "d", "e")) == 7
    assert source.line(("b", 1, "d", "missing")) == 7
    assert source.line(("nowhere",)) == 1


def test_an_empty_file_is_empty() -> None:
    assert parse_yaml("", file="x.yaml").data is None
    assert parse_yaml("# nothing\n", file="x.yaml").data is None


def test_a_path_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.yaml", tmp_path):
        (fault,) = read_yaml(path).faults
        assert fault.code == "YAML-001"
        assert fault.found.startswith("cannot be read")


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300)))
def test_any_bytes_are_content_or_faults(raw: bytes | str) -> None:
    source = parse_yaml(raw, file="x.yaml")
    assert all(fault.line >= 0 for fault in source.faults)
