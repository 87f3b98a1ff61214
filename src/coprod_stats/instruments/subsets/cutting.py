"""A questionnaire cut to some scales: what stays, what goes with the rest, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from coprod_stats.errors import CoprodError
from coprod_stats.instruments.source.draft import Draft
from coprod_stats.instruments.source.yaml_source import Location
from coprod_stats.instruments.subsets.dependencies import HEAD, Dependencies, Reason
from coprod_stats.suggestions import did_you_mean

CLASSIFICATION = "classification"


KINDS: dict[str, tuple[str, str]] = {
    "pages": ("page", "pages"),
    "questions": ("question", "questions"),
    "notes": ("note", "notes"),
    "scales": ("scale", "scales"),
    "indices": ("index", "indices"),
    "derived variables": ("derived variable", "derived variables"),
    "summaries": ("summary", "summaries"),
    "classification": ("classification", "classifications"),
    "assigned variables": ("assigned variable", "assigned variables"),
    "planned missingness": ("plan of missingness", "plans of missingness"),
    "placeholders": ("placeholder", "placeholders"),
    "response scales": ("response scale", "response scales"),
    "forms": ("form", "forms"),
}
"""Kinds of parts that a cut removes, as they are counted."""


class SubsetError(CoprodError):
    """A part to keep that the questionnaire does not have, or a choice that leaves nothing."""


@dataclass(frozen=True, slots=True)
class Stayed:
    """A part that was not asked for and stays, with the reason."""

    part: str
    reason: str


@dataclass(frozen=True, slots=True)
class Cut:
    """What a cut keeps.

    Attributes
    ----------
    kept : frozenset of Location
        Parts that stay, by their place in the file.
    forms : tuple of str
        Forms in which something asked for is asked.
    stayed : tuple of Stayed
        Questions and variables that stay for something else.
    gone : mapping of str to tuple of str
        What went, by kind: pages, questions, scales, indices, derived variables and so on.
    """

    kept: frozenset[Location]
    forms: tuple[str, ...]
    stayed: tuple[Stayed, ...]
    gone: dict[str, tuple[str, ...]]


def cut(draft: Draft, scales: Sequence[str], *, keep: Sequence[str] = ()) -> Cut:
    """Decide what stays if a questionnaire is cut to some scales and indices.

    All that the kept parts need stays: questions on which routing, wordings, checks, calculations
    and repeated answers depend, through derived variables too. A scale, index, derived variable or
    classification that was not asked for stays where the questions that it needs stay anyway;
    notes and attention items stay on pages that stay. Forms in which nothing asked for is asked go.

    Parameters
    ----------
    draft : Draft
        A questionnaire without faults.
    scales : sequence of str
        Scales and indices.
    keep : sequence of str
        Further items, blocks, pages, derived variables, or ``classification``.

    Raises
    ------
    SubsetError
        If there is no such part.
    """
    return _Cutting(draft, scales, keep).result()


class _Cutting:
    def __init__(self, draft: Draft, scales: Sequence[str], keep: Sequence[str]) -> None:
        self.draft, self.form = draft, draft.form
        self.graph = Dependencies(draft)
        self.wanted = [
            *(self._scored(name) for name in scales),
            *(node for name in keep for node in self._further(name)),
        ]
        if not self.wanted:
            raise SubsetError("no scale is named, so that nothing would be left")
        self.reasons = self._reach([HEAD, *self.wanted])

    def result(self) -> Cut:
        self._attend_pages()
        self._compute_what_can_be()
        kept = frozenset(self.reasons)
        return Cut(kept, self.forms, tuple(self._stayed()), dict(self._gone(kept)))

    def _scored(self, name: str) -> Location:
        for part in ("scales", "indices"):
            if name in getattr(self.form, part):
                return (part, name)
        known = [*self.form.scales, *self.form.indices]
        raise SubsetError(
            f"'{self.form.instrument}' has no scale or index '{name}'. "
            f"{did_you_mean(name, known)}".rstrip()
        )

    def _further(self, name: str) -> Iterator[Location]:
        if name == CLASSIFICATION and self.form.classification is not None:
            yield (CLASSIFICATION,)
            return
        if name in self.graph.named:
            yield self.graph.named[name]
            return
        places = [
            placed.location
            for placed in self.draft.items
            if name in (placed.block.block, self.form.pages[placed.page].page)
        ]
        if not places and (name in self.form.scales or name in self.form.indices):
            raise SubsetError(f"'{name}' is a scale or an index; name it among the scales")
        if not places:
            blocks = (placed.block.block for placed in self.draft.items)
            known = [*self.graph.named, *blocks, *(page.page for page in self.form.pages)]
            raise SubsetError(
                f"'{self.form.instrument}' has no item, block, page or variable '{name}'. "
                f"{did_you_mean(name, known)}".rstrip()
            )
        yield from places

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """The forms in which something asked for is asked."""
        found: set[str] = set()
        for node in self.wanted:
            asked = {form for item in self._items(node) for form in self._forms_of(item)}
            if node[0] == "scales":
                scored = self.form.scales[str(node[1])].forms
                asked &= set(self.form.forms if scored is None else scored)
            found |= asked
        if not found:
            found = set(self.form.forms)
        return tuple(form for form in self.form.forms if form in found)

    def _items(self, node: Location) -> Iterator[Location]:
        """Return the items that a part asked for is computed from, routing left aside."""
        if _is_item(node):
            yield node
            return
        for needed in self.graph.needs(node):
            if _is_item(needed) or needed[:1] == ("derived",) or _is_summary(needed):
                yield from self._items(needed)

    def _forms_of(self, node: Location) -> list[str]:
        _, p, _, b, _, i = node
        forms = self.form.pages[int(p)].blocks[int(b)].items[int(i)].forms
        return list(self.form.forms) if forms is None else forms

    def _reach(self, start: Sequence[Location]) -> dict[Location, Reason | None]:
        """Return parts with all that they need, but for questions that no kept form asks."""

        def is_asked(node: Location) -> bool:
            return not _is_item(node) or bool(set(self._forms_of(node)) & set(self.forms))

        return self.graph.reach(filter(is_asked, start), within=is_asked)

    def _attend_pages(self) -> None:
        """Keep notes and attention items on kept pages, if they need no further question."""
        for placed in self.draft.items:
            item = placed.item
            if item.kind != "note" and item.attention_pass is None:
                continue
            node, page = placed.location, placed.location[:2]
            if page not in self.reasons or node in self.reasons:
                continue
            needed = self._reach([node])
            new = {part for part in needed if part not in self.reasons}
            if node in new and not any(_is_item(part) for part in new - {node}):
                self.reasons |= dict.fromkeys(new, Reason(page, "its page, which stays"))

    def _compute_what_can_be(self) -> None:
        """Keep what is computed from kept questions only: it asks nothing more."""
        form = self.form
        candidates: list[Location] = [
            *(("derived", id) for id in form.derived),
            *(("scales", id) for id in form.scales),
            *(("indices", id) for id in form.indices),
            *([(CLASSIFICATION,)] if form.classification is not None else []),
            *filter(_is_summary, self.graph.named.values()),
        ]
        for _ in candidates:
            found = [
                node
                for node in candidates
                if node not in self.reasons and self._is_computable(node)
            ]
            if not found:
                return
            self.reasons |= dict.fromkeys(found, Reason(HEAD, "its parts, which all stay"))

    def _is_computable(self, node: Location) -> bool:
        needs = self.graph.needs(node)
        if node[0] == "scales":
            forms = self.form.scales[str(node[1])].forms
            if forms is not None and not set(forms) & set(self.forms):
                return False
        return bool(needs) and all(
            part in self.reasons or part[0] == "administrative" for part in needs
        )

    def _stayed(self) -> Iterator[Stayed]:
        asked_for = {item for node in self.wanted for item in self._items(node)}
        for node, reason in self.reasons.items():
            speaks = _is_item(node) or _is_summary(node) or node[:1] in _REPORTED
            if reason is None or not speaks or node in asked_for:
                continue
            yield Stayed(self.graph.label(node), reason.words)

    def _gone(self, kept: Collection[Location]) -> Iterator[tuple[str, tuple[str, ...]]]:
        form = self.form
        parts: dict[str, list[Location]] = {
            "pages": [("pages", p) for p in range(len(form.pages))],
            "questions": [p.location for p in self.draft.items if p.item.kind != "note"],
            "notes": [p.location for p in self.draft.items if p.item.kind == "note"],
            "scales": [("scales", id) for id in form.scales],
            "indices": [("indices", id) for id in form.indices],
            "derived variables": [("derived", id) for id in form.derived],
            "summaries": list(filter(_is_summary, self.graph.named.values())),
            "classification": [(CLASSIFICATION,)] if form.classification is not None else [],
            "assigned variables": [("assigned", id) for id in form.assigned],
            "planned missingness": [("planned_missing",)] if form.planned_missing else [],
            "placeholders": [("placeholders", name) for name in form.placeholders],
            "response scales": [("responses", id) for id in form.responses],
        }
        yield from (
            (kind, tuple(self.graph.label(node) for node in nodes if node not in kept))
            for kind, nodes in parts.items()
        )
        yield "forms", tuple(id for id in form.forms if id not in self.forms)


_REPORTED: tuple[Location, ...] = (
    ("derived",),
    ("scales",),
    ("indices",),
    ("assigned",),
    (CLASSIFICATION,),
    ("planned_missing",),
)


def _is_item(node: Location) -> bool:
    return len(node) == len(("pages", 0, "blocks", 0, "items", 0)) and node[0] == "pages"


def _is_summary(node: Location) -> bool:
    return node[2:4] == ("roster", "summaries")
