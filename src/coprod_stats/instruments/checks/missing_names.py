"""Names that stand for nothing: each missing item once, with all that uses it."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import replace

from coprod_stats.counts import listed
from coprod_stats.errors import Fault
from coprod_stats.instruments.checks.shared_causes import SHOWN, placed, with_others
from coprod_stats.instruments.language.evaluation import other_column
from coprod_stats.instruments.source.draft import (
    Draft,
    assigned_levels,
    conditions,
    rosters,
    summary_values,
    used_names,
)
from coprod_stats.instruments.source.yaml_source import Location
from coprod_stats.suggestions import did_you_mean


def check_missing_names(draft: Draft) -> Iterator[Fault]:
    """Find items and variables that are named and do not exist.

    A name is reported once, where it is first used. Names with the same uses are reported together,
    and a scale of which nothing is left as such.
    """
    uses: dict[str, list[Fault]] = {}
    for name, use in _uses(draft, _items(draft), known_names(draft)):
        uses.setdefault(name, []).append(use)
    together: dict[tuple[str, ...], list[str]] = {}
    for name, faults in uses.items():
        together.setdefault(tuple(fault.place for fault in faults), []).append(name)
    cut = {
        f"scale '{id}'": scale.items
        for id, scale in draft.form.scales.items()
        if uses.keys() >= set(scale.items)
    }
    for missing in together.values():
        first, *others = uses[missing[0]]
        if not others and set(missing) == set(cut.get(first.place, ())):
            first = replace(
                first,
                found="none of its items exists",
                remedy="Remove the scale, or add its items.",
            )
        elif len(missing) > 1:
            first = replace(
                first,
                found=f"there are no items or variables {listed(missing, SHOWN)}",
                remedy="Add them, or remove what names them.",
            )
        yield replace(first, found=with_others(first.found, [placed(fault) for fault in others]))


def known_names(draft: Draft) -> set[str]:
    """Return what an expression can name: items, columns without a question, variables."""
    others = {other_column(p.item.id) for p in draft.items if p.item.other is not None}
    columns = {column.id for column in draft.form.administrative}
    variables = draft.form.derived.keys() | assigned_levels(draft.form).keys()
    rows = {id for _, one in rosters(draft.form) for id in (one.id, *one.summaries)}
    return _items(draft) | others | columns | variables | rows


def _uses(draft: Draft, items: Set[str], known: Set[str]) -> Iterator[tuple[str, Fault]]:
    """Return each use of a missing name; conditions first, as routing decides who is asked."""
    named = (*conditions(draft), *_references(draft), *summary_values(draft.form))
    for location, place, text in named:
        for name in used_names(text):
            if name not in known:
                yield (
                    name,
                    draft.fault(
                        "EXPR-002",
                        location,
                        place,
                        f"there is no item or variable '{name}'",
                        f"{did_you_mean(name, known)}Correct the id; functions are written in "
                        "lower case.",
                    ),
                )
    for name, placeholder in draft.form.placeholders.items():
        if placeholder.item is not None and placeholder.item not in items:
            yield (
                placeholder.item,
                draft.fault(
                    "TEXT-002",
                    ("placeholders", name),
                    f"placeholder [{name}]",
                    f"there is no item {placeholder.item}",
                    f"{did_you_mean(placeholder.item, items)}Correct the id or remove it.",
                ),
            )
    for id, scale in draft.form.scales.items():
        for position, item_id in enumerate(scale.items):
            if item_id not in items:
                yield (
                    item_id,
                    draft.fault(
                        "SCALE-001",
                        ("scales", id, "items", position),
                        f"scale '{id}'",
                        f"there is no item {item_id}",
                        f"{did_you_mean(item_id, items)}Correct the id or add the item.",
                    ),
                )


def _references(draft: Draft) -> Iterator[tuple[Location, str, str]]:
    """Return the questions that count the rows of rosters, or with whose answers others come."""
    for p, roster in rosters(draft.form):
        if roster.count is not None:
            yield ("pages", p, "roster", "count"), f"roster '{roster.id}'", roster.count
    for entry in draft.items:
        if entry.item.prefill is not None and entry.item.prefill.answer is not None:
            where = (*entry.location, "prefill")
            yield where, f"item {entry.item.id}", entry.item.prefill.answer


def _items(draft: Draft) -> set[str]:
    return {entry.item.id for entry in draft.items}
