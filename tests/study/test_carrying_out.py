"""A plan carried out: who is analysed, what each estimate rests on, what stands in for what."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from coprod_stats.analyses.paths.estimation import (
    EngineAgreement,
    SpecificationResult,
    compare_results,
)
from coprod_stats.analyses.paths.result import PathsResult
from coprod_stats.cli.output import _finite
from coprod_stats.documents.html import render_html
from coprod_stats.report.study import Study, run_study
from coprod_stats.report.study_report import study_document
from coprod_stats.results import Result
from coprod_stats.structure import DriverImpactResult
from coprod_stats.study import SampleFlow, StudyResult, carry_out
from coprod_stats.study.plan_reading import PlanError
from coprod_stats.study.study_json import study_document as study_json

PLAN = """
plan: small
title: A small study of carers
question: Does dependency go with the burden of care?
instrument: carers
form: full
data: {file: answers.csv, population: Family carers.}
respondents: {where: "HOURS > 5"}
quality: {exclude_flagged: false}
hypotheses:
  - {id: A1, predictor: NEG, outcome: POS, sign: "-"}
analyses:
  - analysis: paths
    id: care
    factors: [NEG, POS]
    specifications:
      - {specification: main, title: Main, role: confirmatory, OPTIONS}
      - {specification: scores, title: Scores, scores: true}
      - {specification: check, title: Check, role: check, engine: semopy, estimator: ML,
         missing: listwise}
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return run_study(written(tmp_path_factory.mktemp("study"), "estimator: MLR, missing: listwise"))


def written(folder: Path, options: str) -> Path:
    source = Path(__file__).parents[2] / "sample_data" / "carers.csv"
    lines = source.read_text(encoding="utf-8").splitlines()
    longer = [*lines, lines[1], "too,short"]
    (folder / "answers.csv").write_text("\n".join(longer) + "\n", encoding="utf-8")
    plan = folder / "small.yaml"
    plan.write_text(PLAN.replace("OPTIONS", options), encoding="utf-8")
    return plan


def test_every_row_is_accounted_for(study: Study) -> None:
    flow = study.sample.tidy()
    assert flow["n_left"].tolist()[:2] == [910, 908]
    assert flow["n_out"].tolist()[1] == study.responses.n_rejected_rows == 2
    assert (flow["n_left"] + flow["n_out"]).tolist()[1:] == flow["n_left"].tolist()[:-1]
    hours = study.responses.numbers(["HOURS"])["HOURS"]
    assert study.analysed.n_respondents == int((hours > 5).sum())
    assert study.sample.glance().loc[0, "n_analysed"] == study.analysed.n_respondents


def specifications(study: StudyResult) -> tuple[SpecificationResult, ...]:
    result = study.analysis("care").result
    assert isinstance(result, PathsResult)
    return result.specifications


def test_specifications_test_the_same_hypotheses_of_the_same_people(study: Study) -> None:
    for entry in specifications(study):
        assert entry.reason == ""
        assert entry.n_sample == study.analysed.n_respondents
        assert isinstance(entry.tests, Result)
        assert entry.tests.tidy()["term"].tolist() == ["A1"]
    assert study.findings["hypothesis"].tolist() == ["A1"] * 3
    assert study.findings["specification"].tolist() == ["main", "scores", "check"]
    assert study.headline()["specification"].tolist() == ["main"]
    assert study.headline()["term"].tolist() == ["NEG → POS"]
    assert "Main: " in study.headline_note()
    assert study.deviations == ()


def test_the_second_engine_is_held_against_the_first(study: Study) -> None:
    agreement = specifications(study)[2].agreement
    assert agreement is not None
    assert agreement.agrees
    assert study.analysis("care").result.engines_agree
    assert "the two engines" in render_html(study_document(study))


