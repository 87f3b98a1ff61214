"""The CFA marker technique: lavaan's numbers, a style that all items share, and none."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tolerances import assert_agrees

from coprod_stats.results import Result
from coprod_stats.structure import (
    DriverImpactModel,
    MeasuredFactor,
    StructuralPath,
    fit_driver_impact,
)
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.marker_ladder import fit_marker_ladder

pytestmark = pytest.mark.any_python

ORACLES = Path(__file__).parents[1] / "oracles"
REVERSED = ("A1", "C4", "C5", "E1", "E2", "O2", "O5")
MODEL = DriverImpactModel(
    tuple(MeasuredFactor(name, tuple(f"{name}{i}" for i in range(1, 6))) for name in "ACE"),
    (StructuralPath("a", "A", "E", "+"), StructuralPath("c", "C", "E", "+")),
)
OPENNESS = MeasuredFactor("M", ("O1", "O3", "O4"))
OPTIONS = {"engine": "core", "estimator": "MLR", "missing": "fiml"}


@pytest.fixture(scope="module")
def real():
    data = pd.read_csv(ORACLES / "data" / "bfi_first300.csv")
    data[list(REVERSED)] = 7 - data[list(REVERSED)]
    return fit_marker_ladder(data, fit_driver_impact(data, MODEL, **OPTIONS), OPENNESS)


def test_all_models_and_tests_agree_with_lavaan(real):
    lavaan = json.loads((ORACLES / "marker_ladder.json").read_text())
    steps = real.steps().set_index("step")
    names = {
        "chisq": "chisq.scaled",
        "df": "df",
        "p_value": "pvalue.scaled",
        "cfi": "cfi.robust",
        "rmsea": "rmsea.robust",
    }
    assert list(steps.index) == list(lavaan["models"])
    for step, theirs in lavaan["models"].items():
        for ours, name in names.items():
            assert_agrees(steps.loc[step, ours], theirs[name], "measurement model")
    for term, theirs in lavaan["tests"].items():
        for name, value in theirs.items():
            assert_agrees(getattr(real.test(term), name), value, "measurement model")
    assert real.retained == lavaan["retained"]
    assert_agrees(real.share, lavaan["share"], "measurement model")
    assert isinstance(real, Result)
    assert real.is_shared
    assert not real.is_distorting


def drawn(style: float, seed: int, *, own: float = 0.7) -> pd.DataFrame:
    """Draw two drivers, an impact without any path to it, and a marker, with a style in all.

    ``own`` is the loading of the marker's items on what they are about.
    """
    rng = np.random.default_rng(seed)
    n, names = 1500, ("A", "C", "E", "M")
    factors = {name: rng.normal(size=n) for name in names}
    shared = rng.normal(size=n)
    return pd.DataFrame(
        {
            f"{name}{i}": (own if name == "M" else 0.7) * factor
            + style * shared
            + 0.6 * rng.normal(size=n)
            for name, factor in factors.items()
            for i in range(1, 6)
        }
    )


MARKER = MeasuredFactor("M", ("M1", "M2", "M3"))


def ladder(data):
    return fit_marker_ladder(data, fit_driver_impact(data, MODEL, **OPTIONS), MARKER)


def test_a_style_makes_paths_that_the_marker_takes() -> None:
    found = ladder(drawn(0.5, 1, own=0.2))
    assert found.is_shared
    assert found.is_distorting
    assert all(path.stated > 0.15 for path in found.changes)
    assert all(abs(path.rival) < path.stated / 3 for path in found.changes)
    assert found.glance()["largest_change"].item() > 0.15


def test_a_marker_that_is_mostly_about_something_takes_only_a_part() -> None:
    found = ladder(drawn(0.5, 1, own=0.7))
    assert found.is_shared
    assert all(path.stated / 3 < path.rival < path.stated for path in found.changes)


def test_what_items_share_in_both_directions_is_shared() -> None:
    data = drawn(0.0, 4, own=0.7)
    style = 0.4 * np.random.default_rng(5).normal(size=len(data))
    signs = {"M": 1, "A": 1, "C": -1, "E": 0}
    data = data + np.outer(style, [signs[name[0]] for name in data.columns])
    found = ladder(data)
    assert found.test("shared").p_value > 0.05
    assert found.retained == "unconstrained"
    assert found.is_shared


def test_without_a_style_nothing_is_shared_and_nothing_changes():
    found = ladder(drawn(0.0, 2))
    assert not found.is_shared
    assert not found.is_distorting
    assert found.share < 0.005
    assert found.paths()["change"].abs().max() < 0.01


def test_what_has_no_marker_is_refused():
    data = drawn(0.0, 3)
    tested = fit_driver_impact(data, MODEL, **OPTIONS)
    with pytest.raises(StructureError, match="X1"):
        fit_marker_ladder(data, tested, MeasuredFactor("X", ("X1", "X2")))
