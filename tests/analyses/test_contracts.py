"""What holds of every registered kind of analysis: nothing that is asked is ignored."""

from __future__ import annotations

import ast
import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from kind_plans import (
    ANALYSES,
    CHANGES,
    COMPANIONS,
    HYPOTHESES,
    LABELS,
    REFUSED,
    RICH,
    VERIFIED_BY,
    plan_of,
    plan_of_two,
)
from pydantic import BaseModel

from coprod_stats.analyses.paths.form import ScoresSpecification, SemSpecification
from coprod_stats.analyses.registry import KINDS, kinds_that_claim
from coprod_stats.cli.output import _finite
from coprod_stats.documents.html import render_html
from coprod_stats.report.study import run_study
from coprod_stats.report.study_report import study_document
from coprod_stats.study.plan_reading import PlanError, read_hypotheses, read_plan
from coprod_stats.study.study_json import study_document as study_json
from coprod_stats.study.used_variables import used_variables

ROOT = Path(__file__).parents[2]
KIND_NAMES = [kind.name for kind in KINDS]
kinds = pytest.mark.parametrize("kind", KINDS, ids=KIND_NAMES)


def outcome(folder: Path, plan: dict[str, Any], *, only_numbers: bool = False) -> str:
    """Carry a plan out and return what it found and reports, or its faults."""
    path = folder / "small.yaml"
    path.write_text(yaml.safe_dump(plan, sort_keys=False), encoding="utf-8")
    try:
        study = run_study(path)
    except PlanError as error:
        return f"refused: {error}"
    if only_numbers:
        return str(study.findings.drop(columns=["analysis", "specification"]).to_dict())
    found = json.dumps(_finite(study_json(study)), sort_keys=True)
    page = render_html(study_document(study))
    return found + re.sub(r"[0-9a-f]{16,64}", "", page)  # the plan's own hash always changes


