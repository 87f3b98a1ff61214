"""Alpha, item statistics and polychoric correlations of bfi against psych 2.2.9."""

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tolerances import assert_agrees

from coprod_stats.latent_models import polychoric
from coprod_stats.measurement.coefficients import coefficient_alpha, feldt_interval
from coprod_stats.measurement.item_statistics import (
    alpha_if_dropped,
    item_rest_correlations,
    item_total_correlations,
    standard_deviations,
)

LAVAAN = Path(__file__).parents[1] / "oracles" / "lavaan"
REFERENCE = json.loads((LAVAAN / "bfi_reliability_psych.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def bfi():
    with (LAVAAN / "data" / "bfi_complete.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return pd.DataFrame(rows).astype(float)


def keyed(bfi, scale):
    answers = bfi[[f"{scale}{i}" for i in range(1, 6)]].to_numpy()
    for item, key in enumerate(key_signs(scale)):
        if key < 0:
            answers[:, item] = answers.max() + answers.min() - answers[:, item]
    return answers


def key_signs(scale):
    (keys,) = REFERENCE[scale]["keys"]
    return [-1 if key.startswith("-") else 1 for key in keys]


@pytest.mark.parametrize("scale", ["A", "C", "E"])
def test_alpha_and_items(scale, bfi):
    reference, answers = REFERENCE[scale], keyed(bfi, scale)
    cov = np.cov(answers.T)
    alpha = coefficient_alpha(cov)
    (total,) = reference["total"]
    assert_agrees(alpha, total["raw_alpha"], "closed form")
    assert_agrees(coefficient_alpha(np.corrcoef(answers.T)), total["std.alpha"], "closed form")
    interval = feldt_interval(alpha, len(answers), 5)
    expected = reference["alpha_ci"]
    assert_agrees(interval, [expected["lower.ci"], expected["upper.ci"]], "distribution")
    dropped = [row["raw_alpha"] for row in reference["alpha_drop"]]
    assert_agrees(alpha_if_dropped(cov), dropped, "closed form")
    items = reference["item"]
    assert_agrees(item_rest_correlations(cov), [row["r.drop"] for row in items], "closed form")
    assert_agrees(item_total_correlations(answers), [row["raw.r"] for row in items], "closed form")
    assert_agrees(standard_deviations(answers), [row["sd"] for row in items], "closed form")


def test_polychoric_correlations(bfi):
    expected = REFERENCE["psych_polychoric"]["rho"]
    found = polychoric(bfi[expected["rows"]])
    assert_agrees(found, expected["values"], "psych polychoric")
