"""The report of a whole plan: the same bytes in every run, nothing from outside, plain words."""

import os
import re
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from small_survey import carried_out as small_study
from small_survey import page_of, small_plan

from coprod_stats.report.study import run_study

COMMAND = "from coprod_stats.cli.main import run; run()"
ADDRESS = re.compile(r"(?:https?:)?//[\w.-]+|url\(|@import", re.IGNORECASE)
REFERENCES = {"href", "src", "srcset", "action", "poster", "data", "xlink:href", "background"}


def carried_out(plan: str, folder: Path, hash_seed: str) -> dict[str, bytes]:
    """Run a plan in a process of its own; gives the bytes of each file."""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-c", COMMAND, "run", plan, "--out", str(folder)]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*"))}


@pytest.mark.parametrize("plan", ["carers", pytest.param("driver_impact", marks=pytest.mark.slow)])
def test_two_runs_give_the_same_bytes(plan: str, tmp_path: Path) -> None:
    first = carried_out(plan, tmp_path / "one", "1")
    assert set(first) == {f"{plan}.html", "manifest.json"}
    assert carried_out(plan, tmp_path / "two", "2") == first
    assert b"<p>None</p>" not in first[f"{plan}.html"]


class _Outside(HTMLParser):
    """Collects what a browser would fetch or follow outside the page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            fetched = name in REFERENCES and not (value or "").startswith("#")
            if fetched or (name == "style" and ADDRESS.search(value or "")) or name[:2] == "on":
                self.found.append(f"<{tag} {name}={value}>")
        if tag in {"script", "link", "iframe", "object", "embed", "base"}:
            self.found.append(f"<{tag}>")


@pytest.fixture(scope="module")
def carers_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    written = run_study("carers").report(tmp_path_factory.mktemp("report"))
    return written[0].read_text(encoding="utf-8")


def test_nothing_comes_from_outside(carers_page: str) -> None:
    page = _Outside()
    page.feed(carers_page)
    assert page.found == []
    styles = "".join(re.findall(r"<style>(.*?)</style>", carers_page, flags=re.DOTALL))
    assert ADDRESS.findall(styles) == []


def test_an_address_would_be_found() -> None:
    page = _Outside()
    page.feed('<link rel="x"><img src="http://a.example/b.png"><a href="#c">c</a><p onclick="d">')
    assert page.found == ["<link>", "<img src=http://a.example/b.png>", "<p onclick=d>"]


def words(page: str) -> str:
    """Text of a page, without its tags and repeated spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def test_the_carers_report_says_what_its_reader_must_know(carers_page: str) -> None:
    said = words(carers_page)
    assert "Real answers." in said
    assert "Licence of the data: GPL-3" in said
    assert "Positive value of caregiving (α = .45, ω = .52)" in said
    assert "Weak: three unlike items (alpha .45" in said
    assert "Nobody can be flagged here" in said
    assert "of the 5 families of indices, 1 is available" in said
    assert ", and at least 2 must agree" in said
    assert "Synthetic" not in said


def test_scales_are_correlated(carers_page: str) -> None:
    said = words(carers_page)
    assert "Correlations of the Scales" in said
    assert "902 −.32 [−.38, −.26] &lt; .001" in said


NO_SCALES = """
instrument: numbers
version: 1.0.0
title: Numbers
languages: [en]
forms: {full: {title: Full}}
pages:
  - page: p
    blocks:
      - block: b
        items:
          - {id: AGE, kind: number, text: How old are you?}
          - {id: VISITS, kind: number, text: How many visits?}
"""
REGRESSION = """
plan: numbers
title: Numbers
question: Are older people visited more often?
instrument: numbers.yaml
form: full
data: {file: numbers.csv, population: People.}
hypotheses:
  - {id: V1, predictor: AGE, outcome: VISITS, sign: "+"}
analyses:
  - {analysis: regression, id: visits, tests: [V1], formula: VISITS ~ AGE}
"""


def test_a_questionnaire_without_scales_has_a_report(tmp_path: Path) -> None:
    (tmp_path / "numbers.yaml").write_text(NO_SCALES)
    (tmp_path / "plan.yaml").write_text(REGRESSION)
    rows = [f"{20 + n},{n // 2 + n % 3}" for n in range(60)]
    (tmp_path / "numbers.csv").write_text("\n".join(["AGE,VISITS", *rows]))
    written = run_study(tmp_path / "plan.yaml").report(tmp_path / "report")
    page = written[0].read_text(encoding="utf-8")
    assert "The questionnaire has no scales" in page
    assert "V1" in page
    assert "Reliabilities of the Scales" not in page


def test_a_questionnaire_with_scales_shows_them(carers_page: str) -> None:
    assert "The questionnaire has no scales" not in carers_page
    assert "Reliabilities of the Scales" in carers_page


def test_a_report_cites_the_sources_of_its_questionnaire(carers_page: str) -> None:
    said = words(carers_page)
    assert "Sources of the questionnaire carers:" in said
    assert "McKee, K. J., et al. (2003). The COPE index." in said
    assert "Khine" not in said


def test_a_questionnaire_without_sources_cites_none(tmp_path: Path) -> None:
    assert "Sources of the questionnaire" not in page_of(small_study(tmp_path))


def test_the_article_is_cited_where_a_hypothesis_is_of_it(tmp_path: Path) -> None:
    stated = {"id": "A1", "predictor": "T", "outcome": "U", "sign": "+", "section": "5"}
    page = page_of(small_study(tmp_path, small_plan(hypotheses=[stated])))
    assert "Khine, P. K., Mi, J., & Shahid, R. (2021)" in unescape(page)
