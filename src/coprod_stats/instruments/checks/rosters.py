"""Faults of rosters: how many rows there are, and what reaches into or out of a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from coprod_stats.errors import Fault
from coprod_stats.instruments.checks.missing_names import known_names
from coprod_stats.instruments.language.expressions import ExpressionError, parse_expression
from coprod_stats.instruments.language.tree import Call, names, reach
from coprod_stats.instruments.rosters import SUMMARIES
from coprod_stats.instruments.source.answer_form import TextForm
from coprod_stats.instruments.source.draft import (
    Draft,
    PlacedItem,
    conditions,
    rosters,
    texts,
    used_names,
)
from coprod_stats.instruments.source.source_form import RosterForm
from coprod_stats.instruments.source.written_texts import placeholders_in
from coprod_stats.instruments.source.yaml_source import Location

MOST_ROWS = 99


def check_rosters(draft: Draft) -> Iterator[Fault]:
    """Find rosters whose rows cannot be counted, distinguished or kept by themselves."""
    known = {placed.item.id: placed for placed in draft.items}
    keyed = any(
        column.role == "respondent" and set(column.forms or draft.form.forms) >= {*draft.form.forms}
        for column in draft.form.administrative
    )
    for p, roster in rosters(draft.form):
        location, place = ("pages", p, "roster"), f"roster '{roster.id}'"
        if not keyed:
            yield draft.fault(
                "ROSTER-001",
                location,
                place,
                "its rows could not be distinguished, as no column holds the id of the respondent "
                "in every form",
                "Add an administrative column with the role 'respondent', in every form.",
            )
        if not _can_be_counted(draft, p, roster, known):
            yield draft.fault(
                "ROSTER-002",
                location,
                place,
                "does not say how many rows there are: 'most' or 'count', and the latter is a "
                f"whole number from 0 to at most {MOST_ROWS} that is asked before, once, and in "
                "the same forms",
                "State 'most', or in 'count' a question with 'number: {min: 0, max: …}'.",
            )
        yield from _questions_of_rows(draft, p)
        yield from _summaries(draft, p, roster)


def _questions_of_rows(draft: Draft, p: int) -> Iterator[Fault]:
    for placed in (placed for placed in draft.items if placed.page == p):
        if placed.item.rotation is not None:
            yield draft.fault(
                "ROSTER-004",
                placed.location,
                f"item {placed.item.id}",
                "rotates within a roster",
                "Ask it in every row.",
            )
        given = placed.item.prefill
        if given is not None and given.value is None:
            yield draft.fault(
                "ROSTER-006",
                (*placed.location, "prefill"),
                f"item {placed.item.id}",
                "is prefilled in each row with what is of the respondent, or of its own page",
                "Prefill a row with a 'value', or ask the question before the roster.",
            )


def _can_be_counted(
    draft: Draft, p: int, roster: RosterForm, known: Mapping[str, PlacedItem]
) -> bool:
    if roster.count is None or roster.most is not None:
        return (roster.most is None) != (roster.count is None)
    counted = known.get(roster.count)
    if counted is None:  # what does not exist is reported with the missing names
        return roster.count not in known_names(draft)
    if counted.item.kind != "number" or counted.page >= p:
        return False
    if draft.form.pages[counted.page].roster is not None:
        return False
    number = counted.item.number
    if number is None or number.max is None or number.min is None or not number.whole:
        return False
    every = list(draft.form.forms)
    asked = set(every if counted.item.forms is None else counted.item.forms)
    rows = (placed.item for placed in draft.items if placed.page == p)
    in_forms = all(set(every if one.forms is None else one.forms) <= asked for one in rows)
    return in_forms and number.min >= 0 and 1 <= number.max <= MOST_ROWS


def _summaries(draft: Draft, p: int, roster: RosterForm) -> Iterator[Fault]:
    inside, known = _inside(draft, p, roster), known_names(draft)
    for id, summary in roster.summaries.items():
        try:
            tree = parse_expression(summary.value)
        except ExpressionError:  # reported by its own check
            continue
        one = isinstance(tree, Call) and tree.function in SUMMARIES and len(tree.arguments) == 1
        if not one or not set(names(tree)) & known <= inside:
            yield draft.fault(
                "ROSTER-005",
                ("pages", p, "roster", "summaries", id),
                f"summary '{id}'",
                "is no function of one expression over the questions of a row",
                f"Write one of {', '.join(sorted(SUMMARIES))}, as 'count(AGE < 18)'.",
            )


def _inside(draft: Draft, p: int, roster: RosterForm) -> set[str]:
    """Return what the expressions of a row may name."""
    return {placed.item.id for placed in draft.items if placed.page == p} | {roster.id}


def check_reach_of_rosters(draft: Draft) -> Iterator[Fault]:
    """Find conditions, scales and texts that mix the questions of a row with others."""
    if not any(page.roster for page in draft.form.pages):
        return
    homes = _Homes(draft)
    for location, place, text in conditions(draft):
        home = homes.of(location)
        found = homes.named(text)
        free = location[0] in ("derived", "indices")
        if len(found) > 1 or (not free and found and found != {home}):
            yield _mixed(draft, location, place)
    for id, scale in draft.form.scales.items():
        if len({homes.of_item.get(item) for item in scale.items}) > 1:
            yield _mixed(draft, ("scales", id), f"scale '{id}'")
    for placed in draft.items:
        prefill = placed.item.prefill
        source = "" if prefill is None else homes.of_item.get(prefill.answer or "", "")
        if source and not homes.of_item[placed.item.id]:
            yield _mixed(draft, (*placed.location, "prefill"), f"item {placed.item.id}")
    for location, place, given in texts(draft):
        if homes.misplaced(given, homes.of(location)):
            yield _mixed(draft, location, place)
    for placed in draft.items:
        offered = draft.response_scale(placed)
        labels = () if offered is None else (*offered.options.values(), *offered.off_scale.values())
        home = homes.of_item[placed.item.id]
        if home and any(homes.misplaced(label, home) for label in labels):
            yield _mixed(draft, placed.location, f"item {placed.item.id}")


def _mixed(draft: Draft, location: Location, place: str) -> Fault:
    return draft.fault(
        "ROSTER-003",
        location,
        place,
        "uses questions of a roster together with others, or from outside of it",
        "Let a row depend on its own questions; show the whole roster by the 'when' of its page, "
        "and state what rows say of the respondent as a summary.",
    )


class _Homes:
    """To which roster a question belongs; '' for what a respondent is asked once."""

    def __init__(self, draft: Draft) -> None:
        self._rosters = dict(rosters(draft.form))
        self.of_item = {placed.item.id: self._of_page(placed.page) for placed in draft.items}
        self._known = self.of_item | {one.id: one.id for one in self._rosters.values()}
        self._names = known_names(draft)
        self._uses = {id: used_names(derived.value) for id, derived in draft.form.derived.items()}
        self._placeholders = {
            name: self._known.get(entry.item or "", "")
            for name, entry in draft.form.placeholders.items()
        }

    def _of_page(self, p: int) -> str:
        return self._rosters[p].id if p in self._rosters else ""

    def of(self, location: Location) -> str:
        """Return the home of a part of the file; the condition of a page is the respondent's."""
        head, *rest = location
        outer = head != "pages" or len(rest) < 2 or rest[1] in ("when", "roster")
        return "" if outer or not isinstance(rest[0], int) else self._of_page(rest[0])

    def named(self, text: str) -> set[str]:
        """Return the homes of what an expression depends on."""
        reached = reach(used_names(text), self._uses)
        asked = (reached & self._names) - self._uses.keys()
        return {self._known.get(name, "") for name in asked}

    def misplaced(self, given: TextForm, home: str) -> bool:
        """Return whether a text inserts an answer of another home."""
        used = placeholders_in(given)
        return any(self._placeholders.get(name, home) != home for name in used)
