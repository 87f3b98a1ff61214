from collections.abc import Callable

import pytest
from numpy.testing import assert_allclose

from coprod_stats.quality import missingness, screening
from coprod_stats.responses import Responses
from coprod_stats.responses.table import UnknownNameError
from coprod_stats.results import CaseResult

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
    off_scale: {6: too early}
  yes_no: {kind: categorical, options: {0: "No", 1: "Yes"}}
administrative:
  - {id: RID, title: Respondent, role: respondent}
pages:
  - page: one
    blocks:
      - block: gate
        responses: yes_no
        items:
          - {id: DID, text: "Did you do something?"}
          - {id: FREE, text: "Could you have said no?"}
          - {id: WAYS, text: "In which ways?", kind: multiple, options: {1: alone, 2: together}}
  - page: two
    when: DID == 1
    blocks:
      - block: grid
        responses: five
        items: [{id: Q1, text: one}, {id: Q2, text: two}]
derived:
  FULL: {title: Both, value: "if(DID == 1 and FREE == 1, 1, 0)"}
classification:
  title: Taking part
  classes: {strict: "FULL == 1", broad: "DID == 1"}
  otherwise: none
scales:
  Q: {title: Q, construct: NEG, items: [Q1, Q2], min_answered: 1}
"""
ANSWERS = """RID,DID,FREE,WAYS__1,WAYS__2,Q1,Q2
a,1,1,1,0,3,4
b,1,-9,0,0,6,-8
c,1,0,,,2,
d,0,1,1,1,,
e,-9,1,-7,-7,9,
"""


@pytest.fixture
def answers(bind: Callable[[str, str], Responses]) -> Responses:
    return bind(SURVEY, ANSWERS)


def test_every_cell_has_one_kind(answers: Responses) -> None:
    found = missingness(answers)
    assert isinstance(found, CaseResult)
    table = found.tidy().set_index("term")
    assert table.loc["DID", ["answered", "don't know"]].tolist() == [4, 1]
    assert table.loc["WAYS", ["answered", "blank", "seen, unanswered"]].tolist() == [3, 1, 1]
    assert table.loc["Q1", ["answered", "off scale", "not asked", "rejected"]].tolist() == [
        2,
        1,
        1,
        1,
    ]
    assert table.loc["Q2", ["answered", "refused", "blank", "not asked"]].tolist() == [1, 1, 1, 2]
    kinds = table.drop(columns=["n_asked", "share_missing", "text"])
    assert (kinds.sum(axis=1) == answers.n_respondents).all()


def test_what_the_routing_leaves_out_is_not_missing(answers: Responses) -> None:
    found = missingness(answers)
    cases = found.by_case().set_index("respondent")
    assert cases.loc["d", ["answered", "not asked", "n_asked"]].tolist() == [3, 2, 3]
    assert cases.loc["d", "share_missing"] == 0
    assert_allclose(cases.loc["b", "share_missing"], 3 / 5)
    assert found.glance()["n_complete"].item() == 2


def test_a_column_that_the_file_lacks_was_not_asked(bind: Callable[[str, str], Responses]) -> None:
    table = missingness(bind(SURVEY, "RID,DID\na,1\n")).tidy().set_index("term")
    assert table.loc["Q1", "not asked"] == 1
    assert table["share_missing"].isna().sum() == 4


def test_patterns_are_of_scale_items(answers: Responses) -> None:
    patterns = missingness(answers).patterns()
    assert patterns["unanswered"].tolist() == ["", "Q2", "Q1", "Q1, Q2"]
    assert patterns["n"].tolist() == [2, 1, 1, 1]
    assert patterns["n_unanswered"].tolist() == [0, 1, 1, 2]


def test_mcar_of_the_carers(carers: Responses) -> None:
    found = missingness(carers)
    assert found.mcar is not None
    assert (found.mcar.df, found.mcar.n_obs) == (69, 902)
    assert found.glance()["mcar_p_value"].item() == found.mcar.p_value
    assert str(found).splitlines()[-1].startswith("Little's MCAR test: chi-square(69) = 139.05")


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("a,1,3,4\nb,1,2,2\nc,1,5,1\n", "No answer is missing: there is nothing to test."),
        ("a,1,3,4\nb,1,3,4\n", "no scale item was answered in more than one way"),
    ],
)
def test_says_why_there_is_no_test_of_mcar(
    bind: Callable[[str, str], Responses], rows: str, reason: str
) -> None:
    found = missingness(bind(SURVEY, f"RID,DID,Q1,Q2\n{rows}"))
    assert found.mcar is None
    assert found.mcar_reason == reason
    assert str(found).endswith(f"No test of MCAR: {reason}")


def test_classes_are_counted_with_what_they_rest_on(answers: Responses) -> None:
    found = screening(answers)
    assert isinstance(found, CaseResult)
    assert found.augment()["class"].tolist() == ["strict", "broad", "broad", "none", "none"]
    table = found.tidy()
    assert table["term"].tolist() == ["strict", "broad", "none"]
    assert table["n"].tolist() == [1, 2, 2]
    assert table["rests_on"].tolist() == ["DID, FREE", "DID", ""]
    assert table["n_undecided"].tolist() == [2, 1, 0]
    assert found.glance().iloc[0].to_dict() == {
        "n_respondents": 5,
        "strict": 1,
        "broad": 2,
        "none": 2,
    }
    assert str(found).splitlines()[0] == "Taking part"


def test_an_instrument_without_classification_screens_nobody(carers: Responses) -> None:
    with pytest.raises(UnknownNameError, match="no classification"):
        screening(carers)
