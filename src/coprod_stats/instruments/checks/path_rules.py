"""Rules of the linter for the ends of tested paths: what they share, and who is asked both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from coprod_stats.instruments.checks.audience import Audience
from coprod_stats.instruments.checks.claimed_paths import (
    ClaimedPath,
    items_of,
    measuring,
    tested_by_form,
    together,
)
from coprod_stats.instruments.checks.meanings import NEAR, SAME, Closeness, Meanings
from coprod_stats.instruments.checks.scale_rules import CONDITIONS, MIN_ITEMS, Found
from coprod_stats.instruments.language.expressions import parse_expression
from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.language.tree import names
from coprod_stats.instruments.model import Instrument, Item
from coprod_stats.instruments.score_items import items_behind

_COUNTED = ("number", "multiple", "rank", "allocate", "date", "time")


def shared_meanings(instrument: Instrument, paths: Sequence[ClaimedPath]) -> Iterator[Found]:
    """Find pairs of questions at the two ends of a planned path that ask the same (LINT-015).

    A question that is part of both ends is such a pair with itself.
    """
    meanings = Meanings(instrument.meanings)
    pairs: dict[tuple[str, str], list[ClaimedPath]] = {}
    close: dict[tuple[str, str], Closeness] = {}
    unknown: dict[str, list[ClaimedPath]] = {}
    for form, planned in tested_by_form(instrument, paths).items():
        fielded = instrument.for_form(form)
        for path in planned:
            ends = items_of(fielded, path.predictor), items_of(fielded, path.outcome)
            parts = measuring(fielded, path.predictor), measuring(fielded, path.outcome)
            for item in parts[0]:
                if item in parts[1]:
                    pairs.setdefault((item.id, item.id), []).append(path)
                    close[item.id, item.id] = Closeness(SAME, "it is part of both ends")
            for one, other in product(*ends):
                found = meanings.closeness(one.id, other.id, (str(one.text), str(other.text)))
                if one.id != other.id and found.value >= NEAR:
                    pairs.setdefault((one.id, other.id), []).append(path)
                    close[one.id, other.id] = found
            for item in (*ends[0], *ends[1]):
                if instrument.meanings and item.id not in meanings:
                    unknown.setdefault(item.id, []).append(path)
    for (one_id, other_id), tested in sorted(pairs.items(), key=lambda p: -close[p[0]].value):
        share = close[one_id, other_id]
        advice = "reword one of them" if one_id != other_id else "omit it from one"
        yield (
            "LINT-015",
            f"{one_id}-{other_id}",
            f"closeness {spell_number(round(share.value, 2))} across {together(tested)}: "
            f"{share.shared}; {advice}, or give the reason why the path is not true by wording",
        )
    for item_id, tested in unknown.items():
        yield (
            "LINT-015",
            item_id,
            f"the table of meanings does not say what it asks, and {together(tested)} needs it; "
            "add it under 'meanings' in the file of constructs",
        )


def not_asked_of_all(instrument: Instrument, paths: Sequence[ClaimedPath]) -> Iterator[Found]:
    """Find predictors that are not asked of all whom their hypothesis is about (LINT-019).

    Drivers presuppose taking part, and are omitted; so is what chance decides. A hypothesis that
    states whom it is about is judged among those. A hypothesis that a plan tests is judged in the
    plan's form; any other is sound if it is in one of the forms that measure both of its ends.
    """
    found: dict[str, tuple[str, list[ClaimedPath]]] = {}
    about = [path.among for path in paths]
    forms = {form.id: Audience(instrument, form.id, about) for form in instrument.forms}
    for path in paths:
        if any(form.presupposes_taking_part(path.predictor) for form in forms.values()):
            continue
        tried = [forms[path.form]] if path.plan and path.form in forms else list(forms.values())
        judged = [
            form.obstacle(path.predictor, path.outcome, path.among)
            for form in tried
            if form.is_measured(path.predictor) and form.is_measured(path.outcome)
        ]
        obstacles = [obstacle for obstacle in judged if obstacle is not None]
        if judged and len(obstacles) == len(judged):
            place = path.predictor
            found.setdefault(place, (obstacles[0].words, []))[1].append(path)
    for place, (words, tested) in found.items():
        yield (
            "LINT-019",
            place,
            f"{words}, as {together(tested)} needs; state in the hypothesis among whom it holds, "
            "or ask everybody, with a wording for those who did not take part",
        )


def conditions_without_measure(
    instrument: Instrument, paths: Sequence[ClaimedPath]
) -> Iterator[Found]:
    """Find claims of necessity or sufficiency about what one or two ratings measure (LINT-021)."""
    forms = {form.id: instrument.for_form(form.id) for form in instrument.forms}
    thin: dict[str, list[ClaimedPath]] = {}
    for path in paths:
        if path.kind not in CONDITIONS:
            continue
        judged = [forms[path.form]] if path.plan and path.form in forms else list(forms.values())
        for name in (path.predictor, path.outcome):
            if all(_is_thin(form, name) for form in judged):
                thin.setdefault(name, []).append(path)
    for name, tested in thin.items():
        yield (
            "LINT-021",
            name,
            f"fewer than {MIN_ITEMS} ratings and no fact, of which {together(tested)} claims "
            "necessity or sufficiency; a single rating cannot carry it: ask three, or a fact",
        )


def worded_by_outcome(instrument: Instrument, paths: Sequence[ClaimedPath]) -> Iterator[Found]:
    """Find predictors whose words depend on the answers to their outcome (LINT-025).

    Who has more of the outcome then answers another question, and the difference in words is part
    of the path. What a hypothesis says of those whom it is about does not differ among them.
    """
    for name, worded in paths_worded_by_outcome(instrument, paths).items():
        yield (
            "LINT-025",
            name,
            f"its words depend on the answers to the outcome of {together(worded)}; use one "
            "wording for all, or say how the analysis takes the wording into account",
        )


def paths_worded_by_outcome(
    instrument: Instrument, paths: Sequence[ClaimedPath]
) -> dict[str, list[ClaimedPath]]:
    """Return, by predictor, the paths on whose outcome the words of its questions depend."""
    found: dict[str, list[ClaimedPath]] = {}
    for path in paths:
        if deciding_on_words(instrument, path):
            found.setdefault(path.predictor, []).append(path)
    return found


def deciding_on_words(instrument: Instrument, path: ClaimedPath) -> frozenset[str]:
    """Return the items of a path's outcome that decide in which words its predictor is asked."""
    outcome = {item.id for item in items_of(instrument, path.outcome)}
    fixed = names(parse_expression(path.among)) if path.among else ()
    outcome -= {path.predictor, *items_behind(instrument, fixed)}
    deciding = items_behind(instrument, names_in_wordings(instrument, path.predictor))
    return frozenset(outcome.intersection(deciding))


def names_in_wordings(instrument: Instrument, name: str) -> tuple[str, ...]:
    """Return the variables on which the words of the questions behind a variable depend."""
    wordings = [
        wording
        for item in items_of(instrument, name)
        for wording in (*item.wordings, *item.stem_wordings)
    ]
    return tuple(dict.fromkeys(used for one in wordings for used in names(one.condition)))


def _is_thin(form: Instrument, name: str) -> bool:
    """Return whether a variable is asked, by fewer than three ratings."""
    items = measuring(form, name)
    facts = [item for item in items if _is_fact(item)]
    return 0 < len(items) < MIN_ITEMS and not facts


def _is_fact(item: Item) -> bool:
    scale = item.responses
    unordered = scale is not None and scale.kind in ("categorical", "count")
    return item.kind in _COUNTED or (item.kind == "single" and unordered)
