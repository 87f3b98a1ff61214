"""Options that are shown by earlier answers, on every platform, on paper and when they are read."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import test_limesurvey
import test_qualtrics
import test_redcap
import test_surveyjs
import test_xlsform
from every_kind import Respondents, canonical
from redcap_logic import holds
from short_forms import cells, short_form

from coprod_stats.instruments import Instrument, InstrumentError, check_instrument
from coprod_stats.instruments.codebook import codebook
from coprod_stats.instruments.preview import preview
from coprod_stats.instruments.routes import draw_routes
from coprod_stats.instruments.versions.comparison import compare
from coprod_stats.platforms import compose_form
from coprod_stats.platforms.paper.building import paper_document
from coprod_stats.platforms.paper.versions import versions
from coprod_stats.responses import read_responses
from coprod_stats.simulation.population import PopulationForm
from coprod_stats.simulation.simulated_answers import simulate_answers

HEAD = "administrative: [{id: RID, title: Respondent, role: respondent}]\n"
ITEMS = """
- {id: A, text: First?, options: {1: One, 2: Two, 3: Three}, offers: [dont_know]}
- {id: T, kind: text, text: Which?}
- {id: S, text: Second?, options: {1: Bus, 2: Tram, 3: Boat}, off_scale: {8: Other}, other: 8,
   options_when: {2: A == 2, 3: "A in (2, 3)", 8: 'T == "yes"'}}
- {id: M, kind: multiple, text: Third?, options: {1: Bus, 2: Tram, 3: Boat}, off_scale: {9: None},
   codes: {1: B, 2: T, 3: x, 9: none}, options_when: {2: A == 2, 3: "S != 1", 9: A == 2}}
- {id: Z, text: Last?, options: {1: "Yes", 2: "No"}, when: "not includes(M, 2)"}
"""
SHOWN_S = {(1, "no"): {1}, (2, "no"): {1, 2, 3}, (3, "yes"): {1, 3, 8}, (-9, "YES"): {1, 8}}
"""Options of S that are shown to who answered A and T so."""


@pytest.fixture
def instrument(tmp_path: Path) -> Instrument:
    return short_form(tmp_path, ITEMS, head=HEAD)


def people_of(instrument: Instrument) -> Respondents:
    """Return respondents with all combinations of answers that the form shows."""
    rows: list[dict[str, Any]] = [
        {"A": a, "T": t, "S": s, "S__other": "so", "M": m, "Z": 1}
        for a, t, s, m in product(
            (1, 2, 3, -9, None), ("yes", "no"), (1, 2, 3, 8, None), ((1, 2), (3,), (9,), None)
        )
    ]
    found = [canonical(instrument, row, place) for place, row in enumerate(rows)]
    return Respondents(rows, found)


@test_xlsform.needs_engine
def test_odk_takes_the_options_that_are_shown(instrument: Instrument, tmp_path: Path) -> None:
    test_xlsform.round_trip(instrument, people_of(instrument), tmp_path)


@test_xlsform.needs_engine
def test_odk_shows_only_the_options_that_are_meant(instrument: Instrument, tmp_path: Path) -> None:
    form = test_xlsform.xform(compose_form(instrument, "xlsform"), tmp_path)
    rows = [{"A": a, "T": t, "S": None, "S__other": None, "M": None, "Z": None} for a, t in SHOWN_S]
    filled = test_xlsform.fill(form, [test_xlsform.as_xforms(instrument, row) for row in rows])
    labels = {1: "Bus", 2: "Tram", 3: "Boat", 8: "Other"}
    expected = [{labels[code] for code in codes} for codes in SHOWN_S.values()]
    assert [set(one["options"]["s"]) for one in filled] == expected


@test_xlsform.needs("java", "pyxform")
def test_odk_validate_accepts_filters_of_choices(instrument: Instrument, tmp_path: Path) -> None:
    test_xlsform.xform(compose_form(instrument, "xlsform"), tmp_path, validate=True)


@test_surveyjs.needs_survey_core
def test_survey_core_takes_the_options_that_are_shown(
    instrument: Instrument, tmp_path: Path
) -> None:
    test_surveyjs.round_trip(instrument, people_of(instrument), tmp_path)


@test_surveyjs.needs_survey_core
def test_survey_core_shows_only_the_options_that_are_meant(
    instrument: Instrument, tmp_path: Path
) -> None:
    form = compose_form(instrument, "surveyjs").files["survey.json"]
    people = [{"before": {}, "answers": [["A", a], ["T", t]]} for a, t in SHOWN_S]
    found = test_surveyjs.fill(form, people, tmp_path)
    assert found["lint"]["findings"] == []
    labels = {1: "Bus", 2: "Tram", 3: "Boat", 8: "Other"}
    expected = [[labels[code] for code in sorted(codes)] for codes in SHOWN_S.values()]
    assert [result["shown"]["S"][2:] for result in found["results"]] == expected


@test_limesurvey.needs_node
def test_limesurvey_takes_the_options_that_are_shown(
    instrument: Instrument, tmp_path: Path
) -> None:
    test_limesurvey.round_trip(instrument, people_of(instrument), tmp_path)


@test_limesurvey.needs_node
def test_limesurvey_refuses_an_option_that_is_not_meant(
    instrument: Instrument, tmp_path: Path
) -> None:
    people = []
    for (a, t), codes in SHOWN_S.items():
        for code in (1, 2, 3, 8):
            answers = {"A": "dk" if a == -9 else str(a), "T": t, "S": str(code), "Sother": "so"}
            people.append(({"assigned": {}, "answers": answers}, code in codes))
    found = test_limesurvey.fill(instrument, [one for one, _ in people], tmp_path)["problems"]
    assert [not problems for problems in found] == [right for _, right in people]
    row = test_limesurvey.named(test_limesurvey.rows_of(instrument), "Q", "S")
    assert "Tram" in row["em_validation_q_tip"]
    losses = compose_form(instrument, "limesurvey").losses
    assert [loss.place for loss in losses if loss.code == "PLATFORM-155"] == ["item S"]


def if_parts(tag: str) -> tuple[str, str, str]:
    """Cut REDCap's ``@IF`` into its condition and its two branches."""
    parts, depth, quoted = [""], 0, ""
    for sign in tag.removeprefix("@IF(").removesuffix(")"):
        quoted = "" if sign == quoted else quoted or (sign if sign in "'\"" else "")
        depth += 0 if quoted else (sign == "(") - (sign == ")")
        if sign == "," and not depth and not quoted:
            parts.append("")
        else:
            parts[-1] += sign
    logic, yes, no = map(str.strip, parts)
    return logic, yes, no


