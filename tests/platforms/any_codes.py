"""Questionnaires whose codes, limits and thresholds are any numbers, and who answers them."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from string import Template

import numpy as np
from every_kind import Respondents, canonical, plain, respondents
from hypothesis import strategies as st

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.instruments.model import MISSING_CODES

SURVEY = """
instrument: coded
version: 1.0.0
title: Coded
status: draft
languages: [en]
offers: [dont_know]
missing_options: {dont_know: Don't know, refused: Refused}
forms: {full: {title: Full}}
placeholders: {PLACE: {item: REGION, otherwise: somewhere}}
administrative:
  - {id: RID, title: Respondent, role: respondent}
assigned:
  ARM: {title: Arm, levels: {$C0: One, $C1: Two, $C2: Three}}
responses:
  coded: {kind: bipolar, options: {$C0: Low, $C1: Middle, $C2: High}, off_scale: {$C3: Too early}}
pages:
  - page: one
    blocks:
      - block: a
        items:
          - {id: REGION, text: Where?, options: {$C0: A, $C1: B, $C2: C}, off_scale: {$C3: D},
             offers: [dont_know, refused]}
          - {id: PLACES, kind: multiple, text: Which?, options: {$P0: P, $P1: Q, $P2: R}}
          - {id: AMOUNT, kind: number, text: How much?,
             number: {min: $LOW, max: $HIGH, whole: false}}
          - {id: WHOLE, kind: number, text: How many?, number: {min: 0, max: 1000000000}}
      - block: b
        stem: How much
        responses: coded
        items:
          - {id: GR1, text: of this?}
          - {id: GR2, text: of that?}
  - page: two
    blocks:
      - block: c
        items:
          - {id: GOALS, kind: rank, top: 2, text: First?, options: {$P0: P, $P1: Q, $P2: R}}
          - {id: POINTS, kind: allocate, total: 10, text: Share?, options: {$P0: P, $P1: Q, $P2: R}}
  - page: three
    blocks:
      - block: d
        items:
          - {id: Q1, text: "In [PLACE]?", options: {1: A, 2: B}, when: REGION == $C0}
          - {id: Q2, text: Two?, options: {1: A, 2: B}, when: REGION >= $C1 or GR1 < $C2}
          - {id: Q3, text: Three?, options: {1: A, 2: B}, when: AMOUNT >= $BOUND}
          - {id: Q4, text: Four?, options: {1: A, 2: B}, when: "includes(PLACES, $P1)"}
          - {id: Q5, text: Five?, options: {1: A, 2: B},
             when: "REGION in ($C0, $C2) and ARM != $C1"}
          - {id: Q6, text: Six?, options: {1: A, 2: B}, when: "option(POINTS, $P2) > 3"}
          - {id: Q7, text: Seven?, options: {1: A, 2: B},
             when: "count(GR1 == $C0, GR2 != $C1) > 0"}
          - {id: Q8, text: Eight?, options: {1: A, 2: B}, when: WHOLE > 12345678}
          - {id: Q9, text: Nine?, options: {1: A, 2: B}, when: "not includes(PLACES, $P0)"}
          - {id: Q10, text: Ten?, options: {1: A, 2: B}, when: NEAR == 1}
derived:
  NEAR: {title: Near, value: AMOUNT < $BOUND and REGION != $C2}
"""
SEEN_ON_QUALTRICS = -99


@dataclass(frozen=True)
class Numbers:
    """What a questionnaire is made of.

    ``codes`` are those of single answers, ``options`` those that have columns of their own,
    ``bounds`` the least amount, the threshold and the largest amount.
    """

    codes: tuple[int, ...]
    options: tuple[int, ...]
    bounds: tuple[float, ...]
    seed: int = 0

    def instrument(self) -> Instrument:
        named = {f"C{place}": str(code) for place, code in enumerate(self.codes)}
        named |= {f"P{place}": str(code) for place, code in enumerate(self.options)}
        named |= dict(zip(("LOW", "BOUND", "HIGH"), map(plain, self.bounds), strict=True))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "coded.yaml"
            path.write_text(Template(SURVEY).substitute(named), encoding="utf-8")
            return read_instrument(path).for_form("full")

    def people(self, instrument: Instrument, n: int) -> Respondents:
        """Let people answer, many of them with a number at the threshold or beside it."""
        rng = np.random.default_rng(self.seed)
        low, bound, high = self.bounds
        near = (low, bound, high, max(low, round(bound - 0.001, 3)))
        wanted = respondents(instrument, n, seed=self.seed).wanted
        for row in wanted:
            if isinstance(row["AMOUNT"], float):
                row["AMOUNT"] = float(rng.choice(near))
            if row["WHOLE"] not in (None, *MISSING_CODES):
                row["WHOLE"] = int(rng.choice((0, 12_345_678, 12_345_679, 10**9)))
        return Respondents(wanted, [canonical(instrument, row, i) for i, row in enumerate(wanted)])


EXTREMES = (
    Numbers(
        (5_315_121, 5_315_123, 5_315_122, -5_315_121), (5_315_121, 5_315_123, 10**9), (0, 5, 9)
    ),
    Numbers((10**9, -(10**9), 10**9 - 1, 0), (1, 10**9 - 1, 10**9), (-0.5, 0.1, 12_345_678.125)),
    Numbers((-1, -2, -3, 123_456), (123_456, 123_457, 99_999), (1_234_567.125, 1_234_567.25, 1e9)),
)


def _unique(low: int, size: int) -> st.SearchStrategy[tuple[int, ...]]:
    """Return numbers from ``low`` to 10^9 that differ: anywhere, or next to each other."""
    anywhere = st.lists(st.integers(low, 10**9), min_size=size, max_size=size, unique=True)
    beside = st.integers(low, 10**9 - size).map(lambda first: range(first, first + size))
    return (anywhere | beside).map(tuple)


def _amounts(found: list[int]) -> tuple[float, ...]:
    low, bound, high = (number / 1_000 for number in sorted(found))
    return (low, bound, high)


def numbers() -> st.SearchStrategy[Numbers]:
    """Draw codes up to 10^9, negative ones among them, and limits with decimals."""
    reserved = {*MISSING_CODES, SEEN_ON_QUALTRICS}
    codes = _unique(-(10**9), 4).filter(reserved.isdisjoint)
    options = _unique(1, 3)
    thousandths = st.integers(-(10**12), 10**12).filter(lambda n: n / 1_000 not in reserved)
    bounds = st.lists(thousandths, min_size=3, max_size=3, unique=True).map(_amounts)
    return st.builds(Numbers, codes, options, bounds, st.integers(0, 1_000))
