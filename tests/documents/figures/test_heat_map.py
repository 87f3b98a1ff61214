import math

from drawn_text import outside, overlapping
from hypothesis import given, settings
from hypothesis import strategies as st

from coprod_stats.documents.figures.heat_map import HeatCell, heat_map

CELLS = (
    (HeatCell(0.30, True), HeatCell(-0.02, False)),
    (HeatCell(0.05, False), HeatCell(0.1, True)),
)


def chart(cells=CELLS, rows=("Quality", "Value"), columns=("Users", "Setting")):
    return heat_map(cells, rows=rows, columns=columns, framed="stated", unframed="not stated")


def texts(drawing):
    return [shape.children[0] for shape in drawing.shapes if shape.tag == "text"]


def frames(drawing):
    return [s for s in drawing.shapes if s.tag == "rect" and dict(s.attributes)["fill"] == "none"]


def fills(drawing):
    return [
        dict(shape.attributes)["fill"]
        for shape in drawing.shapes
        if shape.tag == "rect" and dict(shape.attributes)["fill"] != "none"
    ]


def test_every_value_is_printed_and_described():
    drawing = chart()
    assert {".30", "−.02", ".05", ".10"} <= set(texts(drawing))
    assert "Quality: Users .30 (stated), Setting −.02." in drawing.description


def test_only_framed_cells_have_frames():
    assert len(frames(chart())) == 2
    plain = tuple(tuple(HeatCell(cell.value, False) for cell in row) for row in CELLS)
    assert frames(chart(plain)) == []
    assert "(stated)" not in chart(plain).description


def test_signs_differ_in_colour_and_small_values_are_pale():
    large, negative, small, _ = fills(chart())
    assert len({large, negative, small}) == 3
    alone = fills(chart(((HeatCell(0.05, False),),), ("Quality",), ("Users",)))
    assert alone == [small]


def test_a_missing_value_is_a_dash():
    drawing = chart(((HeatCell(math.nan, False),),), ("Quality",), ("Users",))
    assert "—" in texts(drawing)
    assert fills(drawing) == []


@settings(max_examples=40, deadline=None)
@given(st.data(), st.integers(1, 12), st.integers(1, 6))
def test_text_stays_in_its_place(data, n_columns, n_rows):
    words = st.text("abc WM漢", min_size=1, max_size=150)
    cell = st.builds(HeatCell, st.floats(-2, 2), st.booleans())
    drawing = chart(
        [[data.draw(cell) for _ in range(n_columns)] for _ in range(n_rows)],
        [data.draw(words) for _ in range(n_rows)],
        [data.draw(words) for _ in range(n_columns)],
    )
    assert overlapping(drawing) == []
    assert outside(drawing) == []
