"""Answers in words: labels, truth values and combined choices in the cells of any table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from coprod_stats.instruments import read_instrument
from coprod_stats.responses import Responses, read_responses
from counted_calls import n_calls

QUESTIONNAIRE = """
instrument: words
version: 1.0.0
title: "Words"
languages: [en, fr]
offers: [dont_know, refused]
forms: {core: {title: "Core"}}
assigned:
  ARM: {title: {en: "Arm", fr: "Bras"},
    levels: {0: {en: "Control", fr: "Contrôle"}, 1: {en: "Letter", fr: "Lettre"}}}
responses:
  agree: {kind: bipolar,
     options: {1: {en: "Disagree", fr: "Pas d'accord"}, 2: {en: "Neither", fr: "Neutre"},
       3: {en: "Agree", fr: "D'accord"}}}
administrative:
  - {id: RID, title: "Respondent", role: respondent}
pages:
  - page: one
    blocks:
      - block: b
        items:
          - {id: AGR, text: {en: "Agree?", fr: "Accord ?"}, responses: agree}
          - {id: YN, text: {en: "Helped?", fr: "Aidé ?"},
             options: {1: {en: "Yes", fr: "Oui"}, 2: {en: "No", fr: "Non"}}}
          - {id: NY, text: {en: "Helped?", fr: "Aidé ?"},
             options: {1: {en: "No", fr: "Non"}, 2: {en: "Yes", fr: "Oui"}}}
          - {id: BIN, text: {en: "Coded", fr: "Codé"},
             options: {1: {en: "On", fr: "Allumé"}, 0: {en: "Off", fr: "Éteint"}}}
          - {id: KIDS, text: {en: "Children", fr: "Enfants"},
             options: {1: {en: "0", fr: "0"}, 2: {en: "1", fr: "1"},
               3: {en: "2 or more", fr: "2 ou plus"}}}
          - {id: TWIN, text: {en: "Same", fr: "Même"},
             options: {1: {en: "Some", fr: "Un peu"}, 2: {en: "Some", fr: "Assez"}}}
          - {id: SEX, text: {en: "Sex", fr: "Sexe"},
             options: {1: {en: "M: Male", fr: "M: Homme"}, 2: {en: "F: Female", fr: "F: Femme"}}}
          - {id: LAND, text: {en: "Land", fr: "Pays"}, codes: {1: DE, 2: "NA", 3: nan, 4: XX},
             options: {1: {en: "Germany", fr: "Allemagne"}, 2: {en: "Namibia", fr: "Namibie"},
               3: {en: "Nowhere", fr: "Nulle part"}, 4: {en: "Point", fr: "Lieu"}}}
          - {id: PART, text: {en: "Part", fr: "Part"},
             options: {1: {en: "One", fr: "Une"}, 2: {en: "N/A", fr: "s. o."},
               3: {en: "null", fr: "nul"}, 4: {en: ".", fr: "."}}}
          - {id: FLIP, text: {en: "Flip", fr: "Inverse"}, codes: {1: A, 2: B},
             options: {1: {en: "B", fr: "B"}, 2: {en: "A", fr: "A"}}}
          - {id: HRS, kind: number, text: {en: "Hours", fr: "Heures"}, number: {min: 0, max: 168}}
          - {id: USE, kind: multiple, text: {en: "Use", fr: "Usage"},
             options: {1: {en: "Books, films", fr: "Livres"}, 2: {en: "Paths", fr: "Chemins"},
               3: {en: "Water", fr: "Eau"}}}
          - {id: MANY, kind: multiple, text: {en: "Many", fr: "Tout"},
             codes: {1: x, 2: y, 3: z, 4: "NA"},
             options: {1: {en: "Some", fr: "Un"}, 2: {en: "Some", fr: "Deux"},
               3: {en: "A", fr: "A"}, 4: {en: "Y", fr: "Y"}}}
          - {id: NUM, kind: multiple, text: {en: "How many?", fr: "Combien ?"},
             options: {1: {en: "0", fr: "0"}, 2: {en: "1", fr: "1"},
               3: {en: "2 or more", fr: "2 ou plus"}}}
          - {id: DAY, kind: date, text: {en: "Day", fr: "Jour"}}
          - {id: CLOCK, kind: time, text: {en: "Time", fr: "Heure"}}
          - {id: TXT, kind: text, text: {en: "Say", fr: "Dites"}}
