"""A small SVG writer: the same shapes always produce the same bytes.

Every shape carries its light-mode colours as attributes, so that it can stand alone in a PDF or
a Word file; the classes ``fill-ROLE`` and ``stroke-ROLE`` let a page repaint it for dark mode.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Literal, TypeAlias

from coprod_stats.documents.palette import SHADES, Role

FONT_STACK = "'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, system-ui, sans-serif"
_MARGIN = 2
_NAMESPACE = "http://www.w3.org/2000/svg"

Paint: TypeAlias = Role | str
"""A role of the palette, or a colour ``#rrggbb`` that is the same on light and dark pages."""

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Element:
    """One SVG element; attributes in the order in which they are written."""

    tag: str
    attributes: tuple[tuple[str, str], ...] = ()
    children: tuple[Element | str, ...] = ()

    def __str__(self) -> str:
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes)
        if not self.children:
            return f"<{self.tag}{attributes}/>"
        inner = "".join(
            str(child) if isinstance(child, Element) else str(escape(child))
            for child in self.children
        )
        return f"<{self.tag}{attributes}>{inner}</{self.tag}>"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished drawing.

    Parameters
    ----------
    width, height : float
        Size in pixels at which its text is meant to be read.
    shapes : tuple of Element
        What is drawn, back to front.
    description : str
        Text alternative for readers who cannot see it.
    """

    width: float
    height: float
    shapes: tuple[Element, ...]
    description: str

    def inline_svg(self, *, anchor: str, title: str) -> str:
        """Return the drawing for use inside an HTML page, named by its title and description."""
        return self._write(anchor, title, namespace={})

    def standalone_svg(self, *, anchor: str, title: str) -> str:
        """Return the drawing as a file of its own."""
        return self._write(anchor, title, namespace={"xmlns": _NAMESPACE})

    def _write(self, anchor: str, title: str, *, namespace: Mapping[str, str]) -> str:
        names = (
            Element("title", (("id", f"{anchor}-title"),), (title,)),
            Element("desc", (("id", f"{anchor}-desc"),), (self.description,)),
        )
        width = coordinate(self.width + 2 * _MARGIN)
        height = coordinate(self.height + 2 * _MARGIN)
        attributes = {
            **namespace,
            "viewBox": f"-{_MARGIN} -{_MARGIN} {width} {height}",
            "width": width,
            "height": height,
            "role": "img",
            "aria-labelledby": f"{anchor}-title {anchor}-desc",
            "font-family": FONT_STACK,
        }
        return str(Element("svg", tuple(attributes.items()), (*names, *self.shapes)))


def coordinate(value: float) -> str:
    """Write a coordinate with at most two digits after the point."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def rectangle(
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    fill: Paint = "none",
    stroke: Paint = "none",
    radius: float = 0,
    opacity: float = 1,
) -> Element:
    """Draw a rectangle."""
    geometry = {"x": x, "y": y, "width": width, "height": height}
    rounding = {"rx": coordinate(radius)} if radius else {}
    return _shape("rect", geometry, rounding | _paint(fill, stroke, opacity=opacity))


def line(
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    *,
    stroke: Paint = "ink",
    width: float = 1,
    dash: str = "",
) -> Element:
    """Draw a straight line."""
    style = _paint("none", stroke) | _stroke(width, dash)
    return _shape("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2}, style)


def curve(
    points: tuple[tuple[float, float], ...],
    *,
    stroke: Paint = "ink",
    width: float = 1,
    dash: str = "",
    opacity: float = 1,
) -> Element:
    """Draw one smooth line from left to right through points, horizontal at each of them."""
    (x, y), *rest = points
    commands = [f"M{coordinate(x)} {coordinate(y)}"]
    for next_x, next_y in rest:
        middle = coordinate((x + next_x) / 2)
        end = f"{coordinate(next_x)} {coordinate(next_y)}"
        commands.append(f"C{middle} {coordinate(y)} {middle} {coordinate(next_y)} {end}")
        x, y = next_x, next_y
    style = _paint("none", stroke, opacity=opacity) | _stroke(width, dash)
    return Element("path", (("d", "".join(commands)), *style.items()))


def polygon(
    points: tuple[tuple[float, float], ...], *, fill: Paint = "ink", opacity: float = 1
) -> Element:
    """Draw a closed shape with straight sides."""
    corners = " ".join(f"{coordinate(x)},{coordinate(y)}" for x, y in points)
    return Element("polygon", (("points", corners), *_paint(fill, "none", opacity=opacity).items()))


def circle(x: float, y: float, radius: float, *, fill: Paint, stroke: Paint = "none") -> Element:
    """Draw a circle."""
    return _shape("circle", {"cx": x, "cy": y, "r": radius}, _paint(fill, stroke))


def translate(x: float, y: float, *shapes: Element) -> Element:
    """Move shapes."""
    offset = f"translate({coordinate(x)} {coordinate(y)})"
    return Element("g", (("transform", offset),), shapes)


def label(
    x: float,
    y: float,
    words: str,
    *,
    size: float = 13,
    anchor: Anchor = "start",
    fill: Paint = "ink",
    bold: bool = False,
    italic: bool = False,
) -> Element:
    """Write one line of text; ``y`` is its baseline."""
    style = {"font-size": coordinate(size)}
    if anchor != "start":
        style["text-anchor"] = anchor
    if bold:
        style["font-weight"] = "600"
    if italic:
        style["font-style"] = "italic"
    geometry = {"x": x, "y": y}
    return _shape("text", geometry, style | _paint(fill, "none"), words)


def _shape(
    tag: str, geometry: Mapping[str, float], style: Mapping[str, str], *children: str
) -> Element:
    written = {name: coordinate(value) for name, value in geometry.items()}
    return Element(tag, (*written.items(), *style.items()), children)


def _paint(fill: Paint, stroke: Paint, *, opacity: float = 1) -> dict[str, str]:
    """Return the attributes of fill and stroke; SVG's default stroke, none, is omitted."""
    painted = [("fill", fill)] + ([("stroke", stroke)] if stroke != "none" else [])
    classes = " ".join(f"{where}-{paint}" for where, paint in painted if paint in SHADES)
    attributes = {where: _light(paint) for where, paint in painted}
    if classes:
        attributes["class"] = classes
    if opacity != 1:
        attributes["opacity"] = coordinate(opacity)
    return attributes


def _light(paint: Paint) -> str:
    return next((shade.light for role, shade in SHADES.items() if role == paint), paint)


def _stroke(width: float, dash: str) -> dict[str, str]:
    attributes = {"stroke-width": coordinate(width)}
    if dash:
        attributes["stroke-dasharray"] = dash
    return attributes
