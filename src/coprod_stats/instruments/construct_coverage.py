"""Coverage of each construct of the article: by a question, an index, a plan, or not yet."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from coprod_stats.counts import listed
from coprod_stats.instruments.model import Construct, Instrument

Status = Literal["covered", "partly", "planned", "missing"]
_SIDES = ("citizen", "provider")


@dataclass(frozen=True, slots=True)
class ConstructEvidence:
    """What covers one construct.

    Attributes
    ----------
    status : str
        ``covered``: in every questionnaire whose respondents it concerns, or in a plan; ``partly``:
        not in all of them; ``planned``: only a later analysis will use it; ``missing``.
    items, computed, columns : tuple of str
        Questions, scales or indices, and columns without a question, such as ``citizen.QUA1``.
    steps : tuple of str
        Plans that analyse it.
    lacking : tuple of str
        Questionnaires that should measure it and do not.
    """

    construct: Construct
    status: Status
    items: tuple[str, ...]
    computed: tuple[str, ...]
    columns: tuple[str, ...]
    steps: tuple[str, ...]
    lacking: tuple[str, ...]

    @property
    def summary(self) -> str:
        """Summarise in one line what covers it."""
        if self.status == "planned":
            return self.construct.planned
        found = (*self.items, *self.columns, *self.computed)
        words = [listed(found, 4)]
        words += [f"plan {step}" for step in self.steps]
        words += [f"not in {name}" for name in self.lacking if self.status != "covered"]
        return "; ".join(filter(None, words))


def construct_coverage(
    instruments: Sequence[Instrument], *, plans: Collection[str] = ()
) -> tuple[ConstructEvidence, ...]:
    """Report where each construct of the shared file is covered.

    Parameters
    ----------
    instruments : sequence of Instrument
        Questionnaires that share a file of constructs, with all their modules.
    plans : collection of str
        Ids of the plans that are run; a construct that names another plan is not covered by it.

    Returns
    -------
    tuple of ConstructEvidence
        In the order of the file of constructs.
    """
    constructs = {entry.code: entry for one in instruments for entry in one.constructs}
    return tuple(_evidence(entry, instruments, plans) for entry in constructs.values())


def measured_codes(instrument: Instrument) -> frozenset[str]:
    """Return the constructs that a question, scale, index or column of a questionnaire measures."""
    return frozenset(
        construct.code
        for construct in instrument.constructs
        if any(next(find(instrument, construct), "") for find in (_items, _computed, _columns))
    )


def _evidence(
    construct: Construct, instruments: Sequence[Instrument], plans: Collection[str]
) -> ConstructEvidence:
    items, computed, columns = (
        tuple(f"{one.id}.{name}" for one in instruments for name in find(one, construct))
        for find in (_items, _computed, _columns)
    )
    steps = tuple(step for step in construct.steps if step in plans)
    found = {name.partition(".")[0] for name in (*items, *computed, *columns)}
    wanted = [one.id for one in instruments if concerns(construct, one)]
    lacking = tuple(name for name in wanted if name not in found)
    status: Status = "covered"
    if lacking and not steps:
        status = "planned" if construct.planned else "partly" if found else "missing"
    return ConstructEvidence(construct, status, items, computed, columns, steps, lacking)


def concerns(construct: Construct, instrument: Instrument) -> bool:
    """Return whether a construct is about the respondents of a questionnaire.

    The article's two sides have a questionnaire each; any other one measures all that its own file
    of constructs states.
    """
    return construct.respondent in (instrument.id, "both") or instrument.id not in _SIDES


def _items(instrument: Instrument, construct: Construct) -> Iterator[str]:
    scaled = {
        id
        for table in instrument.tables
        for scale in table.scales
        if scale.construct.code == construct.code
        for id in scale.items
    }
    for item in (item for table in instrument.tables for item in table.questions):
        if item.id in scaled or construct in item.measures:
            yield item.id


def _computed(instrument: Instrument, construct: Construct) -> Iterator[str]:
    for table in instrument.tables:
        yield from (one.id for one in table.scales if one.construct.code == construct.code)
        yield from (one.id for one in table.indices if one.construct.code == construct.code)


def _columns(instrument: Instrument, construct: Construct) -> Iterator[str]:
    known = {
        *(column.id for column in instrument.administrative),
        *(variable.id for variable in instrument.assigned),
    }
    yield from (column for column in construct.columns if column in known)
