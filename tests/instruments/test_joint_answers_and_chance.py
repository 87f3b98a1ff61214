"""Rankings, allocations, assigned variables and rotating blocks."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from inline_questionnaires import Check, Read, marked, places

from coprod_stats.instruments import Instrument
from coprod_stats.instruments.assignment import draw_levels, draw_points, draw_ranks
from coprod_stats.instruments.language.evaluation import evaluate
from coprod_stats.instruments.language.expressions import ExpressionError, parse_expression
from coprod_stats.instruments.preview import preview
from coprod_stats.instruments.routes import draw_routes
from coprod_stats.instruments.timing import item_seconds

SURVEY = """
instrument: survey
version: 1.0.0
title: A survey
languages: [en]
forms: {core: {title: Core}, full: {title: Full}}
twin: other
assigned:
  ARM: {title: Arm, levels: {1: failure, 2: success}, forms: [full]}
placeholders:
  RESULT: {variable: ARM, levels: {1: it failed, 2: it worked}, otherwise: it ended}
planned_missing:
  id: PMSET
  title: Blocks that are asked
  forms: [full]
  sets: {1: [A, B], 2: [A, C], 3: [B, C]}
responses:
  ext5: {kind: unipolar, options: {1: Not at all, 2: A little, 3: Some, 4: Much, 5: Completely}}
  cnt3: {kind: count, options: {0: Never, 1: Once, 2: Often}}
pages:
  - page: first
    blocks:
      - block: goals
        items:
          - {id: GOALS, kind: rank, top: 2, text: First?, options: {1: Quiet, 2: Choice, 3: Help}}
          - {id: CAUSE, kind: allocate, total: 100, text: Due to?, options: {1: Me, 2: Staff}}
          - {id: ALL, kind: rank, text: All?, options: {1: Red, 2: Blue}, twin: EVERY}
          - id: WHY
            kind: text
            text: Why quiet?
            when: option(GOALS, 1) == 1 or option(CAUSE, 2) > 50
          - {id: STORY, kind: note, text: "You helped, and [RESULT].", seconds: 40, forms: [full]}
          - {id: LOST, text: Lost?, responses: ext5, when: ARM == 1, forms: [full]}
      - block: rows
        stem: To what extent
        responses: ext5
        items:
          - {id: ROW1, text: one}
          - {id: ROW2, text: two, forms: [full], rotation: A}
          - {id: ROW3, text: three, forms: [full], rotation: B}
          - {id: ROW4, text: four, forms: [full], rotation: C}
      - block: counts
        stem: How often
        responses: cnt3
        items: [{id: OFT1, text: one}]
"""

CHANCE = """
instrument: survey
version: 1.0.0
title: A survey
languages: [en]
forms: {core: {title: Core}, full: {title: Full}}
assigned:
  ARM: {title: Arm, levels: {1: failure, 2: success}, forms: [medium]}  # <- FORM-001
  PMSET: {title: Again, levels: {1: one, 2: two}}
placeholders:
  ONE: {variable: ARM, levels: {3: three}, otherwise: it}  # <- TEXT-004
  TWO: {variable: ZZ, levels: {1: one}, otherwise: it}  # <- TEXT-004
  THREE: {levels: {1: one}, otherwise: it}  # <- TEXT-004
planned_missing:  # <- ROTATE-003
  id: PMSET  # the id stands twice; reported at the variable
  title: Blocks
  forms:  # <- FORM-001
    - full
    - medium
  sets: {1: [A, B], 2: [C]}
pages:
  - page: first
    after: second  # reported at the page
    blocks:
      - block: one
        items:
          - {id: A1, text: One?, options: {1: a, 2: b}, forms: [full], rotation: A}
          - {id: A2, text: Two?, options: {1: a, 2: b}, forms: [full], rotation: B}
          - {id: A3, text: Three?, options: {1: a}, forms: [full], rotation: D}  # <- ROTATE-001
          - {id: A4, text: Four?, options: {1: a, 2: b}, rotation: C}  # <- ROTATE-002
          - id: A5
            text: Five?
            options: {1: a}
            forms: [full]
            when: A1 == 1  # <- ROTATE-004
          - id: A6
            text: Six?
            options: {1: a}
            when: ARM == 3  # <- EXPR-003
          - {id: A7, kind: rank, top: 3, text: Seven?, options: {1: a, 2: b}}  # <- ITEM-010
          - {id: A8, text: Eight?, options: {1: a, 2: b}, top: 1}  # <- ITEM-010
          - {id: A9, kind: allocate, text: Nine?, options: {1: a, 2: b}}  # <- ITEM-011
          - {id: B1, text: Ten?, options: {1: a, 2: b}, total: 5}  # <- ITEM-011
          - {id: B2, kind: rank, text: Eleven?, options: {0: a, 1: b}}  # <- CODE-003
          - id: B3
            text: Twelve?
            options: {1: a}
            forms: [full]
            when: option(A1, 1) == 1  # <- EXPR-006 ROTATE-004
          - id: B4
            text: Thirteen?
            options: {1: a}
            when: A7 == 1  # <- EXPR-004
          - {id: B5, text: Fourteen?, options: {1: a}, twin: C5}  # <- TWIN-001
