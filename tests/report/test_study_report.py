"""Sentences of a report that depend on the plan, each with its opposite case."""

import copy
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from coprod_stats.analyses.necessity import Necessity, NecessityResults
from coprod_stats.analyses.words import anchor_of
from coprod_stats.documents.html import render_html
from coprod_stats.report.study import Study, run_study
from coprod_stats.report.study_report import study_document
from coprod_stats.study.study_json import study_document as json_document

PLAN = """
plan: small
title: A small study of carers
question: Does dependency go with the burden of care?
instrument: carers
form: full
data: {file: carers.csv, population: Family carers.}
quality: {exclude_flagged: false}
hypotheses:
  - {id: A1, predictor: NEG, outcome: POS, sign: "-"}
  - {id: A2, predictor: HOURS, outcome: NEG, sign: "+"}
analyses:
  - analysis: paths
    id: care
    specifications:
      - {specification: main, title: Main, role: confirmatory, scores: true}
"""


def small(**changes: Any) -> dict[str, Any]:
    """Return the small plan with some of its keys replaced."""
    return copy.deepcopy({**yaml.safe_load(PLAN), **changes})


def carried_out(folder: Path, plan: dict[str, Any]) -> Study:
    path = folder / "small.yaml"
    path.write_text(yaml.safe_dump(plan), encoding="utf-8")
    return run_study(path)


def page_of(study: Study) -> str:
    """Text of a report, without its tags and repeated spaces."""
    page = render_html(study_document(study))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_confirmatory_tests_are_counted(tmp_path: Path) -> None:
    page = page_of(carried_out(tmp_path, small()))
    assert re.search(r"hypotheses supported 2 of 2 β from \S+ to \S+, median \S+; Main", page)
    assert "confirms nothing" not in page


@pytest.mark.parametrize("role", ["exploratory", "robustness"])
def test_an_analysis_of_another_role_supports_no_hypothesis(role: str, tmp_path: Path) -> None:
    plan = small()
    plan["analyses"][0]["role"] = plan["analyses"][0]["specifications"][0]["role"] = role
    page = page_of(carried_out(tmp_path, plan))
    assert "hypotheses supported — no analysis is confirmatory" in page
    stated = "exploratory" if role == "exploratory" else "a test of robustness"
    assert page.count(f"This analysis is {stated}; it confirms nothing.") == 2


def test_a_specification_that_stands_in_supports_no_hypothesis(tmp_path: Path) -> None:
    plan = small()
    other = {"specification": "other", "title": "Other", "scores": True}
    plan["analyses"][0]["specifications"][0]["where"] = "HOURS > 900"
    plan["analyses"][0]["specifications"].append(other)
    page = page_of(carried_out(tmp_path, plan))
    assert "hypotheses supported — no confirmatory test was estimated" in page
    assert "This analysis is a test of robustness; it confirms nothing." in page


def test_hypotheses_are_counted_where_each_claims_one_relation(tmp_path: Path) -> None:
    page = page_of(carried_out(tmp_path, small()))
    assert "2 of 2 hypotheses are supported" in page


def test_relations_are_counted_where_a_hypothesis_claims_several(tmp_path: Path) -> None:
    plan = small()
    plan["hypotheses"] = [
        {"id": "A1", "predictor": "HOURS", "outcome": ["NEG", "POS"], "sign": "two-sided"}
    ]
    page = page_of(carried_out(tmp_path, plan))
    assert "1 of 2 relations are supported" in page
    assert "relations supported 1 of 2" in page


def with_estimates(study: Study, *std_all: float) -> Study:
    """Return a study whose findings have other standardised estimates."""
    entry = study.analyses[0]
    findings = tuple(
        replace(finding, std_all=value)
        for finding, value in zip(entry.findings, std_all, strict=True)
    )
    return replace(study, analyses=(replace(entry, findings=findings),))


