"""A small survey with everything that a report describes: design, classes, reasons of missing."""

import copy
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from coprod_stats.documents.html import render_html
from coprod_stats.report.study import Study, run_study
from coprod_stats.report.study_report import study_document

QUESTIONNAIRE = """
instrument: small
version: 1.0.0
title: "Small"
languages: [en]
constructs: constructs.yaml
offers: [dont_know]
forms: {core: {title: "Core"}}
administrative:
  - {id: RID, title: "Respondent", role: respondent}
  - {id: TOWN, title: "Town", role: unit}
  - {id: STRAT, title: "Stratum", role: stratum}
  - {id: WGT, title: "Weight", role: weight, kind: number}
responses:
  five: {kind: unipolar, options: {1: None, 2: Little, 3: Some, 4: Much, 5: "Very much"}}
pages:
  - page: one
    blocks:
      - block: first
        responses: five
        items:
          - {id: T1, text: "Do they keep their word?"}
          - {id: T2, text: "Do they let you down?", reverse: true}
          - {id: T3, text: "Do they listen?"}
          - {id: U1, text: "Is it useful?"}
          - {id: U2, text: "Is it useless?", reverse: true}
          - {id: U3, text: "Does it help?"}
      - block: background
        items:
          - id: DONE
            text: "What became of it?"
            options: {1: "It goes on", 2: "It has ended"}
            off_scale: {6: "It has only just begun"}
          - id: BORN
            kind: number
            text: "In which year were you born?"
            number: {min: 1900, max: 2007}
          - {id: VISITS, kind: number, text: "How many visits?", number: {min: 0, max: 9000}}
          - {id: SEX, text: "What is your gender?", options: {1: "Woman", 2: "Man", 3: "Another"}}
scales:
  T: {title: "Trust", role: driver, construct: TRUST, min_answered: 2, items: [T1, T2, T3]}
  U: {title: "Use", role: impact, construct: USE, min_answered: 2, items: [U1, U2, U3]}
classification:
  title: "Kind of respondent"
  classes: {visitor: VISITS > 0}
  otherwise: none
"""

CONSTRUCTS = """
source: "Invented for a test."
constructs:
  TRUST: {family: "1 Driver", label: Trust, role: driver, section: "1", sources: none,
          respondent: both, measure: reflective}
  USE: {family: "2 Impact", label: Use, role: impact, section: "1", sources: none,
        respondent: both, measure: reflective}
"""

PLAN = """
plan: small
title: A small study
question: Does trust go with use?
instrument: small.yaml
form: core
data: {file: small.csv, population: People.}
quality: {exclude_flagged: false}
hypotheses:
  - {id: A1, predictor: T, outcome: U, sign: "+"}
analyses:
  - analysis: paths
    id: main
    specifications:
      - {specification: scores, title: Scores, role: confirmatory, scores: true}
"""


def small_plan(**changes: Any) -> dict[str, Any]:
    """Return the plan with some of its keys replaced."""
    return copy.deepcopy({**yaml.safe_load(PLAN), **changes})


def structural_plan(**changes: Any) -> dict[str, Any]:
    """Return the plan with factors in place of scores."""
    specification = {"specification": "sem", "title": "SEM", "role": "confirmatory"}
    analysis = {"analysis": "paths", "id": "main", "factors": ["T", "U"]}
    return small_plan(analyses=[analysis | {"specifications": [specification]}], **changes)


def answers(n: int = 200, seed: int = 1, towns: int = 10) -> dict[str, list[Any]]:
    """Draw complete answers: use depends on trust, trust on the town."""
    rng = np.random.default_rng(seed)
    place = np.arange(n) % towns
    trust = 0.5 * rng.normal(size=towns)[place] + rng.normal(size=n)
    use = 0.6 * trust + rng.normal(size=n)

    def coded(latent: np.ndarray, sign: int = 1) -> list[int]:
        noisy = sign * (latent + 0.6 * rng.normal(size=n))
        return np.clip(np.rint(3 + noisy), 1, 5).astype(int).tolist()

    return {
        "RID": list(range(1, n + 1)),
        "TOWN": [f"t{code}" for code in place],
        "STRAT": [""] * n,
        "WGT": [""] * n,
        "T1": coded(trust),
        "T2": coded(trust, -1),
        "T3": coded(trust),
        "U1": coded(use),
        "U2": coded(use, -1),
        "U3": coded(use),
        "DONE": (1 + np.arange(n) % 2).tolist(),
        "BORN": (1950 + np.arange(n) % 50).tolist(),
        "VISITS": (np.arange(n) % 7 * 300).tolist(),
        "SEX": (1 + np.arange(n) % 3).tolist(),
    }


def with_answers(
    table: Mapping[str, Sequence[Any]], column: str, value: Any, rows: Sequence[int]
) -> dict[str, list[Any]]:
    """Return answers of which some rows of a column have another value."""
    changed = {name: list(values) for name, values in table.items()}
    for row in rows:
        changed[column][row] = value
    return changed


def carried_out(
    folder: Path,
    plan: dict[str, Any] | None = None,
    table: Mapping[str, Sequence[Any]] | None = None,
    questionnaire: str = QUESTIONNAIRE,
) -> Study:
    """Write questionnaire, answers and plan, and carry the plan out."""
    table = table or answers()
    lines = [
        ",".join(table),
        *(",".join(map(str, row)) for row in zip(*table.values(), strict=True)),
    ]
    (folder / "small.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "small.yaml").write_text(questionnaire, encoding="utf-8")
    (folder / "constructs.yaml").write_text(CONSTRUCTS, encoding="utf-8")
    (folder / "plan.yaml").write_text(yaml.safe_dump(plan or small_plan()), encoding="utf-8")
    return run_study(folder / "plan.yaml")


def page_of(study: Study) -> str:
    """Text of a report, without its tags and repeated spaces."""
    return words_of(render_html(study_document(study)))


def words_of(page: str) -> str:
    """Text of a page from its body on, without tags, drawings and repeated spaces."""
    body = re.sub(r"<svg.*?</svg>", " ", page[page.index("<body") :], flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))
