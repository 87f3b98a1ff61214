import numpy as np
import pytest

from coprod_stats.sem.estimation import positive_definite
from coprod_stats.sem.estimation.positive_definite import SMALL, factor, solve
from coprod_stats.sem.model.null_space import null_space


@pytest.fixture(params=["scipy.linalg.lapack", "nothing that is loaded"], autouse=True)
def lapack(request, monkeypatch):
    """With SciPy loaded, and with small matrices left to NumPy."""
    monkeypatch.setattr(positive_definite, "_LAPACK", request.param)


@pytest.mark.parametrize("size", [1, SMALL, SMALL + 1, 60])
def test_small_and_large_matrices_alike(size):
    half = np.random.default_rng(size).normal(size=(size, size + 5))
    matrix, right = half @ half.T, half[:, 0]
    found = factor(matrix)
    np.testing.assert_allclose(found.inverse @ matrix, np.eye(size), atol=1e-9)
    np.testing.assert_array_equal(found.inverse, found.inverse.T)
    assert found.log_det == pytest.approx(np.linalg.slogdet(matrix)[1], rel=1e-12)
    np.testing.assert_allclose(matrix @ solve(matrix, right), right, atol=1e-9)


@pytest.mark.parametrize("size", [2, SMALL + 1])
def test_none_where_not_positive_definite(size):
    matrix = np.eye(size)
    matrix[0, 0] = -1.0
    assert factor(matrix) is None
    assert solve(matrix, np.ones(size)) is None
    assert factor(np.diag([1.0, *[1e-320] * (size - 1)])) is None


def test_null_space_is_what_the_equations_leave_open():
    equations = np.array([[1.0, -1.0, 0.0, 0.0], [2.0, -2.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]])
    basis = null_space(equations)
    assert basis.shape == (4, 2)
    np.testing.assert_allclose(equations @ basis, 0, atol=1e-15)
    np.testing.assert_allclose(basis.T @ basis, np.eye(2), atol=1e-15)
    np.testing.assert_array_equal(null_space(np.zeros((1, 3))).shape, (3, 3))
