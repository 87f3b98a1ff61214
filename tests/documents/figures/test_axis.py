from hypothesis import given
from hypothesis import strategies as st

from coprod_stats.documents.figures.axis import nice_ticks


def test_ticks_are_round():
    assert nice_ticks(-0.32, 0.47) == (-0.4, -0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
    assert nice_ticks(0, 0.38, at_most=5) == (0.0, 0.1, 0.2, 0.3, 0.4)
    assert nice_ticks(2, 2) == (1.4, 1.6, 1.8, 2.0, 2.2, 2.4, 2.6)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_enclose_the_range_and_are_few(low, width):
    ticks = nice_ticks(low, low + width)
    slack = 1e-9 * (abs(low) + width)
    assert ticks[0] <= low + slack
    assert ticks[-1] >= low + width - slack
    assert 2 <= len(ticks) <= 11
