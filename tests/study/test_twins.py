"""The twins of the shipped sample: in each something is wrong, and the report says so first."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from coprod_stats.analyses.words import construct_label
from coprod_stats.documents.html import render_html
from coprod_stats.instruments.shipped import shelf
from coprod_stats.report.study import Study, run_study
from coprod_stats.report.study_report import study_document as report_document
from coprod_stats.structure.wording_factor import WordingFactor
from coprod_stats.study.study_json import study_document
from coprod_stats.study.synthetic_sample import draw_sample, write_sample

pytestmark = pytest.mark.any_python

TWINS = ("halo", "overlap", "drivers", "careless", "language", "divide")
TRUTH = {
    name: json.loads((shelf("sample_data") / f"citizen_{name}.truth.json").read_text("utf-8"))
    for name in (*TWINS, "synthetic")
}
Run = Callable[..., Study]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Carry out the shipped plan with half of its factors and its confirmatory specification."""
    folder = tmp_path_factory.mktemp("small")
    done: dict[str, Study] = {}

    def run(sample: str, *, keep_flagged: bool = False, data: Path | None = None) -> Study:
        plan = shipped_plan()
        plan["quality"]["exclude_flagged"] = not keep_flagged
        plan["analyses"][0]["invariance"] = ["LANG", "MODE"]
        del plan["analyses"][0]["rivals"]  # of factors that are left out
        plan["hypotheses"] = ["H01", "H03", "H05", "H07", "H15a", "H15c"]
        plan["analyses"][0]["factors"] = ["DRREL", "DRACT", "DRINP", "DRSET", "DRTEC", "QUA", "ATT"]
        plan["analyses"][0]["specifications"][0]["subgroups"][0]["hypotheses"] = ["H07"]
        key = f"{sample}-{keep_flagged}"
        if key not in done:
            path = folder / f"{key}.yaml"
            path.write_text(yaml.safe_dump(plan, allow_unicode=True), encoding="utf-8")
            done[key] = run_study(path, data=data or f"citizen_{sample}.csv")
        return done[key]

    return run


def shipped_plan() -> dict[str, Any]:
    plan = yaml.safe_load((shelf("analyses") / "driver_impact.yaml").read_text(encoding="utf-8"))
    first = plan["analyses"][0]["specifications"][0]
    plan["analyses"][0]["specifications"] = [first]
    return dict(plan)


def fired(study: Study) -> set[str]:
    return {found.code for found in study.diagnostics if found.fires}


def gates(study: Study) -> dict[str, str]:
    return {finding.id: finding.gate for finding in study.analyses[0].findings}


def first_lines(study: Study) -> str:
    page = render_html(report_document(study))
    return page[page.index("<main") : page.index("Question and hypotheses</h2>")]


@pytest.mark.parametrize("name", [name for name in TWINS if name not in ("halo", "overlap")])
def test_each_sample_is_what_the_simulator_gives(name: str, tmp_path: Path) -> None:
    shipped = shelf("sample_data") / f"citizen_{name}.csv"
    drawn = draw_sample("driver_impact", population=f"citizen_{name}_population.yaml")
    truth = write_sample(drawn, tmp_path / shipped.name)
    assert (tmp_path / shipped.name).read_bytes() == shipped.read_bytes()
    assert truth.read_bytes() == shipped.with_suffix(".truth.json").read_bytes()


def test_every_twin_names_what_must_fire_and_the_clean_sample_nothing() -> None:
    assert all(TRUTH[name]["diagnostics_that_must_fire"] for name in TWINS)
    assert "diagnostics_that_must_fire" not in TRUTH["synthetic"]
    named = {path.stem for path in shelf("sample_data").glob("citizen_*.csv")}
    assert named == {f"citizen_{name}" for name in TRUTH}


