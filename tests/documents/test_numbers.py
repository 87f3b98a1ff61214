import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprod_stats.documents.numbers import (
    BOUNDED,
    MINUS,
    NumberFormat,
    bounded,
    count,
    decimal,
    digits_to_show,
    interval,
    p_statement,
    p_value,
    percent,
)

numbers = st.floats(-1e12, 1e12, allow_nan=False)
probabilities = st.floats(0, 1)


def parse(printed: str) -> float:
    return float(printed.replace(MINUS, "-").replace(",", ""))


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (decimal(3.14159), "3.14"),
        (decimal(-0.3), "−0.30"),
        (decimal(1204.5), "1,204.50"),
        (decimal(0.125), "0.13"),
        (decimal(2.675), "2.68"),
        (decimal(-0.001), "0.00"),
        (decimal(math.nan), "—"),
        (decimal(math.inf), "∞"),
        (decimal(-math.inf), "−∞"),
        (decimal(1e22, 0), "10,000,000,000,000,000,000,000"),
        (bounded(0.341), ".34"),
        (bounded(-0.05), "−.05"),
        (bounded(0.999), "1.00"),
        (bounded(1.043), "1.04"),
        (bounded(-0.001), ".00"),
        (bounded(math.nan), "—"),
        (p_value(0.0451), ".045"),
        (p_value(0.00099), "< .001"),
        (p_value(0.001), ".001"),
        (p_value(1.0), "> .999"),
        (p_value(math.nan), "—"),
        (p_statement(0.2), "= .200"),
        (p_statement(1e-9), "< .001"),
        (count(1204), "1,204"),
        (percent(0.125), "12.5%"),
        (percent(0.285, 0), "29%"),
        (percent(math.nan), "—"),
        (interval(0.12, 0.344, number_format=BOUNDED), "[.12, .34]"),
        (interval(math.nan, math.nan, number_format=BOUNDED), "—"),
        (interval(0.004, 0.2, number_format=BOUNDED), "[.004, .20]"),
        (interval(-0.2, -0.00012, number_format=BOUNDED), "[−.20, −.0001]"),
        (interval(0.0, 0.2, number_format=BOUNDED), "[.00, .20]"),
        (interval(-0.004, 0.2, number_format=BOUNDED), "[.00, .20]"),
        (interval(0.0004, 0.2, number_format=NumberFormat("percent", 1)), "[0.04%, 20.0%]"),
        (interval(-math.inf, 2, number_format=NumberFormat()), "[−∞, 2.00]"),
        (NumberFormat("percent", 0)(0.5), "50%"),
    ],
)
def test_numbers_are_printed_as_the_manual_says(printed, expected):
    assert printed == expected


@given(numbers, st.integers(0, 6))
def test_rounding_moves_a_number_by_at_most_half_a_unit(value, digits):
    slack = 1e-9 * max(1.0, abs(value))
    assert abs(parse(decimal(value, digits)) - value) <= 0.5 * 10**-digits + slack


@given(numbers, st.integers(0, 6))
def test_numbers_have_the_digits_asked_for_and_a_true_minus_sign(value, digits):
    printed = decimal(value, digits)
    tail = rf"\.\d{{{digits}}}" if digits else ""
    assert re.fullmatch(rf"−?\d{{1,3}}(,\d{{3}})*{tail}", printed)
    assert "-" not in printed


@given(numbers)
def test_sign_is_symmetric_and_zero_has_none(value):
    assert decimal(-value).removeprefix(MINUS) == decimal(value).removeprefix(MINUS)
    assert not re.fullmatch(r"−[0.]+", decimal(value))


@given(st.floats(-1, 1))
def test_bounded_numbers_never_begin_with_zero(value):
    assert not bounded(value).removeprefix(MINUS).startswith("0")
    assert parse(bounded(value)) == parse(decimal(value))


@given(probabilities, probabilities)
def test_printed_probabilities_keep_their_order(one, other):
    low, high = sorted((one, other))
    rank = {"<": 0, ".": 1, ">": 2}
    printed = [(rank[text[0]], text) for text in (p_value(low), p_value(high))]
    assert printed == sorted(printed)


@given(probabilities)
def test_no_probability_is_printed_as_zero_or_one(value):
    assert p_value(value) not in {".000", "1.000"}


@pytest.mark.parametrize(
    ("smallest", "digits"),
    [(0.04, 2), (0.5, 2), (12.0, 2), (0.0004, 4), (1e-9, 5), (0.0, 2), (math.nan, 2)],
)
def test_small_numbers_still_show(smallest, digits):
    assert digits_to_show(smallest) == digits
