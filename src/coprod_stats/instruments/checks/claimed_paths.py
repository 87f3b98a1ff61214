"""What is claimed about a questionnaire's constructs, as the rules for its design need it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from coprod_stats.counts import listed
from coprod_stats.instruments.language.tree import names
from coprod_stats.instruments.model import Instrument, Item
from coprod_stats.instruments.score_items import items_behind, items_entering


@dataclass(frozen=True, slots=True)
class ClaimedPath:
    """One predictor and one outcome of a hypothesis.

    Attributes
    ----------
    kind : str
        Kind of the hypothesis, as ``main`` or ``necessary condition``.
    plan, form : str
        The plan that tests it, and the form from which; empty where none does yet.
    among : str
        Condition of those whom it is about, as ``DFTOOK == 1``; empty for everybody.
    """

    hypothesis: str
    kind: str
    predictor: str
    outcome: str
    plan: str = ""
    form: str = ""
    among: str = ""


def items_of(instrument: Instrument, name: str) -> tuple[Item, ...]:
    """Return the questions of a form that measure a variable: a scale, index, item or construct."""
    asked = {item.id: item for item in instrument.questions}
    known = {scale.id for scale in instrument.scales}
    known |= {index.id for index in instrument.indices} | {one.id for one in instrument.derived}
    if name in known or name in asked:
        ids = items_behind(instrument, (name,))
    else:
        ids = tuple(_of_construct(instrument, name))
    return tuple(asked[id] for id in dict.fromkeys(ids) if id in asked)


def measuring(instrument: Instrument, name: str) -> tuple[Item, ...]:
    """Return the questions of a form whose answers enter a variable.

    Those that only decide which of several values it has, as whether there was any occasion, are
    omitted, unless there are no others.
    """
    items = items_of(instrument, name)
    computed = {index.id for index in instrument.indices} | {one.id for one in instrument.derived}
    if name not in computed:
        return items
    entering = set(items_entering(instrument, (name,)))
    return tuple(item for item in items if item.id in entering) or items


def _of_construct(instrument: Instrument, code: str) -> Iterable[str]:
    for scale in instrument.scales:
        if scale.construct.code == code:
            yield from scale.items
    for index in instrument.indices:
        if index.construct.code == code:
            yield from items_behind(instrument, names(index.value))
    for item in instrument.questions:
        if any(construct.code == code for construct in item.measures):
            yield item.id


def tested_by_form(
    instrument: Instrument, paths: Iterable[ClaimedPath]
) -> dict[str, list[ClaimedPath]]:
    """Return the paths that a plan tests, by its form, where the instrument has that form."""
    known = {form.id for form in instrument.forms}
    found: dict[str, list[ClaimedPath]] = {}
    for path in paths:
        if path.plan and path.form in known:
            found.setdefault(path.form, []).append(path)
    return found


def together(paths: Iterable[ClaimedPath]) -> str:
    """List the hypotheses of some paths, each once."""
    return listed(list(dict.fromkeys(path.hypothesis for path in paths)), 4)
