"""Nothing improper is called a success, and every finding has a code and names what it is about."""

import pickle

import numpy as np
import pytest
from tolerances import bound

from coprod_stats.sem.errors import SemDataError, SemModelError, SemOptionError
from coprod_stats.sem.fit import fit
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.sample import SemData

NAMES = tuple(f"x{i}" for i in range(1, 10))
HS = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
BIFACTOR = "g =~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9\n" + HS


@pytest.fixture
def values(oracle_data):
    return oracle_data("hs1939.csv", list(NAMES)).copy()


def findings(model, values, options=None, **data):
    result = fit(model, SemData(values, NAMES, **data), options)
    return result, {finding.code: finding for finding in result.findings}


def test_two_indicators_without_constraint(values):
    result, found = findings("f =~ x1 + x2", values)
    assert found.keys() == {"SEM-103", "SEM-104"}
    assert found["SEM-104"].parameters == ("f=~x2", "x1~~x1", "x2~~x2", "f~~f")
    assert not result.is_proper
    assert np.isnan(result.parameters.std_errors[1])


def test_identification_is_by_rank_not_by_count(values):
    result, found = findings("f =~ x1 + x2\ng =~ x4 + x5\nf ~~ 0*g", values)
    assert result.inference.df > 0
    assert "SEM-104" in found
    _, found = findings("f =~ NA*x1 + x2 + x3 + x4", values)
    assert "f~~f" in found["SEM-104"].parameters


def test_a_model_without_a_minimum_does_not_converge():
    # the marker is uncorrelated with the other items: their loadings on it grow without end
    rng = np.random.default_rng(3)
    factor = rng.normal(size=(400, 1))
    items = np.hstack([rng.normal(size=(400, 1)), factor + rng.normal(size=(400, 3))])
    root = np.linalg.cholesky(np.cov(items.T, bias=True))
    target = np.eye(4) + np.pad(np.full((3, 3), 0.5) * (1 - np.eye(3)), (1, 0))
    exact = (items - items.mean(axis=0)) @ np.linalg.inv(root).T @ np.linalg.cholesky(target).T
    result = fit("f =~ x1 + x2 + x3 + x4", SemData(exact, NAMES[:4]))
    assert not result.converged
    found = {finding.code: finding for finding in result.findings}
    assert found["SEM-101"].parameters == ("f=~x2", "f=~x3", "f=~x4")
    assert "grow without end" in found["SEM-101"].message


def test_a_search_that_cannot_begin_says_so_and_counts_no_steps(values):
    text = "f =~ NA*x1 + x2 + x3\nf ~~ 1*f\nx1 ~~ -1*x1"
    result = fit(text, SemData(values, NAMES[: values.shape[1]]))
    assert not result.converged
    (message,) = [found.message for found in result.findings if found.code == "SEM-101"]
    assert "where the search begins" in message
    assert "steps" not in message


def test_a_bifactor_model_leads_to_one_solution_whatever_identifies_it(values):
    by_marker, found = findings(BIFACTOR, values, FitOptions(model=ModelOptions(orthogonal=True)))
    assert by_marker.converged
    assert "SEM-105" in found
    assert by_marker.indices["chisq"] == pytest.approx(34.88, abs=0.005)


def test_bifactor_model_with_a_negative_variance(values):
    options = FitOptions(model=ModelOptions(orthogonal=True, std_lv=True))
    result, found = findings(BIFACTOR, values, options)
    assert result.converged
    assert not result.is_proper
    assert found["SEM-105"].parameters == ("x1~~x1",)
    assert result.indices["chisq"] == pytest.approx(34.88, abs=0.005)
    assert result.inference.df == 18
    place = [row.name for row in result.table].index("x1~~x1")
    assert result.parameters.estimates[place] == pytest.approx(-1.14, abs=0.005)


def test_correlation_beyond_one(values):
    cov = np.full((4, 4), 0.6)
    cov[0, 1] = cov[1, 0] = cov[2, 3] = cov[3, 2] = 0.3
    np.fill_diagonal(cov, 1.0)
    base = values[:, :4] - values[:, :4].mean(axis=0)
    root = np.linalg.cholesky(np.cov(base.T))
    values[:, :4] = np.linalg.solve(root, base.T).T @ np.linalg.cholesky(cov).T
    result, found = findings("f =~ x1 + x2\ng =~ x3 + x4", values)
    assert result.converged
    assert found["SEM-106"].parameters == ("f~~g",)
    assert "SEM-107" in found
    assert not result.is_proper


def test_fewer_cases_than_parameters(values):
    result, found = findings(HS, values[:12])
    assert found["SEM-201"].code == "SEM-201"
    assert not result.is_proper