def test_nothing_fires_and_nothing_is_held_back_on_the_clean_sample(small: Run) -> None:
    study = small("synthetic")
    assert fired(study) == set()
    assert not any(gates(study).values())
    assert len(study.lead) == 2
    page = render_html(report_document(study))
    assert "correlated drivers do not blur" in page.lower()
    assert "are like those who were not asked" in page
    assert "rests on questions" not in page
    assert "So is what its tests decide" not in page
    columns = "“Language that was answered in”, “Way of answering: web, paper, telephone or"
    assert f"measure alike across {columns} face to face” is not known: fewer than two" in page


@pytest.mark.parametrize("name", ["drivers", "careless", "language", "divide"])
def test_what_must_fire_does_and_is_said_first(name: str, small: Run) -> None:
    study = small(name)
    wanted = set(TRUTH[name]["diagnostics_that_must_fire"])
    # with half of the factors, drivers much alike cannot be told from a general evaluation
    assert fired(study) - {"HALO-001", "HALO-002"} == wanted
    page = first_lines(study)
    label = partial(construct_label, study.plan.instrument)
    for found in study.diagnostics:
        said = found.titled(label).replace("'", "&#39;")
        assert (said in page) == (found.fires and found.leads), found.code
    document = study_document(study)
    assert {row["code"] for row in document["diagnostics"] if row["fires"]} == fired(study)


def test_drivers_too_much_alike_leave_no_conclusion_on_what_is_not_found(small: Run) -> None:
    study = small("drivers")
    found = study.analyses[0].result.compared.departures.collinearity
    assert len(found.blurred) >= 4
    findings = study.analyses[0].findings
    assert not any(finding.conclusion == "equivalent" for finding in findings)
    inconclusive = [finding for finding in findings if finding.conclusion == "inconclusive"]
    assert any(true_path(finding) > 0 for finding in inconclusive)
    assert "probably overestimated" in first_lines(study)


def true_path(finding: Any) -> float:
    paths = TRUTH["drivers"]["standardised_paths"]
    return float(paths.get(finding.outcome, {}).get(finding.predictor, 0.0))


def test_careless_answers_are_excluded_or_held_against_the_paths(small: Run) -> None:
    study, kept = small("careless"), small("careless", keep_flagged=True)
    assert not any(gates(study).values())
    assert "and are excluded; with respondents flagged as careless" in first_lines(study)
    assert "CARELESS-001" in fired(kept)
    assert "are in the analysis; without respondents flagged as careless" in first_lines(kept)
    (departure,) = [d for d in departures(kept) if d.gate == "rests on careless answers"]
    (other,) = departure.alternatives
    for finding in kept.analyses[0].findings:
        assert (finding.gate == departure.gate) <= (finding.conclusion == "inconclusive")
    rivals = {path.id: path.rival for path in other.paths}
    excluded = {finding.id: finding.std_all for finding in study.analyses[0].findings}
    assert rivals == pytest.approx(excluded)


def departures(study: Study) -> tuple[Any, ...]:
    found: tuple[Any, ...] = study.analyses[0].result.compared.departures.all
    return found


def test_a_path_that_a_translation_made_is_not_concluded(small: Run) -> None:
    study = small("language")
    by_id = {finding.id: finding for finding in study.analyses[0].findings}
    assert TRUTH["language"]["standardised_paths"]["ATT"]["DRTEC"] == 0
    assert by_id["H07"].p_adjusted < 0.05
    assert by_id["H07"].std_all > 0.05
    assert by_id["H07"].conclusion == "inconclusive"
    assert by_id["H07"].gate == "rests on questions that groups answer otherwise"
    assert by_id["H15c"].conclusion == "supported"
    (departure,) = [d for d in departures(study) if d.gate == by_id["H07"].gate]
    assert {question.factor for question in departure.found.notable} >= {"DRTEC", "ATT"}
    page = " ".join(render_html(report_document(study)).split())
    assert "So is what its tests decide where answers could be otherwise" in page
    assert "it rests on questions that groups answer otherwise" in page
    tables = study_document(study)["analyses"][0]["tables"]
    rows = study_document(study)["measurement"]["invariance"]
    assert {row["term"] for row in rows if row["p_intercepts"] < 1e-6} == {"DRTEC", "ATT"}
    assert {row["variable"] for row in rows} == {"LANG"}
    assert "invariance" not in study_document(small("synthetic"))["measurement"]
    assert {"invariance.LANG", "invariance.LANG.released", "invariance.LANG.paths_1"} <= set(tables)


