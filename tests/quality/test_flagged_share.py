"""The share of careless respondents, with R's interval."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tolerances import assert_agrees

from coprod_stats.instruments.shipped import shelf
from coprod_stats.quality import flag_careless
from coprod_stats.quality.flagged_share import flagged_share
from coprod_stats.responses.reading import read_responses
from coprod_stats.study.plan_reading import read_plan

ORACLE = Path(__file__).parents[1] / "oracles" / "measurement_invariance.json"


@pytest.fixture(scope="module")
def flags():
    plan = read_plan("driver_impact")
    answers = read_responses(shelf("sample_data") / "citizen_synthetic.csv", plan.instrument)
    return flag_careless(answers.subset(np.arange(answers.n_respondents) < 1335))


def with_share(flags, n_flagged):
    hits = np.zeros_like(flags.hits)
    hits[:n_flagged] = True
    return replace(flags, hits=hits)


def test_the_interval_is_that_of_r(flags):
    theirs = json.loads(ORACLE.read_text())["clopper_pearson"]
    found = flagged_share(with_share(flags, 143))
    assert found is not None
    assert (found.n, found.n_flagged) == (1335, 143)
    assert_agrees(
        [found.conf_low, found.conf_high], [theirs["low"], theirs["high"]], "distribution"
    )


def test_only_a_share_that_is_surely_above_a_twentieth_is_harmful(flags):
    assert [flagged_share(with_share(flags, n)).is_harmful for n in (0, 66, 80, 90)] == [
        False,
        False,
        False,
        True,
    ]


def test_a_form_without_enough_families_has_no_share(flags):
    without = tuple(replace(index, unavailable="no times") for index in flags.indices.indices)
    indices = replace(flags.indices, indices=without)
    assert flagged_share(replace(flags, indices=indices)) is None
    assert flagged_share(replace(flags, hits=flags.hits[:0])) is None
