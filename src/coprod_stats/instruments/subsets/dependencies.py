"""What each part of a questionnaire needs: a graph over the places of its file."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from coprod_stats.instruments.language.evaluation import other_column
from coprod_stats.instruments.language.expressions import parse_expression
from coprod_stats.instruments.language.tree import names
from coprod_stats.instruments.source.draft import Draft, PlacedItem, conditions, rosters, texts
from coprod_stats.instruments.source.written_texts import placeholders_in
from coprod_stats.instruments.source.yaml_source import Location

HEAD: Location = ()
"""The part that every questionnaire has: title, introduction, labels of missing answers."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a part stays: what needs it, and what for."""

    by: Location
    words: str


class Dependencies:
    """The graph of one questionnaire without faults.

    Its nodes are locations: of pages, blocks, items, scales, indices, derived variables, response
    scales, placeholders, variables, summaries of rosters and the classification.
    """

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.items: dict[str, PlacedItem] = {placed.item.id: placed for placed in draft.items}
        self.named: dict[str, Location] = dict(self._named())
        self._needs: dict[Location, dict[Location, str]] = {}
        for owner, needed, words in self._edges():
            if owner != needed:
                self._needs.setdefault(owner, {}).setdefault(needed, words)

    def needs(self, node: Location) -> dict[Location, str]:
        """Return what a part needs directly, each with what for."""
        return self._needs.get(node, {})

    def reach(
        self, start: Iterable[Location], *, within: Callable[[Location], bool]
    ) -> dict[Location, Reason | None]:
        """Return parts with all that they need; the reason is None for those asked for."""
        found: dict[Location, Reason | None] = dict.fromkeys(start)
        waiting = deque(found)
        while waiting:
            node = waiting.popleft()
            for needed, words in self.needs(node).items():
                if needed not in found and within(needed):
                    found[needed] = Reason(node, words)
                    waiting.append(needed)
        return found

    def label(self, node: Location) -> str:
        """Name a part as messages do."""
        form = self.draft.form
        match node:
            case ("pages", int(p), "blocks", int(b), "items", int(i)):
                return form.pages[p].blocks[b].items[i].id
            case ("pages", int(p), "blocks", int(b)):
                return f"block '{form.pages[p].blocks[b].block}'"
            case ("pages", _, "roster", "summaries", str(name)):
                return name
            case ("pages", int(p)):
                return f"page '{form.pages[p].page}'"
            case ("administrative", int(i)):
                return form.administrative[i].id
            case ("placeholders", str(name)):
                return f"[{name}]"
            case ("planned_missing",) if form.planned_missing is not None:
                return form.planned_missing.id
            case (_, str(name)):
                return name
        return "classification" if node else "the head"

    def _named(self) -> Iterator[tuple[str, Location]]:
        form = self.draft.form
        for id, placed in self.items.items():
            yield id, placed.location
            if placed.item.other is not None:
                yield other_column(id), placed.location
        yield from ((id, ("derived", id)) for id in form.derived)
        yield from ((id, ("assigned", id)) for id in form.assigned)
        for i, column in enumerate(form.administrative):
            yield column.id, ("administrative", i)
        if form.planned_missing is not None:
            yield form.planned_missing.id, ("planned_missing",)
        for p, roster in rosters(form):
            yield roster.id, ("pages", p)
            yield from ((id, ("pages", p, "roster", "summaries", id)) for id in roster.summaries)

    def _edges(self) -> Iterator[tuple[Location, Location, str]]:
        for placed in self.items.values():
            yield from self._places_of(placed)
        yield from self._rows()
        for location, place, text in conditions(self.draft):
            for name in names(parse_expression(text)):
                owner = self._owner(location)
                yield owner, self.named[name], f"{self._used_in(location)} {place}"
        for location, place, words in texts(self.draft):
            for name in placeholders_in(words):
                yield self._owner(location), ("placeholders", name), f"[{name}] in {place}"
        for name, placeholder in self.draft.form.placeholders.items():
            for needed in filter(None, (placeholder.item, placeholder.variable)):
                yield ("placeholders", name), self.named[needed], f"[{name}], which repeats it"
        for id, scale in self.draft.form.scales.items():
            for item in scale.items:
                yield ("scales", id), self.named[item], f"scale '{id}'"

    def _rows(self) -> Iterator[tuple[Location, Location, str]]:
        """Return what rosters need: the question that counts their rows, and what sums them up."""
        for p, roster in rosters(self.draft.form):
            if roster.count is not None:
                words = f"the number of rows of roster '{roster.id}'"
                yield ("pages", p), self.named[roster.count], words
            for id, summary in roster.summaries.items():
                node = self.named[id]
                yield node, ("pages", p), f"summary '{id}'"
                for name in names(parse_expression(summary.value)):
                    yield node, self.named[name], f"the value of summary '{id}'"

    def _places_of(self, placed: PlacedItem) -> Iterator[tuple[Location, Location, str]]:
        page, block = placed.location[:2], placed.location[:4]
        yield placed.location, block, "its block"
        yield block, page, "its page"
        scale = None if placed.item.options else placed.item.responses or placed.block.responses
        if scale is not None:
            yield placed.location, ("responses", scale), f"the answers of {placed.item.id}"
        if placed.item.rotation is not None:
            yield placed.location, ("planned_missing",), f"the rotation of {placed.item.id}"
        given = placed.item.prefill
        if given is not None and given.answer is not None:
            yield placed.location, self.named[given.answer], f"the answer in {placed.item.id} first"

    def _owner(self, location: Location) -> Location:
        match location:
            case ("pages", _, "blocks", _, "items", _, *_):
                return location[:6]
            case ("pages", _, "blocks", _, *_):
                return location[:4]
            case ("pages", _, "roster", "summaries", _, *_):
                return location[:5]
            case ("derived" | "indices" | "scales" | "responses" | "placeholders", _, *_):
                return location[:2]
            case ("pages" | "assigned" | "administrative", _, *_):
                return location[:2]
            case ("classification" | "planned_missing", *_):
                return location[:1]
        return HEAD

    def _used_in(self, location: Location) -> str:
        if "checks" in location:
            return "a check of"
        if "wordings" in location:
            return "a wording of"
        return "the routing of" if location[0] == "pages" else "the value of"
