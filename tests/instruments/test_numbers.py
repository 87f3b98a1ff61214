"""One spelling of numbers: exact, without an exponent, and nowhere spelled otherwise."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprod_stats.instruments.language.evaluation import choice_column
from coprod_stats.instruments.language.numbers import spell_number


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        (5315121, "5315121"),
        (12345678.0, "12345678"),
        (-2.0, "-2"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1e-7, "0.0000001"),
        (1e22, "10000000000000000000000"),
        (0.1 + 0.2, "0.30000000000000004"),
        (10**30 + 1, "1000000000000000000000000000001"),
        (Decimal("0"), "0"),
        (Decimal("1E+20"), "100000000000000000000"),
        (Decimal("5315121.00000000000000000010"), "5315121.0000000000000000001"),
    ],
)
def test_numbers_are_spelled_in_full(value: float | Decimal, spelled: str) -> None:
    assert spell_number(value) == spelled


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_is_spelled_reads_as_the_same_number(value: float) -> None:
    spelled = spell_number(value)
    assert float(spelled) == value
    assert set(spelled) <= set("-.0123456789")
    assert not spelled.endswith((".", ".0"))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_no_shorter_text_reads_as_the_same_number(value: float) -> None:
    digits = spell_number(value).lstrip("-").replace(".", "").strip("0")
    assert len(digits) == len(Decimal(repr(value)).normalize().as_tuple().digits) or value == 0


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, Decimal("NaN")])
def test_what_is_no_number_is_not_spelled(value: float) -> None:
    with pytest.raises(ValueError, match="no digits spell"):
        spell_number(value)


@given(st.lists(st.integers(1, 10**9), min_size=2, max_size=2, unique=True))
def test_two_options_never_share_a_column(codes: list[int]) -> None:
    first, second = (choice_column("PLACES", code) for code in codes)
    assert first != second
    assert choice_column("PLACES", float(codes[0])) == first
