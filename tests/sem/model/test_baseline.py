"""The independence model where auxiliary variables covary with what is independent in it."""

import numpy as np
import pytest

from coprod_stats.sem.fit import fit
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.sample import SemData


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_a_strong_auxiliary_variable_leaves_the_baseline_a_start(estimator):
    """Sample covariances with it and none among the others belong to no covariance matrix."""
    rng = np.random.default_rng(1)
    factor = rng.normal(size=500)
    items = np.outer(factor, [1.0, 0.9, 0.8, 0.7]) + 0.6 * rng.normal(size=(500, 4))
    values = np.column_stack([items, items[:, 0] + rng.normal(size=500)])
    values[rng.random(values.shape) < 0.1] = np.nan
    data = SemData(values, ("x1", "x2", "x3", "x4", "h"))
    options = FitOptions(estimator=estimator, missing="fiml", auxiliary=("h",))
    indices = fit("f =~ x1 + x2 + x3 + x4", data, options).indices
    assert indices["baseline_df"] == 6
    alone = fit("f =~ x1 + x2 + x3 + x4", data, FitOptions(missing="fiml")).indices
    assert indices["baseline_chisq"] == pytest.approx(alone["baseline_chisq"], rel=0.1)
    assert indices["cfi"] > 0.95
