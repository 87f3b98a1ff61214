"""Difference tests of stored fits and of fits in memory, against lavaan's ``lavTestLRT``."""

import json
import math
from pathlib import Path

import pandas as pd
import pytest
from tolerances import assert_agrees

from coprod_stats.errors import CoprodError
from coprod_stats.latent_models import compare, fit_sem
from coprod_stats.latent_models.comparison import compare_documents
from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.frames import frame_columns
from coprod_stats.latent_models.sem_json import as_json, fit_document
from coprod_stats.results import Result
from coprod_stats.sem.compare import difference_test
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


YEARS = {"default": "default"} | {
    f"satorra{middle}.{year}": year
    for middle, year in (("", "2000"), (".bentler", "2001"), (".bentler", "2010"))
}


@pytest.fixture(scope="module")
def fits():
    """Both fits of a case, the freer one first, and their data."""
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
            made = []
            for place, model in enumerate(("freer", "restricted")):
                families = case["equal"][place] if case["equal"] else []
                equal = [families] if isinstance(families, str) else families
                made.append(fit_sem(case[model], data, group_equal=equal, **options))
            kept[name] = (*made, data)
        return kept[name]

    return fitted


@pytest.fixture(scope="module")
def pair(fits):
    """Both fits of a case as documents, and what reads their data again."""

    def stored(name):
        *both, data = fits(name)
        file = {"file": CASES[name]["data"], "sha256": "0"}
        documents = {
            model: fit_document(fit, data_file=file)
            for model, fit in zip(("freer", "restricted"), both, strict=True)
        }
        return documents, lambda _, asked: frame_columns(data, asked.columns)

    return stored


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


@pytest.mark.parametrize(
    ("name", "method"),
    [(name, test["method"]) for name, case in CASES.items() for test in case["tests"]],
)
def test_fits_in_memory_compare_as_stored_ones(name, method, fits, pair):
    documents, read = pair(name)
    _, stored = compare_documents(documents, read, method)
    freer, restricted, _ = fits(name)
    found = compare(restricted, freer, difference=YEARS[method], names=["restricted", "freer"])
    table = found.tidy().set_index("term")
    assert list(table.index) == ["freer", "restricted"]
    row = table.loc["restricted"]
    assert row["chisq_diff"] == pytest.approx(stored.test.statistic, rel=1e-12)
    assert row["p_value"] == pytest.approx(stored.test.p_value, rel=1e-10, nan_ok=True)
    assert (row["df_diff"], row["method"]) == (stored.test.df, stored.method)
    kind = "_scaled" if "cfi_scaled" in freer.fit else ""
    for index in ("cfi", "rmsea"):
        change = restricted.fit[index + kind] - freer.fit[index + kind]
        assert row[f"delta_{index}"] == pytest.approx(change, abs=1e-14)
    assert row["delta_srmr"] == pytest.approx(restricted.fit["srmr"] - freer.fit["srmr"])
    assert table.loc["freer", ["chisq_diff", "df_diff", "p_value", "delta_cfi"]].isna().all()


def test_a_comparison_is_a_result(fits):
    *both, _ = fits("MLM")
    found = compare(*both)
    assert isinstance(found, Result)
    assert found.glance().iloc[0].to_dict() == {
        "n_models": 2,
        "method": "Satorra-Bentler (2001)",
        "n_warnings": 0,
    }
    assert list(found["chisq_diff"]) == pytest.approx(list(found.tidy()["chisq_diff"]), nan_ok=True)
    assert str(found).splitlines()[1].split()[0] == "model_1"
    assert found._repr_html_().count("<table") == 2


@pytest.mark.parametrize(
    ("year", "name"),
    [("2000", "satorra.2000"), ("2001", "satorra.bentler.2001"), ("2010", "satorra.bentler.2010")],
)
def test_a_scaling_goes_by_its_year_and_by_its_name_in_lavaan(year, name, fits, pair):
    *both, _ = fits("MLM")
    by_year, by_name = (compare(*both, difference=scaling) for scaling in (year, name))
    assert by_year.models == by_name.models
    documents, read = pair("MLM")
    assert compare_documents(documents, read, year) == compare_documents(documents, read, name)


def test_what_a_reader_must_know_of_fits_in_memory(fits):
    *both, _ = fits("ML_plain")
    found = compare(*both, difference="2010")
    assert found.tidy()["warnings"].iloc[1].startswith("SEM-305")
    assert "Warning SEM-305, model_2" in str(found)


