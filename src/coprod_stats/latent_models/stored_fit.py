"""The parts of a fit stored as JSON that a comparison reads, checked before they are used."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from coprod_stats.latent_models.errors import LatentModelError

_SHOWN = 3
"""Faults of a document that a message lists."""


@dataclass(frozen=True, slots=True)
class StoredFit:
    """A fit as ``coprod sem --json`` writes it, as far as a comparison needs it.

    Parameters
    ----------
    converged : bool
    estimator, engine : str
    n_obs, n_groups : int
    observed : frozenset of (int, str)
        Group and name of the variables.
    operators : frozenset of str
        Of the parameters.
    measures : mapping of str to float
        Test and fit indices.
    used : mapping of str to value
        Options as used.
    specification : mapping
        Not checked further here.
    data : mapping of str to str, optional
        Name and SHA-256 of the file of data, and the questionnaire by which it was read.
    """

    converged: bool
    estimator: str
    engine: str
    n_obs: int
    n_groups: int
    observed: frozenset[tuple[int, str]]
    operators: frozenset[str]
    measures: Mapping[str, float]
    used: Mapping[str, Any]
    specification: Mapping[str, Any]
    data: Mapping[str, str] | None


def stored_fit(name: str, document: Mapping[str, Any]) -> StoredFit:
    """Read a document.

    Parameters
    ----------
    name : str
        For messages.
    document : mapping

    Raises
    ------
    LatentModelError
        Naming the first parts that are absent or of another type.
    """
    faults = [
        f"{part}: {kind.words} is needed"
        for part, kind in _PARTS.items()
        if not kind.accepts(document.get(part))
    ]
    if "data" in document and not _is_data(document["data"]):
        faults.append("data: the name and SHA-256 of a file are needed")
    if faults:
        more = f"; and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        raise LatentModelError(
            f"{name}: no JSON of a fit, as coprod sem --json writes it "
            f"({'; '.join(faults[:_SHOWN])}{more})"
        )
    plain = ("converged", "estimator", "engine", "n_obs", "n_groups", "specification")
    return StoredFit(
        **{part: document[part] for part in plain},
        observed=_observed(document),
        operators=frozenset(row["op"] for row in document["parameters"]),
        measures=document["fit"],
        used={option: entry.get("used") for option, entry in document["asked_and_used"].items()},
        data=document.get("data"),
    )


def _observed(document: Mapping[str, Any]) -> frozenset[tuple[int, str]]:
    """Find the variables of each group by its parameters, among which are all variances."""
    names = set(document["observed"])
    return frozenset(
        (int(row["group"]), name)
        for row in document["parameters"]
        for name in (row.get("lhs"), row.get("rhs"))
        if _is_count(row.get("group")) and _is_text(name) and name in names
    )


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a part of a document must be."""

    words: str
    accepts: Callable[[Any], bool]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_data(value: object) -> bool:
    if not isinstance(value, Mapping):
        return False
    known = all(_is_text(value.get(part)) for part in ("file", "sha256"))
    return known and _is_text(value.get("instrument", ""))


def _list_of(accepts: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(accepts, value))


def _mapping_of(accepts: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, Mapping) and all(map(accepts, value.values()))


_TEXT = _Kind("a text", _is_text)
_COUNT = _Kind("a whole number", _is_count)
_PARTS: Mapping[str, _Kind] = {
    "converged": _Kind("true or false", lambda value: isinstance(value, bool)),
    "estimator": _TEXT,
    "engine": _TEXT,
    "n_obs": _COUNT,
    "n_groups": _COUNT,
    "observed": _Kind("a list of names", _list_of(_is_text)),
    "parameters": _Kind(
        "a list of parameters",
        _list_of(lambda row: isinstance(row, Mapping) and _is_text(row.get("op"))),
    ),
    "fit": _Kind("a mapping of numbers", _mapping_of(_is_number)),
    "asked_and_used": _Kind(
        "a mapping of options", _mapping_of(lambda entry: isinstance(entry, Mapping))
    ),
    "specification": _Kind("a mapping", lambda value: isinstance(value, Mapping)),
}
