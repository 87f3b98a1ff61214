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


# one of everything that the grammar has
SURVEY = """
instrument: survey
version: 1.2.3
title: {en: A survey, de: Eine Umfrage}
status: piloted
languages: [en, de]
constructs: constructs.yaml
offers: [dont_know]
forms: {short: {title: Short, minutes_at_most: 5}, long: {title: Long}}
placeholders:
  ORG: {item: NAME, otherwise: the office}
  DUTY: {item: DUTY, otherwise: its duty}
administrative:
  - {id: RID, title: Respondent, role: respondent}
  - {id: WGT, title: Weight, role: weight, kind: number}
responses:
  ext5:
    kind: unipolar
    options: {1: Not at all, 2: A little, 3: Some, 4: {en: Much, de: Viel}, 5: Completely}
    off_scale: {8: Too early to say}
pages:
  - page: first
    blocks:
      - block: use
        items:
          - {id: USED, text: Have you used it?, options: {1: "Yes", 2: "No"}, required: true}
          - {id: NAME, kind: text, text: What is it called?, offers: []}
          - {id: DUTY, kind: text, text: What does it do?, forms: [long]}
          - {id: MEANS, kind: multiple, text: How?, options: {1: Web, 2: Phone}, max_choices: 1}
          - {id: YEARS, kind: number, text: Since when?, number: {min: 0, unit: years}}
          - {id: THANKS, kind: note, text: Thank you.}
  - page: second
    title: Trust
    when: USED == 1
    random_order: true
    blocks:
      - block: trust
        stem: To what extent
        wordings: [{when: YEARS == 0, text: So far}]
        responses: ext5
        offers: [dont_know, refused]
        when: includes(MEANS, 1)
        items:
          - {id: TRU1, text: "do you rely on [ORG]?", measures: [USE], facet: ability}
          - {id: TRU2, text: "do you doubt it?", reverse: true, when: YEARS > 1}
          - {id: TRU3, text: "is it kind?", off_scale: {9: Kind to whom?}, forms: [long]}
derived:
  LOYAL: {title: Loyal, value: USED == 1 and YEARS > 2}
  KEEN: {title: Keen, value: LOYAL == 1 and TRU1 > 3}
  DEEP: {title: Deep, value: KEEN == 1 and TRU3 > 3}
classification:
  title: Who
  classes: {deep: DEEP == 1, keen: KEEN == 1}
scales:
  TRU: {title: Trust, construct: TRU, items: [TRU1, TRU2, TRU3], min_answered: 2}
  TR3: {title: Kindness, construct: TRU, items: [TRU3], min_answered: 1, role: value}
  TR1: {title: Reliance, construct: TRU, items: [TRU1], min_answered: 1, forms: [long]}
indices:
  AMT: {title: Amount, construct: USE, value: YEARS + TRU1}
  AMT3: {title: Amount, construct: USE, value: YEARS + TRU3}
"""


def laid_out(text: str) -> str:
    """Return the text of a file that is indented in a test."""
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
    """Return line and code of each fault, sorted."""
    return sorted((fault.line, fault.code) for fault in faults)
