"""Where the texts of a drawing are at their greatest possible width."""

from itertools import combinations

from coprod_stats.documents.figures.text_width import text_width


def text_boxes(drawing):
    """Left, top, right and bottom of every text."""
    boxes = []
    for shape in drawing.shapes:
        if shape.tag == "text" and shape.children[0]:
            given = dict(shape.attributes)
            size, x, y = (float(given[name]) for name in ("font-size", "x", "y"))
            width = text_width(shape.children[0], size=size, bold="font-weight" in given)
            left = x - width * {"middle": 0.5, "end": 1}.get(given.get("text-anchor"), 0)
            boxes.append((left, y - 0.75 * size, left + width, y + 0.2 * size))
    return boxes


def overlapping(drawing):
    """Pairs of texts that overlap."""
    return [
        (one, other)
        for one, other in combinations(text_boxes(drawing), 2)
        if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    ]


def outside(drawing):
    """Texts that reach beyond the drawing and its margin."""
    return [
        box
        for box in text_boxes(drawing)
        if min(box[:2]) < -2 or box[2] > drawing.width + 2 or box[3] > drawing.height + 2
    ]
