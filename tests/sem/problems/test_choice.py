"""Which kind of problem a model and its options state, and what each kind refuses by name."""

import numpy as np
import pytest
from oracle_cases import CASES, ORDERED_CASES

from coprod_stats.sem.compare import difference_test
from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.fit import fit
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.table_building import build_parameters
from coprod_stats.sem.multilevel.problem import TwoLevelProblem
from coprod_stats.sem.observed.errors import ObservedDataError
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.ordered.problem import OrderedProblem
from coprod_stats.sem.problems.choice import choose_problem
from coprod_stats.sem.problems.continuous import CompleteDataProblem
from coprod_stats.sem.problems.incomplete import FullInformationProblem, TwoStageProblem
from coprod_stats.sem.resampling import bollen_stine
from coprod_stats.sem.sample import SemData

ONE_LEVEL = "f =~ a + b + c"
THETA = ModelOptions(parameterization="theta")
TWO_LEVELS = "level: 1\nf =~ a + b + c\nlevel: 2\na ~~ b"

KINDS = [
    (ONE_LEVEL, FitOptions(), CompleteDataProblem),
    (ONE_LEVEL, FitOptions(estimator="WLS"), CompleteDataProblem),
    (ONE_LEVEL, FitOptions(missing="fiml"), FullInformationProblem),
    (ONE_LEVEL, FitOptions(missing="two-stage"), TwoStageProblem),
    (ONE_LEVEL, FitOptions(missing="robust-two-stage"), TwoStageProblem),
    (ONE_LEVEL, FitOptions(estimator="WLSMV", ordered="all"), OrderedProblem),
    (ONE_LEVEL, FitOptions(ordered=("a",), missing="pairwise"), OrderedProblem),
    (TWO_LEVELS, FitOptions(), TwoLevelProblem),
    (TWO_LEVELS, FitOptions(missing="fiml"), TwoLevelProblem),
    (TWO_LEVELS, FitOptions(ordered="all"), TwoLevelProblem),
]


@pytest.mark.parametrize(("model", "options", "kind"), KINDS)
def test_model_and_options_state_the_kind(model, options, kind):
    syntax = parse_model(model)
    assert choose_problem(syntax, options) is kind
    table = build_parameters(syntax, options=ModelOptions(meanstructure=True))
    assert choose_problem(table, options) is kind


@pytest.mark.parametrize(
    ("kind", "options", "named"),
    [
        (CompleteDataProblem, {"missing": "pairwise"}, "missing='pairwise' is for ordered"),
        (CompleteDataProblem, {"model": THETA}, "parameterization='theta' is for ordered"),
        (FullInformationProblem, {"missing": "fiml", "model": THETA}, "parameterization='theta'"),
        (FullInformationProblem, {"missing": "fiml", "estimator": "ULS"}, "needs an ML estimator"),
        (TwoStageProblem, {"missing": "two-stage", "estimator": "MLR"}, "brings its own test"),
        (OrderedProblem, {"estimator": "ML"}, "ordered variables need WLSMV"),
        (OrderedProblem, {"estimator": "WLSMV", "information": "observed"}, "does not apply"),
        (OrderedProblem, {"estimator": "WLSMV", "missing": "fiml"}, "needs an ML estimator"),
        (TwoLevelProblem, {"estimator": "GLS"}, "GLS is not implemented"),
        (TwoLevelProblem, {"model": THETA}, "parameterization='theta'"),
    ],
)
def test_options_of_other_kinds_are_refused(kind, options, named):
    with pytest.raises(SemOptionError, match=named):
        kind.resolve_method(FitOptions(**options))


@pytest.mark.parametrize(
    ("kind", "options", "information"),
    [
        (CompleteDataProblem, {}, "expected"),
        (CompleteDataProblem, {"estimator": "MLR"}, "observed"),
        (FullInformationProblem, {"missing": "fiml"}, "observed"),
        (FullInformationProblem, {"missing": "fiml", "information": "expected"}, "expected"),
        (TwoLevelProblem, {}, "observed"),
        (OrderedProblem, {"estimator": "WLSMV"}, "expected"),
    ],
)
def test_standard_errors_rest_on_this_information(kind, options, information):
    assert kind.resolve_method(FitOptions(**options)).information == information


def test_two_stage_standard_errors_and_test_allow_for_missing_answers():
    method = TwoStageProblem.resolve_method(FitOptions(missing="robust-two-stage"))
    assert (method.standard_errors, method.test) == ("robust-two-stage", "satorra-bentler")
    plain = FitOptions(missing="two-stage", standard_errors="standard")
    assert TwoStageProblem.resolve_method(plain).standard_errors == "standard"


@pytest.mark.parametrize(
    ("name", "cases"),
    [("hs_fiml", CASES), ("hs_twostage", CASES), ("hs_ord4_wlsmv", ORDERED_CASES)],
)
def test_bollen_stine_needs_complete_continuous_data(name, cases, fit_oracle):
    result = fit_oracle(name, cases[name])
    with pytest.raises(SemOptionError, match="needs complete continuous data"):
        bollen_stine(result.estimate, n_samples=2, rng=np.random.default_rng(1))


def test_cases_moved_to_the_model_have_its_moments(fit_oracle):
    result = fit_oracle("hs_cfa_ml_means", CASES["hs_cfa_ml_means"])
    (moved,) = result.problem.moved_to_model(result.estimate.implied).samples
    (implied,) = result.estimate.implied
    np.testing.assert_allclose(moved.data.mean(axis=0), implied.mean, atol=1e-10)
    np.testing.assert_allclose(np.cov(moved.data.T, bias=True), implied.cov, atol=1e-10)
    assert np.abs(np.cov(result.samples[0].data.T, bias=True) - implied.cov).max() > 0.05


def test_fits_of_different_kinds_are_not_compared(fit_oracle):
    complete = fit_oracle("hs_cfa_ml_means", CASES["hs_cfa_ml_means"])
    data = SemData(complete.data.values, complete.data.names)
    options = FitOptions(missing="fiml", information="expected")
    tied = fit(
        "visual =~ x1 + a*x2 + a*x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9", data, options
    )
    with pytest.raises(SemOptionError, match="different methods"):
        difference_test(tied, complete)


def test_a_draw_without_a_category_has_no_estimates(fit_oracle):
    result = fit_oracle("hs_ord4_wlsmv", ORDERED_CASES["hs_ord4_wlsmv"])
    (sample,) = result.samples
    counts = np.ones(len(sample.rows), dtype=np.int64)
    same = result.problem.resampled([counts])
    np.testing.assert_allclose(same.samples[0].cov, sample.cov, rtol=1e-12)
    counts[sample.data[:, 0] == 0] = 0
    with pytest.raises(ObservedDataError, match="OBS-011"):
        result.problem.resampled([counts])
