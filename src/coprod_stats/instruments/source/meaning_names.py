"""Faults of the table of meanings: items of no questionnaire, and meanings that are not there.

A file of constructs is shared, so that its table names items of every questionnaire beside it that
refers to the file, and of every module there. A copy of a shipped file, with its source, is shared
with the shipped questionnaires too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from pathlib import Path
from typing import Any

from coprod_stats.errors import Fault
from coprod_stats.instruments.checks.shared_causes import placed, with_others
from coprod_stats.instruments.shipped import shelf
from coprod_stats.instruments.source.constructs_form import MeaningForm
from coprod_stats.instruments.source.yaml_source import YamlSource, read_yaml
from coprod_stats.suggestions import did_you_mean


def check_meaning_names(
    table: Mapping[str, MeaningForm], source: YamlSource, folder: Path, own: Set[str]
) -> Iterator[Fault]:
    """Find names in a table of meanings that stand for nothing.

    Parameters
    ----------
    table : mapping of str to MeaningForm
    source : YamlSource
        The file of constructs.
    folder : Path
        Folder of that file.
    own : set of str
        Items of the questionnaire that is read.
    """
    named = [(id, place, item) for id, e in table.items() for place, item in enumerate(e.items)]
    if any(item not in own for _, _, item in named):
        known = own | _items_beside(folder, source.file)
        if _is_copied(source):
            known |= _items_beside(shelf("instruments"), source.file)
        yield from _together(
            source.fault(
                "MEANING-001",
                ("meanings", id, "items", place),
                f"meaning '{id}'",
                f"no questionnaire that shares the file has an item {item}",
                f"{did_you_mean(item, known)}Correct the id or remove it.",
            )
            for id, place, item in named
            if item not in known
        )
    for id, entry in table.items():
        for place, near in enumerate(entry.near):
            if near not in table:
                yield source.fault(
                    "MEANING-002",
                    ("meanings", id, "near", place),
                    f"meaning '{id}'",
                    f"there is no meaning '{near}' that it could be near to",
                    f"{did_you_mean(near, table)}Correct the name or remove it.",
                )


def _together(faults: Iterator[Fault]) -> Iterator[Fault]:
    """Yield slips one by one; names that are like no item, as after a cut, are one fault."""
    gone: list[Fault] = []
    for fault in faults:
        if fault.remedy.startswith("Did you mean"):
            yield fault
        else:
            gone.append(fault)
    if gone:
        first, *others = gone
        more = [f"{fault.found.rpartition(' ')[2]} in {placed(fault)}" for fault in others]
        yield replace(first, found=with_others(first.found, more))


def _is_copied(source: YamlSource) -> bool:
    """Return whether a shipped file of this name has the same source."""
    shipped = shelf("instruments") / source.file
    if not shipped.is_file():
        return False
    content = read_yaml(shipped).data
    return isinstance(content, Mapping) and content.get("source") == source.data.get("source")


def _items_beside(folder: Path, constructs: str) -> set[str]:
    """Return the items of the modules in a folder, and of the questionnaires that share a file."""
    found: set[str] = set()
    for path in sorted(folder.glob("*.yaml")):
        content = read_yaml(path).data
        if isinstance(content, Mapping) and content.get("constructs") == constructs:
            found.update(_item_ids(content))
    for path in sorted((folder / "modules").glob("*.yaml")):
        found.update(_item_ids(read_yaml(path).data))
    return found


def _item_ids(content: Any) -> Iterator[str]:
    """Yield the ids of items, wherever a list of items stands."""
    if isinstance(content, list):
        for part in content:
            yield from _item_ids(part)
    if not isinstance(content, Mapping):
        return
    for key, part in content.items():
        if key == "items" and isinstance(part, list):
            ids = (entry.get("id") for entry in part if isinstance(entry, Mapping))
            yield from (id for id in ids if isinstance(id, str))
        else:
            yield from _item_ids(part)
