"""Grouping of drafted questions: shared answers, blocks under a stem, pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, takewhile

import numpy as np
import pandas as pd

from coprod_stats.responses.drafting.column_kinds import (
    MAX_UNLABELLED,
    Codes,
    DraftedColumn,
    scale_kind,
)
from coprod_stats.responses.drafting.item_ids import prefix

BATTERY = 3
"""Fewest adjacent items with one prefix and the same answers that make a battery."""
SHORTEST_STEM = 8
"""Fewest leading characters that labels must share to count as their stem."""
Answers = tuple[Codes, Codes]


@dataclass(frozen=True, slots=True)
class DraftedItem:
    """A drafted question with its id."""

    id: str
    column: DraftedColumn
    text: str

    @property
    def answers(self) -> Answers:
        """Codes on and off the scale, with their labels."""
        return self.column.options, self.column.off_scale


@dataclass(frozen=True, slots=True)
class DraftedBlock:
    """Questions asked in one block.

    Attributes
    ----------
    prefix : str
        Common prefix of the names of a battery; empty for questions that are merely adjacent.
    stem : str
        Common beginning of the labels of a battery; empty if there is none.
    """

    prefix: str
    items: tuple[DraftedItem, ...]
    stem: str = ""

    @property
    def is_battery(self) -> bool:
        """Whether the items share a prefix and the same ordered answers."""
        return bool(self.prefix) and self.items[0].column.scale_kind != "categorical"


def blocks_of(items: Sequence[DraftedItem]) -> tuple[DraftedBlock, ...]:
    """Group questions into blocks, in the order of the data."""
    alike = [item for run in _prefix_runs(items) for item in _same_span(run)]
    uses = Counter(item.answers for item in alike)
    settled = [_with_kind(item, shared=uses[item.answers] >= BATTERY) for item in alike]
    blocks: list[DraftedBlock] = []
    for run in _answer_runs(settled):
        name = prefix(run[0].column.source.name)
        if len(run) >= BATTERY and name and run[0].column.kind == "single":
            blocks.append(_battery(name, run))
        elif blocks and not blocks[-1].prefix:
            blocks[-1] = replace(blocks[-1], items=(*blocks[-1].items, *run))
        else:
            blocks.append(DraftedBlock("", run))
    return tuple(blocks)


def against_the_rest(items: Sequence[DraftedItem]) -> tuple[str, ...]:
    """Return the items that may be keyed in the opposite direction.

    These are the items whose loadings on the first principal component of the pairwise
    correlations have the sign of the minority, as with ``check.keys`` of ``psych::alpha``
    (Revelle, R package psych); this is an indication, not a proof. Empty if a correlation cannot
    be computed.
    """
    answers = pd.DataFrame({item.id: _on_scale(item) for item in items})
    correlations = answers.corr().to_numpy()
    if not np.isfinite(correlations).all():
        return ()
    leading = np.linalg.eigh(correlations)[1][:, -1]
    turned = leading < 0 if (leading > 0).sum() >= (leading < 0).sum() else leading > 0
    return tuple(item.id for item, against in zip(items, turned, strict=True) if against)


def _on_scale(item: DraftedItem) -> list[float]:
    codes = dict(item.column.options)
    return [value if value in codes else float("nan") for value in item.column.source.by_row]


def _prefix_runs(items: Sequence[DraftedItem]) -> Iterator[tuple[DraftedItem, ...]]:
    for _, run in groupby(
        items, key=lambda item: (item.column.kind, prefix(item.column.source.name) or item.id)
    ):
        yield tuple(run)


def _same_span(run: tuple[DraftedItem, ...]) -> tuple[DraftedItem, ...]:
    """Extend unlabelled adjacent items with one prefix to the codes that any of them has.

    An answer that nobody gave to one question would otherwise appear not to be offered there.
    """
    plain = [item for item in run if item.column.kind == "single" and not item.column.labelled]
    codes = {code for item in plain for code, _ in item.column.options}
    if len(plain) < BATTERY or len(plain) < len(run):
        return run
    span = range(min(codes), max(codes) + 1)
    off_scale = dict(pair for item in plain for pair in item.column.off_scale)
    lowest = min(len(item.column.options) for item in plain)
    if len(span) > MAX_UNLABELLED or off_scale.keys() & set(span) or lowest < len(span) - 2:
        return run
    options = tuple((code, str(code)) for code in span)
    return tuple(
        replace(
            item,
            column=replace(
                item.column, options=options, off_scale=tuple(sorted(off_scale.items()))
            ),
        )
        for item in run
    )


def _with_kind(item: DraftedItem, *, shared: bool) -> DraftedItem:
    if item.column.kind != "single":
        return item
    kind = scale_kind(
        item.column.options,
        labelled=item.column.labelled,
        shared=shared,
        measure=item.column.source.measure,
    )
    return replace(item, column=replace(item.column, scale_kind=kind))


def _answer_runs(items: Sequence[DraftedItem]) -> Iterator[tuple[DraftedItem, ...]]:
    def key(item: DraftedItem) -> tuple[object, ...]:
        return prefix(item.column.source.name), item.column.kind, item.answers

    for _, run in groupby(items, key=key):
        yield tuple(run)


def _battery(name: str, run: tuple[DraftedItem, ...]) -> DraftedBlock:
    stem = _stem([item.text for item in run])
    rest = tuple(replace(item, text=item.text[len(stem) :].strip(" -–:.…|")) for item in run)
    if not stem or not all(item.text for item in rest):
        return DraftedBlock(name, run)
    return DraftedBlock(name, rest, stem.rstrip(" -–|"))


def _stem(texts: Sequence[str]) -> str:
    """Return the common beginning of all texts, up to its last colon, dash, mark or ellipsis."""
    first, last = min(texts), max(texts)
    same = (a == b for a, b in zip(first, last, strict=False))
    common = first[: sum(takewhile(bool, same))]
    ends = [match.end() for match in re.finditer(r"[:?|]\s|\.\.\.|…|\s[-–]\s", common)]
    return common[: ends[-1]] if ends and ends[-1] >= SHORTEST_STEM else ""
