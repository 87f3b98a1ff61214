"""YAML for people who go on editing it: short parts on one line, texts in quotes."""

from __future__ import annotations

import re
from typing import Any

import yaml

_WIDTH = 100
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NOT_PLAIN = re.compile(r"(?i)y|n|yes|no|on|off|true|false|null")


class _Dumper(yaml.SafeDumper):
    """Indents the entries of a list below their key, and writes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - as in PyYAML
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - as in PyYAML
        super().increase_indent(flow, indentless=False)


def yaml_text(data: Any) -> str:
    """Return data of mappings, lists and scalars as YAML that is read back as the same data."""
    return yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000_000, indent=2
    )


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    plain = _PLAIN.fullmatch(text) and not _NOT_PLAIN.fullmatch(text)
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


def _mapping(dumper: yaml.SafeDumper, data: dict[Any, Any]) -> yaml.Node:
    node = dumper.represent_mapping("tag:yaml.org,2002:map", data.items())
    node.flow_style = _is_short(data)
    return node


def _list(dumper: yaml.SafeDumper, data: list[Any]) -> yaml.Node:
    node = dumper.represent_sequence("tag:yaml.org,2002:seq", data)
    node.flow_style = _is_short(data)
    return node


def _is_short(data: Any) -> bool:
    """Return whether a part fits on a line: ids and codes, or an item with its options."""
    return len(str(data)) < _WIDTH and "\n" not in str(data)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(dict, _mapping)
_Dumper.add_representer(list, _list)
