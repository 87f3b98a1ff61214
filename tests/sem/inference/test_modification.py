import numpy as np
import pytest
from oracle_cases import CASES

from coprod_stats.sem.inference.modification import modification_indices

WITH_INDICES = ("hs_cfa_ml", "hs_cfa_mlr", "hs_fiml", "pd_sem_ml", "bfi_ml")


def keyed(result):
    return {(row.lhs, row.op, row.rhs): i for i, row in enumerate(result.rows)}


@pytest.mark.parametrize("name", WITH_INDICES)
def test_indices_and_changes(name, fit_oracle, oracle):
    reference, fit = oracle(name), fit_oracle(name, CASES[name])
    result = modification_indices(fit.estimate, fit.samples, fit.method)
    place = keyed(result)
    assert len(result.rows) == reference["modindices_n"]
    for row in reference["modindices_top"]:
        key = (row["lhs"], row["op"], row["rhs"])
        index = place.get(key, place.get((row["rhs"], row["op"], row["lhs"])))
        assert result.indices[index] == pytest.approx(row["mi"], rel=1e-6)
        assert result.changes[index] == pytest.approx(row["epc"], rel=1e-6)
        assert result.standardized_changes[index] == pytest.approx(row["sepc.all"], rel=1e-6)


def test_nothing_to_free(fit_oracle):
    fit = fit_oracle("hs_path_fixedx", CASES["hs_path_fixedx"])
    result = modification_indices(fit.estimate, fit.samples, fit.method)
    assert np.all(result.indices < 1e-8)