def test_sizes_are_described_where_several_were_estimated(tmp_path: Path) -> None:
    study = carried_out(tmp_path, small())
    page = page_of(with_estimates(study, -0.1, 0.2))
    assert "coefficients range from −.10 to .20, with a median of .05" in page
    assert "coefficients range" not in page_of(with_estimates(study, math.nan, 0.2))


def necessity(*signs: str, **changes: Any) -> dict[str, Any]:
    """Return a plan of necessary conditions with the signs given."""
    hypotheses = [
        {
            "id": f"N{number}",
            "predictor": predictor,
            "outcome": "NEG",
            "sign": sign,
            "kind": "necessary condition",
        }
        for number, (sign, predictor) in enumerate(zip(signs, ("POS", "HOURS"), strict=False))
    ]
    analysis = {"analysis": "necessity", "id": "need", "permutations": 200}
    return small(hypotheses=hypotheses, analyses=[{**analysis, **changes}])


WORDS_OF_SIGNS = {
    "+": (
        "empty: without enough of it",
        "Condition required",
        "Cases below it",
        "the lowest level",
    ),
    "-": (
        "empty: with too much of it",
        "Highest admissible",
        "Cases above it",
        "the highest level",
    ),
}


@pytest.mark.parametrize(("sign", "other"), [("+", "-"), ("-", "+")])
def test_a_necessary_condition_is_worded_by_its_sign(sign: str, other: str, tmp_path: Path) -> None:
    page = page_of(carried_out(tmp_path, necessity(sign)))
    assert all(words in page for words in WORDS_OF_SIGNS[sign])
    assert not any(words in page for words in WORDS_OF_SIGNS[other])


def test_conditions_of_both_signs_are_told_apart(tmp_path: Path) -> None:
    page = page_of(carried_out(tmp_path, necessity("+", "-")))
    assert "much of it is necessary, without enough of it" in page
    assert "little of it is necessary, with too much of it" in page
    assert "Cases below it" in page
    assert "Cases above it" in page


def test_any_admissible_id_can_be_reported(tmp_path: Path) -> None:
    plan = necessity("+", id="need_it_")
    plan["hypotheses"][0] |= {"id": "N_1", "predictor": ["POS", "HOURS"]}
    page = page_of(carried_out(tmp_path, plan))
    assert "N_1.2: Bottleneck Table" in page


def test_an_analysis_that_was_not_estimated_may_have_the_name_of_a_section(tmp_path: Path) -> None:
    page = page_of(carried_out(tmp_path, necessity("+", id="sample", where="HOURS > 900")))
    assert "Not estimated: the conditions on respondents select nobody" in page


def test_an_anchor_consists_of_letters_digits_and_single_hyphens() -> None:
    assert anchor_of("Need_it_", "N__1.2", "plot") == "need-it-n-1-2-plot"


def test_the_number_of_families_that_must_agree_is_that_of_the_plan(tmp_path: Path) -> None:
    study = carried_out(tmp_path, small(quality={"exclude_flagged": False, "flags_needed": 4}))
    assert "and at least 4 must agree" in page_of(study)
    assert "when indices of at least 4 independent families agree" in page_of(study)


@pytest.mark.parametrize(
    ("included", "tile", "sentence"),
    [
        ((False, False), "excluded from the headline analysis", "from the analyses. "),
        ((False, True), "excluded from the headline analysis", "analyses, except in “Other”."),
        ((True, False), "kept in the headline analysis", "analyses, except in “Main”."),
        ((True, True), "kept in the headline analysis", "Every specification of the plan includes"),
    ],
)
def test_the_report_states_who_includes_flagged_respondents(
    included: tuple[bool, bool], tile: str, sentence: str, tmp_path: Path
) -> None:
    plan = small(quality={"exclude_flagged": True, "flags_needed": 1})
    parts = plan["analyses"][0]["specifications"]
    parts.append({"specification": "other", "title": "Other", "scores": True})
    for part, value in zip(parts, included, strict=True):
        part["include_flagged"] = value
    page = page_of(carried_out(tmp_path, plan))
    assert tile in page
    assert sentence in page


