import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal

from coprod_stats.scoring import reverse_score

answers = arrays(float, (6, 3), elements=st.sampled_from([0.0, 1, 2, 3, 4, np.nan]))


@given(answers)
def test_twice_is_the_identity(given_answers: np.ndarray) -> None:
    once = reverse_score(given_answers, lowest=0, highest=4)
    assert_array_equal(reverse_score(once, lowest=0, highest=4), given_answers)


def test_reflects_about_the_response_scale_not_about_the_answers() -> None:
    turned = reverse_score(np.array([2.0, 3.0, np.nan]), lowest=1, highest=5)
    assert_array_equal(turned, [4, 3, np.nan])
