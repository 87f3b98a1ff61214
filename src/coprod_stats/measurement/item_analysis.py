"""Item analysis: distributions, use of categories, item-rest correlations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.instruments import Item, Scale
from coprod_stats.measurement.item_statistics import (
    alpha_if_dropped,
    item_rest_correlations,
    item_total_correlations,
    shares_at,
    skewness,
    standard_deviations,
)
from coprod_stats.quality.pairwise_moments import (
    column_means,
    pairwise_correlation,
    pairwise_covariance,
)
from coprod_stats.responses import Responses
from coprod_stats.results import NotebookTables
from coprod_stats.scoring import keyed_answers

FloatArray = NDArray[np.float64]

ITEM_COLUMNS = (
    "term",
    "scale",
    "text",
    "reversed",
    "n",
    "mean",
    "sd",
    "skewness",
    "floor",
    "ceiling",
    "item_total",
    "item_rest",
    "alpha_if_dropped",
    "remark",
)
CATEGORY_COLUMNS = ("scale", "term", "value", "label", "n", "share")
PAIR_COLUMNS = ("scale", "item_1", "item_2", "estimate", "n")


@dataclass(frozen=True, slots=True)
class ItemCriteria:
    """Criteria for remarks on items: guidance, not reasons to drop an item.

    Parameters
    ----------
    extreme_share : float
        Share of answers at one end of the response scale (floor, ceiling; Terwee et al., 2007).
    item_rest : float
        Lowest correlation with the other items (Nunnally & Bernstein, 1994).
    skewness : float
        Largest absolute skewness (West, Finch & Curran, 1995).
    """

    extreme_share: float = 0.15
    item_rest: float = 0.30
    skewness: float = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class ScaleItems(NotebookTables):
    """The items of one scale.

    Statistics are computed after reverse scoring, so that all items have the same direction; the
    use of categories is that of the answers as given.

    Parameters
    ----------
    scale : Scale
        The scale.
    items : tuple of Item
        Its items.
    keyed : ndarray, shape (n_persons, n_items)
        Answers after reverse scoring, NaN where missing.
    given : ndarray, shape (n_persons, n_items)
        Answers as given.
    criteria : ItemCriteria
        Criteria for remarks.
    """

    scale: Scale
    items: tuple[Item, ...]
    keyed: FloatArray
    given: FloatArray
    criteria: ItemCriteria

    def tidy(self) -> pd.DataFrame:
        """Return a row per item.

        ``floor`` and ``ceiling`` are the shares at the ends of the response scale, ``item_total``
        the correlation with the mean of all items, ``item_rest`` that with the sum of the other
        items, and ``alpha_if_dropped`` the alpha of the other items.
        """
        covariance = pairwise_covariance(self.keyed)
        options = [item.responses for item in self.items]
        lowest = np.array([o.lowest if o else np.nan for o in options], dtype=float)
        highest = np.array([o.highest if o else np.nan for o in options], dtype=float)
        table = pd.DataFrame(
            {
                "term": [item.id for item in self.items],
                "scale": self.scale.id,
                "text": [str(item.text) for item in self.items],
                "reversed": [item.reverse for item in self.items],
                "n": (~np.isnan(self.keyed)).sum(axis=0),
                "mean": column_means(self.keyed),
                "sd": standard_deviations(self.keyed),
                "skewness": skewness(self.keyed),
                "floor": shares_at(self.keyed, lowest),
                "ceiling": shares_at(self.keyed, highest),
                "item_total": item_total_correlations(self.keyed),
                "item_rest": item_rest_correlations(covariance),
                "alpha_if_dropped": alpha_if_dropped(covariance),
            }
        )
        unused = self.categories().query("n == 0").groupby("term")["value"].agg(list).to_dict()
        remarks = [self._remark(row, unused.get(row["term"], [])) for _, row in table.iterrows()]
        return table.assign(remark=remarks)

    def categories(self) -> pd.DataFrame:
        """Return a row per item and response option with its frequency."""
        rows = []
        for item, answers in zip(self.items, self.given.T, strict=True):
            n_answers = int((~np.isnan(answers)).sum())
            for option in item.responses.options if item.responses else ():
                n = int((answers == option.value).sum())
                share = n / n_answers if n_answers else np.nan
                rows.append((self.scale.id, item.id, option.value, str(option.label), n, share))
        return pd.DataFrame(rows, columns=list(CATEGORY_COLUMNS))

    def correlations(self) -> pd.DataFrame:
        """Return a row per pair of items: pairwise correlation after reverse scoring, and its n."""
        r, n_pairs = pairwise_correlation(self.keyed)
        first, second = np.triu_indices(len(self.items), k=1)
        ids = np.array([item.id for item in self.items], dtype=object)
        return pd.DataFrame(
            {
                "scale": self.scale.id,
                "item_1": ids[first],
                "item_2": ids[second],
                "estimate": r[first, second],
                "n": n_pairs[first, second].astype(int),
            }
        )

    def glance(self) -> pd.DataFrame:
        """Return one row: the scale and the number of its items with a remark."""
        return pd.DataFrame(
            {
                "scale": [self.scale.id],
                "title": [str(self.scale.title)],
                "n_items": [len(self.items)],
                "n_obs": [int((~np.isnan(self.keyed)).any(axis=1).sum())],
                "n_remarks": [int((self.tidy()["remark"] != "").sum())],
            }
        )

    def _remark(self, row: pd.Series, unused: list[int]) -> str:
        limits = self.criteria
        found = {
            f"floor {row['floor']:.0%}": row["floor"] > limits.extreme_share,
            f"ceiling {row['ceiling']:.0%}": row["ceiling"] > limits.extreme_share,
            f"skewness {row['skewness']:.1f}": abs(row["skewness"]) > limits.skewness,
            f"item-rest r {row['item_rest']:.2f}": row["item_rest"] < limits.item_rest,
            f"never used: {', '.join(map(str, unused))}": len(unused) > 0,
        }
        return "; ".join(remark for remark, applies in found.items() if applies)


@dataclass(frozen=True, slots=True, eq=False)
class ItemAnalysis(NotebookTables):
    """Item analyses of all scales of an instrument."""

    scales: tuple[ScaleItems, ...]

    def tidy(self) -> pd.DataFrame:
        """Return a row per scale and item."""
        return _stacked([scale.tidy() for scale in self.scales], ITEM_COLUMNS)

    def categories(self) -> pd.DataFrame:
        """Return a row per item and response option."""
        return _stacked([scale.categories() for scale in self.scales], CATEGORY_COLUMNS)

    def correlations(self) -> pd.DataFrame:
        """Return a row per pair of items of a scale."""
        return _stacked([scale.correlations() for scale in self.scales], PAIR_COLUMNS)

    def glance(self) -> pd.DataFrame:
        """Return one row: numbers of scales, of items, and of items with a remark."""
        items = self.tidy()
        return pd.DataFrame(
            {
                "n_scales": [len(self.scales)],
                "n_items": [len(items)],
                "n_remarks": [int((items["remark"] != "").sum())],
            }
        )

    def __str__(self) -> str:
        columns = ["scale", "term", "n", "mean", "sd", "item_rest", "alpha_if_dropped", "remark"]
        table = self.tidy()[columns]
        return str(table.to_string(index=False, float_format="{:.2f}".format))


def item_analysis(responses: Responses, *, criteria: ItemCriteria | None = None) -> ItemAnalysis:
    """Analyse the items of every scale of the instrument; items without answers are omitted.

    Parameters
    ----------
    responses : Responses
        The answers.
    criteria : ItemCriteria, optional
        Criteria for remarks; by default the conventions of `ItemCriteria`.
    """
    limits = criteria or ItemCriteria()
    scales = (_of_scale(responses, scale, limits) for scale in responses.instrument.scales)
    return ItemAnalysis(tuple(scale for scale in scales if scale.items))


def _of_scale(responses: Responses, scale: Scale, criteria: ItemCriteria) -> ScaleItems:
    keyed = keyed_answers(responses, scale.items).dropna(axis=1, how="all")
    ids = list(keyed.columns)
    return ScaleItems(
        scale=scale,
        items=tuple(responses.instrument.item(id) for id in ids),
        keyed=keyed.to_numpy(dtype=float),
        given=responses.numbers(ids).to_numpy(dtype=float),
        criteria=criteria,
    )


def _stacked(tables: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    """Concatenate tables with the same columns; return an empty one if there are none."""
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(columns))
