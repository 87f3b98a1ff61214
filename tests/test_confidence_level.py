"""A confidence level that is no proportion is refused, whoever is asked."""

import numpy as np
import pandas as pd
import pytest

import coprod_stats as cp
from coprod_stats.confidence_level import check_conf_level
from coprod_stats.errors import CoprodError
from coprod_stats.measurement import MeasurementDataError, partial_correlation
from coprod_stats.measurement.frame_reliability import ReliabilityError
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.regression import RegressionPath, fit_regressions

DATA = pd.DataFrame(np.random.default_rng(1).normal(size=(40, 3)), columns=["x", "y", "z"]).assign(
    group=[0, 1] * 20
)
ASKED = {
    "regress": (StructureError, lambda level: cp.regress("y ~ x", DATA, conf_level=level)),
    "fit_regressions": (
        StructureError,
        lambda level: fit_regressions(DATA, [RegressionPath("y", ("x",))], conf_level=level),
    ),
    "nca": (StructureError, lambda level: cp.nca(DATA, "x", "y", conf_level=level)),
    "icc": (MeasurementDataError, lambda level: cp.icc(DATA, "y", "group", conf_level=level)),
    "compare_groups": (
        MeasurementDataError,
        lambda level: cp.compare_groups(DATA, "y", "group", conf_level=level),
    ),
    "partial_correlation": (
        MeasurementDataError,
        lambda level: partial_correlation(DATA, "x", "y", ["z"], conf_level=level),
    ),
    "alpha": (ReliabilityError, lambda level: cp.alpha(DATA, conf_level=level)),
    "omega": (ReliabilityError, lambda level: cp.omega(DATA, conf_level=level)),
}


@pytest.mark.parametrize("level", [95, 0, 1.0, -0.9, float("nan")])
@pytest.mark.parametrize("function", ASKED)
def test_a_level_that_is_no_proportion_is_refused(function, level) -> None:
    error, ask = ASKED[function]
    with pytest.raises(error, match=f"must lie between 0 and 1, not {level}"):
        ask(level)


def test_a_proportion_is_admissible() -> None:
    check_conf_level(0.9, error=CoprodError)