def changed(plan: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    """Return a plan with one field of its analysis set to another value."""
    found = copy.deepcopy(plan)
    target: Any = found["analyses"][0]
    *steps, last = place.split(".")
    for step in steps:
        target = target[int(step)] if step.isdigit() else target[step]
    target[last] = value
    return found


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("unchanged")
    return {name: outcome(folder, plan_of(name)) for name in KIND_NAMES}


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("numbers")
    return {name: outcome(folder, plan_of(name), only_numbers=True) for name in KIND_NAMES}


def fields_of(form: type[BaseModel]) -> Iterator[str]:
    """Yield every field of a kind's form, those of a specification with its place."""
    for name in form.model_fields:
        if name == "analysis":
            continue
        if name != "specifications":
            yield name
            continue
        for place, part in enumerate((SemSpecification, ScoresSpecification)):
            yield from (f"specifications.{place}.{field}" for field in part.model_fields)


@kinds
def test_every_field_of_a_form_is_put_to_the_test(kind: Any) -> None:
    shared = {
        f"specifications.1.{name}" for name in ("specification", "title", "role")
    }  # inherited; tried on the first specification
    wanted = set(fields_of(kind.form)) - shared - {f"specifications.0.{n}" for n in ("scores",)}
    assert set(CHANGES[kind.name]) == wanted


FIELDS = [(name, place) for name in KIND_NAMES for place in CHANGES[name]]


@pytest.mark.parametrize(("name", "place"), FIELDS, ids=[".".join(entry) for entry in FIELDS])
def test_no_field_is_idle(
    name: str, place: str, unchanged: dict[str, str], numbers: dict[str, str], tmp_path: Path
) -> None:
    value, plan, key = CHANGES[name][place], plan_of(name), f"{name}.{place}"
    before, only_numbers = numbers[name], True
    # the order of factors, groups that answer alike, and rivals are the report's alone
    if place in LABELS or place in ("factors", "invariance", "rivals"):
        before, only_numbers = unchanged[name], False
    elif place.endswith("without"):
        plan = plan_of(name, covariates=["CAGE"])
        before = outcome(tmp_path, plan, only_numbers=True)
    elif place.endswith("include_flagged"):
        plan = {**plan, "quality": {"exclude_flagged": True, "flags_needed": 1}}
        before = outcome(tmp_path, plan, only_numbers=True)
    elif place == "tests":
        plan = plan_of_two(name)
        before = outcome(tmp_path, plan, only_numbers=True)
    elif key in COMPANIONS:
        for other, companion in COMPANIONS[key].items():
            plan = changed(plan, other, companion)
        before = outcome(tmp_path, plan, only_numbers=True)
    after = outcome(tmp_path, changed(plan, place, value), only_numbers=only_numbers)
    assert after != before, f"{place}: {value!r} changes nothing that is found"
    assert after.startswith("refused") == (key in REFUSED), after


@kinds
def test_what_an_analysis_does_not_know_is_refused(kind: Any, tmp_path: Path) -> None:
    found = outcome(tmp_path, changed(plan_of(kind.name), "no_such_option", 1))
    assert "SHAPE-001" in found
    assert "no_such_option: is not known here" in found


@kinds
@pytest.mark.parametrize("option", ["weights", "cluster", "covariates"])
def test_the_design_of_a_plan_is_used_or_left_aside_by_name(
    kind: Any, option: str, tmp_path: Path
) -> None:
    column = {"weights": "EAGE", "cluster": "RELAT", "covariates": ["CAGE"]}[option]
    everyone = {"respondents": {"where": "answered(EAGE) and answered(RELAT)"}}
    plan = plan_of(kind.name, **everyone, **{option: column})
    plain = outcome(tmp_path, plan_of(kind.name, **everyone), only_numbers=True)
    aside = {"paths": ["specifications.0.without", "specifications.1.without"]}
    places = aside.get(kind.name, ["without"])
    for place in places:
        plan = changed(plan, place, [option])
    assert outcome(tmp_path, plan, only_numbers=True) == plain
    used = changed(plan, places[0], [])
    designed = outcome(tmp_path, used, only_numbers=True)
    if option in kind.uses:
        assert not designed.startswith("refused"), designed
        assert "not-estimated" not in designed
        assert designed != plain
    else:
        assert "PLAN-020" in designed


@kinds
def test_names_cover_every_id_in_the_yaml(kind: Any, tmp_path: Path) -> None:
    """Any variable that the plan holds anywhere reaches the gate against pooling."""
    plan = plan_of(kind.name, reliability=["POS"], respondents={"where": "EAGE > 50"})
    if kind.uses:
        plan |= {"covariates": ["CAGE"]}
    for place, value in RICH.get(kind.name, {}).items():
        plan = changed(plan, place, value)
    check_names(tmp_path, plan, {"EMPL", "ESEX", "EAGE", "POS"} if kind.name in RICH else set())
    for place, value in CHANGES[kind.name].items():
        check_names(tmp_path, changed(plan_of(kind.name), place, value), set())


def check_names(folder: Path, plan: dict[str, Any], least: set[str]) -> None:
    """Compare the ids in a plan's text with those that reach the gate; a refused plan has none."""
    path = folder / "small.yaml"
    path.write_text(yaml.safe_dump(plan), encoding="utf-8")
    if fault_codes(path):
        assert not least
        return
    read = read_plan(path)
    instrument = read.instrument
    known = {*instrument.columns, *(scale.id for scale in instrument.scales)}
    words = set(re.findall(r"[A-Z][A-Z0-9]+", json.dumps({**plan, "title": "", "question": ""})))
    named = {word for word in words if word in known}
    assert named >= least
    assert named == {*used_variables(read.form, read.hypotheses, instrument)} & known


@kinds
def test_numbers_depend_neither_on_the_order_of_analyses_nor_on_workers(
    kind: Any, tmp_path: Path
) -> None:
    every = [entry for name in KIND_NAMES for entry in HYPOTHESES[name]]
    analyses = [
        {**ANALYSES[name], "tests": [entry["id"] for entry in HYPOTHESES[name]]}
        for name in KIND_NAMES
    ]
    results = []
    for order, workers in ((1, 1), (-1, 2)):
        plan = plan_of(kind.name, hypotheses=every, analyses=analyses[::order])
        path = tmp_path / "small.yaml"
        path.write_text(yaml.safe_dump(plan), encoding="utf-8")
        findings = run_study(path, workers=workers).findings
        mine = findings[findings["analysis"] == ANALYSES[kind.name]["id"]]
        results.append(mine.reset_index(drop=True))
    assert len(results[0]) > 0
    pd.testing.assert_frame_equal(*results, rtol=0, atol=1e-9)


@kinds
def test_each_kind_has_its_page_and_section(kind: Any, unchanged: dict[str, str]) -> None:
    page = ROOT / "docs" / "methods" / f"{kind.methods}.md"
    assert page.is_file()
    assert kind.methods in (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert "tests/oracles/" in page.read_text(encoding="utf-8"), "how was it verified?"
    assert kind.title in unchanged[kind.name]
    guide = (ROOT / "docs" / "guide" / "plans.md").read_text(encoding="utf-8")
    assert f"| `{kind.name}` |" in guide
    assert kind.claims


def source_of(place: str) -> str:
    """Return the source of a test and of everything in its file that it uses, at any depth."""
    path, _, name = place.partition("::")
    text = (ROOT / "tests" / path).read_text(encoding="utf-8")
    pieces = {key: ast.unparse(node) for node in ast.parse(text).body for key in defined_by(node)}
    assert name in pieces, f"no test {place}"
    used, waiting = {name: pieces[name]}, [name]
    while waiting:
        words = set(re.findall(r"\w+", used[waiting.pop()]))
        for other in words & pieces.keys() - used.keys():
            used[other] = pieces[other]
            waiting.append(other)
    return "\n".join(used.values())


def defined_by(node: ast.stmt) -> list[str]:
    """Return the names that a statement at the top of a file defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []


@kinds
def test_each_kind_has_an_oracle_and_a_recovery_test(kind: Any) -> None:
    against, recovery = (source_of(place) for place in VERIFIED_BY[kind.name])
    script = re.search(r"(\w+)\.json", against)
    assert script, "the test reads no oracle"
    assert (ROOT / "tests" / "oracles" / f"{script[1]}.R").is_file()
    assert re.search(r"default_rng|simulate|draw", recovery), "nothing is drawn"


def test_every_kind_and_no_other_has_a_plan_here() -> None:
    assert set(KIND_NAMES) == set(ANALYSES) == set(CHANGES) == set(HYPOTHESES) == set(VERIFIED_BY)


def test_ids_of_forms_are_those_that_a_plan_discriminates_by() -> None:
    for kind in KINDS:
        assert kind.form.model_fields["analysis"].annotation.__args__ == (kind.name,)


def minimal(hypothesis: Any) -> dict[str, Any]:
    """Return a plan that names one shipped hypothesis, by the kind that claims it if there is."""
    claimed = kinds_that_claim(hypothesis.kind)
    analysis: dict[str, Any] = {"analysis": claimed[0] if claimed else "paths", "id": "one"}
    if analysis["analysis"] == "paths":
        analysis = {
            "analysis": "paths",
            "id": "one",
            "specifications": [
                {"specification": "s", "title": "S", "role": "confirmatory", "scores": True}
            ],
        }
    return {
        "plan": "one",
        "title": "One",
        "question": "?",
        "instrument": "citizen",
        "form": "full",
        "data": {"file": "citizen_synthetic.csv", "population": "x"},
        "hypotheses": [hypothesis.id],
        "analyses": [analysis],
    }


@pytest.mark.parametrize("hypothesis", read_hypotheses(), ids=lambda entry: entry.id)
def test_a_hypothesis_is_tested_by_a_kind_that_claims_it_or_refused_by_name(
    hypothesis: Any, tmp_path: Path
) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(yaml.safe_dump(minimal(hypothesis)), encoding="utf-8")
    codes = fault_codes(path)
    if kinds_that_claim(hypothesis.kind):
        assert codes <= {
            "PLAN-004",
            "PLAN-017",
            "PLAN-032",
        }  # not asked of citizens, in words, nominal
    else:
        assert "PLAN-022" in codes


def fault_codes(path: Path) -> set[str]:
    try:
        read_plan(path)
    except PlanError as error:
        return {fault.code for fault in error.faults}
    return set()


def test_a_necessary_condition_is_not_answered_from_a_slope(tmp_path: Path) -> None:
    plan = plan_of("regression")
    plan["hypotheses"] = [{**plan["hypotheses"][0], "kind": "necessary condition"}]
    plan["analyses"] = [{**plan["analyses"][0], "tests": ["R1"]}]
    found = outcome(tmp_path, plan)
    assert "PLAN-022" in found
    assert "Use: necessity." in found
