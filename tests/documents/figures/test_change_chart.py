from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from coprod_stats.documents.figures.change_chart import Change, ChangeRow, change_chart


def chart(*rows: ChangeRow):
    return change_chart(rows, axis_label="Change", marked="another", unmarked="the same")


def row(*values: float, marked: tuple[str, ...] = (), label: str = "WLSMV") -> ChangeRow:
    names = [f"H{number}" for number in range(len(values))]
    changes = (
        Change(name, value, name in marked) for name, value in zip(names, values, strict=True)
    )
    return ChangeRow(label, 1247, tuple(changes))


def dots(drawing):
    """Return the places of the dots below the legend."""
    circles = [dict(shape.attributes) for shape in drawing.shapes if shape.tag == "circle"]
    return [(float(c["cx"]), float(c["cy"])) for c in circles]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-0.4, 0.4), max_size=49))
def test_no_dot_covers_another(values):
    for (x, y), (other_x, other_y) in combinations(dots(chart(row(*values))), 2):
        assert abs(x - other_x) >= 8 or abs(y - other_y) >= 8


def test_dots_stand_where_the_axis_has_their_values():
    found = dots(chart(row(-0.1, 0.0, 0.1)))[-3:]
    xs = [x for x, _ in found]
    assert [round(b - a, 6) for a, b in pairwise(xs)] == [round(xs[1] - xs[0], 6)] * 2
    zero = [
        float(dict(s.attributes)["x1"])
        for s in chart(row(-0.1, 0.0, 0.1)).shapes
        if s.tag == "line" and "ink" in str(dict(s.attributes))
    ]
    assert xs[1] in zero


def test_another_conclusion_is_marked_and_named():
    drawing = chart(row(0.01, -0.07, marked=("H1",)))
    assert "WLSMV: −.07 to .01; another: H1." in drawing.description
    diamonds = [shape for shape in drawing.shapes if shape.tag == "polygon"]
    assert len(diamonds) == 1 + sum(shape.tag == "polygon" for shape in chart(row(0.01)).shapes)
    assert "another" not in chart(row(0.01, -0.07)).description


def test_a_row_without_changes_says_so():
    assert chart(ChangeRow("Scores", 0, ())).description == "Scores: no estimate."
