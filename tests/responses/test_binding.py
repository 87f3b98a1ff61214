"""What fits a questionnaire is kept; what does not is set aside with its place and reason."""

from __future__ import annotations

import numpy as np
import pytest

from coprod_stats.responses import ResponsesError
from coprod_stats.responses.table import KIND_TYPE


def placed(found) -> list[tuple[int, str, str, str, str, str]]:
    return [
        (entry.line, entry.respondent, entry.column, entry.value, entry.code, entry.reason)
        for entry in found.rejected
    ]


def test_columns_are_found_whatever_their_case_and_order(read) -> None:
    found = read("q2 , rid,TXT,way__1\n3,a,x,1\n")
    assert found.answers.loc[2, ["RID", "Q2", "TXT", "WAY__1"]].tolist() == ["a", 3.0, "x", 1.0]
    assert found.provenance.absent == ("CTRY", "WGT", "Q1", "HOURS", "WAY__2")
    assert found.answers.columns.tolist() == list(found.instrument.columns)


def test_surplus_columns_are_set_aside_cell_by_cell(read) -> None:
    assert placed(read("RID,Q1,q1,ZZZ\na,1,2,x\nb,1,,\n")) == [
        (2, "a", "ZZZ", "x", "COLUMN-001", "the instrument has no such column"),
        (2, "a", "q1", "2", "COLUMN-001", "a second column of this name"),
    ]


def test_rows_of_the_wrong_length_are_set_aside_whole(read) -> None:
    found = read('RID,Q1,TXT\na,1\nb,2,x,y\nc,3,"z"\n')
    assert placed(found) == [
        (2, "", "", "a,1", "ROW-001", "the row has 2 cells, the header 3"),
        (3, "", "", "b,2,x,y", "ROW-001", "the row has 4 cells, the header 3"),
    ]
    assert found.n_rejected_rows == 2
    assert found.provenance.rows_read == 3


def test_duplicate_respondents_are_set_aside_and_told_apart(read) -> None:
    found = read("RID,Q1\na,1\na,1\n a,2\n,3\n,3\n")
    assert placed(found) == [
        (3, "a", "", "a,1", "ROW-002", "respondent already on line 2, with the same answers"),
        (4, "a", "", " a,2", "ROW-002", "respondent already on line 2, with different answers"),
    ]
    assert found.respondents.tolist() == ["a", "line 5", "line 6"]


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("Q1", "4", "not among the answers 1, 2, 3, 6"),
        ("Q1", "1.5", "not among the answers 1, 2, 3, 6"),
        ("Q1", "Agreed", "not a number"),
        ("Q1", "1_0", "not a number"),
        ("Q1", "inf", "not a number"),
        ("Q1", "1e999", "number too large"),
        ("HOURS", "-1", "below 0"),
        ("HOURS", "169", "above 168"),
        ("HOURS", "2.5", "not a whole number"),
        ("HOURS", "12 hours", "not a number"),
        ("WAY__1", "2", "an option is 1 (chosen) or 0 (not chosen)"),
        ("WGT", "9007199254740993", "more digits than a number keeps"),
        ("WGT", "-12345678901234567890.0", "more digits than a number keeps"),
        ("WGT", "1.234,5", "not a number"),
        ("WGT", "1,234", "ambiguous: the comma may mark decimals or thousands"),
    ],
)
def test_values_that_do_not_fit_are_set_aside(read, column, text, reason) -> None:
    found = read(f'RID,{column},Q2\na,"{text}",1\n')
    assert placed(found) == [(2, "a", column, text, "VALUE-001", reason)]
    assert found.answers[column].isna().all()
    assert found.missing_kinds([column]).iat[0, 0] == "rejected"


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("Q1", "1", 1.0),
        ("Q1", " 3.0 ", 3.0),
        ("Q1", "1e0", 1.0),
        ("Q1", "6", 6.0),
        ("Q1", "−9", -9.0),
        ("HOURS", "99", 99.0),
        ("HOURS", "98", 98.0),
        ("HOURS", "-8", -8.0),
        ("WAY__2", "0", 0.0),
        ("WAY__2", "-7", -7.0),
        ("WGT", "0,25", 0.25),
        ("WGT", "12,5", 12.5),
        ("WGT", "9007199254740992", 2.0**53),
        ("WGT", "12345678901234567000", 12345678901234567000.0),
        ("WGT", "1e300", 1e300),
    ],
)
def test_values_that_fit_are_kept_as_given(read, column, text, value) -> None:
    found = read(f'RID,{column},Q2\na,"{text}",1\n')
    assert found.answers[column].tolist() == [value]
    assert found.rejected == ()


