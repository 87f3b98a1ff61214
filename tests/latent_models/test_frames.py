"""Data frames of pandas, PyArrow and polars give the same fit; values not numeric are named."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from coprod_stats.latent_models import LatentModelError, fit_sem, polychoric, product_indicators
from coprod_stats.latent_models.frames import column_names, frame_columns

DATA = Path(__file__).parents[1] / "oracles" / "lavaan" / "data"
MODEL = "f =~ x1 + x2 + x3 + x4"
LEVELS = ["never", "rarely", "often"]


def as_polars(data):
    polars = pytest.importorskip("polars", reason="polars is not a dependency")
    frame = polars.from_arrow(as_arrow(data))
    if "ranked" in data:  # polars ranks the categories of an Enum only
        return frame.with_columns(polars.col("ranked").cast(polars.Enum(LEVELS)))
    return frame


def as_arrow(data):
    return pa.Table.from_pandas(data, preserve_index=False)


LIBRARIES = pytest.mark.parametrize("library", [as_arrow, as_polars])


@pytest.fixture
def holed(pupils):
    data = pupils.copy()
    data.loc[[3, 5], "x1"] = np.nan
    data.loc[9, "school"] = None
    return data


@pytest.fixture
def everything():
    """One column of each kind that a data frame may hold."""
    return pd.DataFrame(
        {
            "whole": [1, 2, 3],
            "real": [1.5, np.nan, 2.5],
            "truth": [True, False, True],
            "nullable": pd.array([1, None, 3], dtype="Int64"),
            "ranked": pd.Categorical(["often", None, "never"], categories=LEVELS, ordered=True),
            "decimal": [Decimal("0.5"), None, Decimal(2)],
            "text": ["a", None, "c"],
        }
    )


@LIBRARIES
def test_a_fit_does_not_depend_on_the_library(library, holed):
    expected = fit_sem(MODEL, holed, group="school", missing="fiml")
    found = fit_sem(MODEL, library(holed), group="school", missing="fiml")
    assert found.group_labels == expected.group_labels == ("Pasteur", "Grant-White")
    assert_allclose(
        [row.est for row in found.parameters], [row.est for row in expected.parameters], rtol=1e-12
    )
    assert [w.code for w in found.warnings] == [w.code for w in expected.warnings] == ["SEM-301"]


@LIBRARIES
def test_columns_of_every_kind(library, everything):
    expected = frame_columns(everything, everything.columns)
    found = frame_columns(library(everything), everything.columns)
    assert column_names(library(everything)) == list(everything.columns)
    for name, values in expected.items():
        assert_array_equal(found[name], values, err_msg=name)
        assert found[name].dtype == values.dtype
    assert_array_equal(found["ranked"], [2, np.nan, 0])
    assert_array_equal(found["decimal"], [0.5, np.nan, 2])
    assert found["text"].tolist() == ["a", None, "c"]


def test_an_arrow_dictionary_in_chunks_is_ranked_by_its_categories(everything):
    part = as_arrow(everything[["ranked"]])
    found = frame_columns(pa.concat_tables([part, part]), ["ranked"])
    assert_array_equal(found["ranked"], [2, np.nan, 0, 2, np.nan, 0])


def test_an_empty_arrow_table_has_empty_columns(everything):
    found = frame_columns(as_arrow(everything).slice(0, 0), everything.columns)
    assert all(len(values) == 0 for values in found.values())


@LIBRARIES
def test_polychoric_correlations_do_not_depend_on_the_library(library):
    data = pd.read_csv(DATA / "hs_ord4.csv")[["x1", "x2", "x3"]]
    assert_allclose(polychoric(library(data)), polychoric(data), rtol=1e-12)


@LIBRARIES
def test_products_are_joined_to_a_frame_of_the_same_library(library, pupils):
    products = product_indicators(library(pupils), ["x1", "x2"], ["x4", "x5"])
    joined = products.joined(library(pupils))
    assert type(joined) is type(library(pupils))
    found = frame_columns(joined, products.names)
    expected = product_indicators(pupils, ["x1", "x2"], ["x4", "x5"])
    assert_allclose(np.column_stack(list(found.values())), expected.values, rtol=1e-12)
    with pytest.raises(LatentModelError, match=r"already have a column x1\.x4"):
        products.joined(joined)
    with pytest.raises(LatentModelError, match="products of 301 rows, data of 300"):
        products.joined(library(pupils.iloc[1:]))


@pytest.mark.parametrize("data", [{"x1": [1, 2]}, np.zeros((3, 2)), "answers.csv", None])
def test_data_that_are_no_frame(data):
    for function in (lambda: fit_sem(MODEL, data), lambda: polychoric(data)):
        with pytest.raises(LatentModelError, match="not a data frame of pandas"):
            function()


def test_objects_that_are_numbers_are_read_as_numbers(pupils):
    mixed = pupils[["x1", "x2", "x3", "x4"]].astype(object)
    mixed.loc[2, "x1"] = None
    mixed.loc[3, "x2"] = pd.NA
    mixed["x3"] = [Decimal(str(value)) for value in pupils["x3"]]
    plain = pupils[["x1", "x2", "x3", "x4"]].copy()
    plain.loc[2, "x1"] = plain.loc[3, "x2"] = np.nan
    found, expected = fit_sem(MODEL, mixed), fit_sem(MODEL, plain)
    assert found.n_obs == 299
    assert found.fit["chisq"] == pytest.approx(expected.fit["chisq"], rel=1e-12)


def test_labels_of_groups_stay_texts(pupils):
    """Also where they look like numbers, or are numbers in a column of objects."""
    grades = pupils.dropna(subset="grade").assign(grade=lambda d: d["grade"].astype(int))
    labels = fit_sem(MODEL, grades, group="grade").group_labels
    texts = grades.assign(grade="0" + grades["grade"].astype(str))
    assert fit_sem(MODEL, texts, group="grade").group_labels == ("07", "08")
    objects = grades.assign(grade=grades["grade"].astype(object))
    assert fit_sem(MODEL, objects, group="grade").group_labels == labels == ("7", "8")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([1, 2.5, "often", "never"], r"x1 \(first value that is not a number: 'often'\)"),
        (["1", "2", "often", None], r"x1 \(first value that is not a number: 'often'\)"),
        (["1", "2", "3", None], r"x1 \(numbers as text, such as '1'\)"),
        ([1, None, 1j, 2], r"x1 \(first value that is not a number: 1j\)"),
    ],
)
def test_what_is_no_number_is_named(values, reason, pupils):
    data = pupils.iloc[:4][["x1", "x2", "x3", "x4"]].assign(x1=pd.Series(values, dtype=object))
    with pytest.raises(LatentModelError, match=reason):
        fit_sem(MODEL, data)
    with pytest.raises(LatentModelError, match=reason):
        polychoric(data)
    with pytest.raises(LatentModelError, match=reason):
        product_indicators(data, ["x1"], ["x2"])
    with pytest.raises(LatentModelError, match=reason):
        polychoric(data[["x2", "x3", "x1"]], sampling_weights="x1")


def test_all_that_are_not_numeric_are_named_at_once(pupils):
    with pytest.raises(LatentModelError, match=r"x1 \(.*'a'\), x2 \(.*'b'\)"):
        fit_sem(MODEL, pupils.assign(x1="a", x2="b"))
