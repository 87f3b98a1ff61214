"""Rule of the linter for classes: what they say of those who did not answer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from coprod_stats.instruments.checks.scale_rules import Found
from coprod_stats.instruments.language.tree import names
from coprod_stats.instruments.model import Instrument, Item
from coprod_stats.instruments.routes import Routes, classes_in_silence, draw_routes
from coprod_stats.instruments.score_items import items_behind

N_ROUTES = 4000
EXPECTED = 12.0
"""How often an answer would occur in a class that says nothing about its question, for its absence
to count: by chance it is absent once in 160,000 times."""


def classes_of_silence(instrument: Instrument) -> Iterator[Found]:
    """Find classes that a question left unanswered leads to as one of its answers would (LINT-024).

    Where everybody else in a class has given particular answers to a question, the class says
    something about it, which nobody knows of those who did not answer. A class in which all
    answers occur says nothing about the question, and a class that silence alone leads to says
    that it is not known.
    """
    rule = instrument.classification
    if rule is None:
        return
    behind = set(items_behind(instrument, [n for _, tree in rule.classes for n in names(tree)]))
    deciding = [item for item in instrument.questions if item.id in behind and _is_choice(item)]
    if not deciding:
        return
    routes = draw_routes(instrument, n_respondents=N_ROUTES, rng=np.random.default_rng(20261130))
    for item in deciding:
        for name in _taken_in(instrument, routes, item):
            yield (
                "LINT-024",
                item.id,
                f"who leaves it unanswered is in the class '{name}', as only some answers to it "
                "are; name the answer in the class, and make a class of those of whom it is not "
                "known",
            )


def _is_choice(item: Item) -> bool:
    """Return whether it is one choice out of several that can be left open."""
    return item.kind == "single" and item.responses is not None and not item.required


def _taken_in(instrument: Instrument, routes: Routes, item: Item) -> Iterator[str]:
    asked = routes.asked[:, [entry.id for entry in routes.items].index(item.id)]
    given: NDArray[np.float64] = routes.answers[item.id]
    possible, counts = np.unique(given[asked], return_counts=True)
    shares = counts / counts.sum()
    silent = classes_in_silence(instrument, routes, item.id)
    for name in dict.fromkeys(silent[asked]):
        members = given[asked & (routes.classes == name)]
        absent = ~np.isin(possible, members)
        if (absent & (len(members) * shares >= EXPECTED)).any():
            yield str(name)
