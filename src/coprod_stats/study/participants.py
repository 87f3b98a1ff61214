"""Who took part: the respondents analysed, beside those who were not."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.analyses.sample import variable_table
from coprod_stats.analyses.words import construct_label
from coprod_stats.instruments.model import Instrument
from coprod_stats.responses.table import Responses
from coprod_stats.results import NotebookTables

MOST_CATEGORIES = 12
"""Texts of an administrative column that have a row of their own; others are pooled."""

MEAN, OTHERS = "mean", "others"
UNASKED, UNANSWERED, UNRECORDED = "not asked", "not answered", "not recorded"
GROUPS, COLUMNS = ("analysed", "others"), ("n", "value", "sd")


@dataclass(frozen=True, slots=True)
class Share:
    """How many of one group have a category, or the mean of those who gave a number.

    Attributes
    ----------
    n : int
        Respondents with the category, or with a number.
    value : float
        Their share among those who answered, or the mean; NaN if nobody answered.
    sd : float
        Standard deviation of numbers; NaN for categories.
    """

    n: int
    value: float = math.nan
    sd: float = math.nan


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One row of the table of participants.

    Attributes
    ----------
    difference : float
        Standardised difference of the two groups (Austin, 2009), positive where the category is
        more frequent or the mean larger among those analysed; NaN where nobody is in one of them.
    """

    variable: str
    title: str
    category: str
    analysed: Share
    others: Share
    difference: float


@dataclass(frozen=True, slots=True)
class Participants(NotebookTables):
    """Characteristics of those analysed and of everybody else in the file."""

    rows: tuple[Characteristic, ...]
    n_analysed: int
    n_others: int

    def tidy(self) -> pd.DataFrame:
        """Return one row per category, or per variable of numbers."""
        found = []
        for row in self.rows:
            values = asdict(row)
            for group in GROUPS:
                of_group = values.pop(group)
                values |= {f"{name}_{group}": value for name, value in of_group.items()}
            found.append(values)
        names = ["term", "title", "category", *(f"{a}_{b}" for b in GROUPS for a in COLUMNS)]
        table = pd.DataFrame(found).rename(columns={"variable": "term"})
        return table.reindex(columns=[*names, "difference"])

    def glance(self) -> pd.DataFrame:
        """Return one row: sizes of the groups, and the largest difference."""
        differences = [abs(row.difference) for row in self.rows if not math.isnan(row.difference)]
        return pd.DataFrame(
            {
                "n_analysed": [self.n_analysed],
                "n_others": [self.n_others],
                "largest_difference": [max(differences, default=math.nan)],
            }
        )

    def __str__(self) -> str:
        return f"Participants: {self.n_analysed} analysed, {self.n_others} not"


def describe_participants(
    responses: Responses, analysed: Responses, names: Sequence[str]
) -> Participants:
    """Describe those analysed and everybody else by variables of a questionnaire.

    Parameters
    ----------
    responses : Responses
        Everybody in the file.
    analysed : Responses
        Some of them.
    names : sequence of str
        Items, administrative columns, scales, indices or derived variables. One that the answers
        lack, or that nobody answered, is a row "not recorded".

    References
    ----------
    Austin, P. C. (2009). Using the standardized difference to compare the prevalence of a binary
    variable between two groups in observational research. Communications in Statistics -
    Simulation and Computation, 38(6), 1228-1234.
    """
    chosen = responses.answers.index.isin(analysed.answers.index)
    rows = tuple(
        row for name in dict.fromkeys(names) for row in _characteristics(responses, name, chosen)
    )
    return Participants(rows, int(chosen.sum()), int((~chosen).sum()))


