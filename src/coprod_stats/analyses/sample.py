"""The answers that a study analyses, and the respondents of each analysis."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from coprod_stats.errors import CoprodError
from coprod_stats.instruments.model import Instrument
from coprod_stats.instruments.nominal import nominal_items
from coprod_stats.plans.hypotheses import Hypothesis
from coprod_stats.plans.model import DesignOption, PlanForm, RespondentChoice, Respondents
from coprod_stats.quality import FLAG_RULES, Flags, flag_careless
from coprod_stats.responses.table import Responses
from coprod_stats.scoring import keyed_answers, score


class NoRespondentsError(CoprodError):
    """An analysis whose conditions nobody fulfils."""


@dataclass(frozen=True, eq=False, slots=True)
class ChosenRespondents:
    """Respondents selected by a rule, and which of them are flagged as careless."""

    chosen: Responses
    flags: Flags

    @property
    def careful(self) -> Responses:
        """Respondents who are not flagged."""
        return self.chosen.subset(~self.flags.flagged)


@dataclass(frozen=True, eq=False, slots=True)
class StudySample:
    """The source of respondents and variables of every analysis of a plan.

    Attributes
    ----------
    responses : Responses
        All respondents whose rows were kept.
    classes : Series
        Class of each of them.
    planned : ChosenRespondents
        The plan's respondents.
    hypotheses : tuple of Hypothesis
        Those that the analysis tests.
    """

    plan: PlanForm
    instrument: Instrument
    responses: Responses
    classes: pd.Series
    planned: ChosenRespondents
    hypotheses: tuple[Hypothesis, ...] = ()

    def of(self, hypotheses: tuple[Hypothesis, ...]) -> StudySample:
        """Return the sample for an analysis of some hypotheses."""
        return replace(self, hypotheses=hypotheses)

    def respondents(self, choice: RespondentChoice) -> Responses:
        """Return the respondents chosen; flagged ones only if the plan or the choice keeps them."""
        chosen = self.planned
        if choice.respondents is not None:
            chosen = choose(choice.respondents, self.plan, self.responses, self.classes)
        everyone = choice.include_flagged or not self.plan.quality.exclude_flagged
        found = chosen.chosen if everyone else chosen.careful
        return found if choice.where is None else found.subset(found.where(choice.where))

    def some(self, choice: RespondentChoice) -> Responses:
        """Return whom an estimate is about.

        Raises
        ------
        NoRespondentsError
            If that is nobody.
        """
        found = self.respondents(choice)
        if not found.n_respondents:
            raise NoRespondentsError("the conditions on respondents select nobody")
        return found

    def design(self, option: DesignOption, choice: RespondentChoice) -> str | None:
        """Return the plan's column of weights or clusters, unless the choice excludes it."""
        column: str | None = None if option in choice.without else getattr(self.plan, option)
        return column

    def covariates(self, choice: RespondentChoice) -> tuple[str, ...]:
        """Return the plan's covariates, unless the choice excludes them."""
        return () if "covariates" in choice.without else self.plan.covariates


def choose(
    rule: Respondents, plan: PlanForm, responses: Responses, classes: pd.Series
) -> ChosenRespondents:
    """Select respondents by class and condition, and flag careless responding among them."""
    keep = np.ones(responses.n_respondents, dtype=bool)
    if rule.classes:
        keep &= classes.isin(rule.classes).to_numpy()
    if rule.where is not None:
        keep &= responses.where(rule.where)
    chosen = responses.subset(keep)
    rules = replace(FLAG_RULES, min_families=plan.quality.flags_needed)
    return ChosenRespondents(chosen, flag_careless(chosen, rules=rules))


def item_table(respondents: Responses, items: tuple[str, ...]) -> pd.DataFrame:
    """Return items scored in the direction of their scales, (n_respondents, n_items)."""
    return keyed_answers(respondents, items)


def variable_table(respondents: Responses, names: tuple[str, ...]) -> pd.DataFrame:
    """Return scale scores, indices, items and derived variables, (n_respondents, n_names).

    Codes of categories without an order are a categorical column, which enters a model as
    indicators.
    """
    scores = score(respondents).augment().drop(columns="respondent")
    others = respondents.numbers([name for name in names if name not in scores.columns])
    nominal = nominal_items(respondents.instrument)
    others = others.astype({name: "category" for name in others.columns if name in nominal})
    return scores.join(others)[list(dict.fromkeys(names))]


def design_column(respondents: Responses, column: str) -> pd.Series:
    """Return a column of weights or clusters; missing where the answers are, in whatever way."""
    return respondents.values([column])[column]
