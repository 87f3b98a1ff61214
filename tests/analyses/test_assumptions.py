"""What a specification assumes otherwise, one thing at a time."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from coprod_stats.analyses.paths.assumptions import changed_assumptions
from coprod_stats.analyses.paths.counted_unknowns import with_unknown_as, without_middle
from coprod_stats.analyses.paths.form import ScoresSpecification, SemSpecification, Subgroup
from coprod_stats.analyses.paths.planned_model import counted_items
from coprod_stats.instruments import read_instrument
from coprod_stats.instruments.model import DONT_KNOW
from coprod_stats.plans.model import Respondents
from coprod_stats.responses import read_responses
from coprod_stats.scoring import keyed_answers
from coprod_stats.study.plan_reading import read_plan

SAMPLE = Path(__file__).parents[2] / "sample_data" / "citizen_synthetic.csv"
POINTS = {1, 2, 3, 4, 5}

USERS = Subgroup(hypotheses=("H07", "H08"), where="DIGITAL == 1", population="users")
BASE = SemSpecification(specification="main", title="Main", role="confirmatory")


@pytest.mark.parametrize(
    ("otherwise", "words"),
    [
        ({"estimator": "ML"}, "estimator ML"),
        ({"engine": "semopy"}, "engine semopy"),
        ({"ordered": True, "estimator": "WLSMV"}, "answers as ordered categories (WLSMV)"),
        ({"missing": "listwise"}, "complete rows only"),
        ({"rotating": False}, "without rotating items"),
        ({"omit": ("KGN3", "SHR1")}, "without KGN3, SHR1"),
        ({"dont_know": "lowest"}, "don't-knows as the lowest answer"),
        ({"respondents": Respondents(classes=("strict",))}, "respondents: strict"),
        ({"where": "DFVOL == 1"}, "only DFVOL == 1"),
        ({"include_flagged": True}, "with flagged respondents"),
        ({"without": ("cluster",)}, "without cluster"),
        ({"syntax": "QUA1 ~~ QUA2\n W =~ QUA6 + PRF13"}, "with QUA1 ~~ QUA2; W =~ QUA6 + PRF13"),
        ({"subgroups": (USERS,)}, "H07, H08 in their own group"),
    ],
)
def test_every_option_that_differs_is_named_and_nothing_else(otherwise, words):
    entry = BASE.model_copy(update=otherwise)
    assert changed_assumptions(entry, BASE) == (words,)
    assert changed_assumptions(entry, entry) == ()
    (back,) = changed_assumptions(BASE, entry)
    assert back != words


def test_every_option_has_its_words():
    """An option that is new in the grammar cannot be silent."""
    silent = {"specification", "title", "role"}
    said = {"estimator", "engine", "ordered", "missing", "rotating", "omit", "dont_know", "syntax"}
    said |= {"respondents", "where", "include_flagged", "without", "subgroups"}
    assert SemSpecification.model_fields.keys() == silent | said


def test_scores_differ_by_what_they_are():
    scores = ScoresSpecification(specification="s", title="S", scores=True)
    assert changed_assumptions(scores, BASE) == ("scale scores in place of factors",)
    assert changed_assumptions(BASE, scores) == ("factors in place of scale scores",)


@pytest.mark.parametrize(("answer", "keyed"), [("lowest", 1), ("middle", 3), ("highest", 5)])
def test_a_dont_know_counts_in_the_direction_in_which_its_item_is_scored(answer, keyed):
    """The lowest amount of a reverse-worded item is its highest code."""
    found = read_responses(SAMPLE, read_instrument("citizen"))
    five = [
        item
        for item in found.instrument.items
        if item.id in found.answers and item.responses and set(item.responses.values) == POINTS
    ]
    items = [next(i.id for i in five if i.reverse is reverse) for reverse in (False, True)]
    table = found.answers.copy()
    table.iloc[:3, [table.columns.get_loc(id) for id in items]] = DONT_KNOW
    unknown = replace(found, answers=table)
    counted = with_unknown_as(unknown, items, answer)
    assert keyed_answers(counted, items).iloc[:3].eq(keyed).all(axis=None)
    assert keyed_answers(unknown, items).iloc[:3].isna().all(axis=None)
    others = [column for column in table.columns if column not in items]
    pd.testing.assert_frame_equal(counted.answers[others], found.answers[others])


def test_answers_of_an_even_number_have_no_middle(carers):
    """Carers answered on four points."""
    assert without_middle(carers.instrument, ("COP1", "COP2")) == ("COP1", "COP2")
    assert without_middle(carers.instrument, ("HOURS",)) == ()


def test_items_that_are_omitted_need_no_middle():
    plan = read_plan("driver_impact")
    (form,) = plan.form.analyses
    relations = tuple(entry for each in plan.hypotheses for entry in each.relations())
    every = counted_items(form, plan.instrument, relations)
    of_factors = {id for name in form.factors for id in plan.instrument.scale(name).items}
    of_factor, behind_index = "DRREL1", min(set(every) - of_factors)
    fewer = counted_items(form, plan.instrument, relations, omit=[of_factor, behind_index])
    assert set(every) - set(fewer) == {of_factor}, "an index keeps its questions"
