"""Fixtures that every room's tests may use."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def rerun_oracle() -> Callable[[str], Any]:
    """Run an R script of ``tests/oracles`` and give the JSON that it prints."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        pytest.skip("Rscript is not installed")

    def run(script: str) -> Any:
        finished = subprocess.run(
            [rscript, f"tests/oracles/{script}"],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        return json.loads(finished.stdout)

    return run
