from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from coprod_stats.results import Result
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.path_tests import DecisionRules, PathTests
from coprod_stats.structure.regression import RegressionPath, fit_regressions
from coprod_stats.structure.score_paths import fit_score_paths
from coprod_stats.structure.structural_models import StructuralPath

DATA = Path(__file__).parents[1] / "oracles" / "lavaan" / "data" / "pd.csv"
PATHS = (
    StructuralPath("A", "x1", "y1", "+"),
    StructuralPath("B", "y5", "y1", "-"),
    StructuralPath("C", "x1", "y5"),
)


@pytest.fixture(scope="module")
def scores():
    table = pd.read_csv(DATA).assign(cluster=np.repeat(range(15), 5))
    return table.assign(y1=table["y1"].where(table.index > 4))


def test_each_path_carries_the_numbers_of_its_equation(scores):
    tests = fit_score_paths(scores, PATHS)
    assert isinstance(tests, Result)
    paths: PathTests = tests
    assert paths.n_analysed == 70
    table = fit_regressions(scores, [RegressionPath("y1", ("x1", "y5"))]).tidy()
    row = table.set_index("term").loc["y5"]
    path = tests.paths[1]
    for name in ("estimate", "std_error", "p_value", "conf_low", "beta", "beta_conf_high"):
        assert getattr(path, name) == pytest.approx(row[name], rel=1e-12), name


def test_holm_runs_over_all_equations(scores):
    paths = fit_score_paths(scores, PATHS).paths
    smallest = min(paths, key=lambda path: path.p_value)
    assert smallest.p_adjusted == pytest.approx(3 * smallest.p_value)
    assert [path.conclusion for path in paths] == ["inconclusive", "opposite", "supported"]


def test_clusters_and_covariates_enter_every_equation(scores):
    tests = fit_score_paths(
        scores, PATHS, covariates=["x3"], cluster="cluster", rules=DecisionRules(alpha=0.1)
    )
    assert tests.regressions.covariance == "cluster"
    assert tests.regressions.conf_level == 0.9
    assert all(fit.path.covariates == ("x3",) for fit in tests.regressions.fits)
    glance = tests.glance()
    assert glance.loc[0, "n_equations"] == 2
    assert glance.loc[0, "n_obs"] == 70


def test_verdicts_in_words(scores):
    table = fit_score_paths(scores, PATHS).tidy().set_index("term")
    bound = table.loc["A", "smallest_bound"]
    assert table.loc["A", "verdict"] == f"inconclusive (|beta| < {bound:.2f})"
    assert table.loc["B", "verdict"] == "opposite"


def test_an_absent_score_is_named(scores):
    with pytest.raises(StructureError, match="no column zz"):
        fit_score_paths(scores, [StructuralPath("A", "zz", "y1")])
