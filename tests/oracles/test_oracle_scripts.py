"""Rerun every R script that made an oracle, and compare all that it writes (``make oracles``)."""

from __future__ import annotations

import csv
import json
import math
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tolerances import bound

ROOT = Path(__file__).parents[2]
ORACLES = ROOT / "tests" / "oracles"
LIMIT = bound("scripts run again")
PRINTED = {  # scripts that print what is kept
    "agreement_and_groups.R": "agreement_and_groups.json",
    "careless_bfi.R": "careless_bfi.json",
    "content_validity.R": "content_validity.json",
    "driver_impact_pattern.R": "driver_impact_pattern.json",
    "driver_impact_rivals.R": "driver_impact_rivals.json",
    "lavaan_clustered_wlsmv.R": "lavaan_clustered_wlsmv.json",
    "marker_ladder.R": "marker_ladder.json",
    "wording_factor.R": "wording_factor.json",
    "measurement_invariance.R": "measurement_invariance.json",
    "measurement_model.R": "measurement_model.json",
    "m0_simulated.R": "data/m0_simulated.csv",
    "necessary_conditions.R": "necessary_conditions.json",
    "observed_driver.R": "observed_driver.json",
    "path_sensitivity.R": "path_sensitivity.json",
    "product_indicators.R": "product_indicators.json",
    "psych_carers.R": "psych_carers.json",
    "psych_scale_correlations.R": "psych_scale_correlations.json",
    "rare_categories.R": "rare_categories.json",
    "regression_families.R": "regression_families.json",
    "regression_hc3.R": "regression_hc3.json",
    "semopy_vs_lavaan.R": "semopy_vs_lavaan.json",
}
WRITTEN = {  # scripts that write it
    "esem.R": ("esem.json",),
    "esem_equal_loadings.R": ("esem_equal_loadings.json",),
    "lavaan_categorical_moments.R": ("lavaan_categorical_moments.json",),
    "lavaan_modal_scores.R": ("lavaan_modal_scores.json",),
    "lavaan_ordered_comparisons.R": ("lavaan_ordered_comparisons.json",),
    "sem_after_fit.R": ("sem_after_fit.json",),
    "sem_combinations.R": ("sem_combinations.json",),
    "sem_differences.R": ("sem_differences.json",),
    "sem_group_variables.R": (
        "sem_group_variables.json",
        "data/group_forms.csv",
        "data/group_forms_missing.csv",
    ),
    "sem_two_level.R": ("sem_two_level.json", "data/two_level_services.csv"),
    "sem_unseen.R": ("sem_unseen.json",),
    "sem_wider.R": ("sem_wider.json",),
}
WHOLE_FITS = ("lavaan/o1_ml.R", "lavaan/o2_more.R", "lavaan/o3_psych.R")
ELSEWHERE = {
    "lavaan/common.R": "is sourced by the others",
    "random_model_causes.R": "is run on data that tests/latent_models/random_model_causes.py draws",
    "mplus_read_back.R": "reads scripts that tests/latent_models/test_mplus_script.py writes",
}
# nothing is compared in these, as they say themselves
WITHOUT_SOLUTION = {"hs_cfa_bifactor.json": "lavaan does not converge: it stops anywhere"}
NOT_REPEATED = {
    # parallel analysis draws in several processes, which do not follow the script's seed
    ("bfi_reliability_psych.json", "parallel", "fa.sim"),
    ("bfi_reliability_psych.json", "parallel", "pc.sim"),
    # the standard error of a function that a constraint fixes: the root of +0 or -0
    ("pd_sem_ml_nonlin2.json", "parameters", 34, "se"),
    ("pd_sem_ml_nonlin2.json", "parameters", 34, "ci.lower"),
    ("pd_sem_ml_nonlin2.json", "parameters", 34, "ci.upper"),
    # a weight matrix that is singular but for rounding: lavaan says so, or does not end normally
    ("lavaan_ordered_comparisons.json", "random_covariate", "WLS"),
}