def test_engines_that_disagree_stop_the_confirmatory_section(study: Study) -> None:
    entry = study.analysis("care")
    disagreeing = tuple(
        replace(part, agreement=EngineAgreement("POS ~ NEG", 0.02)) if part.agreement else part
        for part in entry.result.specifications
    )
    result = replace(entry.result, specifications=disagreeing)
    other = replace(study, analyses=(replace(entry, result=result),))
    page = render_html(study_document(other))
    assert "No hypothesis is decided until the cause is known" in page
    assert "care-tests" not in page


@pytest.fixture(scope="module")
def two_engines(tmp_path_factory: pytest.TempPathFactory) -> tuple[DriverImpactResult, ...]:
    """Results of both engines, with a subgroup, on the same rows."""
    subgroup = "subgroups: [{hypotheses: [A1], where: CSEX == 2, population: women}]"
    folder = tmp_path_factory.mktemp("engines")
    plan = written(folder, f"estimator: ML, missing: listwise, {subgroup}")
    text = plan.read_text(encoding="utf-8").replace(
        "missing: listwise}", f"missing: listwise, {subgroup}}}"
    )
    plan.write_text(text, encoding="utf-8")
    core, _, semopy = (entry.tests for entry in specifications(carry_out(plan)))
    assert isinstance(core, DriverImpactResult)
    assert isinstance(semopy, DriverImpactResult)
    return core, semopy


def with_subgroup(result: DriverImpactResult, **changes: Any) -> DriverImpactResult:
    (part,) = result.subgroups
    return replace(result, subgroups=(replace(part, fit=replace(part.fit, **changes)),))


def test_engines_are_compared_in_every_subgroup(two_engines) -> None:
    core, semopy = two_engines
    same = compare_results(core, semopy)
    assert same.agreement.agrees
    assert same.not_compared == ""
    moved = tuple(
        replace(row, std_all=row.std_all + 0.02) if row.op == "~" else row
        for row in semopy.subgroups[0].fit.parameters
    )
    other = compare_results(core, with_subgroup(semopy, parameters=moved))
    assert not other.agreement.agrees
    assert other.agreement.term == "POS ~ NEG among women"


def test_a_fit_that_did_not_converge_is_no_agreement(two_engines, study: Study) -> None:
    core, semopy = two_engines
    partly = compare_results(core, with_subgroup(semopy, converged=False))
    assert partly.not_compared == "a fit to women did not converge"
    assert partly.agreement.agrees
    entry = study.analysis("care")
    parts = tuple(
        replace(part, agreement=None, not_compared=partly.not_compared) if part.agreement else part
        for part in entry.result.specifications
    )
    result = replace(entry.result, specifications=parts)
    page = render_html(study_document(replace(study, analyses=(replace(entry, result=result),))))
    assert "could not be compared throughout, since a fit to women did not converge" in page
    assert "the two engines agree" not in page


def test_what_cannot_be_estimated_is_told_and_another_specification_stands_in(
    tmp_path: Path,
) -> None:
    study = run_study(written(tmp_path, "where: HOURS > 900"))
    main, *_ = specifications(study)
    assert main.tests is None
    headline = study.headline()
    assert headline["specification"].tolist() == ["scores"]
    assert not study.confirmed
    assert [entry.reason for entry in study.deviations] == [main.reason]
    assert study.findings["conclusion"].tolist()[0] == "not-estimated"
    page = render_html(study_document(study))
    assert "Not the confirmatory estimate" in page
    assert "Deviations From the Plan" in page


def test_a_study_of_which_nothing_can_be_estimated_keeps_its_columns(
    tmp_path: Path, study: Study
) -> None:
    plan = written(tmp_path, "where: HOURS > 900")
    text = plan.read_text(encoding="utf-8")
    cut = text[: text.index("      - {specification: scores")]
    plan.write_text(cut, encoding="utf-8")
    empty = run_study(plan)
    assert list(empty.findings.columns) == list(study.findings.columns)
    assert empty.headline()["conclusion"].tolist() == ["not-estimated"]
    assert "Nothing could be estimated" in empty.headline_note()
    assert "No specification could be estimated" in render_html(study_document(empty))
    assert json.loads(json.dumps(_finite(study_json(empty))))["findings"][0]["hypothesis"] == "A1"


