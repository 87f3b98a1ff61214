"""Questionnaires of one's own: without scales, without constructs, with constructs of their own."""

from __future__ import annotations

import pytest

PLAIN = """
instrument: parks
version: 0.1.0
title: Parks
languages: [en]
forms: {full: {title: Full}}
pages:
  - page: one
    blocks:
      - block: one
        items:
          - {id: VISITS, text: How often?, options: {1: Never, 2: Often}}
          - {id: YEARS, kind: number, text: Since when?, number: {min: 0}}
"""
CONSTRUCTS = """
source: An article.
constructs:
  USE: {family: Use, label: Use, role: behaviour, section: "1", sources: none,
        respondent: citizen, measure: single}
  JOY: {family: Joy, label: Joy, role: impact, section: "1", sources: none,
        respondent: both, measure: single}
"""


@pytest.fixture
def parks(tmp_path):
    path = tmp_path / "parks.yaml"
    path.write_text(PLAIN)
    (tmp_path / "answers.csv").write_text("VISITS,YEARS\n1,3\n2,4\n")
    return path


def test_answers_to_a_questionnaire_without_scales_are_scored_to_nothing(coprod, parks) -> None:
    done = coprod("score", "answers.csv", "--instrument", parks)
    assert (done.returncode, done.stdout) == (0, "no scales\n")
    done = coprod("score", "answers.csv", "--instrument", parks, "--json", "-")
    assert (done.returncode, done.stdout) == (0, "[]\n")


def test_coverage_of_a_questionnaire_without_constructs_says_so(coprod, parks) -> None:
    done = coprod("instrument", "coverage", parks)
    assert done.returncode == 1
    assert "parks: names no file of constructs" in done.stderr
    assert "MODULE" not in done.stderr


def test_coverage_of_a_questionnaire_is_that_of_its_own_constructs(coprod, parks, tmp_path) -> None:
    (tmp_path / "constructs.yaml").write_text(CONSTRUCTS)
    measured = PLAIN.replace("languages:", "constructs: constructs.yaml\nlanguages:")
    parks.write_text(measured.replace("text: How often?", "text: How often?, measures: [USE]"))
    done = coprod("instrument", "coverage", parks)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "USE      covered  parks.VISITS",
        "JOY      missing  not in parks",
        "1 covered, 1 missing",
    ]


def test_coverage_of_the_shipped_questionnaires_goes_through_their_modules(coprod) -> None:
    done = coprod("instrument", "coverage", "carers")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "2 covered")
