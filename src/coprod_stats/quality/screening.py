"""Eligibility: who counts as a co-producer by the classification that the instrument defines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from coprod_stats.instruments import Instrument
from coprod_stats.instruments.language.tree import Expression, Not, names
from coprod_stats.responses import Responses
from coprod_stats.results import NotebookTables


@dataclass(frozen=True, slots=True, eq=False)
class Screening(NotebookTables):
    """Classes of respondents, such as strict, broad and no co-production.

    Parameters
    ----------
    title : str
        What is classified.
    classes : Series, (n_respondents,)
        Class of each respondent: the first whose condition is known to hold.
    rests_on : tuple of (str, tuple of str)
        Each class, in order of precedence, with the questions that its condition uses; none for
        the residual class.
    n_undecided : tuple of int
        For each class, the number of respondents who were asked its questions and whose missing
        answers leave its condition undecided; they are counted in a later class.
    """

    title: str
    classes: pd.Series
    rests_on: tuple[tuple[str, tuple[str, ...]], ...]
    n_undecided: tuple[int, ...]

    def tidy(self) -> pd.DataFrame:
        """One row per class: number and share of respondents, and the questions it depends on."""
        counts = self.classes.value_counts()
        n = [int(counts.get(name, 0)) for name, _ in self.rests_on]
        return pd.DataFrame(
            {
                "term": [name for name, _ in self.rests_on],
                "n": n,
                "share": np.array(n) / max(len(self.classes), 1),
                "n_undecided": self.n_undecided,
                "rests_on": [", ".join(used) for _, used in self.rests_on],
            }
        )

    def glance(self) -> pd.DataFrame:
        """One row: the number of respondents in each class."""
        counts = {row.term: [row.n] for row in self.tidy().itertuples()}
        return pd.DataFrame({"n_respondents": [len(self.classes)], **counts})

    def augment(self) -> pd.DataFrame:
        """One row per respondent: the class."""
        return self.classes.to_frame("class")

    def __str__(self) -> str:
        table = self.tidy()[["term", "n", "share", "n_undecided"]]
        return f"{self.title}\n{table.to_string(index=False, float_format='{:.2f}'.format)}"


def screening(responses: Responses) -> Screening:
    """Classify the respondents by the rule of the instrument.

    Raises
    ------
    UnknownNameError
        If the instrument has no classification.
    """
    classes = responses.classes()
    rule = responses.instrument.classification
    assert rule is not None  # responses.classes() has raised otherwise
    behind = [_questions(responses.instrument, condition) for _, condition in rule.classes]
    undecided = [
        _n_undecided(responses, condition, used)
        for (_, condition), used in zip(rule.classes, behind, strict=True)
    ]
    by_class = [(name, used) for (name, _), used in zip(rule.classes, behind, strict=True)]
    return Screening(
        title=str(rule.title),
        classes=classes,
        rests_on=(*by_class, (rule.otherwise, ())),
        n_undecided=(*undecided, 0),
    )


def _questions(instrument: Instrument, condition: Expression) -> tuple[str, ...]:
    """Return the questions that a condition depends on, directly or through derived variables."""
    derived = {variable.id: variable.value for variable in instrument.derived}
    found: dict[str, None] = {}
    for name in names(condition):
        behind = _questions(instrument, derived[name]) if name in derived else (name,)
        found |= dict.fromkeys(behind)
    return tuple(found)


def _n_undecided(responses: Responses, condition: Expression, questions: tuple[str, ...]) -> int:
    items = [item for item in responses.instrument.items if item.id in questions]
    asked = np.all([responses.asked(item) for item in items], axis=0)
    known = responses.where(condition) | responses.where(Not(condition))
    return int((asked & ~known).sum())