def test_paths_of_a_subgroup_come_from_its_own_model(tmp_path: Path) -> None:
    subgroup = "subgroups: [{hypotheses: [A1], where: CSEX == 2, population: women}]"
    study = carry_out(written(tmp_path, f"estimator: ML, missing: listwise, {subgroup}"))
    women = carry_out(written(tmp_path, 'estimator: ML, missing: listwise, where: "CSEX == 2"'))
    (ours,) = specifications(study)[0].tests.paths
    (theirs,) = specifications(women)[0].tests.paths
    assert ours.beta == pytest.approx(theirs.beta, abs=1e-9)
    assert specifications(study)[0].n_sample > specifications(women)[0].n_sample


def test_a_report_withholds_what_few_clusters_cannot_test(tmp_path: Path) -> None:
    options = "estimator: WLSMV, ordered: true, missing: pairwise, where: answered(CSEX)"
    plan = written(tmp_path, options)
    text = plan.read_text(encoding="utf-8").replace("hypotheses:", "cluster: CSEX\nhypotheses:", 1)
    text = text.replace("scores: true", "scores: true, without: [cluster]")
    plan.write_text(text.replace("listwise}", "listwise, without: [cluster]}"), encoding="utf-8")
    study = run_study(plan)
    page = render_html(study_document(study))
    fit = page[page.index("Fit of the model with the paths") :]
    assert "SRMR = " in fit
    assert "CFI" not in fit
    assert "SEM-202" in fit
    tests = str(specifications(study)[0].tests)
    assert "SRMR = " in tests
    assert "chi-square" not in tests
    assert "“Main”: each correlation is based on the respondents who answered both" in page
    assert "“Scores”, “Check”: only respondents with complete answers" in page


def test_progress_is_told_step_by_step(tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    carry_out(
        written(tmp_path, "estimator: ML, missing: listwise"),
        progress=lambda done, total, what: told.append((done, total, what)),
    )
    assert [done for done, _, _ in told] == list(range(len(told)))
    assert {total for _, total, _ in told} == {len(told)}
    assert told[-1][2] == "Check"


def test_shared_among_processes_the_numbers_are_the_same(study: Study, tmp_path: Path) -> None:
    shared = carry_out(written(tmp_path, "estimator: MLR, missing: listwise"), workers=2)
    pd.testing.assert_frame_equal(study.findings, shared.findings, rtol=1e-9)


def test_faults_of_a_plan_are_told_all_at_once(tmp_path: Path) -> None:
    plan = written(tmp_path, "estimator: ML, missing: listwise")
    text = plan.read_text(encoding="utf-8").replace("[NEG, POS]", "[NEG, POOS]")
    plan.write_text(text.replace("HOURS >", "OURS >"), encoding="utf-8")
    with pytest.raises(PlanError) as caught:
        carry_out(plan)
    assert {fault.code for fault in caught.value.faults} == {"PLAN-003", "PLAN-010", "PLAN-018"}


def test_a_flow_counts_who_left() -> None:
    flow = SampleFlow(()).then("all", 10).then("some", 7, "gone").then("same", 7)
    assert flow.tidy()["n_out"].tolist() == [0, 3, 0]
    assert isinstance(flow, Result)
    assert isinstance(flow.glance(), pd.DataFrame)


def test_a_study_is_what_carry_out_gives_with_a_report(study: Study, tmp_path: Path) -> None:
    assert isinstance(study, StudyResult)
    (page,) = study.report(tmp_path / "out")
    assert page.name == "small.html"
    assert (tmp_path / "out" / "manifest.json").is_file()
