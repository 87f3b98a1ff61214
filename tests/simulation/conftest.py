"""A small questionnaire, its plan and the population behind it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

QUESTIONNAIRE = """
instrument: tiny
version: 1.0.0
title: "Tiny"
languages: [en]
offers: [dont_know]
constructs: tiny_constructs.yaml
forms: {core: {title: "Core"}, long: {title: "Long"}}
responses:
  agree: {kind: bipolar, options: {1: "No", 2: "Hardly", 3: "Partly", 4: "Mostly", 5: "Yes"}}
administrative:
  - {id: RID, title: "Respondent", role: respondent}
  - {id: TOWN, title: "Town", role: unit}
  - {id: SECS, title: "Seconds", role: seconds, kind: number}
pages:
  - page: one
    blocks:
      - block: first
        items:
          - {id: USE, text: "Use?", options: {1: "Yes", 2: "No"}, off_scale: {6: "Too early"}}
          - {id: AGE, kind: number, text: "Age?", number: {min: 18, max: 90}}
          - {id: NAME, kind: text, text: "Which?", when: USE == 1}
          - {id: WAY, kind: multiple, text: "Ways?", options: {1: "Alone", 2: "Together"}}
          - {id: PLACE, kind: multiple, text: "Where?", min_choices: 2, max_choices: 3,
             options: {1: A, 2: B, 3: C, 4: D}, off_scale: {8: All, 9: None}}
      - block: grid
        stem: "How far?"
        responses: agree
        items:
          - {id: A1, text: "A one"}
          - {id: A2, text: "A two", reverse: true}
          - {id: A3, text: "A three"}
          - {id: ATT, text: "Mark Hardly.", attention_pass: 2, offers: []}
          - {id: B1, text: "B one"}
          - {id: B2, text: "B two"}
          - {id: B3, text: "B three", when: USE == 1}
      - block: extra
        items: [{id: MORE, kind: number, text: "More?", number: {min: 0, max: 9}, forms: [long]}]
scales:
  A: {title: "A", construct: A, items: [A1, A2, A3], min_answered: 2}
  B: {title: "B", construct: B, items: [B1, B2, B3], min_answered: 2}
"""
CONSTRUCTS = """
source: "Nowhere"
constructs:
  A: {family: f, label: A, role: driver, section: "1", sources: "1", respondent: both, measure: m}
  B: {family: f, label: B, role: impact, section: "1", sources: "1", respondent: both, measure: m}
"""
POPULATION = """
population: tiny
about: "Invented."
rows: 400
seed: 5
paths: {B: {A: 0.5}}
loadings: {A: [0.9, 0.8, 0.7], B: [0.8, 0.8, 0.8]}
shares: {agree: [0.1, 0.2, 0.4, 0.2, 0.1]}
groups:
  users: {share: 0.75, answers: {USE: {1: 1}}}
  others: {share: 0.25, answers: {USE: {2: 3, 6: 1}}}
answers: {WAY__1: {0: 1, 1: 3}}
numbers: {AGE: {mean: 40, sd: 30}, SECS: {mean: 300, sd: 20}}
texts: {NAME: ["the park", "the school"]}
clusters: {column: TOWN, count: 20, icc: 0.1}
dont_know: 0.02
unanswered: 0.01
careless: {share: 0.1, seconds: {mean: 60, sd: 5}, attention_passed: 0.2}
"""
PLAN = """
plan: tiny
title: "Tiny"
question: "Does A go with B?"
instrument: tiny.yaml
data: {file: none.csv, population: "Nobody", synthetic: true}
hypotheses: [{id: H1, predictor: A, outcome: B, sign: "+"}]
analyses:
  - analysis: paths
    id: main
    factors: [A, B]
    specifications: [{specification: ml, title: "ML", role: confirmatory}]
population_model: population.yaml
"""


@pytest.fixture
def plan(tmp_path: Path) -> Callable[..., Path]:
    """Write the plan with changes to its population; gives its path."""

    def written(*changes: tuple[str, str]) -> Path:
        population = POPULATION
        for old, new in changes:
            assert old in population
            population = population.replace(old, new)
        for name, text in (
            ("tiny.yaml", QUESTIONNAIRE),
            ("tiny_constructs.yaml", CONSTRUCTS),
            ("population.yaml", population),
            ("plan.yaml", PLAN),
        ):
            (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / "plan.yaml"

    return written