def describe_classes(
    responses: Responses, classes: pd.Series, names: Sequence[str]
) -> pd.DataFrame:
    """Describe everybody in the file by class of the screening.

    Parameters
    ----------
    responses : Responses
        Everybody in the file.
    classes : Series, (n_respondents,)
        The class of each.
    names : sequence of str
        As in :func:`describe_participants`; what nobody answered is omitted.

    Returns
    -------
    DataFrame
        A row per variable, category and class that somebody belongs to: ``term, title, category,
        class, n, value, sd``, where ``value`` is the share among those of the class who answered,
        or their mean.
    """
    found = []
    members = {name: (classes == name).to_numpy() for name in dict.fromkeys(classes)}
    for name in dict.fromkeys(names):
        values = _values(responses, name)
        if values.isna().all():
            continue
        title = construct_label(responses.instrument, name)
        labelled = _labelled(responses.instrument, name, values)
        for category in [MEAN] if labelled is None else labelled.cat.categories:
            for of_class, rows in members.items():
                share = (
                    _mean(values[rows].astype(float))
                    if labelled is None
                    else _share(labelled[rows], category)
                )
                found.append((name, title, category, of_class, share.n, share.value, share.sd))
    columns = ["term", "title", "category", "class", "n", "value", "sd"]
    return pd.DataFrame(found, columns=columns)


def _characteristics(
    responses: Responses, name: str, chosen: NDArray[np.bool_]
) -> Iterator[Characteristic]:
    title = construct_label(responses.instrument, name)
    values = _values(responses, name)
    if values.isna().all():
        yield Characteristic(name, title, UNRECORDED, Share(0), Share(0), math.nan)
        return
    labelled = _labelled(responses.instrument, name, values)
    if labelled is None:
        one, other = (_mean(values[part].astype(float)) for part in (chosen, ~chosen))
        difference = _standardised(one, other, one.sd**2, other.sd**2)
        yield Characteristic(name, title, MEAN, one, other, difference)
    else:
        for label in labelled.cat.categories:
            one, other = (_share(labelled[part], label) for part in (chosen, ~chosen))
            spread = (share.value * (1 - share.value) for share in (one, other))
            yield Characteristic(name, title, label, one, other, _standardised(one, other, *spread))
    asked = _asked(responses, name)
    for kind, rows in ((UNASKED, ~asked), (UNANSWERED, asked)):
        lacking = rows & values.isna().to_numpy()
        one, other = (Share(int(lacking[part].sum())) for part in (chosen, ~chosen))
        if one.n or other.n:
            yield Characteristic(name, title, kind, one, other, math.nan)


def _asked(responses: Responses, name: str) -> NDArray[np.bool_]:
    """Return whom the routing shows a question; everybody for what is no question."""
    items = (item for item in responses.instrument.items if name in item.columns)
    item = next(items, None)
    return np.ones(responses.n_respondents, bool) if item is None else responses.asked(item)


def _values(responses: Responses, name: str) -> pd.Series:
    """Return a variable of everybody; missing for whatever reason is NaN or None."""
    if name in responses.answers:
        return responses.values([name])[name]
    if name in responses.instrument.columns:  # a column that the file did not have
        return pd.Series(np.nan, index=responses.answers.index)
    return variable_table(responses, (name,))[name]


def _labelled(instrument: Instrument, name: str, values: pd.Series) -> pd.Series | None:
    """Return labels of categories, in their order; None for numbers."""
    item = next((item for item in instrument.items if item.id == name), None)
    if item is not None and item.kind == "single" and item.responses is not None:
        labels = {option.value: str(option.label) for option in item.responses.options}
        coded = pd.Categorical(values.map(labels), list(dict.fromkeys(labels.values())))
        return pd.Series(coded, index=values.index)
    if pd.api.types.is_numeric_dtype(values):
        return None
    common = list(values.value_counts().index[:MOST_CATEGORIES])
    rare = values.notna() & ~values.isin(common)
    categories = [*common, *([OTHERS] if rare.any() else [])]
    return pd.Series(pd.Categorical(values.mask(rare, OTHERS), categories), index=values.index)


def _mean(numbers: pd.Series) -> Share:
    return Share(int(numbers.notna().sum()), float(numbers.mean()), float(numbers.std()))


def _share(labels: pd.Series, label: str) -> Share:
    n, answered = int((labels == label).sum()), int(labels.notna().sum())
    return Share(n, n / answered if answered else math.nan)


def _standardised(one: Share, other: Share, *variances: float) -> float:
    """Divide a difference by the root of the mean of two variances."""
    spread = math.sqrt(sum(variances) / 2) if not any(map(math.isnan, variances)) else math.nan
    difference = one.value - other.value
    if spread == 0:
        return 0.0 if difference == 0 else math.nan
    return difference / spread
