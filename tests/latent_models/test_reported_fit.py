"""Which test and which indices a text reports: the corrected ones, by name, where there are any."""

import pytest

from coprod_stats.latent_models import fit_sem
from coprod_stats.latent_models.reported_fit import (
    fit_by_kind,
    reported_indices,
    reported_test,
)
from coprod_stats.scoring import keyed_answers

PLAIN = {
    "chisq": 222.0,
    "df": 14.0,
    "pvalue": 0.001,
    "cfi": 0.995,
    "tli": 0.99,
    "rmsea": 0.09,
    "rmsea_ci_lower": 0.08,
    "rmsea_ci_upper": 0.1,
}
SCALED = {"chisq_scaled": 349.0, "df_scaled": 14.0, "pvalue_scaled": 0.0001} | {
    f"{name}_scaled": value
    for name, value in (
        ("cfi", 0.986),
        ("tli", 0.98),
        ("rmsea", 0.114),
        ("rmsea_ci_lower", 0.1),
        ("rmsea_ci_upper", 0.12),
    )
}
ROBUST = {"cfi_robust": 0.966, "tli_robust": 0.95, "rmsea_robust": 0.12}


@pytest.mark.parametrize(
    ("fit", "kinds", "test", "indices"),
    [
        (PLAIN, ["uncorrected"], 222.0, ("uncorrected", 0.995)),
        (PLAIN | SCALED, ["uncorrected", "scaled"], 349.0, ("scaled", 0.986)),
        (PLAIN | SCALED | ROBUST, ["uncorrected", "scaled", "robust"], 349.0, ("robust", 0.966)),
        (PLAIN | ROBUST, ["uncorrected", "robust"], 222.0, ("robust", 0.966)),
    ],
)
def test_the_corrected_one_is_reported(fit, kinds, test, indices):
    assert [row.kind for row in fit_by_kind(fit)] == kinds
    assert reported_test(fit).chisq == test
    found = reported_indices(fit)
    assert (found.kind, found.cfi) == indices


def test_where_the_test_is_withheld_there_is_nothing_to_report():
    withheld = {"chisq": 534.0, "df": 839.0, "srmr": 0.03}
    assert fit_by_kind(withheld) == ()
    assert reported_test(withheld) is None
    assert reported_indices(withheld) is None


def test_of_a_robust_fit_and_of_a_plain_one(carers):
    items = list(carers.instrument.scale("NEG").items[:4])
    data = keyed_answers(carers, tuple(items))
    text = f"f =~ {' + '.join(data.columns)}"
    robust, plain = (fit_sem(text, data, estimator=name).fit for name in ("MLR", "ML"))
    assert reported_test(robust).chisq == robust["chisq_scaled"] != plain["chisq"]
    assert reported_indices(robust).cfi == robust["cfi_robust"]
    assert reported_test(plain).kind == reported_indices(plain).kind == "uncorrected"
