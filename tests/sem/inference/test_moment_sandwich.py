from dataclasses import replace

import numpy as np
import pytest
from oracle_cases import CASES

from coprod_stats.sem.estimation.least_squares import lower_triangle
from coprod_stats.sem.estimation.moment_weights import moment_influence
from coprod_stats.sem.inference.checks import check_solution
from coprod_stats.sem.inference.infer import infer
from coprod_stats.sem.inference.moment_sandwich import normal_weight
from coprod_stats.sem.model.lisrel import LisrelModel
from coprod_stats.sem.model.matrices import group_matrices
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.table_building import build_parameters


def test_normal_weight_is_the_information_of_a_saturated_model():
    text = "x ~~ y + z\ny ~~ z"
    table = build_parameters(parse_model(text), options=ModelOptions(meanstructure=True))
    model = LisrelModel(group_matrices(table, 1))
    root = np.random.default_rng(4).normal(size=(3, 9))
    cov = root @ root.T / 9
    rows, columns = lower_triangle(3)
    names = [(table.observed[c], table.observed[r]) for r, c in zip(rows, columns, strict=True)]
    place = {(row.lhs, row.rhs): row.free for row in table}
    order = [place[name, ""] for name in table.observed]
    order += [place.get((a, b), place.get((b, a))) for a, b in names]
    params = np.zeros(table.n_free)
    params[order[3:]] = cov[rows, columns]
    information = model.normal_information(model.moments(params), np.linalg.inv(cov))
    weight = normal_weight(cov, meanstructure=True)
    np.testing.assert_allclose(weight, information[np.ix_(order, order)], atol=1e-10)
    np.testing.assert_allclose(normal_weight(cov, meanstructure=False), weight[3:, 3:])


def test_an_implied_covariance_that_is_not_positive_definite_is_said(fit_oracle):
    with pytest.raises(np.linalg.LinAlgError):
        normal_weight(-np.eye(2), meanstructure=False)
    fit = fit_oracle("hs_cfa_mlr", CASES["hs_cfa_mlr"])
    broken = replace(fit.samples[0], cov=-fit.samples[0].cov)
    estimate = replace(fit.estimate, problem=replace(fit.problem, samples=(broken,)))
    inference = infer(estimate)
    assert inference.is_singular
    codes = {finding.code for finding in check_solution(fit.estimate, inference)}
    assert codes == {"SEM-120"}


def test_moments_of_fixed_covariates_do_not_vary(fit_oracle):
    fit = fit_oracle("hs_mimic_ml", CASES["hs_mimic_ml"])
    fixed = np.array([9, 10, 11])
    influence = moment_influence(fit.samples[0], meanstructure=True, fixed=fixed)
    rows, columns = lower_triangle(12)
    within = np.isin(rows, fixed) & np.isin(columns, fixed)
    assert np.abs(influence[:, 12:][:, within]).max() < 1e-10
    assert np.abs(influence[:, fixed]).max() < 1e-10
