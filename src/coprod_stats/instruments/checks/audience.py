"""Who is asked what in a form: by simulated routes that chance does not shorten."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coprod_stats.instruments.checks.claimed_paths import items_of
from coprod_stats.instruments.language.expressions import parse_expression
from coprod_stats.instruments.language.tree import Expression, Logic, names
from coprod_stats.instruments.model import Instrument, Item
from coprod_stats.instruments.routes import Routes, draw_routes
from coprod_stats.instruments.score_items import items_behind

ObstacleKind = Literal["population", "never together", "decided", "some"]
"""The outcome chooses the population; nobody is asked both; the outcome decides who is asked; only
some are."""

N_ROUTES = 600
ALMOST_ALL = 0.95


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why not all who are asked an outcome are asked its predictor."""

    kind: ObstacleKind
    words: str


class Audience:
    """Who is asked the questions of one form; what is assigned at random is left aside.

    Parameters
    ----------
    instrument : Instrument
        The questionnaire.
    form : str
        One of its forms.
    populations : iterable of str
        Conditions of those whom hypotheses are about; one with variables that the form does not
        have restricts nobody, as those whom it would leave out are not asked.
    """

    def __init__(self, instrument: Instrument, form: str, populations: Iterable[str] = ()) -> None:
        self.form = _without_chance(instrument.for_form(form))
        known = {item.id for item in self.form.questions}
        known |= {derived.id for derived in self.form.derived}
        parsed = {text: parse_expression(text) for text in dict.fromkeys(populations) if text}
        self._populations = {
            text: tree for text, tree in parsed.items() if set(names(tree)) <= known
        }
        self._routes: Routes | None = None
        self._items: dict[str, tuple[Item, ...]] = {}

    def items(self, name: str) -> tuple[Item, ...]:
        """Return the questions that measure a variable: a scale, index, item or construct."""
        if name not in self._items:
            self._items[name] = items_of(self.form, name)
        return self._items[name]

    def share(self, items: Sequence[Item]) -> float:
        """Return the share of all respondents who are asked one of some questions at least."""
        return float(self._asked(items).mean()) if items else 0.0

    def is_measured(self, name: str) -> bool:
        """Return whether this form asks anything that measures a variable."""
        return bool(self.items(name))

    def obstacle(self, predictor: str, outcome: str, among: str = "") -> Obstacle | None:
        """Return why not all who are asked an outcome are asked its predictor; None if they are.

        Parameters
        ----------
        predictor, outcome : str
            Scales, indices, items or constructs that the form measures.
        among : str
            One of the populations, to which the comparison is confined.
        """
        ends = self.items(predictor), self.items(outcome)
        population = self._populations.get(among)
        fixed = () if population is None else items_behind(self.form, names(population))
        if _is_chosen_by(fixed, ends[1]):
            words = f"those whom it is about are chosen by the answers to {outcome}"
            return Obstacle("population", words)
        asked = self._scored(predictor), self._scored(outcome) & self._belongs(among)
        both = asked[0] & asked[1]
        if not both.any():
            return Obstacle("never together", f"nobody is asked both {predictor} and {outcome}")
        if self._decides(*ends, fixed=fixed):
            words = f"the answers to {outcome} decide who is asked {predictor}"
            return Obstacle("decided", words)
        share = float(both.sum() / asked[1].sum())
        if share < ALMOST_ALL:
            percent = round(100 * share)
            words = f"{percent}% of those who are asked {outcome} are asked {predictor}"
            return Obstacle("some", words)
        return None

    def presupposes_taking_part(self, name: str) -> bool:
        """Return whether a variable is a driver: of those alone who take part can it be asked."""
        roles = {construct.code: construct.role for construct in self.form.constructs}
        roles |= {scale.id: scale.role for scale in self.form.scales}
        return roles.get(name) == "driver"

    def is_cut_off(self, predictor: str, outcome: str) -> bool:
        """Return whether the predictor's answers decide who is asked the outcome."""
        return self._decides(self.items(outcome), self.items(predictor))

    def _decides(
        self, asked: Sequence[Item], deciding: Sequence[Item], *, fixed: Iterable[str] = ()
    ) -> bool:
        """Return whether the answers to some questions decide who is asked others.

        Questions that a population fixes do not decide anything within it.
        """
        conditions = dict.fromkeys(tree for item in asked for tree in item.conditions)
        used = dict.fromkeys(name for tree in conditions for name in names(tree))
        routing = set(items_behind(self.form, used))
        free = routing - {item.id for item in asked} - set(fixed)
        return bool(free & {item.id for item in deciding})

    def _scored(self, name: str) -> NDArray[np.bool_]:
        """Return who is asked a variable: of a scale, as many of its items as its score needs."""
        items = self.items(name)
        fewest = (scale.min_answered for scale in self.form.scales if scale.id == name)
        return self._asked(items, fewest=min(len(items), next(fewest, 1)))

    def _asked(self, items: Sequence[Item], *, fewest: int = 1) -> NDArray[np.bool_]:
        routes = self._drawn()
        ids = [item.id for item in routes.items]
        columns = [ids.index(item.id) for item in items]
        asked: NDArray[np.bool_] = routes.asked[:, columns].sum(axis=1) >= fewest
        return asked

    def _belongs(self, among: str) -> NDArray[np.bool_]:
        if among not in self._populations:
            return np.ones(N_ROUTES, dtype=bool)
        return self._drawn().belongs[:, list(self._populations).index(among)]

    def _drawn(self) -> Routes:
        if self._routes is None:
            self._routes = draw_routes(
                self.form,
                n_respondents=N_ROUTES,
                rng=np.random.default_rng(20261130),
                populations=tuple(self._populations.values()),
            )
        return self._routes


def _is_chosen_by(fixed: Iterable[str], outcome: Sequence[Item]) -> bool:
    """Return whether a population rests on the amount of an outcome, or on all that it is.

    A yes or no that comes before an amount, as whether there was any occasion, does not select by
    the amount.
    """
    shared = [item for item in outcome if item.id in set(fixed)]
    amounts = [item for item in shared if item.kind == "number" or _is_ordered(item)]
    return bool(shared) and (bool(amounts) or len(shared) == len(outcome))


def _is_ordered(item: Item) -> bool:
    return item.responses is not None and item.responses.kind != "categorical"


def _without_chance(form: Instrument) -> Instrument:
    """Return a form in which nothing depends on what is assigned at random alone."""
    assigned = {variable.id for variable in form.assigned}
    derived = {variable.id for variable in form.derived}

    def by_chance(tree: Expression) -> bool:
        behind = set(items_behind(form, names(tree))) - derived
        return bool(behind) and behind <= assigned

    def lasting(item: Item) -> Item:
        left = (_what_lasts(tree, by_chance) for tree in item.conditions)
        return replace(item, conditions=tuple(tree for tree in left if tree is not None))

    pages = tuple(
        replace(
            page,
            blocks=tuple(
                replace(block, items=tuple(map(lasting, block.items))) for block in page.blocks
            ),
        )
        for page in form.pages
    )
    return replace(form, pages=pages)


def _what_lasts(tree: Expression, by_chance: Callable[[Expression], bool]) -> Expression | None:
    """Return what of a condition is left where chance is kind; None if nothing is."""
    if by_chance(tree):
        return None
    if not isinstance(tree, Logic):
        return tree
    parts = [_what_lasts(part, by_chance) for part in tree.parts]
    left = tuple(part for part in parts if part is not None)
    if not left or (tree.operator == "or" and len(left) < len(parts)):
        return None
    return left[0] if len(left) == 1 else replace(tree, parts=left)
