"""A blank is "seen, unanswered" only where every condition over a question showed it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from short_forms import HEAD, cells, read_export

from coprod_stats.instruments import read_instrument
from coprod_stats.literals import ExportSource

PAGES = """
pages:
  - page: first
    blocks:
      - block: f
        items:
          - {id: A, text: Used it?, options: {1: "Yes", 2: "No"}}
          - {id: B, text: Online?, options: {1: "Yes", 2: "No"}}
          - {id: C, text: Alone?, options: {1: "Yes", 2: "No"}}
  - page: second
    when: A == 1
    blocks:
      - block: s
        when: B == 1
        items: [{id: D, kind: number, text: How often?, when: C == 1}]
"""
SHOWN = [(1, 1, 1), (2, 1, 1), (1, 2, 1), (1, 1, 2)]
"""Answers to A, B and C: the first sees the question, each other lacks one of its conditions."""
SUBMITTED = {"submitdate": "2026-01-01 10:00:00"}


@pytest.mark.parametrize("source", ["odk", "kobo", "limesurvey", "redcap", "qualtrics", "surveyjs"])
def test_a_blank_is_unanswered_only_where_all_conditions_hold(
    tmp_path: Path, source: ExportSource
) -> None:
    (tmp_path / "short.yaml").write_text(HEAD + PAGES, encoding="utf-8")
    instrument = read_instrument(tmp_path / "short.yaml").for_form("full")
    lower = source in ("odk", "kobo", "redcap")
    rows: list[dict[str, Any]] = []
    for given in SHOWN:
        answers = dict(zip("abc" if lower else "ABC", given, strict=True))
        blank = {} if source == "surveyjs" else {"d" if lower else "D": ""}
        submitted = SUBMITTED if source == "limesurvey" else {}
        rows.append({**answers, **blank, **submitted})
    found = read_export(instrument, source, rows, tmp_path)
    assert cells(found, "D") == [(-7,), (None,), (None,), (None,)]
