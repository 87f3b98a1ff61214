"""How a report describes the participants, each statement with its opposite case."""

import re
from pathlib import Path

import pytest
from small_survey import answers, carried_out, page_of, small_plan

from coprod_stats.instruments.calendar_years import holds_years
from coprod_stats.instruments.model import NumberRange

VISITORS = small_plan(respondents={"classes": ["visitor"]}, participants=["BORN", "VISITS", "SEX"])


def test_a_year_has_no_comma_and_another_number_has_one(tmp_path: Path) -> None:
    table = answers()
    table["VISITS"] = [n if n else 0 for n in table["VISITS"]]
    page = page_of(carried_out(tmp_path, VISITORS, table))
    assert re.search(r"In which year were you born\? M \(SD\) 171 19\d\d\.\d \(\d+\.\d\) ", page)
    assert re.search(r"How many visits\? M \(SD\) 171 1,\d{3}\.\d\d \(\d{3}\.\d\d\)", page)
    assert not re.search(r"1,9\d\d\.\d", page.split("How many visits?")[0])


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"minimum": 1900, "maximum": 2007}, True),
        ({"minimum": 1900}, False),
        ({"maximum": 2007}, False),
        ({"minimum": 0, "maximum": 2007}, False),
        ({"minimum": 1900, "maximum": 9000}, False),
        ({"minimum": 1900, "maximum": 2007, "whole": False}, False),
    ],
)
def test_years_are_known_by_their_range(limits: dict[str, float], expected: bool) -> None:
    assert holds_years(NumberRange(**limits)) == expected


def test_every_class_of_the_screening_is_described(tmp_path: Path) -> None:
    page = page_of(carried_out(tmp_path, VISITORS))
    described = page[page.index("Everybody in the File by Class") :]
    assert "visitor, n = 171 none, n = 29" in described
    assert re.search(r"How many visits\? M \(SD\) 1,\d{3}\.\d\d \(\d{3}\.\d\d\) 0\.00 ", described)


def test_one_class_alone_is_not_compared(tmp_path: Path) -> None:
    table = answers()
    table["VISITS"] = [300] * len(table["VISITS"])
    assert "Everybody in the File by Class" not in page_of(carried_out(tmp_path, VISITORS, table))
