import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from coprod_stats.results import Result
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.multiplicity import adjust_p_values

P_VALUES = {"H01": 0.01, "H02": 0.02, "H03": 0.03, "H04": 0.04, "H05": 0.05}


def test_holm_agrees_with_p_adjust_of_r():
    # p.adjust(c(.01, .02, .03, .04, .05), "holm")
    family = adjust_p_values(P_VALUES, family="headline")
    np.testing.assert_allclose(family.p_adjusted, [0.05, 0.08, 0.09, 0.09, 0.09], rtol=1e-12)
    assert family.size == 5
    assert family["H02"] == pytest.approx(0.08)


def test_benjamini_hochberg_agrees_with_p_adjust_of_r():
    # p.adjust(c(.01, .02, .03, .04, .05), "BH")
    family = adjust_p_values(P_VALUES, family="secondary", method="fdr_bh")
    np.testing.assert_allclose(family.p_adjusted, [0.05] * 5, rtol=1e-12)


def test_a_test_that_was_not_carried_out_keeps_its_place_in_the_family():
    family = adjust_p_values({"H01": 0.01, "H02": math.nan, "H03": 0.5}, family="headline")
    assert family["H01"] == pytest.approx(0.03)
    assert math.isnan(family["H02"])
    assert family.glance().loc[0, "n_tested"] == 2
    assert family.glance().loc[0, "family_size"] == 3


@pytest.mark.parametrize("method", ["holm", "fdr_bh"])
@pytest.mark.parametrize(
    "p_values",
    [
        [0.03],
        [1.0, 1.0],
        [0.0, 0.0, 0.5],
        [0.04, 0.01, 0.01, 0.9, 0.03, 0.01, 0.04],
        np.random.default_rng(5).random(40) ** 3,
    ],
    ids=len,
)
def test_adjusted_p_values_are_those_of_statsmodels(method, p_values):
    family = adjust_p_values(dict(enumerate(p_values)), family="any", method=method)
    expected = multipletests(p_values, method=method)[1]
    np.testing.assert_allclose(family.p_adjusted, expected, rtol=1e-15)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_holm_lies_between_the_raw_p_and_bonferroni(p_values):
    raw = {f"H{i}": p for i, p in enumerate(p_values)}
    adjusted = np.array(adjust_p_values(raw, family="any").p_adjusted)
    assert np.all(adjusted >= np.array(p_values) - 1e-15)
    assert np.all(adjusted <= np.minimum(1, len(p_values) * np.array(p_values)) + 1e-12)


def test_an_empty_family_and_a_p_beyond_one_are_refused():
    with pytest.raises(StructureError, match="has no tests"):
        adjust_p_values({}, family="headline")
    with pytest.raises(StructureError, match=r"outside \[0, 1\] in 'headline': H02"):
        adjust_p_values({"H01": 0.1, "H02": 1.2}, family="headline")


def test_tables_and_text():
    family = adjust_p_values({"H01": 0.01, "H02": 0.5}, family="headline")
    assert isinstance(family, Result)
    assert list(family.tidy()["family_size"]) == [2, 2]
    assert str(family).splitlines() == [
        "Holm over 2 tests of 'headline'",
        "  H01          p = 0.0100  adjusted 0.0200",
        "  H02          p = 0.5000  adjusted 0.5000",
    ]
