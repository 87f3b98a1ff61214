"""The largest width that a text can have, and where to break it.

A drawing cannot ask the reader's browser for the width of a word. The widths here are those of
DejaVu Sans, the widest face in the font stack of a report, rounded up; a narrower face leaves
some room, and no face overlaps.
"""

from __future__ import annotations

import unicodedata

_WIDTHS = {
    0.32: "',.Iijl ",
    0.42: "!()/:;J\\[]frt|-",
    0.56: '*?L"_`cs',
    0.66: "$0123456789EFPSTYabdeghknopquvxyz{}",
    0.72: "ABKRVXZ",
    0.80: "&CDGHNOQU",
    0.90: "#+<=>M^w~−±≤≥",
    1.0: "%@Wm—…",
}
_WIDTH_OF = {character: width for width, group in _WIDTHS.items() for character in group}
_OTHER = 0.85
_BOLD = 1.14


def text_width(words: str, *, size: float, bold: bool = False) -> float:
    """Return the largest width, in pixels, that a line of text can have at a font size."""
    width = sum(map(_character_width, words)) * size
    return width * _BOLD if bold else width


def wrap(words: str, *, width: float, size: float, bold: bool = False) -> tuple[str, ...]:
    """Break a text into lines that fit a width; a word too long for a line is cut.

    Returns
    -------
    tuple of str
        At least one line; the words of the text in order, none omitted.
    """
    lines = [""]
    for word in words.split():
        candidate = f"{lines[-1]} {word}" if lines[-1] else word
        if text_width(candidate, size=size, bold=bold) <= width:
            lines[-1] = candidate
            continue
        pieces = _cut(word, width=width, size=size, bold=bold)
        lines = [*lines, *pieces] if lines[-1] else pieces
    return tuple(lines)


def _cut(word: str, *, width: float, size: float, bold: bool) -> list[str]:
    pieces = [""]
    for character in word:
        longer = pieces[-1] + character
        if pieces[-1] and text_width(longer, size=size, bold=bold) > width:
            pieces.append(character)
        else:
            pieces[-1] = longer
    return pieces


def _character_width(character: str) -> float:
    known = _WIDTH_OF.get(character)
    if known is not None:
        return known
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    base = unicodedata.normalize("NFD", character)[0]
    return _WIDTH_OF.get(base, _OTHER)
