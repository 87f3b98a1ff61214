"""Content validity from experts' ratings: I-CVI, S-CVI and modified kappa."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from coprod_stats.counts import counted
from coprod_stats.measurement.errors import MeasurementDataError
from coprod_stats.results import NotebookTables

LEVELS = (1, 2, 3, 4)
"""Ratings of relevance, from not relevant to highly relevant (Davis, 1992)."""
RELEVANT = (3, 4)
FEWEST_EXPERTS = 3
"""With fewer, agreement says nothing (Lynn, 1986)."""
ALL_MUST_AGREE = 5
"""Up to so many experts, an item needs the agreement of all (Lynn, 1986)."""
ITEM_CRITERION = 7 / 9
"""Least I-CVI of an item with six experts or more, .78 in print (Polit, Beck & Owen, 2007)."""
SCALE_CRITERION = Fraction(9, 10)
"""Least S-CVI/Ave of a scale (Polit & Beck, 2006)."""


def item_validity(n_relevant: int, n_experts: int) -> float:
    """Return the I-CVI of an item, the share of experts who rate it 3 or 4 (Lynn, 1986)."""
    return n_relevant / n_experts


def chance_agreement(n_relevant: int, n_experts: int) -> float:
    r"""Return the probability that so many experts agree by chance.

    .. math:: p_c = \binom{N}{A} / 2^N

    with ``A`` of ``N`` experts who rate the item relevant (Polit, Beck & Owen, 2007).
    """
    return float(math.comb(n_experts, n_relevant) / 2**n_experts)


def modified_kappa(n_relevant: int, n_experts: int) -> float:
    r"""Return the agreement on relevance beyond chance.

    .. math:: k^* = \frac{\text{I-CVI} - p_c}{1 - p_c}

    Above .74 it is excellent, from .60 good, from .40 fair (Polit, Beck & Owen, 2007).
    """
    chance = chance_agreement(n_relevant, n_experts)
    return (item_validity(n_relevant, n_experts) - chance) / (1.0 - chance)


def is_acceptable(n_relevant: int, n_experts: int) -> bool:
    """Return whether an item's I-CVI suffices: 1 with up to five experts, else .78 or more."""
    if n_experts <= ALL_MUST_AGREE:
        return n_relevant == n_experts
    return item_validity(n_relevant, n_experts) >= ITEM_CRITERION


def is_acceptable_scale(pairs: Iterable[tuple[int, int]]) -> bool:
    """Return whether a scale's S-CVI/Ave suffices; of each item relevant ratings, and ratings.

    Computed in fractions: rounding would put a mean of .90 below .90.
    """
    shares = [Fraction(n_relevant, n_experts) for n_relevant, n_experts in pairs]
    return sum(shares) >= SCALE_CRITERION * len(shares)


@dataclass(frozen=True, slots=True)
class ContentValidity(NotebookTables):
    """Content validity of items and scales from experts' ratings.

    Parameters
    ----------
    items : tuple of str
    n_relevant, n_experts : tuple of int
        Experts who rate each item 3 or 4, and who rate it at all.
    scales : mapping of str to tuple of str
        Rated items of each scale; empty if none are known.
    unrated : mapping of str to tuple of str
        Items of each of these scales that no expert rated.
    n_raters : int
        Experts who rated an item at least.
    """

    items: tuple[str, ...]
    n_relevant: tuple[int, ...]
    n_experts: tuple[int, ...]
    scales: Mapping[str, tuple[str, ...]]
    unrated: Mapping[str, tuple[str, ...]]
    n_raters: int

    def tidy(self) -> pd.DataFrame:
        """Return one row per item; ``estimate`` is the I-CVI, ``acceptable`` its criterion."""
        pairs = list(zip(self.n_relevant, self.n_experts, strict=True))
        return pd.DataFrame(
            {
                "term": self.items,
                "estimate": [item_validity(*pair) for pair in pairs],
                "n_relevant": self.n_relevant,
                "n_experts": self.n_experts,
                "chance": [chance_agreement(*pair) for pair in pairs],
                "kappa": [modified_kappa(*pair) for pair in pairs],
                "acceptable": [is_acceptable(*pair) for pair in pairs],
            }
        )

    def scale_table(self) -> pd.DataFrame:
        """Return one row per scale: S-CVI/Ave, S-CVI/UA, items that do not suffice or lack ratings.

        The indices and ``n_items`` are those of the rated items.
        """
        table = self.tidy().set_index("term")
        rows = []
        for scale, items in self.scales.items():
            rated = table.loc[list(items)]
            pairs = zip(rated["n_relevant"].tolist(), rated["n_experts"].tolist(), strict=True)
            rows.append(
                {
                    "term": scale,
                    "n_items": len(items),
                    "s_cvi_ave": float(rated["estimate"].mean()),
                    "s_cvi_ua": float((rated["estimate"] == 1.0).mean()),
                    "acceptable": is_acceptable_scale(pairs),
                    "weak_items": ", ".join(rated.index[~rated["acceptable"]]),
                    "unrated_items": ", ".join(self.unrated[scale]),
                }
            )
        columns = ["term", "n_items", "s_cvi_ave", "s_cvi_ua", "acceptable", "weak_items"]
        columns += ["unrated_items"]
        return pd.DataFrame(rows, columns=columns)

    def glance(self) -> pd.DataFrame:
        """Return one row: S-CVI/Ave (the mean I-CVI) and S-CVI/UA (share of items at 1)."""
        table = self.tidy()
        return pd.DataFrame(
            {
                "n_items": [len(self.items)],
                "n_experts": [self.n_raters],
                "s_cvi_ave": [float(table["estimate"].mean())],
                "s_cvi_ua": [float((table["estimate"] == 1.0).mean())],
                "n_acceptable": [int(table["acceptable"].sum())],
            }
        )

    def __str__(self) -> str:
        (whole,) = self.glance().to_dict("records")
        lines = [
            f"{counted(len(self.items), 'item')}, {counted(self.n_raters, 'expert')}: "
            f"S-CVI/Ave {whole['s_cvi_ave']:.2f}, S-CVI/UA {whole['s_cvi_ua']:.2f}"
        ]
        for row in self.tidy().to_dict("records"):
            mark = "" if row["acceptable"] else "  reword or drop"
            lines.append(
                f"{row['term']:<20} I-CVI {row['estimate']:.2f} "
                f"({row['n_relevant']} of {row['n_experts']})  kappa* {row['kappa']:.2f}{mark}"
            )
        for row in self.scale_table().to_dict("records"):
            below = "" if row["acceptable"] else f"  below {float(SCALE_CRITERION):.2f}"
            n_rated, unrated = int(row["n_items"]), self.unrated[row["term"]]
            number = counted(n_rated, "item")
            if unrated:
                number = f"{n_rated} of {n_rated + len(unrated)} items; not rated: "
                number += ", ".join(unrated)
            lines.append(
                f"{row['term']:<20} S-CVI/Ave {row['s_cvi_ave']:.2f}, S-CVI/UA "
                f"{row['s_cvi_ua']:.2f} ({number}){below}"
            )
        return "\n".join(lines)


