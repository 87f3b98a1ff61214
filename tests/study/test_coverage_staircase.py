"""The staircase of coverage, what can be tested, and that both agree with the linter."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from coprod_stats.instruments import read_instrument
from coprod_stats.instruments.checks.linting import lint
from coprod_stats.plans.hypotheses import Hypothesis
from coprod_stats.study.coverage_staircase import (
    STEPS,
    Coverage,
    Staircase,
    coverage_of,
    staircase,
)
from coprod_stats.study.hypothesis_coverage import HypothesisCoverage, judge_hypotheses
from coprod_stats.study.plan_reading import read_hypotheses, read_plan
from coprod_stats.study.questionnaire_claims import (
    claimed_paths,
    measured_in_modules,
    readable_plans,
)


@pytest.fixture(scope="module")
def found() -> Coverage:
    return coverage_of(["citizen"], readable_plans())


@pytest.fixture(scope="module")
def rows(found: Coverage) -> dict[str, Staircase]:
    return {row.construct.code: row for row in found.rows}


def test_items_are_counted_in_each_form(rows: dict[str, Staircase]) -> None:
    instrument = read_instrument("citizen")
    for row in rows.values():
        for form in row.forms:
            if not form.form.startswith("module"):
                asked = {item.id for item in instrument.for_form(form.form).questions}
                assert set(form.items) <= asked
            assert form.n_together <= len(form.items)
    core, full = rows["MVREL"].forms
    assert (len(core.items), core.reliability) < (len(full.items), full.reliability)


def test_a_module_is_no_form(rows: dict[str, Staircase]) -> None:
    (measure,) = rows["GOL1"].forms
    assert measure.form == "module goals_benefits_challenges_reasons"
    assert "scaled as fielded" not in rows["GOL1"].steps
    assert "asked of all" not in rows["GOL1"].steps


def test_what_decides_who_has_an_index_measures_nothing(rows: dict[str, Staircase]) -> None:
    stages = tuple(f"CPSTG{stage}" for stage in range(1, 7))
    for form in rows["CPSTG"].forms:
        assert form.items == stages
        assert form.share < 0.6
    assert "asked of all" not in rows["CPSTG"].steps


@pytest.mark.parametrize(("one", "together", "items"), [("BEN1", "BEN", 1), ("CHL1", "CHL", 3)])
def test_a_sum_over_several_constructs_scales_none_of_them(
    rows: dict[str, Staircase], one: str, together: str, items: int
) -> None:
    (measure,) = rows[one].forms
    assert (len(measure.items), measure.kind) == (items, "single items")
    assert rows[one].reached == "asked"
    assert "scaled" in rows[together].steps
    assert not rows[together].forms[0].reliability


def test_no_answer_has_been_seen_of_citizens_and_some_of_carers(found: Coverage) -> None:
    assert found.counts["seen on real answers"] == 0
    assert found.counts["named"] == len(found.rows) > found.counts["asked"]
    carers = coverage_of(["carers"], readable_plans())
    assert carers.counts["seen on real answers"] == len(carers.rows) == 2
    assert {row.reached for row in carers.rows} == {STEPS[-1]}
    assert carers.hypotheses == ()


def test_a_planned_construct_is_no_gap(rows: dict[str, Staircase]) -> None:
    assert rows["GAP1"].reached == "named"
    assert rows["GAP1"].note
    assert not rows["GAP1"].is_open


def test_a_gap_that_a_plan_analyses_has_got_as_far(rows: dict[str, Staircase]) -> None:
    assert rows["GAP3"].plans == ("driver_impact",)
    assert rows["GAP3"].reached == "analysed"


def test_the_sides_of_a_construct_are_told_apart(rows: dict[str, Staircase]) -> None:
    (measure,) = rows["FARSK"].forms
    assert measure.n_scales == 2, "of the organisation, and of citizens"
    assert "7 of all in 2 parts" in str(measure)
    assert all(form.n_scales == 1 for form in rows["QUA"].forms)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("DRREL", "core: 4 of 32%, reflective, reliability, and 1 single item"),
        ("INTNT", "module vignette: 3 of all, reflective, reliability, and 1 single item"),
        ("CPFRM", "core: 1 of 32%, single items"),
    ],
)
def test_what_is_in_no_scale_is_not_counted_as_of_the_scale(
    rows: dict[str, Staircase], code: str, words: str
) -> None:
    assert str(rows[code].forms[0]) == words


@pytest.mark.parametrize("without", ["QUA", "CPFRM"])
def test_coverage_and_lint_call_the_same_constructs_unmeasured(without: str) -> None:
    whole = read_instrument("citizen")
    pages = tuple(
        replace(
            page,
            blocks=tuple(
                replace(
                    block,
                    items=tuple(replace(item, measures=()) for item in block.items)
                    if any(without in {c.code for c in item.measures} for item in block.items)
                    else block.items,
                )
                for block in page.blocks
            ),
        )
        for page in whole.pages
    )
    scales = tuple(scale for scale in whole.scales if scale.construct.code != without)
    cut = replace(whole, pages=pages, scales=scales)
    missing = {entry.place for entry in lint(cut) if entry.code == "LINT-010"}
    assert without in missing
    assert without not in {e.place for e in lint(whole) if e.code == "LINT-010"}
    assert missing == {row.construct.code for row in staircase([cut], [cut], ()) if row.is_open}


def test_what_a_module_asks_is_missing_in_neither(rows: dict[str, Staircase]) -> None:
    whole = read_instrument("citizen")
    in_modules = measured_in_modules(whole)
    assert "GOL1" in in_modules
    missing = {e.place for e in lint(whole, in_modules=in_modules) if e.code == "LINT-010"}
    assert missing == {code for code, row in rows.items() if row.is_open}


def test_coverage_and_lint_agree_on_who_is_asked(found: Coverage) -> None:
    citizen = read_instrument("citizen")
    about = [entry.id for entry in read_hypotheses() if entry.among is not None]
    judged = {entry.hypothesis: entry.status for entry in found.hypotheses}
    assert "H35" in about
    assert judged["H35"] == "testable"
    # without what the hypotheses say of whom they are, every one that needs some of them is found
    paths = [replace(path, among="") for path in claimed_paths(citizen)]
    of_all = [entry.model_copy(update={"among": None}) for entry in read_hypotheses()]
    status = {entry.hypothesis: entry.status for entry in judge_hypotheses(of_all, citizen, {})}
    found_by_lint = lint(citizen, paths=paths)
    assert "LINT-019" in {entry.code for entry in found_by_lint}
    for entry in found_by_lint:
        if entry.code == "LINT-019":
            named = re.findall(r"\bH\d+[a-z]?\b", entry.found)
            assert named
            assert {status[id] for id in named} <= {"not testable", "testable among some"}


def test_facets_that_lint_finds_have_no_reliability(rows: dict[str, Staircase]) -> None:
    flagged = {e.place for e in lint(read_instrument("citizen")) if e.code == "LINT-018"}
    for code in flagged & rows.keys():
        assert not any(form.reliability for form in rows[code].forms)


def hypothesis(**given: object) -> Hypothesis:
    return Hypothesis.model_validate({"id": "X", "sign": "+", **given})


@pytest.mark.parametrize(
    ("given", "status", "reason"),
    [
        ({"predictor": "DRREL", "outcome": "QUA"}, "testable", ""),
        ({"predictor": "ADWKL", "outcome": "QUA"}, "not testable", "ADWKL is not asked"),
        ({"predictor": "CPAMT", "outcome": "MISP"}, "testable among some", "decide who is asked"),
        ({"predictor": "QUA", "outcome": "CPAMT"}, "not testable", "decide who is asked QUA"),
        ({"predictor": "DRTEC", "outcome": "DTDIV"}, "not testable", "decide who is asked DRTEC"),
        ({"predictor": "DRTEC", "outcome": "DTDIVS"}, "testable", ""),  # counts no channels
        (
            {"predictor": "QUA", "outcome": "PRF", "kind": "time"},
            "not testable",
            "needs several waves",
        ),
        (
            {"predictor": "QUA", "outcome": "PRF", "kind": "moderator", "moderator": "ADWKL"},
            "not testable",
            "ADWKL is not asked",
        ),
        (
            {"predictor": "QUA", "outcome": "PRF", "untestable": "nobody can know"},
            "not testable",
            "nobody can know",
        ),
    ],
)
def test_what_can_be_tested(given: dict[str, object], status: str, reason: str) -> None:
    (judged,) = judge_hypotheses([hypothesis(**given)], read_instrument("citizen"), {})
    assert (judged.status, reason in judged.reason) == (status, True)


def test_a_plan_that_tests_waves_makes_them_testable() -> None:
    claim = hypothesis(predictor="DRREL", outcome="QUA", kind="time")
    (judged,) = judge_hypotheses([claim], read_instrument("citizen"), {"X": ("panel",)})
    assert judged == HypothesisCoverage("X", "citizen", "testable", "", "core", ("panel",))


def test_headline_hypotheses_name_their_plan(found: Coverage) -> None:
    plans = {entry.hypothesis: entry.plans for entry in found.hypotheses}
    for entry in read_plan("driver_impact").hypotheses:
        assert plans[entry.id] == ("driver_impact",)


def test_hypotheses_that_no_questionnaire_can_test_say_why(found: Coverage) -> None:
    by_id = {entry.hypothesis: entry for entry in found.hypotheses}
    for id in ("H39", "H54"):
        assert by_id[id].status == "not testable"
        assert len(by_id[id].reason) > 20
        assert "not testable with this questionnaire" in str(by_id[id])
    assert by_id["H24"].status == "testable"
