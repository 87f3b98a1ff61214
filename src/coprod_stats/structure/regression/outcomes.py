"""Outcomes coded for each family."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_numeric_dtype

from coprod_stats.counts import counted
from coprod_stats.literals import RegressionFamily
from coprod_stats.structure.errors import StructureError


@dataclass(frozen=True, slots=True)
class Outcome:
    """An outcome (n_obs,): numbers, counts, 0/1, or ranks from 0, with labels of categories.

    Categories are those of a binary outcome (the second is the event) or an ordinal one.
    """

    values: NDArray[np.float64]
    categories: tuple[str, ...] = ()


def code_outcome(values: pd.Series, *, family: RegressionFamily, name: str) -> Outcome:
    """Check an outcome and code it for a family.

    Raises
    ------
    StructureError
        If it is text or unordered categories, does not vary, or does not suit the family: two
        values, three or more ordered ones, whole numbers from 0.
    """
    if family in ("binomial", "ordinal"):
        return _categories(values, name=name, n_expected=2 if family == "binomial" else None)
    if not is_numeric_dtype(values):
        raise StructureError(
            f"the outcome {name} must be numeric for the family {family} "
            f"(first value: {values.iloc[0]!r})"
        )
    numbers = values.to_numpy(dtype=float)
    if np.ptp(numbers) == 0:
        raise StructureError(f"the outcome {name} is constant in the complete rows")
    if family != "gaussian" and ((numbers < 0) | (numbers != np.floor(numbers))).any():
        raise StructureError(
            f"the outcome {name} must hold counts (0, 1, 2, …) for the family {family}"
        )
    return Outcome(numbers)


def _categories(values: pd.Series, *, name: str, n_expected: int | None) -> Outcome:
    if isinstance(values.dtype, pd.CategoricalDtype):
        if not values.cat.ordered:
            raise StructureError(
                f"the outcome {name} is text or unordered categories: "
                "use numbers, or categories whose order is declared"
            )
        counts = values.value_counts(sort=False)
        empty = [str(label) for label, count in counts.items() if count == 0]
        if empty:
            raise StructureError(
                f"categories of the outcome {name} without complete rows: {', '.join(empty)}; "
                "pool or remove them"
            )
        codes = values.cat.codes.to_numpy(dtype=float)
        labels = tuple(str(label) for label in values.cat.categories)
    else:
        numbers, codes = np.unique(values.to_numpy(dtype=float), return_inverse=True)
        labels = tuple(f"{number:.15g}" for number in numbers)
    found = len(labels)
    if n_expected is not None and found != n_expected:
        raise StructureError(
            f"the outcome {name} has {counted(found, 'value')} in the complete rows: "
            "the family binomial needs 2"
        )
    if n_expected is None and found < 3:
        raise StructureError(
            f"the outcome {name} has {counted(found, 'value')} in the complete rows: "
            "the family ordinal needs 3 or more"
        )
    return Outcome(np.asarray(codes, dtype=float), labels)
