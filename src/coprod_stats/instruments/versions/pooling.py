"""The gate before answers to several versions, languages or modes are pooled."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from coprod_stats.errors import CoprodError
from coprod_stats.instruments.model import Instrument, Item, TranslationStatus
from coprod_stats.instruments.score_items import score_items
from coprod_stats.instruments.versions.comparison import EFFECTS, Change, compare


class PoolingError(CoprodError):
    """Answers that may not be pooled."""


@dataclass(frozen=True, slots=True)
class Fielding:
    """One fielding of a questionnaire: a version in a language and a mode.

    Attributes
    ----------
    label : str
        Name of the wave or part, such as ``wave 1``.
    language : str
        Language of the answers.
    mode : str
        ``web``, ``paper``, ``telephone`` or ``face to face``.
    """

    label: str
    instrument: Instrument
    language: str
    mode: str = "web"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A reason against pooling a scale.

    Attributes
    ----------
    scale : str
        Scale, index, or other variable that the analysis uses.
    name : str
        Name by which a plan accepts it, such as ``wording QUA1 wave 1 / wave 2``.
    """

    scale: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class PoolingDecision:
    """Which scales may be pooled.

    Attributes
    ----------
    open : tuple of str
        Scales without obstacles, or with accepted ones only.
    blocked : tuple of Obstacle
        Obstacles that are not accepted.
    accepted : tuple of Obstacle
        Obstacles that the plan accepts by name; the report lists them.
    """

    open: tuple[str, ...]
    blocked: tuple[Obstacle, ...]
    accepted: tuple[Obstacle, ...]


def pooling_gate(
    fieldings: Sequence[Fielding],
    *,
    accepted: Collection[str] = (),
    variables: Mapping[str, Collection[str]] | None = None,
) -> PoolingDecision:
    """Decide which scales may be pooled across fieldings, and what blocks the others.

    Changes between versions that break or threaten comparability, translations that are missing,
    outdated or not validated, and different modes each block the scales that they affect, until
    the plan accepts the obstacle by name.

    Parameters
    ----------
    fieldings : sequence of Fielding
        At least one.
    accepted : collection of str
        Names of obstacles that the plan accepts.
    variables : mapping of str to collection of str, optional
        Variables that the analysis uses beside scales and indices, and the items behind each: a
        change that affects no score can affect these.

    Raises
    ------
    PoolingError
        If there is no fielding, or an accepted name is not an obstacle: such a plan was written
        for other data.
    """
    if not fieldings:
        raise PoolingError("there is nothing to pool")
    used = variables or {}
    obstacles = tuple(dict.fromkeys(_obstacles(fieldings, used)))
    if stray := sorted(set(accepted) - {obstacle.name for obstacle in obstacles}):
        raise PoolingError(f"the plan accepts what is not an obstacle here: {', '.join(stray)}")
    blocked = tuple(entry for entry in obstacles if entry.name not in accepted)
    shut = {entry.scale for entry in blocked}
    scores = dict.fromkeys(id for one in fieldings for id in (*_scores(one.instrument), *used))
    return PoolingDecision(
        open=tuple(id for id in scores if id not in shut),
        blocked=blocked,
        accepted=tuple(entry for entry in obstacles if entry.name in accepted),
    )


def _obstacles(
    fieldings: Sequence[Fielding], used: Mapping[str, Collection[str]]
) -> Iterator[Obstacle]:
    for one, other in combinations(fieldings, 2):
        between = f"{one.label} / {other.label}"
        yield from _version_obstacles(one, other, between, used)
        if one.mode != other.mode:
            for score in dict.fromkeys((*_scores(one.instrument), *used)):
                yield Obstacle(score, f"mode {between}", f"{one.mode} and {other.mode}")
    if len({fielding.language for fielding in fieldings}) > 1:
        for fielding in fieldings:
            yield from _language_obstacles(fielding, used)


def _version_obstacles(
    one: Fielding, other: Fielding, between: str, used: Mapping[str, Collection[str]]
) -> Iterator[Obstacle]:
    spoken = {one.language, other.language}
    for change in compare(one.instrument, other.instrument):
        unseen = change.language and change.language not in spoken
        if EFFECTS[change.kind][0] == "harmless" or unseen:
            continue
        touched = _touched(change, used)
        for scale in touched:
            reason = str(replace(change, scales=touched))
            yield Obstacle(scale, f"{change.kind} {change.place} {between}", reason)


def _touched(change: Change, used: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    beside = (name for name, items in used.items() if change.place in items)
    return tuple(dict.fromkeys((*change.scales, *beside)))


def _language_obstacles(
    fielding: Fielding, used: Mapping[str, Collection[str]]
) -> Iterator[Obstacle]:
    instrument, language = fielding.instrument, fielding.language
    if language == instrument.languages[0]:
        return
    items = {item.id: item for item in instrument.items}
    for scale, ids in (score_items(instrument) | dict(used)).items():
        for id in ids:
            status = _status(items[id], language) if id in items else "validated"
            if status != "validated":
                yield Obstacle(
                    scale,
                    f"translation {language} {status} {fielding.label}",
                    f"items of {scale} in '{language}' are {status}",
                )


def _status(item: Item, language: str) -> TranslationStatus:
    return dict(item.translations).get(language, "missing")


def _scores(instrument: Instrument) -> Iterator[str]:
    yield from (scale.id for scale in instrument.scales)
    yield from (index.id for index in instrument.indices)
