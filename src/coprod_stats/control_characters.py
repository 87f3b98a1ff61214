"""Control characters: what no text of a questionnaire, plan or model holds and no terminal gets.

XML 1.0 (section 2.2) has no place for most of them, so that neither a workbook, a Word file nor a
DDI codebook can carry them, and a terminal takes them for commands (ECMA-48). Tab and line feed are
texts. The control characters U+0080 to U+009F, which XML discourages, mostly come from a file in
Windows-1252 that was read as Latin-1.
"""

from __future__ import annotations

import re

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LINE_END = re.compile("\r\n?")


def control_character(text: str) -> str:
    """Return the code point of the first control character of a text, as ``U+001B``, or nothing."""
    found = _CONTROL.search(text)
    return f"U+{ord(found.group()):04X}" if found else ""


def control_character_in_lines(text: str) -> tuple[str, int, int]:
    """Return the first control character of a file's text, its line and column, from 1.

    All ways of ending a line are allowed. Without one, the code point is empty.
    """
    lines = with_line_feeds(text)
    found = _CONTROL.search(lines)
    if found is None:
        return "", 0, 0
    line_start = lines.rfind("\n", 0, found.start()) + 1
    line = lines.count("\n", 0, found.start()) + 1
    return f"U+{ord(found.group()):04X}", line, found.start() - line_start + 1


def with_line_feeds(text: str) -> str:
    """Return a text whose lines all end in a line feed."""
    return _LINE_END.sub("\n", text)


def visible(text: str) -> str:
    r"""Return a text whose control characters are spelled as JSON spells them, ``\u001b``."""
    return _CONTROL.sub(_spelled, text)


def without_control_characters(text: str) -> str:
    """Return a text in which control characters have become spaces."""
    return _CONTROL.sub(" ", with_line_feeds(text))


def _spelled(found: re.Match[str]) -> str:
    return f"\\u{ord(found.group()):04x}"
