import pytest

from coprod_stats.documents.errors import ReportError
from coprod_stats.documents.figures.missing import (
    MissingItem,
    MissingPattern,
    missing_bars,
    missing_patterns,
)


def shapes(drawing, tag):
    return [dict(shape.attributes) for shape in drawing.shapes if shape.tag == tag]


def test_bars_are_stacked_by_kind_in_proportion():
    drawing = missing_bars([MissingItem("i", (0.1, 0.3), 50)], kinds=("don't know", "refused"))
    first, second = (bar for bar in shapes(drawing, "rect") if bar["height"] == "14")
    assert float(second["width"]) == pytest.approx(3 * float(first["width"]), abs=0.02)
    assert drawing.description == "Share of missing answers by item: i 40.0%."


def test_items_without_missing_answers_have_no_bar():
    drawing = missing_bars([MissingItem("i", (0.0,), 50)], kinds=("refused",))
    assert not [bar for bar in shapes(drawing, "rect") if bar["height"] == "14"]


def test_shares_that_do_not_fit_the_kinds_are_refused():
    with pytest.raises(ReportError, match="one share for each kind"):
        missing_bars([MissingItem("i", (0.1,), 5)], kinds=("a", "b"))
    with pytest.raises(ReportError, match="at most six"):
        missing_bars([], kinds=tuple("abcdefg"))


def test_a_pattern_has_a_large_dot_for_each_missing_answer():
    patterns = [MissingPattern((False, False), 90), MissingPattern((True, False), 10)]
    drawing = missing_patterns(patterns, variables=("x", "y"))
    assert [dot["r"] for dot in shapes(drawing, "circle")] == ["2", "6", "2", "2"]
    assert drawing.description == "90 cases complete. 10 cases missing x."


@pytest.mark.parametrize("patterns", [[], [MissingPattern((True,), 1)]])
def test_patterns_that_do_not_fit_the_variables_are_refused(patterns):
    with pytest.raises(ReportError, match="needs one entry for each variable"):
        missing_patterns(patterns, variables=("x", "y"))


@pytest.mark.parametrize(("shares", "legend"), [((0.1, 0.0), {"a"}), ((0.1, 0.3), {"a", "b"})])
def test_the_legend_holds_the_kinds_that_occur(shares, legend):
    drawing = missing_bars([MissingItem("i", shares, 50)], kinds=("a", "b"))
    words = {shape.children[0] for shape in drawing.shapes if shape.tag == "text"}
    assert words & {"a", "b"} == legend
