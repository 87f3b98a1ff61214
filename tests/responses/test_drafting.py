"""Questionnaires drafted from somebody else's data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest

import coprod_stats as cp
from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.instruments.model import Item
from coprod_stats.instruments.shipped import shelf
from coprod_stats.instruments.source.reading import check_instrument
from coprod_stats.responses import ResponsesError, read_responses
from coprod_stats.responses.drafting import Drafted, DraftError, draft_instrument
from coprod_stats.responses.drafting.drafting import identifier
from coprod_stats.responses.drafting.item_ids import item_ids, prefix


def drafted(data: Path, codebook: Path | None = None) -> tuple[Drafted, Instrument]:
    """Draft a questionnaire, which must have no faults."""
    found = draft_instrument(data, codebook=codebook, instrument="drafted")
    path = data.with_name("drafted.yaml")
    path.write_text(found.text, encoding="utf-8")
    assert check_instrument(path) == ()
    return found, read_instrument(path).for_form("full")


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def codes(item: Item) -> tuple[tuple[int, ...], tuple[int, ...]]:
    assert item.responses is not None
    return item.responses.values, tuple(option.value for option in item.responses.off_scale)


def city_survey(folder: Path, n: int = 200) -> Path:
    """Write answers in the shape of a city's satisfaction survey: no labels, 9 for don't know."""
    rng = np.random.default_rng(5)
    table = {"id": np.arange(1, n + 1)}
    for name in (
        "svc_police",
        "svc_fire_ems",
        "svc_streets",
        "svc_customer_service",
        "pol_traffic",
        "pol_parking",
        "pol_protection",
    ):
        table[name] = rng.choice([1, 2, 3, 4, 5, 9], size=n, p=[0.1, 0.2, 0.3, 0.2, 0.1, 0.1])
    table["contact_311"] = rng.choice([1, 2, 9], size=n)
    table["visited"] = rng.choice([1, 2, 9], size=n)
    table["age"] = np.where(rng.random(n) < 0.05, 999, rng.integers(18, 97, size=n))
    table["mode"] = rng.choice(["Web", "Mail"], size=n)
    table["comment"] = [f"I would like to say {i} things" for i in range(n)]
    table["wgt"] = rng.uniform(0.5, 2.0, size=n)
    pd.DataFrame(table).to_csv(folder / "city.csv", index=False)
    return folder / "city.csv"


def test_a_table_without_labels_becomes_a_questionnaire(tmp_path: Path) -> None:
    data = city_survey(tmp_path)
    found, instrument = drafted(data)
    assert found.kinds == {"single": 10, "administrative": 2, "number": 1, "text": 1}
    assert codes(instrument.item("SVCPOLICE")) == ((1, 2, 3, 4, 5), (9,))
    assert codes(instrument.item("CONTACT311")) == ((1, 2), (9,))
    assert instrument.item("SVCPOLICE").responses is instrument.item("POLTRAFFIC").responses
    assert instrument.item("SVCPOLICE").responses.kind == "unipolar"
    assert instrument.item("CONTACT311").responses.kind == "categorical"
    assert instrument.item("SVCFIREEMS").original == "svc_fire_ems"
    assert instrument.item("AGE").original is None
    assert [page.id for page in instrument.pages] == ["p1_svc", "p2_pol", "p3"]
    roles = {column.id: column.role for column in instrument.administrative}
    assert roles == {"ID": "respondent", "WGT": "weight"}
    mode = instrument.item("MODE").responses
    assert [str(option.label) for option in mode.options] == ["Mail", "Web"]
    assert instrument.scales == ()


def test_what_was_guessed_is_said_and_scales_are_only_suggested(tmp_path: Path) -> None:
    found, _ = drafted(city_survey(tmp_path))
    assert "# GUESS: code 9 stands apart from the others: don't know or no answer?" in found.text
    assert "# GUESS: code 999 stands apart" in found.text
    assert "# GUESS: answers in words, numbered in alphabetical order" in found.text
    assert found.n_guesses == found.text.count("# GUESS: ")
    assert found.n_suggested == 2
    suggested = found.text.partition("# Suggested scales")[2]
    assert all(line.startswith("#") for line in suggested.splitlines()[1:])
    assert "items: [POLTRAFFIC, POLPARKING, POLPROTECTION]" in suggested


def test_the_data_are_imported_as_they_are(tmp_path: Path) -> None:
    data = city_survey(tmp_path)
    _, instrument = drafted(data)
    responses = read_responses(data, instrument)
    given = pd.read_csv(data)
    assert responses.provenance.absent == ()
    aside = [(entry.column, entry.value) for entry in responses.rejected]
    assert aside == [("AGE", "999")] * int((given["age"] == 999).sum())
    assert responses.answers["SVCFIREEMS"].tolist() == given["svc_fire_ems"].tolist()
    amounts = responses.numbers(["SVCFIREEMS"])["SVCFIREEMS"]
    assert amounts.isna().sum() == (given["svc_fire_ems"] == 9).sum()


def test_a_suggestion_that_is_accepted_is_scored(tmp_path: Path) -> None:
    data = city_survey(tmp_path)
    drafted(data)
    path = tmp_path / "drafted.yaml"
    head, mark, rest = path.read_text().partition("# constructs: ")
    live = "\n".join(
        line.removeprefix("#").removeprefix(" ") for line in (mark + rest).splitlines()
    )
    path.write_text(head + live.replace("construct: CODE", "construct: SAT"))
    write(
        tmp_path / "drafted_constructs.yaml",
        """
