"""What a halo makes of an index, on synthetic answers."""

from pathlib import Path

import pandas as pd
import pytest

from coprod_stats.analyses.paths.omitted_causes import halo_in_index
from coprod_stats.instruments import read_instrument
from coprod_stats.instruments.language.tree import names
from coprod_stats.responses import read_responses

SAMPLE = Path(__file__).parents[2] / "sample_data" / "citizen_halo.csv"


@pytest.fixture(scope="module")
def citizens():
    return read_responses(SAMPLE, read_instrument("citizen"))


@pytest.mark.parametrize("index", ["IV", "CAP"])
def test_a_mean_takes_the_spread_of_its_questions_over_its_own(citizens, index):
    (formula,) = (each.value for each in citizens.instrument.indices if each.id == index)
    parts = citizens.numbers(list(names(formula)))
    complete = parts[parts.notna().all(axis=1)]
    expected = complete.std().mean() / complete.mean(axis=1).std()
    assert halo_in_index(index, citizens) == pytest.approx(expected)
    assert expected > 1


def test_an_index_that_does_not_vary_is_taken_for_one_question(citizens):
    alike = citizens.subset(pd.Series(range(citizens.n_respondents)).eq(0).to_numpy())
    assert halo_in_index("IV", alike) == 1.0
