"""Models with exploratory blocks: what holds whatever the numbers, and what is refused."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from coprod_stats.sem.compare import difference_test, release_tests
from coprod_stats.sem.errors import SemModelError, SemOptionError
from coprod_stats.sem.estimation.estimate import estimate_model
from coprod_stats.sem.factor_scores import factor_scores
from coprod_stats.sem.fit import fit
from coprod_stats.sem.inference.modification import modification_indices
from coprod_stats.sem.inference.standardization import standardize
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.rotation.checks import check_rotation
from coprod_stats.sem.rotation.identification import identified_table
from coprod_stats.sem.rotation.options import RotationOptions
from coprod_stats.sem.rotation.solution import rotated_params, rotated_solution
from coprod_stats.sem.sample import SemData

ORACLES = Path(__file__).parents[2] / "oracles"
ITEMS = [f"x{i}" for i in range(1, 10)]
COVARIATES = ["female", "ageyr"]


def block(name, factors, items):
    return " + ".join(f'efa("{name}")*{f}' for f in factors) + " =~ " + " + ".join(items)


SIX = block("b", ["f1", "f2"], ITEMS[:6])
NINE = block("b", ["f1", "f2", "f3"], ITEMS)
ESEM = SIX + "\ng =~ x7 + x8 + x9\nf1 + f2 ~ female + ageyr\ng ~ f1 + f2"


@pytest.fixture(scope="module")
def data(oracle_data):
    names = [*ITEMS, *COVARIATES]
    return SemData(oracle_data("hs_mimic.csv", names), tuple(names))


@pytest.fixture(scope="module")
def grouped(oracle_data, oracle_column):
    names = [*ITEMS, *COVARIATES]
    school = oracle_column("hs_mimic.csv", "school")
    labels = tuple(dict.fromkeys(school))
    groups = np.array([labels.index(value) for value in school])
    return SemData(oracle_data("hs_mimic.csv", names), tuple(names), groups, labels)


def rotation(name="geomin", **options):
    return FitOptions(rotation=RotationOptions(name, **options))


def loadings(result, factors, items):
    values = dict(zip((r.name for r in result.table), result.parameters.estimates, strict=False))
    return np.array([[values[f"{f}=~{x}"] for f in factors] for x in items])


@pytest.mark.parametrize(
    ("model", "expected"), [(SIX, 4), (NINE, 12), (ESEM, 34), (block("b", ["f1"], ITEMS), 27)]
)
def test_degrees_of_freedom_omit_the_turns(data, model, expected):
    result = fit(model, data)
    assert result.inference.df == expected
    assert result.is_proper


@pytest.mark.parametrize("name", ["geomin", "oblimin", "varimax", "promax"])
def test_a_rotation_changes_neither_the_fit_nor_what_follows_from_it(data, name):
    result = fit(ESEM, data, rotation(name))
    other = fit(ESEM, data, rotation("quartimin"))
    if name != "varimax":  # orthogonal factors have fewer parameters: fits differ there
        for key, value in other.indices.items():
            assert result.indices[key] == pytest.approx(value, abs=1e-8), key
        np.testing.assert_allclose(
            result.estimate.implied[0].cov, other.estimate.implied[0].cov, atol=1e-8
        )
        ours, theirs = (modification_indices(r.estimate) for r in (result, other))
        theirs = {row.name: mi for row, mi in zip(theirs.rows, theirs.indices, strict=True)}
        for row, mi in zip(ours.rows, ours.indices, strict=True):
            if row.op == "~~" and row.lhs in ITEMS:
                assert mi == pytest.approx(theirs[row.name], rel=1e-5, abs=1e-7)
    assert result.is_proper


def test_the_order_of_items_only_permutes_the_solution(data):
    straight = fit(NINE, data)
    turned = [ITEMS[i] for i in (8, 2, 5, 0, 7, 3, 6, 1, 4)]
    mixed = fit(block("b", ["f1", "f2", "f3"], turned), data)
    factors = ["f1", "f2", "f3"]
    L, M = loadings(straight, factors, ITEMS), loadings(mixed, factors, ITEMS)
    match = [int(np.argmax(np.abs(L.T @ M)[k])) for k in range(3)]
    assert sorted(match) == [0, 1, 2]
    np.testing.assert_allclose(M[:, match], L, atol=1e-7)
    assert mixed.indices["chisq"] == pytest.approx(straight.indices["chisq"], abs=1e-9)


def test_the_same_seed_gives_the_same_bytes(data):
    first, again = (fit(NINE, data, rotation(seed=3)) for _ in range(2))
    assert first.parameters.estimates.tobytes() == again.parameters.estimates.tobytes()


@pytest.mark.parametrize("name", ["geomin", "oblimin", "varimax", "promax"])
@pytest.mark.parametrize("model", [SIX, ESEM + "\nx3 ~ ageyr"])
def test_jacobian_of_the_rotated_parameters(data, name, model):
    result = fit(model, data, rotation(name, se="delta"))
    solution = result.rotated
    unrotated = solution.unrotated
    jacobian, step = result.estimate.restrictions.basis, 1e-5
    for column in range(unrotated.table.n_free):
        shift = np.zeros(unrotated.table.n_free)
        shift[column] = step
        ahead, behind = (
            rotated_params(solution, unrotated.params + sign * shift) for sign in (1, -1)
        )
        difference = (ahead - behind) / (2 * step)
        np.testing.assert_allclose(jacobian[:, column], difference, atol=2e-5)


def test_standard_errors_agree_with_the_bootstrap(data):
    options = FitOptions(
        estimator="ML",
        standard_errors="bootstrap",
        bootstrap=200,
        seed=1,
        rotation=RotationOptions("oblimin"),
    )
    drawn = fit(SIX, data, options)
    robust = fit(SIX, data, FitOptions(estimator="MLR", rotation=RotationOptions("oblimin")))
    free = robust.parameters.std_errors > 0
    ratio = drawn.parameters.std_errors[free] / robust.parameters.std_errors[free]
    assert np.median(ratio) == pytest.approx(1.0, abs=0.1)
    assert drawn.bootstrap.params.shape[1] == drawn.table.n_free


def test_lavaans_standard_errors_differ_for_oblique_factors_only(data):
    for name, same in (("geomin", False), ("varimax", True)):
        exact = fit(SIX, data, rotation(name, se="delta"))
        theirs = fit(SIX, data, rotation(name))
        gap = np.abs(exact.parameters.std_errors - theirs.parameters.std_errors).max()
        assert (gap < 1e-10) == same
        assert "SEM-232" not in {finding.code for finding in exact.findings}
        assert ("SEM-232" not in {finding.code for finding in theirs.findings}) == same
    raw = [fit(SIX, data, rotation("oblimin", std_ov=False, se=se)) for se in ("delta", "bordered")]
    assert all(result.findings == () for result in raw)
    np.testing.assert_allclose(raw[0].parameters.std_errors, raw[1].parameters.std_errors)


def test_orthogonal_factors_do_not_correlate_across_blocks_either(data):
    two = block("a", ["f1", "f2"], ITEMS[:5]) + "\n" + block("c", ["g1", "g2"], ITEMS[5:])
    varimax = fit(two, data, rotation("varimax"))
    assert not [r for r in varimax.table if r.op == "~~" and r.lhs in "f1 f2 g1" and r.free >= 0]
    oblimin = fit(two, data, rotation("oblimin"))
    assert varimax.inference.df == oblimin.inference.df + 4


def test_groups_are_rotated_by_themselves(grouped):
    both = fit(SIX, grouped, rotation("oblimin"))
    for code, label in enumerate(grouped.group_labels):
        mine = grouped.groups == code
        alone = fit(SIX, SemData(grouped.values[mine], grouped.names), rotation("oblimin"))
        kept = {row.name: row for row in alone.table}
        for index, row in enumerate(both.table):
            if row.group == code + 1 and row.name in kept:
                place = alone.table.rows.index(kept[row.name])
                assert both.parameters.estimates[index] == pytest.approx(
                    alone.parameters.estimates[place], abs=1e-6
                ), (label, row.name)


def test_difference_and_score_tests(grouped):
    free = fit(SIX, grouped, rotation())
    equal = {"group_equal": ("residuals",)}
    held = fit(SIX, grouped, FitOptions(model=ModelOptions(**equal), rotation=RotationOptions()))
    plain = difference_test(held, free)
    assert plain.df == 6
    single, total = release_tests(held)
    assert len(single) == 6
    assert {held.table.rows[test.first].op for test in single} == {"~~"}
    assert total.df == 6
    robust = [
        fit(SIX, grouped, FitOptions(estimator="MLR", model=ModelOptions(**kind)))
        for kind in (equal, {})
    ]
    assert difference_test(*robust).df == 6
    with pytest.raises(SemOptionError, match="2010"):
        difference_test(*robust, method="2010")


def test_scores_and_standardized_solution_belong_to_the_rotated_factors(data):
    result = fit(NINE, data, rotation("varimax"))
    scores = factor_scores(result, "bartlett").scores
    assert np.abs(np.corrcoef(scores.T) - np.eye(3)).max() < 0.5
    full = standardize(result.estimate, "all")
    deviations = np.sqrt(np.diagonal(result.estimate.implied[0].cov))
    for index, row in enumerate(result.table):
        if row.op == "=~":
            own = result.parameters.estimates[index] / deviations[ITEMS.index(row.rhs)]
            assert full.values[index] == pytest.approx(own)


def test_a_doubtful_rotation_is_said(data):
    solution = fit(SIX, data, rotation(se="delta")).rotated
    assert check_rotation(solution) == ()
    alone = replace(solution.rotations[0][0], n_minima=1)
    (finding,) = check_rotation(replace(solution, rotations=((alone,),)))
    assert finding.code == "SEM-231"
    assert "one of 30 starts" in finding.message
    assert not finding.is_fatal


def test_a_criterion_that_settles_nothing_is_said(data):
    nothing = ((None, None),) * 6
    result = fit(SIX, data, rotation("target", target=nothing))
    assert "SEM-142" in {finding.code for finding in result.findings}
    assert not result.is_proper
    assert np.isnan(result.inference.covariance).all()


def test_a_rotation_that_does_not_end_is_said(data, monkeypatch):
    for limit in ("FIRST_STEPS", "MAX_ITERATIONS", "MAX_NEWTON"):
        monkeypatch.setattr(f"coprod_stats.sem.rotation.gradient_projection.{limit}", 1)
    result = fit(SIX, data, rotation())
    assert "SEM-141" in {finding.code for finding in result.findings}
    assert not result.is_proper


REFUSED = {
    "rotation has no effect": "f =~ x1 + x2 + x3",
    "x1 must be related freely to all": block("b", ["f1"], ["0*x1", *ITEMS[1:6]])
    + "\n"
    + block("b", ["f2"], ITEMS[:6]),
    "x7 must be related freely to all its factors": SIX + "\nf1 =~ x7",
    "ageyr must be related freely": SIX + "\nf1 ~ ageyr\nf2 ~ 0*ageyr",
    "g must be related freely": SIX + "\ng =~ x7 + x8 + x9\ng ~ f1",
    "the mean must be related freely": SIX + "\nf1 ~ 1",
    "variances must be 1": SIX + "\nf1 ~~ NA*f1",
    "cannot predict each other": SIX + "\nf2 ~ f1",
    "covariances of its factors follow": SIX + "\nf1 ~~ 0*f2",
    "x7 must be related freely to all its": SIX + "\nf1 =~ 0.5*x7\nf2 =~ x7",
    "constraints of f1=~x1, f1=~x2": block("b", ["f1"], ["a*x1", "a*x2", "x3", "x4"])
    + "\n"
    + block("b", ["f2"], ["x1", "x2", "x3", "x4"]),
    "f1=~x1 are not implemented": SIX.replace("=~ x1", "=~ c1*x1")
    .replace('efa("b")*f2', "")
    .replace("f1 + ", "f1 ")
    + "\n"
    + block("b", ["f2"], ITEMS[:6])
    + "\nc1 == 0.5",
    r"start\(\) has no effect on f1=~x2": SIX.replace("x2", "start(0.5)*x2"),
    "stands in two efa": SIX + '\nefa("c")*f1 =~ x7\nefa("c")*h =~ x7',
    "3 factors need as many items": block("b", ["f1", "f2", "f3"], ITEMS[:2]),
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_a_rotation_would_change_is_refused_by_name(data, message):
    with pytest.raises((SemModelError, SemOptionError), match=message):
        fit(REFUSED[message], data, rotation())


@pytest.mark.parametrize("equal", ["loadings", "regressions"])
def test_equality_across_groups_of_what_the_rotation_changes_is_refused(grouped, equal):
    options = FitOptions(model=ModelOptions(group_equal=(equal,)))
    with pytest.raises(SemModelError, match=r"efa block|a rotation of the efa block"):
        fit(SIX + "\nf1 + f2 ~ ageyr", grouped, options)


def test_what_lavaan_makes_of_equal_loadings_is_no_solution():
    """The reason why they are refused: its groups come apart, or the rotation changes the model."""
    found = json.loads((ORACLES / "esem_equal_loadings.json").read_text(encoding="utf-8"))
    apart, raw, orthogonal = found["cases"]
    assert apart["loadings_apart"] > 5e-3
    assert raw["loadings_apart"] < 1e-6
    assert orthogonal["df"] == raw["df"] + 1
    assert raw["chisq"] == pytest.approx(raw["chisq_reversed"], abs=1e-4)
    assert abs(orthogonal["chisq"] - orthogonal["chisq_reversed"]) > 0.01


def test_a_rotation_that_changes_the_fit_is_refused(data):
    kept = fit(SIX, data)
    rows, free = [], 0
    for row in kept.table:
        if row.name != "f1~~f2":
            rows.append(replace(row, free=free if row.free >= 0 else -1))
            free += row.free >= 0
    lacking = replace(kept.table, rows=tuple(rows))
    to_fit = identified_table(lacking, kept.rotated.blocks, kept.samples)
    estimate = estimate_model(kept.problem.with_table(to_fit))
    with pytest.raises(SemModelError, match="would change the fit"):
        rotated_solution(
            estimate,
            kept.problem.with_table(lacking),
            kept.rotated.blocks,
            options=RotationOptions(),
        )
