import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprod_stats.documents.figures.svg import (
    Drawing,
    Element,
    circle,
    coordinate,
    curve,
    label,
    line,
    polygon,
    rectangle,
    translate,
)

printable = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=40)


@given(printable, printable)
def test_any_text_survives_escaping(words, title):
    drawing = Drawing(10, 10, (label(0, 0, words),), words)
    root = ET.fromstring(drawing.standalone_svg(anchor="a", title=title))
    texts = {child.tag.split("}")[1]: child.text or "" for child in root}
    assert texts == {"title": title, "desc": words, "text": words}


def test_inline_drawings_name_no_address_and_standalone_ones_their_namespace():
    drawing = Drawing(10, 20.5, (), "d")
    inline = drawing.inline_svg(anchor="a", title="t")
    assert "://" not in inline
    assert 'viewBox="-2 -2 14 24.5"' in inline
    assert 'role="img" aria-labelledby="a-title a-desc"' in inline
    assert ' xmlns="http://www.w3.org/2000/svg"' in drawing.standalone_svg(anchor="a", title="t")


@pytest.mark.parametrize(
    ("value", "written"),
    [(1.0, "1"), (0.125, "0.12"), (-0.001, "0"), (10, "10"), (2.5, "2.5"), (-3.456, "-3.46")],
)
def test_coordinates_are_short(value, written):
    assert coordinate(value) == written


@pytest.mark.parametrize(
    ("shape", "written"),
    [
        (
            rectangle(0, 1, 2, 3, fill="ink", stroke="#123456", radius=2, opacity=0.5),
            '<rect x="0" y="1" width="2" height="3" rx="2" fill="#1c2127" stroke="#123456" '
            'class="fill-ink" opacity="0.5"/>',
        ),
        (
            line(0, 0, 1, 1, stroke="rule", width=2, dash="2 4"),
            '<line x1="0" y1="0" x2="1" y2="1" fill="none" stroke="#ccd2d9" class="stroke-rule" '
            'stroke-width="2" stroke-dasharray="2 4"/>',
        ),
        (
            curve(((0, 0), (10, 4)), stroke="#000000"),
            '<path d="M0 0C5 0 5 4 10 4" fill="none" stroke="#000000" stroke-width="1"/>',
        ),
        (
            polygon(((0, 0), (1, 2)), fill="#000000"),
            '<polygon points="0,0 1,2" fill="#000000"/>',
        ),
        (
            translate(1, 2, circle(0, 0, 3, fill="#ffffff")),
            '<g transform="translate(1 2)"><circle cx="0" cy="0" r="3" fill="#ffffff"/></g>',
        ),
        (
            label(1, 2, "<a>", anchor="end", bold=True, italic=True),
            '<text x="1" y="2" font-size="13" text-anchor="end" font-weight="600" '
            'font-style="italic" fill="#1c2127" class="fill-ink">&lt;a&gt;</text>',
        ),
        (Element("g", (("id", '"&'),)), '<g id="&quot;&amp;"/>'),
    ],
)
def test_shapes_are_written_in_one_way(shape, written):
    assert str(shape) == written
