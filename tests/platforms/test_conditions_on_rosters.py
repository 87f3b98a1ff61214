"""Conditions about a respondent on what the rows of a roster sum up to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import test_surveyjs
import test_xlsform
from every_kind import cells_of, plain
from odk_exports import leaves
from roster_forms import HOUSEHOLD, Rows, assert_rows, household, rows_of, summaries
from test_rosters import odk_files, odk_people, surveyjs_people

from coprod_stats.instruments import Instrument, InstrumentError
from coprod_stats.literals import ExportSource, Platform
from coprod_stats.platforms import compose_form
from coprod_stats.platforms.form_export import Sidecar
from coprod_stats.responses import Responses, read_responses
from coprod_stats.responses.platform_reading import read_platform_export
from coprod_stats.responses.platform_rosters import read_platform_rosters
from coprod_stats.responses.rosters import read_rosters, with_summaries, without_unasked
from coprod_stats.simulation.population import PopulationForm
from coprod_stats.simulation.simulated_answers import simulate_answers
from coprod_stats.simulation.simulated_rosters import simulate_rosters

Known = Mapping[str, float]
CONDITIONS: dict[str, tuple[str, Callable[[Known], bool]]] = {
    "Q1": ("KIDS > 0", lambda row: row["KIDS"] > 0),
    "Q2": ("KIDS == 0", lambda row: row["KIDS"] == 0),
    "Q3": ("not KIDS >= 1", lambda row: row["KIDS"] < 1),
    "Q4": ("MEANAGE > 19 or HELPED == 1", lambda row: row["MEANAGE"] > 19 or row["HELPED"] == 1),
    "Q5": ("HELPED == 0", lambda row: row["HELPED"] == 0),
    "Q6": ("EVERYONE == 1", lambda row: row["EVERYONE"] == 1),
    "Q7": ("EVERYONE != 1", lambda row: row["EVERYONE"] == 0),
    "Q8": ("not answered(MEANAGE)", lambda row: np.isnan(row["MEANAGE"])),
    "Q9": ("ROWS - KIDS >= 2", lambda row: row["ROWS"] - row["KIDS"] >= 2),
    "Q10": ("OLDEST > 19", lambda row: row["OLDEST"] > 19),
    "Q11": ("YOUNGEST < 17", lambda row: row["YOUNGEST"] < 17),
    "Q12": ("AGES > 30 and SHARE < 1", lambda row: row["AGES"] > 30 and row["SHARE"] < 1),
    "Q13": ("MANY == 1", lambda row: row["ROWS"] > 2),
}
"""Conditions on summaries, and for whom they are known to hold."""
MORE = """ROWS: {title: Rows, value: "count(MEMBER > 0)"}
        OLDEST: {title: Oldest, value: max(AGE)}
        YOUNGEST: {title: Youngest, value: min(AGE)}
        AGES: {title: Years together, value: sum(AGE)}
        SHARE: {title: Share who are helped, value: mean(HELP == 1)}
