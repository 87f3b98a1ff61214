from drawn_text import outside, overlapping
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coprod_stats.documents.figures.ceiling import ceiling_chart

POINTS = ((1.0, 1.0), (1.0, 1.0), (2.0, 3.0), (4.0, 5.0))
CEILING = ((1.0, 1.0), (2.0, 1.0), (2.0, 3.0), (4.0, 3.0))


def shapes(drawing, tag, role):
    found = []
    for shape in drawing.shapes:
        attributes = dict(shape.attributes)
        if shape.tag == tag and role in attributes.get("class", ""):
            found.append(attributes)
    return found


def chart(points=POINTS, ceiling=CEILING, **changed):
    labels = {"x_label": "Condition", "y_label": "Outcome", "steps": True}
    return ceiling_chart(points, ceiling, **(labels | changed))


def test_cases_at_one_place_share_a_larger_disc():
    discs = shapes(chart(), "circle", "series-1")
    assert len(discs) == 3
    radii = [float(disc["r"]) for disc in discs]
    assert radii[0] > radii[1] == radii[2]


def test_the_ceiling_joins_its_vertices():
    pieces = shapes(chart(), "line", "series-2")
    assert len(pieces) == 3
    assert (pieces[0]["x2"], pieces[0]["y2"]) == (pieces[1]["x1"], pieces[1]["y1"])


def test_where_there_is_no_ceiling_none_is_drawn_and_the_description_says_so():
    drawing = chart(ceiling=())
    assert shapes(drawing, "line", "series-2") == []
    assert "No ceiling" in drawing.description
    assert "No ceiling" not in chart().description


@example([(0.0, 0.0), (1.8364335300655048e-243, 0.0)], "M")
@example([(0.0, 0.0), (0.0, 5e-324)], "M")
@example([(1e17, 0.0), (1e17, 1.0)], "M")
@example([(1e6, 0.0), (1e6 + 1e-5, 1.0)], "M")
@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 9)), min_size=1, max_size=20),
    st.text("abc WM漢", min_size=1, max_size=150),
)
def test_all_text_has_its_place(points, words):
    drawing = chart(points, (), x_label=words, y_label=words)
    assert overlapping(drawing) == []
    assert outside(drawing) == []
