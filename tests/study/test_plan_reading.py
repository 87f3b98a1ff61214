"""A plan is read whole, or all its faults are given with their lines."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import coprod_stats
from coprod_stats.instruments.shipped import list_shipped
from coprod_stats.plans.hypotheses import Hypothesis
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
covariates: [CAGE]
hypotheses:
  - {id: A1, predictor: POS, outcome: NEG, sign: "-"}
  - {id: A2, predictor: HOURS, outcome: NEG, sign: "+"}
analyses:
  - analysis: paths
    id: main
    factors: [NEG, POS]
    tests: [A1]
    specifications:
      - {specification: ml, title: "ML", role: confirmatory}
      - {specification: scores, title: "Scores", role: check, scores: true}
  - analysis: paths
    id: second
    tests: [A2]
    specifications:
      - {specification: scores, title: "Scores", role: confirmatory, scores: true}
seed: 1
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
    assert [analysis.id for analysis in plan.form.analyses] == ["main", "second"]


def test_shared_hypotheses_are_cited_by_id() -> None:
    plan = read_plan("driver_impact")
    assert len(plan.hypotheses) == 21
    assert plan.hypotheses[0].variables == ("DRACT", "QUA")
    assert all(hypothesis.headline for hypothesis in plan.hypotheses)


def test_files_beside_the_plan_come_before_shipped_ones(read, tmp_path) -> None:
    (tmp_path / "carers.csv").write_text("RID\n")
    assert read(PLAN).beside("carers.csv") == tmp_path / "carers.csv"
    assert read(PLAN).beside("citizen_population.yaml").is_file()


SEM = '- {specification: ml, title: "ML", role: confirmatory}'
SCORES = '- {specification: scores, title: "Scores", role: check, scores: true}'
REGRESSION_AT = """- analysis: paths
    id: second
    tests: [A2]
    specifications:
      - {specification: scores, title: "Scores", role: confirmatory, scores: true}"""
REGRESSION = "- analysis: regression\n    id: second\n    tests: [A2]\n    "


def with_option(specification: str, option: str) -> str:
    """Return a line of the plan with one more option."""
    return specification.replace("}", f", {option}}}")


FAULTS = [
    ("form: full", "form: tiny", "PLAN-001", 5, "has no form 'tiny'"),
    (
        '  - {id: A1, predictor: POS, outcome: NEG, sign: "-"}',
        "  - H99",
        "PLAN-002",
        11,
        "there is no hypothesis 'H99'",
    ),
    ("tests: [A1]", "tests: [A1, A9]", "PLAN-002", 17, "the plan has no hypothesis 'A9'"),
    ("[NEG, POS]", "[NEG, JOY]", "PLAN-003", 16, "the form has no scale 'JOY'"),
    ("reliability: [NEG]", "reliability: [XX]", "PLAN-003", 8, "the form has no scale 'XX'"),
    ("predictor: POS", "predictor: JOY", "PLAN-004", 11, "A1: 'JOY' is neither"),
    ("predictor: POS", "predictor: [POS, JOY]", "PLAN-004", 11, "A1: 'JOY' is neither"),
    ("[CAGE]", "[CAGE, CX]", "PLAN-004", 9, "'CX' is neither"),
    ("id: A2", "id: A1", "PLAN-005", 12, "hypothesis 'A1' occurs twice"),
    (SEM, SEM.replace("confirmatory", "check"), "PLAN-006", 18, "0 specifications are confirm"),
    (
        SCORES,
        SCORES.replace("check", "confirmatory"),
        "PLAN-006",
        18,
        "2 specifications are confirmatory",
    ),
    (SCORES, SCORES.replace("n: scores", "n: ml"), "PLAN-007", 20, "'ml' occurs twice"),
    (SCORES, SCORES.replace("n: scores", "n: ML_"), "PLAN-007", 20, "in case or underscores"),
    ("covariates: [CAGE]", "participants: [CAGE, CAGO]", "PLAN-004", 9, "'CAGO' is neither"),
    ("covariates: [CAGE]", "participants: [CAGE, CAGE]", "PLAN-035", 9, "'CAGE' occurs twice"),
    ("covariates: [CAGE]", "cluster: TOWN", "PLAN-008", 9, "there is no column 'TOWN'"),
    ("covariates: [CAGE]", "weights: TOWN", "PLAN-008", 9, "there is no column 'TOWN'"),
    (
        "respondents: {",
        "respondents: {classes: [strict], ",
        "PLAN-009",
        7,
        "nobody is classified as 'strict'",
    ),
    (SEM, with_option(SEM, "respondents: {classes: [x]}"), "PLAN-009", 19, "classified as 'x'"),
    ("HOURS > 0", "HOURS >", "PLAN-010", 7, ""),
    ("HOURS > 0", "HOURS == 'a few'", "PLAN-010", 7, "'HOURS' is no text"),
    ("HOURS > 0", "NOBODY > 0", "PLAN-010", 7, "there is no item or variable 'NOBODY'"),
    *(
        ("    tests: [A1]\n", f"    tests: [A1]\n    {option}\n", "PLAN-041", 18, found)
        for option, found in (
            ("rivals: [{rival: r, title: R}]", "the rival is the model of the hypotheses"),
            ("rivals: [{rival: r, title: R, add: [NEG]}]", "'NEG' is no equation"),
            ("rivals: [{rival: r, title: R, add: [NEG ~ POS]}]", "POS -> NEG is stated already"),
            ("rivals: [{rival: r, title: R, add: [NEG ~ JOY]}]", "JOY is not in the model"),
            ("rivals: [{rival: r, title: R, reverse: [NEG]}]", "NEG is no driver"),
            ("bootstrap: 500", "no stated and unstated paths"),
        )
    ),
    *(
        ("    tests: [A2]\n", f"    tests: [A2]\n    {option}\n", "PLAN-041", 24, found)
        for option, found in (
            ("rivals: [{rival: r, title: R, reverse: [HOURS]}]", "'rivals' is for structural"),
            ("bootstrap: 500", "'bootstrap' is for structural equations"),
        )
    ),
    (
        "factors: [NEG, POS]",
        "factors: [NEG, POS]\n    invariance: [HOURS]",
        "PLAN-040",
        17,
        "HOURS",
    ),
    (SEM, with_option(SEM, "rotating: false"), "PLAN-039", 19, "no item of the factors rotates"),
    (SEM, with_option(SEM, "omit: [NEG9]"), "PLAN-042", 19, "no factor of the analysis has"),
    (SEM, with_option(SEM, "syntax: POS1 ~~ NEG9"), "PLAN-043", 19, "'NEG9' is not observed"),
    (SEM, with_option(SEM, "syntax: POS ~ NEG"), "PLAN-043", 19, "neither a covariance"),
    (SEM, with_option(SEM, "dont_know: middle"), "PLAN-042", 19, "no question"),
    (SEM, with_option(SEM, "where: ZZ == 1"), "PLAN-010", 19, "variable 'ZZ'"),
    (
        SEM,
        with_option(SEM, "subgroups: [{hypotheses: [A9], where: HOURS > 1, population: x}]"),
        "PLAN-011",
        19,
        "A9",
    ),
    (
        SEM,
        with_option(SEM, "subgroups: [{hypotheses: [A1], where: ZZ > 1, population: x}]"),
        "PLAN-010",
        19,
        "variable 'ZZ'",
    ),
    (
        SEM,
        with_option(
            SEM,
            "subgroups: [{hypotheses: [A1], where: HOURS > 1, population: x}, "
            "{hypotheses: [A1], where: HOURS > 2, population: y}]",
        ),
        "PLAN-011",
        19,
        "two subgroups",
    ),
    ("predictor: POS, outcome: NEG", "predictor: NEG, outcome: NEG", "PLAN-016", 14, "outcome"),
    ("predictor: HOURS", "predictor: RID", "PLAN-017", 21, "'RID' holds text"),
    ("[NEG, POS]", "[NEG]", "PLAN-018", 19, "'POS' is neither a factor"),
    (SEM, with_option(SEM, "engine: semopy"), "PLAN-019", 19, "semopy does not have"),
    (SEM, with_option(SEM, "estimator: WLSMV"), "PLAN-019", 19, ""),
    (SEM, with_option(SEM, "estimator: ML, missing: pairwise"), "PLAN-019", 19, ""),
    (SEM, with_option(SEM, "respondents: {where: HOURS > 0}"), "PLAN-021", 19, "plan's respond"),
    (SEM, with_option(SEM, "without: [weights]"), "PLAN-021", 19, "the plan has no weights"),
    (
        'sign: "-"}',
        'sign: "-", kind: necessary condition}',
        "PLAN-022",
        11,
        "A1 claims a necessary condition, which is not tested by a paths analysis",
    ),
    (
        'sign: "-"}',
        'sign: "-", kind: mediator, approach: indirect effects}',
        "PLAN-022",
        11,
        "A1 claims a mediator hypothesis",
    ),
    ("id: second", "id: main", "PLAN-023", 14, "analysis 'main' occurs twice"),
    ("id: second", "id: MAIN_", "PLAN-023", 21, "from 'MAIN_' in case or underscores alone"),
    ("tests: [A2]", "tests: [A3]", "PLAN-024", 21, "'second' tests no hypothesis of the plan"),
    ("tests: [A2]", "tests: [A1]", "PLAN-025", 12, "no analysis of the plan tests A2"),
    ("tests: [A2]", "tests: [A1, A2]", "PLAN-026", 11, "A1 has several confirmatory analyses"),
    ("seed: 1", "quality: {flags_needed: 6}", "PLAN-037", 26, "since there are 5"),
    ("seed: 1", "report: {formats: [html, pdf]}", "PLAN-027", 26, "cannot be written as pdf yet"),
    ("seed: 1", "inference: {families: {f: {analyses: [x]}}}", "PLAN-028", 26, "hypothesis 'x'"),
    ("seed: 1", "inference: {families: {f: {}}}", "PLAN-028", 26, "needs either"),
    (
        "seed: 1",
        "inference: {families: {f: {analyses: [main]}}}",
        "PLAN-029",
        21,
        "A2 of analysis 'second' is in no family",
    ),
    (
        "seed: 1",
        "inference: {families: {f: {analyses: [main, second]}, g: {hypotheses: [A1]}}}",
        "PLAN-029",
        14,
        "the families f, g",
    ),
    (REGRESSION_AT, REGRESSION + "formula: ~ NEG", "PLAN-030", 21, ""),
    (
        REGRESSION_AT,
        REGRESSION + "formula: NEG ~ HOURS\n    family: ordinal\n    errors: HC3",
        "PLAN-030",
        21,
        "HC3",
    ),
    (REGRESSION_AT, REGRESSION + "formula: NEG ~ DEP", "PLAN-031", 24, "does not test A2"),
    (REGRESSION_AT, REGRESSION + "formula: NEG ~ HOURS*DEP", "PLAN-031", 24, "does not test A2"),
    (
        REGRESSION_AT,
        REGRESSION + "formula: NEG ~ HOURS + I(HOURS**2)",
        "PLAN-031",
        24,
        "does not test",
    ),
    (REGRESSION_AT, REGRESSION + "formula: NEG ~ HOURS + CX", "PLAN-004", 24, "'CX' is neither"),
    ("predictor: HOURS", "predictor: RELAT", "PLAN-032", 21, "have no order"),
    ("[CAGE]", "[CAGE, COP1]", "PLAN-035", 19, "'COP1' stands under 'covariates'"),
    ("[CAGE]", "[HOURS]", "PLAN-035", 25, "'HOURS' stands under 'covariates'"),
    ("covariates: [CAGE]", "cluster: HOURS", "PLAN-035", 25, "'HOURS' stands under 'cluster'"),
    ("covariates: [CAGE]", "covariates: [CAGE]\ncluster: CAGE", "PLAN-035", 20, "has two uses"),
    ("tests: [A2]", "tests: [A2]\n    factors: [NEG]", "PLAN-036", 24, "no specification uses"),
    (
        "tests: [A2]",
        "tests: [A2]\n    invariance: [CSEX]",
        "PLAN-036",
        24,
        "that could be compared",
    ),
    ("[CAGE]", "[RID]", "PLAN-017", 9, "'RID' holds text"),
    ("covariates: [CAGE]", "weights: RID", "PLAN-017", 9, "'RID' holds text"),
    ("[CAGE]", "[CAGE, CAGE]", "PLAN-035", 9, "occurs twice"),
    ("tests: [A2]", "tests: [A2, A2]", "PLAN-005", 23, "occurs twice"),
    ('sign: "-"}', 'sign: "-", moderator: CAGE}', "SHAPE-001", 11, "moderator"),
    ('sign: "-"}', 'sign: "-", through: [CAGE]}', "SHAPE-001", 11, "mediator"),
    ('title: "A plan"', 'titel: "A plan"', "SHAPE-001", 2, "is not known here"),
    ('sign: "+"', "sign: up", "SHAPE-001", 12, ""),
    ("analysis: paths\n    id: second", "analysis: paht\n    id: second", "SHAPE-001", 21, "paht"),
    ("instrument: carers", "instrument: nonesuch", "YAML-001", 0, "cannot be read"),
    ("plan: mine", "plan: [", "YAML-001", 3, "not valid YAML"),
]


@pytest.mark.parametrize(("old", "new", "code", "line", "found"), FAULTS)
def test_each_fault_has_its_code_and_line(read, old, new, code, line, found) -> None:
    assert old in PLAN
    with pytest.raises(PlanError) as caught:
        read(PLAN.replace(old, new, 1))
    assert any(
        fault.code == code and fault.line == line and found in fault.found
        for fault in caught.value.faults
    ), str(caught.value)


def test_the_same_path_twice_is_a_fault_of_the_plan(read) -> None:
    """The kind of fault that once ended in a traceback: nothing is computed before it is told."""
    twice = PLAN.replace("predictor: HOURS", "predictor: POS").replace("tests: [A1]", "tests: []")
    with pytest.raises(
        PlanError, match=r"PLAN-015 mine\.yaml:14.*A2 duplicates the relation POS → NEG"
    ):
        read(twice)


def test_a_family_of_both_analyses_and_hypotheses_is_one_fault(read) -> None:
    both = "inference: {families: {f: {analyses: [main], hypotheses: [A2]}}}"
    with pytest.raises(PlanError) as caught:
        read(PLAN.replace("seed: 1", both))
    (fault,) = caught.value.faults
    assert "needs either" in fault.found


@pytest.mark.parametrize(
    "option",
    [
        "subgroups: [{hypotheses: [A1], where: HOURS > 1, population: x}]",
        "estimator: WLSMV",
        "ordered: true",
        "missing: fiml",
        "engine: semopy",
    ],
)
def test_an_option_that_a_specification_does_not_read_is_refused(read, option) -> None:
    with pytest.raises(PlanError, match="is not known here"):
        read(PLAN.replace(SCORES, with_option(SCORES, option)))


SMALLEST = PLAN.replace("seed: 1", "inference: {smallest_effect: 0.2}").replace(
    PLAN[PLAN.index("  - analysis: paths\n    id: main") : PLAN.index("seed: 1")],
    "  - {analysis: regression, id: main, formula: NEG ~ POS + HOURS, family: FAMILY}\n",
)


def test_a_smallest_effect_that_no_analysis_uses_is_refused(read) -> None:
    assert read(SMALLEST.replace("FAMILY", "gaussian")).form.inference.smallest_effect == 0.2
    with pytest.raises(PlanError, match=r"PLAN-038 mine\.yaml:15.*no analysis of the plan has"):
        read(SMALLEST.replace("FAMILY", "poisson"))
    default = SMALLEST.replace("FAMILY", "poisson").replace("{smallest_effect: 0.2}", "{}")
    assert read(default).form.inference.smallest_effect == 0.1


@pytest.mark.parametrize(
    ("sign", "option", "families", "code"),
    [
        ('"+"', "", "", ""),
        ("two-sided", "", "", "PLAN-033"),
        ('"+"', "permutations: 100", "", "PLAN-034"),
        ('"+"', "permutations: 100", "f: {analyses: [n]}", "PLAN-034"),
        ('"+"', "permutations: 100", "f: {analyses: [n], adjustment: fdr_bh}", ""),
        (
            '"+"',
            "permutations: 100",
            "f: {hypotheses: [N0, N1, N2]}, g: {hypotheses: [N3, N4, N5]}",
            "",
        ),
    ],
)
def test_a_necessary_condition_has_a_direction_and_enough_permutations(
    read, sign: str, option: str, families: str, code: str
) -> None:
    claim = f"N%d, predictor: %s, outcome: NEG, kind: necessary condition, sign: {sign}"
    several = "".join(
        f"  - {{id: {claim % (k, name)}}}\n"
        for k, name in enumerate(("POS", "HOURS", "BARTHEL", "QUOL5", "SERVICES", "EAGE"))
    )
    head = PLAN[: PLAN.index("covariates:")]
    plan = f"{head}hypotheses:\n{several}analyses:\n  - {{analysis: necessity, id: n, {option}}}\n"
    plan += f"inference: {{families: {{{families}}}}}\n"
    if not code:
        assert len(read(plan).hypotheses) == 6
        return
    with pytest.raises(PlanError, match=code):
        read(plan)


def test_each_code_of_a_plan_has_a_test() -> None:
    tested = {code for _, _, code, _, _ in FAULTS if code.startswith("PLAN")}
    elsewhere = {"PLAN-012", "PLAN-013", "PLAN-014", "PLAN-015", "PLAN-020"}
    elsewhere |= {"PLAN-033", "PLAN-034", "PLAN-038"}
    raised = {
        code
        for room in ("study", "plans", "analyses")
        for path in (Path(coprod_stats.__file__).parent / room).rglob("*.py")
        for code in re.findall(r'"(PLAN-\d{3})"', path.read_text(encoding="utf-8"))
    }
    assert tested | elsewhere == raised


def test_all_faults_come_at_once_in_order_of_their_lines(read) -> None:
    faulty = (
        PLAN.replace("[NEG, POS]", "[NEG, JOY]")
        .replace("[CAGE]", "[CX]")
        .replace("HOURS > 0", "Z")
        .replace('  - {id: A2, predictor: HOURS, outcome: NEG, sign: "+"}', "  - H99")
    )
    with pytest.raises(PlanError) as caught:
        read(faulty)
    codes = [fault.code for fault in caught.value.faults]
    assert codes[:4] == ["PLAN-010", "PLAN-004", "PLAN-002", "PLAN-003"]
    assert set(codes[4:]) == {"PLAN-018", "PLAN-002", "PLAN-024"}
    assert str(caught.value).count("\n") == len(codes) - 1
    assert "mine.yaml:12, hypotheses.1: there is no hypothesis 'H99'" in str(caught.value)


def test_faults_of_the_instrument_are_the_plans(read, tmp_path) -> None:
    (tmp_path / "own.yaml").write_text("instrument: own\n")
    with pytest.raises(PlanError, match=r"own\.yaml"):
        read(PLAN.replace("instrument: carers", "instrument: own.yaml"))


def test_faults_of_shared_hypotheses_are_the_plans(read, tmp_path) -> None:
    (tmp_path / "hypotheses.yaml").write_text("hypotheses: 3\n")
    with pytest.raises(PlanError, match=r"hypotheses\.yaml"):
        read(PLAN.replace("  - {id: A1", "  - H01\n  - {id: A1"))


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


def test_a_hypothesis_is_about_those_whom_a_condition_tells() -> None:
    claim = {"id": "X", "predictor": "FPTEN", "outcome": "QUA", "sign": "-"}
    assert Hypothesis.model_validate({**claim, "among": "DFTOOK == 1"}).among == "DFTOOK == 1"
    with pytest.raises(ValidationError, match="'among' is not a condition"):
        Hypothesis.model_validate({**claim, "among": "DFTOOK =="})
