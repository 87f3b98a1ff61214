import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from exact_samples import sample_with
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose
from tolerances import assert_agrees

from coprod_stats.measurement import Reliability, ScaleReliability, reliability
from coprod_stats.measurement.coefficients import (
    coefficient_alpha,
    feldt_interval,
    spearman_brown,
    spearman_brown_interval,
)
from coprod_stats.measurement.one_factor_omega import estimated_omega, fit_one_factor
from coprod_stats.measurement.scale_reliability import scale_reliability
from coprod_stats.responses import Responses
from coprod_stats.results import Result

ORACLES = Path(__file__).parents[1] / "oracles"
NAN = np.nan


@pytest.fixture(scope="module")
def oracle() -> dict:
    return json.loads((ORACLES / "psych_carers.json").read_text())


def of(answers: np.ndarray, **options: Any) -> ScaleReliability:
    items = tuple(f"Q{k}" for k in range(1, answers.shape[1] + 1))
    return scale_reliability(answers, scale="S", title="A scale", items=items, **options)


def coefficient(found: ScaleReliability, term: str) -> Any:
    return next(entry for entry in found.coefficients if entry.term == term)


@pytest.mark.parametrize("scale", ["NEG", "POS"])
@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_alpha_agrees_with_psych(oracle: dict, carers: Responses, scale: str, missing: Any) -> None:
    expected = oracle[missing][scale]
    found = reliability(carers, missing=missing)[scale]
    alpha = coefficient(found, "alpha")
    assert_agrees(alpha.estimate, expected["total"]["raw_alpha"], "closed form")
    assert_agrees([alpha.conf_low, alpha.conf_high], expected["feldt"], "distribution")
    assert alpha.n_obs == expected["n"]
    standardised = found.estimate("alpha_standardised")
    assert_agrees(standardised, expected["total"]["std.alpha"], "closed form")
    mean_r = found.estimate("mean_inter_item_r")
    assert_agrees(mean_r, expected["total"]["average_r"], "closed form")


def test_the_alphas_of_the_carers_are_those_of_the_literature(carers: Responses) -> None:
    found = reliability(carers)
    assert round(found["NEG"].estimate("alpha"), 5) == 0.78436
    assert round(found["POS"].estimate("alpha"), 5) == 0.44884
    assert (found["NEG"].verdict, found["POS"].verdict) == ("sufficient", "weak")


@pytest.mark.parametrize("scale", ["NEG", "POS"])
def test_omega_agrees_with_lavaan_and_semtools(oracle: dict, carers: Responses, scale: str) -> None:
    expected = oracle["omega"][scale]
    found = reliability(carers)[scale]
    omega = coefficient(found, "omega")
    assert omega.n_obs == expected["n"]
    assert_agrees(omega.estimate, expected["omega"], "polished omega")
    assert_agrees(omega.estimate, expected["omega_implied"], "polished omega")
    assert_agrees(omega.std_error, expected["se"], "polished omega")
    observed = found.estimate("omega_observed")
    assert_agrees(observed, expected["omega_observed"], "polished omega")
    fit = found.one_factor
    assert fit is not None
    loadings = [row for row in fit.parameters if row.op == "=~"]
    assert_agrees([row.est for row in loadings], expected["loadings"], "polished loadings")
    assert_agrees([row.se for row in loadings], expected["loadings_se"], "polished loadings")
    residuals = [row.est for row in fit.parameters if row.op == "~~" and row.lhs != "f"]
    assert_agrees(residuals, expected["uniquenesses"], "polished loadings")
    assert_agrees(fit.fit["chisq"], expected["chisq"], "polished chi-square")
    assert fit.fit["df"] == expected["df"]


def test_two_items_agree_with_r(oracle: dict, carers: Responses) -> None:
    answers = carers.numbers(["COP3", "COP5"]).to_numpy(dtype=float)
    found = coefficient(of(answers), "spearman_brown")
    expected = oracle["two"]
    assert_agrees(found.estimate, expected["reliability"], "closed form")
    assert_agrees([found.conf_low, found.conf_high], expected["interval"], "distribution")
    assert_agrees(found.estimate, expected["standardised_alpha"], "closed form")


def test_reversed_items_agree_with_psych(oracle: dict) -> None:
    answers = pd.read_csv(ORACLES / "data" / "bfi_first300.csv").iloc[:, :5]
    answers["A1"] = 7 - answers["A1"]
    found = of(answers.to_numpy(dtype=float))
    expected = oracle["bfi_agreeableness"]
    assert_agrees(found.estimate("alpha"), expected["total"]["raw_alpha"], "closed form")


def test_omega_equals_alpha_on_a_tau_equivalent_covariance_matrix() -> None:
    covariance = np.full((5, 5), 0.4) + np.diag([0.3, 0.5, 0.6, 0.8, 1.0])
    alpha = coefficient_alpha(covariance)
    assert estimated_omega(fit_one_factor(sample_with(covariance))).est == pytest.approx(
        alpha, abs=1e-10
    )


@settings(max_examples=50, deadline=None)
@given(
    arrays(float, (12, 4), elements=st.integers(1, 5)),
    arrays(float, 4, elements=st.integers(-3, 3)),
)
def test_alpha_ignores_shifts_and_scale(answers: np.ndarray, shift: np.ndarray) -> None:
    before, after = of(answers).estimate("alpha"), of(3 * (answers + shift)).estimate("alpha")
    assert_allclose(after, before, atol=1e-9)


def test_missing_options_coincide_when_nothing_is_missing(carers: Responses) -> None:
    complete = carers.numbers(["COP2", "COP3", "COP4"]).dropna().to_numpy(dtype=float)
    pairwise, listwise = of(complete), of(complete, missing="listwise")
    assert_allclose(pairwise.tidy()["estimate"], listwise.tidy()["estimate"], atol=1e-12)