def test_a_path_that_selection_made_is_not_concluded(small: Run) -> None:
    study = small("divide")
    by_id = {finding.id: finding for finding in study.analyses[0].findings}
    assert TRUTH["divide"]["standardised_paths"]["ATT"]["DRTEC"] == 0
    assert by_id["H07"].std_all < -0.05
    assert by_id["H07"].conclusion == "inconclusive"
    (unknown, selected) = [d for d in departures(study) if d.fires]
    assert "ATT" in {entry.term for entry in selected.found.unlike}
    assert "H07" in selected.concerned
    assert selected.undoes("H07", "opposite")
    assert not selected.undoes("H01", "supported")
    assert set(unknown.found.frequent) == {"DRINP", "QUA"}
    assert [other.title for other in unknown.alternatives] == [
        "every don't-know as the lowest answer",
        "every don't-know as the highest answer",
    ]
    low, high = ({p.id: p for p in other.paths}["H03"] for other in unknown.alternatives)
    assert low.rival != high.rival
    assert by_id["H15a"].conclusion == "supported"


def test_what_other_answers_would_undo_is_not_concluded(small: Run) -> None:
    (unknown, _) = [d for d in departures(small("divide")) if d.fires]
    highest = unknown.alternatives[1]
    undone = replace(
        highest,
        paths=tuple(
            replace(path, rival=0.0) if path.id == "H01" else path for path in highest.paths
        ),
    )
    changed = replace(unknown, alternatives=(unknown.alternatives[0], undone))
    assert changed.undoes("H01", "supported")
    assert not changed.undoes("H15a", "supported")
    assert not replace(changed, fires=False).undoes("H01", "supported")


def test_a_style_of_answering_is_found_and_what_it_made_is_not_concluded(
    small: Run, tmp_path: Path
) -> None:
    """Every third respondent agrees too much, and every third too little, whatever is said."""
    answers = pd.read_csv(shelf("sample_data") / "citizen_synthetic.csv", dtype=str)
    items = ["DRREL11", "DRACT6", "DRINP8", "DRSET8", "DRTEC5", "QUA6", "ATT2"]
    style = np.random.default_rng(3).integers(-1, 2, size=len(answers))
    for item in items:
        codes = pd.to_numeric(answers[item])
        moved = (codes + style).clip(1, 5)
        answers[item] = codes.where(~codes.between(1, 5), moved).astype("Int64").astype("string")
    path = tmp_path / "styled.csv"
    answers.to_csv(path, index=False)
    study = small("styled", data=path)
    assert "METHOD-001" in fired(study)
    assert "METHOD-001" not in fired(small("synthetic"))
    assert "7 reverse-worded questions share something" in first_lines(study)
    (departure,) = [d for d in departures(study) if isinstance(d.found, WordingFactor)]
    (without,) = departure.alternatives
    clean = {finding.id: finding.std_all for finding in small("synthetic").analyses[0].findings}
    for change in without.paths:
        assert change.rival == pytest.approx(clean[change.id], abs=2 * change.rival_se), change.id
    assert "wording.paths_1" in study_document(study)["analyses"][0]["tables"]


@pytest.mark.slow
@pytest.mark.parametrize("name", [*TWINS, "synthetic"])
def test_the_shipped_plan_tells_the_twins_apart(name: str, tmp_path: Path) -> None:
    path = tmp_path / "confirmatory.yaml"
    path.write_text(yaml.safe_dump(shipped_plan(), allow_unicode=True), encoding="utf-8")
    study = run_study(path, data=f"citizen_{name}.csv")
    assert fired(study) == set(TRUTH[name].get("diagnostics_that_must_fire", ()))
