import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprod_stats.documents.errors import ReportError
from coprod_stats.documents.figures.likert import LikertItem, likert_chart

FIVE = ("Very poor", "Poor", "Fair", "Good", "Very good")


def segments(drawing, height="22"):
    """Left edges and widths of the bars, top to bottom and left to right."""
    return [
        (float(given["x"]), float(given["width"]))
        for shape in drawing.shapes
        if shape.tag == "rect" and (given := dict(shape.attributes))["height"] == height
    ]


def zero_of(drawing):
    return next(
        float(given["x1"])
        for shape in drawing.shapes
        if shape.tag == "line" and (given := dict(shape.attributes))["class"] == "stroke-muted"
    )


def test_the_neutral_answers_of_an_odd_scale_are_split_at_zero():
    drawing = likert_chart([LikertItem("i", (0.1, 0.2, 0.4, 0.2, 0.1), 100)], categories=FIVE)
    left, width = segments(drawing)[2]
    assert left + width / 2 == pytest.approx(zero_of(drawing), abs=0.02)


def test_an_even_scale_divides_between_its_middle_categories():
    item = LikertItem("i", (0.1, 0.3, 0.4, 0.2), 100)
    drawing = likert_chart([item], categories=FIVE[:4])
    assert segments(drawing)[2][0] == pytest.approx(zero_of(drawing), abs=0.02)


def test_a_unipolar_scale_starts_at_zero_and_fills_the_panel():
    drawing = likert_chart(
        [LikertItem("i", (0.5, 0.5), 4)], categories=("no", "yes"), bipolar=False
    )
    (left, width), (_, other) = segments(drawing)
    assert left == zero_of(drawing)
    assert width == other


@given(
    st.lists(
        st.lists(st.integers(0, 50), min_size=5, max_size=5).filter(any), min_size=1, max_size=6
    )
)
def test_widths_are_proportional_to_shares_across_items(counts):
    items = [
        LikertItem("i", tuple(n / sum(answers) for n in answers), sum(answers))
        for answers in counts
    ]
    drawing = likert_chart(items, categories=FIVE)
    shares = [share for item in items for share in item.shares if share > 0]
    scales = [width / share for (_, width), share in zip(segments(drawing), shares, strict=True)]
    widest = max(range(len(shares)), key=shares.__getitem__)
    for scale, share in zip(scales, shares, strict=True):
        assert scale == pytest.approx(scales[widest], abs=0.01 / share)


def test_missing_answers_stand_apart_by_kind():
    item = LikertItem("i", (0, 0, 1, 0, 0), 80, (0.15, 0.05))
    drawing = likert_chart([item], categories=FIVE, missing_kinds=("don't know", "refused"))
    (first, width), (second, _) = segments(drawing, height="12")[-2:]
    assert first + width == pytest.approx(second, abs=0.02)
    assert first > max(left + width for left, width in segments(drawing))
    assert drawing.description == (
        "i (n = 80): Very poor 0%; Poor 0%; Fair 100%; Good 0%; Very good 0%; missing 20.0%."
    )


def test_an_item_that_nobody_answered_has_no_bar():
    drawing = likert_chart([LikertItem("i", (0.0,) * 5, 0)], categories=FIVE)
    assert segments(drawing) == []


def test_shares_that_do_not_fit_the_labels_are_refused():
    with pytest.raises(ReportError, match="'i' do not fit the labels"):
        likert_chart([LikertItem("i", (0.5, 0.5), 2)], categories=FIVE)
    with pytest.raises(ReportError, match="'i' do not fit the labels"):
        likert_chart([LikertItem("i", (1.0,), 2, (0.1,))], categories=("a",))


def test_shares_that_do_not_sum_to_one_are_refused():
    with pytest.raises(ReportError, match=r"sum to 0\.75, not to 1"):
        likert_chart([LikertItem("i", (0.5, 0.25), 2)], categories=("a", "b"))


def test_a_seventh_kind_of_missing_answers_is_refused():
    item = LikertItem("i", (1.0,), 2, (0.0,) * 7)
    with pytest.raises(ReportError, match="7 kinds of missing answers"):
        likert_chart([item], categories=("a",), missing_kinds=tuple("abcdefg"))