source: Our own.
constructs:
  SAT: {family: Satisfaction, label: Satisfaction, role: impact, section: "1", sources: ours,
        respondent: citizen, measure: reflective}
""",
    )
    instrument = read_instrument(path).for_form("full")
    responses = read_responses(data, instrument)
    scores = cp.score(responses).tidy()
    assert scores["term"].tolist() == ["SVC", "POL"]
    assert (scores["n_scored"] > 150).all()
    assert len(cp.reliability(responses).by_scale()) == 2


def test_the_shipped_carers_come_out_with_their_reversed_items(tmp_path: Path) -> None:
    data = tmp_path / "carers.csv"
    data.write_bytes((shelf("sample_data") / "carers.csv").read_bytes())
    found, instrument = drafted(data)
    assert instrument.administrative_column("respondent") == "RID"
    assert codes(instrument.item("COP1")) == ((1, 2, 3, 4), ())
    assert codes(instrument.item("SERVICES")) == (tuple(range(10)), ())  # a count, 9 met once
    assert "'reverse: true'? COP1, COP8, COP9" in found.text
    assert not read_responses(data, instrument).rejected


CODEBOOK = """variable,label,values,missing,measure
q1,How satisfied are you with: streets?,1 = Very bad; 2 = Bad; 3 = Good; 4 = Very good,8 = Refused; 9,ordinal
q2,How satisfied are you with: parks?,"1, Very bad | 2, Bad | 3, Good | 4, Very good",8 = Refused; 9,
q3,How satisfied are you with: police?,1=Very bad;2=Bad;3=Good;4=Very good,8 = Refused; 9,
party,Party [NAME],1 Left; 2 Right; 77 Prefer not to say,,nominal
nobody,Asked elsewhere,,,
"""  # noqa: E501 - a line of a file
ANSWERS = "q1,q2,q3,party,x\n1,2,9,1,5\n4,3,8,2,6\n2,2,1,77,7\n3,1,4,1,\n"


def test_a_codebook_gives_labels_stem_and_missing_codes(tmp_path: Path) -> None:
    codebook = write(tmp_path / "codebook.csv", CODEBOOK)
    found, instrument = drafted(write(tmp_path / "data.csv", ANSWERS), codebook)
    first = instrument.item("Q1")
    assert (str(first.stem), str(first.text)) == ("How satisfied are you with:", "streets?")
    assert codes(first) == ((1, 2, 3, 4), (8, 9))
    assert str(first.responses.label(8)) == "Refused"
    assert first.responses.kind == "bipolar"
    assert instrument.item("Q3").responses is first.responses
    party = instrument.item("PARTY")
    assert (codes(party), party.responses.kind) == (((1, 2), (77,)), "categorical")
    assert str(party.text) == "Party (NAME)"
    assert found.notes == ("in the codebook but not in the data: nobody",)


def test_a_codebook_may_have_a_row_for_each_code(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    header = ("Variable", "Question", "Code", "Value label")
    further = (("q1", "", 1, "Yes"), (None, None, 9, "Don't know"), ("x", "Years", None, None))
    for row in (header, ("q1", "Happy?", 0, "No"), *further):
        book.active.append(row)
    book.save(tmp_path / "codebook.xlsx")
    data = write(tmp_path / "data.csv", "q1,x\n0,51\n1,17\n9,30\n1,22\n1,29\n0,30\n")
    _, instrument = drafted(data, tmp_path / "codebook.xlsx")
    assert codes(instrument.item("Q1")) == ((0, 1), (9,))
    assert str(instrument.item("Q1").responses.label(1)) == "Yes"
    assert (instrument.item("X").kind, str(instrument.item("X").text)) == ("number", "Years")


@pytest.mark.parametrize(
    ("content", "code", "found"),
    [
        ("name_of_it,codes\nq1,x\n", "DRAFT-002", "has no column of variables"),
        ("variable,values\nq1,Yes and no\n", "DRAFT-002", "'Yes and no' is not a list of codes"),
        ("variable,missing\nq1,none\n", "DRAFT-002", "'none' is not a code for a missing value"),
        ("variable,missing\nq1,1-5000\n", "DRAFT-002", "spans more than 1,000 codes"),
        ("variable,code,code label\nq1,9999999999,Yes\n", "DRAFT-002", "is not a whole number"),
        ("variable,label\n,Yes\n", "DRAFT-002", "does not name a variable"),
        ("variable,label\nother,Yes\n", "DRAFT-003", "names no column of data.csv"),
    ],
)
def test_a_codebook_that_cannot_be_understood_is_refused(
    content: str, code: str, found: str, tmp_path: Path
) -> None:
    data = write(tmp_path / "data.csv", ANSWERS)
    codebook = write(tmp_path / "codebook.csv", content)
    with pytest.raises(DraftError, match=code) as refused:
        draft_instrument(data, codebook=codebook)
    assert found in str(refused.value)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("a,b,a\n1,2,3\n", "has two columns named 'a'"),
        ("a,,b\n1,2,3\n", "column 2 has no name"),
        ("a,b\n", "has no rows below its header"),
        ("a,b\n1\n2\n", "has no rows below its header"),
        ("id,wgt\n1,0.5\n2,1.5\n", "no column looks like a question"),
    ],
)
def test_data_that_nothing_can_be_drafted_from_are_refused(
    content: str, found: str, tmp_path: Path
) -> None:
    with pytest.raises(DraftError, match=found):
        draft_instrument(write(tmp_path / "data.csv", content))


@pytest.mark.parametrize("name", ["data.csv", "data.sav", "data.xlsx", "none.csv"])
def test_files_that_are_no_tables_are_refused(name: str, tmp_path: Path) -> None:
    if name != "none.csv":
        (tmp_path / name).write_bytes(b'\x00\x01"broken\xff' * 9)
    with pytest.raises((ResponsesError, DraftError)):
        draft_instrument(tmp_path / name)


def labelled_sav(folder: Path) -> Path:
    rng = np.random.default_rng(3)
    n = 120
    table = pd.DataFrame(
        {
            "CaseID": np.arange(n, dtype=float),
            "trust_1": rng.integers(0, 11, n).astype(float),
            "trust_2": rng.integers(0, 11, n).astype(float),
            "trust_3": rng.choice([0, 5, 10, 88, 99], n).astype(float),
            "sex": rng.choice([1, 2, 9], n).astype(float),
            "children": rng.integers(0, 6, n).astype(float),
            "age": np.where(rng.random(n) < 0.1, 998, rng.integers(18, 90, n)).astype(float),
            "Größe": rng.normal(170, 10, n).round(1),
            "psu": rng.integers(1, 9, n).astype(float),
            "today": pd.to_datetime("2020-01-01") + pd.to_timedelta(rng.integers(0, 90, n), "D"),
        }
    )
    ends = {0.0: "No trust at all", 10.0: "Complete trust", 88.0: "Don't know", 99.0: "No answer"}
    path = folder / "labelled.sav"
    pyreadstat.write_sav(
        table,
        str(path),
        column_labels={
            "trust_1": "Trust in - parliament",
            "trust_2": "Trust in - police",
            "trust_3": "Trust in - courts",
            "sex": "Sex",
            "age": "Age in years",
        },
        variable_value_labels={
            **{f"trust_{i}": ends for i in (1, 2, 3)},
            "sex": {1.0: "Man", 2.0: "Woman"},
            "age": {998.0: "Refused"},
        },
        missing_ranges={
            **{f"trust_{i}": [88, 99] for i in (1, 2, 3)},
            "sex": [9],
            "age": [{"lo": 997, "hi": 999}],
        },
        variable_measure={
            "trust_1": "ordinal",
            "trust_2": "ordinal",
            "trust_3": "ordinal",
            "sex": "nominal",
            "children": "scale",
            "age": "scale",
        },
    )
    return path


def test_a_labelled_spss_file_becomes_a_questionnaire(tmp_path: Path) -> None:
    data = labelled_sav(tmp_path)
    _, instrument = drafted(data)
    trust = instrument.item("TRUST1")
    assert (str(trust.stem), str(trust.text)) == ("Trust in", "parliament")
    assert codes(trust) == (tuple(range(11)), (88, 99))
    assert [str(trust.responses.label(code)) for code in (0, 5, 99)] == [
        "No trust at all",
        "5",
        "No answer",
    ]
    assert instrument.item("TRUST3").responses is trust.responses
    assert codes(instrument.item("SEX")) == ((1, 2), (9,))
    assert instrument.item("CHILDREN").kind == "number"  # by its measure, though it has few codes
    assert instrument.item("AGE").number.maximum < 998
    assert instrument.item("GROE").original == "Größe"
    assert not instrument.item("GROE").number.whole
    roles = {column.id: column.role for column in instrument.administrative}
    assert roles == {"CASEID": "respondent", "PSU": "unit", "TODAY": "other"}


def test_a_labelled_spss_file_is_imported_by_its_draft(tmp_path: Path) -> None:
    data = labelled_sav(tmp_path)
    _, instrument = drafted(data)
    responses = read_responses(data, instrument)
    assert not [entry for entry in responses.rejected if entry.column != "TODAY"]
    given, _ = pyreadstat.read_sav(str(data), user_missing=True)
    amounts = responses.numbers(["TRUST3", "SEX", "AGE"])
    assert amounts["TRUST3"].isna().sum() == given["trust_3"].isin([88, 99]).sum()
    assert amounts["SEX"].isna().sum() == (given["sex"] == 9).sum()
    assert amounts["AGE"].isna().sum() == (given["age"] == 998).sum()


@pytest.mark.parametrize(
    ("cells", "options", "off_scale"),
    [
        ([1, 2, 3, 4, 5, 9], range(1, 6), [9]),
        ([1, 2, 3, 4, 5, 8, 9], range(1, 6), [8, 9]),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9], range(1, 10), []),
        ([0, 1, 2, 3, 4, 5, 6, 7, 9], range(10), []),
        ([1, 2, 3, 77, 99], range(1, 4), [77, 99]),
        ([1, 2, -1], [1, 2], [-1]),
        ([-2, -1, 0, 1, 2], range(-2, 3), []),
        ([1, 2, -9, -8], [1, 2], []),
        ([0, 1], [0, 1], []),
    ],
)
def test_codes_that_stand_apart_are_off_the_scale(
    cells: list[int], options: list[int], off_scale: list[int], tmp_path: Path
) -> None:
    text = "q,r\n" + "".join(f"{cell},{row % 2}\n" for row, cell in enumerate(cells * 3))
    _, instrument = drafted(write(tmp_path / "data.csv", text))
    assert codes(instrument.item("Q")) == (tuple(options), tuple(off_scale))


def test_a_count_with_many_of_the_code_has_it_off_the_scale(tmp_path: Path) -> None:
    cells = [0, 1, 2, 3, 4, 5, 6, 7, 9, 9, 9]
    text = "q,r\n" + "".join(f"{cell},{row % 2}\n" for row, cell in enumerate(cells))
    _, instrument = drafted(write(tmp_path / "data.csv", text))
    assert codes(instrument.item("Q")) == (tuple(range(8)), (9,))


def test_an_answer_that_nobody_gave_is_offered_where_its_neighbours_have_it(tmp_path: Path) -> None:
    text = "a1,a2,a3,b\n" + "1,2,5,1\n2,2,4,2\n3,3,3,1\n4,4,2,2\n4,3,1,1\n"
    _, instrument = drafted(write(tmp_path / "data.csv", text))
    assert {codes(instrument.item(id))[0] for id in ("A1", "A2", "A3")} == {(1, 2, 3, 4, 5)}


def test_odd_columns_have_their_place(tmp_path: Path) -> None:
    text = "nr,empty,one,prob,site,pct,answer\n" + "".join(
        f"k{row},,7,0.00{row + 1},S{row % 2},{row / 7:.3f},{row % 3 + 1}\n" for row in range(9)
    )
    found, instrument = drafted(write(tmp_path / "data.csv", text))
    roles = {column.id: column.role for column in instrument.administrative}
    assert roles == {"NR": "respondent", "EMPTY": "other", "PROB": "other", "SITE": "unit"}
    assert "the first column, without a repeated value" in found.text
    assert "the weight is its inverse" in found.text
    assert instrument.item("ONE").kind == "number"
    assert not instrument.item("PCT").number.whole
    assert not read_responses(tmp_path / "data.csv", instrument).rejected


def test_two_columns_of_one_role_are_no_fault(tmp_path: Path) -> None:
    text = "wgt,weight,psu,cluster,q\n1.5,2.5,1,1,1\n0.5,1.5,2,2,2\n1,1,3,3,3\n"
    _, instrument = drafted(write(tmp_path / "data.csv", text))
    assert [column.role for column in instrument.administrative] == [
        "weight",
        "other",
        "unit",
        "other",
    ]


def test_names_become_ids_of_their_own() -> None:
    names = ["a_b", "AB", "ab", "1st", "Größe", "a" * 30, "a" * 31, "???", "Q1. How are you?"]
    ids = item_ids(names)
    assert ids[1:3] == ("AB", "AB2")
    assert ids[0] == "AB3"
    assert ids[3:5] == ("V1ST", "GROE")
    assert ids[5:7] == ("A" * 20, "A" * 19 + "2")
    assert ids[7:] == ("V8", "Q1HOWAREYOU")
    assert len({id.lower() for id in ids}) == len(names)


@pytest.mark.parametrize(
    ("name", "common"),
    [
        ("svc_police", "svc"),
        ("A3", "a"),
        ("COP12", "cop"),
        ("c82cop1", "cop"),
        ("trust_1", "trust"),
        ("q5a", "q"),
        ("Q2.1", "q2"),
        ("gender", ""),
        ("_x", ""),
    ],
)
def test_a_prefix_is_what_names_of_a_battery_share(name: str, common: str) -> None:
    assert prefix(name) == common


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("My Survey (2022)", "my_survey_2022"),
        ("2022", "survey_2022"),
        ("é", "e"),
        ("?", "survey"),
        ("x" * 60, "x" * 40),
    ],
)
def test_the_id_of_a_questionnaire_follows_the_file(name: str, id: str) -> None:
    assert identifier(name) == id


def test_strange_labels_do_not_break_the_file(tmp_path: Path) -> None:
    label = 'He said: "no" # [SCALE] {x} \\ \ttab\nline'
    book = openpyxl.Workbook()
    book.active.append(("variable", "label", "values"))
    book.active.append(("q-1", label, "1 = [YES]\n2 = no: #2"))
    book.save(tmp_path / "codebook.xlsx")
    data = write(tmp_path / "data.csv", "q-1,y\n1,1\n2,2\n")
    _, instrument = drafted(data, tmp_path / "codebook.xlsx")
    item = instrument.item("Q1")
    assert str(item.text) == label.replace("[SCALE]", "(SCALE)")
    assert [str(option.label) for option in item.responses.options] == ["(YES)", "no: #2"]


def test_names_that_differ_by_case_are_told_apart(tmp_path: Path) -> None:
    data = write(tmp_path / "data.csv", "q_a,Q_A,q_b\n1,2,1\n2,1,2\n1,1,2\n2,2,1\n")
    _, instrument = drafted(data)
    answers = read_responses(data, instrument).answers
    assert answers[["QA2", "QA", "QB"]].to_numpy().tolist() == [
        [1, 2, 1],
        [2, 1, 2],
        [1, 1, 2],
        [2, 2, 1],
    ]
    both = write(tmp_path / "both.csv", "ab,AB,r\n1,2,1\n2,1,2\n1,1,1\n2,2,2\n")
    _, instrument = drafted(both)
    answers = read_responses(both, instrument).answers
    assert answers[["AB2", "AB"]].to_numpy().tolist() == [[1, 2], [2, 1], [1, 1], [2, 2]]
    _, instrument = drafted(data)
    upper = write(tmp_path / "upper.csv", "Q_B,other\n1,2\n")
    assert read_responses(upper, instrument).answers["QB"].tolist() == [1]


def test_what_is_beyond_codes_is_a_number(tmp_path: Path) -> None:
    text = "q,r\n" + "".join(f"{10**12 + row},{row % 2}\n" for row in range(5)) + "10000000000,1\n"
    _, instrument = drafted(write(tmp_path / "data.csv", "n" + text))
    assert instrument.administrative_column("respondent") is None
    assert instrument.item("NQ").kind == "number"
    book = write(tmp_path / "codebook.csv", "variable,values\nr,9999999999 = Many\n")
    with pytest.raises(DraftError, match="not a whole number up to"):
        draft_instrument(tmp_path / "data.csv", codebook=book)


def test_rows_not_as_long_as_the_header_are_skipped_and_reported(tmp_path: Path) -> None:
    found, _ = drafted(write(tmp_path / "data.csv", "q,r\n1,2\n2,1\n3\n1,1\n"))
    assert (found.n_rows, found.notes) == (
        3,
        ("skipped 1 row not as long as the header",),
    )


def test_what_is_declared_is_no_guess(tmp_path: Path) -> None:
    codebook = write(tmp_path / "codebook.csv", "variable,missing\nq,9\n")
    data = write(tmp_path / "data.csv", "q,r\n1,1\n2,2\n9,9\n1,2\n")
    found, _ = drafted(data, codebook)
    assert "          # code 9 (Missing (code 9)) is off the scale: declared missing" in found.text
    assert "# GUESS: code 9 stands apart from the others" in found.text
    assert found.n_guesses == 1


def test_digits_that_no_number_keeps_become_texts(tmp_path: Path) -> None:
    codes_of_towns, accounts = (
        ("01067", "04109", "99084"),
        ("9007199254740993", "12345678901234567890", "1"),
    )
    lines = [
        f"{n},{codes_of_towns[n % 3]},{accounts[n % 3]},{n * 7},0{n % 4 + 1}" for n in range(12)
    ]
    data = write(tmp_path / "d.csv", "\n".join(["id,plz,account,age,zone", *lines]))
    found, instrument = drafted(data)
    kinds = {item.id: item.kind for item in instrument.items}
    assert kinds == {"PLZ": "text", "ACCOUNT": "text", "AGE": "number", "ZONE": "single"}
    assert "leading zeros" in found.text
    assert "more digits" in found.text
    answers = read_responses(data, instrument)
    assert answers.rejected == ()
    assert tuple(answers.answers["PLZ"][:3]) == codes_of_towns
    assert tuple(answers.answers["ACCOUNT"][:3]) == accounts


def test_a_cover_sheet_names_the_sheets_behind_it(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"Notes": ["Survey of 2026", "not for circulation"]}).to_excel(
            book, sheet_name="Cover", index=False
        )
        pd.DataFrame({"Q": [1, 2, 1, 2]}).to_excel(book, sheet_name="Answers", index=False)
    with pytest.raises(DraftError, match=r"DRAFT-004.*\(--sheet reads one\): Answers\."):
        draft_instrument(path)
