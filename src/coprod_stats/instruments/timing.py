"""Completion time of a questionnaire, from the seconds that each type of question needs.

A question's own words are part of its seconds. Introductions and hints are read besides, at 240
words a minute by default: adults read English silently at 238 on average (Brysbaert, 2019, Journal
of Memory and Language, 109, 104047).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.instruments.model import Instrument, Item, Text, Timing
from coprod_stats.instruments.question_counts import is_question
from coprod_stats.instruments.routes import Routes, draw_routes

N_DRAWN = 4_000


@dataclass(frozen=True, slots=True)
class RouteLength:
    """Number of questions and completion time for one class of respondents.

    Attributes
    ----------
    respondents : str
        Class in the instrument's classification, or ``everyone``.
    n_questions : tuple of int
        Fewest and most questions on a route.
    minutes : tuple of float
        Shortest and longest estimated time.
    """

    respondents: str
    n_questions: tuple[int, int]
    minutes: tuple[float, float]


def item_seconds(item: Item, timing: Timing) -> float:
    """Return the seconds for one item with its hint; options count where each is judged."""
    return _answering_seconds(item, timing) + reading_seconds(item.hint, timing)


def reading_seconds(text: Text | None, timing: Timing) -> float:
    """Return the seconds for an introduction or a hint, in the questionnaire's first language."""
    return 0.0 if text is None else timing.word * len(str(text).split())


def _answering_seconds(item: Item, timing: Timing) -> float:
    if item.seconds is not None:
        return item.seconds
    n_options = len(item.responses.options) if item.responses else 0
    match item.kind:
        case "multiple":
            return timing.checklist_row * n_options
        case "rank":
            return timing.checklist_row * n_options + timing.single
        case "allocate":
            return timing.allocation_row * n_options
        case "number" | "date" | "time":
            return timing.number
        case "text":
            return timing.text
        case "note":
            return timing.note
        case _:
            if not item.in_grid:
                return timing.short_choice if _is_short(item) else timing.single
            counts = item.responses is not None and item.responses.kind == "count"
            return timing.behaviour_row if counts else timing.grid_item


def _is_short(item: Item) -> bool:
    """Return whether a question has at most three unordered answers, such as yes, partly, no."""
    answers = item.responses
    return answers is not None and answers.kind == "categorical" and len(answers.options) <= 3


def route_lengths(instrument: Instrument) -> tuple[RouteLength, ...]:
    """Estimate the length for each class of respondents, in the order of the classification.

    The introduction and those of the pages that are shown count with the questions. The routes are
    those of simulated answers from a fixed seed; a class that none of them reaches is omitted.
    """
    rng = np.random.default_rng(0)
    routes = draw_routes(instrument, n_respondents=N_DRAWN, rng=rng)
    seconds = np.array([item_seconds(item, instrument.timing) for item in routes.items])
    minutes = (routes.asked @ seconds + _introduction_seconds(instrument, routes)) / 60.0
    counts = np.array([is_question(item) for item in routes.items], dtype=bool)
    n_questions = routes.asked[:, counts].sum(axis=1)
    rule = instrument.classification
    order = [""] if rule is None else [*(name for name, _ in rule.classes), rule.otherwise]
    return tuple(
        RouteLength(
            respondents=name or "everyone",
            n_questions=(int(n_questions[mine].min()), int(n_questions[mine].max())),
            minutes=(float(minutes[mine].min()), float(minutes[mine].max())),
        )
        for name in order
        if (mine := routes.classes == name).any()
    )


def _introduction_seconds(instrument: Instrument, routes: Routes) -> NDArray[np.float64]:
    """Return what each respondent reads before questions, shape ``(n_respondents,)``."""
    pages = np.array([item.page for item in routes.items])
    everybody = reading_seconds(instrument.introduction, instrument.timing)
    total = np.full(len(routes.asked), everybody)
    for page in instrument.pages:
        total += routes.asked[:, pages == page.id].any(axis=1) * reading_seconds(
            page.intro, instrument.timing
        )
    return total
