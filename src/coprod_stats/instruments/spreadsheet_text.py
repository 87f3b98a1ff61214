"""Texts that a spreadsheet would take for formulas, made harmless and brought back.

Whoever opens a CSV in a spreadsheet may carry out a cell that begins with ``=``, ``+``, ``-``,
``@``, a tab, a line break or a null character, quoted or not. The cure is an apostrophe before it:
OWASP, CSV Injection, and Application Security Verification Standard 5.0, requirement 1.2.10. Where
the spreadsheet parts cells by another sign than the file's, a cell can also begin within a text:
after a semicolon, a tab or a line break.
"""

from __future__ import annotations

import re

_SIGNS = r"[=+\-@＝＋－＠\0]"
_AT_START = rf"'*(?:[^\S\t\r\n]*{_SIGNS}|[^\S\t\r\n]*[\t\r\n])"
_WITHIN = rf"""'*(?:[^\S\t\r\n]|")*{_SIGNS}"""  # a quotation mark may begin the cell there
_PLACES = re.compile(rf"^(?={_AT_START})|(?<=[;\t\r\n])(?={_WITHIN})")
_GUARDS = re.compile(rf"^'(?={_AT_START})|(?<=[;\t\r\n])'(?={_WITHIN})")
_PLAIN_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")


def guarded(text: str) -> str:
    """Put an apostrophe wherever a spreadsheet might begin to carry out a text.

    Apostrophes that stand there already get one more, so that ``unguarded`` gives every text back
    as it was.
    """
    return _PLACES.sub("'", text)


def unguarded(text: str) -> str:
    """Take away the apostrophes that ``guarded`` put there."""
    return _GUARDS.sub("", text)


def guarded_unless_number(text: str) -> str:
    """Guard a cell of unknown kind: a plain number, negative or not, is harmless and stays."""
    return text if _PLAIN_NUMBER.fullmatch(text) else guarded(text)
