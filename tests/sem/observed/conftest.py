import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

LAVAAN = Path(__file__).parents[2] / "oracles" / "lavaan"

Reader = Callable[[str, list[str]], NDArray[np.float64]]


@pytest.fixture
def lavaan_oracle() -> Callable[[str], dict[str, Any]]:
    """Numbers of a lavaan fit by the name of its file."""
    return lambda name: json.loads((LAVAAN / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture
def lavaan_data() -> Reader:
    """Columns of an oracle's data file; blank is NaN."""

    def read(name: str, columns: list[str]) -> NDArray[np.float64]:
        with (LAVAAN / "data" / name).open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        return np.array([[float(row[column] or "nan") for column in columns] for row in rows])

    return read


def values(matrix: dict[str, Any]) -> NDArray[np.float64]:
    return np.array(matrix["values"], dtype=np.float64)
