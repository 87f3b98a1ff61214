"""What a form of a questionnaire can test, and which constructs it does not measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from coprod_stats.instruments.construct_coverage import concerns, measured_codes
from coprod_stats.instruments.model import Construct, Instrument, Scale

MIN_LATENT_ITEMS = 3
"""A factor with fewer items is not identified by itself."""


class Relation(Protocol):
    """A hypothesised relation, as in plans: the codes of two constructs."""

    @property
    def id(self) -> str: ...  # noqa: D102

    @property
    def predictor(self) -> str: ...  # noqa: D102

    @property
    def outcome(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class FormCoverage:
    """What a form can and cannot test.

    Attributes
    ----------
    testable : tuple of str
        Relations between two scales of three or more items, or with an index as outcome.
    untestable : tuple of (str, str)
        The other relations, each with the codes of the constructs that prevent a test.
    latent_scales : tuple of Scale
        Scales of three or more items.
    short_scales : tuple of Scale
        Scales of one or two items: scored, but not latent variables by themselves.
    thin_constructs : tuple of (Construct, int)
        Constructs meant as latent variables with single indicators only, and how many.
    unmeasured : tuple of Construct
        Constructs of the shared file that concern its respondents, and that no question or column
        of this form measures; without those that a plan or a later analysis takes up.
    """

    testable: tuple[str, ...]
    untestable: tuple[tuple[str, str], ...]
    latent_scales: tuple[Scale, ...]
    short_scales: tuple[Scale, ...]
    thin_constructs: tuple[tuple[Construct, int], ...]
    unmeasured: tuple[Construct, ...]


def form_coverage(instrument: Instrument, relations: Sequence[Relation] = ()) -> FormCoverage:
    """Describe what an instrument, usually one form of it, can test.

    Relations with constructs that are not in the instrument's file of constructs are omitted.
    """
    codes = {construct.code for construct in instrument.constructs}
    measured = measured_codes(instrument)
    latent = tuple(scale for scale in instrument.scales if len(scale.items) >= MIN_LATENT_ITEMS)
    modelled = {scale.construct.code for scale in latent}
    scaled = {scale.construct.code for scale in instrument.scales}
    single = [construct.code for item in instrument.items for construct in item.measures]
    computed = {index.construct.code for index in instrument.indices}
    obstacles = {
        relation.id: [
            code
            for code, found in (
                (relation.predictor, modelled),
                (relation.outcome, modelled | (computed - scaled)),
            )
            if code not in found
        ]
        for relation in relations
        if {relation.predictor, relation.outcome} <= codes
    }
    return FormCoverage(
        testable=tuple(id for id, missing in obstacles.items() if not missing),
        untestable=tuple((id, ", ".join(missing)) for id, missing in obstacles.items() if missing),
        latent_scales=latent,
        short_scales=tuple(scale for scale in instrument.scales if scale not in latent),
        thin_constructs=tuple(
            (construct, single.count(construct.code))
            for construct in instrument.constructs
            if construct.measure.startswith("reflective")
            and 0 < single.count(construct.code) < MIN_LATENT_ITEMS
            and construct.code not in scaled
        ),
        unmeasured=tuple(
            construct
            for construct in instrument.constructs
            if concerns(construct, instrument)
            and not (construct.code in measured or construct.steps or construct.planned)
        ),
    )
