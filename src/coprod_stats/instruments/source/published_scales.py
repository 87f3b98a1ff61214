"""Places for published scales: a module names them, a team puts in the wording that it may use.

No published wording is shipped. An entry without ``wording`` adds nothing to a questionnaire; with
it, the module has a page, items and a scale like any other, and the published values beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from coprod_stats.errors import Fault
from coprod_stats.instruments.constructs import PublishedStatistic, PublishedValue
from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.source.composition import ModuleSource
from coprod_stats.instruments.source.constructs_form import ConstructForm
from coprod_stats.instruments.source.module_form import PublishedScaleForm


@dataclass(frozen=True, slots=True)
class FilledModule:
    """A module with the published scales whose wording is there.

    Attributes
    ----------
    constructs : mapping of str to ConstructForm
        What the published scales measure, by their ids.
    published : mapping of str to PublishedScaleForm
        Those with a wording.
    open_places : tuple of str
        Those without.
    """

    module: ModuleSource
    constructs: Mapping[str, ConstructForm]
    published: Mapping[str, PublishedScaleForm]
    open_places: tuple[str, ...]
    faults: tuple[Fault, ...]


def with_published(module: ModuleSource) -> FilledModule:
    """Turn the published scales with a wording into pages, items and scales of the module."""
    entries = module.form.published
    filled = {id: entry for id, entry in entries.items() if entry.wording is not None}
    data: dict[str, Any] = deepcopy(module.source.data)
    shared = data.setdefault("shared", {})
    for id, entry in filled.items():
        name = f"published_{id.lower()}"
        shared.setdefault("responses", {})[name] = _answers(entry)
        shared.setdefault("pages", []).append(_page(id, name, entry))
        shared.setdefault("scales", {})[id] = _scale(id, entry)
        shared.setdefault("sources", []).append(f"{entry.reference} ({id})")
    source = replace(module.source, data=data)
    return FilledModule(
        ModuleSource(module.form, source),
        {id: _construct(entry) for id, entry in filled.items()},
        filled,
        tuple(id for id in entries if id not in filled),
        tuple(_wrong_numbers(module)),
    )


def published_values(entry: PublishedScaleForm | None) -> tuple[PublishedValue, ...]:
    """Return the values that a publication gives for a scale; none if it is no published one."""
    return tuple(
        PublishedValue(one.statistic, one.value, one.sample, one.source)
        for one in (entry.values if entry is not None else ())
    )


def _answers(entry: PublishedScaleForm) -> dict[str, Any]:
    assert entry.wording is not None
    return {"kind": entry.wording.kind, "options": dict(entry.wording.options)}


def _page(id: str, name: str, entry: PublishedScaleForm) -> dict[str, Any]:
    assert entry.wording is not None
    items = [
        {
            "id": f"{id}{place}",
            "text": text,
            **({"reverse": True} if place in entry.reverse else {}),
        }
        for place, text in enumerate(entry.wording.items, 1)
    ]
    stem = {} if entry.wording.stem is None else {"stem": entry.wording.stem}
    page: dict[str, Any] = {"page": name, "blocks": [{"block": name, **stem, "responses": name}]}
    page["blocks"][0]["items"] = items
    if entry.after is not None:
        page["after"] = entry.after
    if entry.when is not None:
        page["when"] = entry.when
    return page


def _scale(id: str, entry: PublishedScaleForm) -> dict[str, Any]:
    assert entry.wording is not None
    n_items = len(entry.wording.items)
    return {
        "title": entry.title,
        "construct": id,
        "items": [f"{id}{place}" for place in range(1, n_items + 1)],
        "method": entry.method,
        "min_answered": entry.min_answered or n_items,
    }


def _construct(entry: PublishedScaleForm) -> ConstructForm:
    label = entry.title if isinstance(entry.title, str) else next(iter(entry.title.values()))
    return ConstructForm(
        family="Published scale",
        label=label,
        role=entry.role,
        section="none",
        sources=entry.reference,
        respondent="both",
        measure="reflective, published",
        steps=[],
        planned=None,
        columns=[],
        note=None,
    )


def _wrong_numbers(module: ModuleSource) -> Iterator[Fault]:
    for id, entry in module.form.published.items():
        given = [] if entry.wording is None else entry.wording.items
        if given and entry.n_items is not None and len(given) != entry.n_items:
            yield module.source.fault(
                "MODULE-006",
                ("published", id, "wording"),
                f"published scale '{id}'",
                f"has {len(given)} of its {entry.n_items} items, so that it cannot be compared",
                "Put in all items, in the published order.",
            )
        for place in entry.reverse if given else ():
            if not 1 <= place <= len(given):
                yield module.source.fault(
                    "MODULE-006",
                    ("published", id, "reverse"),
                    f"published scale '{id}'",
                    f"reverses item {place}, which it does not have",
                    "Count the items from 1.",
                )
        for number, one in enumerate(entry.values):
            low, high = _possible(one.statistic, entry)
            if not low <= one.value <= high:
                limits = ((low, "at least"), (high, "at most"))
                words = [
                    f"{side} {spell_number(end)}" for end, side in limits if math.isfinite(end)
                ]
                yield module.source.fault(
                    "MODULE-007",
                    ("published", id, "values", number),
                    f"published scale '{id}'",
                    f"has the {one.statistic} {spell_number(one.value)}, but it is "
                    f"{' and '.join(words)}",
                    "Put in the published value, on the published options and method of scoring.",
                )


def _possible(statistic: PublishedStatistic, entry: PublishedScaleForm) -> tuple[float, float]:
    """Return the least and the greatest value that a statistic of a scale can have.

    The standard deviation, with the divisor N - 1, is at most the range over the square root of 2.
    """
    if statistic in ("alpha", "omega"):  # alpha has no least value
        return (-math.inf, 1.0) if statistic == "alpha" else (0.0, 1.0)
    if entry.wording is None:
        return (0.0, math.inf) if statistic == "sd" else (-math.inf, math.inf)
    times = len(entry.wording.items) if entry.method == "sum" else 1
    low, high = min(entry.wording.options) * times, max(entry.wording.options) * times
    return (0.0, (high - low) / math.sqrt(2)) if statistic == "sd" else (float(low), float(high))
