import json
import pickle

import numpy as np
import pandas as pd
import pytest

from coprod_stats.errors import CoprodError
from coprod_stats.latent_models import LatentModelError, fit_sem
from coprod_stats.results import Result
from coprod_stats.sem.errors import SemDataError, SemError


@pytest.fixture(scope="module")
def fit(holzinger, pupils):
    return fit_sem(holzinger, pupils)


def codes(fit):
    return [warning.code for warning in fit.warnings]


def test_rows_with_a_missing_value_are_left_out_and_counted(holzinger, pupils, fit):
    holed = pupils.astype({"x1": "Float64"})
    holed.loc[[3, 5], "x1"] = pd.NA
    holed.loc[5, "x9"] = np.nan
    short = fit_sem(holzinger, holed)
    assert (short.n_obs, short.n_rows) == (299, 301)
    assert codes(short) == ["SEM-301"]
    assert short.asked_and_used["rows"].used == "299"
    assert short.converged
    assert short.proper
    assert codes(fit) == []


def test_units_and_row_order_do_not_matter(holzinger, pupils, fit):
    other = pupils.sample(frac=1, random_state=1).assign(
        x2=lambda d: 1e4 * d["x2"] - 7, x9=lambda d: 1e-3 * d["x9"]
    )
    moved = fit_sem(holzinger, other)
    assert moved.fit["chisq"] == pytest.approx(fit.fit["chisq"], abs=1e-8)
    for one, two in zip(fit.parameters, moved.parameters, strict=True):
        assert two.std_all == pytest.approx(one.std_all, abs=1e-6)
        assert two.std_all_se == pytest.approx(one.std_all_se, abs=1e-6)
    assert moved.parameter("visual", "=~", "x2").est == pytest.approx(
        1e4 * fit.parameter("visual", "=~", "x2").est, rel=1e-6
    )


def test_a_reverse_keyed_indicator_only_changes_the_sign_of_its_loading(holzinger, pupils, fit):
    turned = fit_sem(holzinger, pupils.assign(x3=-pupils["x3"]))
    assert turned.parameter("visual", "=~", "x3").est == pytest.approx(
        -fit.parameter("visual", "=~", "x3").est, abs=1e-6
    )


def test_starting_values_and_labels_of_the_text_are_kept(pupils):
    fit = fit_sem("f =~ x1 + a*x2 + start(0.9)*x3 + b*x4", pupils)
    assert fit.parameter("f", "=~", "x2").label == "a"
    assert fit.converged


def test_covariances_may_be_named_in_either_order(fit):
    assert fit.parameter("textual", "~~", "visual") is fit.parameter("visual", "~~", "textual")
    with pytest.raises(LatentModelError, match="no parameter visual ~ textual in group 1"):
        fit.parameter("visual", "~", "textual")


def test_a_negative_variance_is_said_and_not_bounded_away():
    cov = np.array([[1, 0.7, 0.3], [0.7, 1, 0.7], [0.3, 0.7, 1]])
    data = with_covariance(cov, names=["a", "b", "c"])
    fit = fit_sem("f =~ a + b + c", data)
    # one factor through three variables: loading of b squared is .7 * .7 / .3 = 1.633
    assert fit.parameter("b", "~~", "b").est == pytest.approx(1 - 0.49 / 0.3, abs=1e-6)
    assert fit.converged
    assert not fit.proper
    assert codes(fit) == ["SEM-105", "SEM-108"]
    assert not fit.glance().loc[0, "proper"]
    assert "IMPROPER SOLUTION" in str(fit)


def test_a_latent_correlation_beyond_one_is_said():
    cov = np.full((4, 4), 0.6) + 0.4 * np.eye(4)
    cov[:2, 2:] = cov[2:, :2] = 0.65
    fit = fit_sem("f =~ a + b\ng =~ c + d", with_covariance(cov, names=["a", "b", "c", "d"]))
    assert codes(fit) == ["SEM-106", "SEM-107"]
    assert fit.warnings[0].message.endswith("f~~g")
    assert not fit.proper


def test_latent_variables_that_determine_each_other_are_said():
    loadings = np.repeat(np.eye(3), 2, axis=0) * 0.8
    factors = np.array([[1, 0.9, 0.2], [0.9, 1, 0.75], [0.2, 0.75, 1]])
    cov = loadings @ factors @ loadings.T + 0.36 * np.eye(6)
    assert np.linalg.eigvalsh(factors)[0] < 0
    fit = fit_sem("f =~ a + b\ng =~ c + d\nh =~ e + i", with_covariance(cov, names=list("abcdei")))
    assert codes(fit) == ["SEM-107"]


def test_a_model_that_is_not_identified_is_said(pupils):
    fit = fit_sem("f =~ x1 + x2\nx1 ~~ x2", pupils)
    assert {"SEM-103", "SEM-104"} <= set(codes(fit))
    assert not fit.proper
    assert not {"pvalue", "cfi", "rmsea"} & set(fit.fit)
    assert "Comparative Fit Index" not in str(fit)
    assert "se" not in json.loads(fit.to_json())["parameters"][1]


