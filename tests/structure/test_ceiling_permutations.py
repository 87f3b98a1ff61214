import itertools
import math

import numpy as np
import pytest

from coprod_stats.structure.ceiling_permutations import permutation_test, permuted_effect_sizes
from coprod_stats.structure.ceilings import effect_sizes

X = np.array([0.0, 0.1, 0.3, 0.5, 0.8, 1.0])
Y = np.array([0.0, 0.2, 0.4, 0.3, 1.0, 0.9])


@pytest.fixture
def rng():
    return np.random.default_rng(20)


def all_orders(ceiling):
    """Return the exact share of orders of Y with as large an effect size."""
    orders = np.array(list(itertools.permutations(Y)))
    observed = effect_sizes(X, Y[None], ceiling=ceiling)[0]
    return float((effect_sizes(X, orders, ceiling=ceiling) >= observed - 1e-9).mean())


@pytest.mark.parametrize("ceiling", ["ce-fdh", "cr-fdh"])
def test_random_orders_estimate_the_share_of_all_orders(ceiling, rng):
    test = permutation_test(X, Y, ceiling=ceiling, permutations=5000, rng=rng, conf_level=0.999)
    assert test.conf_low < all_orders(ceiling) < test.conf_high
    assert test.conf_high - test.conf_low < 0.05


def test_the_observed_order_counts_among_the_orders(rng):
    test = permutation_test(X, Y, ceiling="ce-fdh", permutations=99, rng=rng)
    assert test.p_value == (test.n_as_large + 1) / 100
    assert test.accuracy == pytest.approx(
        1.959963984540054 * math.sqrt(test.p_value * (1 - test.p_value) / 99), abs=1e-12
    )


def test_what_no_order_reaches_still_has_the_least_p_possible(rng):
    x = y = np.linspace(0, 1, 30)
    test = permutation_test(x, y, ceiling="ce-fdh", permutations=200, rng=rng)
    assert test.n_as_large == 0
    assert test.p_value == 1 / 201
    assert test.conf_low == 0
    # binom.test(0, 200)$conf.int
    assert test.conf_high == pytest.approx(0.01827534, abs=1e-8)


def test_what_every_order_reaches_has_p_of_one(rng):
    x, y = np.linspace(0, 1, 10), np.linspace(1, 0, 10)
    test = permutation_test(x, y, ceiling="ce-fdh", permutations=200, rng=rng)
    assert test.n_as_large == 200
    assert test.p_value == test.conf_high == 1
    assert test.conf_low == pytest.approx(1 - 0.01827534, abs=1e-8)


def test_the_interval_is_that_of_binom_test(rng):
    y = Y[[3, 4, 0, 5, 2, 1]]
    test = permutation_test(X, y, ceiling="ce-fdh", permutations=50, rng=rng, conf_level=0.9)
    assert 0 < test.n_as_large < 50
    tail = sum(
        math.comb(50, k) * test.conf_low**k * (1 - test.conf_low) ** (50 - k)
        for k in range(test.n_as_large, 51)
    )
    assert tail == pytest.approx(0.05, abs=1e-10)


def test_blocks_of_permutations_follow_one_stream():
    # so many cases that a block holds few of the permutations
    n = 200_000
    x, y = np.linspace(0, 1, n), np.linspace(0, 1, n) ** 2
    sizes = [
        permuted_effect_sizes(x, y, ceiling="ce-fdh", permutations=m, rng=np.random.default_rng(3))
        for m in (3, 5)
    ]
    assert sizes[0] == pytest.approx(sizes[1][:3], rel=1e-9)
    assert sizes[1][2] != pytest.approx(sizes[1][3], rel=1e-6)


def test_without_permutations_there_is_no_test(rng):
    test = permutation_test(X, Y, ceiling="ce-fdh", permutations=0, rng=rng)
    assert test.permutations == 0
    assert math.isnan(test.p_value)
    assert math.isnan(test.conf_low)


def test_neither_the_order_of_cases_nor_that_of_ties_moves_p():
    x, y = np.array([0, 0, 0.5, 0.5, 1, 1.0]), np.array([0, 0.5, 0, 0.5, 0.5, 1.0])
    shuffle = np.array([3, 0, 5, 1, 4, 2])
    one, other = (
        permutation_test(a, b, ceiling="cr-fdh", permutations=400, rng=np.random.default_rng(8))
        for a, b in ((x, y), (x[shuffle], y[shuffle]))
    )
    assert one == other