def test_wider_confidence_gives_wider_intervals() -> None:
    narrow, wide = feldt_interval(0.8, 200, 4, conf_level=0.9), feldt_interval(0.8, 200, 4)
    assert wide[0] < narrow[0] < 0.8 < narrow[1] < wide[1]


def test_two_item_interval_needs_four_respondents() -> None:
    assert np.isnan(spearman_brown_interval(0.5, 3, conf_level=0.95)).all()
    assert np.isnan(spearman_brown_interval(1.0, 30, conf_level=0.95)).all()
    assert spearman_brown(0.5) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("answers", "note"),
    [
        (np.empty((3, 0)), "none of its items was answered"),
        (np.ones((5, 1)), "a single item: its reliability cannot be estimated from one survey"),
        (np.array([[1.0, 2], [1, 3]]), "an item does not vary"),
        (
            np.array([[1.0, 3], [2, 2], [3, 1]]),
            "the items cancel each other out: check their scoring direction",
        ),
        (
            np.array([[1.0, NAN], [NAN, 3]]),
            "two items were answered together by fewer than two respondents",
        ),
        (
            np.array(
                [[1, 1, NAN], [5, 5, NAN], [NAN, 2, 1], [NAN, 3, 5], [1, NAN, 1], [9, NAN, 9.0]]
            ),
            "covariances from different respondents contradict each other: alpha would exceed 1",
        ),
    ],
)
def test_says_why_there_is_no_coefficient(answers: np.ndarray, note: str) -> None:
    found = of(answers)
    assert found.notes == (note,)
    assert found.coefficients == ()
    assert found.verdict == "unknown"
    assert found.headline is None


def test_a_heywood_case_is_said_to_be_improper() -> None:
    found = of(sample_with(np.array([[1, 0.7, 0.7], [0.7, 1, 0.35], [0.7, 0.35, 1]])))
    assert found.improper
    assert found.glance()["improper"].item()
    assert "Heywood" in found.notes[-1]
    assert np.isnan(coefficient(found, "omega").std_error)
    assert found.headline is not None
    assert found.headline.term == "alpha"
    assert f" {found.estimate('omega'):.2f} " in str(found)
    assert "nan" not in str(found)


def test_a_factor_that_cannot_exist_gives_no_omega() -> None:
    found = of(sample_with(np.array([[1, 0.2, -0.2], [0.2, 1, 0.2], [-0.2, 0.2, 1]])))
    assert found.improper
    assert np.isnan(found.estimate("omega"))
    assert "no omega: the one-factor model did not converge" in found.notes


def test_an_item_against_the_others_is_noted() -> None:
    loadings = np.array([0.8, 0.7, -0.6, 0.7])
    covariance = np.outer(loadings, loadings) + np.diag(1 - loadings**2)
    assert (
        "an item correlates negatively with the others: check its scoring direction"
        in of(sample_with(covariance)).notes
    )


def test_linearly_dependent_items_give_no_omega() -> None:
    answers = np.random.default_rng(5).normal(size=(30, 2))
    found = of(np.column_stack([answers, answers.sum(axis=1)]))
    assert found.one_factor is None
    assert found.notes[-1].endswith("matrix of the answers is singular")


SURVEY = """
instrument: small
version: 1.0.0
title: A small survey
languages: [en]
constructs: carers_constructs.yaml
forms: {full: {title: Full}}
responses:
  five: {kind: unipolar, options: {1: a, 2: b, 3: c, 4: d, 5: e}}
pages:
  - page: one
    blocks:
      - block: grid
        responses: five
        items:
          - {id: Q1, text: one}
          - {id: Q2, text: two, reverse: true}
          - {id: Q3, text: three}
          - {id: Q4, text: four}
scales:
  ALL: {title: All, construct: NEG, items: [Q1, Q2, Q3, Q4], min_answered: 2}
  PAIR: {title: Two, construct: NEG, items: [Q1, Q3], min_answered: 1}
  ONE: {title: One, construct: NEG, items: [Q1], min_answered: 1}
"""
ANSWERS = "Q1,Q2,Q3\n1,5,2\n2,4,1\n3,3,3\n4,1,4\n5,2,5\n-9,2,4\n4,-7,5\n3,3,2\n"


def test_reverse_keyed_and_unasked_items(bind: Callable[[str, str], Responses]) -> None:
    found = reliability(bind(SURVEY, ANSWERS))
    assert found["ALL"].items == ("Q1", "Q2", "Q3")
    assert found["ALL"].notes[0] == "without items that nobody answered: Q4"
    assert found["ALL"].estimate("alpha") > 0.8
    assert found["PAIR"].headline.term == "spearman_brown"
    assert found["ONE"].verdict == "unknown"
    assert (found["ALL"].n_obs, found["ALL"].n_complete) == (8, 6)


def test_tables(carers: Responses) -> None:
    found = reliability(carers)
    assert isinstance(found, Result)
    assert isinstance(found["NEG"], Result)
    assert list(found.tidy().columns[:5]) == [
        "term",
        "estimate",
        "std_error",
        "conf_low",
        "conf_high",
    ]
    assert found.by_scale()["scale"].tolist() == ["NEG", "POS"]
    assert found.glance().iloc[0].to_dict() == {
        "n_respondents": 908,
        "n_scales": 2,
        "n_weak": 1,
        "n_improper": 0,
    }
    assert isinstance(found, Reliability)
    assert str(found).splitlines()[1].split() == [
        "NEG",
        "6",
        "902",
        "sufficient",
        "0.78",
        "[0.76,",
        "0.81]",
        "0.79",
        "[0.77,",
        "0.82]",
    ]
    assert str(found["NEG"]).splitlines() == str(found).splitlines()[:2]
