"""Samples whose covariance matrix is known."""

import numpy as np


def sample_with(covariance, *, divisor="n - 1"):
    """Draw 60 rows whose covariance matrix, with this divisor, is exactly the given one."""
    noise = np.random.default_rng(3).normal(size=(60, len(covariance)))
    noise -= noise.mean(axis=0)
    spread = np.cov(noise, rowvar=False, bias=divisor == "n")
    whitened = noise @ np.linalg.inv(np.linalg.cholesky(spread)).T
    return whitened @ np.linalg.cholesky(np.asarray(covariance)).T
