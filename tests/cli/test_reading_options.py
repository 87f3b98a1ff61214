"""Tables of any kind reach the commands: text columns, SPSS files, sheets, mistyped names."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

ITEMS = ["WIL1", "WIL2", "WIL4", "WOR1"]
MODEL = f"f =~ {' + '.join(ITEMS)}"
CITIZEN = Path(__file__).parents[2] / "sample_data" / "citizen_synthetic.csv"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.txt"
    path.write_text(MODEL, encoding="utf-8")
    return path


@pytest.fixture
def two_countries(tmp_path: Path) -> Path:
    table = pd.read_csv(CITIZEN, dtype=str, keep_default_na=False)
    table["CTRY"] = ["FR" if row % 3 else "DE" for row in range(len(table))]
    path = tmp_path / "answers.csv"
    table.to_csv(path, index=False)
    return path


def fitted(coprod, *words) -> dict:
    done = coprod("sem", *map(str, words), "--json", "-")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("read_by", [(), ("--instrument", "citizen")])
def test_groups_named_by_texts_are_groups(coprod, model, two_countries, read_by) -> None:
    found = fitted(coprod, model, "--data", two_countries, "--group", "CTRY", *read_by)
    assert found["group_labels"] == ["DE", "FR"]


@pytest.mark.parametrize("read_by", [(), ("--instrument", "citizen")])
def test_clusters_named_by_texts_are_clusters(coprod, model, read_by) -> None:
    clustered = fitted(coprod, model, "--data", CITIZEN, "--cluster", "POSTR", *read_by)
    alone = fitted(coprod, model, "--data", CITIZEN, *read_by)
    assert clustered["parameters"][1]["est"] == pytest.approx(alone["parameters"][1]["est"])
    assert clustered["parameters"][1]["se"] != pytest.approx(alone["parameters"][1]["se"])


@pytest.mark.parametrize("read_by", [(), ("--instrument", "citizen")])
def test_weights_that_are_texts_are_refused(coprod, model, read_by) -> None:
    done = coprod("sem", str(model), "--data", str(CITIZEN), "--sampling-weights", "LANG", *read_by)
    assert done.returncode == 1
    assert "not numeric: LANG" in done.stderr


def test_sem_reads_spss_files_and_sheets(coprod, model, tmp_path: Path) -> None:
    table = pd.read_csv(CITIZEN)[ITEMS]
    table = table.where(table > 0)  # the codes of missing answers
    expected = fitted(coprod, model, "--data", written(table, tmp_path / "t.csv"))
    sav = tmp_path / "t.sav"
    pyreadstat.write_sav(table, str(sav))
    assert fitted(coprod, model, "--data", sav)["parameters"] == expected["parameters"]
    book = tmp_path / "t.xlsx"
    with pd.ExcelWriter(book) as sheets:
        pd.DataFrame({"note": ["ours"]}).to_excel(sheets, sheet_name="Notes", index=False)
        table.to_excel(sheets, sheet_name="Answers", index=False)
    found = fitted(coprod, model, "--data", book, "--sheet", "Answers")
    assert found["parameters"] == expected["parameters"]


def written(table: pd.DataFrame, path: Path) -> Path:
    table.to_csv(path, index=False)
    return path


def test_a_script_for_lavaan_needs_a_csv(coprod, model, tmp_path: Path) -> None:
    sav = tmp_path / "t.sav"
    pyreadstat.write_sav(pd.DataFrame({item: [1.0, 2.0] for item in ITEMS}), str(sav))
    done = coprod("sem", str(model), "--data", str(sav), "--emit", "lavaan")
    assert done.returncode == 1
    assert "the script reads a CSV" in done.stderr


@pytest.mark.parametrize("command", ["import", "score", "quality", "reliability", "draft"])
def test_commands_that_read_tables_take_a_sheet(coprod, tmp_path: Path, command) -> None:
    book = tmp_path / "t.xlsx"
    with pd.ExcelWriter(book) as sheets:
        pd.DataFrame({"note": ["ours"]}).to_excel(sheets, sheet_name="Notes", index=False)
        pd.read_csv(CITIZEN.with_name("carers.csv")).head(30).to_excel(
            sheets, sheet_name="Answers", index=False
        )
    out = ["--out", str(tmp_path / f"out.{'yaml' if command == 'draft' else 'csv'}")]
    words = {
        "import": ["responses", "import", str(book), "-i", "carers", *out],
        "draft": ["instrument", "draft", str(book), *out],
    }.get(command, [command, str(book), "-i", "carers"])
    assert coprod(*words, "--sheet", "Answers").returncode == 0
    (tmp_path / "out.yaml").unlink(missing_ok=True)
    assert coprod(*words, "--sheet", "Answrs").returncode == 1


def test_a_sheet_of_a_study_goes_with_its_data(coprod) -> None:
    done = coprod("run", "carers", "--sheet", "Answers")
    assert done.returncode == 2
    assert "--sheet goes with --data" in done.stderr


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["instrument", "show", "citzen"], "did you mean 'citizen'?"),
        (["instrument", "show", "citizen", "--form", "cor"], "did you mean 'core'?"),
        (["run", "driver_imapct"], "did you mean 'driver_impact'?"),
        (["score", "carer.csv", "-i", "carers"], "did you mean 'carers.csv'?"),
        (["regress", "carers.csv", "-f", "NEGC7 ~ DPE"], "did you mean 'DEP'?"),
    ],
)
def test_a_mistyped_name_is_answered_with_the_one_meant(coprod, words, meant) -> None:
    done = coprod(*words)
    assert done.returncode == 1
    assert meant in done.stderr
