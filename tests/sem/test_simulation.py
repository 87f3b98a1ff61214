"""Data drawn from models: moments, recovery of the parameters, refusals."""

import numpy as np
import pytest
from oracle_cases import CASES, ORDERED_CASES
from scipy.special import ndtri

from coprod_stats.sem.errors import SemModelError, SemOptionError
from coprod_stats.sem.fit import fit
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.table_building import build_parameters
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.simulation import fitted_populations, simulate, specified_populations

RANDOM_X = ModelOptions(fixed_x=False)
CONTINUOUS = """
f =~ 1*a + 0.8*b + 0.6*c
f ~ 0.5*x
f ~~ 1*f
a ~~ 0.4*a
b ~~ 0.5*b
c ~~ 0.6*c
x ~~ 2*x
"""
ORDERED = """
f =~ 0.8*a + 0.7*b + 0.6*c + 0.5*d
f ~~ 1*f
a | -0.5*t1 + 0.5*t2
b | 0*t1
c | -1*t1 + 0*t2 + 1*t3
"""
ORDERED_D = ORDERED + "d ~~ 0.75*d\nd ~ 2*1"


def population(text, options=RANDOM_X):
    table = build_parameters(parse_model(text), options=options)
    return table, specified_populations(table)


def estimates(fitted):
    names = [f"{row.name}@{row.group}" for row in fitted.table]
    return dict(zip(names, fitted.parameters.estimates, strict=True))


def test_recovers_a_continuous_model():
    table, populations = population(CONTINUOUS)
    rng = np.random.default_rng(7)
    data = simulate(populations, table.observed, [20_000], rng=rng)
    found = estimates(fit("f =~ a + b + c\nf ~ x", data))
    truth = {"f=~b@1": 0.8, "f=~c@1": 0.6, "f~x@1": 0.5, "f~~f@1": 1.0, "a~~a@1": 0.4}
    assert {name: found[name] for name in truth} == pytest.approx(truth, abs=0.04)


@pytest.mark.parametrize("parameterization", ["delta", "theta"])
def test_recovers_an_ordered_model(parameterization):
    options = ModelOptions(fixed_x=False, parameterization=parameterization)
    text = ORDERED.replace(" + 0.5*d", "")
    table, populations = population(text, options)
    data = simulate(populations, table.observed, [20_000], rng=np.random.default_rng(8))
    asked = FitOptions(
        estimator="WLSMV",
        ordered="all",
        model=ModelOptions(parameterization=parameterization, std_lv=True),
    )
    found = estimates(fit("f =~ a + b + c", data, asked))
    truth = {"f=~a@1": 0.8, "f=~b@1": 0.7, "f=~c@1": 0.6, "a|t1@1": -0.5, "c|t3@1": 1.0}
    assert {name: found[name] for name in truth} == pytest.approx(truth, abs=0.05)


def test_mixed_variables():
    table, populations = population(ORDERED_D)
    data = simulate(populations, table.observed, [20_000], rng=np.random.default_rng(9))
    answers = data.columns(["a", "d"])
    assert set(np.unique(answers[:, 0])) == {0, 1, 2}
    assert ndtri(np.mean(answers[:, 0] < 1)) == pytest.approx(-0.5, abs=0.03)
    assert answers[:, 1].mean() == pytest.approx(2.0, abs=0.03)
    assert answers[:, 1].var() == pytest.approx(1.0, abs=0.04)


def test_groups_of_a_fit(fit_oracle):
    fitted = fit_oracle("hs_mg_scalar", CASES["hs_mg_scalar"])
    labels = fitted.data.group_labels
    populations = fitted_populations(fitted)
    rng = np.random.default_rng(10)
    data = simulate(populations, fitted.table.observed, [5000, 4000], rng=rng, group_labels=labels)
    assert np.bincount(data.groups).tolist() == [5000, 4000]
    options = ModelOptions(group_equal=("loadings", "intercepts"))
    model = "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9"
    again = fit(model, data, FitOptions(model=options))
    truth, found = estimates(fitted), estimates(again)
    assert max(abs(found[name] - truth[name]) for name in truth) < 0.12


def test_ordered_fit_gives_back_its_margins(fit_oracle):
    fitted = fit_oracle("hs_ord4_wlsmv", ORDERED_CASES["hs_ord4_wlsmv"])
    rng = np.random.default_rng(11)
    data = simulate(fitted_populations(fitted), fitted.table.observed, [20_000], rng=rng)
    drawn = [np.mean(data.values[:, 0] == k) for k in range(4)]
    sample = [np.mean(fitted.samples[0].data[:, 0] == k) for k in range(4)]
    assert drawn == pytest.approx(sample, abs=0.015)


def test_means_of_a_fit_without_mean_structure(fit_oracle):
    fitted = fit_oracle("hs_cfa_ml", CASES["hs_cfa_ml"])
    np.testing.assert_array_equal(fitted_populations(fitted)[0].mean, fitted.samples[0].mean)


def test_the_same_generator_gives_the_same_data():
    table, populations = population(CONTINUOUS)
    draws = [
        simulate(populations, table.observed, [5], rng=np.random.default_rng(1)) for _ in range(2)
    ]
    np.testing.assert_array_equal(draws[0].values, draws[1].values)


@pytest.mark.parametrize(
    ("text", "options", "error", "message"),
    [
        ("f =~ 1*a + b + 1*c", RANDOM_X, SemOptionError, "no value for 'f=~b'"),
        (CONTINUOUS.replace("x ~~ 2*x", ""), ModelOptions(), SemOptionError, "fixed_x=False"),
        ("a ~~ 1*a + 2*b\nb ~~ 1*b", RANDOM_X, SemModelError, "not positive definite"),
        (ORDERED_D.replace("0.8*a", "1.2*a"), RANDOM_X, SemModelError, "left for 'a'"),
        (ORDERED_D + "\nd ~ 0.1*a", RANDOM_X, SemOptionError, "'a' takes part in regressions"),
        ("level: 1\nf =~ 1*a\nlevel: 2\ng =~ 1*a", RANDOM_X, SemOptionError, "two-level"),
    ],
)
def test_refused_populations(text, options, error, message):
    table = build_parameters(parse_model(text), options=options)
    with pytest.raises(error, match=message):
        specified_populations(table)


def test_refused_numbers():
    table, populations = population(CONTINUOUS)
    with pytest.raises(SemOptionError, match="more values"):
        specified_populations(table, np.ones(3))
    with pytest.raises(SemOptionError, match="one entry per group"):
        simulate(populations, table.observed, [5, 5], rng=np.random.default_rng(1))
