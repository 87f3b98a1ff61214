"""YAML read with the line of every key, so that a fault can state its place.

Values follow the core schema of YAML 1.2: ``no`` and ``1:30`` are text, not false and 90.
Aliases are refused: questionnaires and plans repeat nothing that would need them, and nested
aliases can exhaust memory.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from coprod_stats.control_characters import control_character, control_character_in_lines
from coprod_stats.errors import CoprodError, Fault
from coprod_stats.files.reading import read_bytes
from coprod_stats.instruments.shipped import shipped_names

MAX_DEPTH = 40
MAX_BYTES = 20_000_000
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class YamlSource:
    """The content of a YAML file with the place of everything in it.

    Attributes
    ----------
    file : str
        Name of the file in messages.
    data : object
        Mappings, lists and scalars.
    lines : mapping of tuple to int
        Line, from 1, of each key or list entry by its path.
    sha256 : str
        Hash of the file's bytes.
    faults : tuple of Fault
        What could not be read; empty for a readable file.
    files : mapping of tuple to str
        Files of the parts that come from other files, by their paths.
    """

    file: str
    data: Any
    lines: Mapping[Location, int]
    sha256: str
    faults: tuple[Fault, ...] = ()
    files: Mapping[Location, str] = field(default_factory=dict)

    def fault(self, code: str, location: Location, place: str, found: str, remedy: str) -> Fault:
        """Return a fault with its file and line."""
        return Fault(code, found, remedy, self.file_of(location), self.line(location), place)

    def file_of(self, location: Location) -> str:
        """Return the file in which a location was written."""
        for length in range(len(location), 0, -1):
            if location[:length] in self.files:
                return self.files[location[:length]]
        return self.file

    def line(self, location: Location) -> int:
        """Return the line of a location, or of the nearest enclosing one that is known."""
        known: Location = ()
        for step in location:
            if (*known, step) in self.lines:
                known = (*known, step)
        return self.lines.get(known, 1)


def read_yaml(path: Path) -> YamlSource:
    """Read a YAML file; faults are returned, not raised."""
    try:
        content = read_bytes(path, error=CoprodError, limit=MAX_BYTES, known=shipped_names)
    except CoprodError as error:
        reason = str(error).removeprefix(f"{path}: cannot be read: ")
        fault = Fault("YAML-001", f"cannot be read: {reason}", "Check the path.", str(path))
        return YamlSource(path.name, None, {}, "", (fault,))
    return parse_yaml(content, file=path.name)


def parse_yaml(content: bytes | str, *, file: str) -> YamlSource:
    """Read YAML text; ``file`` is the name used in messages."""
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    sha256 = hashlib.sha256(raw).hexdigest()

    def failed(found: str, remedy: str, line: int = 0) -> YamlSource:
        return YamlSource(file, None, {}, sha256, (Fault("YAML-001", found, remedy, file, line),))

    if len(raw) > MAX_BYTES:
        return failed(f"larger than {MAX_BYTES:,} bytes", "Is this the right file?")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return failed("not UTF-8 text", "Save the file as UTF-8.", line)
    found, line, _ = control_character_in_lines(text)
    if found:
        return YamlSource(file, None, {}, sha256, (_control_character(found, file, line),))
    try:
        if refusal := _refusal(text, file):
            return YamlSource(file, None, {}, sha256, (refusal,))
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        found = f"not valid YAML: {error.problem or error.context}"
        return failed(
            found, "Check indentation, quotes and brackets.", mark.line + 1 if mark else 0
        )
    except yaml.YAMLError as error:
        return failed(f"not valid YAML: {str(error).splitlines()[0]}", "Check the characters.")
    reader = _Reader(file)
    data = None if node is None else reader.value(node, ())
    return YamlSource(file, data, reader.lines, sha256, tuple(reader.faults))


def _control_character(found: str, file: str, line: int) -> Fault:
    return Fault(
        "YAML-007",
        f"a text with the control character {found}",
        "Remove it; if it came from another program, save that file as UTF-8.",
        file,
        line,
    )


def _refusal(text: str, file: str) -> Fault | None:
    depth = documents = 0
    events: Any = yaml.parse(text, Loader=_Loader)  # the stubs allow marks to be None
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            return Fault("YAML-003", "an alias (*name)", "Write the value out.", file, line)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                return Fault(
                    "YAML-004", "a second document (---)", "Keep one document per file.", file, line
                )
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                return Fault("YAML-005", "nested too deeply", "Flatten it.", file, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return None


class _Reader:
    """Builder of plain values from nodes, recording their lines."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Location, int] = {}
        self.faults: list[Fault] = []

    def value(self, node: yaml.Node, location: Location) -> Any:
        self.lines.setdefault(location, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, location)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(part, (*location, i)) for i, part in enumerate(node.value)]
        return self.scalar(node)

    def scalar(self, node: yaml.Node) -> str | int | float | bool | None:
        if found := control_character(str(node.value)):
            self.faults.append(_control_character(found, self.file, node.start_mark.line + 1))
        return _scalar(node)

    def mapping(self, node: yaml.MappingNode, location: Location) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self.scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(key, str | int) or isinstance(key, bool):
                self.faults.append(
                    Fault(
                        "YAML-006",
                        "a key that is not a word or a whole number",
                        "Put the key in quotes.",
                        self.file,
                        line,
                    )
                )
                continue
            if key in found:
                self.faults.append(
                    Fault(
                        "YAML-002",
                        f"the key '{key}' occurs twice",
                        "Keep one of the two.",
                        self.file,
                        line,
                    )
                )
                continue
            self.lines[(*location, key)] = line
            found[key] = self.value(value_node, (*location, key))
        return found


def _scalar(node: yaml.Node) -> str | int | float | bool | None:
    text = str(node.value)
    if not isinstance(node, yaml.ScalarNode) or node.style not in (None, ""):
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text
