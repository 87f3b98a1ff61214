"""Routes through a questionnaire: who is asked what, by simulated answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.instruments.assignment import (
    draw_levels,
    draw_points,
    draw_ranks,
    settle_choices,
)
from coprod_stats.instruments.language.evaluation import FloatArray, evaluate, is_true
from coprod_stats.instruments.language.tree import Expression, names, reach, words_compared
from coprod_stats.instruments.model import Instrument, Item

_NUMBERS = (0.0, 100.0)
_OTHER_WORDS = ""
"""Stands for a text that no condition compares with."""


@dataclass(frozen=True, slots=True, eq=False)
class Routes:
    """The routes of simulated respondents.

    Attributes
    ----------
    items : tuple of Item
        The questions, in order.
    asked : ndarray of bool, (n_respondents, n_items)
        Whether the routing shows the question.
    classes : ndarray of str, (n_respondents,)
        Class of each respondent; ``""`` if the instrument has no classification.
    belongs : ndarray of bool, (n_respondents, n_populations)
        Whether the respondent meets the condition of each population that was asked for.
    answers : mapping of str to ndarray
        What was drawn, by column; NaN where a question is not asked.
    """

    items: tuple[Item, ...]
    asked: NDArray[np.bool_]
    classes: NDArray[np.str_]
    belongs: NDArray[np.bool_]
    answers: _Answers


def draw_routes(
    instrument: Instrument,
    *,
    n_respondents: int,
    rng: np.random.Generator,
    populations: Sequence[Expression] = (),
) -> Routes:
    """Simulate the routes of respondents through the questionnaire.

    Only what the routing and the classification depend on is drawn. Each respondent has a
    preferred position among the response options and keeps to it with a probability of their own,
    so that rules which need the same answer many times are both met and missed. Everyone consents
    and answers every question shown: these are the routes of respondents who finish.

    Parameters
    ----------
    instrument : Instrument
        The questionnaire, usually one form of it.
    n_respondents : int
        Number of respondents.
    rng : numpy.random.Generator
        Source of the draws.
    populations : sequence of Expression
        Conditions of respondents to be distinguished, besides the classes.
    """
    questions = instrument.questions
    needed = _routing_names(instrument, populations)
    words = words_compared((*instrument.expressions, *populations))
    answers = _Answers(instrument, n_respondents, words)
    for variable in instrument.assigned:
        answers.add(variable.id, draw_levels(variable, n_respondents=n_respondents, rng=rng))
    favourite, steadiness = rng.random(n_respondents), rng.random(n_respondents)
    asked = np.empty((n_respondents, len(questions)), dtype=bool)
    for position, item in enumerate(questions):
        asked[:, position] = answers.shown(item.conditions)
        if item.id not in needed:
            continue
        if item.kind in ("rank", "allocate"):
            for column, drawn in zip(item.columns, _joint(item, n_respondents, rng), strict=True):
                answers.add(column, np.where(asked[:, position], drawn, np.nan))
            continue
        drawn = []
        for _ in item.columns:
            steady = rng.random(n_respondents) < steadiness
            place = np.where(steady, favourite, rng.random(n_respondents))
            drawn.append(_answer(item, place))
        if item.id in words:
            said = (*words[item.id], _OTHER_WORDS)
            places = (place * len(said)).astype(int)
            answers.texts[item.id] = [said[one] for one in places.tolist()]
        if item.options_when:
            drawn = list(_among_shown(item, np.column_stack(drawn), answers).T)
        if item.kind == "multiple":
            drawn = list(settle_choices(item, np.column_stack(drawn), rng=rng).T)
        for column, given in zip(item.columns, drawn, strict=True):
            answers.add(column, np.where(asked[:, position], given, np.nan))
    belongs = np.empty((n_respondents, len(populations)), dtype=bool)
    for position, condition in enumerate(populations):
        belongs[:, position] = answers.shown((condition,))
    classes = _classes(instrument, answers, n_respondents)
    return Routes(questions, asked, classes, belongs, answers)


def classes_in_silence(instrument: Instrument, routes: Routes, item_id: str) -> NDArray[np.str_]:
    """Return the class of each respondent if one question is left unanswered.

    Questions that are then not asked have no answers either.

    Parameters
    ----------
    instrument : Instrument
        The questionnaire, as the routes were drawn from it.
    routes : Routes
        With a class for each respondent.
    item_id : str
        The question.
    """
    n_respondents = len(routes.classes)
    answers = _Answers(instrument, n_respondents, routes.answers.texts)
    for variable in instrument.assigned:
        answers.add(variable.id, routes.answers[variable.id])
    place = [item.id for item in routes.items].index(item_id)
    for item in routes.items[:place]:  # asked before, as ever
        for column in item.columns:
            answers.add(column, routes.answers[column])
    for item in routes.items[place + 1 :]:
        shown = answers.shown(item.conditions)
        for column in item.columns:
            answers.add(column, np.where(shown, routes.answers[column], np.nan))
    return _classes(instrument, answers, n_respondents)


class _Answers(Mapping[str, FloatArray]):
    """Answers given so far, with the derived variables that follow from them."""

    def __init__(self, instrument: Instrument, n_respondents: int, texts: Iterable[str]) -> None:
        self._n = n_respondents
        self._derived = {derived.id: derived.value for derived in instrument.derived}
        self._given: dict[str, FloatArray] = {}
        self._computed: dict[str, FloatArray] = {}
        self._choices = {item.id: item.columns for item in instrument.items}
        # columns without a question have no text before the survey
        self.texts = dict.fromkeys(texts, [_OTHER_WORDS] * n_respondents)

    def add(self, column: str, values: FloatArray) -> None:
        self._given[column] = values
        self._computed.clear()

    def shown(self, conditions: tuple[Expression, ...]) -> NDArray[np.bool_]:
        shown = np.ones(self._n, dtype=bool)
        for condition in conditions:
            shown &= is_true(condition, self, n_rows=self._n, texts=self.texts)
        return shown

    def shows(self, item: Item, code: int) -> NDArray[np.bool_]:
        return self.shown(item.option_conditions(code))

    def __getitem__(self, name: str) -> FloatArray:
        if name in self._derived:
            if name not in self._computed:
                self._computed[name] = evaluate(
                    self._derived[name], self, n_rows=self._n, texts=self.texts
                )
            return self._computed[name]
        columns = self._choices.get(name, (name,))
        return self._given.get(name, self._given.get(columns[0], np.full(self._n, np.nan)))

    def __iter__(self) -> Iterator[str]:
        return iter((*self._given, *self._derived))

    def __len__(self) -> int:
        return len(self._given) + len(self._derived)


def _among_shown(item: Item, drawn: FloatArray, answers: _Answers) -> FloatArray:
    """Return answers without options that are not shown; a single answer is the first shown."""
    assert item.responses is not None
    if item.kind == "single":
        codes = [option.value for option in item.responses.all_options]
        shown = np.column_stack([answers.shows(item, code) for code in codes])
        hidden = np.array([(drawn[:, 0] == code) for code in codes]).T & ~shown
        first = np.where(shown.any(axis=1), np.take(codes, shown.argmax(axis=1)), np.nan)
        return np.where(hidden.any(axis=1), first, drawn[:, 0])[:, np.newaxis]
    shown = np.column_stack([answers.shows(item, option.value) for option in item.column_options])
    return np.where(shown, drawn, 0.0)


def _joint(item: Item, n_respondents: int, rng: np.random.Generator) -> FloatArray:
    """Draw a ranking or an allocation, (n_options, n_respondents)."""
    sizes = {"n_respondents": n_respondents, "n_options": len(item.columns)}
    if item.kind == "rank":
        return draw_ranks(**sizes, top=item.top or 1, rng=rng).T
    return draw_points(**sizes, total=item.total or 1, rng=rng).T


def _answer(item: Item, place: FloatArray) -> FloatArray:
    """Return the answer at a position between 0 and 1 in the range that the item offers."""
    if item.kind == "consent" and item.responses:
        return np.full(place.shape, float(item.responses.values[0]))
    if item.kind == "multiple":
        return np.where(place < 0.5, 1.0, 0.0)
    if item.responses is not None:
        codes = [option.value for option in item.responses.all_options]
        return np.take(np.asarray(codes, dtype=float), (place * len(codes)).astype(int))
    if item.number is not None:
        low = _NUMBERS[0] if item.number.minimum is None else item.number.minimum
        high = max(low, _NUMBERS[1]) if item.number.maximum is None else item.number.maximum
        return np.clip(np.floor(low + place * (high - low + 1)), low, high)
    return np.ones(place.shape)


def _routing_names(instrument: Instrument, populations: Sequence[Expression]) -> set[str]:
    """Return the names on which routes, classes and populations depend, derived ones resolved."""
    derived = {entry.id: names(entry.value) for entry in instrument.derived}
    trees = [condition for item in instrument.items for condition in item.conditions]
    trees += [condition for item in instrument.items for _, condition in item.options_when]
    trees += populations
    if instrument.classification is not None:
        trees += [condition for _, condition in instrument.classification.classes]
    return reach((name for tree in trees for name in names(tree)), derived)


def _classes(instrument: Instrument, answers: _Answers, n_respondents: int) -> NDArray[np.str_]:
    rule = instrument.classification
    if rule is None:
        return np.full(n_respondents, "", dtype=np.str_)
    conditions = [answers.shown((condition,)) for _, condition in rule.classes]
    return np.select(conditions, [name for name, _ in rule.classes], default=rule.otherwise)
