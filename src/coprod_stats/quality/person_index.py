"""An index per respondent, with a reason wherever it could not be computed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class PersonIndex:
    """An index of careless responding for each respondent.

    Parameters
    ----------
    name : str
        Name of the index, such as ``longstring``.
    values : ndarray, shape (n_persons,)
        The index; NaN where ``reasons`` states why it is missing.
    reasons : tuple of str, length n_persons
        Empty where the index was computed.
    n_items : int
        Number of items that it was computed from.
    scope : str
        The part of the form that it covers; empty for all items given.
    unavailable : str
        Why it cannot be computed on this form at all; empty where it can.
    """

    name: str
    values: FloatArray
    reasons: tuple[str, ...]
    n_items: int
    scope: str = ""
    unavailable: str = ""

    def __post_init__(self) -> None:
        if len(self.reasons) != self.values.shape[0]:
            raise ValueError("expected one reason per respondent, empty where there is a value")
        missing = np.flatnonzero(np.isnan(self.values)).tolist()
        if not all(map(self.reasons.__getitem__, missing)):
            raise ValueError(f"{self.name}: a value is missing without a reason")

    @property
    def computed(self) -> BoolArray:
        """Whether there is a value, shape (n_persons,)."""
        return ~np.isnan(self.values)


def person_index(
    name: str,
    values: FloatArray,
    *,
    n_items: int,
    reasons: dict[str, BoolArray],
    scope: str = "",
) -> PersonIndex:
    """Label index values, with NaN where a reason rules them out.

    Parameters
    ----------
    name : str
        Name of the index.
    values : ndarray, shape (n_persons,)
        The index where it could be computed, anything elsewhere.
    n_items : int
        Number of items that it was computed from.
    reasons : dict of str to ndarray of bool, shape (n_persons,)
        The respondents to whom each reason applies; the first that applies is kept.
    scope : str
        The part of the form that it covers.
    """
    why = np.full(values.shape[0], "", dtype=object)
    for reason, applies in reversed(reasons.items()):
        why[applies] = reason
    kept = np.where(why == "", values, np.nan)
    return PersonIndex(name, kept, tuple(why.tolist()), n_items, scope)


def unavailable_index(
    name: str, reason: str, *, n_persons: int, n_items: int = 0, scope: str = ""
) -> PersonIndex:
    """Return an index that cannot be computed on this form, for the reason given."""
    nothing = np.full(n_persons, np.nan)
    return PersonIndex(name, nothing, (reason,) * n_persons, n_items, scope, unavailable=reason)
