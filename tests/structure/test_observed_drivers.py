"""A driver that is observed as it is, beside latent ones: lavaan's paths and inflation."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
from tolerances import assert_agrees

from coprod_stats.structure import (
    DriverImpactModel,
    MeasuredFactor,
    StructuralPath,
    fit_driver_impact,
)
from coprod_stats.structure.collinearity import driver_collinearity
from coprod_stats.structure.driver_impact import options_of
from coprod_stats.structure.evaluative_factor import fit_evaluative_factor
from coprod_stats.structure.measurement_model import fit_measurement
from coprod_stats.structure.path_pattern import fit_pattern

ORACLES = Path(__file__).parents[1] / "oracles"
STATED = {"QUA": ("DRREL", "DRACT", "amount"), "PRF": ("DRREL", "amount")}
MODEL = DriverImpactModel(
    tuple(
        MeasuredFactor(name, tuple(f"{name}{i}" for i in (1, 2, 3)))
        for name in ("DRREL", "DRACT", "QUA", "PRF")
    ),
    tuple(
        StructuralPath(f"{a}-{b}", a, b, "+")
        for b, predictors in STATED.items()
        for a in predictors
    ),
    covariates=("age",),
    composites=("amount",),
)


def test_it_agrees_with_lavaan_and_goes_through_every_comparison() -> None:
    theirs = json.loads((ORACLES / "observed_driver.json").read_text(encoding="utf-8"))
    data = pd.read_csv(ORACLES / "data" / "m0_simulated.csv")
    data = data.assign(
        cluster=np.repeat(np.arange(80), 15),
        amount=data[["DRINP1", "DRINP2", "DRINP3"]].sum(axis=1),
        age=data["IV1"],
    )
    tested = fit_driver_impact(data, MODEL, engine="core", estimator="MLR", cluster="cluster")
    assert len(theirs["paths"]) == len(tested.paths)
    for path in theirs["paths"]:
        (ours,) = [
            p for p in tested.paths if (p.outcome, p.predictor) == (path["lhs"], path["rhs"])
        ]
        assert_agrees(ours.beta, path["est.std"], "measurement model")
        assert_agrees(ours.beta_std_error, path["se"], "measurement model")
    measured = fit_measurement(data, MODEL, options_of(tested.fit))
    found = {(p.predictor, p.outcome): p for p in driver_collinearity(tested, measured).paths}
    for name, value in theirs["inflation"].items():
        assert_agrees(found[name, "QUA"].inflation, value, "measurement model")
    assert fit_pattern(data, tested).n_unstated == 1
    assert fit_evaluative_factor(data, tested).fit.converged