@pytest.fixture
def rerun(tmp_path: Path):
    """Run a script in a copy of the tree without what it makes; give what it prints."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        pytest.skip("Rscript is not installed")
    copy = tmp_path / "tests" / "oracles"
    shutil.copytree(ORACLES, copy)
    shutil.copytree(ROOT / "sample_data", tmp_path / "sample_data")

    def run(script: str, folder: Path = tmp_path) -> str:
        done = subprocess.run(
            [rscript, script],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        )
        lacking = re.search(r"there is no package called .(\w+).", done.stderr)
        if lacking:
            pytest.skip(f"the R package {lacking[1]} is not installed")
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.mark.r
@pytest.mark.parametrize("script", PRINTED)
def test_what_a_script_prints_is_what_is_kept(script, rerun):
    printed, kept = rerun(f"tests/oracles/{script}"), ORACLES / PRINTED[script]
    assert_same(kept.name, content(kept.read_text(), kept.suffix), content(printed, kept.suffix))


@pytest.mark.r
@pytest.mark.parametrize("script", WRITTEN)
def test_what_a_script_writes_is_what_is_kept(script, rerun, tmp_path):
    for name in WRITTEN[script]:
        (tmp_path / "tests" / "oracles" / name).unlink()
    rerun(f"tests/oracles/{script}")
    for name in WRITTEN[script]:
        compare(ORACLES / name, tmp_path / "tests" / "oracles" / name)


@pytest.mark.r
def test_the_whole_fits_of_lavaan_are_what_is_kept(rerun, tmp_path):
    folder = tmp_path / "tests" / "oracles" / "lavaan"
    kept = sorted(
        path.relative_to(ORACLES / "lavaan")
        for pattern in ("*.json", "data/*.csv")
        for path in (ORACLES / "lavaan").glob(pattern)
    )
    assert len(kept) > 90
    for name in kept:
        (folder / name).unlink()
    for script in WHOLE_FITS:
        rerun(Path(script).name, folder)
    for name in kept:
        if name.name not in WITHOUT_SOLUTION:
            compare(ORACLES / "lavaan" / name, folder / name)


def test_no_script_is_left_out():
    known = {*PRINTED, *WRITTEN, *WHOLE_FITS, *ELSEWHERE}
    assert {path.relative_to(ORACLES).as_posix() for path in ORACLES.rglob("*.R")} == known
    made = {*PRINTED.values(), *(name for names in WRITTEN.values() for name in names)}
    kept = {path.name for path in ORACLES.glob("*.json")}
    kept -= {"mplus_read_back.json", "random_model_causes.json"}
    assert kept <= made


@pytest.mark.parametrize(
    ("again", "said"),
    [
        ({"a": [1.0, None], "b": "x"}, []),
        ({"a": [1.0 + 1e-8, None], "b": "x"}, []),
        ({"a": [1.0 + 1e-5, None], "b": "x"}, ["k.a.0: 1.0, again 1.00001"]),
        ({"a": [1.0, 0.0], "b": "x"}, ["k.a.1: None, again 0.0"]),
        ({"a": [1.0], "b": "x"}, ["k.a: 2 entries, again 1"]),
        ({"a": [1.0, None], "c": "x"}, ["k: has b, again c"]),
        ({"a": [1.0, None], "b": "y"}, ["k.b: 'x', again 'y'"]),
    ],
)
def test_what_differs_is_found(again, said):
    assert list(differences({"a": [1.0, None], "b": "x"}, again, ("k",))) == said


def content(text: str, suffix: str) -> Any:
    """Read JSON, or a CSV as rows of numbers and texts."""
    if suffix == ".json":
        return json.loads(text)
    return [[_number(cell) for cell in row] for row in csv.reader(text.splitlines())]


def _number(cell: str) -> float | str:
    try:
        return float(cell)
    except ValueError:
        return cell


def compare(kept: Path, again: Path) -> None:
    assert_same(kept.name, *(content(path.read_text(), path.suffix) for path in (kept, again)))


def assert_same(name: str, kept: Any, again: Any) -> None:
    assert list(differences(kept, again, (name,))) == []


def differences(kept: Any, again: Any, place: tuple[str | int, ...]) -> Iterator[str]:
    """Describe what differs by more than the limit, relative above 1."""
    where = ".".join(map(str, place))
    if place in NOT_REPEATED:
        return
    if isinstance(kept, dict) and isinstance(again, dict):
        if kept.keys() != again.keys():
            lost, new = (", ".join(a.keys() - b.keys()) for a, b in ((kept, again), (again, kept)))
            yield f"{where}: has {lost}, again {new}"
        for key in kept.keys() & again.keys():
            yield from differences(kept[key], again[key], (*place, key))
    elif isinstance(kept, list) and isinstance(again, list):
        if len(kept) != len(again):
            yield f"{where}: {len(kept)} entries, again {len(again)}"
            return
        for index, pair in enumerate(zip(kept, again, strict=True)):
            yield from differences(*pair, (*place, index))
    elif is_number(kept) and is_number(again):
        if not math.isclose(kept, again, rel_tol=LIMIT, abs_tol=LIMIT):
            yield f"{where}: {kept!r}, again {again!r}"
    elif kept != again:
        yield f"{where}: {kept!r}, again {again!r}"


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
