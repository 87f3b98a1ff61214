"""Difference tests as ``coprod sem compare`` makes them, against lavaan's ``lavTestLRT``."""

import json
import math
from pathlib import Path

import pandas as pd
import pytest
from tolerances import assert_agrees

from coprod_stats.latent_models import fit_sem
from coprod_stats.latent_models.comparison import compare_documents
from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.sem_data import frame_columns
from coprod_stats.latent_models.sem_json import fit_document
from coprod_stats.sem.errors import SemOptionError

ORACLES = Path(__file__).parents[1] / "oracles"
CASES = {
    case["name"]: case
    for case in json.loads((ORACLES / "sem_differences.json").read_text())["cases"]
}
NAMES = {"sampling.weights": "sampling_weights"}
METHODS = {
    "satorra.bentler.2001": "Satorra-Bentler (2001)",
    "satorra.bentler.2010": "Satorra-Bentler (2010)",
    "satorra.2000": "Satorra (2000)",
}


@pytest.fixture(scope="module")
def pair():
    """Both fits of a case as documents, and what reads their data again."""
    kept = {}

    def fitted(name):
        if name not in kept:
            case = CASES[name]
            data = pd.read_csv(ORACLES / "lavaan" / "data" / case["data"])
            options = {
                NAMES.get(key, key): value.replace(".", "-") if key == "missing" else value
                for key, value in dict(case["options"]).items()
            }
            if options.get("ordered"):
                options["ordered"] = "all"
            documents = {}
            for place, model in enumerate(("freer", "restricted")):
                families = case["equal"][place] if case["equal"] else []
                equal = [families] if isinstance(families, str) else families
                fit = fit_sem(case[model], data, group_equal=equal, **options)
                file = {"file": case["data"], "sha256": "0"}
                documents[model] = fit_document(fit, data_file=file)
            kept[name] = documents, lambda _, asked: frame_columns(data, asked.columns)
        return kept[name]

    return fitted


@pytest.mark.parametrize(
    ("name", "expected"),
    [(name, test) for name, case in CASES.items() for test in case["tests"]],
    ids=lambda value: value["method"] if isinstance(value, dict) else value,
)
def test_every_scaling_is_that_of_lavaan(name, expected, pair):
    documents, read = pair(name)
    _, compared = compare_documents(documents, read, expected["method"])
    is_polished = CASES[name]["polished"] and "ordered" not in name
    entry = "difference test, polished" if is_polished else "difference test"
    assert compared.test.df == expected["df"]
    assert_agrees(compared.test.statistic, expected["statistic"], entry)
    if name == "ULS_plain":
        assert math.isnan(compared.test.p_value)
    else:
        assert_agrees(compared.test.p_value, expected["p_value"], f"p value of a {entry}")
        assert compared.warnings == ()
    if expected["method"] in METHODS:
        assert compared.method == METHODS[expected["method"]]


def test_the_default_is_that_of_lavaan(pair):
    for name, method in (("MLM", "satorra.bentler.2001"), ("WLSMV", "satorra.2000")):
        documents, read = pair(name)
        found, named = (compare_documents(documents, read, m)[1].test for m in ("default", method))
        assert found == named


def test_uls_without_a_robust_test_has_no_p_value(pair):
    documents, read = pair("ULS_plain")
    assert CASES["ULS_plain"]["p_value_of_model"] is None  # nor does lavaan give one for a model
    _, compared = compare_documents(documents, read)
    assert [warning.code for warning in compared.warnings] == ["SEM-304"]
    assert "no chi-square" in compared.warnings[0].message


def test_a_scaling_that_nothing_can_be_scaled_by_is_said(pair):
    documents, read = pair("ML_plain")
    _, plain = compare_documents(documents, read)
    _, compared = compare_documents(documents, read, "satorra.bentler.2010")
    assert compared.test == plain.test
    assert [warning.code for warning in compared.warnings] == ["SEM-305"]


@pytest.mark.parametrize("name", ["MLR_fiml", "ML_two.stage", "MLR_weights", "MLR_clusters"])
def test_satorra_2000_needs_complete_independent_cases(name, pair):
    documents, read = pair(name)
    with pytest.raises(SemOptionError, match="complete, independent cases"):
        compare_documents(documents, read, "satorra.2000")


def test_a_refit_needs_to_know_its_data(pair):
    documents, read = pair("MLM")
    bare = {
        name: {key: value for key, value in document.items() if key != "data"}
        for name, document in documents.items()
    }
    with pytest.raises(LatentModelError, match="of 2010 needs the data"):
        compare_documents(bare, read, "satorra.bentler.2010")


def _changed(document, **values):
    return {**document, "fit": {**document["fit"], **values}}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"chisq": 1.0}, "SEM-306"),
        ({"chisq_scaling_factor": 0.1}, "SEM-307"),
        ({"df": 24}, "SEM-308"),
    ],
)
def test_what_a_reader_must_know_is_said(values, code, pair):
    documents, read = pair("MLM")
    changed = {**documents, "restricted": _changed(documents["restricted"], **values)}
    _, compared = compare_documents(changed, read)
    assert code in [warning.code for warning in compared.warnings]
    assert compared.test.p_value == 1.0 if code == "SEM-306" else math.isnan(compared.test.p_value)
