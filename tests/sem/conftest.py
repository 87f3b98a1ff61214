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
def oracle_column_file():
    return read_columns


@pytest.fixture(scope="session")
def oracle_data():
    return read_numbers


def fit_case(name: str, case: Any) -> Any:
    """Fit a reference model here, as its JSON says it was fitted in lavaan."""
    from coprod_stats.sem.fit import fit
    from coprod_stats.sem.model.parameters import ModelOptions
    from coprod_stats.sem.options import FitOptions
    from coprod_stats.sem.sample import SemData

    reference = read_oracle(name)
    columns = read_columns(reference["data"])
    extra = {case.group, case.weights, case.clusters}
    labels = tuple(reference["group_labels"] or [""])
    numeric = [n for n in columns if n not in extra and n not in ("school", "id", "sex")]
    values = read_numbers(reference["data"], numeric)
    if "female" in reference["model"] and "female" not in numeric:
        # the script makes it from 'gender' without writing it to the file
        values = np.column_stack([values, values[:, numeric.index("gender")] - 1])
        numeric.append("female")
    groups = None
    if case.group:
        groups = np.array([labels.index(value) for value in columns[case.group]])
    data = SemData(
        values=values,
        names=tuple(numeric),
        groups=groups,
        group_labels=labels,
        weights=np.array(columns[case.weights], dtype=float) if case.weights else None,
        clusters=np.array(columns[case.clusters], dtype=np.intp) if case.clusters else None,
    )
    options = FitOptions(**case.fit, model=ModelOptions(**case.model))
    return fit(reference["model"], data, options)


@pytest.fixture(scope="session")
def fit_oracle():
    return fit_case
