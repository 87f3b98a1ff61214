"""Who took part, and how those who were excluded differ."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from coprod_stats.instruments import read_instrument
from coprod_stats.responses import read_responses
from coprod_stats.study.participants import (
    MEAN,
    OTHERS,
    UNANSWERED,
    UNRECORDED,
    describe_participants,
)

QUESTIONNAIRE = """
instrument: who
version: 1.0.0
title: "Who"
languages: [en]
offers: [dont_know]
forms: {core: {title: "Core"}}
administrative:
  - {id: RID, title: "Respondent", role: respondent}
  - {id: LANG, title: "Language"}
  - {id: MODE, title: "Mode"}
pages:
  - page: one
    blocks:
      - block: first
        items:
          - {id: SEX, text: "Sex?", options: {1: "Woman", 2: "Man"}}
          - {id: AGE, kind: number, text: "Age?", number: {min: 18, max: 90}}
"""


@pytest.fixture
def responses(tmp_path: Path):
    questionnaire = tmp_path / "who.yaml"
    questionnaire.write_text(QUESTIONNAIRE, encoding="utf-8")
    answers = tmp_path / "answers.csv"
    lines = ["1,en,1,20", "2,en,1,30", "3,fr,2,40", "4,de,2,-9", "5,de,-9,60", "6,en,1,50"]
    answers.write_text("\n".join(["RID,LANG,SEX,AGE", *lines]) + "\n", encoding="utf-8")
    return read_responses(answers, read_instrument(questionnaire))


def described(responses, *names, analysed=(True, True, True, True, False, False)):
    found = describe_participants(responses, responses.subset(np.array(analysed)), names)
    return found, found.tidy().set_index(["term", "category"])


def test_shares_are_of_those_who_answered_and_the_others_stand_beside(responses) -> None:
    found, table = described(responses, "SEX")
    assert (found.n_analysed, found.n_others) == (4, 2)
    women = table.loc[("SEX", "Woman")]
    assert (women["n_analysed"], women["value_analysed"]) == (2, 0.5)
    assert (women["n_others"], women["value_others"]) == (1, 1.0)
    # (.5 - 1) / sqrt((.25 + 0) / 2), the formula of Austin (2009) by hand
    assert women["difference"] == pytest.approx(-0.5 / np.sqrt(0.125))
    assert table.loc[("SEX", UNANSWERED), "n_others"] == 1
    assert table.loc[("SEX", UNANSWERED), "n_analysed"] == 0


def test_numbers_have_a_mean_and_a_standard_deviation(responses) -> None:
    _, table = described(responses, "AGE")
    row = table.loc[("AGE", MEAN)]
    assert (row["n_analysed"], row["value_analysed"]) == (3, 30)
    assert row["sd_analysed"] == pytest.approx(10)
    assert (row["n_others"], row["value_others"]) == (2, 55)
    spread = np.sqrt((10**2 + np.var([50, 60], ddof=1)) / 2)
    assert row["difference"] == pytest.approx((30 - 55) / spread)


def test_texts_are_categories_and_rare_ones_are_pooled(responses, monkeypatch) -> None:
    _, table = described(responses, "LANG")
    assert list(table.loc["LANG"].index) == ["en", "de", "fr"]
    monkeypatch.setattr("coprod_stats.study.participants.MOST_CATEGORIES", 1)
    _, pooled = described(responses, "LANG")
    assert list(pooled.loc["LANG"].index) == ["en", OTHERS]
    assert pooled.loc[("LANG", OTHERS), "n_analysed"] == 2


def test_a_column_that_the_answers_lack_is_not_recorded(responses) -> None:
    _, table = described(responses, "MODE")
    assert list(table.loc["MODE"].index) == [UNRECORDED]
    assert np.isnan(table.loc[("MODE", UNRECORDED), "difference"])


def test_where_nobody_was_left_out_there_is_no_difference(responses) -> None:
    found, table = described(responses, "SEX", "AGE", analysed=[True] * 6)
    assert found.n_others == 0
    assert table["difference"].isna().all()
    assert np.isnan(found.glance()["largest_difference"].iloc[0])


def test_the_table_has_its_columns_without_any_variable(responses) -> None:
    found, _ = described(responses)
    assert found.tidy().empty
    assert "difference" in found.tidy()
    assert isinstance(found.tidy(), pd.DataFrame)