"""


@pytest.fixture
def answers(tmp_path: Path) -> Callable[[str], Responses]:
    questionnaire = tmp_path / "words.yaml"
    questionnaire.write_text(QUESTIONNAIRE, encoding="utf-8")

    def read(text: str) -> Responses:
        path = tmp_path / "answers.csv"
        path.write_text(text, encoding="utf-8")
        return read_responses(path, read_instrument(questionnaire))

    return read


@pytest.mark.parametrize(
    ("column", "cells", "codes"),
    [
        ("AGR", ["Agree", "d’accord", "  DISAGREE ", "2"], [3, 3, 1, 2]),
        ("AGR", ["3 - Agree", "(1) Disagree", "Neither (2)"], [3, 1, 2]),
        ("AGR", ["Don't know", "Prefer not to say", "weiß nicht", "ne sait pas"], [-9, -8, -9, -9]),
        ("AGR", ["keine Angabe", "no contesta", "refus"], [-7, -7, -8]),
        ("YN", ["Yes", "non", "TRUE", "False", "ja", "no"], [1, 2, 1, 2, 1, 2]),
        ("BIN", ["TRUE", "FALSE", "On", "0"], [1, 0, 1, 0]),
        ("KIDS", ["0", "1", "2 or more"], [1, 2, 3]),
        ("KIDS", ["1", "2", "3"], [1, 2, 3]),
        ("SEX", ["M", "f", "M: Male", "2"], [1, 2, 1, 2]),
        ("LAND", ["DE", "NA", "nan", "2", "XX"], [1, 2, 3, 2, 4]),
        ("PART", ["N/A", "n/a", "Null", ".", "1"], [2, 2, 3, 4, 1]),
        ("FLIP", ["A", "B", "1"], [1, 2, 1]),
        ("HRS", ["4", "don't know", "Verweigert"], [4, -9, -8]),
        ("USE__2", ["x", "TRUE", "Y", "Paths", "unchecked", "nein", "0"], [1, 1, 1, 1, 0, 0, 0]),
    ],
)
def test_a_label_in_any_language_is_read_as_its_code(answers, column, cells, codes) -> None:
    rows = "".join(f"{n};{cell}\n" for n, cell in enumerate(cells))
    found = answers(f"RID;{column}\n{rows}")
    assert found.answers[column].tolist() == codes
    assert found.rejected == ()


@pytest.mark.parametrize(
    ("column", "cells", "rejected"),
    [
        ("TWIN", ["Some", "Assez"], ["Some"]),  # two answers share the label
        ("KIDS", ["0", "1", "2 or more", "7"], ["0", "1", "7"]),  # a code, or a label?
        ("FLIP", ["a", "b", "3"], ["a", "b", "3"]),  # letters of one, label of another
        ("LAND", ["na", "null", "2"], ["na"]),  # not the letters, and a sign
        ("AGR", ["Agreed", "4 - Agree"], ["Agreed", "4 - Agree"]),
        ("BIN", ["Yes", "x"], ["Yes", "x"]),  # on is not yes
        ("HRS", ["Agree"], ["Agree"]),
    ],
)
def test_a_label_that_is_not_clear_is_rejected(answers, column, cells, rejected) -> None:
    rows = "".join(f"{n};{cell}\n" for n, cell in enumerate(cells))
    found = answers(f"RID;{column}\n{rows}")
    assert [entry.value for entry in found.rejected] == rejected


def test_an_open_answer_is_never_taken_for_a_label(answers) -> None:
    found = answers("RID,AGR,TXT\n1,3,Don't know\n2,3,Yes\n")
    assert found.answers["TXT"].tolist() == ["Don't know", "Yes"]


@pytest.mark.parametrize("column", ["DAY", "CLOCK"])
@pytest.mark.parametrize(
    ("cell", "code"),
    [("Don't know / does not apply", "-9"), ("Prefer not to say", "-8"), ("keine Angabe", "-7")],
)
def test_a_missing_answer_in_words_is_one_in_dates_and_times_too(
    answers, column, cell, code
) -> None:
    found = answers(f"RID,AGR,{column}\n1,3,{cell}\n")
    assert found.answers[column].tolist() == [code]
    assert found.rejected == ()


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
@pytest.mark.parametrize(
    ("column", "codes"),
    [
        ("YN", [1, 2]),
        ("NY", [2, 1]),
        ("BIN", [1, 0]),
        ("ARM", [1, 0]),
        ("USE__2", [1, 0]),
        ("AGR", None),
        ("KIDS", None),
        ("HRS", None),
    ],
)
def test_truth_values_of_every_file_format_are_the_words(
    answers, tmp_path, suffix, column, codes
) -> None:
    table = pd.DataFrame({"RID": ["a", "b"], "TXT": ["x", "y"], column: [True, False]})
    path = tmp_path / f"truth.{suffix}"
    if suffix == "csv":
        table.to_csv(path, index=False)
    elif suffix == "xlsx":
        table.to_excel(path, index=False)
    else:
        pytest.importorskip("pyarrow")
        table.to_parquet(path)
    found = read_responses(path, answers("RID,AGR\n1,3\n").instrument)
    if codes is None:
        assert [entry.value.upper() for entry in found.rejected] == ["TRUE", "FALSE"]
    else:
        assert found.answers[column].tolist() == codes
        assert found.rejected == ()


def test_the_report_says_which_labels_were_read(answers) -> None:
    found = answers("RID,AGR\n1,Agree\n2,Disagree\n")
    assert found.provenance.notes == (
        "AGR: labels read as their codes: 'Agree' → 3, 'Disagree' → 1",
    )


@pytest.mark.parametrize(
    ("cell", "ticks"),
    [
        ("Paths;Water", [0, 1, 1]),
        ("Paths;Water;", [0, 1, 1]),
        ("Books, films, Water", [1, 0, 1]),
        ("1,3", [1, 0, 1]),
        ("2", [0, 1, 0]),
        ("2.0", [0, 1, 0]),
        ("Livres|Eau", [1, 0, 1]),
        ("1 3", [1, 0, 1]),
        ("[1,3]", [1, 0, 1]),
        ("['Paths', 'Books, films']", [1, 1, 0]),
        ("Don't know", [-9, -9, -9]),
    ],
)
def test_choices_in_one_column_are_spread_over_the_options(answers, cell, ticks) -> None:
    found = answers(f'RID,USE\n1,"{cell}"\n')
    assert found.answers[["USE__1", "USE__2", "USE__3"]].to_numpy().tolist() == [ticks]
    assert found.rejected == ()


@pytest.mark.parametrize(
    "cell",
    [
        "Paths;Wine",
        "1,4",
        "1 4",
        "[1,4]",
        "['Paths' 'Wine']",
        "[]",
        "[[1]]",
        "Paths;Don't know",
        "yes",
        "x",
        "TRUE",
        "1.5",
        "0",
        "no",
        "0,1",
        "-9;-9",
    ],
)
def test_a_choice_that_is_none_of_the_options_is_rejected(answers, cell) -> None:
    found = answers(f'RID,USE\n1,"{cell}"\n')
    assert found.answers[["USE__1", "USE__2", "USE__3"]].isna().all(axis=None)
    assert {entry.value for entry in found.rejected} == {cell}


@pytest.mark.parametrize(
    ("column", "cells", "ticks"),
    [
        ("MANY", ["x;z"], [[1, 0, 1, 0]]),
        ("MANY", ["x;NA", "NA"], [[1, 0, 0, 1], [0, 0, 0, 1]]),
        ("MANY", ["y"], [[0, 1, 0, 0]]),
        ("MANY", ["A"], [[0, 0, 1, 0]]),
        ("MANY", ["Some;A", "Y", "X;2"], [None, None, None]),
        ("NUM", ["1;2", "3"], [[1, 1, 0], [0, 0, 1]]),
        ("NUM", ["1 2", '"[1, 3]"'], [[1, 1, 0], [1, 0, 1]]),
        ("MANY", ["x z", "\"['x', 'z']\""], [[1, 0, 1, 0], [1, 0, 1, 0]]),
        ("NUM", ["2 or more", "1;2 or more", "3"], [[0, 0, 1], None, [0, 0, 1]]),
        ("NUM", ["0", "1"], [[1, 0, 0], None]),
    ],
)
def test_letters_and_labels_of_combined_choices_are_read_as_those_of_one_answer(
    answers, column, cells, ticks
) -> None:
    rows = "".join(f"{n},{cell}\n" for n, cell in enumerate(cells))
    found = answers(f"RID,{column}\n{rows}")
    item = next(item for item in found.instrument.items if item.id == column)
    table = found.answers[list(item.columns)]
    for row, expected in zip(table.to_numpy().tolist(), ticks, strict=True):
        assert expected is None or row == expected
    unclear = [cell for cell, expected in zip(cells, ticks, strict=True) if expected is None]
    assert table.isna().all(axis=1).sum() == len(unclear)
    rejected = [entry.value for entry in found.rejected if entry.column == item.columns[0]]
    assert rejected == unclear


def test_a_row_as_long_as_the_spread_options_is_no_answer(answers) -> None:
    found = answers("RID,USE\n1,Paths\n2,1,0,1\n")
    assert [(entry.code, entry.line) for entry in found.rejected] == [("ROW-001", 3)]
    assert found.n_respondents == 1


def test_the_work_on_a_long_cell_grows_with_its_length_alone(answers) -> None:
    def read(length: int) -> int:
        cells = ("Books, films," * length, "Paths," * 3 * length + "Wine")
        table = 'RID,USE\n1,"{}"\n2,"{}"\n'.format(*cells)
        assert {entry.line for entry in answers(table).rejected} == {3}
        return n_calls(lambda: answers(table))

    few, many = read(500), read(2_000)
    assert many < 4 * 1.1 * few


def test_a_sign_that_is_an_answer_of_one_question_is_no_blank_of_another(answers) -> None:
    found = answers("RID,LAND,MANY,HRS,TXT\n1,NA,NA,4,NA\n2,1,x,4,y\n")
    assert found.answers[["LAND", "MANY__4"]].iloc[0].tolist() == [2, 1]
    assert found.answers["TXT"].tolist() == ["NA", "y"]  # 'NA' is no missing number here
    assert found.rejected == ()


def test_a_sign_that_is_no_option_is_blank_in_combined_choices(answers) -> None:
    found = answers("RID,USE\n1,NA\n2,Paths\n")
    assert found.answers["USE__2"].isna().tolist() == [True, False]
    assert found.rejected == ()
