"""Rankings, allocations and assigned variables in a table of answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.responses import Responses, read_responses, write_canonical
from coprod_stats.simulation.population import PopulationForm
from coprod_stats.simulation.simulated_answers import simulate_answers
from coprod_stats.study.synthetic_sample import draw_sample

SURVEY = """
instrument: survey
version: 1.0.0
title: A survey
languages: [en]
forms: {core: {title: Core}}
administrative: [{id: RID, title: Respondent, role: respondent}]
assigned:
  ARM: {title: Arm, levels: {1: failure, 2: success}}
responses:
  uses: {kind: categorical, options: {1: A, 2: B, 3: C}, off_scale: {9: None of these}}
pages:
  - page: first
    blocks:
      - block: goals
        items:
          - {id: GOALS, kind: rank, top: 2, text: What?, options: {1: Quiet, 2: Choice, 3: Help}}
          - id: CAUSE
            kind: allocate
            total: 100
            text: Due to?
            options: {1: Me, 2: Staff}
            when: ARM == 1
          - id: USE
            kind: multiple
            text: Which?
            max_choices: 2
            responses: uses
          - {id: WHY, kind: allocate, total: 100, text: Why?, options: {1: Me, 2: Staff, 3: Luck}}
"""
HEADER = "RID,ARM,GOALS__1,GOALS__2,GOALS__3,CAUSE__1,CAUSE__2"


@pytest.fixture
def instrument(tmp_path: Path) -> Instrument:
    path = tmp_path / "survey.yaml"
    path.write_text(SURVEY, encoding="utf-8")
    return read_instrument(path)


def bound(tmp_path: Path, instrument: Instrument, *rows: str) -> Responses:
    path = tmp_path / "answers.csv"
    path.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    return read_responses(path, instrument)


def test_what_fits_together_is_kept(tmp_path: Path, instrument: Instrument) -> None:
    rows = ("a,1,1,2,0,60,40", "b,2,0,1,0,,", "c,1,-7,-7,-7,33.3333333,66.6666667")
    responses = bound(tmp_path, instrument, *rows)
    assert responses.rejected == ()
    assert responses.answers["GOALS__2"].tolist() == [2, 1, -7]
    assert responses.where("option(GOALS, 2) == 1").tolist() == [False, True, False]
    assert responses.where("answered(CAUSE)").tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a,1,1,1,0,60,40", "the ranks are not 1, 2, 3 and so on, each once"),
        ("a,1,2,0,0,60,40", "the ranks are not 1, 2, 3 and so on, each once"),
        ("a,1,1,2,0,60,30", "the points do not add up to 100"),
    ],
)
def test_what_does_not_fit_together_is_set_aside_whole(
    tmp_path: Path, instrument: Instrument, row: str, reason: str
) -> None:
    responses = bound(tmp_path, instrument, row)
    assert {(entry.code, entry.reason) for entry in responses.rejected} == {("VALUE-002", reason)}
    columns = [entry.column for entry in responses.rejected]
    assert columns in (["GOALS__1", "GOALS__2", "GOALS__3"], ["CAUSE__1", "CAUSE__2"])
    assert responses.answers[columns].isna().all(axis=None)


@pytest.mark.parametrize(
    ("columns", "cells"),
    [
        ("USE__1,USE__2,USE__3,USE__9", "1,,,1"),
        ("USE__1,USE__9", "1,1"),
        ("USE__1,USE__2,USE__3,USE__9", "1,-7,0,1"),
        ("USE__1,USE__2,USE__3,USE__9", "1,1,1,"),
        ("GOALS__1,GOALS__2,GOALS__3", "1,1,"),
        ("WHY__1,WHY__2,WHY__3", "60,60,"),
        ("WHY__1,WHY__2,WHY__3", "60,41,-7"),
    ],
)
def test_blank_cells_hide_no_contradiction(
    tmp_path: Path, instrument: Instrument, columns: str, cells: str
) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(f"RID,ARM,{columns}\na,1,{cells}\n", encoding="utf-8")
    responses = read_responses(path, instrument)
    filled = [cell for cell in cells.split(",") if cell]
    assert [entry.value for entry in responses.rejected] == filled
    assert {entry.code for entry in responses.rejected} == {"VALUE-002"}
    assert responses.answers[columns.split(",")].isna().all(axis=None)


@pytest.mark.parametrize(
    ("columns", "cells"),
    [
        ("USE__1,USE__2,USE__3,USE__9", "1,,,0"),
        ("USE__1,USE__2,USE__3,USE__9", ",,,1"),
        ("GOALS__1,GOALS__2,GOALS__3", "2,,"),
        ("WHY__1,WHY__2,WHY__3", "60,40,"),
        ("WHY__1,WHY__2,WHY__3", "-7,,60"),
    ],
)
def test_a_part_of_an_answer_without_a_contradiction_is_kept(
    tmp_path: Path, instrument: Instrument, columns: str, cells: str
) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(f"RID,ARM,{columns}\na,1,{cells}\n", encoding="utf-8")
    responses = read_responses(path, instrument)
    assert responses.rejected == ()
    kept = responses.answers[columns.split(",")].iloc[0].dropna().tolist()
    assert kept == [float(cell) for cell in cells.split(",") if cell]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("a,3,1,2,0,60,40", "ARM", "not among the levels 1, 2"),
        ("a,1,3,1,2,60,40", "GOALS__1", "a rank is 1 to 2, or 0 (not ranked)"),
        ("a,1,1,2,0,160,-40", "CAUSE__1", "points must lie between 0 and 100"),
    ],
)
def test_single_values_that_cannot_be_are_set_aside(
    tmp_path: Path, instrument: Instrument, row: str, column: str, reason: str
) -> None:
    rejected = bound(tmp_path, instrument, row).rejected
    assert (column, reason) in {(entry.column, entry.reason) for entry in rejected}


def test_simulated_answers_fit_and_come_back(tmp_path: Path, instrument: Instrument) -> None:
    everyone = {
        "population": "all",
        "about": "",
        "rows": 60,
        "seed": 1,
        "paths": {},
        "loadings": {},
        "shares": {},
        "groups": {"all": {"share": 1.0}},
    }
    population = PopulationForm.model_validate(everyone)
    drawn = simulate_answers(population, instrument, n_rows=60, rng=np.random.default_rng(1))
    assert (drawn.answers["ARM"] == 1).sum() == 30
    path = tmp_path / "answers.csv"
    write_canonical(drawn.answers, path)
    responses = read_responses(path, instrument)
    assert responses.rejected == ()
    failed = responses.answers["ARM"] == 1
    assert responses.answers["CAUSE__1"].notna().eq(failed).all()


def test_a_plan_is_simulated_with_modules(tmp_path: Path) -> None:
    sample = draw_sample("driver_impact", n_rows=60, modules=["vignette"])
    instrument = read_instrument("citizen", modules=["vignette"]).for_form("core")
    path = tmp_path / "answers.csv"
    write_canonical(sample.answers, path)
    responses = read_responses(path, instrument)
    assert responses.rejected == ()
    assert responses.answers["VATT__1"].notna().any()
