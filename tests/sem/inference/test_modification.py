import numpy as np
import pytest
from oracle_cases import CASES, ORDERED_CASES
from tolerances import bound

from coprod_stats.sem.inference.modification import modification_indices

ORDERED = ("hs_ord4_wlsmv", "hs_dich_wlsmv", "bfi_wlsmv")
WITH_INDICES = ("hs_cfa_ml", "hs_cfa_mlr", "hs_fiml", "pd_sem_ml", "bfi_ml", *ORDERED)


def keyed(result):
    return {(row.lhs, row.op, row.rhs): i for i, row in enumerate(result.rows)}


@pytest.mark.parametrize("name", WITH_INDICES)
def test_indices_and_changes(name, fit_oracle, oracle):
    reference, fit = oracle(name), fit_oracle(name, (CASES | ORDERED_CASES)[name])
    result = modification_indices(fit.estimate)
    place = keyed(result)
    limit = bound("modification index, ordered" if name in ORDERED else "modification index")
    assert len(result.rows) == reference["modindices_n"]
    for row in reference["modindices_top"]:
        key = (row["lhs"], row["op"], row["rhs"])
        index = place.get(key, place.get((row["rhs"], row["op"], row["lhs"])))
        assert result.indices[index] == pytest.approx(row["mi"], rel=limit)
        assert result.changes[index] == pytest.approx(row["epc"], rel=limit)
        assert result.standardized_changes[index] == pytest.approx(row["sepc.all"], rel=limit)


def test_nothing_to_free(fit_oracle):
    fit = fit_oracle("hs_path_fixedx", CASES["hs_path_fixedx"])
    result = modification_indices(fit.estimate)
    assert np.all(result.indices < 1e-8)
