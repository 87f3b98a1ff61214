"""A plan is read whole, or all its faults are given with their lines."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coprod_stats.instruments.shipped import list_shipped
from coprod_stats.study.plan_reading import Plan, PlanError, read_plan

SHIPPED = [path for path in list_shipped("analyses") if path.stem != "hypotheses"]
PLAN = """\
plan: mine
title: "A plan"
question: "Does it?"
instrument: carers
form: full
data: {file: carers.csv, population: "Carers"}
respondents: {where: "HOURS > 0"}
reliability: [NEG]
model:
  factors: [NEG, POS]
  hypotheses:
    - {id: A1, predictor: POS, outcome: NEG, sign: "-"}
    - {id: A2, predictor: HOURS, outcome: NEG, sign: "+"}
  covariates: [CAGE]
  columns:
    - {column: ml, title: "ML", role: confirmatory}
    - {column: scores, title: "Scores", role: check, method: regression}
"""


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], Plan]:
    def plan(text: str) -> Plan:
        path = tmp_path / "mine.yaml"
        path.write_text(text, encoding="utf-8")
        return read_plan(path)

    return plan


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_plans_can_be_carried_out(path) -> None:
    plan = read_plan(path.stem)
    assert plan.form.plan == path.stem
    assert plan.beside(plan.form.data.file).is_file()
    assert len(plan.sha256) == 64


def test_a_plan_of_its_own_is_read(read) -> None:
    plan = read(PLAN)
    assert [hypothesis.id for hypothesis in plan.hypotheses] == ["A1", "A2"]
    assert plan.instrument.id == plan.questionnaire.id == "carers"
    assert plan.form.inference.adjustment == "holm"


def test_shared_hypotheses_are_cited_by_id() -> None:
    plan = read_plan("driver_impact")
    assert len(plan.hypotheses) == 21
    assert (plan.hypotheses[0].predictor, plan.hypotheses[0].outcome) == ("DRACT", "QUA")
    assert all(hypothesis.headline for hypothesis in plan.hypotheses)


def test_files_beside_the_plan_come_before_shipped_ones(read, tmp_path) -> None:
    (tmp_path / "carers.csv").write_text("RID\n")
    assert read(PLAN).beside("carers.csv") == tmp_path / "carers.csv"
    assert read(PLAN).beside("citizen_population.yaml").is_file()


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "found"),
    [
        ("form: full", "form: tiny", "PLAN-001", 5, "has no form 'tiny'"),
        (
            '    - {id: A1, predictor: POS, outcome: NEG, sign: "-"}',
            "    - H99",
            "PLAN-002",
            12,
            "there is no hypothesis 'H99'",
        ),
        ("[NEG, POS]", "[NEG, JOY]", "PLAN-003", 10, "the form has no scale 'JOY'"),
        ("reliability: [NEG]", "reliability: [XX]", "PLAN-003", 8, "the form has no scale 'XX'"),
        ("predictor: POS", "predictor: JOY", "PLAN-004", 12, "A1: 'JOY' is neither"),
        ("[CAGE]", "[CAGE, CX]", "PLAN-004", 14, "'CX' is neither"),
        ("id: A2", "id: A1", "PLAN-005", 13, "hypothesis 'A1' stands twice"),
        ("role: confirmatory", "role: check", "PLAN-006", 15, "0 columns are confirmatory"),
        ("role: check", "role: confirmatory", "PLAN-006", 15, "2 columns are confirmatory"),
        ("column: scores", "column: ml", "PLAN-007", 17, "a second column 'ml'"),
        ("role: check", "role: check, cluster: TOWN", "PLAN-008", 17, "there is no column 'TOWN'"),
        (
            "respondents: {",
            "respondents: {classes: [strict], ",
            "PLAN-009",
            7,
            "nobody is classified as 'strict'",
        ),
        (
            "role: check",
            "role: check, respondents: {classes: [x]}",
            "PLAN-009",
            17,
            "nobody is classified as 'x'",
        ),
        ("HOURS > 0", "HOURS >", "PLAN-010", 7, ""),
        ("HOURS > 0", "NOBODY > 0", "PLAN-010", 7, "there is no item or variable 'NOBODY'"),
        ("role: check", "role: check, where: ZZ == 1", "PLAN-010", 17, "variable 'ZZ'"),
        (
            "role: check",
            "role: check, subgroups: [{hypotheses: [A9], where: HOURS > 1, population: x}]",
            "PLAN-011",
            17,
            "A9",
        ),
        (
            "role: check",
            "role: check, subgroups: [{hypotheses: [A1], where: ZZ > 1, population: x}]",
            "PLAN-010",
            17,
            "variable 'ZZ'",
        ),
        ('title: "A plan"', 'titel: "A plan"', "SHAPE-001", 2, "is not known here"),
        ('sign: "+"', "sign: up", "SHAPE-001", 13, ""),
        ("instrument: carers", "instrument: nonesuch", "YAML-001", 0, "cannot be read"),
        ("plan: mine", "plan: [", "YAML-001", 3, "not valid YAML"),
    ],
)
def test_each_fault_has_its_code_and_line(read, old, new, code, line, found) -> None:
    assert old in PLAN
    with pytest.raises(PlanError) as caught:
        read(PLAN.replace(old, new, 1))
    assert any(
        fault.code == code and fault.line == line and found in fault.found
        for fault in caught.value.faults
    ), str(caught.value)


def test_all_faults_come_at_once_in_order_of_their_lines(read) -> None:
    faulty = (
        PLAN.replace("[NEG, POS]", "[NEG, JOY]")
        .replace("[CAGE]", "[CX]")
        .replace("HOURS > 0", "Z")
        .replace('    - {id: A2, predictor: HOURS, outcome: NEG, sign: "+"}', "    - H99")
    )
    with pytest.raises(PlanError) as caught:
        read(faulty)
    assert [fault.code for fault in caught.value.faults] == [
        "PLAN-010",
        "PLAN-003",
        "PLAN-002",
        "PLAN-004",
    ]
    assert str(caught.value).count("\n") == 3
    assert "mine.yaml:13, model.hypotheses.1: there is no hypothesis 'H99'" in str(caught.value)


def test_faults_of_the_instrument_are_the_plans(read, tmp_path) -> None:
    (tmp_path / "own.yaml").write_text("instrument: own\n")
    with pytest.raises(PlanError, match=r"own\.yaml"):
        read(PLAN.replace("instrument: carers", "instrument: own.yaml"))


def test_faults_of_shared_hypotheses_are_the_plans(read, tmp_path) -> None:
    (tmp_path / "hypotheses.yaml").write_text("hypotheses: 3\n")
    with pytest.raises(PlanError, match=r"hypotheses\.yaml"):
        read(PLAN.replace("    - {id: A1", "    - H01\n    - {id: A1"))


def test_a_plan_that_does_not_exist() -> None:
    with pytest.raises(PlanError, match=r"YAML-001 nonesuch: cannot be read"):
        read_plan("nonesuch")


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2000),
            st.integers(0, 12),
            st.text(max_size=4)
            | st.sampled_from(["\n", ": ", "- ", "[", "{", "'", '"\\0"', "&a", "*a"]),
        ),
        max_size=4,
    )
)
def test_damaged_plans_never_raise_anything_else(read, edits) -> None:
    text = PLAN
    for at, length, new in edits:
        place = at % len(text) if text else 0
        text = text[:place] + new + text[place + length :]
    with contextlib.suppress(PlanError):
        assert read(text.encode("utf-8", "replace").decode("utf-8")).hypotheses
