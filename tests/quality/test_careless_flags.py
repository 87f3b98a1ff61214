from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from coprod_stats.quality import FLAG_RULES, FlagRule, FlagRules, careless_indices, flag_careless
from coprod_stats.quality.careless_indices import comparable_items
from coprod_stats.quality.careless_responding import mahalanobis_distance
from coprod_stats.quality.flags import FlagRuleError
from coprod_stats.quality.response_consistency import even_odd
from coprod_stats.quality.routes import routes
from coprod_stats.quality.straightlining import item_runs
from coprod_stats.responses import Responses
from coprod_stats.results import CaseResult

SURVEY = """
instrument: small
version: 1.0.0
title: A small survey
languages: [en]
constructs: carers_constructs.yaml
forms: {full: {title: Full}}
responses:
  five: {kind: unipolar, options: {1: a, 2: b, 3: c, 4: d, 5: e}}
  five_or_none:
    kind: unipolar
    options: {1: a, 2: b, 3: c, 4: d, 5: e}
    off_scale: {6: Does not apply}
  four: {kind: unipolar, options: {1: a, 2: b, 3: c, 4: d}}
  yes_no: {kind: categorical, options: {0: "No", 1: "Yes"}}
administrative:
  - {id: RID, title: Respondent, role: respondent}
  - {id: SECONDS, title: Time, role: seconds, kind: number}
pages:
  - page: one
    blocks:
      - block: gate
        items: [{id: USER, text: "Do you use it?", responses: yes_no}]
  - page: two
    blocks:
      - block: grid
        responses: five
        items:
          - {id: A1, text: a}
          - {id: A2, text: a, reverse: true}
          - {id: B1, text: b}
          - {id: B2, text: b}
          - {id: CHECK, text: "Please mark b here.", attention_pass: 2}
          - {id: C1, text: c}
          - {id: C2, text: c}
  - page: three
    when: USER == 1
    blocks:
      - block: more
        responses: five_or_none
        items: [{id: C3, text: c}]
      - block: other
        responses: four
        items: [{id: D1, text: d}]
scales:
  A: {title: A, construct: NEG, items: [A1, A2], min_answered: 1}
  B: {title: B, construct: NEG, items: [B1, B2], min_answered: 1}
  C: {title: C, construct: POS, items: [C1, C2, C3], min_answered: 1}
  D: {title: D, construct: POS, items: [D1], min_answered: 1}
"""
COLUMNS = "RID,SECONDS,USER,A1,A2,B1,B2,CHECK,C1,C2,C3,D1"


@pytest.fixture
def answers(bind: Callable[[str, str], Responses]) -> Responses:
    rng = np.random.default_rng(11)
    rows = [
        "straight,9,0,4,4,4,4,4,4,4,,",
        "careful,90,0,5,1,3,3,2,1,2,,",
        "gaps,90,0,-9,-9,-7,3,-7,-8,-9,,",
        "untimed,,0,1,5,3,2,2,5,5,,",
    ]
    for k in range(60):
        trait = rng.normal(size=3)
        level = np.repeat(trait, [2, 2, 3]) * [1, -1, 1, 1, 1, 1, 1] + 0.7 * rng.normal(size=7)
        a1, a2, b1, b2, c1, c2, c3 = np.clip(np.round(3 + level), 1, 5).astype(int)
        user = k % 2
        last = f"{c3},{1 + k % 4}" if user else ","
        rows.append(f"r{k},60,{user},{a1},{a2},{b1},{b2},2,{c1},{c2},{last}")
    return bind(SURVEY, "\n".join([COLUMNS, *rows]) + "\n")


def row(answers: Responses, respondent: str) -> int:
    return answers.respondents.tolist().index(respondent)


def test_items_compared_share_the_commonest_range(answers: Responses) -> None:
    ids = [item.id for item in comparable_items(answers)]
    assert ids == ["A1", "A2", "B1", "B2", "C1", "C2", "C3"]


def test_item_runs_hold_consecutive_items_of_one_response_scale(answers: Responses) -> None:
    """The last item of the run has an answer off the scale beside the same options."""
    found = [[item.id for item in run] for run in item_runs(answers.instrument)]
    assert found == [
        ["USER"],
        ["A1", "A2", "B1", "B2", "CHECK", "C1", "C2", "C3"],
        ["D1"],
    ]


def test_longstring_share_is_of_the_items_answered(answers: Responses) -> None:
    index = careless_indices(answers)["longstring_share"]
    assert index.values[row(answers, "straight")] == 1.0
    assert index.values[row(answers, "careful")] == pytest.approx(2 / 7)
    assert index.reasons[row(answers, "gaps")].startswith("too few items of a run answered")


def test_distances_are_among_those_who_were_shown_the_same_items(answers: Responses) -> None:
    items = comparable_items(answers)
    given = answers.numbers([item.id for item in items]).to_numpy(dtype=float)
    found = routes(answers, items)
    assert [int(route.members.sum()) for route in found] == [34, 30]
    index = careless_indices(answers)["mahalanobis_d2"]
    for route in found:
        among = mahalanobis_distance(given[np.ix_(route.members, route.shown)])
        assert_allclose(index.values[route.members], among.values)


