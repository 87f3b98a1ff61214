from drawn_text import outside, overlapping
from hypothesis import given, settings
from hypothesis import strategies as st

from coprod_stats.documents.figures.change_chart import Change, ChangeRow, change_chart
from coprod_stats.documents.figures.forest import Estimate, ForestRow, forest_chart
from coprod_stats.documents.figures.likert import LikertItem, likert_chart
from coprod_stats.documents.figures.missing import (
    MissingItem,
    MissingPattern,
    missing_bars,
    missing_patterns,
)
from coprod_stats.documents.numbers import Interval

words = st.text("abc WM漢", min_size=1, max_size=150)
counts = st.integers(0, 999_999)


@st.composite
def shares(draw, n):
    weights = draw(st.lists(st.integers(0, 30), min_size=n, max_size=n).filter(any))
    return tuple(weight / sum(weights) for weight in weights)


@settings(max_examples=50, deadline=None)
@given(st.data(), st.integers(1, 11), st.integers(0, 4), st.booleans())
def test_likert_charts(data, n_categories, n_kinds, bipolar):
    items = [
        LikertItem(
            data.draw(words),
            data.draw(shares(n_categories)),
            data.draw(counts),
            tuple(share * 0.9 for share in data.draw(shares(n_kinds))) if n_kinds else (),
        )
        for _ in range(3)
    ]
    drawing = likert_chart(
        items,
        categories=[data.draw(words) for _ in range(n_categories)],
        missing_kinds=[data.draw(words) for _ in range(n_kinds)],
        bipolar=bipolar,
    )
    assert overlapping(drawing) == []
    assert outside(drawing) == []


@settings(max_examples=50, deadline=None)
@given(st.data(), st.integers(1, 4))
def test_forest_charts(data, n_series):
    number = st.floats(-3, 3)
    rows = [
        ForestRow(
            data.draw(words),
            tuple(
                Estimate(
                    data.draw(number), Interval(*sorted((data.draw(number), data.draw(number))))
                )
                for _ in range(n_series)
            ),
        )
        for _ in range(3)
    ]
    drawing = forest_chart(rows, series=[data.draw(words) for _ in range(n_series)], axis_label="β")
    assert overlapping(drawing) == []
    assert outside(drawing) == []


@settings(max_examples=50, deadline=None)
@given(st.data(), st.integers(0, 60))
def test_change_charts(data, n_changes):
    values = st.floats(-3, 3)
    rows = [
        ChangeRow(
            data.draw(words),
            data.draw(counts),
            tuple(
                Change(f"H{i}", data.draw(values), data.draw(st.booleans()))
                for i in range(n_changes)
            ),
        )
        for _ in range(3)
    ]
    drawing = change_chart(
        rows, axis_label="Change", marked=data.draw(words), unmarked=data.draw(words)
    )
    assert overlapping(drawing) == []
    assert outside(drawing) == []


@settings(max_examples=50, deadline=None)
@given(st.data(), st.integers(1, 4))
def test_missing_charts(data, n_kinds):
    items = [
        MissingItem(data.draw(words), data.draw(shares(n_kinds)), data.draw(counts))
        for _ in range(3)
    ]
    bars = missing_bars(items, kinds=[data.draw(words) for _ in range(n_kinds)])
    cases = [MissingPattern((False, True), data.draw(counts)) for _ in range(n_kinds)]
    patterns = missing_patterns(cases, variables=[data.draw(words), "b"])
    for drawing in (bars, patterns):
        assert overlapping(drawing) == []
        assert outside(drawing) == []
