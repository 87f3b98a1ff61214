import json
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE = Path("tests/oracles/sem_combinations.json")


@pytest.mark.r
@pytest.mark.skipif(shutil.which("Rscript") is None, reason="needs Rscript")
def test_combinations_are_what_lavaan_gives(tmp_path):
    """Rerun the script in a copy of the tree and compare with the numbers that are kept."""
    shutil.copytree(ROOT / "tests" / "oracles", tmp_path / "tests" / "oracles")
    script = "tests/oracles/sem_combinations.R"
    subprocess.run(["Rscript", script], cwd=tmp_path, check=True, capture_output=True)
    kept, again = (json.loads((root / FILE).read_text()) for root in (ROOT, tmp_path))
    for old, new in zip(kept["cases"], again["cases"], strict=True):
        assert old["name"] == new["name"]
        for first, second in zip(old["parameters"], new["parameters"], strict=True):
            assert first["est"] == pytest.approx(second["est"], abs=1e-6)
