import math

import pytest

from coprod_stats.documents.errors import ReportError
from coprod_stats.documents.figures.forest import Estimate, ForestRow, forest_chart
from coprod_stats.documents.numbers import Interval

ROWS = (
    ForestRow("a → b", (Estimate(0.2, Interval(0.1, 0.3)), None)),
    ForestRow(
        "b → c", (Estimate(-0.1, Interval(math.nan, math.nan)), Estimate(0.5, Interval(0.4, 9)))
    ),
)


def chart(**changed):
    return forest_chart(ROWS, series=("SEM", "OLS"), axis_label="β", **changed)


def marks(drawing, tag, role):
    return [
        dict(shape.attributes)
        for shape in drawing.shapes
        if shape.tag == tag and f"-{role}" in dict(shape.attributes).get("class", "")
    ]


def test_estimates_stand_in_proportion_on_one_axis():
    first, second = marks(chart(limits=Interval(-1, 1)), "circle", "series-1")
    zero = marks(chart(limits=Interval(-1, 1)), "line", "ink")[0]["x1"]
    assert float(first["cx"]) - float(zero) == pytest.approx(
        2 * (float(zero) - float(second["cx"])), abs=0.05
    )


def test_an_interval_beyond_the_limits_ends_in_an_arrow():
    assert marks(chart(), "polygon", "series-2") == []
    assert len(marks(chart(limits=Interval(-1, 1)), "polygon", "series-2")) == 1
    arrows = forest_chart(
        [ForestRow("r", (Estimate(0.1, Interval(-5, 5)),))],
        series=("s",),
        axis_label="x",
        limits=Interval(-1, 1),
    )
    assert len(marks(arrows, "polygon", "series-1")) == 2


def test_an_estimate_beyond_the_limits_has_no_mark():
    drawing = forest_chart(
        [ForestRow("r", (Estimate(7, Interval(6, 8)),))],
        series=("s",),
        axis_label="x",
        limits=Interval(-1, 1),
    )
    assert marks(drawing, "circle", "series-1") == []


def test_the_region_is_shaded_around_zero():
    (region,) = marks(chart(region=Interval(-0.1, 0.1)), "rect", "caution")
    assert float(region["width"]) > 0


def test_estimates_that_are_not_there_are_told_as_such():
    assert chart().description == (
        "a → b: SEM .20 [.10, .30]. b → c: SEM −.10 —; OLS .50 [.40, 9.00]."
    )
    empty = forest_chart([ForestRow("r", (None,))], series=("s",), axis_label="x")
    assert empty.description == "r: no estimate."


@pytest.mark.parametrize("series", [(), ("a",), tuple("abcde")])
def test_series_that_do_not_fit_are_refused(series):
    with pytest.raises(ReportError, match="one to four series"):
        forest_chart(ROWS, series=series, axis_label="x")
