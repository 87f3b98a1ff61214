"""Rotations against lavaan's, derivatives against finite differences."""

import numpy as np
import pytest

from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.rotation import geomin, oblimin, rotate, target, varimax

CRITERIA = {
    "quartimin": oblimin(),
    "oblimin": oblimin(-0.5),
    "geomin": geomin(),
    "varimax": varimax(),
    "target": target(np.where(np.arange(18).reshape(6, 3) % 4 == 0, np.nan, 0.1)),
}


def solution(reference):
    """Loadings, factor correlations and implied standard deviations of lavaan's solution."""
    value = {(r["lhs"], r["op"], r["rhs"]): r["est"] for r in reference["parameters"]}
    factors, items = ("f1", "f2", "f3"), [f"x{i}" for i in range(1, 10)]
    loadings = np.array([[value[f, "=~", x] for f in factors] for x in items])
    phi = np.eye(3)
    for i, j in ((0, 1), (0, 2), (1, 2)):
        phi[i, j] = phi[j, i] = value[factors[i], "~~", factors[j]]
    residual = [value[x, "~~", x] for x in items]
    return loadings, phi, np.sqrt(np.diagonal(loadings @ phi @ loadings.T) + residual)


@pytest.mark.parametrize("name", CRITERIA)
def test_gradients(name):
    loadings, step = np.random.default_rng(1).normal(size=(6, 3)), 1e-6
    gradient = CRITERIA[name](loadings)[1]
    for index in np.ndindex(loadings.shape):
        shift = np.zeros_like(loadings)
        shift[index] = step
        difference = CRITERIA[name](loadings + shift)[0] - CRITERIA[name](loadings - shift)[0]
        assert gradient[index] == pytest.approx(difference / (2 * step), abs=1e-6)


@pytest.mark.parametrize(("name", "criterion"), [("geomin", geomin()), ("oblimin", oblimin())])
def test_finds_the_solution_of_lavaan_from_the_other_criterion(name, criterion, oracle):
    other = {"geomin": "oblimin", "oblimin": "geomin"}[name]
    loadings, phi, deviations = solution(oracle(f"hs_esem_{other}"))
    unrotated = loadings @ np.linalg.cholesky(phi) / deviations[:, None]
    found = rotate(unrotated, criterion, n_starts=10)
    expected, correlations, _ = solution(oracle(f"hs_esem_{name}"))
    assert found.converged
    np.testing.assert_allclose(found.loadings * deviations[:, None], expected, atol=1e-4)
    np.testing.assert_allclose(found.factor_correlations, correlations, atol=1e-4)


@pytest.mark.parametrize("orthogonal", [True, False])
def test_perfect_structure_is_recovered(orthogonal):
    pattern = np.kron(np.eye(3), [[0.8], [0.7], [0.6]])
    phi = np.eye(3) if orthogonal else np.full((3, 3), 0.3) + 0.7 * np.eye(3)
    mixing = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))[0]
    unrotated = pattern @ np.linalg.cholesky(phi) @ mixing
    criteria = [varimax()] if orthogonal else [oblimin(), geomin(1e-4)]
    criteria.append(target(np.where(pattern == 0, 0.0, np.nan)))
    for criterion in criteria:
        found = rotate(unrotated, criterion, orthogonal=orthogonal, n_starts=5)
        np.testing.assert_allclose(found.loadings, pattern, atol=2e-3)
        np.testing.assert_allclose(found.factor_correlations, phi, atol=5e-3)


def test_rotation_keeps_the_common_variances():
    unrotated = np.random.default_rng(3).normal(size=(8, 3))
    found = rotate(unrotated, geomin(), n_starts=4)
    fitted = found.loadings @ found.factor_correlations @ found.loadings.T
    np.testing.assert_allclose(fitted, unrotated @ unrotated.T, atol=1e-9)
    assert 1 <= found.n_minima <= 4


def test_refusals():
    with pytest.raises(SemOptionError, match="two factors"):
        rotate(np.ones((4, 1)), oblimin())
    with pytest.raises(SemOptionError, match="n_starts"):
        rotate(np.ones((4, 2)), oblimin(), n_starts=0)