def test_few_clusters(values):
    result, found = findings(HS, values, clusters=np.arange(301) % 10)
    assert found.keys() == {"SEM-202"}
    assert result.is_proper
    # the mean of the test needs no inverse of what clusters contribute, whose rank is 9
    assert result.inference.scaled.trace == pytest.approx(
        result.indices["chisq_scaling_factor"] * result.inference.df
    )
    assert "its p value is approximate" in found["SEM-202"].message
    width = result.parameters.ci_upper - result.parameters.estimates
    ratio = width[1] / result.parameters.std_errors[1]
    assert ratio == pytest.approx(2.2621572, abs=1e-6)  # t with 9 degrees of freedom


@pytest.mark.parametrize(
    ("change", "code", "variables"),
    [
        (lambda x: x.__setitem__((slice(None), 0), 3.0), "SEM-111", ("x1",)),
        (
            lambda x: x.__setitem__((slice(None), 2), x[:, 0] + x[:, 1]),
            "SEM-112",
            ("x1", "x2", "x3"),
        ),
        (lambda x: x.__setitem__((slice(None), 3), np.nan), "SEM-116", ("x4",)),
        (lambda x: x.__setitem__((slice(6, None), 3), np.nan), "SEM-113", ()),
    ],
)
def test_data_that_carry_no_estimates(values, change, code, variables):
    change(values)
    with pytest.raises(SemDataError) as caught:
        findings(HS, values)
    assert (caught.value.code, caught.value.variables) == (code, variables)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.code, str(again)) == (code, str(caught.value))


def test_groups_rows_weights_and_clusters_that_carry_no_estimates(values):
    one = np.zeros(301, dtype=np.intp)
    with pytest.raises(SemDataError, match="OBS-003"):
        findings(HS, values, groups=np.eye(1, 301, dtype=np.intp)[0], group_labels=("a", "b"))
    with pytest.raises(SemDataError, match="SEM-115"):
        findings(HS, np.where(np.arange(9) == np.arange(301)[:, None] % 9, np.nan, values))
    with pytest.raises(SemDataError, match="SEM-114"):
        findings(HS, values, clusters=one)
    with pytest.raises(SemDataError, match="OBS-001"):
        findings(HS, values, weights=-np.ones(301))
    with pytest.raises(SemDataError, match="SEM-119"):
        findings(HS, values[:40], FitOptions(estimator="WLS"))


def test_variables_of_two_values_leave_wls_without_weights(values):
    """Where lavaan ends in 'not positive definite', or far from a solution without saying why."""
    values[:, 8] = np.arange(301) % 3 == 0
    model = "visual =~ x1 + x2 + x3\nvisual ~ x9"
    means = ModelOptions(meanstructure=True)
    with pytest.raises(SemDataError) as caught:
        findings(model, values, FitOptions(estimator="WLS", model=means))
    assert (caught.value.code, caught.value.variables) == ("SEM-122", ("x9",))
    result, _ = findings(model, values, FitOptions(estimator="WLS"))
    assert result.is_proper  # without means there is nothing for the variances to follow from
    halves = values[:300].copy()
    halves[:, 8] = np.arange(300) % 2 + 1.0
    for estimator in ("DWLS", "WLSMV", "WLS"):
        with pytest.raises(SemDataError, match=r"SEM-122: .* two equally frequent values .*x9"):
            findings(model, halves, FitOptions(estimator=estimator))
    for estimator in ("ULSMV", "MLR", "GLS"):
        assert findings(model, halves, FitOptions(estimator=estimator))[0].is_proper
    assert findings(model, halves[1:], FitOptions(estimator="DWLS"))[0].is_proper
    with pytest.raises(SemDataError, match="SEM-111"):
        findings(model, np.column_stack([halves[:, :8], np.ones(300)]), FitOptions("DWLS"))
    values[:, :3] = np.digitize(values[:, :3], [4.0, 6.0])
    ordered = ("x1", "x2", "x3")
    assert findings(model, values, FitOptions("WLS", ordered))[0].is_proper
    for estimator in ("WLS", "WLSMV"):
        with pytest.raises(SemDataError) as caught:
            findings(
                model,
                values,
                FitOptions(estimator, ordered, model=ModelOptions(fixed_x=False)),
            )
        assert (caught.value.code, caught.value.variables) == ("OBS-016", ("x9",))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"estimator": "PML"}, "estimator: unknown 'PML'"),
        ({"missing": "fiml", "estimator": "GLS"}, "needs an ML estimator"),
        ({"missing": "fiml", "estimator": "MLM"}, "needs complete data"),
        ({"missing": "two-stage", "estimator": "MLR"}, "brings its own test"),
        ({"likelihood": "wishart", "estimator": "MLR"}, "applies to estimator ML"),
        ({"bootstrap": 1}, "at least 2"),
        ({"auxiliary": ("x1",)}, "need missing='fiml'"),
        ({"auxiliary": ("q",), "missing": "fiml"}, "'q' is not in the data"),
    ],
)
def test_options_that_do_not_go_together(values, options, expected):
    with pytest.raises(SemOptionError, match=expected):
        findings(HS, values, FitOptions(**options))


