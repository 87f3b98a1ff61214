"""A plan carried out: who is analysed, what each column rests on, what stands in for what."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from coprod_stats.documents.html import render_html
from coprod_stats.report.study import Study, run_study
from coprod_stats.report.study_report import study_document
from coprod_stats.results import Result
from coprod_stats.study import SampleFlow, StudyResult, carry_out
from coprod_stats.study.plan_reading import PlanError
from coprod_stats.study.result import EngineAgreement

PLAN = """
plan: small
title: A small study of carers
question: Does dependency go with the burden of care?
instrument: carers
form: full
data: {file: answers.csv, population: Family carers.}
respondents: {where: "HOURS > 5"}
quality: {exclude_flagged: false}
model:
  factors: [NEG, POS]
  hypotheses:
    - {id: A1, predictor: NEG, outcome: POS, sign: "-"}
  columns:
    - {column: main, title: Main, role: confirmatory, COLUMN}
    - {column: scores, title: Scores, role: robustness, method: regression}
    - {column: check, title: Check, role: check, engine: semopy}
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return run_study(written(tmp_path_factory.mktemp("study"), "engine: core, estimator: MLR"))


def written(folder: Path, column: str) -> Path:
    source = Path(__file__).parents[2] / "sample_data" / "carers.csv"
    lines = source.read_text(encoding="utf-8").splitlines()
    longer = [*lines, lines[1], "too,short"]
    (folder / "answers.csv").write_text("\n".join(longer) + "\n", encoding="utf-8")
    plan = folder / "small.yaml"
    plan.write_text(PLAN.replace("COLUMN", column), encoding="utf-8")
    return plan


def test_every_row_is_accounted_for(study: Study) -> None:
    flow = study.sample.tidy()
    assert flow["n_left"].tolist()[:2] == [910, 908]
    assert flow["n_out"].tolist()[1] == study.responses.n_rejected_rows == 2
    assert (flow["n_left"] + flow["n_out"]).tolist()[1:] == flow["n_left"].tolist()[:-1]
    hours = study.responses.numbers(["HOURS"])["HOURS"]
    assert study.analysed.n_respondents == int((hours > 5).sum())
    assert study.sample.glance().loc[0, "n_analysed"] == study.analysed.n_respondents


def test_columns_test_the_same_hypotheses_of_the_same_people(study: Study) -> None:
    for entry in study.columns:
        assert entry.reason == ""
        assert entry.n_sample == study.analysed.n_respondents
        assert entry.tidy()["term"].tolist() == ["A1"]
        assert isinstance(entry.tests, Result)
    assert study.headline_column.column.column == "main"
    assert study.headline()["path"].tolist() == ["NEG → POS"]
    assert "Main: " in study.headline_note()
    assert study.deviations == ()


def test_the_second_engine_is_held_against_the_first(study: Study) -> None:
    agreement = next(e.agreement for e in study.columns if e.column.column == "check")
    assert agreement is not None
    assert agreement.agrees
    assert study.engines_agree
    assert "the two engines" in render_html(study_document(study))


def test_engines_that_disagree_stop_the_confirmatory_section(study: Study) -> None:
    columns = tuple(
        replace(entry, agreement=EngineAgreement("POS ~ NEG", 0.02)) if entry.agreement else entry
        for entry in study.columns
    )
    page = render_html(study_document(replace(study, columns=columns)))
    assert "no hypothesis is decided here" in page
    assert "paths-table" not in page


def test_a_column_that_cannot_be_estimated_is_told_and_another_stands_in(tmp_path: Path) -> None:
    plan = written(tmp_path, "engine: semopy, estimator: WLSMV, ordered: true")
    study = run_study(plan)
    main, scores, _ = study.columns
    assert main.tests is None
    assert "semopy" in main.reason
    assert main.tidy().empty
    assert study.headline_column is scores
    assert [entry.reason for entry in study.deviations] == [main.reason]
    page = render_html(study_document(study))
    assert "Not the confirmatory estimate" in page
    assert "What Was Planned and What Was Done" in page


def test_paths_of_a_subgroup_come_from_its_own_model(tmp_path: Path) -> None:
    subgroup = "subgroups: [{hypotheses: [A1], where: CSEX == 2, population: women}]"
    study = carry_out(written(tmp_path, f"engine: core, estimator: ML, {subgroup}"))
    women = carry_out(written(tmp_path, 'engine: core, estimator: ML, where: "CSEX == 2"'))
    (ours,) = study.columns[0].tests.paths
    (theirs,) = women.columns[0].tests.paths
    assert ours.beta == pytest.approx(theirs.beta, abs=1e-9)
    assert study.columns[0].n_sample > women.columns[0].n_sample


def test_a_report_withholds_what_few_clusters_cannot_test(tmp_path: Path) -> None:
    column = "engine: core, estimator: WLSMV, ordered: true, missing: pairwise, cluster: CSEX"
    study = run_study(written(tmp_path, f"{column}, where: answered(CSEX)"))
    page = render_html(study_document(study))
    fit = page[page.index("Measurement model and fit") :]
    assert "SRMR = " in fit
    assert "CFI" not in fit
    assert "SEM-202" in fit
    tests = str(study.headline_column.tests)
    assert "SRMR = " in tests
    assert "chi-square" not in tests
    assert "“Main”: each correlation rests on those who answered both questions" in page
    assert "“Scores”, “Check”: only those who gave all answers" in page


def test_progress_is_told_step_by_step(tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    carry_out(
        written(tmp_path, "method: regression"),
        progress=lambda done, total, what: told.append((done, total, what)),
    )
    assert [done for done, _, _ in told] == list(range(len(told)))
    assert {total for _, total, _ in told} == {len(told)}
    assert told[-1][2] == "Check"


def test_shared_among_processes_the_numbers_are_the_same(study: Study, tmp_path: Path) -> None:
    shared = carry_out(written(tmp_path, "engine: core, estimator: MLR"), workers=2)
    for ours, theirs in zip(study.columns, shared.columns, strict=True):
        pd.testing.assert_frame_equal(ours.tidy(), theirs.tidy(), rtol=1e-9)


def test_faults_of_a_plan_are_told_all_at_once(tmp_path: Path) -> None:
    plan = written(tmp_path, "method: regression")
    text = plan.read_text(encoding="utf-8").replace("[NEG, POS]", "[NEG, POOS]")
    plan.write_text(text.replace("HOURS >", "OURS >"), encoding="utf-8")
    with pytest.raises(PlanError) as caught:
        carry_out(plan)
    assert {fault.code for fault in caught.value.faults} == {"PLAN-003", "PLAN-010"}


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