"""


@pytest.fixture
def survey(read: Read) -> Instrument:
    return read(SURVEY)


def test_all_faults_of_chance_and_joint_answers_are_found(check: Check) -> None:
    found, expected = set(places(check(CHANCE))), set(marked(CHANCE))
    assert expected <= found
    assert {code for _, code in found - expected} == {"ITEM-001", "MODULE-005"}


def test_each_option_has_a_column(survey: Instrument) -> None:
    assert survey.item("GOALS").columns == ("GOALS__1", "GOALS__2", "GOALS__3")
    assert survey.item("CAUSE").columns == ("CAUSE__1", "CAUSE__2")
    assert (survey.item("GOALS").top, survey.item("ALL").top) == (2, 2)
    assert survey.item("CAUSE").total == 100


def test_assigned_variables_are_columns_of_their_forms(survey: Instrument) -> None:
    assert survey.columns[:2] == ("ARM", "PMSET")
    assert survey.for_form("core").assigned == ()
    assert "ARM" not in survey.for_form("core").columns
    sets = survey.assigned[1]
    assert sets.values == (1, 2, 3)
    assert sets.blocks == (("A", "B"), ("A", "C"), ("B", "C"))
    assert str(sets.levels[0].label) == "A, B"


def test_texts_by_level_are_kept(survey: Instrument) -> None:
    result = survey.placeholders[0]
    assert result.variable == "ARM"
    assert [(level, str(text)) for level, text in result.levels] == [
        (1, "it failed"),
        (2, "it worked"),
    ]


def test_every_two_blocks_are_asked_together_of_400_in_1200(survey: Instrument) -> None:
    sets = survey.assigned[1]
    drawn = draw_levels(sets, n_respondents=1_200, rng=np.random.default_rng(1))
    for pair in combinations("ABC", 2):
        both = [
            code
            for code, blocks in zip(sets.values, sets.blocks, strict=True)
            if set(pair) <= set(blocks)
        ]
        assert np.isin(drawn, both).sum() == 400


def test_levels_are_balanced_at_any_time(survey: Instrument) -> None:
    drawn = draw_levels(survey.assigned[1], n_respondents=101, rng=np.random.default_rng(2))
    for n in range(1, 102):
        counts = [(drawn[:n] == level).sum() for level in (1, 2, 3)]
        assert max(counts) - min(counts) <= 1


def test_rotating_items_are_asked_of_two_thirds(survey: Instrument) -> None:
    routes = draw_routes(survey, n_respondents=300, rng=np.random.default_rng(3))
    asked = dict(zip((item.id for item in routes.items), routes.asked.T, strict=True))
    assert asked["ROW1"].all()
    assert [asked[id].sum() for id in ("ROW2", "ROW3", "ROW4")] == [200, 200, 200]
    assert asked["LOST"].sum() == 150
    assert 0 < asked["WHY"].sum() < 300


def test_drawn_ranks_and_points_fit_together() -> None:
    rng = np.random.default_rng(4)
    ranks = draw_ranks(n_respondents=50, n_options=4, top=2, rng=rng)
    assert (np.sort(ranks, axis=1) == [0, 0, 1, 2]).all()
    points = draw_points(n_respondents=50, n_options=3, total=100, rng=rng)
    assert (points.sum(axis=1) == 100).all()


def test_expressions_read_one_option() -> None:
    values = {"G__1": np.array([1.0, 0.0, np.nan]), "G__2": np.array([2.0, 1.0, np.nan])}
    tree = parse_expression("option(G, 1) == 1 or option(G, 2) == 1")
    assert evaluate(tree, values, n_rows=3).tolist()[:2] == [1.0, 1.0]
    assert np.isnan(evaluate(tree, values, n_rows=3)[2])
    with pytest.raises(ExpressionError, match="takes a ranking or an allocation"):
        parse_expression("option(G)")


def test_seconds_by_kind(survey: Instrument) -> None:
    seconds = {item.id: item_seconds(item, survey.timing) for item in survey.items}
    assert seconds["GOALS"] == 3 * 4 + 10
    assert seconds["CAUSE"] == 2 * 8
    assert seconds["STORY"] == 40
    assert (seconds["ROW1"], seconds["OFT1"]) == (7.5, 6)


def test_the_preview_says_what_is_ranked_and_allocated(survey: Instrument) -> None:
    text = preview(survey, "full")
    assert "the first 2, in order, of: 1 Quiet" in text
    assert "100 points to divide among: 1 Me" in text
    assert "rotates in block A" in text
    assert 'GOALS of "Quiet" is 1 or CAUSE of "Staff" is above 50' in " ".join(text.split())
    assert 'ARM is "failure"' in text


def test_twins_are_kept(survey: Instrument) -> None:
    assert (survey.twin, survey.item("ALL").twin) == ("other", "EVERY")


TEXTS = """
instrument: survey
version: 1.0.0
title: A survey
languages: [en]
forms: {full: {title: Full}}
administrative: [{id: TOWN, title: Town, kind: text}]
pages:
  - page: first
    blocks: [{block: first, items: [{id: NAME, kind: text, text: Which park?}]}]
  - page: second
    when: TOWN == "Cairo"
    blocks: [{block: second, items: [{id: LIKE, text: Like it?, options: {1: A, 2: B}}]}]
"""


def test_routes_by_texts_of_a_population_and_of_columns_without_a_question(read: Read) -> None:
    routes = draw_routes(
        read(TEXTS).for_form("full"),
        n_respondents=400,
        rng=np.random.default_rng(1),
        populations=[parse_expression("NAME == 'Azhar'"), parse_expression("TOWN == 'Cairo'")],
    )
    # half of the names are the one that is compared; nobody's town is known before the survey
    assert routes.belongs[:, 0].mean() == pytest.approx(0.5, abs=0.1)
    assert not routes.belongs[:, 1].any()
    assert routes.asked.mean(axis=0).tolist() == [1, 0]
