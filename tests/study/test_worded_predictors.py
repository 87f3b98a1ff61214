"""A path whose predictor was asked in words that depend on the outcome is warned of."""

from __future__ import annotations

from pathlib import Path

import pytest

from coprod_stats.documents.html import render_html
from coprod_stats.instruments.shipped import shelf
from coprod_stats.report.study import run_study
from coprod_stats.report.study_report import study_document

PLAN = """
plan: necessary
title: Necessary
question: Is it necessary to be willing?
instrument: citizen
form: core
data: {{file: answers.csv, population: Nobody., synthetic: true}}
{among}
hypotheses: [{hypothesis}]
analyses:
  - {{analysis: necessity, id: main, role: exploratory, permutations: 100}}
seed: 1
"""


@pytest.mark.parametrize(
    ("hypothesis", "among", "warned"),
    [
        ("H29", "", True),
        ("H29", "respondents: {classes: [strict, broad]}", False),
        ("H29", "respondents: {where: SCANY == 1}", False),
        ("H29", "respondents: {where: NOTRUNS == 1}", False),  # all about services of this kind
        ("H28", "", False),  # worth and willingness are worded alike
    ],
)
def test_words_that_depend_on_the_outcome_are_in_the_report(
    hypothesis: str, among: str, warned: bool, tmp_path: Path
) -> None:
    rows = (shelf("sample_data") / "citizen_synthetic.csv").read_text("utf-8").splitlines()[:401]
    (tmp_path / "answers.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    plan = tmp_path / "necessary.yaml"
    plan.write_text(PLAN.format(hypothesis=hypothesis, among=among), encoding="utf-8")
    study = run_study(plan)
    found = [entry.message for entry in study.warnings if entry.code == "WORDING-001"]
    assert bool(found) is warned
    assert ("WORDING-001" in render_html(study_document(study))) is warned
    if warned:
        assert "H29" in found[0]
        assert "WIL in different words" in found[0]