def test_design_with_an_estimator_that_ignores_it(values):
    with pytest.raises(SemOptionError, match="not implemented for GLS"):
        findings(HS, values, FitOptions(estimator="GLS"), clusters=np.arange(301))


def test_the_ledger_shows_what_was_substituted(values):
    values[:5, 0] = np.nan
    result, _ = findings(HS, values, clusters=np.arange(301) // 3)
    assert result.ledger["estimator"] == ("ML", "MLR")
    assert result.ledger["rows"] == ("301", "296")
    assert result.ledger["clusters"] == ("given", "100")


def test_models_without_free_parameters_or_latent_variables(values):
    result, found = findings("x1 ~~ 1*x1", values)
    assert found == {}
    assert result.inference.df == 1
    result, found = findings("x1 ~ 1\nx2 ~ 1\nx1 ~~ x2", values)
    assert result.inference.df == 0
    assert found == {}


def test_rows_scales_and_signs_do_not_matter(values):
    base, _ = findings(HS, values)
    shuffled, _ = findings(HS, values[np.random.default_rng(2).permutation(301)])
    scaled, found = findings(HS, values * np.logspace(-3, 3, 9) * (-1.0) ** np.arange(9))
    assert shuffled.indices["chisq"] == pytest.approx(base.indices["chisq"], rel=1e-10)
    assert scaled.indices["chisq"] == pytest.approx(base.indices["chisq"], rel=1e-9)
    assert found == {}


def test_equal_weights_and_single_clusters_change_nothing(values):
    base, _ = findings(HS, values, FitOptions(estimator="MLR"))
    weighted, _ = findings(HS, values, FitOptions(estimator="MLR"), weights=np.full(301, 7.0))
    np.testing.assert_allclose(
        weighted.parameters.std_errors, base.parameters.std_errors, atol=1e-10
    )
    means = FitOptions(estimator="MLR", model=ModelOptions(meanstructure=True))
    base, _ = findings(HS, values, means)
    single, _ = findings(HS, values, means, clusters=np.arange(301))
    np.testing.assert_allclose(
        single.parameters.std_errors, base.parameters.std_errors * np.sqrt(301 / 300), atol=1e-10
    )


def test_fiml_without_missing_answers_is_ml(values):
    means = FitOptions(model=ModelOptions(meanstructure=True), information="observed")
    complete, _ = findings(HS, values, means)
    full, _ = findings(HS, values, FitOptions(missing="fiml"))
    np.testing.assert_allclose(full.parameters.estimates, complete.parameters.estimates, atol=1e-9)
    np.testing.assert_allclose(
        full.parameters.std_errors, complete.parameters.std_errors, atol=1e-9
    )
    for key in ("chisq", "cfi", "rmsea", "logl", "bic", "srmr"):
        assert full.indices[key] == pytest.approx(complete.indices[key], rel=1e-8)


def test_fits_pickle(values):
    result, _ = findings(HS, values)
    again = pickle.loads(pickle.dumps(result))
    np.testing.assert_array_equal(again.parameters.estimates, result.parameters.estimates)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("level: 1\nf =~ x1 + x2 + x3\nlevel: 2\ng =~ x1 + x2 + x3", "two-level"),
    ],
)
def test_what_is_not_implemented_is_refused_by_name(values, model, expected):
    with pytest.raises(SemOptionError, match=expected):
        findings(model, values)


def test_auxiliary_variables_must_be_new(values):
    with pytest.raises(SemModelError, match="already part of the model"):
        findings(HS, values, FitOptions(missing="fiml", auxiliary=("x1",)))


@pytest.mark.parametrize("estimator", ["ULS", "DWLS", "ULSMV"])
def test_least_squares_of_singular_moments_is_no_success(values, estimator):
    """These need no inverse of the sample moments."""
    twins = np.column_stack([values, values[:, 0]])
    data = SemData(twins, (*NAMES, "again"))
    result = fit("f =~ x1 + x2 + x3 + again", data, FitOptions(estimator=estimator))
    assert {f.code: f.parameters for f in result.findings}["SEM-112"] == ("x1", "again")
    assert not result.is_proper
    result, found = findings(HS, values[:9], FitOptions(estimator=estimator))
    assert "SEM-113" in found
    assert not result.is_proper


def test_bounds_that_bind_are_named(values):
    """Standard errors are lavaan's (0.6-14), which does not allow for bounds."""
    result, found = findings("f =~ x1 + lower(0.9)*x2 + upper(3)*x3 + x4", values)
    assert {code: finding.parameters for code, finding in found.items()} == {"SEM-204": ("f=~x2",)}
    assert result.is_proper
    errors = [0.0, 0.147583589593, 0.152691917467, 0.125409903952, 0.101447070454, 0.108735970603]
    assert result.parameters.std_errors[:6] == pytest.approx(errors, abs=bound("unpolished"))
