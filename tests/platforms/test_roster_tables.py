"""Tables of rosters: rows rejected with their reasons, codebooks, paper, simulation, faults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook
from roster_forms import HOUSEHOLD, household

from coprod_stats.cli.application import app
from coprod_stats.instruments import Instrument, check_instrument
from coprod_stats.instruments.checks.linting import lint
from coprod_stats.instruments.codebook import codebook
from coprod_stats.instruments.model import InstrumentLookupError
from coprod_stats.instruments.preview import preview
from coprod_stats.instruments.source.reading import read_instrument
from coprod_stats.instruments.translations.coverage import translation_coverage
from coprod_stats.instruments.translations.translation import translation_rows
from coprod_stats.instruments.versions.comparison import compare
from coprod_stats.platforms import compose_form
from coprod_stats.platforms.paper.building import paper_document
from coprod_stats.platforms.paper.rosters import roster_sheet
from coprod_stats.platforms.paper.versions import versions
from coprod_stats.responses import Responses, read_responses
from coprod_stats.responses.raw_table import ResponsesError
from coprod_stats.responses.rosters import read_rosters, with_summaries
from coprod_stats.scoring import score
from coprod_stats.simulation.population import PopulationForm
from coprod_stats.simulation.simulated_answers import simulate_answers
from coprod_stats.simulation.simulated_rosters import simulate_rosters
from coprod_stats.study import synthetic_sample


@pytest.fixture
def instrument(tmp_path: Path) -> Instrument:
    return household(tmp_path)


def read(
    instrument: Instrument, folder: Path, answers: str, rows: str
) -> tuple[Responses, Responses]:
    """Read the respondents and the rows of the household from CSV."""
    (folder / "answers.csv").write_text(answers, encoding="utf-8")
    (folder / "rows.csv").write_text(rows, encoding="utf-8")
    found = read_responses(folder / "answers.csv", instrument)
    return found, read_rosters((folder / "rows.csv",), instrument, found)["MEMBER"]


ANSWERS = "RID,SIZE,CARE\na,2,1\nb,1,2\nc,-9,1\n"


@pytest.mark.parametrize(
    ("row", "code", "reason"),
    [
        ("x,1,Ann,40", "ROW-003", "no respondent 'x' is among the answers"),
        (",1,Ann,40", "ROW-003", "no respondent '' is among the answers"),
        ("a,,Ann,40", "ROW-004", "the number of the row is not a whole number from 1"),
        ("a,0,Ann,40", "ROW-004", "the number of the row is not a whole number from 1"),
        ("a,1.5,Ann,40", "ROW-004", "the number of the row is not a whole number from 1"),
        ("a,1,Bo,41", "ROW-004", "a second row 1 of the respondent"),
        ("a,3,Cy,42", "ROW-005", "the respondent was asked for 2 rows of 'MEMBER'"),
        ("b,1,Di,43", "ROW-005", "the respondent was asked for 0 rows of 'MEMBER'"),
        ("c,1,Ed,44", "ROW-005", "the respondent was asked for 0 rows of 'MEMBER'"),
    ],
)
def test_a_row_of_nobody_is_rejected_with_its_reason(
    row: str, code: str, reason: str, instrument: Instrument, tmp_path: Path
) -> None:
    rows = f"RID,MEMBER,NAME,AGE\na,1,Ann,20\n{row}\n"
    _, found = read(instrument, tmp_path, ANSWERS, rows)
    (rejected,) = found.rejected
    assert (rejected.line, rejected.code, rejected.reason) == (3, code, reason)
    assert rejected.scope == "row"
    assert found.answers["NAME"].tolist() == ["Ann"]


def test_a_row_does_not_find_a_respondent_by_a_line_of_the_file(
    instrument: Instrument, tmp_path: Path
) -> None:
    rows = "RID,MEMBER,NAME\nline 2,1,Ann\nb,1,Bo\n"
    _, found = read(instrument, tmp_path, "RID,SIZE,CARE\n,2,1\nb,1,1\n", rows)
    (rejected,) = found.rejected
    assert (rejected.line, rejected.code) == (2, "ROW-003")
    assert found.answers["NAME"].tolist() == ["Bo"]


def test_values_of_a_row_that_do_not_fit_are_rejected(
    instrument: Instrument, tmp_path: Path
) -> None:
    rows = "RID,MEMBER,NAME,AGE,HELP\na,1,Ann,400,7\na,2,Bo,30,1\n"
    _, found = read(instrument, tmp_path, ANSWERS, rows)
    assert [(entry.respondent, entry.column) for entry in found.rejected] == [
        ("a", "AGE"),
        ("a", "HELP"),
    ]
    assert found.answers["MEMBER"].tolist() == [1, 2]


def test_rows_are_not_rejected_for_an_answer_that_nobody_knows(
    instrument: Instrument, tmp_path: Path
) -> None:
    rows = "RID,MEMBER,NAME\na,1,Ann\na,2,Bo\n"
    for answers in ("RID,SIZE,CARE\na,many,1\n", "RID,CARE\na,1\n", "RID,LAST\na,x\n"):
        _, found = read(instrument, tmp_path, answers, rows)
        assert found.rejected == ()


def test_a_summary_is_of_the_rows_of_its_respondent(instrument: Instrument, tmp_path: Path) -> None:
    answers = "RID,SIZE,CARE\na,3,1\nb,0,1\nc,2,2\nd,1,1\n"
    rows = "RID,MEMBER,AGE,HELP\na,1,16,\na,2,40,2\na,3,-9,1\nd,1,-9,\n"
    found, inside = read(instrument, tmp_path, answers, rows)
    summed = with_summaries(found, {"MEMBER": inside}).answers
    columns = ["KIDS", "MEANAGE", "HELPED", "EVERYONE", "ROWS"]
    assert summed.astype(object).where(summed.notna(), None)[columns].to_numpy().tolist() == [
        [1, 28, 1, 0, 3],
        [0, None, 0, None, 0],
        [None] * 5,
        [0, None, None, None, 1],
    ]
    unread = with_summaries(found, {})
    assert unread.answers["KIDS"].isna().all()


def test_summaries_of_rows_that_nobody_knows_are_blank(
    instrument: Instrument, tmp_path: Path
) -> None:
    answers = "RID,SIZE,CARE\na,3,1\nb,-9,1\nc,many,1\nd,2,1\ne,,1\nf,0,1\n"
    found, inside = read(instrument, tmp_path, answers, "RID,MEMBER,AGE\nd,1.5,20\nf,1,20\n")
    summed = with_summaries(found, {"MEMBER": inside}).answers
    assert summed["KIDS"].isna().tolist() == [True] * 5 + [False]
    assert summed[["KIDS", "HELPED", "ROWS"]].iloc[-1].tolist() == [0, 0, 0]


def test_of_rows_that_respondents_add_none_are_none_unless_rejected(tmp_path: Path) -> None:
    free = household(tmp_path, one=("count: SIZE", "most: 4"))
    rows = "RID,MEMBER,AGE\na,1,16\nb,9,20\nd,1,20\n"
    answers = "RID,SIZE,CARE\na,3,1\nb,1,1\nc,2,1\nd,1,2\n"
    found, inside = read(free, tmp_path, answers, rows)
    summed = with_summaries(found, {"MEMBER": inside}).answers["KIDS"]
    assert summed.fillna(-1).tolist() == [1, -1, 0, -1]
    found, inside = read(free, tmp_path, "RID,SIZE\na,3\nb,1\nc,2\n", rows)
    unknown = with_summaries(found, {"MEMBER": inside}).answers["KIDS"]
    assert unknown.fillna(-1).tolist() == [1, -1, -1]


@pytest.mark.parametrize("header", ["RID,NAME", "RID,MEMBER,SERVICE,NAME"])
def test_a_file_that_is_of_no_one_roster_is_refused(
    header: str, instrument: Instrument, tmp_path: Path
) -> None:
    with pytest.raises(ResponsesError, match="this questionnaire has: MEMBER, SERVICE"):
        read(instrument, tmp_path, ANSWERS, f"{header}\na,1,1,1\n".replace("1,1,1", "1"))


def test_a_roster_has_a_questionnaire_of_its_own(instrument: Instrument) -> None:
    inside = instrument.roster("MEMBER")
    assert inside.columns[:4] == ("RID", "MEMBER", "NAME", "AGE")
    assert [entry.id for entry in inside.derived] == ["OLD"]
    assert instrument.derived == ()
    assert "AGE" not in instrument.columns
    assert instrument.columns[:3] == ("RID", "KIDS", "MEANAGE")
    with pytest.raises(InstrumentLookupError, match="no roster 'MEMBERS'"):
        instrument.roster("MEMBERS")


def test_scales_of_rows_are_scored_row_by_row(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(
        "source: x\nconstructs:\n  SAT: {family: x, label: x, role: impact, section: x, "
        "sources: x, respondent: both, measure: reflective}\n",
        encoding="utf-8",
    )
    scales = "constructs: c.yaml\nscales:\n"
    scales += "  SATIS: {title: Satisfied, construct: SAT, items: [S1, S2], min_answered: 2}\n"
    instrument = household(tmp_path, scales=("derived:", f"{scales}derived:"))
    assert instrument.scales == ()
    rows = "RID,MEMBER,AGE,S1,S2\na,1,20,1,3\na,2,30,3,3\n"
    _, found = read(instrument, tmp_path, ANSWERS, rows)
    assert score(found).augment()["SATIS"].tolist() == [2, 3]


def test_preview_and_codebook_show_a_roster_in_its_place(instrument: Instrument) -> None:
    shown = " ".join(preview(instrument).split())
    assert "3 questions, and 12 for each row of MEMBER, SERVICE, on 4 pages" in shown
    assert "table MEMBER (Members of the household), as many as SIZE says, at most 4" in shown
    assert "table SERVICE (Services), up to 3" in shown
    assert "KIDS of the respondent: Children = the number of [AGE is below 18]" in shown
    places = [shown.index(words) for words in ("SIZE How many", "AGE How old", "LAST Anything")]
    assert places == sorted(places)
    page = codebook(instrument)
    assert "answers.csv.MEMBER.csv" in page
    assert '<article id="AGE">' in page


def test_codebooks_describe_a_table_for_each_roster(instrument: Instrument) -> None:
    (package,) = compose_form(instrument, "frictionless").files.values()
    resources = {one["path"]: one for one in json.loads(package)["resources"]}
    assert list(resources) == ["answers.csv", "answers.csv.MEMBER.csv", "answers.csv.SERVICE.csv"]
    fields = [one["name"] for one in resources["answers.csv.MEMBER.csv"]["schema"]["fields"]]
    assert fields[:3] == ["RID", "MEMBER", "NAME"]
    assert list(compose_form(instrument, "spss").files) == [
        "household.sav",
        "household.MEMBER.sav",
        "household.SERVICE.sav",
    ]
    (ddi,) = compose_form(instrument, "ddi").files.values()
    assert b'<fileDscr ID="F2">' in ddi
    assert b'name="AGE" files="F2"' in ddi


def test_spss_files_of_rosters_have_names_and_widths_as_that_of_respondents(tmp_path: Path) -> None:
    import pyreadstat  # .3 s to load

    form = compose_form(household(tmp_path, one=("id: S1,", "id: WITH,")), "spss")
    path = tmp_path / "household.MEMBER.sav"
    path.write_bytes(form.files[path.name])
    table, found = pyreadstat.read_sav(path)
    assert (len(table), found.variable_storage_width["NAME"]) == (0, 32_767)
    names = [column.name for column in form.sidecar.rosters[0].columns]
    assert "Q_WITH" in names
    assert set(names) <= set(table.columns)
    assert [loss.place for loss in form.losses] == ["column WITH"]


def test_paper_has_a_sheet_with_a_part_for_each_row(instrument: Instrument) -> None:
    (version,) = versions(instrument)
    elements = paper_document(version, "en").elements
    said = [getattr(element, "text", "") for element in elements]
    lead = next(place for place, text in enumerate(said) if "Members of the household" in text)
    assert said[lead - 1] == "The members"  # the title of the page
    assert "Please now fill in the sheet “Services”: one part for each, at most 3." in said
    assert said[lead] == (
        'If question 2 is "Yes": Please now fill in the sheet “Members of the household”: '
        "one part for each, as many as question 1 says, at most 4."
    )
    assert said.index("How many live here?") < lead < said.index("Anything else?")
    sheet = roster_sheet(instrument, instrument.rosters[0], "en")
    heads = [element.text for element in sheet.elements if element.kind == "heading"]
    assert heads == ["The members", *(f"Members of the household: no. {n}" for n in range(1, 5))]
    assert "Please fill in one part for each, at most 4. Leave the other parts empty." in [
        element.text for element in sheet.elements if element.kind == "paragraph"
    ]
    assert (sheet.title, sheet.closing) == (
        "Members of the household",
        "Please go back to the questionnaire.",
    )
    assert "MEMBER" in sheet.footer
    assert "questionnaire" not in str(sheet.elements)  # routing ends with the part
    asked = [element for element in sheet.elements if element.kind == "question"]
    assert len(asked) == 4 * 6
    files = compose_form(instrument, "paper", languages=["en"]).files
    assert {"household_en_MEMBER.pdf", "household_en_SERVICE.docx"} <= files.keys()
    assert "data_entry_MEMBER.xlsx" in files


def test_rows_entered_from_paper_are_read(instrument: Instrument, tmp_path: Path) -> None:
    content = compose_form(instrument, "paper", languages=["en"]).files["data_entry_MEMBER.xlsx"]
    path = tmp_path / "data_entry_MEMBER.xlsx"
    path.write_bytes(content)
    book = load_workbook(path)
    sheet = book["answers"]
    for place, cell in enumerate(("a", 1, "Ann", 40), 1):
        sheet.cell(2, place, cell)
    book.save(path)
    (tmp_path / "answers.csv").write_text(ANSWERS, encoding="utf-8")
    found = read_responses(tmp_path / "answers.csv", instrument)
    rows = read_rosters((path,), instrument, found)["MEMBER"]
    assert rows.answers[["RID", "MEMBER", "AGE"]].to_numpy().tolist() == [["a", 1, 40]]


def test_simulated_rows_are_as_many_as_was_answered(instrument: Instrument, tmp_path: Path) -> None:
    empty = {key: {} for key in ("paths", "loadings", "shares")}
    given: dict[str, Any] = {
        "population": "household",
        "about": "x",
        "rows": 60,
        "seed": 1,
        **empty,
    }
    given["numbers"] = {"AGE": {"mean": 30, "sd": 8}}
    population = PopulationForm.model_validate(given | {"groups": {"all": {"share": 1.0}}})
    rng = np.random.default_rng(1)
    drawn = simulate_answers(population, instrument, n_rows=60, rng=rng).answers
    answers, tables = simulate_rosters(population, instrument, drawn, rng=rng)
    asked = answers.loc[answers["CARE"] == 1]
    members = tables["MEMBER"].groupby("RID").size()
    assert members.reindex(asked["RID"], fill_value=0).tolist() == asked["SIZE"].tolist()
    assert asked["ROWS"].tolist() == asked["SIZE"].tolist()
    assert set(members.index) <= set(asked["RID"])
    assert tables["SERVICE"]["SERVICE"].between(1, 3).all()
    hidden = tables["MEMBER"].loc[tables["MEMBER"]["AGE"] < 18, "HELP"]
    assert hidden.isna().all()
    files = []
    for id, table in tables.items():
        files.append(tmp_path / f"{id}.csv")
        table.to_csv(files[-1], index=False)
    answers.to_csv(tmp_path / "answers.csv", index=False)
    found = read_responses(tmp_path / "answers.csv", instrument)
    read_back = read_rosters(tuple(files), instrument, found)
    assert [table.rejected for table in read_back.values()] == [(), ()]


def test_texts_of_rosters_are_translated(instrument: Instrument, tmp_path: Path) -> None:
    keys = {row.key for row in translation_rows(tmp_path / "household.yaml", "de")}
    assert {"AGE.text", "page.members.roster.title"} <= keys
    (coverage,) = translation_coverage(instrument)
    without = household(
        tmp_path, one=("de: Mitglieder", "de-CH: x"), two=("[en, de]", "[en, de, de-CH]")
    )
    before = next(entry for entry in translation_coverage(without) if entry.language == "de")
    assert (coverage.translated - before.translated, coverage.total) == (1, before.total)


def test_changes_within_a_roster_are_found(instrument: Instrument, tmp_path: Path) -> None:
    newer = household(
        tmp_path,
        one=("What is the name?", "Who is it?"),
        two=("most: 3", "most: 4"),
        three=("when: CARE == 1", "when: CARE == 2"),
    )
    found = {(change.kind, change.place) for change in compare(instrument, newer)}
    assert found == {("wording", "NAME"), ("limits", "SERVICE"), ("routing", "MEMBER")}


def test_questions_of_rosters_are_linted(tmp_path: Path) -> None:
    twofold = household(tmp_path, one=("with the food?", "with the food and the price?"))
    assert "S2" in [finding.place for finding in lint(twofold)]


FAULTS: dict[str, tuple[str, tuple[str, str]]] = {
    "no respondent": ("ROSTER-001", ("role: respondent", "role: other")),
    "a respondent in no form": ("ROSTER-001", ("role: respondent", "role: respondent, forms: [x]")),
    "neither count nor most": ("ROSTER-002", ("most: 3}", "summaries: {}}")),
    "both": ("ROSTER-002", ("most: 3}", "most: 3, count: SIZE}")),
    "no such count": ("EXPR-002", ("count: SIZE", "count: SIZES")),
    "a count of options": ("ROSTER-002", ("count: SIZE", "count: CARE")),
    "a count of parts": ("ROSTER-002", ("max: 4}", "max: 4, whole: false}")),
    "a count without an end": ("ROSTER-002", ("{min: 0, max: 4}", "{min: 0}")),
    "a count of too many": ("ROSTER-002", ("max: 4}", "max: 400}")),
    "a count asked later": ("ROSTER-002", ("count: SIZE", "count: PAIN")),
    "a row by the respondent": ("ROSTER-003", ("when: AGE >= 18", "when: SIZE > 1")),
    "a row by another roster": ("ROSTER-003", ("when: AGE >= 18", "when: KIND == 1")),
    "a respondent by a row": ("ROSTER-003", ("when: CARE == 2", "when: AGE > 20")),
    "a page by a row": ("ROSTER-003", ("when: CARE == 1", "when: AGE > 20")),
    "a mixed calculation": ("ROSTER-003", ("value: AGE > 18", "value: AGE > SIZE")),
    "a name outside its row": ("ROSTER-003", ("Anything else?", '"Anything of [WHO]?"')),
    "a summary of two": ("ROSTER-005", ("count(AGE < 18)", "count(AGE < 18, HELP == 1)")),
    "a summary of others": ("ROSTER-005", ("count(AGE < 18)", "count(SIZE > 1)")),
    "no function": ("ROSTER-005", ("mean(AGE)", "AGE + 1")),
    "no expression": ("EXPR-001", ("mean(AGE)", "mean(")),
    "an id twice": ("ITEM-001", ("id: SERVICE", "id: SIZE")),
    "a summary's id twice": ("ITEM-001", ("KIDS:", "LAST:")),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_roster_that_cannot_be_kept_by_itself_is_a_fault(kind: str, tmp_path: Path) -> None:
    code, (old, new) = FAULTS[kind]
    assert old in HOUSEHOLD
    path = tmp_path / "household.yaml"
    path.write_text(HOUSEHOLD.replace(old, new), encoding="utf-8")
    assert code in [fault.code for fault in check_instrument(path)]


def test_a_row_does_not_rotate(tmp_path: Path) -> None:
    plan = "planned_missing: {id: SETS, title: x, forms: [full], sets: {1: [A, B], 2: [B, A]}}\n"
    text = HOUSEHOLD.replace("derived:", f"{plan}derived:")
    path = tmp_path / "household.yaml"
    path.write_text(
        text.replace("text: What is the name?", "text: What is the name?, rotation: A"),
        encoding="utf-8",
    )
    assert "ROSTER-004" in [fault.code for fault in check_instrument(path)]


def test_a_form_without_a_page_keeps_the_place_of_rosters(tmp_path: Path) -> None:
    text = HOUSEHOLD.replace(
        "forms: {full: {title: Full}}", "forms: {full: {title: F}, core: {title: C}}"
    )
    text = text.replace("text: Anything else?", "text: Anything else?, forms: [full]")
    path = tmp_path / "household.yaml"
    path.write_text(text, encoding="utf-8")
    core = read_instrument(path).for_form("core")
    assert [part.id for part in core.parts] == ["size", "MEMBER", "SERVICE"]


def import_answers(folder: Path, *given: str, rows: Path | None = None) -> Path:
    """Import answers of the household on the command line, with rows; return where they went."""
    (folder / "a.csv").write_text(ANSWERS, encoding="utf-8")
    out = folder / "out.csv"
    told = ["responses", "import", str(folder / "a.csv"), "--out", str(out), *given]
    told += ["--instrument", str(folder / "household.yaml")]
    told += [] if rows is None else ["--roster", str(rows)]
    app(told, prog_name="coprod", standalone_mode=False)
    return out


def written_rows(folder: Path, text: str, name: str = "m.csv") -> Path:
    """Write rows of the household's members."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.usefixtures("instrument")
