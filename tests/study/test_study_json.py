"""``coprod run --json`` has the layout that others rely on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-c", "from coprod_stats.cli.main import run; run()"]
KEYS = {
    "plan",
    "instrument",
    "data",
    "synthetic",
    "sample",
    "quality",
    "missing",
    "measurement",
    "analyses",
    "findings",
    "deviations",
    "warnings",
    "reports",
}


def run(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "run", *words], capture_output=True, text=True, cwd=folder, check=False
    )


@pytest.fixture(scope="module")
def carers(tmp_path_factory: pytest.TempPathFactory) -> dict:
    folder = tmp_path_factory.mktemp("json")
    done = run("carers", "--json", "-", folder=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_layout(carers: dict) -> None:
    assert set(carers) >= KEYS
    assert carers["data"]["rows"] == carers["data"]["kept"] == 908
    assert set(carers["instrument"]) == {"id", "version", "sha256"}
    (analysis,) = carers["analyses"]
    assert analysis["id"] == "care"
    assert analysis["analysis"] == "paths"
    assert analysis["n_analysed"] == 901
    assert analysis["tables"]["fit"][0]["specification"] == "regression"


def test_a_finding_has_every_number_of_its_row(carers: dict) -> None:
    first = carers["findings"][0]
    assert first["hypothesis"] == "C1"
    assert first["conclusion"] == "supported"
    assert first["std_all"] == pytest.approx(0.314, abs=5e-4)
    assert first["conf_low_90"] > first["std_all_conf_low"]
    assert first["family"] == "carers"
    assert len(carers["findings"]) == 6


def test_a_plan_whose_confirmatory_tests_fail_ends_with_status_1_and_its_report(
    tmp_path: Path,
) -> None:
    plan = tmp_path / "empty.yaml"
    plan.write_text(
        """
plan: empty
title: Nobody
question: Is there anybody?
instrument: carers
form: full
data: {file: carers.csv, population: Carers}
hypotheses: [{id: A1, predictor: HOURS, outcome: NEG, sign: "+"}]
analyses:
  - {analysis: regression, id: none, formula: NEG ~ HOURS, where: HOURS > 1000}
""",
        encoding="utf-8",
    )
    done = run(str(plan), "--out", "report", folder=tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "could not be estimated" in done.stderr
    assert (tmp_path / "report" / "empty.html").is_file()
    assert "Not estimated: " in done.stdout
