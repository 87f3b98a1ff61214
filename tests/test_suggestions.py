"""What a mistyped name may have meant."""

from __future__ import annotations

import pytest

from coprod_stats.suggestions import closest, did_you_mean


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("TUR1", "TRU1"),
        ("citzen", "citizen"),
        ("DPE", "DEP"),
        ("tru1", "TRU1"),
        ("answers", "answers.csv"),
    ],
)
def test_a_name_like_a_known_one_is_suggested(name, meant) -> None:
    known = ["TRU1", "citizen", "DEP", "answers.csv", "HOURS"]
    assert closest(name, known) == f"; did you mean '{meant}'?"
    assert did_you_mean(name, known) == f"Did you mean '{meant}'? "


@pytest.mark.parametrize("name", ["", "X", "weight", "TRUST_IN_GOVERNMENT"])
def test_a_name_like_none_is_not(name) -> None:
    assert closest(name, ["TRU1", "citizen", "HOURS"]) == ""
    assert did_you_mean(name, []) == ""