def test_even_odd_is_of_keyed_answers(answers: Responses) -> None:
    given = answers.numbers(["A1", "A2", "B1", "B2", "C1", "C2", "C3"]).to_numpy(
        dtype=float, copy=True
    )
    given[:, 1] = 6 - given[:, 1]
    expected = even_odd(
        given, [np.array([0, 1]), np.array([2, 3]), np.array([4, 5, 6])], min_pairs=3
    )
    assert_array_equal(careless_indices(answers)["even_odd"].values, expected.values)


def test_attention_and_pace_say_why_there_is_no_value(answers: Responses) -> None:
    found = careless_indices(answers)
    attention, pace = found["attention_failed"], found["seconds_per_item"]
    assert attention.values[row(answers, "straight")] == 1
    assert attention.values[row(answers, "careful")] == 0
    assert attention.reasons[row(answers, "gaps")] == "no attention item answered"
    assert pace.values[row(answers, "straight")] == pytest.approx(9 / 8)
    assert pace.reasons[row(answers, "untimed")] == "no time recorded"


def test_no_value_is_missing_in_silence(answers: Responses, carers: Responses) -> None:
    for responses in (answers, carers):
        found = careless_indices(responses)
        assert isinstance(found, CaseResult)
        table = found.augment()
        for index in found.indices:
            assert (table[index.name].isna() == (table[f"{index.name}_reason"] != "")).all()


def test_the_carers_form_allows_some_indices_and_says_why_not_others(carers: Responses) -> None:
    found = careless_indices(carers)
    table = found.tidy().set_index("term")
    assert table.loc["longstring", "n_computed"] == 902
    assert table.loc["even_odd", "reason"].startswith("needs 3 scales of two or more items")
    assert table.loc["attention_failed", "reason"] == "the form has no attention item"
    assert table.loc["seconds_per_item", "reason"] == "no completion times were recorded"
    assert table.loc["longstring_share", "reason"].startswith("no 6 items in a row")
    assert found.glance().iloc[0].to_dict() == {
        "n_respondents": 908,
        "n_indices": 12,
        "n_applicable": 6,
    }
    assert "no item answered (6)" in str(found)


def test_a_form_with_one_scale_item_allows_no_index(bind: Callable[[str, str], Responses]) -> None:
    found = careless_indices(bind(SURVEY, "RID,A1\na,3\nb,4\n"))
    reason = "fewer than two answered scale items share a range of codes"
    assert found["longstring"].unavailable == reason
    assert found["mahalanobis_p"].unavailable == reason


def test_distances_of_too_few_respondents_are_unavailable(
    bind: Callable[[str, str], Responses],
) -> None:
    found = careless_indices(bind(SURVEY, "RID,USER,A1,B1\na,0,3,2\nb,0,4,1\n"))
    assert found["mahalanobis_d2"].unavailable == "the covariance matrix of the answers is singular"
    assert found["mahalanobis_p"].unavailable == found["mahalanobis_d2"].unavailable


def test_two_families_must_agree(answers: Responses) -> None:
    flags = flag_careless(answers)
    assert isinstance(flags, CaseResult)
    cases = flags.augment().set_index("respondent")
    assert cases.loc["straight", "flagged"]
    assert cases.loc["straight", "n_families"] >= 3
    assert cases.loc["straight", "reasons"].startswith(
        "faster than 2 seconds per item; same answer"
    )
    assert not cases.loc["careful", "flagged"]
    assert not cases.loc["gaps", "flagged"]
    summary = flags.glance().iloc[0]
    assert summary["n_flagged"] == flags.flagged.sum()
    assert summary["share_flagged"] == flags.flagged.mean()
    assert summary["decisive"]
    assert str(flags).startswith(
        f"{flags.flagged.sum()} of 64 respondents flagged (beyond limits in 2"
    )


def test_two_indices_of_one_family_count_once(answers: Responses) -> None:
    fast = FlagRule("seconds_per_item", "straightlining", "below", 2, "fast", "test")
    same = FlagRule("longstring", "straightlining", "above", 5, "same", "test")
    other = FlagRule("attention_failed", "attention", "above", 0, "failed", "test")
    flags = flag_careless(answers, rules=FlagRules((fast, same, other)))
    straight = row(answers, "straight")
    assert flags.hits[straight].tolist() == [True, True, True]
    assert flags.n_families[straight] == 2


def test_a_form_that_allows_one_family_flags_nobody_and_says_so(carers: Responses) -> None:
    flags = flag_careless(carers)
    assert not flags.flagged.any()
    assert not flags.decisive
    assert flags.applicable_families == ("outlier",)
    assert "this form allows 1" in str(flags)
    table = flags.tidy().set_index("term")
    assert table.loc["mahalanobis_p", ["n_computed", "n_hits"]].tolist() == [902, 19]
    assert np.isnan(table.loc["even_odd", "share"])
    assert table["source"].ne("").all()


def test_one_family_is_enough_where_the_rules_say_so(carers: Responses) -> None:
    flags = flag_careless(carers, rules=replace(FLAG_RULES, min_families=1))
    assert flags.flagged.sum() == 19


@pytest.mark.parametrize("min_families", [0, 6])
def test_rules_must_be_able_to_flag(min_families: int) -> None:
    with pytest.raises(FlagRuleError, match=f"{min_families} families of indices"):
        replace(FLAG_RULES, min_families=min_families)


def test_rules_name_indices_that_exist(carers: Responses) -> None:
    rule = FlagRule("guess", "speed", "below", 2, "guess", "test")
    with pytest.raises(FlagRuleError, match="there is no index guess; use attention_failed"):
        flag_careless(carers, rules=FlagRules((rule,), min_families=1))
