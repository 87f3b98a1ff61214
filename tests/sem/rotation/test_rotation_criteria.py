"""Rotations against lavaan's, derivatives against finite differences."""

from dataclasses import replace

import numpy as np
import pytest
from tolerances import bound

from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.rotation.block_rotation import rotate_block, rotate_like
from coprod_stats.sem.rotation.criteria import (
    CrawfordFerguson,
    Geomin,
    Oblimin,
    Orthomax,
    Target,
)
from coprod_stats.sem.rotation.gradient_projection import RotationProblem, search_rotation
from coprod_stats.sem.rotation.options import RotationOptions
from coprod_stats.sem.rotation.stationarity import stationarity
from coprod_stats.sem.rotation.turn_derivatives import UnrotatedBlock, turn_slopes

CRITERIA = {
    "quartimin": Oblimin(),
    "oblimin": Oblimin(-0.5),
    "geomin": Geomin(),
    "varimax": Orthomax(),
    "quartimax": Orthomax(0.0),
    "crawford-ferguson": CrawfordFerguson(0.3),
    "target": Target(np.where(np.arange(18).reshape(6, 3) % 4 == 0, np.nan, 0.1)),
}
ROTATIONS = {
    "geomin": RotationOptions(),
    "geomin, large epsilon": RotationOptions(geomin_epsilon=0.05),
    "orthogonal geomin": RotationOptions(orthogonal=True),
    "oblimin": RotationOptions("oblimin", oblimin_gamma=-0.5),
    "unstandardized": RotationOptions("quartimin", std_ov=False),
    "kaiser": RotationOptions("oblimin", row_weights="kaiser"),
    "varimax": RotationOptions("varimax"),
    "quartimax": RotationOptions("quartimax"),
    "promax": RotationOptions("promax"),
    "promax, unstandardized": RotationOptions("promax", std_ov=False, promax_kappa=3.0),
    "equamax": RotationOptions("cf-equamax"),
    "target": RotationOptions(
        "target", target=((None, 0, 0),) * 3 + ((0, None, 0),) * 3 + ((0, 0, None),) * 3
    ),
}


def solution(reference):
    """Loadings, factor correlations and implied standard deviations of lavaan's solution."""
    value = {(r["lhs"], r["op"], r["rhs"]): r["est"] for r in reference["parameters"]}
    factors, items = ("f1", "f2", "f3"), [f"x{i}" for i in range(1, 10)]
    loadings = np.array([[value[f, "=~", x] for f in factors] for x in items])
    phi = np.eye(3)
    for i, j in ((0, 1), (0, 2), (1, 2)):
        phi[i, j] = phi[j, i] = value[factors[i], "~~", factors[j]]
    return loadings, phi, np.array([value[x, "~~", x] for x in items])


def unrotated_block(seed=5):
    rng = np.random.default_rng(seed)
    pattern = np.kron(np.eye(3), [[0.8], [0.7], [0.6]]) + rng.normal(scale=0.12, size=(9, 3))
    phi = np.full((3, 3), 0.3) + 0.7 * np.eye(3)
    return UnrotatedBlock(pattern @ np.linalg.cholesky(phi), rng.uniform(0.3, 0.9, size=9))


@pytest.mark.parametrize("name", CRITERIA)
def test_first_and_second_derivatives(name):
    rng, step = np.random.default_rng(1), 1e-6
    loadings, change = rng.normal(size=(6, 3)), rng.normal(size=(6, 3))
    criterion = CRITERIA[name]
    ahead, behind = criterion(loadings + step * change), criterion(loadings - step * change)
    slope = (criterion(loadings)[1] * change).sum()
    assert slope == pytest.approx((ahead[0] - behind[0]) / (2 * step), abs=1e-6)
    bend = criterion.bend(loadings, change)
    np.testing.assert_allclose(bend, (ahead[1] - behind[1]) / (2 * step), atol=1e-6)


@pytest.mark.parametrize("name", ROTATIONS)
def test_derivatives_of_the_rotation(name):
    block, options, step = unrotated_block(), replace(ROTATIONS[name], se="delta"), 1e-5
    found = rotate_block(block.loadings, block.residual_variances, options)
    H = found.rotation
    rotated = block.loadings @ np.linalg.inv(H.T)
    rng = np.random.default_rng(6)
    of_loadings, of_residuals = rng.normal(size=(2, 9, 3)), rng.normal(size=(2, 9))
    slopes = turn_slopes(block, found, options, of_loadings=of_loadings, of_residuals=of_residuals)
    for dA, dt, slope in zip(of_loadings, of_residuals, slopes, strict=True):
        ahead, behind = (
            rotate_like(
                block.loadings + sign * step * dA,
                block.residual_variances + sign * step * dt,
                options,
                reference=rotated,
            ).rotation
            for sign in (1, -1)
        )
        difference = np.linalg.solve(H, ahead - behind) / (2 * step)
        np.testing.assert_allclose(slope, difference, atol=1e-5)


@pytest.mark.parametrize("name", ["geomin", "oblimin"])
def test_finds_the_solution_of_lavaan_from_the_other_criterion(name, oracle):
    other = {"geomin": "oblimin", "oblimin": "geomin"}[name]
    loadings, phi, residuals = solution(oracle(f"hs_esem_{other}"))
    unrotated = loadings @ np.linalg.cholesky(phi)
    found = rotate_block(unrotated, residuals, RotationOptions(name, rstarts=10))
    expected, correlations, _ = solution(oracle(f"hs_esem_{name}"))
    assert found.converged
    rotated = unrotated @ np.linalg.inv(found.rotation.T)
    np.testing.assert_allclose(rotated, expected, atol=bound("unpolished"))
    np.testing.assert_allclose(
        found.rotation.T @ found.rotation, correlations, atol=bound("unpolished")
    )


