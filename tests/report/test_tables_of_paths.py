"""Tables of paths and factors: units, explained variances, reverse-worded items, covariates."""

import re
from pathlib import Path

import pytest
from small_survey import (
    QUESTIONNAIRE,
    answers,
    carried_out,
    page_of,
    small_plan,
    structural_plan,
)

from coprod_stats.analyses.words import REVERSED_NOTE
from coprod_stats.documents.html import render_html
from coprod_stats.documents.numbers import bounded
from coprod_stats.report.study import Study
from coprod_stats.report.study_report import study_document

COVARIATES = structural_plan(covariates=["BORN", "SEX"])
UNIT = "Scale points: change of the outcome’s"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return carried_out(tmp_path_factory.mktemp("paths"), COVARIATES)


@pytest.fixture(scope="module")
def page(study: Study) -> str:
    return page_of(study)


def test_reverse_worded_items_are_marked_wherever_a_table_names_them(page: str) -> None:
    for title in ("Items by Scale", "Loadings of the Items"):
        table = page[page.index(title) :]
        table = table[: table.index(REVERSED_NOTE)]
        assert re.search(r"T1 (?!\(R\))", table)
        assert "T2 (R) " in table
        assert "U2 (R) " in table
        assert "T2 " not in table.replace("T2 (R) ", "")


def test_items_as_answered_are_marked_in_the_figures(study: Study) -> None:
    drawn = render_html(study_document(study))
    assert "T2 (R)  Do they let you down?" in drawn
    assert "T1  Do they keep their word?" in drawn


def test_without_reverse_worded_items_nothing_is_explained(tmp_path: Path) -> None:
    plain = QUESTIONNAIRE.replace(", reverse: true", "")
    said = page_of(carried_out(tmp_path, structural_plan(), questionnaire=plain))
    assert REVERSED_NOTE not in said
    assert "(R)" not in said


def test_explained_variances_stand_in_the_table_of_tests(study: Study, page: str) -> None:
    explained = study.analyses[0].result.specifications[0].tests.r_squared["U"]
    assert f"Use, R² = {explained:.2f}".replace("0.", ".") in page
    assert "R²: share of the outcome’s variance that the model explains" in page


@pytest.mark.parametrize(("plan", "ends"), [(structural_plan, "first item"), (small_plan, "score")])
def test_the_unit_of_b_is_that_of_the_estimate(plan: object, ends: str, tmp_path: Path) -> None:
    said = page_of(carried_out(tmp_path, plan()))  # type: ignore[operator]
    assert f"{UNIT} {ends} per point of the predictor’s" in said
    other = {"first item": "score", "score": "first item"}[ends]
    assert f"{UNIT} {other}" not in said


def test_covariates_have_names_and_small_coefficients_are_seen(page: str) -> None:
    table = page[page.index("Coefficients of the Covariates") :]
    table = table[: table.index("first level.")]
    assert re.search(r"In which year were you born\? −?0\.0\d*[1-9]", table)
    assert "What is your gender? Man " in table
    assert "What is your gender? Another " in table
    assert "Woman" not in table
    assert "SEX_" not in table
    assert "b : points of a factor’s first item per unit of the covariate." in table


def test_conclusions_come_before_what_they_rest_on(page: str) -> None:
    assert "Predictor β 95% CI Conclusion Sign p p adjusted" in page


def test_one_impact_alone_has_no_residual_correlation(page: str) -> None:
    assert "Residual Correlations of the Impacts" not in page


TWO_IMPACTS = QUESTIONNAIRE.replace(
    "      - block: background",
    """          - {id: V1, text: "Is it cheap?"}
          - {id: V2, text: "Is it quick?"}
          - {id: V3, text: "Is it near?"}
      - block: background""",
).replace(
    "classification:",
    """  V: {title: "Ease", role: impact, construct: USE, min_answered: 2, items: [V1, V2, V3]}
classification:""",
)


def test_several_impacts_have_residual_correlations(tmp_path: Path) -> None:
    table = answers()
    table |= dict(
        zip(("V1", "V2", "V3"), (table[name] for name in ("U1", "T1", "U3")), strict=True)
    )
    table |= {
        name: [
            1 + (a + b) % 5 if k % 3 else a
            for k, (a, b) in enumerate(zip(table[name], table["SEX"], strict=True))
        ]
        for name in ("V1", "V2", "V3")
    }
    hypotheses = [
        {"id": f"A{k}", "predictor": "T", "outcome": outcome, "sign": "+"}
        for k, outcome in enumerate(("U", "V"))
    ]
    plan = structural_plan(hypotheses=hypotheses)
    plan["analyses"][0]["factors"].append("V")
    study = carried_out(tmp_path, plan, table, TWO_IMPACTS)
    said = page_of(study)
    (pair,) = study.analyses[0].result.specifications[0].tests.residual_correlations().itertuples()
    assert {pair.lhs, pair.rhs} == {"U", "V"}
    printed = bounded(pair.std_all)
    assert f"What the model leaves unexplained of the impacts correlates {printed} (" in said
    assert "Residual Correlations of the Impacts" in said


def test_covariates_are_named_below_the_tests(page: str, tmp_path: Path) -> None:
    named = "Controlling for: “In which year were you born?”, “What is your gender?”."
    assert named in page
    assert "Controlling for:" not in page_of(carried_out(tmp_path, structural_plan()))


def two_estimators(**changes: object) -> dict[str, object]:
    plan = structural_plan(**changes)
    plan["analyses"][0]["specifications"].append(
        {"specification": "ordered", "title": "WLSMV", "estimator": "WLSMV", "ordered": True}
        | {"missing": "pairwise"}
    )
    return plan


@pytest.mark.parametrize(("design", "is_withheld"), [({"cluster": "TOWN"}, True), ({}, False)])
def test_a_withheld_test_of_measurement_has_its_reason_beside_it(
    design: dict[str, str], is_withheld: bool, tmp_path: Path
) -> None:
    page = page_of(carried_out(tmp_path, two_estimators(**design)))
    second = page[page.index("WLSMV. 2 factors of 6 items") : page.index("Distinctness of the Fac")]
    assert ("are withheld" in second) == is_withheld
    assert ("χ²" in second) != is_withheld


def test_groups_that_were_not_compared_are_named_by_their_titles(tmp_path: Path) -> None:
    plan = structural_plan()
    plan["analyses"][0]["invariance"] = ["TOWN"]
    page = page_of(carried_out(tmp_path, plan))
    assert "Whether the questions measure alike across “Town” is not known" in page
    assert "measure alike across" not in page_of(carried_out(tmp_path, structural_plan()))
