"""WLSMV with questions not asked of some, and with clusters, against scores that lavaan gives."""

import json
from pathlib import Path

import numpy as np
import pytest
from tolerances import bound

from coprod_stats.sem.fit import fit
from coprod_stats.sem.inference.standardization import standardize
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.sample import SemData

ORACLES = Path(__file__).parents[2] / "oracles"
REFERENCE = json.loads((ORACLES / "lavaan_clustered_wlsmv.json").read_text(encoding="utf-8"))

UNPOLISHED = bound("combinations, unpolished")


@pytest.fixture(scope="module")
def answers():
    """The rows that the R script makes: DRTEC not asked of every sixth, 149 clusters."""
    file = ORACLES / "data" / "m0_simulated.csv"
    with file.open(encoding="utf-8") as stream:
        names = tuple(stream.readline().strip().split(","))
        values = np.loadtxt(stream, delimiter=",")
    number = np.arange(1, len(values) + 1)
    values[np.ix_(number % 6 == 0, [names.index(f"DRTEC{i}") for i in (1, 2, 3)])] = np.nan
    return values, names, number * 7 % 149


@pytest.mark.parametrize("kind", ["independent", "clustered"])
def test_errors_and_the_test_are_those_of_lavaans_scores(answers, kind):
    values, names, clusters = answers
    data = SemData(values, names, clusters=clusters if kind == "clustered" else None)
    fitted = fit(REFERENCE["model"], data, FitOptions("WLSMV", "all", "pairwise"))
    assert fitted.is_proper
    standardized = standardize(fitted.estimate, "all")
    errors = standardized.std_errors(fitted.inference.covariance)
    place = {(row.lhs, row.op, row.rhs): i for i, row in enumerate(fitted.table)}
    expected = REFERENCE[kind]
    assert len(expected["estimates"]) == fitted.table.n_free
    for row in expected["estimates"]:
        index = place[row["lhs"], row["op"], row["rhs"]]
        found = {
            "est": fitted.parameters.estimates[index],
            "se": fitted.parameters.std_errors[index],
            "std.all": standardized.values[index],
            "std.all.se": errors[index],
        }
        assert found == {name: pytest.approx(row[name], abs=UNPOLISHED) for name in found}
    assert fitted.indices["chisq_scaled"] == pytest.approx(expected["chisq.scaled"], rel=UNPOLISHED)


def test_clusters_change_the_errors_by_more_than_the_tolerance():
    first, second = (
        np.array([row["se"] for row in REFERENCE[kind]["estimates"]])
        for kind in ("independent", "clustered")
    )
    assert np.median(np.abs(first - second)) > 2 * UNPOLISHED
