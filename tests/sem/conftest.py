"""Reference results of lavaan, read from tests/oracles/lavaan."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ORACLES = Path(__file__).parents[1] / "oracles" / "lavaan"


@cache
def read_oracle(name: str) -> dict[str, Any]:
    return json.loads((ORACLES / f"{name}.json").read_text())


@cache
def read_columns(file: str) -> dict[str, list[str]]:
    with (ORACLES / "data" / file).open() as stream:
        rows = list(csv.reader(stream))
    return {name: [row[i] for row in rows[1:]] for i, name in enumerate(rows[0])}


def read_numbers(file: str, names: list[str]) -> np.ndarray:
    columns = read_columns(file)
    cells = [[cell if cell not in ("", "NA") else "nan" for cell in columns[n]] for n in names]
    return np.array(cells, dtype=float).T


@pytest.fixture(scope="session")
def oracle():
    return read_oracle


@pytest.fixture(scope="session")
def oracle_column():
    return lambda file, name: read_columns(file)[name]


@pytest.fixture(scope="session")
def oracle_data():
    return read_numbers
