import math
import re
from itertools import combinations

import pytest
from drawn_text import outside, overlapping, text_boxes
from hypothesis import given, settings
from hypothesis import strategies as st

from coprod_stats.documents.errors import ReportError
from coprod_stats.documents.figures.layered_layout import layered_layout
from coprod_stats.documents.figures.path_diagram import Node, Path, path_diagram

STATUSES = ("supported", "equivalent", "inconclusive")


def shapes_of(drawing, tag):
    return [dict(shape.attributes) for shape in drawing.shapes if shape.tag == tag]


@st.composite
def models(draw):
    """Two to nine nodes and paths that lead only to later ones."""
    words = st.text("abc WM", min_size=1, max_size=50)
    n_nodes = draw(st.integers(2, 9))
    nodes = [
        Node(f"n{i}", draw(words), draw(st.sampled_from(["", "R² = .31"]))) for i in range(n_nodes)
    ]
    pairs = draw(st.sets(st.sampled_from(list(combinations(range(n_nodes), 2))), max_size=20))
    paths = [
        Path(
            f"n{a}",
            f"n{b}",
            draw(st.floats(-1.2, 1.2)),
            draw(st.sampled_from(STATUSES)),
            f"H{a}{b}",
        )
        for a, b in sorted(pairs)
    ]
    return nodes, paths


@settings(max_examples=60, deadline=None)
@given(models())
def test_no_text_overlaps_another_or_leaves_the_drawing(model):
    drawing = path_diagram(*model)
    assert overlapping(drawing) == []
    assert outside(drawing) == []


@settings(max_examples=60, deadline=None)
@given(models())
def test_lines_end_before_the_labels_of_their_target(model):
    drawing = path_diagram(*model)
    for shape in shapes_of(drawing, "path"):
        end_x, end_y = map(float, re.findall(r"([-\d.]+) ([-\d.]+)$", shape["d"])[0])
        for left, top, right, bottom in text_boxes(drawing):
            assert not (left < end_x < right and top < end_y < bottom)


def two_paths(**changed):
    first = {"source": "a", "target": "c", "estimate": 0.3, "status": "supported", "name": "H1"}
    second = Path("b", "c", -0.12, "inconclusive", "H2")
    nodes = (Node("a", "Alpha"), Node("b", "Beta"), Node("c", "Gamma", "R² = .2"))
    return path_diagram(nodes, (Path(**(first | changed)), second))


def test_status_sets_the_dash_sign_the_colour_and_size_the_weight():
    weak, strong = shapes_of(two_paths(), "path")
    assert weak["stroke-dasharray"] == "8 5"
    assert weak["class"] == "stroke-negative"
    assert "stroke-dasharray" not in strong
    assert strong["class"] == "stroke-positive"
    assert float(strong["stroke-width"]) > float(weak["stroke-width"])


def test_coefficients_are_written_with_their_sign_and_told_in_the_description():
    drawing = two_paths()
    written = [shape.children[0] for shape in drawing.shapes if shape.tag == "text"]
    assert {".30", "−.12", "H1", "H2", "R² = .2"} <= set(written)
    assert drawing.description == (
        "Diagram of 2 paths. Supported: Alpha to Gamma .30. Inconclusive: Beta to Gamma −.12."
    )


def test_a_path_without_an_estimate_is_grey_and_thin():
    drawing = two_paths(estimate=math.nan)
    assert {shape["class"] for shape in shapes_of(drawing, "path")} == {
        "stroke-muted",
        "stroke-negative",
    }


def test_a_path_to_a_node_that_is_not_there_is_refused():
    with pytest.raises(ReportError, match="from a to x: no such node"):
        two_paths(target="x")


def test_paths_in_a_circle_are_refused():
    with pytest.raises(ReportError, match="form a cycle"):
        path_diagram((Node("a", "A"),), (Path("a", "a", 0.1, "supported"),))
    with pytest.raises(ReportError, match="form a cycle"):
        layered_layout(["a", "b"], [("a", "b"), ("b", "a")])


def test_two_nodes_of_one_name_are_refused():
    with pytest.raises(ReportError, match="have the same name"):
        path_diagram((Node("a", "A"), Node("a", "B")), ())


def test_a_diagram_without_nodes_is_refused():
    with pytest.raises(ReportError, match="needs at least one node"):
        path_diagram((), ())


def test_long_edges_pass_through_a_placeholder_in_each_layer():
    layout = layered_layout(["a", "b", "c"], [("a", "b"), ("b", "c"), ("a", "c")])
    assert [len(layer) for layer in layout.layers] == [1, 2, 1]
    assert [slot.layer for slot in layout.chains[2]] == [0, 1, 2]


def test_crossings_that_can_be_avoided_are_avoided():
    layout = layered_layout(["a", "b", "x", "y"], [("a", "y"), ("b", "x")])
    left, right = ([slot.node for slot in layer] for layer in layout.layers)
    partner = {"a": "y", "b": "x"}
    assert [partner[node] for node in left] == right
