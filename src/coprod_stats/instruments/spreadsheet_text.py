"""Guarding of texts that a spreadsheet would take for formulas, and its reversal.

A spreadsheet that opens a CSV may execute a cell that begins with ``=``, ``+``, ``-``, ``@``, a
tab, a line break or a null character, quoted or not. The remedy is a preceding apostrophe: OWASP,
CSV Injection, and Application Security Verification Standard 5.0, requirement 1.2.10. Where the
spreadsheet separates cells by another character than the file, a cell can also begin within a
text: after a semicolon, a tab or a line break.
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
    """Insert an apostrophe wherever a spreadsheet might begin to execute a text.

    Apostrophes already in such a place get one more, so that ``unguarded`` restores every text.
    """
    return _PLACES.sub("'", text)


def unguarded(text: str) -> str:
    """Remove the apostrophes that ``guarded`` inserted."""
    return _GUARDS.sub("", text)


def guarded_unless_number(text: str) -> str:
    """Guard a cell of unknown kind; plain numbers, negative or not, are left unchanged."""
    # letters and digits alone, as in the ids of respondents, are no formula
    return text if text.isalnum() or _PLAIN_NUMBER.fullmatch(text) else guarded(text)