def test_a_model_text_that_cannot_be_read_or_names_unknown_variables(holzinger, pupils):
    with pytest.raises(SemError):
        fit_sem("visual =~ x1 +", pupils)
    with pytest.raises(SemError, match="x99"):
        fit_sem(f"{holzinger} + x99", pupils)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x1": "text"}, "not numeric: x1"),
        ({"x1": np.inf}, "infinite values: x1"),
        ({"x1": 1e200}, "whose squares no number can hold: x1"),
        ({"x1": 3.0}, r"SEM-111.*\(x1\)"),
        ({"x1": lambda d: d["x2"] + d["x3"]}, "SEM-112.*x1, x2, x3"),
        ({"x1": lambda d: d["x1"].where(d.index < 9)}, "SEM-11[23]"),
        ({"x1": np.nan}, r"SEM-116.*\(x1\)"),
    ],
)
def test_data_that_cannot_carry_a_model_are_refused(holzinger, pupils, change, message):
    with pytest.raises(CoprodError, match=message):
        fit_sem(holzinger, pupils.assign(**change))


def test_a_column_that_is_there_twice_is_refused(holzinger, pupils):
    with pytest.raises(LatentModelError, match="more than once: x1"):
        fit_sem(holzinger, pd.concat([pupils, pupils["x1"]], axis=1))


def test_a_column_that_is_not_in_the_model_may_be_anything(holzinger, pupils, fit):
    other = pupils.assign(ageyr=np.inf, name="text").rename(columns={"agemo": "name"})
    assert fit_sem(holzinger, other).fit == fit.fit


def test_latent_variables_that_measure_each_other_do_not_hang(pupils):
    with pytest.raises(SemDataError, match="SEM-117"):
        fit_sem("f =~ g + x1 + x2 + x3\ng =~ f + x4 + x5 + x6", pupils)


def test_equal_loadings_across_units_are_equal_in_the_units_of_the_data(pupils):
    fit = fit_sem("f =~ x1 + a*x2 + a*x3", pupils.assign(x3=lambda d: 10 * d["x3"]))
    loadings = [fit.parameter("f", "=~", item).est for item in ("x2", "x3")]
    assert loadings[0] == loadings[1]
    assert fit.converged
    assert fit.fit["df"] == 1


def test_a_saturated_model_is_not_tested(pupils):
    fit = fit_sem("f =~ x1 + x2 + x3", pupils)
    assert fit.fit["df"] == 0
    assert fit.fit["cfi"] == pytest.approx(1)
    assert str(fit).count("P-value (Chi-square)") == 1  # of the baseline model
    assert "pvalue" not in json.loads(fit.to_json())["fit"]


def test_tables(fit):
    assert isinstance(fit, Result)
    table = fit.tidy()
    assert list(table.columns[:7]) == [
        "term",
        "estimate",
        "std_error",
        "statistic",
        "p_value",
        "conf_low",
        "conf_high",
    ]
    assert list(table.columns[7:11]) == ["lhs", "op", "rhs", "group"]
    assert table.loc[1, "term"] == "visual =~ x2"
    glance = fit.glance()
    assert len(glance) == 1
    assert glance.loc[0, "chisq"] == fit.fit["chisq"]


def test_factor_scores_and_modification_indices_are_tables(fit, pupils):
    scores = fit.factor_scores("bartlett")
    assert list(scores.columns) == ["visual", "textual", "speed"]
    assert len(scores) == len(pupils)
    indices = fit.modification_indices()
    assert list(indices.columns) == ["lhs", "op", "rhs", "group", "mi", "epc", "sepc_all"]
    assert indices["mi"].is_monotonic_decreasing


def test_json_holds_no_nan_and_leaves_out_what_does_not_apply(fit, tmp_path):
    path = tmp_path / "fit.json"
    text = fit.to_json(path)
    assert path.read_text(encoding="utf-8") == text
    assert "NaN" not in text
    document = json.loads(text)
    marker = document["parameters"][0]
    assert marker["free"] is False
    assert "z" not in marker
    assert marker["std_all_se"] > 0
    assert document["n_groups"] == 1
    assert document["group_labels"] == []
    assert document["asked_and_used"]["estimator"] == {"asked": "ML", "used": "ML", "note": ""}


def test_a_fit_survives_pickling(fit):
    again = pickle.loads(pickle.dumps(fit))
    assert again.to_json() == fit.to_json()
    assert str(again) == str(fit)


def test_text_is_laid_out_as_lavaan_does(snapshot, countries):
    model = "ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + l*y2 + l*y3\ndem60 ~ ind60\ny1 ~~ y2"
    assert str(fit_sem(model, countries)) == snapshot


def with_covariance(cov, *, names, n_obs=400):
    """Draw data whose covariance matrix (divisor N) is exactly the one wanted."""
    draws = np.random.default_rng(3).standard_normal((n_obs, len(cov)))
    draws -= draws.mean(axis=0)
    whitened = draws @ np.linalg.inv(np.linalg.cholesky(draws.T @ draws / n_obs)).T
    return pd.DataFrame(whitened @ np.linalg.cholesky(cov).T, columns=names)


def test_an_unknown_option_is_named_with_the_nearest_one(pupils):
    with pytest.raises(TypeError, match=r"fit_sem\(\) has no option 'estimater'.*'estimator'\?"):
        fit_sem("f =~ x1 + x2 + x3", pupils, estimater="ML")
    with pytest.raises(TypeError, match=r"has no option 'zzz'$"):
        fit_sem("f =~ x1 + x2 + x3", pupils, zzz=1)


def test_swapped_arguments_are_told_apart(pupils):
    with pytest.raises(LatentModelError, match="the model is a DataFrame, not a text"):
        fit_sem(pupils, "f =~ x1 + x2 + x3")
