"""A small questionnaire with every kind of column, and files of answers to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.responses import Responses, read_responses

QUESTIONNAIRE = """
instrument: tiny
version: 1.0.0
title: "Tiny"
languages: [en]
offers: [dont_know]
forms: {core: {title: "Core"}}
responses:
  agree:
    kind: bipolar
    options: {1: "Disagree", 2: "Neither", 3: "Agree"}
    off_scale: {6: "Too early to say"}
administrative:
  - {id: RID, title: "Respondent", role: respondent}
  - {id: CTRY, title: "Country"}
  - {id: WGT, title: "Weight", role: weight, kind: number}
pages:
  - page: one
    blocks:
      - block: grid
        stem: "How far do you agree?"
        responses: agree
        items:
          - {id: Q1, text: "One"}
          - {id: Q2, text: "Two", reverse: true}
      - block: others
        items:
          - {id: HOURS, kind: number, text: "Hours?", number: {min: 0, max: 168}}
          - {id: TXT, kind: text, text: "Say more"}
          - {id: WAY, kind: multiple, text: "Ways", options: {1: "Alone", 2: "Together"}}
"""


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Instrument:
    path = tmp_path_factory.mktemp("tiny") / "tiny.yaml"
    path.write_text(QUESTIONNAIRE, encoding="utf-8")
    return read_instrument(path)


@pytest.fixture
def read(tiny: Instrument, tmp_path: Path) -> Callable[..., Responses]:
    """Read answers given as text or bytes."""

    def answers(content: str | bytes, name: str = "answers.csv") -> Responses:
        raw = content.encode("utf-8") if isinstance(content, str) else content
        path = tmp_path / name
        path.write_bytes(raw)
        return read_responses(path, tiny)

    return answers
