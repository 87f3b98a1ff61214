"""Alpha, item statistics and polychoric correlations of bfi against psych 2.2.9."""

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

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
EXACT = 1e-10


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
    assert alpha == pytest.approx(total["raw_alpha"], abs=EXACT)
    assert coefficient_alpha(np.corrcoef(answers.T)) == pytest.approx(total["std.alpha"], abs=EXACT)
    interval = feldt_interval(alpha, len(answers), 5)
    expected = reference["alpha_ci"]
    assert interval[0] == pytest.approx(expected["lower.ci"], abs=1e-8)
    assert interval[1] == pytest.approx(expected["upper.ci"], abs=1e-8)
    dropped = [row["raw_alpha"] for row in reference["alpha_drop"]]
    np.testing.assert_allclose(alpha_if_dropped(cov), dropped, atol=EXACT)
    items = reference["item"]
    np.testing.assert_allclose(
        item_rest_correlations(cov), [row["r.drop"] for row in items], atol=EXACT
    )
    np.testing.assert_allclose(
        item_total_correlations(answers), [row["raw.r"] for row in items], atol=EXACT
    )
    np.testing.assert_allclose(
        standard_deviations(answers), [row["sd"] for row in items], atol=EXACT
    )


def test_polychoric_correlations(bfi):
    """psych adds 0.5 to empty cells and optimizes to 1e-4 or so: close, not equal."""
    expected = REFERENCE["psych_polychoric"]["rho"]
    found = polychoric(bfi[expected["rows"]])
    np.testing.assert_allclose(found.to_numpy(), np.array(expected["values"]), atol=2e-3)