def content_validity(
    ratings: pd.DataFrame, *, scales: Mapping[str, Collection[str]] | None = None
) -> ContentValidity:
    """Compute the content validity of items from experts' ratings of their relevance.

    Parameters
    ----------
    ratings : DataFrame
        One row per item, indexed by its id, and one column per expert; ratings from 1, not
        relevant, to 4, highly relevant. A missing rating is omitted from its item.
    scales : mapping of str to collection of str, optional
        Items of each scale; scales of which nothing is rated are omitted, and of the others it is
        stated what is not rated.

    Raises
    ------
    MeasurementDataError
        If an item or an expert occurs twice, a rating is not 1 to 4, or an item has fewer than
        three ratings.

    Notes
    -----
    S-CVI/Ave is the mean of the I-CVI, the definition that Polit and Beck (2006) recommend;
    S-CVI/UA, the share of items that all experts rate relevant, falls with the number of experts.
    """
    values = _checked(ratings)
    rated = set(map(str, ratings.index))
    of_scales = {
        name: tuple(items) for name, items in (scales or {}).items() if rated.intersection(items)
    }
    return ContentValidity(
        items=tuple(map(str, ratings.index)),
        n_relevant=tuple(int(n) for n in values.isin(RELEVANT).sum(axis=1)),
        n_experts=tuple(int(n) for n in values.notna().sum(axis=1)),
        scales={
            name: tuple(item for item in items if item in rated)
            for name, items in of_scales.items()
        },
        unrated={
            name: tuple(item for item in items if item not in rated)
            for name, items in of_scales.items()
        },
        n_raters=int(values.notna().any().sum()),
    )


def _checked(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return the ratings as numbers, or raise the errors of :func:`content_validity`."""
    if ratings.empty:
        raise MeasurementDataError("no item is rated")
    if (twice := ratings.index[ratings.index.duplicated()]).size:
        raise MeasurementDataError(f"the item {twice[0]} is rated in two rows")
    if (twice := ratings.columns[ratings.columns.duplicated()]).size:
        raise MeasurementDataError(f"the expert {twice[0]} occurs twice")
    values: pd.DataFrame = ratings.apply(pd.to_numeric, errors="coerce")
    odd = (values.isna() & ratings.notna()) | (values.notna() & ~values.isin(LEVELS))
    if odd.to_numpy().any():
        row, column = (int(place[0]) for place in np.nonzero(odd.to_numpy()))
        given = str(ratings.iat[row, column])
        raise MeasurementDataError(
            f"item {ratings.index[row]}, expert {ratings.columns[column]}: '{given}' is no rating "
            "from 1, not relevant, to 4, highly relevant"
        )
    n_experts = values.notna().sum(axis=1)
    if (n_experts < FEWEST_EXPERTS).any():
        item = str(n_experts.index[n_experts < FEWEST_EXPERTS][0])
        raise MeasurementDataError(
            f"item {item} has {counted(int(n_experts[item]), 'rating')}; at least "
            f"{FEWEST_EXPERTS} experts are needed, better six to ten"
        )
    return values
