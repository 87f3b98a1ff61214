import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprod_stats.structure.ceilings import (
    CeilingLines,
    ceiling_lines,
    effect_sizes,
    fit_line,
    fit_step,
    hull_corners,
    line_zones,
    step_levels,
    step_zones,
)

# corners (0, .25), (.5, .5) and (.75, 1); two cases lie below, one of them under the first
X = np.array([0.0, 0.0, 0.5, 0.75, 1.0])
Y = np.array([0.0, 0.25, 0.5, 1.0, 0.75])


def test_the_zone_above_the_hull_by_hand():
    # .75 above the first step of width .5, .5 above the second of width .25
    assert step_zones(X, Y[None]) == pytest.approx([0.5 * 0.75 + 0.25 * 0.5], abs=1e-15)


def test_what_lies_left_of_all_cases_belongs_to_the_zone():
    x, y = np.array([0.2, 0.6]), np.array([[0.5, 0.9]])
    assert step_zones(x, y) == pytest.approx([0.2 + 0.4 * 0.5 + 0.4 * 0.1], abs=1e-15)


def test_corners_are_the_cases_that_nobody_exceeds_with_less():
    assert hull_corners(X, Y[None]).tolist() == [[False, True, True, True, False]]


def test_every_case_at_a_corner_is_a_peer_and_counts_in_the_line():
    x, y = np.array([0.0, 0.5, 0.5, 1.0]), np.array([[0.0, 0.8, 0.8, 1.0]])
    assert hull_corners(x, y).all()
    # lm(c(0, .8, .8, 1) ~ c(0, .5, .5, 1))
    lines = ceiling_lines(x, y)
    assert lines.slope == pytest.approx([1.0], abs=1e-15)
    assert lines.intercept == pytest.approx([0.15], abs=1e-15)


def test_the_line_through_the_corners_by_hand():
    # sums of squares and products .291667 and .270833, about the means 5/12 and 7/12
    fitted = fit_line(X, Y)
    assert fitted.slope == pytest.approx(13 / 14, abs=1e-14)
    assert fitted.intercept == pytest.approx(11 / 56, abs=1e-14)
    assert fitted.start == pytest.approx(11 / 56, abs=1e-14)
    assert fitted.top == pytest.approx(45 / 52, abs=1e-14)
    # a triangle: the line leaves the square at the top
    assert fitted.effect_size == pytest.approx(45 / 56 * 45 / 52 / 2, abs=1e-14)
    assert fitted.is_above.tolist() == [False, True, False, True, False]


@pytest.mark.parametrize(
    ("intercept", "slope", "area"),
    [
        (0.0, 1.0, 0.5),  # the diagonal
        (0.5, 1.0, 0.125),  # leaves at the top
        (-0.5, 1.0, 0.875),  # enters at the bottom
        (-0.5, 2.0, 0.5),  # both
        (0.25, 0.5, 0.5),  # neither
        (np.nan, np.nan, 0.0),  # no line
    ],
)
def test_the_area_above_a_line_in_the_square(intercept, slope, area):
    lines = CeilingLines(np.array([intercept]), np.array([slope]))
    assert line_zones(lines) == pytest.approx([area], abs=1e-15)


def test_one_corner_leaves_no_line_and_an_empty_zone():
    x, y = np.array([0.0, 0.5, 1.0]), np.array([1.0, 0.0, 0.5])
    step, line = fit_step(x, y), fit_line(x, y)
    assert step.effect_size == line.effect_size == 0
    assert step.vertices.tolist() == [[0, 0], [0, 1], [1, 1]]
    assert line.vertices.shape == (0, 2)
    for number in (step.start, step.top, line.start, line.top, line.slope):
        assert np.isnan(number)
    assert not line.is_above.any()


def test_vertices_go_up_the_steps_and_along_the_line():
    assert fit_step(X, Y).vertices.tolist() == [
        [0, 0],
        [0, 0.25],
        [0.5, 0.25],
        [0.5, 0.5],
        [0.75, 0.5],
        [0.75, 1],
        [1, 1],
    ]
    line = fit_line(X, Y)
    assert line.vertices == pytest.approx(np.array([[0, line.intercept], [line.top, 1]]))


def test_levels_that_the_hull_needs():
    levels = step_levels(X[1:4], Y[1:4], np.array([0.0, 0.25, 0.3, 0.5, 0.51, 1.0]))
    assert levels.tolist() == [0, 0, 0.5, 0.5, 0.75, 0.75]
    assert step_levels(X[1:2], Y[1:2], np.array([0.5])).tolist() == [np.inf]


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=12),
    st.sampled_from(["ce-fdh", "cr-fdh"]),
)
def test_rows_are_what_they_are_alone(cases, ceiling):
    x = np.sort([case[0] / 4 for case in cases])
    y = np.array([case[1] / 4 for case in cases])
    orders = np.array([y, y[::-1], np.sort(y)])
    together = effect_sizes(x, orders, ceiling=ceiling)
    alone = [effect_sizes(x, order[None], ceiling=ceiling)[0] for order in orders]
    fit = fit_step if ceiling == "ce-fdh" else fit_line
    assert together == pytest.approx(alone, abs=1e-12)
    assert together == pytest.approx([fit(x, order).effect_size for order in orders], abs=1e-12)
    assert ((together >= 0) & (together <= 1)).all()
    # nothing lies above the hull, and a case more never enlarges what it leaves empty
    step = fit_step(x, y)
    assert fit_step(np.append(x, 1.0), np.append(y, 1.0)).effect_size <= step.effect_size + 1e-12
