"""Bootstrap of the pattern and of HTMT2: what refits from scratch give, and what is drawn."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from coprod_stats.results import Result
from coprod_stats.sem.estimation.estimate import estimate_at
from coprod_stats.sem.resampling import draw_counts
from coprod_stats.structure import (
    DriverImpactModel,
    MeasuredFactor,
    StructuralPath,
    fit_driver_impact,
    pattern_bootstrap,
)
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.measurement_model import fit_measurement
from coprod_stats.structure.path_pattern import fit_pattern
from coprod_stats.structure.pattern_bootstrap import bootstrap_pattern

pytestmark = pytest.mark.any_python

ORACLES = Path(__file__).parents[1] / "oracles"
SCALES = ("DRACT", "DRSET", "QUA", "ATT")
MODEL = DriverImpactModel(
    tuple(MeasuredFactor(name, tuple(f"{name}{i}" for i in (1, 2, 3))) for name in SCALES),
    (
        StructuralPath("a", "DRACT", "QUA", "+"),
        StructuralPath("b", "DRSET", "ATT", "+"),
    ),
)


@pytest.fixture(scope="module")
def answers():
    data = pd.read_csv(ORACLES / "data" / "m0_simulated.csv")
    data = data.assign(ATT2=6 - data["ATT2"], place=np.repeat(np.arange(80), 15))
    data.loc[data.index % 7 == 0, ["DRACT1", "QUA3"]] = np.nan
    return data.assign(weight=np.where(data.index % 2, 0.5, 1.5))


def fitted(data, missing, **design):
    options = {"engine": "core", "estimator": "MLR", "missing": missing, **design}
    return fit_pattern(data, fit_driver_impact(data, MODEL, **options))


@pytest.mark.parametrize("cluster", [None, "place"])
@pytest.mark.parametrize("missing", ["fiml", "listwise"])
def test_statistics_are_those_of_refits_from_scratch(answers, missing, cluster):
    pattern = fitted(answers, missing, cluster=cluster)
    found = bootstrap_pattern(pattern, n_samples=2, rng=np.random.default_rng(3))
    used = answers if missing == "fiml" else answers.dropna().reset_index(drop=True)
    rng = np.random.default_rng(3)
    single = []
    for _ in range(2):
        if cluster is None:
            rows = np.repeat(np.arange(len(used)), draw_counts(rng, len(used), 1)[0])
        else:
            codes = pd.factorize(used["place"])[0]
            rows = np.repeat(np.arange(len(used)), draw_counts(rng, codes.max() + 1, 1)[0][codes])
        drawn = used.iloc[rows].reset_index(drop=True)
        means = fitted(drawn, missing).tidy().set_index("term")["estimate"]
        factors = fit_measurement(
            drawn, MODEL, {"engine": "core", "estimator": "MLR", "missing": missing}
        )
        single.append(pd.concat([means, factors.tidy().set_index("term")["htmt2"]]))
    expected = np.abs(single[0] - single[1]) / np.sqrt(2)
    ours = found.tidy().set_index("term")
    assert list(ours.index) == list(expected.index)
    np.testing.assert_allclose(ours["std_error"], expected, atol=2e-6)
    whole = fitted(answers, missing).tidy().set_index("term")["estimate"]
    np.testing.assert_allclose(ours.loc[whole.index, "estimate"], whole, atol=1e-9)
    assert found.unit == ("respondents" if cluster is None else "clusters")


def test_intervals_are_near_those_of_the_delta_method(answers):
    pattern = fitted(answers, "fiml", cluster="place")
    found = bootstrap_pattern(pattern, n_samples=300, rng=np.random.default_rng(5))
    assert isinstance(found, Result)
    assert (found.n_kept, found.lost) == (300, "")
    assert len(found.tidy()) == len(pattern.tidy()) + len(list(combinations(SCALES, 2)))
    for mean in (pattern.mean_stated, pattern.mean_unstated, pattern.contrast):
        resampled = found.statistic(mean.term)
        # 300 samples: a standard error of 4 % in a standard deviation
        assert resampled.std_error == pytest.approx(mean.std_error, rel=0.2)
        assert resampled.conf_low == pytest.approx(mean.conf_low, abs=0.4 * mean.std_error)
        assert resampled.conf_high == pytest.approx(mean.conf_high, abs=0.4 * mean.std_error)
    assert found.statistic("nothing") is None


def test_samples_without_standardised_paths_are_lost(answers, monkeypatch):
    pattern = fitted(answers, "listwise")
    whole = pattern.fit.core.estimate
    negative = whole.params.copy()
    for row in whole.table.rows:
        if (row.lhs, row.op, row.rhs) == ("DRACT", "~~", "DRACT"):
            negative[row.free] = -0.1
    improper = estimate_at(whole.problem, negative)

    def samples(*given, **options):
        del given, options
        return iter((whole, improper, None, whole))

    monkeypatch.setattr(pattern_bootstrap, "resampled_estimates", samples)
    found = bootstrap_pattern(pattern, n_samples=4, rng=np.random.default_rng(1))
    assert found.n_kept == 2
    assert "2 of 4 bootstrap samples" in found.lost
    assert np.isfinite(found.tidy()[["std_error", "conf_low", "conf_high"]]).all(axis=None)


def test_weights_are_refused(answers):
    pattern = fitted(answers, "fiml", sampling_weights="weight")
    with pytest.raises(StructureError, match="sampling weights"):
        bootstrap_pattern(pattern, n_samples=2, rng=np.random.default_rng(1))
