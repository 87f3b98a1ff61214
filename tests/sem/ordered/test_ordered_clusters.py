"""Standard errors of WLSMV within clusters, which lavaan 0.6-14 ignores: shown by simulation."""

import numpy as np
import pytest

from coprod_stats.sem.fit import fit
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.sample import SemData

ITEMS = [f"y{i}" for i in range(1, 9)]
MODEL = "f =~ y1 + y2 + y3 + y4\ng =~ y5 + y6 + y7 + y8\ng ~ f"
CUTS = [-1.2, -0.3, 0.6]
LOADING, SLOPE = 0.7, 0.5
N_CLUSTERS, CLUSTER_SIZE = 80, 15
OPTIONS = FitOptions("WLSMV", ordered="all", model=ModelOptions(std_lv=True))


def clustered_answers(rng, n_clusters=N_CLUSTERS):
    """Factors and residuals alike vary between clusters (a third of each), so the model holds."""
    clusters = np.repeat(np.arange(n_clusters), N_CLUSTERS * CLUSTER_SIZE // n_clusters)

    def draw(columns):
        between = rng.normal(size=(n_clusters, columns))[clusters]
        return np.sqrt(1 / 3) * between + np.sqrt(2 / 3) * rng.normal(size=(clusters.size, columns))

    f = draw(1)
    g = SLOPE * f + np.sqrt(1 - SLOPE**2) * draw(1)
    factors = np.hstack([np.repeat(f, 4, axis=1), np.repeat(g, 4, axis=1)])
    latent = LOADING * factors + np.sqrt(1 - LOADING**2) * draw(8)
    return np.digitize(latent, CUTS).astype(float), clusters


def true_values(table):
    residual = np.sqrt(1 - SLOPE**2)
    truth = np.empty(table.n_free)
    for row in (table.rows[index] for index in table.free_rows):
        if row.op == "=~":
            truth[row.free] = LOADING * (1 if row.lhs == "f" else residual)
        else:
            truth[row.free] = SLOPE / residual if row.op == "~" else CUTS[int(row.rhs[1:]) - 1]
    return truth


@pytest.mark.slow
def test_with_few_clusters_the_uncorrected_statistic_is_no_test():
    rng = np.random.default_rng(21)
    rejected = []
    for _ in range(100):
        values, clusters = clustered_answers(rng, n_clusters=20)
        fitted = fit(MODEL, SemData(values, tuple(ITEMS), clusters=clusters), OPTIONS)
        assert fitted.inference.scaled is None
        assert "pvalue" not in fitted.indices
        rejected.append(fitted.inference.test.p_value < 0.05)
    assert np.mean(rejected) > 0.8


@pytest.mark.slow
def test_coverage_and_size_within_clusters():
    rng = np.random.default_rng(20)
    covered, rejected = {True: [], False: []}, {True: [], False: []}
    for _ in range(600):
        values, clusters = clustered_answers(rng)
        for robust in (True, False):
            data = SemData(values, tuple(ITEMS), clusters=clusters if robust else None)
            fitted = fit(MODEL, data, OPTIONS)
            reach = 1.96 * np.sqrt(np.diag(fitted.inference.covariance))
            error = fitted.estimate.params - true_values(fitted.table)
            covered[robust].append(np.abs(error) < reach)
            rejected[robust].append(fitted.inference.scaled.p_value < 0.05)
    coverage = np.mean(covered[True], axis=0)
    # 600 replications: a standard error of .009 around .95
    assert coverage.min() > 0.91
    assert coverage.max() < 0.975
    assert 0.93 < coverage.mean() < 0.96
    assert 0.02 < np.mean(rejected[True]) < 0.08
    # what ignoring the clusters would claim
    assert np.mean(covered[False]) < 0.8
    assert np.mean(rejected[False]) > 0.5
