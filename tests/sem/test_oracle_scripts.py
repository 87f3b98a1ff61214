import json
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = ("sem_combinations", "sem_two_level", "sem_wider")


@pytest.mark.r
@pytest.mark.skipif(shutil.which("Rscript") is None, reason="needs Rscript")
@pytest.mark.parametrize("name", SCRIPTS)
def test_the_numbers_are_what_lavaan_gives(tmp_path, name):
    """Rerun the script in a copy of the tree and compare with the numbers that are kept."""
    shutil.copytree(ROOT / "tests" / "oracles", tmp_path / "tests" / "oracles")
    script, file = f"tests/oracles/{name}.R", Path(f"tests/oracles/{name}.json")
    subprocess.run(["Rscript", script], cwd=tmp_path, check=True, capture_output=True)
    kept, again = (json.loads((root / file).read_text()) for root in (ROOT, tmp_path))
    for old, new in zip(kept["cases"], again["cases"], strict=True):
        assert old["name"] == new["name"]
        for first, second in zip(old["parameters"], new["parameters"], strict=True):
            assert first["est"] == pytest.approx(second["est"], abs=1e-6)
