import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import multivariate_normal

from coprod_stats.sem.ordered.bivariate_normal import (
    INFINITE,
    add_increment,
    density,
    density_slope,
)

A, B = (grid.ravel() for grid in np.meshgrid([-2.5, -0.4, 0.0, 0.3, 1.9], [-1.1, 0.0, 0.8, 2.2]))


def distribution(rho, start=0.0):
    """By one step from independence, or from `start`."""
    total = (ndtr(A) * ndtr(B))[None]
    limits = (A[None], B[None])
    if start:
        add_increment(total, limits, np.zeros(1), np.array([start]))
    add_increment(total, limits, np.array([start]), np.array([rho]))
    return total[0]


@pytest.mark.parametrize("rho", [0.05, 0.5, -0.8, 0.95, -0.99, 0.999])
def test_agrees_with_scipy(rho):
    expected = [
        multivariate_normal.cdf([a, b], cov=[[1, rho], [rho, 1]], abseps=1e-13, releps=1e-13)
        for a, b in zip(A, B, strict=True)
    ]
    np.testing.assert_allclose(distribution(rho), expected, atol=1e-12)


@pytest.mark.parametrize("start", [-0.9, 0.3, 0.79999999, 0.8001, 0.99])
def test_the_path_does_not_matter(start):
    np.testing.assert_allclose(distribution(0.8, start), distribution(0.8), atol=1e-15)


def test_pairs_with_steps_of_different_length_keep_their_own():
    a, b = np.tile(A, (3, 1)), np.tile(B, (3, 1))
    total = ndtr(a) * ndtr(b)
    add_increment(total, (a, b), np.zeros(3), np.array([0.97, 1e-7, -0.4]))
    for row, rho in zip(total, (0.97, 1e-7, -0.4), strict=True):
        np.testing.assert_allclose(row, distribution(rho), atol=1e-15)


def test_infinite_limits_give_margins():
    total = ndtr(A)[None] * 1.0
    add_increment(total, (A[None], np.full((1, A.size), INFINITE)), np.zeros(1), np.array([0.7]))
    np.testing.assert_allclose(total[0], ndtr(A), atol=1e-15)


def test_derivatives_by_the_correlation_agree_with_finite_differences():
    step, rho = 1e-5, np.float64(0.4)
    first = (distribution(rho + step) - distribution(rho - step)) / (2 * step)
    np.testing.assert_allclose(density(A, B, rho), first, atol=1e-10)
    above, below = density(A, B, rho + step), density(A, B, rho - step)
    second = (np.log(above) - np.log(below)) / (2 * step)
    np.testing.assert_allclose(density_slope(A, B, rho), second, rtol=1e-6, atol=1e-8)