def hidden_in_redcap(tag: str, record: dict[str, str]) -> set[str]:
    """Return the codes that REDCap hides when a page is loaded."""
    if not tag.startswith("@IF"):
        return set(filter(None, tag.removeprefix("@HIDECHOICE=").strip("'").split(",")))
    logic, yes, no = if_parts(tag)
    return hidden_in_redcap(yes if holds(logic, record) else no, record)


def test_redcap_hides_the_options_that_are_not_meant(instrument: Instrument) -> None:
    test_redcap.round_trip(instrument, people_of(instrument))
    annotation = test_redcap.dictionary(instrument)["s"]["Field Annotation"]
    for (a, t), codes in SHOWN_S.items():
        hidden = hidden_in_redcap(annotation, {"a": str(a), "t": t})
        assert hidden == {"1", "2", "3", "8"} - set(map(str, codes))
    boxes = test_redcap.dictionary(instrument)["m"]["Field Annotation"]
    assert boxes.startswith("@NONEOFTHEABOVE='none' @IF(")
    assert "@HIDECHOICE='T,none,x'" in boxes
    losses = [loss.place for loss in compose_form(instrument, "redcap").losses]
    assert losses.count("item S") == losses.count("item M") == 1


def test_redcap_refuses_more_conditions_than_can_be_combined(tmp_path: Path) -> None:
    filters = ", ".join(f"{code}: N == {code}" for code in range(1, 7))
    options = ", ".join(f"{code}: O{code}" for code in range(1, 8))
    items = "- {id: N, kind: number, text: N}\n"
    items += f"- {{id: S, text: S, options: {{{options}}}, options_when: {{{filters}}}}}"
    (fault,) = compose_form(short_form(tmp_path, items), "redcap").refused
    assert (fault.code, fault.place) == ("PLATFORM-030", "item S")


def test_qualtrics_shows_the_options_that_are_meant(instrument: Instrument, tmp_path: Path) -> None:
    test_qualtrics.round_trip(instrument, people_of(instrument), tmp_path)
    survey = test_qualtrics.survey_file(instrument)
    for (a, t), codes in SHOWN_S.items():
        for code in (1, 2, 3, 8):
            walk = test_qualtrics.Respondent(survey, {"A": a, "T": t, "S": code}, {})
            assert (walk.problems == []) == (code in codes)
    losses = [loss.code for loss in compose_form(instrument, "qualtrics").losses]
    assert "PLATFORM-162" in losses


CASES = [
    ("1,no,1,,0,0,0,0", "1", None),
    ("1,no,2,,1,0,0,0", None, 'the option 2 is shown only if A is "Two"'),
    ("-9,no,2,,1,0,0,0", "2", None),
    (",,3,,1,0,0,0", "3", None),
    ("1,no,8,words,1,0,0,0", None, 'the option 8 is shown only if T is "yes"'),
]


@pytest.mark.parametrize(("row", "answer", "reason"), CASES)
def test_an_option_that_was_known_not_to_be_shown_is_rejected(
    row: str, answer: str | None, reason: str | None, instrument: Instrument, tmp_path: Path
) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(f"A,T,S,S__other,M__1,M__2,M__3,M__9\n{row}\n", encoding="utf-8")
    found = read_responses(path, instrument)
    assert cells(found, "S") == [(None if answer is None else int(answer),)]
    assert [(entry.column, entry.code, entry.reason) for entry in found.rejected] == (
        [] if reason is None else [("S", "VALUE-003", reason)]
    )