@pytest.mark.parametrize("orthogonal", [True, False])
def test_perfect_structure_is_recovered(orthogonal):
    pattern = np.kron(np.eye(3), [[0.8], [0.7], [0.6]])
    phi = np.eye(3) if orthogonal else np.full((3, 3), 0.3) + 0.7 * np.eye(3)
    mixing = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))[0]
    unrotated = pattern @ np.linalg.cholesky(phi) @ mixing
    names = ("varimax", "quartimax") if orthogonal else ("oblimin", "promax", "target")
    for name in names:
        target = tuple(map(tuple, np.where(pattern == 0, 0.0, np.nan)))
        options = RotationOptions(name, target=target if name == "target" else None, rstarts=5)
        found = rotate_block(unrotated, np.ones(9), options)
        limit = 0.1 if name == "promax" else 1e-6
        rotated = unrotated @ np.linalg.inv(found.rotation.T)
        np.testing.assert_allclose(rotated, pattern, atol=limit)
        np.testing.assert_allclose(found.rotation.T @ found.rotation, phi, atol=limit)


@pytest.mark.parametrize("name", ROTATIONS)
def test_the_search_ends_at_a_stationary_point_whatever_the_start(name):
    block, options = unrotated_block(), ROTATIONS[name]
    mixing = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
    solutions = []
    for loadings in (block.loadings, block.loadings @ mixing):
        found = rotate_block(loadings, block.residual_variances, options)
        assert found.converged
        np.testing.assert_allclose(np.diagonal(found.rotation.T @ found.rotation), 1.0)
        solutions.append(loadings @ np.linalg.inv(found.rotation.T))
    np.testing.assert_allclose(solutions[0], solutions[1], atol=1e-8)


def test_newton_steps_reach_rounding():
    loadings = unrotated_block().loadings
    for criterion in (Geomin(), Oblimin()):
        found = search_rotation(loadings, criterion, n_starts=4)
        rotated = RotationProblem(loadings, criterion, False).rotate(found.rotation)
        left = stationarity(rotated, found.rotation.T @ found.rotation, criterion, orthogonal=False)
        assert np.abs(left).max() < 1e-13
        assert 1 <= found.n_minima <= found.n_starts == 4


def test_order_and_signs():
    pattern = np.kron(np.eye(3), [[0.8], [0.7], [0.6]])[::-1] * [1, -1, 1]
    plain = {"rstarts": 3}
    found = rotate_block(pattern, np.ones(9), RotationOptions("varimax", **plain))
    rotated = pattern @ np.linalg.inv(found.rotation.T)
    np.testing.assert_allclose(rotated, np.abs(pattern[:, ::-1]), atol=1e-8)
    target = tuple(map(tuple, pattern.tolist()))
    options = RotationOptions("target", target=target, orthogonal=True, **plain)
    found = rotate_block(pattern, np.ones(9), options)
    assert np.sign(np.diagonal(found.rotation)).tolist() == [1, 1, 1]
    sizes = pattern * [1.0, 1.1, 0.9]
    for order, columns in (("sumofsquares", [1, 0, 2]), ("none", None)):
        options = RotationOptions("quartimax", order_lv_by=order, reflect=False, **plain)
        found = rotate_block(sizes, np.ones(9), options)
        rotated = sizes @ np.linalg.inv(found.rotation.T)
        if columns is not None:
            np.testing.assert_allclose(np.abs(rotated), np.abs(sizes[:, columns]), atol=1e-8)


REFUSED = {
    "unknown 'equamax'": {"name": "equamax"},
    "row_weights: unknown": {"row_weights": "cm"},
    "order_lv_by: unknown": {"order_lv_by": "size"},
    "rotation_se: unknown": {"se": "sandwich"},
    "geomin_epsilon has no effect on rotation 'oblimin'": {
        "name": "oblimin",
        "geomin_epsilon": 0.1,
    },
    "oblimin_gamma has no effect": {"oblimin_gamma": 0.0},
    "promax_kappa has no effect": {"promax_kappa": 3.0},
    "target has no effect": {"target": ((0.0, 1.0),)},
    "varimax is an orthogonal": {"name": "varimax", "orthogonal": False},
    "promax is an oblique": {"name": "promax", "orthogonal": True},
    "no standard errors of promax": {"name": "promax", "se": "bordered"},
    "promax starts from varimax": {"name": "promax", "row_weights": "none"},
    "needs the wanted loadings": {"name": "target"},
    "geomin_epsilon must be positive": {"geomin_epsilon": 0.0},
    "promax_kappa must be above 1": {"name": "promax", "promax_kappa": 1.0},
    "oblimin_gamma must be at most 1": {"name": "oblimin", "oblimin_gamma": 1.5},
    "rstarts: at least 1": {"rstarts": 0},
    "rows differ in length": {"name": "target", "target": ((0.0,), (0.0, 1.0))},
}


@pytest.mark.parametrize("message", REFUSED)
def test_options_that_contradict_or_do_nothing_are_refused(message):
    with pytest.raises(SemOptionError, match=message):
        RotationOptions(**REFUSED[message])


def test_refusals():
    with pytest.raises(SemOptionError, match="two factors"):
        search_rotation(np.ones((4, 1)), Oblimin())
    with pytest.raises(SemOptionError, match="rstarts"):
        search_rotation(np.ones((4, 2)), Oblimin(), n_starts=0)
    options = RotationOptions("target", target=((0.0, 1.0),))
    with pytest.raises(SemOptionError, match="9 rows of 3 are needed, not 1 of 2"):
        rotate_block(unrotated_block().loadings, np.ones(9), options)