def test_a_saturated_model_is_compared_by_scaled_indices():
    data = pd.read_csv(ORACLES / "lavaan" / "data" / "hs1939.csv")
    free = fit_sem("f =~ x1 + x2 + x3", data, estimator="MLR")
    held = fit_sem("f =~ x1 + a*x2 + a*x3", data, estimator="MLR")
    row = compare(free, held).tidy().iloc[1]
    assert row["delta_cfi"] == pytest.approx(held.fit["cfi_scaled"] - 1)
    assert row["delta_rmsea"] == pytest.approx(held.fit["rmsea_scaled"])


def test_fits_that_cannot_be_compared(fits):
    freer, restricted, data = fits("MLM")
    with pytest.raises(LatentModelError, match="two or more fits"):
        compare(freer)
    with pytest.raises(LatentModelError, match="as many distinct names"):
        compare(freer, restricted, names=["one", "one"])
    with pytest.raises(LatentModelError, match="not '1999'"):
        compare(freer, restricted, difference="1999")
    model = CASES["MLM"]["restricted"]
    with pytest.raises(LatentModelError, match="differ in estimator"):
        compare(freer, fit_sem(model, data))
    with pytest.raises(LatentModelError, match="different data"):
        compare(freer, fit_sem(model, data.assign(x1=data["x1"] + 1), estimator="MLM"))
    with pytest.raises(LatentModelError, match="different variables"):
        compare(freer, fit_sem(model.replace(" + a*x3", ""), data, estimator="MLM"))
    with pytest.raises(LatentModelError, match="differ in n_obs"):
        compare(freer, fit_sem(model, data.iloc[:-1], estimator="MLM"))


def test_weights_that_differ_are_other_data(fits):
    freer, _, data = fits("MLR_weights")
    model = CASES["MLR_weights"]["restricted"]
    turned = fit_sem(model, data.assign(w=data["w"].to_numpy()[::-1]), sampling_weights="w")
    with pytest.raises(LatentModelError, match="different data"):
        compare(freer, turned)


PATH = "x3 ~ x1 + x2"


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        ({}, {"fixed_x": False}, "differ in fixed_x"),
        ({}, {"meanstructure": True}, "differ in meanstructure"),
        (
            {"estimator": "MLR"},
            {"estimator": "MLR", "information": "expected"},
            "differ in information",
        ),
    ],
)
def test_fits_whose_likelihoods_or_scalings_differ_are_not_compared(fits, one, other, message):
    _, _, data = fits("MLM")
    freer, restricted = fit_sem(PATH, data, **one), fit_sem("x3 ~ x1 + 0*x2", data, **other)
    with pytest.raises(LatentModelError, match=message):
        compare(freer, restricted)


WRONG = (None, 5, -1.5, "x", [], {}, [None], {"a": None}, True, [1], "absent")


def places(value, at=()):
    """Paths of all parts of a document, of lists the first two entries."""
    if at:
        yield at
    keys = range(min(2, len(value))) if isinstance(value, list) else value
    for key in keys if isinstance(value, dict | list) else ():
        yield from places(value[key], (*at, key))


def altered(document, place, value):
    copied = json.loads(json.dumps(document))
    *above, last = place
    part = copied
    for key in above:
        part = part[key]
    if value == "absent":
        del part[last]
    else:
        part[last] = value
    return copied


@pytest.mark.parametrize(
    ("method", "parts"),
    [
        ("default", ()),
        # these are read again where the models are refitted
        ("satorra.bentler.2010", ("specification", "data")),
    ],
)
def test_json_of_another_shape_is_refused_never_a_traceback(method, parts, pair):
    documents, read = pair("MLR")
    name, document = list(documents.items())[1]
    messages = []
    for place in places(json.loads(as_json(document))):
        if parts and place[0] not in parts:
            continue
        for value in WRONG:
            changed = {**documents, name: altered(document, place, value)}
            try:
                compare_documents(changed, read, method)
            except CoprodError as error:
                messages.append(str(error))
    assert len(messages) > 100
    assert all(messages)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"data": None}, "a: no JSON of a fit, as coprod sem --json writes it"),
        ({}, r"converged: true or false is needed; .*; and 7 more"),
        ({"fit": {"chisq": "4"}}, "no JSON of a fit"),
    ],
)
def test_foreign_json_is_named(document, expected):
    with pytest.raises(LatentModelError, match=expected):
        compare_documents({"a": document, "b": document}, lambda _, __: {})


def test_models_with_and_without_means_are_not_compared(fits):
    _, _, data = fits("MLR")
    model = CASES["MLR"]["freer"]
    both = [fit_sem(model, data, estimator="MLR", meanstructure=m) for m in (True, False)]
    with pytest.raises(SemOptionError, match="one of the models has a mean structure"):
        difference_test(both[0].core, both[1].core)