def test_the_command_writes_a_file_for_each_roster(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = written_rows(tmp_path, "RID,MEMBER,AGE\na,1,16\nx,1,20\n")
    out = import_answers(tmp_path, rows=rows)
    said = capsys.readouterr().out
    assert "rows kept 1, rejected 1" in said
    assert "no rows of 'SERVICE' were given" in said
    assert (tmp_path / "out.csv.MEMBER.csv").read_text().startswith("RID,MEMBER,NAME,AGE")
    assert "ROW-003" in (tmp_path / "out.csv.MEMBER.csv.rejected.csv").read_text()
    assert out.read_text().splitlines()[1].startswith("a,1,16,")


@pytest.mark.usefixtures("instrument")
def test_the_command_counts_what_is_rejected_in_rosters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = written_rows(tmp_path, "RID,MEMBER,AGE,NAMME\na,1,400,Ann\na,2,30,Bo\n")
    import_answers(tmp_path, rows=rows)
    said = capsys.readouterr().out
    assert "rows kept 2, rejected 0; values rejected 1; columns rejected: NAMME" in said
    import_answers(tmp_path, "--json", "-", rows=rows)
    counts = json.loads(capsys.readouterr().out)["rosters"]["MEMBER"]
    assert (counts["values_rejected"], counts["columns_rejected"]) == (1, ["NAMME"])


@pytest.mark.usefixtures("instrument")
def test_the_command_names_a_table_of_an_earlier_import(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import_answers(tmp_path, rows=written_rows(tmp_path, "RID,MEMBER,AGE\na,1,16\n"))
    assert "of an earlier import" not in capsys.readouterr().out
    import_answers(tmp_path)
    said = " ".join(capsys.readouterr().out.split())
    assert "out.csv.MEMBER.csv is of an earlier import" in said


@pytest.mark.usefixtures("instrument")
def test_rows_are_not_written_over_what_is_read(tmp_path: Path) -> None:
    rows = written_rows(tmp_path, "RID,MEMBER,AGE\na,1,16\n", "out.csv.MEMBER.csv")
    with pytest.raises(Exception, match="would be overwritten"):
        import_answers(tmp_path, rows=rows)
    assert rows.read_text() == "RID,MEMBER,AGE\na,1,16\n"


def test_simulation_names_the_files_of_rosters(tmp_path: Path, monkeypatch, capsys) -> None:
    people, rows = pd.DataFrame({"RID": ["a"]}), pd.DataFrame({"RID": ["a"], "MEMBER": [1]})
    given = {"population": "p", "about": "P.", "rows": 1, "seed": 1}
    empty = {"paths": {}, "loadings": {}, "shares": {}, "groups": {"all": {"share": 1.0}}}
    population = PopulationForm.model_validate(given | empty)
    drawn = synthetic_sample.SyntheticSample(people, population, 1, (), {"MEMBER": rows})
    monkeypatch.setattr(synthetic_sample, "draw_sample", lambda *_, **__: drawn)
    out = tmp_path / "a.csv"
    app(["simulate", "carers", "--out", str(out)], prog_name="coprod", standalone_mode=False)
    assert f"1 row of MEMBER: {out}.MEMBER.csv\n" in capsys.readouterr().out
    assert (tmp_path / "a.csv.MEMBER.csv").exists()
