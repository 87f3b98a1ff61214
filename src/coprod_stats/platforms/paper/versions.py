"""The printed versions of a questionnaire: one for each outcome of random assignment."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

from coprod_stats.instruments.language.folding import FALSE, MISSING, TRUE, given
from coprod_stats.instruments.language.tree import Expression, Logic
from coprod_stats.instruments.model import (
    Block,
    Instrument,
    Item,
    Page,
    ResponseScale,
    Text,
    Wording,
)
from coprod_stats.platforms.fields import Insert, pieces

MAX_VERSIONS = 24
"""More versions than this are not handed out by shuffling printed copies."""


@dataclass(frozen=True, slots=True)
class Version:
    """What one printed copy asks.

    Attributes
    ----------
    levels : tuple of (str, int)
        Assigned variables and the levels that this copy stands for; empty without any.
    instrument : Instrument
        The questionnaire with the conditions on assigned variables settled: what this copy never
        asks is gone.
    """

    levels: tuple[tuple[str, int], ...]
    instrument: Instrument

    @property
    def code(self) -> str:
        """Name of the version for files and footers, as ``ARM1-PMSET2``; empty for the only one."""
        return "-".join(f"{id}{level}" for id, level in self.levels)

    def words(self, text: Text, language: str) -> str:
        """Return a text with its placeholders filled as far as paper can.

        A placeholder for an assigned variable is the text of this copy's level; one that repeats
        an earlier answer is its fallback, which every placeholder has.
        """
        return _filled(text.in_language(language), self, language, frozenset())


def n_versions(instrument: Instrument) -> int:
    """Count the versions that paper needs."""
    return math.prod(len(variable.levels) for variable in instrument.assigned)


def versions(instrument: Instrument) -> Iterator[Version]:
    """Return every version, the levels of the last variable changing fastest."""
    ids = [variable.id for variable in instrument.assigned]
    for drawn in product(*(variable.values for variable in instrument.assigned)):
        levels = tuple(zip(ids, drawn, strict=True))
        yield Version(levels, _settled(instrument, {id: float(value) for id, value in levels}))


def _filled(words: str, version: Version, language: str, around: frozenset[str]) -> str:
    filled = []
    for piece in pieces(words):
        if isinstance(piece, Insert):
            inside = _stands_for(piece.name, version, language)
            known = inside is not None and piece.name not in around
            filled.append(
                _filled(inside or "", version, language, around | {piece.name})
                if known
                else f"[{piece.name}]"
            )
        else:
            filled.append(piece)
    return "".join(filled)


def _stands_for(name: str, version: Version, language: str) -> str | None:
    for placeholder in version.instrument.placeholders:
        if placeholder.name == name:
            level = dict(version.levels).get(placeholder.variable or "")
            text = dict(placeholder.levels).get(level or 0, placeholder.otherwise)
            return text.in_language(language)
    return None


def _settled(instrument: Instrument, known: Mapping[str, float]) -> Instrument:
    pages = (_page(page, known) for page in instrument.pages)
    return replace(
        instrument,
        pages=tuple(page for page in pages if page.blocks and page.condition != FALSE),
        derived=tuple(
            replace(entry, value=given(entry.value, known)) for entry in instrument.derived
        ),
    )


def _given(tree: Expression, known: Mapping[str, float]) -> Expression:
    """Settle a condition that is to be known to hold: what is missing for everybody never does."""
    return _known_to_hold(given(tree, known))


def _known_to_hold(tree: Expression) -> Expression:
    if not isinstance(tree, Logic):
        return FALSE if tree == MISSING else tree
    parts = tuple(map(_known_to_hold, tree.parts))
    if tree.operator == "and":
        return FALSE if FALSE in parts else Logic("and", parts)
    kept = tuple(part for part in parts if part != FALSE)
    if len(kept) > 1:
        return Logic("or", kept)
    return kept[0] if kept else FALSE


def _page(page: Page, known: Mapping[str, float]) -> Page:
    condition = None if page.condition is None else _given(page.condition, known)
    blocks = (_block(block, known) for block in page.blocks)
    return replace(
        page,
        condition=None if condition == TRUE else condition,
        blocks=tuple(block for block in blocks if block.items),
    )


def _block(block: Block, known: Mapping[str, float]) -> Block:
    items = (_item(item, known) for item in block.items)
    return replace(block, items=tuple(item for item in items if item is not None))


def _item(item: Item, known: Mapping[str, float]) -> Item | None:
    conditions = tuple(_given(condition, known) for condition in item.conditions)
    if any(condition == FALSE for condition in conditions):
        return None
    text, wordings = _wordings(item.text, item.wordings, known)
    stem, stem_wordings = item.stem, item.stem_wordings
    if stem is not None:
        stem, stem_wordings = _wordings(stem, stem_wordings, known)
    filters, responses = _options(item, known)
    return replace(
        item,
        text=text,
        wordings=wordings,
        stem=stem,
        stem_wordings=stem_wordings,
        conditions=tuple(condition for condition in conditions if condition != TRUE),
        options_when=filters,
        responses=responses,
    )


def _options(
    item: Item, known: Mapping[str, float]
) -> tuple[tuple[tuple[int, Expression], ...], ResponseScale | None]:
    """Settle which options this copy shows, and for whom."""
    filters = [(code, _given(tree, known)) for code, tree in item.options_when]
    gone = {code for code, tree in filters if tree == FALSE}
    kept = tuple((code, tree) for code, tree in filters if tree not in (TRUE, FALSE))
    if item.responses is None or not gone:
        return kept, item.responses
    on, off = (
        tuple(option for option in listed if option.value not in gone)
        for listed in (item.responses.options, item.responses.off_scale)
    )
    return kept, replace(item.responses, options=on, off_scale=off)


def _wordings(
    text: Text, wordings: tuple[Wording, ...], known: Mapping[str, float]
) -> tuple[Text, tuple[Wording, ...]]:
    """Settle which wording holds; the first that certainly does ends the list."""
    kept: list[Wording] = []
    for wording in wordings:
        condition: Expression = _given(wording.condition, known)
        if condition == TRUE:
            return wording.text, tuple(kept)
        if condition != FALSE:
            kept.append(replace(wording, condition=condition))
    return text, tuple(kept)
