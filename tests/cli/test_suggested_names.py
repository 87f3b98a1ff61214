import pandas as pd
import pytest

import coprod_stats as cp
from coprod_stats.instruments import check_instrument


def test_keys_commands_and_keywords_are_suggested(tmp_path, coprod):
    path = tmp_path / "library.yaml"
    path.write_text("instrument: library\nverson: 0.1.0\n", encoding="utf-8")
    faults = {fault.place: fault.remedy for fault in check_instrument(path)}
    assert faults["verson"] == "Did you mean 'version'? Remove it or correct its name."
    mistyped = coprod("socre")
    assert mistyped.returncode == 2
    assert "No such command 'socre'; did you mean 'score'?" in mistyped.stderr
    with pytest.raises(TypeError, match="; did you mean 'estimator'"):
        cp.fit_sem("f =~ a + b + c", pd.DataFrame(), estmator="ML")


def test_an_ending_that_is_shared_suggests_nothing(tmp_path, coprod):
    for name in ("m.csv", "answers.csv"):
        (tmp_path / name).write_text("RID\n")
    for name, end in {
        "z.csv": "No such file or directory\n",
        "answrs.csv": "; did you mean 'answers.csv'?\n",
        "carer.csv": "; did you mean 'carers.csv'?\n",
    }.items():
        assert coprod("score", name, "-i", "carers").stderr.endswith(end)


def test_what_was_named_is_not_suggested(tmp_path, coprod):
    done = coprod("simulate", "driver_impact", "--population", "citizen", "-o", "s.csv")
    assert done.returncode == 1
    assert "'citizen'" not in done.stderr
