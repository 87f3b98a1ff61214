"""Reference results of lavaan, read from tests/oracles/lavaan."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coprod_stats.sem.estimation.categorical_fit import (
    CategoricalFit,
    WeightMatrix,
    fit_categorical,
)
from coprod_stats.sem.model.parameters import ModelOptions, Parameterization
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.table_building import build_parameters
from coprod_stats.sem.observed.categorical_moments import CategoricalData, categorical_moments
from coprod_stats.sem.observed.thresholds import category_codes

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
    groups = None
    if case.group:
        groups = np.array([labels.index(value) for value in columns[case.group]])
    data = SemData(
        values=read_numbers(reference["data"], numeric),
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


@pytest.fixture(scope="session")
def ordered_fit():
    """Refit a reference model for ordered or mixed data."""
    return fit_ordered_reference


@cache
def fit_ordered_reference(
    name: str,
    *,
    ordered: tuple[str, ...] = (),
    covariates: tuple[str, ...] = (),
    group: str = "",
    group_equal: tuple[str, ...] = (),
    parameterization: Parameterization = "delta",
    weight_matrix: WeightMatrix = "DWLS",
) -> CategoricalFit:
    reference = read_oracle(name)
    labels = reference["group_labels"] or [""]
    options = ModelOptions(
        conditional_x=bool(covariates), group_equal=group_equal, parameterization=parameterization
    )
    model = parse_model(reference["model"])
    roles = build_parameters(model, options=options, group_labels=labels)
    items = [item for item in roles.observed if item not in covariates]
    values = read_numbers(reference["data"], items)
    places = [place for place, item in enumerate(items) if not ordered or item in ordered]
    coded = category_codes(values[:, places])
    values[:, places] = np.where(coded.codes < 0, np.nan, coded.codes)
    sizes = dict(zip((items[place] for place in places), coded.n_categories, strict=True))
    x = None
    if covariates:
        # 'female' is made from 'gender' by the script
        renamed = ["gender" if name == "female" else name for name in roles.exogenous]
        x = read_numbers(reference["data"], renamed) - [
            name == "female" for name in roles.exogenous
        ]
    column = np.array(read_columns(reference["data"])[group] if group else [""] * len(values))
    kept = np.ones(len(values), dtype=bool)
    if "pairwise" not in name:
        kept = ~np.isnan(values).any(axis=1)
    samples = []
    for label in labels:
        rows = kept & (column == label)
        n_categories = tuple(sizes.get(item, 0) for item in items)
        data = CategoricalData(values[rows], n_categories, None if x is None else x[rows])
        samples.append(categorical_moments(data))
    table = build_parameters(
        model,
        options=options,
        group_labels=labels,
        thresholds={item: size - 1 for item, size in sizes.items()},
    )
    return fit_categorical(table, samples, weight_matrix=weight_matrix)
