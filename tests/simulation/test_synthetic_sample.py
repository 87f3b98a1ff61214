"""The shipped synthetic sample: made by the simulator, and worth fitting the headline model to."""

from __future__ import annotations

import json

import pytest

from coprod_stats.instruments.model import InstrumentLookupError
from coprod_stats.instruments.shipped import shelf
from coprod_stats.responses import Responses, read_responses
from coprod_stats.study.plan_reading import read_plan
from coprod_stats.study.synthetic_sample import SimulationError, draw_sample, write_sample

pytestmark = pytest.mark.any_python

SAMPLE = shelf("sample_data") / "citizen_synthetic.csv"


@pytest.fixture(scope="module")
def shipped() -> Responses:
    return read_responses(SAMPLE, read_plan("driver_impact").instrument)


@pytest.fixture(scope="module")
def headline(shipped) -> list[str]:
    factors = read_plan("driver_impact").form.analyses[0].factors
    return [item for name in factors for item in shipped.instrument.scale(name).items]


def test_the_shipped_files_are_what_the_simulator_gives(tmp_path) -> None:
    truth = write_sample(draw_sample("driver_impact"), tmp_path / SAMPLE.name)
    assert (tmp_path / SAMPLE.name).read_bytes() == SAMPLE.read_bytes()
    assert truth.read_bytes() == SAMPLE.with_suffix(".truth.json").read_bytes()
    assert truth.name == "citizen_synthetic.truth.json"


def test_the_truth_says_what_it_is(shipped) -> None:
    truth = json.loads(SAMPLE.with_suffix(".truth.json").read_text(encoding="utf-8"))
    assert truth["synthetic"] is True
    assert truth["rows"] == shipped.n_respondents == 1800
    # of five impacts and the eight facets of the values, three drivers each
    assert sum(map(len, truth["standardised_paths"].values())) == (5 + 8) * 3
    assert set(truth["careless_respondents"]) <= set(shipped.respondents)
    assert truth["seed"] == read_plan("driver_impact").form.seed


def test_the_sample_is_large_enough_for_the_headline(shipped, headline) -> None:
    analysed = shipped.subset(shipped.classes().isin(["strict", "broad"]))
    users = analysed.where("DIGITAL == 1")
    gaps = analysed.missing_kinds(headline).isin(["don't know", "seen, unanswered", "refused"])
    assert shipped.rejected == ()
    assert analysed.n_respondents >= 1200
    assert users.mean() >= 0.7
    assert gaps.mean().max() <= 0.005
    assert analysed.answers["POSTR"].nunique() >= 60
    assert set(range(1, 12)) <= set(analysed.answers["SECTOR"])


def test_texts_belong_to_those_who_were_asked(shipped) -> None:
    without = shipped.answers["SCANY"] == 2
    assert (shipped.answers.loc[without, ["SCNAME", "SCORG"]] == "").all(axis=None)
    assert (shipped.answers.loc[~without, ["SCNAME", "SCORG"]] != "").all(axis=None)


def test_years_are_possible(shipped) -> None:
    born, taken_part = shipped.numbers(["AGE", "DURYR"]).T.to_numpy()
    assert 1900 <= born.min() <= born.max() <= 2012
    assert taken_part[taken_part == taken_part].min() >= 0


def test_a_clean_sample_names_nobody_careless() -> None:
    clean = draw_sample("driver_impact", n_rows=50, seed=1, clean=True)
    assert clean.truth()["careless_respondents"] == []
    assert len(clean.answers) == 50


def test_a_plan_without_a_population_cannot_be_simulated() -> None:
    with pytest.raises(SimulationError, match="'carers' names no population"):
        draw_sample("carers")


def test_a_form_that_does_not_exist() -> None:
    with pytest.raises(InstrumentLookupError, match="'nonesuch'"):
        draw_sample("driver_impact", form="nonesuch")