@pytest.mark.parametrize(
    "sign", ["", " ", "NA", "N/A", "NaN", "#N/A", "#NULL!", "<NA>", "NULL", "."]
)
def test_usual_signs_for_a_missing_number_are_blank(read, sign) -> None:
    found = read(f"RID,Q1,HOURS\na,{sign},{sign}\n")
    assert found.answers[["Q1", "HOURS"]].isna().all(axis=None)
    assert found.rejected == ()


def test_a_word_that_is_an_answer_elsewhere_is_no_blank(read) -> None:
    assert [entry.value for entry in read("RID,Q1\na,None\n").rejected] == ["None"]


def test_the_kinds_of_missing_stay_apart(read) -> None:
    columns = ["Q1", "HOURS", "TXT", "WAY__1"]
    rows = ["a,-7,-7,-7,-7", "b,-8,-8,-8,-8", "c,-9,-9,-9,-9", "d,,,,", "e,6,98,no,0"]
    found = read("\n".join([",".join(["RID", *columns]), *rows]))
    kinds = found.missing_kinds(columns)
    assert set(kinds.dtypes) == {KIND_TYPE}
    for line, kind in enumerate(["seen, unanswered", "refused", "don't know", "not asked"], 2):
        assert set(kinds.loc[line]) == {kind}
    assert kinds.loc[6].tolist() == ["off scale", "answered", "answered", "answered"]
    assert found.numbers(["Q1", "HOURS"]).loc[6].isna().tolist() == [True, False]
    assert found.rejected == ()


def test_a_text_that_looks_like_a_sign_is_a_text(read) -> None:
    found = read("RID,CTRY,Q1,TXT\na,NA,1,NA\nb,NA,1,nan\nc,NA,1,2024\n")
    assert found.answers["TXT"].tolist() == ["NA", "nan", "2024"]
    assert found.answers["CTRY"].tolist() == ["NA"] * 3


def test_namibia_stays_where_numbers_use_na(read) -> None:
    found = read("RID,CTRY,Q1,TXT\nNA,NA,NA,NA\nNA,NA,1,x\n")
    assert found.answers["CTRY"].tolist() == ["NA", "NA"]
    assert found.answers["TXT"].tolist() == ["", "x"]
    assert found.respondents.tolist() == ["line 2", "line 3"]


def test_texts_keep_their_white_space_and_ids_do_not(read) -> None:
    found = read('RID,TXT\n a ,"  two  words "\nb,"   "\n')
    assert found.answers["TXT"].tolist() == ["  two  words ", ""]
    assert found.answers["RID"].tolist() == ["a", "b"]


def test_columns_have_their_types_even_without_rows(read) -> None:
    found = read("RID,Q1\n")
    assert found.answers["Q1"].dtype == np.float64
    assert found.answers["HOURS"].dtype == np.float64
    assert found.answers["TXT"].dtype == object


def test_a_table_without_any_question_is_not_of_the_instrument(read) -> None:
    with pytest.raises(ResponsesError, match="no column is a question of instrument 'tiny'"):
        read("RID,CTRY\na,DE\n")


def test_a_subset_keeps_what_was_set_aside(read) -> None:
    found = read("RID,Q1\na,9\nb,1\n").subset(np.array([True, False]))
    assert found.respondents.tolist() == ["a"]
    assert found.missing_kinds(["Q1"]).iat[0, 0] == "rejected"


def test_conditions_name_only_what_there_is(read) -> None:
    from coprod_stats.responses.table import UnknownNameError

    found = read("RID,Q1,TXT,WAY__1\na,1,x,1\nb,,-8,\n")
    assert found.where("answered(TXT)").tolist() == [True, False]
    assert found.where("includes(WAY, 1)").tolist() == [True, False]
    with pytest.raises(UnknownNameError, match="'Q9'"):
        found.where("Q9 == 1")
    with pytest.raises(UnknownNameError, match="no classification"):
        found.classes()
