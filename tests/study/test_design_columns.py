"""What a questionnaire holds of its design is used by the plan, or the report names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from coprod_stats.documents.html import render_html
from coprod_stats.instruments.shipped import shelf
from coprod_stats.report.study import run_study
from coprod_stats.report.study_report import study_document

pytestmark = pytest.mark.any_python

PLAN = """
plan: weighted
title: Weighted
question: Does it matter?
instrument: citizen
form: core
data: {{file: answers.csv, population: Nobody., synthetic: true}}
{design}
hypotheses:
  - {{id: A1, predictor: DRREL, outcome: QUA, sign: "+"}}
analyses:
  - analysis: paths
    id: main
    factors: [DRREL, QUA]
    specifications:
      - {{specification: sem, title: SEM, role: confirmatory, where: DFSTRICT == 1}}
"""


@pytest.fixture
def plan(tmp_path: Path):
    lines = (shelf("sample_data") / "citizen_synthetic.csv").read_text(encoding="utf-8").split("\n")
    header, *rows = lines[:801]
    place = header.split(",").index("WGT")
    filled = []
    for number, row in enumerate(rows):
        cells = row.split(",")
        cells[place] = str(1 + number % 3)
        filled.append(",".join(cells))
    (tmp_path / "answers.csv").write_text("\n".join([header, *filled]) + "\n", encoding="utf-8")

    def written(design: str) -> Path:
        path = tmp_path / "weighted.yaml"
        path.write_text(PLAN.format(design=design), encoding="utf-8")
        return path

    return written


def test_weights_that_no_plan_uses_are_a_finding_of_the_report(plan) -> None:
    study = run_study(plan(""))
    codes = {entry.code: entry.message for entry in study.warnings}
    assert "WGT" in codes["DESIGN-001"]
    assert "POSTR" in codes["DESIGN-003"]
    assert "DESIGN-001" in render_html(study_document(study))


def test_weights_and_clusters_that_a_plan_states_are_used_and_named(plan) -> None:
    plain, weighted = run_study(plan("")), run_study(plan("weights: WGT\ncluster: POSTR"))
    assert {"DESIGN-001", "DESIGN-003"}.isdisjoint(entry.code for entry in weighted.warnings)
    assert weighted.headline()["estimate"].tolist() != plain.headline()["estimate"].tolist()
    page = render_html(study_document(weighted))
    assert "Weighted by WGT." in page
    assert "Standard errors robust to clusters of POSTR." in page
    assert "Weighted by" not in render_html(study_document(plain))


def test_a_plan_may_state_what_a_specification_leaves_aside(plan) -> None:
    path = plan("weights: WGT")
    aside = path.read_text(encoding="utf-8").replace("role: conf", "without: [weights], role: conf")
    path.write_text(aside, encoding="utf-8")
    study = run_study(path)
    unweighted = run_study(plan(""))
    assert study.headline()["estimate"].tolist() == unweighted.headline()["estimate"].tolist()
    assert "Unweighted." in render_html(study_document(study))
    assert "DESIGN-001" in {entry.code for entry in study.warnings}


def test_weights_that_one_of_several_specifications_uses_are_used(plan) -> None:
    path = plan("weights: WGT")
    scores = "      - {specification: scores, title: Scores, scores: true, without: [weights]}\n"
    path.write_text(path.read_text(encoding="utf-8") + scores, encoding="utf-8")
    assert "DESIGN-001" not in {entry.code for entry in run_study(path).warnings}
