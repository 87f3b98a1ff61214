"""Drafts from data that hold words, letters, typing errors, or come with a dictionary of REDCap."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.instruments.source.reading import check_instrument
from coprod_stats.responses import Responses, read_responses
from coprod_stats.responses.drafting import draft_instrument
from coprod_stats.responses.drafting.codebook_table import read_codebook


def drafted(data: Path, codebook: Path | None = None) -> tuple[str, Instrument, Responses]:
    """Draft a questionnaire without faults, and read the data by it."""
    found = draft_instrument(data, codebook=codebook)
    path = data.with_name("drafted.yaml")
    path.write_text(found.text, encoding="utf-8")
    assert check_instrument(path) == ()
    instrument = read_instrument(path).for_form("full")
    return found.text, instrument, read_responses(data, instrument)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def labels(instrument: Instrument, id: str) -> dict[int, str]:
    scale = instrument.item(id).responses
    assert scale is not None
    return {option.value: str(option.label) for option in scale.options}


def column(name: str, cells: list[str]) -> str:
    rows = "".join(f'{number},"{cell}"\n' for number, cell in enumerate(cells))
    return f"ID,{name}\n{rows}"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["Agree", "Strongly disagree", "Disagree"], ["Strongly disagree", "Disagree", "Agree"]),
        (["immer", "nie", "manchmal"], ["nie", "manchmal", "immer"]),
        (["d'accord", "pas d'accord"], ["pas d'accord", "d'accord"]),
        (["siempre", "a veces", "nunca"], ["nunca", "a veces", "siempre"]),
        (["10 to 19", "9 or less", "20 to 29"], ["9 or less", "10 to 19", "20 to 29"]),
        (["Web", "Mail"], ["Mail", "Web"]),
    ],
)
def test_answers_in_words_are_numbered_in_their_order(tmp_path, cells, expected) -> None:
    text, instrument, found = drafted(write(tmp_path / "a.csv", column("Q", cells * 4)))
    assert labels(instrument, "Q") == dict(enumerate(expected, 1))
    assert "# GUESS: answers in words, numbered" in text
    assert found.answers["Q"].tolist() == [expected.index(cell) + 1 for cell in cells * 4]
    assert found.rejected == ()


@pytest.mark.parametrize(
    "cells",
    [
        ["trifft zu", "trifft eher zu", "trifft nicht zu"],
        ["bon", "moyen", "mauvais"],
        ["de acuerdo", "en desacuerdo", "totalmente de acuerdo"],
        ["stimme zu", "stimme nicht zu", "teils/teils"],
    ],
)
def test_shared_answers_of_a_usual_scale_are_ordered(tmp_path, cells) -> None:
    rows = "".join(f"{n},{cell},{cell}\n" for n, cell in enumerate(cells * 4))
    _, instrument, _ = drafted(write(tmp_path / "a.csv", f"ID,Q1,Q2\n{rows}"))
    scale = instrument.item("Q1").responses
    assert scale is instrument.item("Q2").responses
    assert scale.kind != "categorical"


@pytest.mark.parametrize(
    "word", ["Don't know", "weiß nicht", "keine Angabe", "ne sait pas", "No sabe"]
)
def test_a_word_for_no_answer_is_off_the_scale(tmp_path, word) -> None:
    cells = ["Agree", "Disagree", word] * 4
    _, instrument, found = drafted(write(tmp_path / "a.csv", column("Q", cells)))
    assert labels(instrument, "Q") == {1: "Disagree", 2: "Agree"}
    assert [str(o.label) for o in instrument.item("Q").responses.off_scale] == [word]
    assert found.rejected == ()


@pytest.mark.parametrize(
    "cells",
    [
        [f"I would say {n}" for n in range(12)],
        ["short"] + [f"text {n}" for n in range(11)],
        ["x" * 200, "y" * 200] * 6,
    ],
)
def test_open_answers_stay_open(tmp_path, cells) -> None:
    text = "RID,Q\n" + "".join(f"{n},{cell}\n" for n, cell in enumerate(cells))
    _, instrument, _ = drafted(write(tmp_path / "a.csv", text))
    assert instrument.item("Q").kind == "text"


def test_words_have_the_codes_of_the_codebook(tmp_path) -> None:
    codebook = "variable,label,values\nQ,How?,5 = Good; 3 = Fair; 1 = Poor\n"
    data = column("Q", ["Good", "poor", "Fair", "Good"])
    _, instrument, found = drafted(
        write(tmp_path / "a.csv", data), write(tmp_path / "c.csv", codebook)
    )
    assert labels(instrument, "Q") == {1: "Poor", 3: "Fair", 5: "Good"}
    assert found.answers["Q"].tolist() == [5, 1, 3, 5]


@pytest.mark.parametrize("cells", [["M", "F", "f", "M"], ["Male", "Female", "Female", "Male"]])
def test_letters_have_numbers_in_the_order_of_the_codebook(tmp_path, cells) -> None:
    codebook = write(tmp_path / "c.csv", "variable,values\nSEX,M = Male; F = Female\n")
    _, instrument, found = drafted(write(tmp_path / "a.csv", column("SEX", cells)), codebook)
    assert instrument.item("SEX").kind == "single"
    assert found.answers["SEX"].tolist() == [1, 2, 2, 1]


@pytest.mark.parametrize(
    ("values", "coded"),
    [
        (["m", "f", "f", "m"], {"m": "Male", "f": "Female"}),
        (["1", "2", "2", "1"], {"1": "Male", "2": "Female"}),
    ],
)
def test_string_variables_of_spss_keep_their_labels(tmp_path, values, coded) -> None:
    path = tmp_path / "a.sav"
    frame = pd.DataFrame({"SEX": values, "X": [1.0, 2.0, 3.0, 4.0]})
    pyreadstat.write_sav(frame, str(path), variable_value_labels={"SEX": coded})
    _, instrument, found = drafted(path)
    assert labels(instrument, "SEX") == {1: "Male", 2: "Female"}
    assert found.answers["SEX"].tolist() == [1, 2, 2, 1]
    assert found.rejected == ()


CODEBOOK = "variable,label,values\nQ,How often?,1 = Never; 2 = Sometimes; 3 = Often; 4 = Always\n"


@pytest.mark.parametrize("stray", ["5", "22", "x", "2-3"])
def test_a_typing_error_leaves_the_question_what_it_is(tmp_path, stray) -> None:
    data = column("Q", ["1", "2", "3", "4", "2", stray, "1", "1"])
    text, instrument, found = drafted(
        write(tmp_path / "a.csv", data), write(tmp_path / "c.csv", CODEBOOK)
    )
    assert labels(instrument, "Q") == {1: "Never", 2: "Sometimes", 3: "Often", 4: "Always"}
    assert f": {stray}; the import rejects them" in text
    assert [(entry.line, entry.value) for entry in found.rejected] == [(7, stray)]


def test_many_codes_without_labels_make_a_number_that_names_them(tmp_path) -> None:
    codebook = write(tmp_path / "c.csv", "variable,values\nQ,0 = None; 100 = All\n")
    data = column("Q", [str(n) for n in range(0, 100, 7)])
    text, instrument, _ = drafted(write(tmp_path / "a.csv", data), codebook)
    assert instrument.item("Q").kind == "number"
    assert "a number, although some values have labels: All, None" in text


def test_a_word_among_many_numbers_leaves_them_numbers(tmp_path) -> None:
    data = column("AGE", [*map(str, range(20, 60)), "thirty"])
    text, instrument, found = drafted(write(tmp_path / "a.csv", data))
    assert instrument.item("AGE").kind == "number"
    assert "AGE: 1 value that fits no answer: thirty" in text
    assert [entry.value for entry in found.rejected] == ["thirty"]


@pytest.mark.parametrize("cells", [["a;b", "b", "a;c;", "c"], ["a, b", "b", "a, c", "c"]])
def test_several_choices_in_one_column_are_a_multiple_choice(tmp_path, cells) -> None:
    _, instrument, found = drafted(write(tmp_path / "a.csv", column("Which?", cells)))
    assert instrument.item("WHICH").kind == "multiple"
    ticks = found.answers[["WHICH__1", "WHICH__2", "WHICH__3"]].to_numpy().tolist()
    assert ticks == [[1, 1, 0], [0, 1, 0], [1, 0, 1], [0, 0, 1]]
    assert found.rejected == ()


@pytest.mark.parametrize(
    "cells", [["Books;Kids;", "Kids;", "Books;"], ["Books, Kids", "Kids", "Books"]]
)
def test_choices_that_recur_together_are_still_several(tmp_path, cells) -> None:
    _, instrument, _ = drafted(write(tmp_path / "a.csv", column("Which?", cells * 4)))
    assert labels(instrument, "WHICH") == {1: "Books", 2: "Kids"}


def test_an_answer_that_nobody_gave_to_one_question_leaves_the_codes_alike(tmp_path) -> None:
    whole = ["Never", "Rarely", "Sometimes", "Often", "Always"] * 2
    part = ["Rarely", "Often", "Always", "Rarely", "Often"] * 2
    unlike = ["Yes", "No"] * 5
    rows = "".join(
        f"{n},{','.join(cells)}\n" for n, cells in enumerate(zip(part, whole, unlike, strict=True))
    )
    _, instrument, found = drafted(write(tmp_path / "a.csv", f"ID,Q1,Q2,Q3\n{rows}"))
    assert instrument.item("Q1").responses is instrument.item("Q2").responses
    assert found.answers["Q1"].tolist() == [2, 4, 5, 2, 4] * 2
    assert set(labels(instrument, "Q3").values()) == {"Yes", "No"}


def test_a_comma_within_a_label_is_no_separator(tmp_path) -> None:
    cells = ["Yes, often", "Yes, rarely", "No"] * 4
    _, instrument, _ = drafted(write(tmp_path / "a.csv", column("Q", cells)))
    assert instrument.item("Q").kind == "single"
    assert set(labels(instrument, "Q").values()) == {"Yes, often", "Yes, rarely", "No"}


def test_time_stamps_are_neither_ids_nor_questions(tmp_path) -> None:
    stamps = [f"2024/03/0{n} 10:11:12 AM GMT+1" for n in range(1, 5)]
    text = "Timestamp,Q\n" + "".join(f"{stamp},{n}\n" for n, stamp in enumerate(stamps, 1))
    _, instrument, _ = drafted(write(tmp_path / "a.csv", text))
    assert [(c.id, c.role) for c in instrument.administrative] == [("TIMESTAMP", "other")]


@pytest.mark.parametrize("name", ["gewicht", "Gewichtung", "poids", "ponderacion", "wgt"])
def test_a_weight_is_known_by_its_name_in_four_languages(tmp_path, name) -> None:
    text = f"Q,{name}\n1,0.5\n2,1.5\n1,1.0\n"
    _, instrument, _ = drafted(write(tmp_path / "a.csv", text))
    assert [column.role for column in instrument.administrative] == ["weight"]


@pytest.mark.parametrize("name", ["null", "true", "false", "NULL", "True"])
def test_a_name_that_yaml_reads_as_something_else_is_quoted(tmp_path, name) -> None:
    _, instrument, found = drafted(write(tmp_path / f"{name}.csv", f"{name},Q\n1,2\n2,1\n2,2\n"))
    assert instrument.id == name.lower()
    assert found.answers[name.upper()].tolist() == [1, 2, 2]


PAGE = (
    "Variable / Field Name,Form Name,Field Type,Field Label,"
    '"Choices, Calculations, OR Slider Labels"'
)
API = "field_name,form_name,field_type,field_label,select_choices_or_calculations"
DICTIONARY = """
record_id,f,text,Id,
sat,f,radio,"<b>How</b> satisfied?","1, Not at all | 2, A bit, or so | 3, Very"
size,f,dropdown,Size,"s, Small | l, Large"
use,f,checkbox,Which?,"1, Books | -9, None"
got,f,yesno,Got it?,
ok,f,truefalse,Right?,
total,f,calc,Total,"sum([a], [b])"
vas,f,slider,Pain,"none | some | worst"
note,f,descriptive,"Some words, no question",
stay,f,sql,Site,"select a, b from c"
"""
ANSWERS = """record_id,sat,size,use___1,use____9,got,ok,total,vas
1,1,s,1,0,1,0,12.5,40
2,3,l,0,1,0,1,3,55
3,2,s,1,1,1,1,7,2
"""


@pytest.mark.parametrize("headings", [PAGE, API])
def test_a_dictionary_of_redcap_is_a_codebook(tmp_path, headings) -> None:
    codebook = write(tmp_path / "c.csv", headings + DICTIONARY)
    _, instrument, found = drafted(write(tmp_path / "a.csv", ANSWERS), codebook)
    assert str(instrument.item("SAT").text) == "How satisfied?"
    assert labels(instrument, "SAT") == {1: "Not at all", 2: "A bit, or so", 3: "Very"}
    assert labels(instrument, "SIZE") == {1: "s: Small", 2: "l: Large"}
    assert labels(instrument, "USE1") == {0: "Unchecked", 1: "Checked"}
    assert [str(instrument.item(id).text) for id in ("USE1", "USE9")] == [
        "Which? - Books",
        "Which? - None",
    ]
    assert labels(instrument, "GOT") == {0: "No", 1: "Yes"}
    assert labels(instrument, "OK") == {0: "False", 1: "True"}
    assert [instrument.item(id).kind for id in ("TOTAL", "VAS")] == ["number", "number"]
    assert found.rejected == ()


def test_fields_without_a_column_are_not_missed(tmp_path) -> None:
    known = read_codebook(write(tmp_path / "c.csv", PAGE + DICTIONARY))
    assert "note" not in known
    assert known["stay"].labels == ()


AGREEMENT = ["stimme zu", "stimme nicht zu", "stimme voll zu", "teils/teils", "stimme voll zu"]


def battery(last: str, *, n: int = 6) -> str:
    """Return two questions with the same answers, one cell of the second being another text."""
    cells = AGREEMENT * n
    rows = zip(cells, [*cells[:-1], last], strict=True)
    return "ID,V1,V2\n" + "".join(f"{i},{a},{b}\n" for i, (a, b) in enumerate(rows))


def test_a_mistyped_answer_in_words_changes_nothing(tmp_path: Path) -> None:
    text, instrument, found = drafted(write(tmp_path / "a.csv", battery("stimme vol zu")))
    assert labels(instrument, "V1") == labels(instrument, "V2")
    assert "V2: 1 value that fits no answer: stimme vol zu; the import rejects them" in text
    assert [(entry.column, entry.value) for entry in found.rejected] == [("V2", "stimme vol zu")]


@pytest.mark.parametrize(
    ("last", "n"),
    [("keine Erfahrung", 6), ("stimme vol zu", 2)],
    ids=["another answer", "not rare"],
)
def test_another_answer_in_words_stays_one(tmp_path: Path, last: str, n: int) -> None:
    _, instrument, found = drafted(write(tmp_path / "a.csv", battery(last, n=n)))
    assert last in labels(instrument, "V2").values()
    assert found.rejected == ()


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("Prefer not to say", -8),
        ("refus", -8),
        ("weiß nicht", -9),
        ("no contesta", -7),
        ("keine Angabe", -7),
    ],
)
def test_refusals_among_numbers_leave_a_number(tmp_path: Path, word: str, code: int) -> None:
    cells = ["34", word, "45", "62", word, "28", "51"]
    text, instrument, found = drafted(write(tmp_path / "a.csv", column("AGE", cells)))
    assert instrument.item("AGE").kind == "number"
    assert f"no answer where it says {word}; the import reads it so" in text
    assert found.rejected == ()
    assert found.answers["AGE"].tolist() == [34, code, 45, 62, code, 28, 51]
