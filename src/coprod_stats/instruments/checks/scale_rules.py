"""Rules of the linter for scales, classes and filters: what they are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coprod_stats.counts import counted, listed
from coprod_stats.instruments.checks.claimed_paths import ClaimedPath, items_of, tested_by_form
from coprod_stats.instruments.checks.meanings import Meanings
from coprod_stats.instruments.checks.role_rules import OUTCOMES
from coprod_stats.instruments.constructs import Role, Scale
from coprod_stats.instruments.language.tree import names
from coprod_stats.instruments.model import Instrument
from coprod_stats.instruments.score_items import items_behind, measuring_items

MIN_ITEMS = 3
MIN_TESTED_ITEMS = 4
"""Fewest items of a scale at an end of a tested path: with three, misfit cannot be seen."""

CONDITIONS = ("necessary condition", "configuration")
"""Kinds of hypotheses that are tested on scores, not by a measurement model; LINT-021 is theirs."""

Found = tuple[str, str, str]
"""Code, place and finding."""


def short_scales(instrument: Instrument) -> Iterator[Found]:
    """Find scales that cannot be latent variables by themselves (LINT-008)."""
    for scale in instrument.scales:
        if len(scale.items) < MIN_ITEMS:
            yield "LINT-008", scale.id, counted(len(scale.items), "item")


def scales_of_facets(instrument: Instrument) -> Iterator[Found]:
    """Find reflective scales with one item a facet, which need not correlate (LINT-018)."""
    for scale in instrument.scales:
        facets = [instrument.item(id).facet for id in scale.items]
        apart = len(set(facets)) == len(facets) and None not in facets
        if len(facets) > 1 and (apart or _each_of_another_scale(instrument, scale)):
            yield (
                "LINT-018",
                scale.id,
                f"each of its {len(facets)} items is the only one of its facet: make it an index, "
                "and the facets outcomes of their own, or ask more items of each",
            )


def _each_of_another_scale(instrument: Instrument, scale: Scale) -> bool:
    others = [
        {other.id for other in instrument.scales if other.id != scale.id and id in other.items}
        for id in scale.items
    ]
    return all(others) and len(set().union(*others)) >= len(scale.items)


def reverse_wording(instrument: Instrument, paths: Sequence[ClaimedPath]) -> Iterator[Found]:
    """Find forms in which the effect of wording cannot be modelled (LINT-017).

    The scales at the ends of tested paths are judged, in the plan's form; all scales of the form
    but markers, if none of its paths is tested by a measurement model; without plans, those of
    the first form.
    """
    for form, scales in _fielded_scales(instrument, paths).items():
        lacking = [scale.id for scale, reverse in scales if not reverse]
        wanted, found = len(scales) // 2, len(scales) - len(lacking)
        if found < wanted:
            yield (
                "LINT-017",
                form,
                f"{found} of {len(scales)} scales with a reverse-worded item, one in each pair "
                f"would be {wanted}; reword an item of {listed(lacking, 6)}",
            )


def _fielded_scales(
    instrument: Instrument, paths: Sequence[ClaimedPath]
) -> dict[str, list[tuple[Scale, bool]]]:
    found: dict[str, list[tuple[Scale, bool]]] = {}
    for form, tested in (tested_by_form(instrument, paths) or {instrument.forms[0].id: []}).items():
        ends = _ends(tested)
        fielded = instrument.for_form(form)
        found[form] = [
            (scale, any(fielded.item(id).reverse for id in scale.items))
            for scale in fielded.scales
            if len(scale.items) >= MIN_ITEMS
            and scale.role != "marker"
            and (not ends or scale.id in ends)
        ]
    return found


def few_items(instrument: Instrument, paths: Sequence[ClaimedPath]) -> Iterator[Found]:
    """Find scales at the ends of tested paths with fewer than four items in the form (LINT-022).

    Necessary conditions and configurations are tested on scores: three items do (LINT-021).
    """
    for form, tested in tested_by_form(instrument, paths).items():
        fielded = instrument.for_form(form)
        ends = _ends(tested)
        for scale in fielded.scales:
            if scale.id in ends and len(scale.items) < MIN_TESTED_ITEMS:
                yield (
                    "LINT-022",
                    scale.id,
                    f"{counted(len(scale.items), 'item')} in the form '{form}', so that a bad item "
                    f"cannot be seen; ask at least {MIN_TESTED_ITEMS}",
                )


def _ends(paths: Sequence[ClaimedPath]) -> set[str]:
    """Return the ends of those paths that a measurement model tests."""
    modelled = [path for path in paths if path.kind not in CONDITIONS]
    return {end for path in modelled for end in (path.predictor, path.outcome)}


def selection_by_outcomes(instrument: Instrument, paths: Sequence[ClaimedPath]) -> Iterator[Found]:
    """Find questions by which respondents are selected and which an analysis explains (LINT-020).

    A class, or the condition of a page or a block, that depends on an outcome, or on a question
    that asks the same as an end of a tested path, cuts off what is to be explained.
    """
    roles = item_roles(instrument)
    meanings = Meanings(instrument.meanings)
    selecting: dict[str, str] = {}
    for words, item in _selecting(instrument):
        selecting.setdefault(item, words)
    ends = {end for path in paths if path.plan for end in (path.predictor, path.outcome)}
    explained = {item.id: end for end in sorted(ends) for item in items_of(instrument, end)}
    asked = {item.id for item in instrument.questions}
    for item, words in selecting.items():
        if item not in asked:
            continue
        if roles.get(item, frozenset()) & OUTCOMES:
            yield "LINT-020", item, f"{words}, and it measures an outcome; {_NO_SELECTION}"
            continue
        for other, end in explained.items():
            if other != item and meanings.shared(item, other) is not None:
                same = f"asks the same as {end} ({other})"
                yield "LINT-020", item, f"{words}, and it {same}; {_NO_SELECTION}"
                break


_NO_SELECTION = "select by facts that come before, and keep it as a variable"


def _selecting(instrument: Instrument) -> Iterator[tuple[str, str]]:
    rule = instrument.classification
    for name, tree in rule.classes if rule is not None else ():
        for item in items_behind(instrument, names(tree)):
            yield f"the class '{name}' depends on it", item
    for page in (*instrument.pages, *(roster.page for roster in instrument.rosters)):
        if page.condition is not None:
            for item in items_behind(instrument, names(page.condition)):
                yield f"the page '{page.id}' is asked by it", item
        for block in page.blocks:
            asked = [item.conditions for item in block.items if item.kind != "note"]
            if len(asked) > 1:  # one question on a condition is a follow-up
                shared = [tree for tree in asked[0] if all(tree in others for others in asked)]
                for item in items_behind(instrument, [n for tree in shared for n in names(tree)]):
                    yield f"the block '{block.id}' is asked by it", item


def item_roles(instrument: Instrument) -> dict[str, frozenset[Role]]:
    """Return the roles of the constructs that each item measures, by itself or in a score."""
    roles: dict[str, set[Role]] = {
        item.id: {construct.role for construct in item.measures} for item in instrument.questions
    }
    scored = {scale.id: scale.role for scale in instrument.scales}
    scored |= {index.id: index.construct.role for index in instrument.indices}
    for score, items in measuring_items(instrument).items():
        for id in items:
            roles.setdefault(id, set()).add(scored[score])
    return {id: frozenset(found) for id, found in roles.items()}
