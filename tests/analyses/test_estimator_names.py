"""Estimators of a plan are read in any case, as those of a single model are."""

import pytest
from pydantic import TypeAdapter, ValidationError

from coprod_stats.analyses.paths.form import SemSpecification, Specification

PART = {"specification": "main", "title": "Main"}


@pytest.mark.parametrize("name", ["wlsmv", "WLSMV", "WlsMv"])
def test_any_case_is_read_and_the_declared_one_kept(name):
    found = TypeAdapter(Specification).validate_python({**PART, "estimator": name})
    assert isinstance(found, SemSpecification)
    assert found.estimator == "WLSMV"


@pytest.mark.parametrize("name", ["WLSMW", "", 3, None, ["ML"]])
def test_other_names_are_refused(name):
    with pytest.raises(ValidationError):
        TypeAdapter(Specification).validate_python({**PART, "estimator": name})
