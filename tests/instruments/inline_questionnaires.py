"""What tests need to show their questionnaires inline."""

from __future__ import annotations

import re
from collections.abc import Callable
from textwrap import dedent

from coprod_stats.errors import Fault
from coprod_stats.instruments import Instrument

Check = Callable[[str], tuple[Fault, ...]]
Read = Callable[[str], Instrument]

CONSTRUCTS = """
source: "An article."
constructs:
  TRU: {family: "1 Impact", label: Trust, role: impact, section: "5", sources: "[1]",
        respondent: both, measure: reflective}
  USE: {family: "2 Behaviour", label: Use, role: behaviour, section: "3", sources: none,
        respondent: citizen, measure: formative index}
"""


def laid_out(text: str) -> str:
    """Give the text of a file that is indented in a test."""
    return dedent(text).lstrip("\n")


def marked(text: str) -> list[tuple[int, str]]:
    """Read from comments ``# <- CODE CODE`` which faults are expected on which lines."""
    lines = laid_out(text).splitlines()
    return sorted(
        (number, code)
        for number, line in enumerate(lines, 1)
        if (found := re.search(r"# <- (.+)$", line))
        for code in found.group(1).split()
    )


def places(faults: tuple[Fault, ...]) -> list[tuple[int, str]]:
    """Give line and code of each fault, sorted."""
    return sorted((fault.line, fault.code) for fault in faults)
