"""Outcome rates, against the formulas of the AAPOR by hand."""

from __future__ import annotations

import pytest

from coprod_stats.plans.model import Dispositions
from coprod_stats.study.outcome_rates import outcome_rates


def test_rates_are_those_of_the_definitions() -> None:
    cases = Dispositions(
        complete=400, partial=50, refusal=300, noncontact=150, other=20, unknown=80
    )
    found = outcome_rates(cases)
    assert found.n_cases == 1000
    rates = found.tidy().set_index("term")["estimate"]
    assert rates["RR1"] == pytest.approx(400 / 1000)
    assert rates["RR2"] == pytest.approx(450 / 1000)
    assert rates["COOP1"] == pytest.approx(400 / 770)
    assert rates["REF1"] == pytest.approx(300 / 1000)
    assert rates["CON1"] == pytest.approx(770 / 1000)


def test_where_everybody_answered_all_rates_but_refusal_are_one() -> None:
    rates = outcome_rates(Dispositions(complete=12)).tidy().set_index("term")["estimate"]
    assert (rates.drop("REF1") == 1).all()
    assert rates["REF1"] == 0
