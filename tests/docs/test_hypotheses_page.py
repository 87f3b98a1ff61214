"""Every hypothesis has the form in which it can be tested, and the page says so."""

from __future__ import annotations

import re

import hypotheses_page
import pytest

from coprod_stats.instruments import read_instrument
from coprod_stats.instruments.checks.linting import lint
from coprod_stats.instruments.shipped import list_modules
from coprod_stats.study.coverage_staircase import coverage_of
from coprod_stats.study.plan_reading import read_hypotheses
from coprod_stats.study.question_costs import (
    costs_in_words,
    hypotheses_served,
    question_costs,
)
from coprod_stats.study.questionnaire_claims import claimed_paths, readable_plans

PAGE = hypotheses_page.PAGE.read_text(encoding="utf-8")


def test_the_page_is_current() -> None:
    assert hypotheses_page.page() == PAGE, "write it anew: make hypotheses"


@pytest.mark.parametrize("hypothesis", read_hypotheses(), ids=lambda entry: entry.id)
def test_every_variable_of_a_hypothesis_is_asked_in_some_form(hypothesis) -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| {hypothesis.id} |"))
    assert "not asked" not in row


@pytest.mark.parametrize(
    "id", ["H18", "H19", "H20", "H22", "H27", "H28", "H29", "H32", "H61", "H62"]
)
def test_who_takes_part_at_all_can_be_analysed(id: str) -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| {id} |"))
    hypothesis = next(entry for entry in read_hypotheses() if entry.id == id)
    full = read_instrument("citizen").for_form("full")
    assert hypotheses_page._people(full, set(hypothesis.variables)) == hypotheses_page.EVERYBODY, (
        row
    )


def test_the_page_marks_the_hypotheses_whose_words_the_linter_finds() -> None:
    citizen = read_instrument("citizen", modules=list_modules())
    found = lint(citizen, paths=claimed_paths(citizen))
    named = {id for e in found if e.code == "LINT-025" for id in re.findall(r"\bH\d+\b", e.found)}
    marked = {line.split(" | ")[0].strip("| ") for line in PAGE.splitlines() if "\\* |" in line}
    assert named
    assert marked == named
    assert "H55" not in marked  # capacity is asked in the same words of all


def test_the_page_and_the_costs_agree_with_coverage_on_what_can_be_tested() -> None:
    judged = coverage_of(hypotheses_page.SIDES, readable_plans()).hypotheses
    testable = {entry.hypothesis for entry in judged if entry.status != "not testable"}
    untestable = {entry.hypothesis for entry in judged} - testable
    for entry in read_hypotheses():
        row = next(line for line in PAGE.splitlines() if line.startswith(f"| {entry.id} |"))
        if "SIDE" not in entry.variables:
            assert ("not testable: " in row) == (entry.id in untestable), row
    for form in ("core", "full"):
        questions = read_instrument("citizen").for_form(form)
        served = hypotheses_served(questions, read_hypotheses())
        assert untestable.isdisjoint(id for ids in served.values() for id in ids)


def test_costs_are_those_of_all_questions_and_name_what_they_serve() -> None:
    core = read_instrument("citizen").for_form("core")
    costs = question_costs(core, read_hypotheses())
    asked = sorted(id for cost in costs for id in cost.items)
    assert asked == sorted(question.id for question in core.questions)
    by_part = {cost.part: cost for cost in costs}
    assert by_part["DRREL"].n_rotating == 1
    assert "H15a" in by_part["DRREL"].hypotheses
    assert by_part["MRK"].hypotheses == ()
    assert "MRK        3 questions, 22 s: no hypothesis" in costs_in_words(costs)


@pytest.mark.parametrize("side", ["citizen", "provider"])
@pytest.mark.parametrize("form", ["core", "full"])
def test_a_question_serves_what_depends_on_itself_and_not_on_its_neighbours(
    side: str, form: str
) -> None:
    questions = read_instrument(side).for_form(form)
    served = hypotheses_served(questions, read_hypotheses())
    costs = question_costs(questions, read_hypotheses())
    assert all(cost.hypotheses == served.get(id, ()) for cost in costs for id in cost.items)
    assert {cost.part for cost in costs} >= {"DRREL", "FCSUC", "IVEST"}
    if side == "citizen":
        years = next(cost for cost in costs if "DRRELY" in cost.items)
        assert (years.part, years.hypotheses) == ("DRRELY", ()), "no part of the scale DRREL"


def test_a_question_of_two_scales_is_counted_under_the_first() -> None:
    full = read_instrument("provider").for_form("full")
    costs = question_costs(full, read_hypotheses())
    parts = {cost.part: cost.items for cost in costs}
    assert len(parts["FAOPA"]) == len(parts["FPMIN"]) == 4
    assert "OATT" not in parts, "both together"


def test_a_questionnaire_that_serves_no_hypothesis_has_no_such_section() -> None:
    carers = read_instrument("carers").for_form("full")
    assert costs_in_words(question_costs(carers, read_hypotheses())) == ""
