import pandas as pd
import pytest

import coprod_stats as cp
from coprod_stats.instruments import check_instrument
from coprod_stats.suggestions import did_you_mean


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("titel", "Did you mean 'title'?"),
        ("TITLE", "Did you mean 'title'?"),
        ("estimater", "Did you mean 'Estimator'?"),
        ("hypotheses", ""),
        ("", ""),
    ],
)
def test_the_nearest_name_is_suggested_if_any_is_near(name, hint):
    assert did_you_mean(name, ["title", "Estimator", "weights"]) == hint


def test_keys_commands_and_keywords_are_suggested(tmp_path, coprod):
    path = tmp_path / "library.yaml"
    path.write_text("instrument: library\nverson: 0.1.0\n", encoding="utf-8")
    faults = {fault.place: fault.remedy for fault in check_instrument(path)}
    assert faults["verson"] == "Did you mean 'version'?"
    mistyped = coprod("socre")
    assert mistyped.returncode == 2
    assert "No such command 'socre'. Did you mean 'score'?" in mistyped.stderr
    with pytest.raises(TypeError, match="Did you mean 'estimator'"):
        cp.fit_sem("f =~ a + b + c", pd.DataFrame(), estmator="ML")
