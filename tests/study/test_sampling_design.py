"""Weights and clusters: what they do to precision, against formulas by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from coprod_stats.study.sampling_design import intraclass_correlations, kish_effect


def test_equal_weights_have_no_design_effect() -> None:
    assert kish_effect([2.0] * 7) == pytest.approx(1)


def test_unequal_weights_have_the_effect_of_kish() -> None:
    # 1 + the squared coefficient of variation (divisor n), by hand
    weights = [1.0, 2.0, 3.0, 2.0]
    assert kish_effect(weights) == pytest.approx(1 + np.var(weights) / np.mean(weights) ** 2)


def scores(between: float, n: int = 600) -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(3)
    town = np.arange(n) % 30
    values = between * rng.normal(size=30)[town] + rng.normal(size=n)
    return pd.DataFrame({"T": values, "FLAT": 1.0}), pd.Series([f"t{code}" for code in town])


def test_the_share_between_clusters_is_found_and_a_flat_score_has_none() -> None:
    (row,) = intraclass_correlations(*scores(1.0)).itertuples()
    assert (row.term, row.n_obs, row.n_clusters) == ("T", 600, 30)
    assert row.conf_low < 0.5 < row.conf_high
    assert row.design_effect == pytest.approx(1 + 19 * row.estimate)


def test_clusters_without_differences_have_no_design_effect_below_one() -> None:
    frame, towns = scores(0.0)
    frame["T"] -= frame.groupby(towns)["T"].transform("mean")
    (row,) = intraclass_correlations(frame, towns).itertuples()
    assert row.estimate < 0
    assert row.design_effect == 1


def test_respondents_of_no_cluster_are_left_out() -> None:
    frame, towns = scores(1.0)
    towns[:20] = ""
    towns[20:30] = math.nan
    (row,) = intraclass_correlations(frame, towns).itertuples()
    assert row.n_obs == 570


def test_every_respondent_a_cluster_has_no_row() -> None:
    frame, towns = scores(1.0)
    assert intraclass_correlations(frame, towns + towns.index.astype(str)).empty
    assert intraclass_correlations(frame, pd.Series("one", index=towns.index)).empty
