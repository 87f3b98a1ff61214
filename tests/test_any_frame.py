"""Functions on a data frame take any library's, and numbers in columns of objects."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal

import coprod_stats as cp

CALLS: dict[str, Callable[[Any], Any]] = {
    "regress": lambda data: cp.regress("a ~ b + unit", data, cluster="unit", weights="weight"),
    "nca": lambda data: cp.nca(data, "a", "b", permutations=20, seed=1),
    "icc": lambda data: cp.icc(data, "a", "unit"),
    "rwg": lambda data: cp.rwg(data, ["a", "b"], "unit", 5),
    "compare_groups": lambda data: cp.compare_groups(data, "a", "unit"),
    "partial_correlation": lambda data: cp.partial_correlation(data, "a", "b", ["c"]),
    "alpha": lambda data: cp.alpha(data, ["a", "b", "c"]),
    "omega": lambda data: cp.omega(data, ["a", "b", "c"]),
    "fit_sem": lambda data: cp.fit_sem("f =~ a + b + c", data),
}


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    trait = rng.normal(size=60)
    items = {name: np.clip(np.round(trait + rng.normal(size=60) + 3), 1, 5) for name in "abc"}
    data = pd.DataFrame(items).assign(unit=np.repeat(["north", "south", "west"], 20))
    data["weight"] = rng.uniform(1, 2, 60)
    data.loc[4, "a"] = np.nan
    return data


def as_arrow(data: pd.DataFrame) -> Any:
    return pa.Table.from_pandas(data, preserve_index=False)


def as_polars(data: pd.DataFrame) -> Any:
    polars = pytest.importorskip("polars", reason="polars is not a dependency")
    return polars.from_arrow(as_arrow(data))


def as_objects(data: pd.DataFrame) -> Any:
    found = data.astype(object).where(data.notna(), None)
    found["b"] = [Decimal(str(value)) for value in data["b"]]
    return found


@pytest.mark.parametrize("library", [as_arrow, as_polars, as_objects])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_results_do_not_depend_on_the_kind_of_frame(
    call: Callable[[Any], Any], library: Callable[[pd.DataFrame], Any], answers: pd.DataFrame
) -> None:
    found, expected = call(library(answers)), call(answers)
    assert_frame_equal(found.tidy(), expected.tidy())
    assert_frame_equal(found.glance(), expected.glance())


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_column_that_is_not_numeric_is_named_with_its_first_bad_value(
    call: Callable[[Any], Any], answers: pd.DataFrame
) -> None:
    mixed = as_objects(answers)
    mixed.loc[7, "a"] = "often"
    mixed.loc[9, "a"] = "never"
    with pytest.raises(cp.CoprodError, match=r"a\b.*first value that is not a number: 'often'"):
        call(mixed)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_what_is_no_data_frame_is_refused(call: Callable[[Any], Any]) -> None:
    with pytest.raises(cp.CoprodError, match="not a data frame of pandas, polars or PyArrow"):
        call({"a": [1, 2], "b": [1, 2]})
