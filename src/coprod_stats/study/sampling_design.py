"""The design of a sample: weights, strata, clusters, and what they do to precision."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from coprod_stats.analyses.registry import kind_of
from coprod_stats.measurement.agreement_statistics import f_ratio_limits, icc1, one_way_anova
from coprod_stats.responses.table import Responses
from coprod_stats.results import NotebookTables
from coprod_stats.study.plan_reading import Plan

DESIGN_COLUMNS = (
    ("DESIGN-001", "weight", "weights", "weights"),
    ("DESIGN-002", "stratum", "strata", "strata"),
    ("DESIGN-003", "unit", "clusters", "cluster"),
)
"""Code, role of the column in the questionnaire, its plural, and the key of a plan that uses it."""
ICC_COLUMNS = ["term", "n_obs", "n_clusters", "estimate", "conf_low", "conf_high", "design_effect"]


@dataclass(frozen=True, slots=True)
class DesignColumn:
    """A column of weights, strata or clusters.

    Attributes
    ----------
    kind : str
        ``weights``, ``strata`` or ``clusters``.
    column : str
        Its id; empty where neither plan nor answers hold one.
    used : bool
        Whether some analysis takes it into account.
    sizes : tuple of int
        Respondents of each stratum or cluster, from small to large; empty for weights.
    """

    kind: str
    column: str = ""
    used: bool = False
    sizes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SamplingDesign(NotebookTables):
    """Weights, strata and clusters of the respondents analysed.

    Attributes
    ----------
    columns : tuple of DesignColumn
        Weights, strata, clusters.
    kish_effect : float
        Design effect of the weights; NaN without any.
    icc : DataFrame
        A row per scale: share of the variance of its scores between clusters, with interval and
        design effect; empty without clusters.
    """

    columns: tuple[DesignColumn, ...]
    kish_effect: float
    icc: pd.DataFrame

    def of(self, kind: str) -> DesignColumn:
        """Return the column of weights, strata or clusters."""
        return next(column for column in self.columns if column.kind == kind)

    def tidy(self) -> pd.DataFrame:
        """Return a row per scale: its intraclass correlation."""
        return self.icc.copy()

    def glance(self) -> pd.DataFrame:
        """Return one row: the columns of the design, sizes of the clusters, Kish's effect."""
        sizes = self.of("clusters").sizes
        row: dict[str, object] = {}
        for column in self.columns:
            row[column.kind] = column.column or None
            row[f"{column.kind}_used"] = column.used
        row["n_clusters"] = len(sizes)
        row["smallest_cluster"] = min(sizes, default=None)
        row["largest_cluster"] = max(sizes, default=None)
        row["kish_effect"] = self.kish_effect
        return pd.DataFrame([row])

    def __str__(self) -> str:
        named = ", ".join(f"{one.kind}: {one.column or 'none'}" for one in self.columns)
        return f"Design of the sample: {named}"


def kish_effect(weights: Sequence[float]) -> float:
    r"""Return the design effect of unequal weights, :math:`n \sum w^2 / (\sum w)^2`.

    References
    ----------
    Kish, L. (1965). Survey sampling. Wiley, section 11.7.
    """
    given = np.asarray(weights, dtype=float)
    return float(given.size * (given**2).sum() / given.sum() ** 2)


def sampling_design(plan: Plan, analysed: Responses, scores: pd.DataFrame) -> SamplingDesign:
    """Describe weights, strata and clusters of the respondents analysed.

    Parameters
    ----------
    plan : Plan
        Names the columns that its analyses use.
    analysed : Responses
        The respondents.
    scores : DataFrame, (n_respondents, n_scales)
        Their scale scores.
    """
    columns = tuple(_column(plan, analysed, *row[1:]) for row in DESIGN_COLUMNS)
    weights, _, clusters = columns
    effect = math.nan
    if weights.column:
        effect = kish_effect(analysed.numbers([weights.column])[weights.column].dropna().to_list())
    icc = pd.DataFrame(columns=ICC_COLUMNS)
    if clusters.column:
        icc = intraclass_correlations(scores, analysed.answers[clusters.column])
    return SamplingDesign(columns, effect, icc)


def uses(plan: Plan, option: str) -> bool:
    """Return whether the plan states an option of the design and some analysis uses it."""
    if getattr(plan.form, option, None) is None:
        return False
    return any(
        option in kind_of(form).uses and option not in choice.without
        for form in plan.form.analyses
        for _, choice in kind_of(form).choices(form)
    )


def _column(plan: Plan, analysed: Responses, role: str, kind: str, option: str) -> DesignColumn:
    """Describe the column that a plan names, or else that of its role in the questionnaire."""
    name = getattr(plan.form, option, None) or plan.instrument.administrative_column(role)
    if name is None or name not in analysed.answers:
        return DesignColumn(kind)
    given = _filled(analysed.answers[name])
    if not given.any():
        return DesignColumn(kind)
    sizes = analysed.answers.loc[given, name].value_counts() if kind != "weights" else ()
    return DesignColumn(kind, name, uses(plan, option), tuple(sorted(int(n) for n in sizes)))


def _filled(column: pd.Series) -> pd.Series:
    return column.notna() & (column != "")


def intraclass_correlations(scores: pd.DataFrame, clusters: pd.Series) -> pd.DataFrame:
    """Return the share of the variance of each score that lies between clusters.

    Parameters
    ----------
    scores : DataFrame, (n_respondents, n_scales)
    clusters : Series, (n_respondents,)
        Blank cells belong to no cluster and are omitted.

    Returns
    -------
    DataFrame
        ``term, n_obs, n_clusters, estimate, conf_low, conf_high, design_effect``: ICC(1) by
        one-way analysis of variance with its 95 % interval, and 1 + (n₀ - 1) ICC(1), at least 1,
        by which clusters of the mean size n₀ multiply the variance of a mean. A score without
        variation, or of which no cluster has two, has no row.
    """
    rows = []
    known = _filled(clusters)
    for name in scores.columns:
        kept = known & scores[name].notna()
        units, labels = pd.factorize(clusters[kept])
        values = scores.loc[kept, name].to_numpy(dtype=float)
        if not 2 <= len(labels) < len(values) or np.ptp(values) == 0:
            continue
        anova = one_way_anova(values, units)
        share = icc1(anova.f_ratio, anova.unit_size)
        limits = (icc1(ratio, anova.unit_size) for ratio in f_ratio_limits(anova, 0.95))
        effect = max(1.0, 1 + (anova.unit_size - 1) * share)
        rows.append((name, len(values), len(labels), share, *limits, effect))
    return pd.DataFrame(rows, columns=ICC_COLUMNS)
