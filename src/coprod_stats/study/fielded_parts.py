"""The parts (waves, languages, modes) that a plan pools, and the gate that they must pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from coprod_stats.errors import Fault
from coprod_stats.instruments.model import Instrument, InstrumentLookupError
from coprod_stats.instruments.score_items import items_behind
from coprod_stats.instruments.source.reading import InstrumentError, read_instrument
from coprod_stats.instruments.source.yaml_source import Location, YamlSource
from coprod_stats.instruments.versions.pooling import (
    Fielding,
    PoolingDecision,
    PoolingError,
    pooling_gate,
)
from coprod_stats.plans.faults import condition_faults, fault_at
from coprod_stats.plans.hypotheses import Hypothesis
from coprod_stats.plans.model import FieldedPart, PlanForm
from coprod_stats.study.used_variables import used_variables


@dataclass(frozen=True, slots=True)
class PooledPart:
    """Answers that were fielded as one part.

    Attributes
    ----------
    file : str
        As named in the plan; ``Plan.beside`` finds it.
    instrument : Instrument
        The version that was fielded, in its form.
    where : str
        Condition that selects the rows of the part from the file; empty for all of them.
    sheet : str or None
        Sheet of a workbook; the first if ``None``.
    """

    label: str
    file: str
    instrument: Instrument
    language: str
    mode: str
    where: str = ""
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """The decision of the gate on the parts of a plan.

    Attributes
    ----------
    not_pooled : tuple of str
        Scales and indices that are not pooled and not used by the plan: they are not scored.
    """

    decision: PoolingDecision
    not_pooled: tuple[str, ...]


class PartsDraft:
    """The parts of a plan while being read, with the faults found."""

    def __init__(self, form: PlanForm, source: YamlSource) -> None:
        self.form, self.source = form, source
        self.faults: list[Fault] = []

    def parts(
        self, path: Path, questionnaire: Instrument, modules: Sequence[str]
    ) -> tuple[PooledPart, ...]:
        """Read the version of the questionnaire that each part was fielded with.

        Parameters
        ----------
        path : Path
            The plan's file.
        questionnaire : Instrument
            The plan's questionnaire in all its forms.
        modules : sequence of str
            Modules to insert.
        """
        data = self.form.data
        found: list[PooledPart] = []
        if (data.file is None) == (not data.parts):
            self._fault(
                "PLAN-012",
                ("data",),
                "answers come either from one 'file' or from 'parts'",
                "State one of the two.",
            )
        if data.accept and not data.parts:
            self._fault(
                "PLAN-012",
                ("data", "accept"),
                "there are no parts to pool",
                "State 'parts', or remove 'accept'.",
            )
        for position, entry in enumerate(data.parts):
            here: Location = ("data", "parts", position)
            if entry.part in {part.label for part in found}:
                self._fault(
                    "PLAN-013", here, f"part '{entry.part}' occurs twice", "Rename one of them."
                )
                continue
            instrument = self._fielded(entry, here, path, questionnaire, modules)
            if instrument is not None:
                language = entry.language or instrument.languages[0]
                found.append(
                    PooledPart(
                        entry.part,
                        entry.file,
                        instrument,
                        language,
                        entry.mode,
                        entry.where or "",
                        entry.sheet,
                    )
                )
        return tuple(found)

    def _fielded(
        self,
        entry: FieldedPart,
        here: Location,
        path: Path,
        questionnaire: Instrument,
        modules: Sequence[str],
    ) -> Instrument | None:
        version = questionnaire
        if entry.instrument is not None:
            beside = path.parent / entry.instrument
            try:
                version = read_instrument(
                    beside if beside.is_file() else entry.instrument, modules=modules
                )
            except InstrumentError as error:
                self.faults += error.faults
                return None
        try:
            instrument = version.for_form(entry.form or self.form.form)
        except InstrumentLookupError as error:
            self._fault("PLAN-001", here, str(error), "Name one of these.")
            return None
        if entry.language is not None and entry.language not in instrument.languages:
            self._fault(
                "PLAN-014",
                here,
                f"part '{entry.part}' was answered in "
                f"'{entry.language}', which its questionnaire does not have",
                f"It has: {', '.join(instrument.languages)}.",
            )
        where: Location = (*here, "where")
        self.faults += condition_faults(self.source, where, entry.where, instrument)
        return instrument

    def gate(
        self,
        parts: Sequence[PooledPart],
        instrument: Instrument,
        hypotheses: Sequence[Hypothesis],
    ) -> Gate:
        """Compare the parts; an obstacle to pooling a variable of the plan is a fault.

        Parameters
        ----------
        parts : sequence of PooledPart
        instrument : Instrument
            The plan's questionnaire in its form.
        hypotheses : sequence of Hypothesis
        """
        fieldings = [Fielding(s.label, s.instrument, s.language, s.mode) for s in parts]
        if all(not _same(part.instrument, instrument) for part in parts):
            first = parts[0]
            spoken = first.language in instrument.languages
            language = first.language if spoken else instrument.languages[0]
            fieldings.append(Fielding("the plan", instrument, language, first.mode))
        known = [*(s.id for s in instrument.scales), *(i.id for i in instrument.indices)]
        wanted = used_variables(self.form, hypotheses, instrument)
        variables = [name for name in wanted if name not in known]
        behind = {id: items_behind(instrument, [id]) for id in variables}
        accepted = self.form.data.accept
        try:
            decision = pooling_gate(fieldings, accepted=accepted, variables=behind)
        except PoolingError as error:
            self._fault(
                "POOL-002",
                ("data", "accept"),
                str(error),
                "Remove the obstacles that no longer exist.",
            )
            decision = pooling_gate(fieldings, variables=behind)
        shut: dict[str, list[str]] = {}
        for obstacle in decision.blocked:
            if obstacle.scale in wanted and obstacle.name not in accepted:
                shut.setdefault(f"{obstacle.name}\0{obstacle.reason}", []).append(obstacle.scale)
        for key, touched in shut.items():
            name, reason = key.split("\0")
            self._fault(
                "POOL-001",
                ("data", "parts"),
                f"'{name}' prevents pooling of {', '.join(touched)}: {reason.rstrip('.')}",
                "Analyse the parts separately, or accept the obstacle by this name under "
                "'accept', with the reason.",
            )
        open_ = set(decision.open)
        return Gate(decision, tuple(id for id in known if id not in open_))

    def _fault(self, code: str, location: Location, found: str, remedy: str) -> None:
        self.faults.append(fault_at(self.source, code, location, found, remedy))


def without_scores(instrument: Instrument, ids: Iterable[str]) -> Instrument:
    """Return a questionnaire in which some scales and indices are not scored."""
    gone = set(ids)
    return replace(
        instrument,
        scales=tuple(scale for scale in instrument.scales if scale.id not in gone),
        indices=tuple(index for index in instrument.indices if index.id not in gone),
    )


def _same(one: Instrument, other: Instrument) -> bool:
    return (one.sha256, one.forms[0].id) == (other.sha256, other.forms[0].id)