def test_a_multiple_choice_with_an_option_that_was_not_shown_is_rejected_whole(
    instrument: Instrument, tmp_path: Path
) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("A,M__1,M__2,M__3,M__9\n1,1,1,,0\n2,1,1,,0\n", encoding="utf-8")
    found = read_responses(path, instrument)
    assert cells(found, "M__1", "M__2", "M__9") == [(None, None, None), (1, 1, 0)]
    assert [entry.column for entry in found.rejected] == ["M__1", "M__2", "M__9"]


def test_preview_codebook_and_paper_say_for_whom_an_option_is(instrument: Instrument) -> None:
    shown = " ".join(preview(instrument).split())
    assert 'Option 2 shown if A is "Two".' in shown
    assert "<dt>options shown if</dt>" in codebook(instrument)
    (version,) = versions(instrument)
    questions = [e for e in paper_document(version, "en").elements if e.kind == "question"]
    assert questions[2].body.options[1].label == 'Tram (only if question 1 is "Two")'
    assert questions[2].beside[0].label.startswith('Other (only if question 2 is "yes")')


def test_paper_leaves_out_an_option_of_another_arm(tmp_path: Path) -> None:
    head = "assigned: {ARM: {title: Arm, levels: {1: One, 2: Two}}}\n"
    items = "- {id: S, text: S, options: {1: A, 2: B}, options_when: {2: ARM == 2}}"
    printed = [
        [option.label for option in element.body.options]
        for version in versions(short_form(tmp_path, items, head=head))
        for element in paper_document(version, "en").elements
        if element.kind == "question"
    ]
    assert printed == [["A"], ["A", "B"]]


def test_another_condition_of_an_option_is_a_change(tmp_path: Path) -> None:
    older = short_form(tmp_path, ITEMS)
    newer = short_form(tmp_path, ITEMS.replace("2: A == 2, 3:", "2: A == 1, 3:", 1))
    assert [str(change.place) for change in compare(older, newer)] == ["S"]


def test_routes_and_simulated_answers_keep_to_what_is_shown(
    instrument: Instrument, tmp_path: Path
) -> None:
    stated = {"population": "p", "about": "Invented.", "rows": 400, "seed": 1, "shares": {}}
    stated |= {"paths": {}, "loadings": {}, "groups": {"all": {"share": 1.0}}}
    population = PopulationForm.model_validate(stated)
    drawn = simulate_answers(population, instrument, n_rows=400, rng=np.random.default_rng(1))
    drawn.answers.to_csv(tmp_path / "drawn.csv", index=False)
    found = read_responses(tmp_path / "drawn.csv", instrument)
    assert found.rejected == ()
    assert set(found.answers["S"]) == {1, 2, 3, 8}
    assert (found.answers.loc[found.answers["A"] == 1, "S"].isin([1, 8])).all()
    assert (found.answers["M__2"][found.answers["A"] != 2] != 1).all()
    asked = draw_routes(instrument, n_respondents=300, rng=np.random.default_rng(1)).asked
    assert 0 < asked[:, -1].mean() < 1


@pytest.mark.parametrize(
    ("item", "codes"),
    [
        ("{id: S, text: S, options: {1: A, 2: B}, options_when: {3: A == 1}}", ["ITEM-023"]),
        ("{id: S, kind: number, text: S, options_when: {1: A == 1}}", ["ITEM-023"]),
        (
            "{id: S, kind: rank, text: S, options: {1: A, 2: B}, options_when: {1: A == 1}}",
            ["ITEM-023"],
        ),
        ("{id: S, text: S, options: {1: A, 2: B}, options_when: {1: B == 1}}", ["ROUTE-001"]),
        ("{id: S, text: S, options: {1: A, 2: B}, options_when: {1: S == 1}}", ["ROUTE-001"]),
        ("{id: S, text: S, options: {1: A, 2: B}, options_when: {1: A ==}}", ["EXPR-001"]),
        ("{id: S, text: S, options: {1: A, 2: B}, options_when: {1: A == 7}}", ["EXPR-003"]),
    ],
)
def test_a_condition_that_no_form_can_carry_out_is_a_fault(
    item: str, codes: list[str], tmp_path: Path
) -> None:
    ask = "- {{id: {}, text: {}, options: {{1: x, 2: y}}}}"
    items = "\n".join([ask.format("A", "A"), f"- {item}", ask.format("B", "B")])
    with pytest.raises(InstrumentError) as caught:
        short_form(tmp_path, items)
    assert [fault.code for fault in caught.value.faults] == codes


def test_a_row_of_a_grid_shows_all_its_options(tmp_path: Path) -> None:
    short_form(tmp_path, ITEMS.split("- {id: M")[0].replace("other: 8,", ""))
    path = tmp_path / "short.yaml"
    path.write_text(path.read_text().replace("block: b", "block: b\n        stem: Then"))
    assert [fault.code for fault in check_instrument(path)] == ["ITEM-023"]
