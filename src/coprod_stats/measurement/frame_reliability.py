"""Alpha and omega of the columns of a data frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.confidence_level import check_conf_level
from coprod_stats.counts import counted
from coprod_stats.errors import CoprodError
from coprod_stats.latent_models.frames import column_names
from coprod_stats.measurement.categorical_omega import (
    fit_ordered_factor,
    fitted_categorical_omega,
)
from coprod_stats.measurement.frame_columns import number_columns
from coprod_stats.measurement.one_factor_omega import OneFactorError
from coprod_stats.measurement.scale_reliability import (
    Coefficient,
    Missing,
    coefficients_of_covariances,
    coefficients_of_one_factor,
)
from coprod_stats.results import NotebookTables

if TYPE_CHECKING:
    from narwhals.stable.v2.typing import IntoDataFrame

FloatArray = NDArray[np.float64]


class ReliabilityError(CoprodError):
    """Items whose reliability cannot be estimated."""


@dataclass(frozen=True, slots=True)
class ItemReliability(NotebookTables):
    """A reliability coefficient of the sum of several items.

    Parameters
    ----------
    coefficient : Coefficient
    n_items : int
    conf_level : float
        Of the interval.
    proper : bool
        Whether the model behind the coefficient converged with no negative residual variance.
    notes : tuple of str
        Caveats, with reasons.
    """

    coefficient: Coefficient
    n_items: int
    conf_level: float
    proper: bool
    notes: tuple[str, ...]

    @property
    def estimate(self) -> float:
        """The coefficient as a number."""
        return self.coefficient.estimate

    def tidy(self) -> pd.DataFrame:
        """One row."""
        names = ("term", "estimate", "std_error", "conf_low", "conf_high", "n_obs")
        row = {name: getattr(self.coefficient, name) for name in names}
        return pd.DataFrame([row | {"n_items": self.n_items}])

    def glance(self) -> pd.DataFrame:
        """Return one row: what the coefficient is based on, and whether the solution is proper."""
        return pd.DataFrame(
            {
                "n_obs": [self.coefficient.n_obs],
                "n_items": [self.n_items],
                "conf_level": [self.conf_level],
                "proper": [self.proper],
                "notes": ["; ".join(self.notes)],
            }
        )

    def __str__(self) -> str:
        found = self.coefficient
        interval = (
            "" if np.isnan(found.conf_low) else f" [{found.conf_low:.3f}, {found.conf_high:.3f}]"
        )
        head = f"{found.term} {found.estimate:.3f}{interval}"
        return "\n".join(
            [
                f"{head}, {counted(self.n_items, 'item')}, {counted(found.n_obs, 'respondent')}",
                *self.notes,
            ]
        )


def alpha(
    data: IntoDataFrame,
    items: Sequence[str] | None = None,
    *,
    missing: Missing = "pairwise",
    conf_level: float = 0.95,
) -> ItemReliability:
    """Compute Cronbach's alpha with Feldt's interval.

    Parameters
    ----------
    data : DataFrame
        Of pandas, polars or PyArrow: a row per respondent, items scored in the same direction.
    items : sequence of str, optional
        Columns; all by default.
    missing : {"pairwise", "listwise"}
        Whether covariances use the available cases of each pair of items or complete rows only.
    conf_level : float

    Raises
    ------
    ReliabilityError
        If the data are not a data frame, a column is absent or holds a value that is not a finite
        number, alpha cannot be computed, or an option is not admissible.
    """
    check_reliability_options(missing, conf_level)
    answers, names = _answers(data, items)
    answered = ~np.isnan(answers)
    used = answers[answered.any(axis=1) if missing == "pairwise" else answered.all(axis=1)]
    coefficients, notes = coefficients_of_covariances(used, conf_level)
    if not coefficients:
        raise ReliabilityError(f"no alpha: {notes[0]}")
    return ItemReliability(coefficients[0], len(names), conf_level, True, notes)


def omega(
    data: IntoDataFrame,
    items: Sequence[str] | None = None,
    *,
    ordered: bool = False,
    conf_level: float = 0.95,
) -> ItemReliability:
    """Compute omega from a one-factor model of complete rows.

    Parameters
    ----------
    data, items
        As in :func:`alpha`.
    ordered : bool
        Whether the items are ordered categories. The factor is then fitted to their latent
        responses, and omega is that of the sum of the answers (Green & Yang, 2009), without
        interval.
    conf_level : float

    Raises
    ------
    ReliabilityError
        If the data are not a data frame, a column is absent or holds a value that is not a finite
        number, the model cannot be estimated, or the confidence level is not between 0 and 1.
    """
    check_conf_level(conf_level, error=ReliabilityError)
    answers, names = _answers(data, items)
    if len(names) < 3:
        raise ReliabilityError(f"omega needs three or more items, not {len(names)}")
    complete = answers[~np.isnan(answers).any(axis=1)]
    if ordered:
        return _of_ordered(complete, names, conf_level)
    return _of_numbers(complete, conf_level)


def check_reliability_options(missing: Missing, conf_level: float) -> None:
    """Refuse unknown ways with missing answers, and levels that are not between 0 and 1.

    Raises
    ------
    ReliabilityError
    """
    if missing not in get_args(Missing):
        known = ", ".join(get_args(Missing))
        raise ReliabilityError(f"unknown missing {missing!r}; expected one of {known}")
    check_conf_level(conf_level, error=ReliabilityError)


def _of_numbers(complete: FloatArray, conf_level: float) -> ItemReliability:
    fit, coefficients, note = coefficients_of_one_factor(complete, conf_level)
    if fit is None:
        raise ReliabilityError(note)
    none = Coefficient("omega", np.nan, len(complete))
    coefficient = coefficients[0] if coefficients else none
    return ItemReliability(
        coefficient, complete.shape[1], conf_level, not note, (note,) if note else ()
    )


def _of_ordered(complete: FloatArray, names: tuple[str, ...], conf_level: float) -> ItemReliability:
    try:
        fit = fit_ordered_factor(complete, names)
    except OneFactorError as error:
        raise ReliabilityError(f"no omega: {error}") from error
    value = fitted_categorical_omega(fit) if fit.converged else np.nan
    notes = tuple(f"{warning.code} {warning.message}" for warning in fit.warnings)
    coefficient = Coefficient("omega", value, len(complete))
    return ItemReliability(coefficient, complete.shape[1], conf_level, fit.proper, notes)


def _answers(
    data: IntoDataFrame, items: Sequence[str] | None
) -> tuple[FloatArray, tuple[str, ...]]:
    names = tuple(column_names(data, error=ReliabilityError) if items is None else items)
    if not names:
        raise ReliabilityError("no items were named")
    columns = number_columns(data, names, error=ReliabilityError)
    return np.column_stack([columns[name] for name in names]), names
