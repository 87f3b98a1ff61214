"""The search for what is wrong with the answers of one specification."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd

from coprod_stats.analyses.findings import (
    CARELESS_ANSWERS,
    REVERSE_WORDING,
    SELECTED_RESPONDENTS,
    UNKNOWN_ANSWERS,
    UNLIKE_QUESTIONS,
)
from coprod_stats.analyses.paths.counted_unknowns import Answer, with_unknown_as
from coprod_stats.analyses.paths.departures import Departure, Departures
from coprod_stats.analyses.paths.form import PathsForm, SemSpecification
from coprod_stats.analyses.paths.measured import Measured
from coprod_stats.analyses.sample import StudySample, variable_table
from coprod_stats.errors import CoprodError
from coprod_stats.instruments.model import DONT_KNOW, MISSING_CODES
from coprod_stats.instruments.nominal import nominal_items
from coprod_stats.quality.flagged_share import flagged_share
from coprod_stats.responses.table import NOT_ASKED, Responses
from coprod_stats.structure.alternative_paths import AlternativePaths, alternative_paths
from coprod_stats.structure.collinearity import driver_collinearity
from coprod_stats.structure.driver_impact import DriverImpactResult, options_of
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.measurement_invariance import (
    compared_groups,
    fit_measurement_invariance,
)
from coprod_stats.structure.path_changes import PathChange
from coprod_stats.structure.paths_in_groups import (
    PathsInGroups,
    fit_paths_in_groups,
    paths_within_groups,
)
from coprod_stats.structure.selected_respondents import SelectedRespondents, compare_asked
from coprod_stats.structure.unknown_answers import describe_unknown_answers
from coprod_stats.structure.wording_factor import MIN_ITEMS, fit_wording_factor, wording_statement

EXTREMES: tuple[Answer, ...] = ("lowest", "highest")


@dataclass(frozen=True, slots=True)
class DepartureSearch:
    """The search for departures in one specification.

    Parameters
    ----------
    refit : callable
        Returns the paths of other respondents, or of other answers, by the same specification.
    respecify : callable
        Returns the paths of the same respondents by another specification.
    table_of : callable
        Returns the table that the model is fitted to.
    """

    specification: SemSpecification
    form: PathsForm
    sample: StudySample
    respondents: Responses
    tests: DriverImpactResult
    measured: Measured | None
    refit: Callable[[Responses], DriverImpactResult]
    respecify: Callable[[SemSpecification], DriverImpactResult]
    table_of: Callable[[Responses], pd.DataFrame]

    def departures(self) -> Departures:
        """Return everything that is looked for."""
        model = self.measured.model if self.measured else None
        if model is not None and not model.fit.proper:
            model = None
        invariance, not_compared = self._invariance()
        wording, no_wording = self._wording()
        return Departures(
            collinearity=None if model is None else driver_collinearity(self.tests, model),
            careless=self._careless(),
            unknown=self._unknown(),
            wording=wording,
            no_wording=no_wording,
            selected=tuple(self._selected()),
            invariance=invariance,
            not_compared=not_compared,
        )

    def _alternatives(
        self, found: Departure, others: Mapping[str, Callable[[], Responses]]
    ) -> Departure:
        """Add the paths of other respondents or answers, or the reason why there are none."""
        try:
            paths = tuple(
                alternative_paths(title, self.tests, self.refit(answers()))
                for title, answers in others.items()
            )
        except CoprodError as error:
            return replace(found, no_alternatives=str(error))
        return replace(found, alternatives=paths)

    def _careless(self) -> Departure | None:
        flags = self.sample.planned.flags
        share = flagged_share(flags, conf_level=1 - self.tests.rules.alpha)
        if share is None:
            return None
        lines = flags.indices.respondents.index[flags.flagged]
        kept = self.respondents.answers.index.isin(lines)
        found = Departure(share, share.is_harmful, CARELESS_ANSWERS if kept.any() else "")
        if not share.is_harmful:
            return found
        if kept.any():
            title = "without respondents flagged as careless"
            return self._alternatives(found, {title: partial(self.respondents.subset, ~kept)})
        included = self.specification.model_copy(update={"include_flagged": True})
        title = "with respondents flagged as careless"
        return self._alternatives(found, {title: partial(self.sample.respondents, included)})

    def _unknown(self) -> Departure:
        items = self.tests.model.items
        kinds = self.respondents.missing_kinds(list(items))
        unknown = (kinds == MISSING_CODES[DONT_KNOW]).astype(float).mask(kinds == NOT_ASKED)
        scales = {factor.name: factor.items for factor in self.tests.model.factors}
        alpha = self.tests.rules.alpha
        # what they depend on is asked only where there are many
        many = describe_unknown_answers(unknown, scales, pd.DataFrame(), alpha=alpha)
        if not many.frequent:
            return Departure(many, False, UNKNOWN_ANSWERS)
        observed = self._scores().join(self._background())
        answers = describe_unknown_answers(unknown, scales, observed, alpha=alpha)
        found = Departure(answers, bool(answers.dependent), UNKNOWN_ANSWERS)
        if not found.fires:
            return found
        concerned = [item for name in answers.frequent for item in scales[name]]
        return self._alternatives(
            found,
            {
                f"every don't-know as the {extreme} answer": partial(
                    with_unknown_as, self.respondents, concerned, extreme
                )
                for extreme in EXTREMES
            },
        )

    def _wording(self) -> tuple[Departure | None, str]:
        """Return what reverse-worded questions share, or why that is not known."""
        model = self.tests.model
        items = [id for id in model.items if self.sample.instrument.item(id).reverse]
        if len(items) < MIN_ITEMS:
            return None, ""
        try:
            factor = fit_wording_factor(self.table_of(self.respondents), self.tests, items)
        except CoprodError as error:
            return None, str(error)
        found = Departure(factor, factor.is_notable, REVERSE_WORDING)
        if not found.fires:
            return found, ""
        statements = [self.specification.syntax, wording_statement(items)]
        syntax = "\n".join(filter(None, statements))
        try:
            other = self.respecify(self.specification.model_copy(update={"syntax": syntax}))
        except CoprodError as error:
            return replace(found, no_alternatives=str(error)), ""
        title = "with a factor of the reverse-worded questions"
        return replace(found, alternatives=(alternative_paths(title, self.tests, other),)), ""

    def _scores(self) -> pd.DataFrame:
        names = tuple(dict.fromkeys(self.tests.model.names))
        return variable_table(self.respondents, names)

    def _background(self) -> pd.DataFrame:
        """Return the variables by which the plan describes participants."""
        found = {}
        nominal = nominal_items(self.sample.instrument)
        for name in self.sample.plan.participants:
            if name not in self.respondents.answers:
                continue
            values = self.respondents.values([name])[name]
            is_number = pd.api.types.is_numeric_dtype(values) and name not in nominal
            found[name] = values if is_number else values.astype("category")
        return pd.DataFrame(found, index=self.respondents.answers.index)

    def _selected(self) -> Iterator[Departure]:
        for part in self.specification.subgroups:
            asked = self.respondents.where(part.where)
            try:
                found = compare_asked(
                    self._scores(), asked, population=part.population, alpha=self.tests.rules.alpha
                )
            except StructureError:
                continue  # nobody else was asked anything: there is nobody to compare
            yield self._selection(found, self._relations_of(part.hypotheses))

    def _selection(self, found: SelectedRespondents, own: set[str]) -> Departure:
        """Compare the paths to the same outcomes with those among the respondents asked."""
        unlike = {entry.term for entry in found.unlike}
        outcomes = {path.outcome for path in self.tests.paths if path.id in own}
        departure = Departure(
            found,
            bool(unlike & outcomes),
            SELECTED_RESPONDENTS,
            concerned=frozenset(
                path.id for path in self.tests.paths if path.id in own and path.outcome in unlike
            ),
        )
        part = next((p for p in self.tests.subgroups if own & set(p.hypotheses)), None)
        if not departure.fires or part is None:
            return departure
        changes = []
        for path in self.tests.paths:
            if path.outcome in outcomes and path.id not in own:
                row = part.fit.parameter(path.outcome, "~", path.predictor)
                ends = (path.id, path.predictor, path.outcome)
                changes.append(PathChange(*ends, path.beta, row.std_all, row.std_all_se))
        if not changes:
            return departure
        title = f"among {found.population} alone"
        other = AlternativePaths(title, tuple(changes), part.fit.df, self.tests.rules)
        return replace(departure, alternatives=(other,))

    def _relations_of(self, hypotheses: tuple[str, ...]) -> set[str]:
        return {
            relation.id
            for each in self.sample.hypotheses
            for relation in each.relations()
            if relation.hypothesis in hypotheses
        }

    def _invariance(self) -> tuple[tuple[Departure, ...], dict[str, str]]:
        found, reasons = [], {}
        for variable in self.form.invariance:
            try:
                found.append(self._across(variable))
            except CoprodError as error:
                reasons[variable] = str(error)
        return tuple(found), reasons

    def _across(self, variable: str) -> Departure:
        if self.specification.ordered:
            raise StructureError("questions are compared where they are not ordered categories")
        table = self._grouped(self.respondents, variable)
        invariance = fit_measurement_invariance(
            table,
            self.tests.model,
            options_of(self.tests.fit),
            variable=variable,
            alpha=self.tests.rules.alpha,
        )
        found = Departure(invariance, bool(invariance.notable), UNLIKE_QUESTIONS)
        if not found.fires:
            return found
        try:
            everyone = fit_paths_in_groups(table, self.tests, invariance)
            subgroups: dict[str, PathsInGroups] = {}
            for part in self.specification.subgroups:
                some = self.respondents.subset(self.respondents.where(part.where))
                grouped = self._grouped(some, variable)
                fitted = fit_paths_in_groups(grouped, self.tests, invariance)
                subgroups |= dict.fromkeys(self._relations_of(part.hypotheses), fitted)
        except CoprodError as error:
            return replace(found, no_alternatives=str(error))
        paths = paths_within_groups(self.tests, everyone, subgroups, variable=variable)
        return replace(found, alternatives=(paths,))

    def _grouped(self, respondents: Responses, variable: str) -> pd.DataFrame:
        """Return the table of the model with the column of groups, without groups too small."""
        groups = _labelled(respondents, variable)
        table = self.table_of(respondents).assign(**{variable: groups}).dropna(subset=[variable])
        return compared_groups(table.astype({variable: str}), variable)


def _labelled(respondents: Responses, variable: str) -> pd.Series:
    """Return groups by the labels of their answers, or as they are in an administrative column."""
    values = respondents.values([variable])[variable]
    item = next((item for item in respondents.instrument.items if item.id == variable), None)
    if item is None or item.responses is None:
        return values
    return values.map({option.value: str(option.label) for option in item.responses.options})
