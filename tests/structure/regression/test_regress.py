"""``regress`` as a user meets it: tables, text, properties, special cases, recovery."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from regression_cases import OUTCOMES, RIGHT

import coprod_stats as cp
from coprod_stats.results import TIDY_COLUMNS, Result
from coprod_stats.structure.regression import RegressionPath, fit_regressions

NO_LEVERAGE = ("ordinal", "negative-binomial")


def fit(data, family, **options):
    return cp.regress(f"{OUTCOMES[family]} ~ {RIGHT}", data, family, **options)


def test_the_text_of_a_regression(every_carer):
    assert str(fit(every_carer, "binomial", cluster="BLOCK", weights="WEIGHT")).splitlines() == [
        "MANY ~ CAGE + I(CAGE ** 2) + log(BARTHEL + 1) + POSV4 * EMPL + EDU",
        "  binomial, n = 805 (103 omitted), event MANY = 1, weights WEIGHT, 46 clusters o"
        "f BLOCK, HC0 standard errors",
        "  Term                Estimate  Std.Err        z  P(>|z|)",
        "  (Intercept)           -2.369    1.376   -1.721    0.085",
        "  CAGE                   0.007    0.043    0.167    0.867",
        "  I(CAGE ** 2)           0.000    0.000    0.210    0.834",
        "  log(BARTHEL + 1)       0.079    0.107    0.742    0.458",
        "  POSV4                 -0.037    0.056   -0.651    0.515",
        "  EMPL                  -0.198    1.266   -0.156    0.876",
        "  EDU[T.middle]          0.816    0.258    3.158    0.002",
        "  EDU[T.university]      1.223    0.331    3.691    0.000",
        "  POSV4:EMPL             0.004    0.103    0.039    0.969",
    ]


@pytest.mark.parametrize("family", OUTCOMES)
def test_tables(every_carer, family):
    result = fit(every_carer, family)
    assert isinstance(result, Result)
    assert tuple(result.tidy().columns) == TIDY_COLUMNS
    effects = result.effects()
    assert tuple(effects.columns) == (*TIDY_COLUMNS, "contrast", "category")
    glance = result.glance().iloc[0]
    assert glance["n_obs"] + glance["n_omitted"] == len(every_carer)
    assert glance["errors"] == ("HC0" if family in NO_LEVERAGE else "HC3")
    again = pickle.loads(pickle.dumps(result))
    pd.testing.assert_frame_equal(again.effects(), effects)


def test_a_model_without_predictors_has_no_effects(carers):
    result = cp.regress("MANY ~ 1", carers, "binomial")
    share = carers["MANY"].mean()
    np.testing.assert_allclose(result.estimate, [np.log(share / (1 - share))], rtol=1e-10)
    assert result.effects().empty
    assert tuple(result.effects().columns[:8]) == TIDY_COLUMNS


@pytest.mark.parametrize("family", OUTCOMES)
def test_rows_in_any_order_and_equal_weights_change_nothing(carers, family):
    plain = fit(carers, family)
    changed = carers.sample(frac=1, random_state=3).assign(SAME=7.5)
    again = fit(changed, family, weights="SAME")
    for first, second in (
        (plain.tidy(), again.tidy()),
        (plain.effects(), again.effects()),
    ):
        for column in ("estimate", "std_error"):
            np.testing.assert_allclose(first[column], second[column], rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("family", ["gaussian", "binomial", "poisson", "ordinal"])
def test_weights_of_two_are_rows_given_twice_but_for_the_errors(carers, family):
    counts = carers["RID"] % 3 + 1
    repeated = carers.loc[carers.index.repeat(counts)]
    whole = fit(repeated, family, errors="HC0", cluster="RID")
    weighted = fit(carers.assign(TIMES=counts), family, errors="HC0", weights="TIMES")
    np.testing.assert_allclose(weighted.estimate, whole.estimate, rtol=1e-7)
    factor = np.sqrt(len(carers) / (len(carers) - 1))
    np.testing.assert_allclose(factor * weighted.std_error, whole.std_error, rtol=1e-7)


@pytest.mark.parametrize("errors", ["HC0", "HC1"])
@pytest.mark.parametrize("family", OUTCOMES)
def test_clusters_of_one_row_are_no_clusters(carers, family, errors):
    alone = fit(carers, family, errors=errors)
    clustered = fit(carers, family, errors=errors, cluster="RID")
    n_obs = len(carers)
    # n / (n - p) for rows, n / (n - 1) times (n - 1) / (n - p) for clusters
    factor = 1.0 if errors == "HC1" else np.sqrt(n_obs / (n_obs - 1))
    np.testing.assert_allclose(clustered.std_error, factor * alone.std_error, rtol=1e-10)


def test_gaussian_regressions_are_those_of_the_scores(carers):
    numeric = carers[["NEGC7", "CAGE", "POSV4", "BLOCK"]].astype(float)
    path = RegressionPath("NEGC7", ("CAGE", "POSV4"))
    for covariance, cluster in (("HC3", None), ("cluster", "BLOCK")):
        scores = fit_regressions(numeric, [path], covariance=covariance, cluster=cluster).tidy()
        one = cp.regress("NEGC7 ~ CAGE + POSV4", numeric, cluster=cluster).tidy()
        np.testing.assert_allclose(
            scores[list(TIDY_COLUMNS[1:])].astype(float), one[list(TIDY_COLUMNS[1:])], rtol=1e-12
        )


def test_effects_of_a_linear_model_are_its_coefficients(carers):
    result = cp.regress("NEGC7 ~ CAGE + EMPL + EDU", carers)
    terms, effects = result.tidy().iloc[1:], result.effects()
    for column in ("estimate", "std_error", "p_value"):
        np.testing.assert_allclose(effects[column], terms[column], rtol=1e-9)
    assert list(effects["contrast"]) == ["slope", "1 - 0", "middle - low", "university - low"]


def test_effects_on_the_categories_of_an_ordinal_outcome_sum_to_zero(carers):
    effects = fit(carers, "ordinal").effects()
    sums = effects.groupby(["term", "contrast"])["estimate"].sum()
    np.testing.assert_allclose(sums, 0, atol=1e-12)
    assert list(effects["category"].unique()) == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    "right",
    ["poly(CAGE, 2)", "bs(CAGE, df=4)", "scale(CAGE)", "I(CAGE ** 2)", "CAGE:POSV4", "C(EDU)"],
)
def test_effects_go_through_transformations(carers, right):
    result = cp.regress(f"NEGC7 ~ {right}", carers)
    fitted = result.design.matrix @ result.estimate
    name = result.design.formula.predictors[0]
    if name == "EDU":
        groups = pd.Series(fitted, index=carers.index).groupby(carers["EDU"]).first()
        expected = groups["middle"] - groups["low"]
    else:
        step = 1e-4
        moved = result.design.frame.assign(**{name: lambda d: d[name].clip(18.01, 88.99) + step})
        back = moved.assign(**{name: lambda d: d[name] - 2 * step})
        there, here = (result.design.matrix_at(x) @ result.estimate for x in (moved, back))
        expected = np.mean(there - here) / (2 * step)
    np.testing.assert_allclose(result.effects()["estimate"][0], expected, rtol=2e-3)


def test_units_of_predictors_do_not_matter(carers):
    moved = carers.assign(CAGE=1e7 + 1e5 * carers["CAGE"])
    for family in OUTCOMES:
        one = cp.regress(f"{OUTCOMES[family]} ~ CAGE + POSV4", carers, family).tidy().iloc[:3]
        other = cp.regress(f"{OUTCOMES[family]} ~ CAGE + POSV4", moved, family).tidy().iloc[:3]
        row = one["term"] == "CAGE"
        np.testing.assert_allclose(
            one[row][["statistic", "p_value"]], other[row][["statistic", "p_value"]], rtol=1e-6
        )


def test_columns_of_other_types_are_read_as_what_they_hold(carers):
    changed = carers.assign(
        CAGE=carers["CAGE"].astype(object),
        POSV4=carers["POSV4"].astype("Int64"),
        EDU=carers["EDU"].astype(pd.CategoricalDtype(["low", "none", "middle", "university"])),
    )
    pd.testing.assert_frame_equal(fit(changed, "gaussian").tidy(), fit(carers, "gaussian").tidy())


def test_an_ordered_outcome_has_the_order_that_was_declared(carers):
    words = {1: "none", 2: "slight", 3: "moderate", 4: "severe"}
    named = carers.assign(
        DEP=pd.Categorical(carers["DEP"].map(words), list(words.values()), ordered=True)
    )
    by_word, by_code = fit(named, "ordinal"), fit(carers, "ordinal")
    np.testing.assert_allclose(by_word.estimate, by_code.estimate, rtol=1e-10)
    assert by_word.terms[-3:] == ("none|slight", "slight|moderate", "moderate|severe")
    two = named["DEP"].cat.rename_categories(lambda word: word)
    event = named.assign(MANY=pd.Categorical(two == "severe", [False, True], ordered=True))
    assert fit(event, "binomial").categories == ("False", "True")


def test_without_overdispersion_a_negative_binomial_is_poisson(carers):
    rng = np.random.default_rng(5)
    even = carers.assign(SERVICES=rng.binomial(6, 0.4, len(carers)))
    result, poisson = fit(even, "negative-binomial"), fit(even, "poisson", errors="HC0")
    np.testing.assert_allclose(result.estimate, poisson.estimate, rtol=1e-10)
    np.testing.assert_allclose(result.std_error, poisson.std_error, rtol=1e-10)
    assert result.dispersion == 0
    assert "no overdispersion" in result.glance()["note"][0]


@pytest.mark.parametrize("family", ["binomial", "poisson", "ordinal", "negative-binomial"])
def test_a_fit_that_did_not_converge_says_so(carers, family):
    result = fit(carers, family, max_iterations=1)
    glance = result.glance().iloc[0]
    assert not glance["converged"]
    assert glance["note"] == "did not converge in 1 iteration: no standard errors"
    assert result.tidy()[["std_error", "p_value", "conf_low"]].isna().all(axis=None)
    assert result.effects()["p_value"].isna().all()
    assert "did not converge" in str(result)


def draw(rng, family, n_obs):
    """Draw an outcome with known coefficients .3, -.5 on x and g, intercept .2."""
    data = pd.DataFrame({"x": rng.normal(size=n_obs), "g": rng.integers(0, 2, n_obs)})
    line = 0.2 + 0.3 * data["x"] - 0.5 * data["g"]
    if family == "gaussian":
        y = line + rng.normal(size=n_obs) * (0.5 + data["g"])
    elif family == "binomial":
        y = (rng.random(n_obs) < 1 / (1 + np.exp(-line))).astype(int)
    elif family == "poisson":
        y = rng.poisson(np.exp(line))
    elif family == "negative-binomial":
        y = rng.poisson(np.exp(line) * rng.gamma(2, 1 / 2, n_obs))
    else:
        y = np.digitize(line + rng.logistic(size=n_obs), [-1, 0.2, 1.5])
    return data.assign(y=y)


@pytest.mark.parametrize("family", OUTCOMES)
def test_coefficients_are_recovered(family):
    result = cp.regress("y ~ x + g", draw(np.random.default_rng(11), family, 4000), family)
    table = result.tidy().set_index("term")
    for term, truth in (("x", 0.3), ("g", -0.5)):
        assert abs(table["estimate"][term] - truth) < 3 * table["std_error"][term]
    if family == "negative-binomial":
        np.testing.assert_allclose(result.dispersion, 0.5, atol=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("family", OUTCOMES)
def test_intervals_cover_the_truth_as_often_as_they_claim(family):
    rng = np.random.default_rng(20)
    n_samples, covered = 1000, 0
    for _ in range(n_samples):
        row = cp.regress("y ~ x + g", draw(rng, family, 400), family).tidy().set_index("term")
        covered += row["conf_low"]["g"] <= -0.5 <= row["conf_high"]["g"]
    # three standard errors of a share of .95 among 1,000
    assert abs(covered / n_samples - 0.95) < 0.021


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["binomial", "ordinal", "poisson"]))
def test_the_sign_of_a_predictor_turns_only_its_coefficient(seed, family):
    data = draw(np.random.default_rng(seed), family, 120)
    result = cp.regress("y ~ x + g", data, family, errors="classical")
    assert result.converged
    shifted = cp.regress("y ~ I(-x) + g", data, family, errors="classical")
    np.testing.assert_allclose(
        result.tidy().set_index("term")["estimate"]["x"],
        -shifted.tidy().set_index("term")["estimate"]["I(-x)"],
        rtol=1e-6,
        atol=1e-9,
    )
    np.testing.assert_allclose(result.log_likelihood, shifted.log_likelihood, rtol=1e-10)
