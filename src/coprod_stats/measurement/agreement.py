"""Agreement of the members of units: intraclass correlations and r_wg."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coprod_stats.confidence_level import check_conf_level
from coprod_stats.counts import counted
from coprod_stats.measurement.agreement_statistics import (
    OneWayAnova,
    f_ratio_limits,
    icc1,
    icc2,
    one_way_anova,
    uniform_variance,
    within_group_agreement,
)
from coprod_stats.measurement.errors import MeasurementDataError
from coprod_stats.measurement.frame_columns import complete_columns
from coprod_stats.results import NotebookTables

if TYPE_CHECKING:
    from narwhals.stable.v2.typing import IntoDataFrame


@dataclass(frozen=True, slots=True)
class IntraclassCorrelation(NotebookTables):
    """ICC(1) and ICC(2) of one variable.

    Parameters
    ----------
    value, unit : str
        Columns of the values and of the units.
    anova : OneWayAnova
        Mean squares from which the coefficients are computed.
    n_obs, n_units : int
        Values and units analysed.
    n_omitted : int
        Rows without a value or a unit.
    conf_level : float
        Confidence level of the intervals.
    """

    value: str
    unit: str
    anova: OneWayAnova
    n_obs: int
    n_units: int
    n_omitted: int
    conf_level: float

    @property
    def icc1(self) -> float:
        """ICC(1), the proportion of the variance of single answers between units."""
        return icc1(self.anova.f_ratio, self.anova.unit_size)

    @property
    def icc2(self) -> float:
        """ICC(2), the reliability of the unit means."""
        return icc2(self.anova.f_ratio)

    def tidy(self) -> pd.DataFrame:
        """Return one row; ``estimate`` and its interval are those of ICC(1)."""
        low, high = f_ratio_limits(self.anova, self.conf_level)
        return pd.DataFrame(
            {
                "term": [self.value],
                "estimate": [self.icc1],
                "statistic": [self.anova.f_ratio],
                "df": [self.anova.df_between],
                "p_value": [self.anova.p_value],
                "conf_low": [icc1(low, self.anova.unit_size)],
                "conf_high": [icc1(high, self.anova.unit_size)],
                "df_within": [self.anova.df_within],
                "icc1": [self.icc1],
                "icc2": [self.icc2],
                "icc2_conf_low": [icc2(low)],
                "icc2_conf_high": [icc2(high)],
            }
        )

    def glance(self) -> pd.DataFrame:
        """Return one row: numbers of values and units, unit sizes, and omitted rows."""
        return pd.DataFrame(
            {
                "n_obs": [self.n_obs],
                "n_units": [self.n_units],
                "n_omitted": [self.n_omitted],
                "unit_size": [self.anova.unit_size],
                "mean_square_between": [self.anova.between],
                "mean_square_within": [self.anova.within],
                "conf_level": [self.conf_level],
            }
        )

    def __str__(self) -> str:
        columns = ["term", "icc1", "conf_low", "conf_high", "icc2", "statistic", "p_value"]
        table = self.tidy()[columns].to_string(index=False, float_format="{:.3f}".format)
        return f"{table}\n{counted(self.n_obs, 'answer')} in {counted(self.n_units, 'unit')}"


@dataclass(frozen=True, slots=True, eq=False)
class WithinGroupAgreement(NotebookTables):
    """Agreement within each unit on one item or the items of a scale.

    Parameters
    ----------
    items : tuple of str
    unit : str
        Column of the units.
    n_options : int
        Options of the response scale.
    units : DataFrame
        Per unit its name (``term``), ``rwg``, members, and mean variance of the items.
    n_omitted : int
        Rows that lack an answer or the unit.
    omitted_units : tuple of str
        Units with a single member, for which agreement is undefined.
    """

    items: tuple[str, ...]
    unit: str
    n_options: int
    units: pd.DataFrame
    n_omitted: int
    omitted_units: tuple[str, ...]

    def tidy(self) -> pd.DataFrame:
        """Return a row per unit; ``beyond_chance`` marks more variance than by chance."""
        return self.units.copy()

    def glance(self) -> pd.DataFrame:
        """Return one row: the distribution of r_wg over the units, and omitted rows."""
        found = self.units["rwg"]
        return pd.DataFrame(
            {
                "n_units": [len(found)],
                "n_items": [len(self.items)],
                "median": [found.median()],
                "mean": [found.mean()],
                "smallest": [found.min()],
                "largest": [found.max()],
                "n_beyond_chance": [int(self.units["beyond_chance"].sum())],
                "n_omitted": [self.n_omitted],
                "n_units_omitted": [len(self.omitted_units)],
            }
        )

    def __str__(self) -> str:
        columns = ["term", "rwg", "n_obs", "mean_variance"]
        return str(self.units[columns].to_string(index=False, float_format="{:.3f}".format))


def icc(
    df: IntoDataFrame, value: str, unit: str, *, conf_level: float = 0.95
) -> IntraclassCorrelation:
    """Estimate the similarity of answers within units (intraclass correlations).

    ICC(1) is the proportion of variance that units explain, and ICC(2) the reliability of the
    unit means (Bliese, 2000). Both are computed from the one-way ANOVA with random units, whose
    sizes need not be equal.

    Parameters
    ----------
    df : DataFrame
        Of pandas, polars or PyArrow: one row per member. Rows without a value or a unit are
        omitted.
    value, unit : str
        Columns of the values and of the units.
    conf_level : float
        Confidence level of the intervals.

    Raises
    ------
    MeasurementDataError
        If there are fewer than two units, or none with two members, the values do not vary, or
        the confidence level is not between 0 and 1.
    """
    check_conf_level(conf_level, error=MeasurementDataError)
    rows, n_omitted = complete_columns(df, numeric=[value], labels=[unit])
    codes, names = pd.factorize(rows[unit])
    if len(names) < 2 or len(names) == len(rows):
        raise MeasurementDataError(
            f"agreement within units of '{unit}' needs two units, at least one with two members; "
            f"answers: {len(rows)}, units: {len(names)}"
        )
    values = rows[value].to_numpy(dtype=np.float64)
    if np.ptp(values) == 0:
        raise MeasurementDataError(f"'{value}' does not vary, so that units cannot differ")
    return IntraclassCorrelation(
        value=value,
        unit=unit,
        anova=one_way_anova(values, codes),
        n_obs=len(rows),
        n_units=len(names),
        n_omitted=n_omitted,
        conf_level=conf_level,
    )


def rwg(df: IntoDataFrame, items: Sequence[str], unit: str, n_options: int) -> WithinGroupAgreement:
    """Estimate the agreement within each unit, relative to answers at random.

    The null distribution is uniform over the options, the usual and most lenient choice (James,
    Demaree & Wolf, 1984; LeBreton & Senter, 2008, discuss others).

    Parameters
    ----------
    df : DataFrame
        Of pandas, polars or PyArrow: one row per member. Rows that lack an answer or the unit are
        omitted.
    items : sequence of str
        One item, or the items of a scale, scored in the same direction.
    unit : str
        Column of the units.
    n_options : int
        Options of the response scale of the items.

    Raises
    ------
    MeasurementDataError
        If no item is named, there are fewer than two options, the range of the answers exceeds
        them, or no unit has two members.
    """
    if not items or n_options < 2:
        raise MeasurementDataError("agreement needs at least one item and two options")
    rows, n_omitted = complete_columns(df, numeric=list(items), labels=[unit])
    spread = float(np.ptp(rows[list(items)].to_numpy())) if len(rows) else 0.0
    if spread > n_options - 1:
        raise MeasurementDataError(
            f"answers span {spread:g} points, too many for {n_options} options; correct n_options"
        )
    grouped = rows.groupby(unit, observed=True)[list(items)]
    sizes, mean_variance = grouped.size(), grouped.var().mean(axis=1)
    several = sizes > 1
    if not several.any():
        raise MeasurementDataError(f"no unit of '{unit}' has two members with answers to all items")
    mean_variance, alone = mean_variance[several], sizes.index[~several]
    found = within_group_agreement(
        mean_variance.to_numpy(dtype=np.float64), n_items=len(items), n_options=n_options
    )
    units = pd.DataFrame(
        {
            "term": mean_variance.index.to_numpy(),
            "estimate": found,
            "rwg": found,
            "n_obs": sizes[several].to_numpy(),
            "mean_variance": mean_variance.to_numpy(),
            "beyond_chance": mean_variance.to_numpy() > uniform_variance(n_options),
        }
    )
    return WithinGroupAgreement(
        items=tuple(items),
        unit=unit,
        n_options=n_options,
        units=units,
        n_omitted=n_omitted,
        omitted_units=tuple(map(str, alone)),
    )
