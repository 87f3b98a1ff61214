"""Reading a plan's file into a ``Plan`` with its instrument and hypotheses, or all its faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coprod_stats.errors import Fault, FaultsError
from coprod_stats.instruments.model import Instrument, InstrumentLookupError
from coprod_stats.instruments.shipped import find_shipped
from coprod_stats.instruments.source.reading import InstrumentError, read_instrument, read_shape
from coprod_stats.instruments.source.yaml_source import YamlSource, read_yaml
from coprod_stats.plans.faults import fault_at
from coprod_stats.plans.hypotheses import HypothesesFile, Hypothesis
from coprod_stats.plans.model import PlanForm
from coprod_stats.study.fielded_parts import Gate, PartsDraft, PooledPart, without_scores
from coprod_stats.study.plan_checks import check_plan
from coprod_stats.study.plan_grammar import plan_grammar
from coprod_stats.suggestions import did_you_mean

HYPOTHESES_FILE = "hypotheses.yaml"


class PlanError(FaultsError):
    """A study plan that cannot be carried out, with all its faults."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A study plan with everything that it names.

    Attributes
    ----------
    form : PlanForm
        The contents of the file.
    questionnaire : Instrument
        The questionnaire in all its forms.
    instrument : Instrument
        The questionnaire in the form that the plan names.
    hypotheses : tuple of Hypothesis
        Those that the plan tests, in its order.
    parts : tuple of PooledPart
        Waves, languages or modes that the plan pools; empty where it has one file.
    gate : Gate, optional
        The decision on pooling them; scales that are not pooled are not scored.
    """

    form: PlanForm
    questionnaire: Instrument
    instrument: Instrument
    hypotheses: tuple[Hypothesis, ...]
    path: Path
    sha256: str
    parts: tuple[PooledPart, ...] = ()
    gate: Gate | None = None

    def beside(self, name: str) -> Path:
        """Find a file that the plan names: in its folder, or among the shipped samples."""
        candidate = self.path.parent / name
        return candidate if candidate.is_file() else find_shipped("sample_data", name)


def read_plan(name: str | Path, *, modules: Sequence[str] = ()) -> Plan:
    """Read a study plan.

    Parameters
    ----------
    name : str or Path
        Id of a shipped plan, such as ``"driver_impact"``, or path of a YAML file.
    modules : sequence of str
        Modules to insert into its questionnaire.

    Raises
    ------
    PlanError
        If the plan, its instrument or its hypotheses have faults; all are listed.
    """
    path = find_shipped("analyses", name)
    source = read_yaml(path)
    form, faults = read_shape(plan_grammar(), source)
    if form is None or faults:
        raise PlanError(faults)
    draft = _Draft(form, source)
    questionnaire = draft.questionnaire(path, modules)
    instrument = draft.in_form(questionnaire)
    hypotheses = draft.hypotheses(path)
    if questionnaire is None or instrument is None:
        raise PlanError(draft.faults)
    fielded = PartsDraft(form, source)
    parts = fielded.parts(path, questionnaire, modules)
    found = [*draft.faults, *check_plan(form, instrument, hypotheses, source), *fielded.faults]
    if found:
        raise PlanError(found)
    gate = fielded.gate(parts, instrument, hypotheses) if parts else None
    if fielded.faults:
        raise PlanError(fielded.faults)
    instrument = without_scores(instrument, gate.not_pooled if gate else ())
    return Plan(form, questionnaire, instrument, hypotheses, path, source.sha256, parts, gate)


def read_hypotheses(name: str | Path = HYPOTHESES_FILE) -> tuple[Hypothesis, ...]:
    """Read a file of hypotheses, by default the shipped one.

    Raises
    ------
    PlanError
        If the file has faults; all are listed.
    """
    content, faults = read_shape(HypothesesFile, read_yaml(find_shipped("analyses", name)))
    if content is None or faults:
        raise PlanError(faults)
    return content.hypotheses


class _Draft:
    """A plan while being read, with the faults found."""

    def __init__(self, form: PlanForm, source: YamlSource) -> None:
        self.form, self.source = form, source
        self.faults: list[Fault] = []

    def questionnaire(self, path: Path, modules: Sequence[str]) -> Instrument | None:
        beside = path.parent / self.form.instrument
        name = beside if beside.is_file() else self.form.instrument
        try:
            return read_instrument(name, modules=modules)
        except InstrumentError as error:
            self.faults += error.faults
            return None

    def in_form(self, questionnaire: Instrument | None) -> Instrument | None:
        try:
            return questionnaire and questionnaire.for_form(self.form.form)
        except InstrumentLookupError as error:
            fault = fault_at(self.source, "PLAN-001", ("form",), str(error), "Name one of these.")
            self.faults.append(fault)
            return None

    def hypotheses(self, path: Path) -> tuple[Hypothesis, ...]:
        wanted = self.form.hypotheses
        shared = self._shared(path) if any(isinstance(entry, str) for entry in wanted) else {}
        found: list[Hypothesis] = []
        for position, entry in enumerate(wanted):
            if isinstance(entry, Hypothesis):
                found.append(entry)
            elif entry in shared:
                found.append(shared[entry])
            else:
                fault = fault_at(
                    self.source,
                    "PLAN-002",
                    ("hypotheses", position),
                    f"there is no hypothesis '{entry}'",
                    f"{did_you_mean(entry, shared)}Correct the id, write it out, or add it to "
                    f"{HYPOTHESES_FILE}.",
                )
                self.faults.append(fault)
        return tuple(found)

    def _shared(self, path: Path) -> dict[str, Hypothesis]:
        beside = path.parent / HYPOTHESES_FILE
        file = beside if beside.is_file() else find_shipped("analyses", HYPOTHESES_FILE)
        content, faults = read_shape(HypothesesFile, read_yaml(file))
        self.faults += faults
        return {entry.id: entry for entry in content.hypotheses} if content else {}
