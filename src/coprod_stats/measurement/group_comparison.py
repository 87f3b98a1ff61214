"""Differences between groups: Welch's test, Games–Howell comparisons, and effect sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from coprod_stats.confidence_level import check_conf_level
from coprod_stats.measurement.agreement_statistics import one_way_anova
from coprod_stats.measurement.errors import MeasurementDataError
from coprod_stats.measurement.frame_columns import complete_columns
from coprod_stats.measurement.group_effect_sizes import (
    eta_squared,
    explained_variance_interval,
    hedges_g,
    hedges_g_interval,
    omega_squared,
)
from coprod_stats.results import NotebookTables

if TYPE_CHECKING:
    from narwhals.stable.v2.typing import IntoDataFrame


@dataclass(frozen=True, slots=True, eq=False)
class GroupComparison(NotebookTables):
    """A comparison of group means whose tests do not assume equal variances.

    Parameters
    ----------
    value, group : str
        Columns of the values and of the groups.
    groups : DataFrame
        Per group its name (``term``), mean (``estimate``), its standard error and interval,
        members and standard deviation.
    pairs : DataFrame
        Per pair of groups the difference, its test, and Hedges' g.
    overall : DataFrame
        One row: Welch's test, η², ω² and their interval.
    """

    value: str
    group: str
    groups: pd.DataFrame
    pairs: pd.DataFrame
    overall: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Return a row per pair of groups: the first minus the second, and Hedges' g."""
        return self.pairs.copy()

    def means(self) -> pd.DataFrame:
        """Return a row per group: mean, standard deviation, interval."""
        return self.groups.copy()

    def glance(self) -> pd.DataFrame:
        """Return one row: Welch's test of equal means, and the proportion of variance explained."""
        return self.overall.copy()

    def __str__(self) -> str:
        row = self.overall.iloc[0]
        columns = ["term", "estimate", "conf_low", "conf_high", "p_value", "hedges_g"]
        return (
            f"{self.pairs[columns].to_string(index=False, float_format='{:.3f}'.format)}\n"
            f"{row['method']}: F({row['df']:.0f}, {row['df_residual']:.2f}) = "
            f"{row['statistic']:.3f}, p = {row['p_value']:.4f}, omega squared "
            f"{row['omega_squared']:.3f}"
        )


def compare_groups(
    df: IntoDataFrame, value: str, group: str, *, conf_level: float = 0.95
) -> GroupComparison:
    """Compare the means of two or more groups.

    Welch's test (for two groups, the square of his t test) and pairwise comparisons by the
    procedure of Games & Howell (1976), which controls the error rate over all pairs; for two
    groups it equals Welch's t test. Hedges' g, η² and ω² are based on the variance pooled over
    groups; their limits are NaN where the means are so many standard deviations apart, some
    10,000, that the noncentral distributions are not computed.

    Parameters
    ----------
    df : DataFrame
        Of pandas, polars or PyArrow: one row per respondent. Rows without a value or a group are
        omitted.
    value, group : str
        Columns of the values and of the groups.
    conf_level : float
        Confidence level of the intervals; those of differences are simultaneous over all pairs.

    Raises
    ------
    MeasurementDataError
        If there are fewer than two groups, a group has one member or does not vary, or the
        confidence level is not between 0 and 1.
    """
    # pingouin takes more than a second to load
    import pingouin

    check_conf_level(conf_level, error=MeasurementDataError)
    rows, n_omitted = complete_columns(df, numeric=[value], labels=[group])
    groups = _group_means(rows, value, group, conf_level)
    _require_variation(groups, group)
    welch = pingouin.welch_anova(rows, dv=value, between=group).iloc[0]
    pairs = pingouin.pairwise_gameshowell(rows, dv=value, between=group, effsize="cohen")
    codes, _ = pd.factorize(rows[group])
    anova = one_way_anova(rows[value].to_numpy(dtype=np.float64), codes)
    classical = (anova.f_ratio, anova.df_between, anova.df_within)
    low, high = explained_variance_interval(*classical, conf_level)
    overall = {
        "method": "Welch's test of equal means",
        "statistic": float(welch["F"]),
        "df": float(welch["ddof1"]),
        "df_residual": float(welch["ddof2"]),
        "p_value": float(welch["p_unc"]),
        "eta_squared": eta_squared(*classical),
        "omega_squared": omega_squared(*classical),
        "explained_conf_low": low,
        "explained_conf_high": high,
        "n_obs": len(rows),
        "n_groups": len(groups),
        "n_omitted": n_omitted,
        "conf_level": conf_level,
    }
    return GroupComparison(
        value=value,
        group=group,
        groups=groups,
        pairs=_pair_table(pairs, groups, conf_level),
        overall=pd.DataFrame([overall]),
    )


def _group_means(rows: pd.DataFrame, value: str, group: str, conf_level: float) -> pd.DataFrame:
    """Describe each group, in the sort order of pandas."""
    found = rows.groupby(group, observed=True)[value].agg(["size", "mean", "std"])
    error = found["std"] / np.sqrt(found["size"])
    reach = error * stats.t.ppf((1 + conf_level) / 2, np.maximum(found["size"] - 1, 1))
    return pd.DataFrame(
        {
            "term": found.index.to_numpy(),
            "estimate": found["mean"].to_numpy(),
            "std_error": error.to_numpy(),
            "conf_low": (found["mean"] - reach).to_numpy(),
            "conf_high": (found["mean"] + reach).to_numpy(),
            "n_obs": found["size"].to_numpy(),
            "sd": found["std"].to_numpy(),
        }
    )


def _require_variation(groups: pd.DataFrame, group: str) -> None:
    if len(groups) < 2:
        raise MeasurementDataError(
            f"two groups are needed; those of '{group}' with values: {len(groups)}"
        )
    flat = groups.loc[~(groups["sd"] > 0), "term"]
    if len(flat):
        raise MeasurementDataError(
            f"groups without variation, or of one member, in '{group}': "
            f"{', '.join(map(_label, flat))}; omit or combine them"
        )


def _pair_table(pairs: pd.DataFrame, groups: pd.DataFrame, conf_level: float) -> pd.DataFrame:
    """Label the pairs and add the intervals of the differences and of Hedges' g."""
    sizes = dict(zip(groups["term"], groups["n_obs"], strict=True))
    reach = pairs["se"] * [
        float(stats.studentized_range.ppf(conf_level, len(groups), df)) / np.sqrt(2)
        for df in pairs["df"]
    ]
    standardized = [
        (
            hedges_g(d, sizes[first], sizes[second]),
            *hedges_g_interval(d, sizes[first], sizes[second], conf_level),
        )
        for first, second, d in zip(pairs["A"], pairs["B"], pairs["cohen"], strict=True)
    ]
    g, g_low, g_high = (np.array(column) for column in zip(*standardized, strict=True))
    return pd.DataFrame(
        {
            "term": [
                f"{_label(a)} - {_label(b)}" for a, b in zip(pairs["A"], pairs["B"], strict=True)
            ],
            "estimate": pairs["diff"],
            "std_error": pairs["se"],
            "statistic": pairs["T"],
            "df": pairs["df"],
            "p_value": pairs["pval"],
            "conf_low": pairs["diff"] - reach,
            "conf_high": pairs["diff"] + reach,
            "group_1": pairs["A"],
            "group_2": pairs["B"],
            "hedges_g": g,
            "g_conf_low": g_low,
            "g_conf_high": g_high,
        }
    )


def _label(group: object) -> str:
    """Return the label of a group; whole numbers stay whole in columns that hold missing values."""
    return str(int(group)) if isinstance(group, float) and group.is_integer() else str(group)
