"""Models and options beyond the given references, by the command, all keys of its JSON."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from lavaan_agreement import differences, fit_by_command, words

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tests" / "oracles" / "sem_unseen.R"
REFERENCE = json.loads(SCRIPT.with_suffix(".json").read_text(encoding="utf-8"))
DATA = ROOT / "tests" / "oracles" / "lavaan" / "data"


@pytest.mark.parametrize("case", REFERENCE["cases"], ids=lambda case: case["name"])
def test_all_keys_agree(case, tmp_path):
    options = case["options"] if isinstance(case["options"], dict) else {}
    found = fit_by_command(
        case["model"], DATA / case["data"], [*words(options), "--modindices"], tmp_path
    )
    assert found["proper"]
    # lavaan stops up to 1e-4 away where its solution is not polished
    limit = 1e-4
    if case["polished"]:
        limit = 2e-6 if "ordered" in options else 2e-7
    assert differences(found, case, limit) == []


@pytest.mark.r
@pytest.mark.skipif(shutil.which("Rscript") is None, reason="needs Rscript")
def test_the_script_still_gives_the_reference(tmp_path):
    shutil.copytree(ROOT / "tests" / "oracles", tmp_path / "tests" / "oracles")
    script = "tests/oracles/sem_unseen.R"
    subprocess.run(["Rscript", script], cwd=tmp_path, check=True, capture_output=True)
    again = json.loads((tmp_path / script).with_suffix(".json").read_text(encoding="utf-8"))
    for old, new in zip(REFERENCE["cases"], again["cases"], strict=True):
        assert old["name"] == new["name"]
        for first, second in zip(old["parameters"], new["parameters"], strict=True):
            assert first["est"] == pytest.approx(second["est"], abs=1e-6)
