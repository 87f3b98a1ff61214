"""From a plan's file to a ``Plan`` with its instrument and hypotheses, or to all its faults."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coprod_stats.errors import Fault, FaultsError
from coprod_stats.instruments.expressions import ExpressionError, names, parse_expression
from coprod_stats.instruments.model import Instrument, InstrumentLookupError
from coprod_stats.instruments.reading import InstrumentError, read_instrument, read_shape
from coprod_stats.instruments.shipped import find_shipped
from coprod_stats.instruments.yaml_source import Location, YamlSource, read_yaml
from coprod_stats.plans.model import HypothesesForm, Hypothesis, PlanForm

HYPOTHESES_FILE = "hypotheses.yaml"


class PlanError(FaultsError):
    """A study plan that cannot be carried out, with all its faults."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A study plan with everything that it names.

    Attributes
    ----------
    form : PlanForm
        What the file says.
    instrument : Instrument
        The questionnaire, in the form that the plan names.
    hypotheses : tuple of Hypothesis
        Those that the plan tests, in its order.
    """

    form: PlanForm
    instrument: Instrument
    hypotheses: tuple[Hypothesis, ...]
    path: Path
    sha256: str

    def beside(self, name: str) -> Path:
        """Find a file that the plan names: beside it, or among the shipped samples."""
        candidate = self.path.parent / name
        return candidate if candidate.is_file() else find_shipped("sample_data", name)


def read_plan(name: str | Path) -> Plan:
    """Read a study plan.

    Parameters
    ----------
    name : str or Path
        Id of a shipped plan, as ``"driver_impact"``, or path of a YAML file.

    Raises
    ------
    PlanError
        If the plan, its instrument or its hypotheses have faults; all of them are given.
    """
    path = find_shipped("analyses", name)
    source = read_yaml(path)
    form, faults = read_shape(PlanForm, source)
    if form is None or faults:
        raise PlanError(faults)
    draft = _Draft(form, source)
    instrument = draft.instrument(path)
    hypotheses = draft.hypotheses(path)
    if instrument is None:
        raise PlanError(draft.faults)
    plan = Plan(form, instrument, hypotheses, path, source.sha256)
    found = [*draft.faults, *_check(plan, draft)]
    if found:
        raise PlanError(found)
    return plan


def read_hypotheses(name: str | Path = HYPOTHESES_FILE) -> tuple[Hypothesis, ...]:
    """Read a file of hypotheses, by default the shipped one.

    Raises
    ------
    PlanError
        If the file has faults; all of them are given.
    """
    content, faults = read_shape(HypothesesForm, read_yaml(find_shipped("analyses", name)))
    if content is None or faults:
        raise PlanError(faults)
    return content.hypotheses


class _Draft:
    """A plan whose parts are being found, with the faults met on the way."""

    def __init__(self, form: PlanForm, source: YamlSource) -> None:
        self.form, self.source = form, source
        self.faults: list[Fault] = []

    def fault(
        self, code: str, location: Location, found: str, remedy: str, place: str = ""
    ) -> Fault:
        place = place or ".".join(str(step) for step in location)
        return Fault(code, found, remedy, self.source.file, self.source.line(location), place)

    def instrument(self, path: Path) -> Instrument | None:
        beside = path.parent / self.form.instrument
        try:
            found = read_instrument(beside if beside.is_file() else self.form.instrument)
            return found.for_form(self.form.form)
        except InstrumentError as error:
            self.faults += error.faults
        except InstrumentLookupError as error:
            self.faults.append(self.fault("PLAN-001", ("form",), str(error), "Name one of these."))
        return None

    def hypotheses(self, path: Path) -> tuple[Hypothesis, ...]:
        wanted = self.form.model.hypotheses
        shared = self._shared(path) if any(isinstance(entry, str) for entry in wanted) else {}
        found: list[Hypothesis] = []
        for position, entry in enumerate(wanted):
            if isinstance(entry, Hypothesis):
                found.append(entry)
            elif entry in shared:
                found.append(shared[entry])
            else:
                self.faults.append(
                    self.fault(
                        "PLAN-002", ("model", "hypotheses", position),
                        f"there is no hypothesis '{entry}'",
                        f"Correct the id, write it out, or add it to {HYPOTHESES_FILE}.",
                    )
                )  # fmt: skip
        return tuple(found)

    def _shared(self, path: Path) -> dict[str, Hypothesis]:
        beside = path.parent / HYPOTHESES_FILE
        file = beside if beside.is_file() else find_shipped("analyses", HYPOTHESES_FILE)
        content, faults = read_shape(HypothesesForm, read_yaml(file))
        self.faults += faults
        return {entry.id: entry for entry in content.hypotheses} if content else {}


def _check(plan: Plan, draft: _Draft) -> Iterator[Fault]:
    yield from _check_names(plan, draft)
    yield from _check_columns(plan, draft)
    yield from _check_respondents(plan, draft)


def _check_names(plan: Plan, draft: _Draft) -> Iterator[Fault]:
    scales = {scale.id for scale in plan.instrument.scales}
    listed = ", ".join(sorted(scales)) or "none"
    for key, given in (
        ("factors", plan.form.model.factors),
        ("reliability", plan.form.reliability),
    ):
        location: Location = ("model", key) if key == "factors" else (key,)
        for position, name in enumerate(given):
            if name not in scales:
                yield draft.fault(
                    "PLAN-003", (*location, position), f"the form has no scale '{name}'",
                    f"It has: {listed}.",
                )  # fmt: skip
    known = scales | set(plan.instrument.columns)
    known |= {index.id for index in plan.instrument.indices}
    known |= {derived.id for derived in plan.instrument.derived}
    for position, hypothesis in enumerate(plan.hypotheses):
        for name in (hypothesis.predictor, hypothesis.outcome):
            if name not in known:
                yield draft.fault(
                    "PLAN-004", ("model", "hypotheses", position),
                    f"'{name}' is neither a scale nor an item, index or derived variable",
                    "Correct the name, or choose a form that has it.",
                    f"hypothesis {hypothesis.id}",
                )  # fmt: skip
    for position, name in enumerate(plan.form.model.covariates):
        if name not in known:
            yield draft.fault(
                "PLAN-004", ("model", "covariates", position),
                f"'{name}' is neither a scale nor an item, index or derived variable",
                "Correct the name.",
            )  # fmt: skip
    ids = [hypothesis.id for hypothesis in plan.hypotheses]
    for id in sorted({id for id in ids if ids.count(id) > 1}):
        yield draft.fault(
            "PLAN-005", ("model", "hypotheses"), f"hypothesis '{id}' stands twice", "Remove one."
        )


def _check_columns(plan: Plan, draft: _Draft) -> Iterator[Fault]:
    columns = plan.form.model.columns
    confirmatory = [column for column in columns if column.role == "confirmatory"]
    if len(confirmatory) != 1:
        yield draft.fault(
            "PLAN-006", ("model", "columns"),
            f"{len(confirmatory)} columns are confirmatory", "Make exactly one of them so.",
        )  # fmt: skip
    ids = [column.column for column in columns]
    for position, column in enumerate(columns):
        location: Location = ("model", "columns", position)
        if ids.index(column.column) != position:
            yield draft.fault(
                "PLAN-007", location, f"a second column '{column.column}'", "Rename one of them."
            )
        for number, part in enumerate(column.subgroups):
            for name in part.hypotheses:
                if name not in {hypothesis.id for hypothesis in plan.hypotheses}:
                    yield draft.fault(
                        "PLAN-011", (*location, "subgroups", number),
                        f"the plan does not test hypothesis '{name}'", "Correct the id.",
                    )  # fmt: skip
        if column.cluster is not None and column.cluster not in plan.instrument.columns:
            yield draft.fault(
                "PLAN-008", (*location, "cluster"), f"there is no column '{column.cluster}'",
                "Name a column of the instrument.",
            )  # fmt: skip


def _check_respondents(plan: Plan, draft: _Draft) -> Iterator[Fault]:
    rule = plan.instrument.classification
    known = {name for name, _ in rule.classes} | {rule.otherwise} if rule else set()
    places: list[tuple[Location, tuple[str, ...], str | None]] = [
        (("respondents",), plan.form.respondents.classes, plan.form.respondents.where)
    ]
    for position, column in enumerate(plan.form.model.columns):
        location: Location = ("model", "columns", position)
        places.append((location, (), column.where))
        places += [
            ((*location, "subgroups", number), (), part.where)
            for number, part in enumerate(column.subgroups)
        ]
        if column.respondents is not None:
            places.append(
                ((*location, "respondents"), column.respondents.classes, column.respondents.where)
            )
    for location, classes, where in places:
        for name in classes:
            if name not in known:
                yield draft.fault(
                    "PLAN-009", (*location, "classes"), f"nobody is classified as '{name}'",
                    f"The instrument has: {', '.join(sorted(known)) or 'no classification'}.",
                )  # fmt: skip
        if where is not None:
            yield from _check_condition(plan, draft, (*location, "where"), where)


def _check_condition(plan: Plan, draft: _Draft, location: Location, text: str) -> Iterator[Fault]:
    try:
        used = names(parse_expression(text))
    except ExpressionError as error:
        yield draft.fault("PLAN-010", location, str(error), "Mend the expression.")
        return
    known = {
        *plan.instrument.columns,
        *(item.id for item in plan.instrument.items),
        *(derived.id for derived in plan.instrument.derived),
    }
    for name in used:
        if name not in known:
            yield draft.fault(
                "PLAN-010", location, f"there is no item or variable '{name}'", "Correct the id."
            )
