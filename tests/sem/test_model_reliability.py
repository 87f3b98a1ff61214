"""Reliability from the model against semTools."""

import numpy as np
import pytest
from oracle_cases import CASES, ORDERED_CASES, Case
from tolerances import bound

from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.fit import fit
from coprod_stats.sem.reliability import heterotrait_monotrait_ratio, model_reliability
from coprod_stats.sem.sample import SemData

SCALES = ((0, 1, 2), (3, 4, 5), (6, 7, 8))


def test_coefficients(fit_oracle, oracle):
    found = model_reliability(fit_oracle("hs_cfa_ml", CASES["hs_cfa_ml"]))[0]
    extra = oracle("hs_cfa_ml")["extra"]
    rows = dict(zip(extra["reliability"]["rows"], extra["reliability"]["values"], strict=True))
    assert found.latent == ("visual", "textual", "speed")
    np.testing.assert_allclose(
        found.omega, list(extra["compRelSEM"].values()), atol=bound("polished loadings")
    )
    np.testing.assert_allclose(
        found.composite_reliability, rows["omega"], atol=bound("polished loadings")
    )
    ave = list(extra["AVE"].values())
    np.testing.assert_allclose(
        found.average_variance_extracted, ave, atol=bound("polished loadings")
    )


@pytest.mark.parametrize("name", ["hs_ord4_wlsmv", "hs_dich_wlsmv_theta"])
def test_latent_responses(name, fit_oracle, oracle):
    """Ratios do not depend on the parameterization where all scales are 1 or follow from it."""
    found = model_reliability(fit_oracle(name, ORDERED_CASES[name]))[0]
    assert (found.omega < 1).all()
    extra = oracle(name)["extra"]
    if "AVE" in extra:
        np.testing.assert_allclose(
            found.omega, list(extra["compRelSEM_ordscaleF"].values()), atol=bound("ordered")
        )
        ave = list(extra["AVE"].values())
        np.testing.assert_allclose(found.average_variance_extracted, ave, atol=bound("ordered"))


def test_cross_loadings_leave_no_variance_extracted(fit_oracle):
    found = model_reliability(fit_oracle("hs_cfa_bifactor", Case(model={"orthogonal": True})))[0]
    assert np.isnan(found.average_variance_extracted).all()


def test_higher_order_factors_have_no_indicators(fit_oracle):
    found = model_reliability(fit_oracle("hs_cfa_secondorder", CASES["hs_cfa_secondorder"]))[0]
    assert found.latent == ("visual", "textual", "speed")


def test_heterotrait_monotrait_ratio(fit_oracle, oracle):
    fit = fit_oracle("hs_cfa_ml", CASES["hs_cfa_ml"])
    correlations = np.corrcoef(fit.samples[0].data.T)
    expected = np.array(oracle("hs_cfa_ml")["extra"]["htmt2"]["values"])
    found = heterotrait_monotrait_ratio(correlations, SCALES)
    np.testing.assert_allclose(found, expected, atol=bound("polished loadings"))


def test_ratio_of_congeneric_items_is_the_correlation_of_the_factors():
    loadings = np.zeros((6, 2))
    loadings[:3, 0], loadings[3:, 1] = (0.9, 0.7, 0.5), (0.8, 0.6, 0.4)
    correlations = loadings @ [[1, 0.3], [0.3, 1]] @ loadings.T
    np.fill_diagonal(correlations, 1.0)
    found = heterotrait_monotrait_ratio(correlations, SCALES[:2])
    assert found[1, 0] == pytest.approx(0.3, abs=1e-12)


def test_refusals(fit_oracle):
    with pytest.raises(SemOptionError, match="two items"):
        heterotrait_monotrait_ratio(np.eye(3), [(0, 1), (2,)])
    path = fit_oracle("hs_path_fixedx", CASES["hs_path_fixedx"])
    with pytest.raises(SemOptionError, match="no latent variable"):
        model_reliability(path)
    data = SemData(
        np.random.default_rng(1).normal(size=(90, 4)) @ np.triu(np.ones((4, 4))), tuple("abcx")
    )
    direct = fit("f =~ a + b + c\nf ~ x\nc ~ x", data)
    with pytest.raises(SemOptionError, match="'c' is an indicator"):
        model_reliability(direct)
