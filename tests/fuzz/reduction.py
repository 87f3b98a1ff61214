"""A case that fails, made as small as the time allows.

References
----------
Zeller & Hildebrandt (2002). Simplifying and isolating failure-inducing input. *IEEE Transactions on
Software Engineering, 28*(2), 183-200.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from cases import Case


def reduced(case: Case, fails: Callable[[Case], bool], *, seconds: float) -> Case:
    """Drop commands, then lines of the files, as long as the case fails in the same way."""
    end = time.monotonic() + seconds
    for command in list(case.commands):
        smaller = replace(case, commands=[words for words in case.commands if words != command])
        if smaller.commands and case.full is None and case.kill is None and fails(smaller):
            case = smaller
    case = replace(case, rows=None) if fails(replace(case, rows=None)) else case
    if case.rows is not None:
        return case  # which rows there are is what it is about
    for name in case.reducible:
        case = _fewer_lines(case, name, fails, end)
    return case


def _fewer_lines(case: Case, name: str, fails: Callable[[Case], bool], end: float) -> Case:
    lines = case.files[name].splitlines(keepends=True)
    size = max(len(lines) // 2, 1)
    while size and time.monotonic() < end:
        start, smaller = 0, False
        while start < len(lines) and time.monotonic() < end:
            fewer = lines[:start] + lines[start + size :]
            tried = replace(case, files={**case.files, name: b"".join(fewer)})
            if fewer and fails(tried):
                lines, case, smaller = fewer, tried, True
            else:
                start += size
        size = size if smaller and size > 1 else size // 2
    return case
