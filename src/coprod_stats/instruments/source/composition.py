"""Insertion of modules into a questionnaire, each part keeping its file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from coprod_stats.errors import Fault
from coprod_stats.instruments.source.module_form import ModuleForm
from coprod_stats.instruments.source.yaml_source import Location, YamlSource

_NAMED = ("placeholders", "responses", "assigned", "derived", "scales", "indices")
_LISTED = ("sources", "administrative", "exemptions")


@dataclass(frozen=True, slots=True)
class ModuleSource:
    """A module with a valid shape, and the file from which it was read."""

    form: ModuleForm
    source: YamlSource


def compose(base: YamlSource, modules: Sequence[ModuleSource]) -> YamlSource:
    """Insert modules into a questionnaire with a valid shape.

    Named parts of a module (response scales, derived variables and the like) join those of the
    questionnaire; a response scale that is identical in both is shared. Pages are inserted after
    the page named in ``after``, or at the end.

    Parameters
    ----------
    base : YamlSource
        The questionnaire as read.
    modules : sequence of ModuleSource
        In the order of insertion.

    Returns
    -------
    YamlSource
        The composed questionnaire, with the faults of the composition.
    """
    whole = _Whole(base)
    for module in modules:
        whole.add(module)
    return whole.result()


class _Whole:
    """A questionnaire into which modules are being inserted."""

    def __init__(self, base: YamlSource) -> None:
        self.base, self.data = base, deepcopy(base.data)
        self.faults: list[Fault] = list(base.faults)
        self.moved: list[tuple[YamlSource, dict[Location, Location]]] = []
        self.pages: list[tuple[YamlSource, Location]] = [
            (base, ("pages", place)) for place in range(len(self.data["pages"]))
        ]

    def add(self, module: ModuleSource) -> None:
        questionnaire = self.data["instrument"]
        source = module.source
        if questionnaire not in module.form.questionnaires:
            served = ", ".join(module.form.questionnaires)
            self.faults.append(
                source.fault(
                    "MODULE-002",
                    ("for",),
                    f"module '{module.form.module}'",
                    f"has no questions for the questionnaire '{questionnaire}'",
                    f"Use it with one of: {served}.",
                )
            )
            return
        moved: dict[Location, Location] = {}
        for start in (("shared",), ("for", questionnaire)):
            fragment = _at(source.data, start)
            for key in _NAMED:
                moved.update(self._named(source, (*start, key), fragment.get(key) or {}))
            for key in _LISTED:
                kept = self.data.setdefault(key, [])
                for place, entry in enumerate(fragment.get(key) or []):
                    moved[*start, key, place] = (key, len(kept))
                    kept.append(deepcopy(entry))
            for place, page in enumerate(fragment.get("pages") or []):
                self._page(source, (*start, "pages", place), page)
        self.moved.append((source, moved))

    def _named(
        self, source: YamlSource, start: Location, entries: Mapping[Any, Any]
    ) -> Iterator[tuple[Location, Location]]:
        kept = self.data.setdefault(start[-1], {})
        for name, entry in entries.items():
            if name in kept and (start[-1] != "responses" or kept[name] != entry):
                self.faults.append(
                    source.fault(
                        "MODULE-004",
                        (*start, name),
                        f"{start[-1]} '{name}'",
                        "the questionnaire already has another of this name",
                        "Use a name of its own.",
                    )
                )
                continue
            kept[name] = deepcopy(entry)
            yield (*start, name), (start[-1], name)

    def _page(self, source: YamlSource, location: Location, page: Mapping[str, Any]) -> None:
        names = [_at(origin.data, place)["page"] for origin, place in self.pages]
        after = page.get("after")
        if after is not None and after not in names:
            self.faults.append(
                source.fault(
                    "MODULE-003",
                    location,
                    f"page '{page['page']}'",
                    f"follows the page '{after}', which does not exist",
                    f"Use one of: {', '.join(names)}.",
                )
            )
            return
        position = len(names) if after is None else names.index(after) + 1
        siblings = self.pages[position:]
        while siblings and _at(siblings[0][0].data, siblings[0][1]).get("after") == after:
            siblings, position = siblings[1:], position + 1
        self.pages.insert(position, (source, location))

    def result(self) -> YamlSource:
        self.data["pages"] = [deepcopy(_at(source.data, place)) for source, place in self.pages]
        lines = {
            key: line
            for key, line in self.base.lines.items()
            if key[:1] != ("pages",) or not key[1:]
        }
        files: dict[Location, str] = {}
        targets = [*self.moved]
        for place, (source, location) in enumerate(self.pages):
            targets.append((source, {location: ("pages", place)}))
        for source, moved in targets:
            if source is not self.base:
                files |= dict.fromkeys(moved.values(), source.file)
                lines = {new[:1]: 1 for new in moved.values()} | lines
            lines |= _moved_lines(source, moved)
        return replace(
            self.base, data=self.data, lines=lines, files=files, faults=tuple(self.faults)
        )


def _moved_lines(
    source: YamlSource, moved: Mapping[Location, Location]
) -> Iterator[tuple[Location, int]]:
    lengths = sorted({len(old) for old in moved}, reverse=True)
    for location, line in source.lines.items():
        for length in lengths:
            if location[:length] in moved:
                yield (*moved[location[:length]], *location[length:]), line
                break


def _at(data: Any, location: Location) -> Any:
    for step in location:
        data = data.get(step, {}) if isinstance(data, Mapping) else data[step]
    return data
