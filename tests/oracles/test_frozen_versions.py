"""What earlier numbers are held on stays as it was: questionnaire, plan and samples of 0.2.0."""

from __future__ import annotations

from pathlib import Path

import pytest

from coprod_stats.study.plan_reading import read_plan
from coprod_stats.study.synthetic_sample import draw_sample, write_sample

FROZEN = Path(__file__).parent / "driver_impact_0_2_0"


def test_the_plan_is_read_with_the_files_beside_it() -> None:
    plan = read_plan(FROZEN / "driver_impact.yaml")
    assert (plan.instrument.id, plan.instrument.version) == ("citizen", "0.2.0")
    assert plan.beside(plan.form.data.file).parent == FROZEN
    assert len(plan.hypotheses) == 21


@pytest.mark.parametrize("name", ["citizen_synthetic", "citizen_halo"])
def test_the_samples_are_those_of_their_populations(name: str, tmp_path: Path) -> None:
    population = FROZEN / f"{name.removesuffix('_synthetic')}_population.yaml"
    drawn = draw_sample(FROZEN / "driver_impact.yaml", population=population)
    truth = write_sample(drawn, tmp_path / f"{name}.csv")
    assert (tmp_path / f"{name}.csv").read_bytes() == (FROZEN / f"{name}.csv").read_bytes()
    assert truth.read_bytes() == (FROZEN / f"{name}.truth.json").read_bytes()
