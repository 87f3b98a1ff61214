"""Colours by role, for light and for dark pages.

Hues that carry meaning come from colour-blind-safe sets (Okabe & Ito 2008; ColorBrewer PuOr),
darkened or lightened until text in them has the contrast of WCAG 2.2 AA (4.5 : 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

Role = Literal[
    "ink",
    "muted",
    "rule",
    "surface",
    "panel",
    "accent",
    "positive",
    "negative",
    "caution",
    "series-1",
    "series-2",
    "series-3",
    "series-4",
    "missing-1",
    "missing-2",
    "missing-3",
    "missing-4",
    "missing-5",
    "missing-6",
]


class Shade(NamedTuple):
    """One role's colour on a light and on a dark page."""

    light: str
    dark: str


SHADES: dict[Role, Shade] = {
    "ink": Shade("#1c2127", "#e6e9ec"),
    "muted": Shade("#56606b", "#a5aeb8"),
    "rule": Shade("#ccd2d9", "#3b444e"),
    "surface": Shade("#ffffff", "#13171c"),
    "panel": Shade("#f4f6f8", "#1c2229"),
    "accent": Shade("#0b5c7d", "#7cc4e4"),
    "positive": Shade("#0a5da6", "#74b4f2"),
    "negative": Shade("#ac4109", "#f29a66"),
    "caution": Shade("#7a5200", "#e8bd5a"),
    "series-1": Shade("#0a5da6", "#74b4f2"),
    "series-2": Shade("#c2500a", "#f29a66"),
    "series-3": Shade("#00795a", "#4fc7a4"),
    "series-4": Shade("#9b3f83", "#dd94c8"),
    "missing-1": Shade("#414a54", "#c3cad2"),
    "missing-2": Shade("#7c8691", "#8d97a2"),
    "missing-3": Shade("#aab2bb", "#626c77"),
    "missing-4": Shade("#d7dce2", "#3d4651"),
    "missing-5": Shade("#6fae9f", "#4a8577"),
    "missing-6": Shade("#d3a15f", "#8a6531"),
}

_BELOW_TO_ABOVE = ("#b35806", "#f3b877", "#dde1e6", "#94c2e4", "#1d68ab")
_LITTLE_TO_MUCH = ("#dbe8f4", "#8fbfe0", "#2f7fc1", "#164f8f")


def diverging(n_steps: int) -> tuple[str, ...]:
    """Return colours from orange to blue; the middle of an odd number is grey."""
    if n_steps == 2:
        return (_BELOW_TO_ABOVE[0], _BELOW_TO_ABOVE[-1])
    return _between(_BELOW_TO_ABOVE, n_steps)


def sequential(n_steps: int) -> tuple[str, ...]:
    """Return colours from light to dark blue."""
    return _between(_LITTLE_TO_MUCH, n_steps)


def readable_on(colour: str) -> str:
    """Return black or white, whichever has the higher contrast; it is at least 4.58 : 1."""
    return max(("#000000", "#ffffff"), key=lambda candidate: contrast(candidate, colour))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, definition of the term)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    shares = [channel / 255 for channel in _channels(colour)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _between(stops: Sequence[str], n_steps: int) -> tuple[str, ...]:
    """Return equally spaced colours between the stops, in integer arithmetic."""
    if n_steps == 1:
        return (stops[-1],)
    span, last = n_steps - 1, len(stops) - 1
    colours = []
    for step in range(n_steps):
        index, rest = divmod(step * last, span)
        start = _channels(stops[index])
        end = _channels(stops[min(index + 1, last)])
        mixed = [(a * (span - rest) + b * rest) // span for a, b in zip(start, end, strict=True)]
        colours.append("#" + "".join(f"{channel:02x}" for channel in mixed))
    return tuple(colours)