def test_the_byline_names_the_authors_if_there_are_any(tmp_path: Path) -> None:
    page = page_of(carried_out(tmp_path, small(report={"authors": ["A. Byrne", "C. Doe"]})))
    assert "A. Byrne, C. Doe · Answers carers.csv" in page
    assert re.search(r"(?<!· )Answers carers.csv", page_of(carried_out(tmp_path, small())))


def test_the_head_of_an_interval_states_its_level_in_full(tmp_path: Path) -> None:
    analysis = {"analysis": "regression", "id": "burden", "formula": "NEG ~ HOURS + DEP"}
    hypotheses = [{"id": "A2", "predictor": "HOURS", "outcome": "NEG", "sign": "+"}]
    plan = small(hypotheses=hypotheses, analyses=[analysis], inference={"alpha": 0.025})
    page = page_of(carried_out(tmp_path, plan))
    assert page.count("97.5% CI") >= 2
    assert "98% CI" not in page


def test_an_accuracy_just_below_its_limit_is_not_rounded_to_it(tmp_path: Path) -> None:
    study = carried_out(tmp_path, necessity("+"))
    (condition,) = study.analyses[0].result.conditions
    assert condition.found is not None
    found = replace(condition.found, accuracy=94.96)
    result = NecessityResults((replace(condition, found=found),))
    ((code, message),) = Necessity().warnings(result)
    assert code == "NECESSITY-001"
    assert "94.9 % of the cases" in message
    assert not list(Necessity().warnings(study.analyses[0].result))


@pytest.mark.parametrize("covariates", [[], ["CAGE", "CSEX"]])
def test_covariates_of_a_structural_model_have_a_table(
    covariates: list[str], tmp_path: Path
) -> None:
    plan = small() | {"covariates": covariates}
    plan["hypotheses"] = [{"id": "A1", "predictor": "NEG", "outcome": "POS", "sign": "-"}]
    plan["analyses"][0]["factors"] = ["NEG", "POS"]
    plan["analyses"][0]["specifications"] = [
        {"specification": "main", "title": "Main", "role": "confirmatory"}
    ]
    study = carried_out(tmp_path, plan)
    page = page_of(study)
    tables = json_document(study)["analyses"][0]["tables"]
    if not covariates:
        assert "Coefficients of the Covariates" not in page
        assert "covariates" not in tables
        return
    assert "Coefficients of the Covariates" in page
    found = {(row["lhs"], row["rhs"].split("_")[0]) for row in tables["covariates"]}
    assert {row["specification"] for row in tables["covariates"]} == {"main"}
    assert found == {(factor, name) for factor in ("NEG", "POS") for name in covariates}


@pytest.mark.parametrize(("estimator", "scaled"), [("MLR", True), ("ML", False)])
def test_the_printed_test_of_a_robust_fit_is_the_robust_one(
    estimator: str, scaled: bool, tmp_path: Path
) -> None:
    plan = small()
    plan["hypotheses"] = [{"id": "A1", "predictor": "NEG", "outcome": "POS", "sign": "-"}]
    plan["analyses"][0]["factors"] = ["NEG", "POS"]
    plan["analyses"][0]["specifications"] = [
        {"specification": "main", "title": "Main", "role": "confirmatory"}
        | {"estimator": estimator, "missing": "listwise"}
    ]
    study = carried_out(tmp_path, plan)
    page = page_of(study)
    fit = study.analyses[0].result.specifications[0].tests.fit.fit
    printed = fit["chisq_scaled"] if scaled else fit["chisq"]
    assert f"χ²({fit['df']:.0f}) = {printed:,.2f}," in page
    assert ("Scaled χ²(" in page) == scaled
    assert ("robust CFI = " in page) == scaled
    assert ("Uncorrected and corrected indices" in page) == scaled
    if scaled:
        before_table = page[: page.index("Uncorrected and corrected indices")]
        assert f"{fit['chisq']:,.2f}" not in before_table
