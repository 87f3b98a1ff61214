"""What would take a path to zero: lavaan with a phantom variable, and halos that are known."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tolerances import assert_agrees

from coprod_stats.structure import (
    DriverImpactModel,
    MeasuredFactor,
    StructuralPath,
    fit_driver_impact,
)
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.path_sensitivity import path_sensitivity

ORACLES = Path(__file__).parents[1] / "oracles"
DRIVERS = ("DRREL", "DRACT", "DRINP")
STATED = {"QUA": DRIVERS, "PRF": DRIVERS, "IV": ("DRREL",)}
ITEMS = {name: tuple(f"{name}{i}" for i in range(1, 4)) for name in (*DRIVERS, "QUA", "PRF")}
ITEMS["IV"] = ("IV1", "IV2", "IV3", "IV4")


def model(stated=STATED, items=ITEMS, **options) -> DriverImpactModel:
    return DriverImpactModel(
        tuple(MeasuredFactor(name, found) for name, found in items.items()),
        tuple(StructuralPath(f"{x}-{y}", x, y, "+") for y, given in stated.items() for x in given),
        **options,
    )


def drawn(loading: float, cov: np.ndarray, halo: float, n: int = 400) -> pd.DataFrame:
    """Draw synthetic items whose sample moments are those of factors and a halo, exactly."""
    names = [item for found in ITEMS.values() for item in found]
    lambdas = np.zeros((len(names), len(ITEMS)))
    for column, found in enumerate(ITEMS.values()):
        lambdas[[names.index(item) for item in found], column] = loading
    common = lambdas @ cov @ lambdas.T + halo**2
    np.fill_diagonal(common, 1.0)
    raw = np.random.default_rng(3).standard_normal((n, len(names)))
    raw -= raw.mean(axis=0)
    white = raw @ np.linalg.inv(np.linalg.cholesky(raw.T @ raw / n)).T
    return pd.DataFrame(white @ np.linalg.cholesky(common).T, columns=names)


@pytest.fixture(scope="module")
def answers():
    data = pd.read_csv(ORACLES / "data" / "m0_simulated.csv")
    return data.assign(ATT2=6 - data["ATT2"])


def test_phantom_and_halo_agree_with_lavaan(answers):
    theirs = json.loads((ORACLES / "path_sensitivity.json").read_text())["paths"]
    found = path_sensitivity(fit_driver_impact(answers, model(), engine="core"))
    assert {path.id for path in found.paths} == set(theirs)
    for path in found.paths:
        for name, value in theirs[path.id].items():
            assert_agrees(getattr(path, name), value, "lavaan")


def test_a_halo_without_paths_is_found_with_its_loading():
    """All that drivers and impacts have in common is a halo of .40."""
    every = model({"QUA": DRIVERS, "PRF": DRIVERS, "IV": DRIVERS})
    data = drawn(0.7, np.eye(6), halo=0.4)
    found = path_sensitivity(fit_driver_impact(data, every, engine="core"))
    assert [path.halo for path in found.paths] == pytest.approx([0.4] * 9, abs=1e-4)
    assert found.largest_halo > 0.4


def test_unrelated_drivers_leave_no_room_for_the_halo_that_a_path_needs():
    """With loadings of .7 a halo of .35 makes a correlation of .5, and others beside it."""
    cov = np.eye(6)
    cov[0, 3:] = cov[3:, 0] = 0.5
    found = path_sensitivity(fit_driver_impact(drawn(0.7, cov, halo=0), model(), engine="core"))
    halos = {path.id: path.halo for path in found.paths}
    assert halos["DRREL-QUA"] == pytest.approx(0.35, abs=1e-4)
    g = np.full(6, 1 / 0.7)
    assert found.largest_halo == pytest.approx(1 / np.sqrt(g @ np.linalg.solve(cov, g)), abs=1e-4)
    assert found.largest_halo < 0.35


def test_a_confounder_of_the_limit_is_weaker_and_none_where_the_interval_holds_zero(answers):
    tested = fit_driver_impact(answers, model(), engine="core")
    for path, result in zip(path_sensitivity(tested).paths, tested.paths, strict=True):
        assert path.confounder_of_limit < path.confounder
        holds_zero = result.beta_conf_low <= 0 <= result.beta_conf_high
        assert (path.confounder_of_limit == 0) == holds_zero


def test_what_covariates_explain_is_not_left_to_a_confounder(answers):
    """A covariate that makes half of an impact leaves a confounder less to explain."""
    known = answers["QUA1"] + answers["QUA2"] + np.random.default_rng(1).normal(size=len(answers))
    data = answers.assign(KNOWN=known)
    plain = path_sensitivity(fit_driver_impact(data, model(), engine="core"))
    fit = fit_driver_impact(data, model(covariates=("KNOWN",)), engine="core")
    given = path_sensitivity(fit)
    left = fit.fit.parameter("QUA", "~~", "QUA").std_all
    by_id = {path.id: path for path in given.paths}
    row = fit.fit.parameter("QUA", "~", "DRREL")
    share = by_id["DRREL-QUA"].explained
    assert share / (1 - share) < row.std_all**2 / left  # the driver shares variance with others
    assert by_id["DRREL-QUA"].confounder != pytest.approx(plain.paths[0].confounder, abs=1e-3)


def test_a_composite_takes_more_of_a_halo_than_an_item(answers):
    items = {name: found for name, found in ITEMS.items() if name != "IV"}
    parts = answers[["IV1", "IV2", "IV3", "IV4"]]
    data = answers.assign(IV=parts.mean(axis=1))
    tested = fit_driver_impact(data, model(items=items, composites=("IV",)), engine="core")
    as_item = path_sensitivity(tested)
    as_mean = path_sensitivity(tested, {"IV": float(parts.std().mean() / data["IV"].std())})
    assert as_mean.paths[-1].halo < as_item.paths[-1].halo
    assert as_mean.paths[:-1] == as_item.paths[:-1]


def test_an_improper_solution_has_no_sensitivity():
    cov = np.eye(6)
    cov[0, 3] = cov[3, 0] = 1.2
    tested = fit_driver_impact(drawn(0.5, cov, halo=0), model(), engine="core")
    assert not tested.fit.proper
    with pytest.raises(StructureError, match="improper"):
        path_sensitivity(tested)
