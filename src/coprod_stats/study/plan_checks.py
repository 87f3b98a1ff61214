"""What the parts of a plan mean together: names that must exist, roles that must be filled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from coprod_stats.errors import Fault
from coprod_stats.instruments.model import Instrument
from coprod_stats.instruments.source.yaml_source import Location, YamlSource
from coprod_stats.plans.faults import condition_faults, fault_at
from coprod_stats.plans.model import Hypothesis, PlanForm, Respondents


def check_plan(
    form: PlanForm,
    instrument: Instrument,
    hypotheses: tuple[Hypothesis, ...],
    source: YamlSource,
) -> Iterator[Fault]:
    """Return all faults of a plan whose instrument and hypotheses could be read."""
    check = _Check(form, instrument, hypotheses, source)
    yield from check.scales()
    yield from check.variables()
    yield from check.hypothesis_ids()
    yield from check.columns()
    yield from check.subgroups()
    yield from check.respondents()


@dataclass(frozen=True, slots=True)
class _Check:
    """A plan held against its instrument."""

    form: PlanForm
    instrument: Instrument
    hypotheses: tuple[Hypothesis, ...]
    source: YamlSource

    def fault(self, code: str, location: Location, found: str, remedy: str) -> Fault:
        return fault_at(self.source, code, location, found, remedy)

    def scales(self) -> Iterator[Fault]:
        known = [scale.id for scale in self.instrument.scales]
        given: list[tuple[Location, tuple[str, ...]]] = [
            (("model", "factors"), self.form.model.factors),
            (("reliability",), self.form.reliability),
        ]
        for location, wanted in given:
            for position, name in enumerate(wanted):
                if name not in known:
                    yield self.fault(
                        "PLAN-003",
                        (*location, position),
                        f"the form has no scale '{name}'",
                        f"It has: {', '.join(known) or 'none'}.",
                    )

    def variables(self) -> Iterator[Fault]:
        instrument = self.instrument
        known = {*instrument.columns, *(scale.id for scale in instrument.scales)}
        known |= {index.id for index in instrument.indices}
        known |= {derived.id for derived in instrument.derived}
        for position, hypothesis in enumerate(self.hypotheses):
            for name in (hypothesis.predictor, hypothesis.outcome):
                if name not in known:
                    yield self.fault(
                        "PLAN-004",
                        ("model", "hypotheses", position),
                        f"{hypothesis.id}: '{name}' is neither a scale nor an item, index or "
                        "derived variable",
                        "Correct the name, or choose a form that has it.",
                    )
        for position, name in enumerate(self.form.model.covariates):
            if name not in known:
                yield self.fault(
                    "PLAN-004",
                    ("model", "covariates", position),
                    f"'{name}' is neither a scale nor an item, index or derived variable",
                    "Correct the name.",
                )

    def hypothesis_ids(self) -> Iterator[Fault]:
        ids = [hypothesis.id for hypothesis in self.hypotheses]
        for position, id in enumerate(ids):
            if id in ids[:position]:
                yield self.fault(
                    "PLAN-005",
                    ("model", "hypotheses", position),
                    f"hypothesis '{id}' stands twice",
                    "Remove one.",
                )

    def columns(self) -> Iterator[Fault]:
        columns = self.form.model.columns
        confirmatory = sum(column.role == "confirmatory" for column in columns)
        if confirmatory != 1:
            yield self.fault(
                "PLAN-006",
                ("model", "columns"),
                f"{confirmatory} columns are confirmatory",
                "Make exactly one of them so.",
            )
        ids = [column.column for column in columns]
        for position, column in enumerate(columns):
            location: Location = ("model", "columns", position)
            if column.column in ids[:position]:
                yield self.fault(
                    "PLAN-007",
                    location,
                    f"a second column '{column.column}'",
                    "Rename one of them.",
                )
            if column.cluster is not None and column.cluster not in self.instrument.columns:
                yield self.fault(
                    "PLAN-008",
                    (*location, "cluster"),
                    f"there is no column '{column.cluster}'",
                    "Name a column of the instrument.",
                )

    def subgroups(self) -> Iterator[Fault]:
        known = {hypothesis.id for hypothesis in self.hypotheses}
        for position, column in enumerate(self.form.model.columns):
            for number, part in enumerate(column.subgroups):
                location: Location = ("model", "columns", position, "subgroups", number)
                yield from self._condition((*location, "where"), part.where)
                for name in part.hypotheses:
                    if name not in known:
                        yield self.fault(
                            "PLAN-011",
                            location,
                            f"the plan does not test hypothesis '{name}'",
                            "Correct the id.",
                        )

    def respondents(self) -> Iterator[Fault]:
        yield from self._selection(("respondents",), self.form.respondents)
        for position, column in enumerate(self.form.model.columns):
            location: Location = ("model", "columns", position)
            yield from self._condition((*location, "where"), column.where)
            if column.respondents is not None:
                yield from self._selection((*location, "respondents"), column.respondents)

    def _selection(self, location: Location, respondents: Respondents) -> Iterator[Fault]:
        rule = self.instrument.classification
        known = [*(name for name, _ in rule.classes), rule.otherwise] if rule else []
        for name in respondents.classes:
            if name not in known:
                yield self.fault(
                    "PLAN-009",
                    (*location, "classes"),
                    f"nobody is classified as '{name}'",
                    f"The instrument has: {', '.join(known) or 'no classification'}.",
                )
        yield from self._condition((*location, "where"), respondents.where)

    def _condition(self, location: Location, text: str | None) -> Iterator[Fault]:
        return condition_faults(self.source, location, text, self.instrument)
