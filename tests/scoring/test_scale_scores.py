from collections.abc import Callable

import numpy as np
from numpy.testing import assert_allclose

from coprod_stats.responses import Responses
from coprod_stats.results import CaseResult
from coprod_stats.scoring import formative_indices, keyed_answers, score

SURVEY = """
instrument: small
version: 1.0.0
title: A small survey
languages: [en]
constructs: carers_constructs.yaml
forms: {full: {title: Full}}
responses:
  five:
    kind: unipolar
    options: {1: a, 2: b, 3: c, 4: d, 5: e}
    off_scale: {6: too early to say}
administrative:
  - {id: RID, title: Respondent, role: respondent}
pages:
  - page: one
    blocks:
      - block: grid
        responses: five
        items:
          - {id: Q1, text: one}
          - {id: Q2, text: two, reverse: true}
          - {id: Q3, text: three}
scales:
  M: {title: A mean, construct: NEG, items: [Q1, Q2, Q3], min_answered: 2}
  T: {title: A sum, construct: POS, items: [Q1, Q3], method: sum, min_answered: 1}
indices:
  N: {title: How many above three, construct: NEG, value: "count(Q1..Q2 > 3)"}
"""
ANSWERS = "RID,Q1,Q2,Q3\na,1,5,1\nb,5,1,6\nc,-9,-7,4\nd,,,\n"


def test_scores_follow_the_rules_of_the_instrument(
    bind: Callable[[str, str], Responses],
) -> None:
    found = score(bind(SURVEY, ANSWERS))
    cases = found.augment()
    assert cases["respondent"].tolist() == ["a", "b", "c", "d"]
    assert_allclose(cases["M"], [1, 5, np.nan, np.nan])
    assert_allclose(cases["T"], [2, 10, 8, np.nan])
    assert_allclose(cases["N"], [1, 1, np.nan, np.nan])


def test_off_scale_and_missing_answers_carry_no_amount(
    bind: Callable[[str, str], Responses],
) -> None:
    keyed = keyed_answers(bind(SURVEY, ANSWERS), ["Q2", "Q3"])
    assert_allclose(keyed["Q2"], [1, 5, np.nan, np.nan])
    assert_allclose(keyed["Q3"], [1, np.nan, 4, np.nan])


def test_tables(bind: Callable[[str, str], Responses]) -> None:
    found = score(bind(SURVEY, ANSWERS))
    assert isinstance(found, CaseResult)
    table = found.tidy().set_index("term")
    counts = table[["n_scored", "n_too_few", "n_unanswered"]]
    assert counts.loc["M"].tolist() == [2, 1, 1]
    assert counts.loc["T"].tolist() == [3, 0, 1]
    assert table.loc["M", ["floor", "ceiling"]].tolist() == [0.5, 0.5]
    assert_allclose(table.loc["T", ["floor", "ceiling"]].tolist(), [1 / 3, 1 / 3])
    assert table.loc["T", "rule"] == "sum of 2, at least 1 answered, prorated"
    assert found.glance().iloc[0].to_dict() == {
        "n_respondents": 4,
        "n_scales": 2,
        "n_indices": 1,
        "n_complete": 2,
    }
    assert str(found).splitlines()[1].split() == ["M", "A", "mean", "2", "3.00", "2.83"]


def test_tables_of_indices(bind: Callable[[str, str], Responses]) -> None:
    found = formative_indices(bind(SURVEY, ANSWERS))
    assert isinstance(found, CaseResult)
    assert found.tidy().loc[0, ["term", "n_scored", "mean"]].tolist() == ["N", 2, 1.0]
    assert found.glance().iloc[0].to_dict() == {
        "n_indices": 1,
        "n_respondents": 4,
        "n_complete": 2,
    }


def test_an_instrument_without_scales_has_empty_tables(
    bind: Callable[[str, str], Responses],
) -> None:
    bare = SURVEY[: SURVEY.index("scales:")]
    found = score(bind(bare, ANSWERS))
    assert found.tidy().empty
    assert found.glance()["n_scales"].item() == 0
    assert found.augment().columns.tolist() == ["respondent"]


def test_the_carers_study_scored_nearly_the_same(carers: Responses) -> None:
    """The study's own score has a seventh item, which the shipped answers lack."""
    ours = 6 * score(carers).values["NEG"]
    theirs = carers.numbers(["NEGC7"])["NEGC7"]
    assert ours.corr(theirs) > 0.95
