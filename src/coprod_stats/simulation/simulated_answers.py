"""Answers drawn from a population, in the questionnaire's own codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.instruments.assignment import (
    draw_levels,
    draw_points,
    draw_ranks,
    settle_choices,
)
from coprod_stats.instruments.language.tree import words_compared
from coprod_stats.instruments.model import DONT_KNOW, NOT_ANSWERED, Instrument, Item
from coprod_stats.simulation.departure_checks import loaded_items
from coprod_stats.simulation.dependent_answers import (
    cut_into_codes,
    dont_know_shares,
    draw_propensity,
)
from coprod_stats.simulation.population import (
    PopulationForm,
    factor_correlation,
    path_matrix,
    residual_covariance,
)
from coprod_stats.simulation.population_reading import respondent_column
from coprod_stats.simulation.routed_answers import routed_answers
from coprod_stats.simulation.typed_answers import draw_moments, draw_normal, draw_numbers

FloatArray = NDArray[np.float64]
SOMETHING_ELSE = "something else"
"""What respondents write beside "other", and where conditions compare what they write, unless the
population says so."""


@dataclass(frozen=True, eq=False, slots=True)
class SimulatedAnswers:
    """Synthetic answers, with the respondents made careless.

    Attributes
    ----------
    answers : DataFrame, (n_rows, n_columns)
        Canonical columns.
    careless : tuple of str
        Ids of the respondents who were made careless.
    """

    answers: pd.DataFrame
    careless: tuple[str, ...]


def simulate_answers(
    population: PopulationForm, instrument: Instrument, *, n_rows: int, rng: np.random.Generator
) -> SimulatedAnswers:
    """Draw synthetic answers.

    Latent variables are normal, items are their ordered categories, routing is the instrument's:
    what a respondent is not asked stays blank.

    Parameters
    ----------
    population : PopulationForm
        Checked against the instrument (``read_population``).
    instrument : Instrument
        The questionnaire, in one form.
    n_rows : int
        Number of respondents.
    rng : numpy.random.Generator
        Source of randomness.
    """
    draw = _Draw(population, instrument, n_rows, rng)
    table = draw.administrative()
    table |= draw.single_answers()
    latent = draw.latent()
    table |= draw.scale_answers(latent, table)
    table |= draw.selected_answers(latent, table)
    careless = draw.careless(table)
    frame = pd.DataFrame({column: table[column] for column in instrument.columns})
    frame.index = pd.RangeIndex(2, n_rows + 2, name="line")
    return SimulatedAnswers(
        routed_answers(draw.with_gaps(frame, careless), instrument, rng=rng),
        tuple(str(id) for id in frame.loc[careless, draw.id_column()]),
    )


class _Draw:
    """One sample being drawn, step by step, from one source of randomness."""

    def __init__(
        self, population: PopulationForm, instrument: Instrument, n: int, rng: np.random.Generator
    ) -> None:
        self.population, self.instrument, self.n, self.rng = population, instrument, n, rng
        shares = [group.share for group in population.groups.values()]
        self.group = rng.choice(list(population.groups), size=n, p=shares)
        scales = [instrument.scale(name) for name in population.loadings]
        self.in_scales = {id for scale in scales for id in scale.items}
        self.words = words_compared(instrument.expressions)
        clusters = population.clusters
        self.cluster = rng.integers(clusters.count, size=n) if clusters else np.zeros(n, dtype=int)
        self.responses: dict[str, FloatArray] = {}

    def id_column(self) -> str:
        return respondent_column(self.instrument)

    def administrative(self) -> dict[str, object]:
        table: dict[str, object] = {}
        width = len(str(self.n))
        for column in self.instrument.administrative:
            table[column.id] = self._by_name(column.id, column.kind == "number")
        for variable in self.instrument.assigned:
            table[variable.id] = draw_levels(variable, n_respondents=self.n, rng=self.rng)
        table[self.id_column()] = [f"S{row:0{width}d}" for row in range(1, self.n + 1)]
        if self.population.clusters:
            table[self.population.clusters.column] = [f"M{code + 1:03d}" for code in self.cluster]
        return table

    def _by_name(self, column: str, numeric: bool) -> object:
        if variants := self.population.variants.get(column):
            shares = [variant.share for variant in variants.values()]
            return self.rng.choice(list(variants), size=self.n, p=shares)
        if column in self.population.numbers:
            return draw_normal(self.population.numbers[column], n_respondents=self.n, rng=self.rng)
        if column in self.population.texts:
            return self.rng.choice(self.population.texts[column], size=self.n)
        return np.full(self.n, np.nan) if numeric else np.full(self.n, "", dtype=object)

    def single_answers(self) -> dict[str, object]:
        table: dict[str, object] = {}
        for item in self.instrument.questions:
            if item.id in self.in_scales:
                continue
            if item.kind == "multiple":
                ticks = np.column_stack([self._coded(column, (0, 1)) for column in item.columns])
                settled = settle_choices(item, ticks, rng=self.rng)
                table |= dict(zip(item.columns, settled.T, strict=True))
            elif item.kind in ("rank", "allocate"):
                table |= self._joint(item)
            elif item.kind == "number":
                form = self.population.numbers.get(item.id)
                table[item.id] = draw_numbers(item, form, n_respondents=self.n, rng=self.rng)
            elif item.kind in ("date", "time"):
                table[item.id] = self._moments(item)
            elif item.kind == "text":
                table[item.id] = self._text(item)
            elif item.attention_pass is not None:
                table[item.id] = np.full(self.n, float(item.attention_pass))
            elif item.responses is not None:
                codes = item.responses.all_options
                table[item.id] = self._coded(item.id, tuple(option.value for option in codes))
        return table

    def _text(self, item: Item) -> object:
        """Draw texts of the population, or those with which conditions compare, or others."""
        words = self.words.get(item.id, ())
        if item.id in self.population.texts or not (words or item.specifies is not None):
            return self._by_name(item.id, False)
        if not words:
            return np.full(self.n, SOMETHING_ELSE, dtype=object)
        return self.rng.choice(np.array([*words, SOMETHING_ELSE], dtype=object), size=self.n)

    def _joint(self, item: Item) -> dict[str, FloatArray]:
        n_options = len(item.columns)
        if item.kind == "rank":
            drawn = draw_ranks(
                n_respondents=self.n, n_options=n_options, top=item.top or n_options, rng=self.rng
            )
        else:
            drawn = draw_points(
                n_respondents=self.n, n_options=n_options, total=item.total or 1, rng=self.rng
            )
        return dict(zip(item.columns, drawn.T, strict=True))

    def _coded(self, column: str, codes: tuple[int, ...]) -> FloatArray:
        answers = np.empty(self.n)
        for name in self.population.groups:
            members = self.group == name
            shares = self._weights(name, column, codes)
            answers[members] = self.rng.choice(codes, size=int(members.sum()), p=shares)
        return answers

    def _weights(self, group: str, column: str, codes: tuple[int, ...]) -> FloatArray:
        """Return the share of each code of a column in a group."""
        own = self.population.groups[group].answers.get(column)
        weights = own or self.population.answers.get(column)
        chosen = np.array([weights.get(code, 0.0) if weights else 1.0 for code in codes])
        return np.asarray(chosen / chosen.sum())

    def _moments(self, item: Item) -> object:
        if item.id in self.population.texts:
            return self._by_name(item.id, False)
        return draw_moments(item, n_respondents=self.n, rng=self.rng)

    def latent(self) -> dict[str, FloatArray]:
        factors, correlation = factor_correlation(self.population)
        scores = self._two_level(correlation)
        outcomes = tuple(self.population.paths)
        residuals = self._two_level(residual_covariance(self.population))
        predicted = scores @ path_matrix(self.population, factors).T + residuals
        return dict(zip((*factors, *outcomes), np.hstack([scores, predicted]).T, strict=True))

    def _two_level(self, covariance: FloatArray) -> FloatArray:
        """Draw normal scores with variance between and within clusters, (n, n_variables)."""
        root = np.linalg.cholesky(covariance).T
        within = self.rng.standard_normal((self.n, len(covariance))) @ root
        if self.population.clusters is None:
            return within
        icc = self.population.clusters.icc
        between = self.rng.standard_normal((self.population.clusters.count, len(covariance))) @ root
        return np.asarray(np.sqrt(icc) * between[self.cluster] + np.sqrt(1 - icc) * within)

    def scale_answers(
        self, latent: dict[str, FloatArray], known: dict[str, object]
    ) -> dict[str, object]:
        table: dict[str, object] = {}
        shared = self._shared_by_method()
        for name, loadings in self.population.loadings.items():
            for id, usual in zip(self.instrument.scale(name).items, loadings, strict=True):
                item = self.instrument.item(id)
                sign = -1.0 if item.reverse else 1.0
                common, method = shared.get(id, (0.0, 0.0))
                loading, intercept = self._measured(id, usual, known)
                unique = np.sqrt(1 - loading**2 - method) * self.rng.standard_normal(self.n)
                response = sign * (loading * latent[name] + common + intercept) + unique
                self.responses[id] = sign * response
                table[id] = self._categories(item, response)
        return table

    def _measured(
        self, id: str, usual: float, known: dict[str, object]
    ) -> tuple[FloatArray, FloatArray]:
        """Return loading and intercept of an item by respondent, as the variants have them."""
        loading, intercept = np.full(self.n, usual), np.zeros(self.n)
        for column, variants in self.population.variants.items():
            for value, variant in variants.items():
                members = np.asarray(known[column]) == value
                loading[members] = variant.loadings.get(id, usual)
                for name, added in variant.intercepts.items():
                    if id in loaded_items(self.population, self.instrument, name):
                        intercept[members] += added
        return loading, intercept

    def selected_answers(
        self, latent: dict[str, FloatArray], table: dict[str, object]
    ) -> dict[str, object]:
        """Draw the answers that depend on factors; choices keep to what their question allows."""
        drawn: dict[str, object] = {}
        for item in self.instrument.questions:
            selected = [name for name in item.columns if name in self.population.selection]
            if not selected:
                continue
            assert item.responses is not None
            options = tuple(option.value for option in item.responses.all_options)
            codes = (0, 1) if item.kind == "multiple" else options
            for column in selected:
                drawn[column] = self._by_propensity(column, codes, latent)
            if item.kind == "multiple":
                by_column = table | drawn
                ticks = [np.asarray(by_column[name], dtype=float) for name in item.columns]
                settled = settle_choices(item, np.column_stack(ticks), rng=self.rng)
                drawn |= dict(zip(item.columns, settled.T, strict=True))
        return drawn

    def _by_propensity(
        self, column: str, codes: tuple[int, ...], latent: dict[str, FloatArray]
    ) -> FloatArray:
        propensity = draw_propensity(self.population, column, latent, rng=self.rng)
        answers = np.empty(self.n)
        for name in self.population.groups:
            members = self.group == name
            shares = self._weights(name, column, codes)
            answers[members] = cut_into_codes(propensity[members], codes, shares)
        return answers

    def _shared_by_method(self) -> dict[str, tuple[FloatArray, float]]:
        """Return what method factors add to each item, and the variance of that."""
        shared: dict[str, tuple[FloatArray, float]] = {}
        for loadings in self.population.method_factors.values():
            scores = self.rng.standard_normal(self.n)
            for name, loading in loadings.items():
                for id in self._items_of(name):
                    added, variance = shared.get(id, (np.zeros(self.n), 0.0))
                    shared[id] = (added + loading * scores, variance + loading**2)
        return shared

    def _items_of(self, name: str) -> tuple[str, ...]:
        """Return the items of a scale, or the one item of this name."""
        in_scale = name in self.population.loadings
        return self.instrument.scale(name).items if in_scale else (name,)

    def _categories(self, item: Item, response: FloatArray) -> FloatArray:
        # half a second to import
        from scipy.stats import norm

        assert item.responses is not None
        codes = np.array(item.responses.values, dtype=float)
        shares = self.population.shares.get(item.responses.id, [1.0] * len(codes))
        if item.reverse:
            shares = shares[::-1]
        cuts = norm.ppf(np.cumsum(shares)[:-1] / np.sum(shares))
        return codes[np.searchsorted(cuts, response)]

    def _ratings(self) -> list[Item]:
        """Return the rows of grids and the items of scales."""
        items = (item for item in self.instrument.questions if item.kind == "single")
        return [item for item in items if item.in_grid or item.id in self.in_scales]

    def careless(self, table: dict[str, object]) -> NDArray[np.bool_]:
        form = self.population.careless
        if form is None:
            return np.zeros(self.n, dtype=bool)
        chosen = self.rng.random(self.n) < form.share
        straight = chosen & (self.rng.random(self.n) < 0.5)
        favourite = self.rng.random(self.n)
        for item in self._ratings():
            assert item.responses is not None
            codes = np.array(item.responses.values, dtype=float)
            random = self.rng.choice(codes, size=self.n)
            same = codes[(favourite * len(codes)).astype(int)]
            answer = np.where(straight, same, random)
            if item.attention_pass is not None:
                passed = self.rng.random(self.n) < form.attention_passed
                answer = np.where(passed, item.attention_pass, answer)
            table[item.id] = np.where(chosen, answer, np.asarray(table[item.id], dtype=float))
        seconds = self.instrument.administrative_column("seconds")
        if seconds is not None:
            usual = np.asarray(table[seconds], dtype=float)
            quick = draw_normal(form.seconds, n_respondents=self.n, rng=self.rng)
            table[seconds] = np.where(chosen, np.maximum(quick, 20), usual)
        return chosen

    def with_gaps(self, frame: pd.DataFrame, careless: NDArray[np.bool_]) -> pd.DataFrame:
        """Replace some ratings of careful respondents with don't know and unanswered."""
        gaps = frame.copy()
        for item in self._ratings():
            if item.attention_pass is not None:
                continue
            luck = self.rng.random(self.n)
            luck[careless] = 1.0
            dont_know = dont_know_shares(
                self.population, self.instrument, item, frame, self.responses.get(item.id)
            )
            silent = (luck >= dont_know) & (luck < dont_know + self.population.unanswered)
            for chosen, code in ((luck < dont_know, DONT_KNOW), (silent, NOT_ANSWERED)):
                if chosen.any():
                    gaps.loc[chosen, item.id] = code
        return gaps
