"""The shared file of hypotheses."""

from __future__ import annotations

from pathlib import Path

import pytest

from coprod_stats.instruments import read_instrument
from coprod_stats.instruments.coverage import form_coverage
from coprod_stats.plans import PlanError, read_hypotheses


def test_the_core_form_can_test_all_21_headline_paths() -> None:
    headline = [hypothesis for hypothesis in read_hypotheses() if hypothesis.headline]
    assert len(headline) == 21
    coverage = form_coverage(read_instrument("citizen"), headline)
    assert coverage.testable == tuple(hypothesis.id for hypothesis in headline)


def test_a_faulty_file_is_refused_with_its_faults(tmp_path: Path) -> None:
    path = tmp_path / "hypotheses.yaml"
    path.write_text("source: mine\nhypotheses:\n  - {id: H1, predictor: A}\n", encoding="utf-8")
    with pytest.raises(PlanError, match="'outcome' is missing"):
        read_hypotheses(path)