"""
POPULATION = PopulationForm.model_validate(
    {
        **{"population": "p", "about": "Invented.", "rows": 200, "seed": 1, "shares": {}},
        **{"paths": {}, "loadings": {}, "groups": {"all": {"share": 1.0}}},
        "numbers": {"AGE": {"mean": 18, "sd": 2}},
    }
)
LAST = "items: [{id: LAST, kind: text, text: Anything else?, when: CARE == 2}]"


def asked(folder: Path, **conditions: str) -> Instrument:
    """Read the household with questions that depend on its rows."""
    items = ", ".join(
        f"{{id: {id}, text: So?, options: {{1: A, 2: B}}, when: '{condition}'}}"
        for id, condition in conditions.items()
    )
    changes = {
        "rows": ('ROWS: {title: Rows, value: "count(MEMBER > 0)"}\n', MORE),
        "last": (LAST, f"{LAST[:-1]}, {items}]"),
        "free": ("[dont_know, refused], required: true,", "[dont_know, refused],"),
        "derived": ("derived:\n", "derived:\n  MANY: {title: Many, value: ROWS > 2}\n"),
    }
    assert all(old in HOUSEHOLD for old, _ in changes.values())
    return household(folder, **changes)


def routed(instrument: Instrument, rows: Rows) -> Rows:
    """Let who is asked by the rows answer, and nobody else."""
    table = summaries(rows)
    ages = {name: [] for name in ("OLDEST", "YOUNGEST", "AGES", "SHARE")}
    for number, person in enumerate(rows.people.canonical):
        mine = [row for row in rows.canonical["MEMBER"] if row["RID"] == f"r{number}"]
        known = [int(row["AGE"]) for row in mine if int(row["AGE"]) > 0]
        helped = [row["HELP"] == "1" for row in mine if row["HELP"] in ("1", "2")]
        of_none = 0.0 if person["CARE"] == "1" and person["SIZE"] == "0" else np.nan
        ages["OLDEST"].append(max(known, default=np.nan))
        ages["YOUNGEST"].append(min(known, default=np.nan))
        ages["AGES"].append(sum(known) if known else of_none)
        ages["SHARE"].append(np.mean(helped) if helped else np.nan)
    table = table.assign(**ages)
    items = {item.id: item for item in instrument.questions}
    for place, person in enumerate(rows.people.canonical):
        row = table.iloc[place]
        for id, (_, holds) in CONDITIONS.items():
            cells = cells_of(items[id], rows.people.wanted[place][id])
            person.update(cells if holds(row) else dict.fromkeys(cells, ""))
    return rows


@pytest.fixture
def instrument(tmp_path: Path) -> Instrument:
    return asked(tmp_path, **{id: condition for id, (condition, _) in CONDITIONS.items()})


def drawn(instrument: Instrument, n: int, seed: int) -> Rows:
    rows = routed(instrument, rows_of(instrument, n, seed))
    answers = [{id: person[id] != "" for id in CONDITIONS} for person in rows.people.canonical]
    for id in CONDITIONS:  # each is asked of some and not of others
        assert len({given[id] for given in answers}) == 2, id
    return rows


def read_back(
    path: Path, instrument: Instrument, sidecar: Sidecar, source: ExportSource, *files: Path
) -> tuple[Responses, dict[str, Responses]]:
    """Read an export with its rows, as the command does."""
    found = read_platform_export(path, instrument, source=source, sidecar=sidecar)
    assert found.rejected == ()
    rows = read_platform_rosters(path, found, source=source, sidecar=sidecar, files=files)
    return without_unasked(with_summaries(found, rows)), rows


def assert_asked(found: Responses, rows: Rows) -> None:
    """Compare the answers to questions that depend on rows: blank if not asked, -7 if skipped."""
    wanted = [[person[id] for id in CONDITIONS] for person in rows.people.canonical]
    assert [list(map(plain, row)) for row in found.answers[list(CONDITIONS)].to_numpy()] == wanted


@test_xlsform.needs_engine
def test_odk_s_engine_asks_by_what_rows_sum_up_to(instrument: Instrument, tmp_path: Path) -> None:
    rows, export = drawn(instrument, 12, seed=0), compose_form(instrument, "xlsform")
    form = test_xlsform.xform(export, tmp_path)
    filled = test_xlsform.fill(form, odk_people(instrument, rows))
    assert [found["violations"] for found in filled] == [[]] * len(filled)
    paths = {}
    for name, text in odk_files([found["xml"] for found in filled], export.sidecar).items():
        paths[name] = tmp_path / f"household-{name}.csv"
        paths[name].write_text(text, encoding="utf-8", newline="")
    main = paths.pop("")
    found, read = read_back(main, instrument, export.sidecar, "odk", *paths.values())
    assert_asked(found, rows)
    assert_rows(read, rows, [leaves(one["xml"])["meta/instanceID"] for one in filled])


@test_surveyjs.needs_survey_core
def test_survey_core_asks_by_what_rows_sum_up_to(instrument: Instrument, tmp_path: Path) -> None:
    rows, form = drawn(instrument, 12, seed=0), compose_form(instrument, "surveyjs")
    people = surveyjs_people(instrument, rows)
    filled = test_surveyjs.fill(form.files["survey.json"], people, tmp_path)
    assert (filled["jsonErrors"], filled["lint"]["findings"]) == ([], [])
    path = tmp_path / "results.json"
    path.write_text(json.dumps([one["data"] for one in filled["results"]]), encoding="utf-8")
    found, read = read_back(path, instrument, form.sidecar, "surveyjs")
    assert_asked(found, rows)
    assert_rows(read, rows)


@test_xlsform.needs("java", "pyxform")
def test_odk_validate_accepts_conditions_on_rows(instrument: Instrument, tmp_path: Path) -> None:
    test_xlsform.xform(compose_form(instrument, "xlsform"), tmp_path, validate=True)


def test_redcap_refuses_by_name_what_it_does_not_compute(instrument: Instrument) -> None:
    refused = {fault.place: fault for fault in compose_form(instrument, "redcap").refused}
    assert set(refused) == {f"item {id}" for id in CONDITIONS}
    found = refused["item Q1"].found
    assert "KIDS" in found
    assert "the rows of MEMBER, across which REDCap computes nothing" in found


@pytest.mark.parametrize("platform", ["xlsform", "surveyjs"])
def test_a_sum_of_more_than_one_answer_is_refused_by_name(
    platform: Platform, tmp_path: Path
) -> None:
    changes = {
        "sum": ("value: mean(AGE)", "value: mean(AGE + S1)"),
        "last": (LAST, f"{LAST[:-1]}, {{id: Q, kind: text, text: Q?, when: MEANAGE > 3}}]"),
    }
    (fault,) = compose_form(household(tmp_path, **changes), platform).refused
    assert fault.place == "item Q"
    assert "MEANAGE is a mean of more than the answers to one question" in fault.found


def test_synthetic_respondents_are_asked_by_what_their_rows_sum_up_to(
    instrument: Instrument,
) -> None:
    rng = np.random.default_rng(1)
    answers = simulate_answers(POPULATION, instrument, n_rows=200, rng=rng).answers
    found, _ = simulate_rosters(POPULATION, instrument, answers, rng=rng)
    known = found["ROWS"].notna() & (found["CARE"] == 1)
    assert (found["Q13"].notna() == (known & (found["ROWS"] > 2))).all()
    assert (found["Q8"].notna() == found["MEANAGE"].isna()).all()
    assert found[["Q8", "Q13"]].notna().sum().min() > 20


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            'options: {1: "Yes", 2: "No"}}\n  - page',
            'options: {1: "Yes", 2: "No"}, when: {}}\n  - page',
        ),
        ("when: CARE == 1\n    roster", "when: CARE == 1 and {}\n    roster"),
    ],
)
@pytest.mark.parametrize("summary", ["KIDS", "ROWS", "MANY"])
def test_a_summary_is_not_known_before_its_rows(
    old: str, new: str, summary: str, tmp_path: Path
) -> None:
    many = ("derived:\n", "derived:\n  MANY: {title: Many, value: ROWS > 2}\n")
    condition = f"{summary} > 0"
    with pytest.raises(InstrumentError) as caught:
        household(tmp_path, many=many, early=(old, new.replace("{}", condition)))
    assert {fault.code for fault in caught.value.faults} == {"ROUTE-001"}


def test_a_roster_may_depend_on_the_rows_of_another(tmp_path: Path) -> None:
    changes = {
        "page": ("  - page: services\n", "  - page: services\n    when: KIDS > 0\n"),
        "sum": ("most: 3}", 'most: 3, summaries: {USED: {title: n, value: "count(KIND > 0)"}}}'),
    }
    form = household(tmp_path, **changes)
    path = tmp_path / "answers.csv"
    path.write_text("RID,SIZE,CARE\na,1,1\nb,1,1\nc,1,1\n", encoding="utf-8")
    members = tmp_path / "m.csv"
    members.write_text("RID,MEMBER,AGE\na,1,17\nb,1,40\nc,1,17\n", encoding="utf-8")
    services = tmp_path / "s.csv"
    services.write_text("RID,SERVICE,KIND\na,1,2\na,2,1\n", encoding="utf-8")
    answers = read_responses(path, form)
    rows = read_rosters((members, services), form, answers)
    found = with_summaries(answers, rows).answers
    assert found["KIDS"].tolist() == [1, 0, 1]
    assert found["USED"].tolist() == [2, pytest.approx(np.nan, nan_ok=True), 0]
    assert compose_form(form, "surveyjs").refused == ()


def test_synthetic_rows_depend_on_the_rows_of_another_roster(tmp_path: Path) -> None:
    form = household(
        tmp_path, page=("  - page: services\n", "  - page: services\n    when: KIDS > 0\n")
    )
    rng = np.random.default_rng(3)
    answers = simulate_answers(POPULATION, form, n_rows=200, rng=rng).answers
    found, tables = simulate_rosters(POPULATION, form, answers, rng=rng)
    with_kids = set(found.loc[found["KIDS"] > 0, "RID"])
    assert 0 < len(set(tables["SERVICE"]["RID"])) <= len(with_kids)
    assert set(tables["SERVICE"]["RID"]) <= with_kids
