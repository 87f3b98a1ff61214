"""Models and options beyond the given references, by the command, all keys of its JSON."""

import json
from pathlib import Path

import pytest
from lavaan_agreement import differences, fit_by_command, words
from tolerances import bound

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
    limit = bound("unpolished")
    if case["polished"]:
        limit = bound("all keys, ordered" if "ordered" in options else "all keys")
    assert differences(found, case, limit) == []
