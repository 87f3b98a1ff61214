"""The parts of a fit stored as JSON that a comparison reads, checked before they are used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from coprod_stats.latent_models.errors import LatentModelError

_SHOWN = 3
"""Faults of a document that a message lists."""


class _Stored(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class StoredOption(_Stored):
    """The value of an option that was used."""

    used: str | int | float | bool | None = None


class StoredParameter(_Stored):
    """The kind of a parameter."""

    op: str


class StoredData(_Stored):
    """The file of the data."""

    file: str
    sha256: str
    instrument: str | None = None


class StoredFit(_Stored):
    """A fit as ``coprod sem --json`` writes it, as far as a comparison needs it."""

    converged: bool
    estimator: str
    engine: str
    n_obs: Annotated[int, Field(ge=0)]
    n_groups: Annotated[int, Field(ge=1)]
    observed: list[str]
    parameters: list[StoredParameter]
    fit: dict[str, FiniteFloat]
    asked_and_used: dict[str, StoredOption]
    specification: dict[str, Any]
    data: StoredData | None = None


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
    try:
        return StoredFit.model_validate(document)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        listed = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults]
        more = f"; and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
        raise LatentModelError(
            f"{name}: no JSON of a fit, as coprod sem --json writes it ("
            f"{'; '.join(listed[:_SHOWN])}{more})"
        ) from error
