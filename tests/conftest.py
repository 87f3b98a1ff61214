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
def run_r() -> Callable[[str], str]:
    """Run an R script of ``tests/oracles`` and give what it prints."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        pytest.skip("Rscript is not installed")

    def run(script: str) -> str:
        command = [rscript, f"tests/oracles/{script}"]
        return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout

    return run


@pytest.fixture(scope="session")
def rerun_oracle(run_r: Callable[[str], str]) -> Callable[[str], Any]:
    """Run an R script of ``tests/oracles`` and give the JSON that it prints."""
    return lambda script: json.loads(run_r(script))
