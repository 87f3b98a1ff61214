"""Small clustered data, made with a fixed seed."""

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from coprod_stats.sem.fit import fit
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.sample import SemData

ORACLES = Path(__file__).parents[2] / "oracles"


@cache
def read_table(file):
    with (ORACLES / file).open() as stream:
        rows = list(csv.reader(stream))
    return {name: [row[place] for row in rows[1:]] for place, name in enumerate(rows[0])}


def codes(values):
    """Number values in order of appearance."""
    known = {value: code for code, value in enumerate(dict.fromkeys(values))}
    return np.array([known[value] for value in values], dtype=np.intp)


def clustered(n_clusters=40, *, sizes=(1, 2, 3, 5, 8), between=0.5, seed=3, names=("a", "b", "c")):
    """One factor at each level, unbalanced; covariates ``w`` of the clusters and ``x`` of cases."""
    rng = np.random.default_rng(seed)
    clusters = np.repeat(np.arange(n_clusters), rng.choice(sizes, n_clusters))
    w = rng.normal(size=n_clusters)
    x = rng.normal(size=clusters.size)
    above = np.sqrt(between) * (0.4 * w + rng.normal(size=n_clusters))
    below = 0.5 * x + rng.normal(size=clusters.size)
    loadings = np.linspace(1.0, 0.7, len(names))
    own = 0.3 * np.sqrt(between) * rng.normal(size=(n_clusters, len(names)))
    y = np.outer(below, loadings) + (np.outer(above, loadings) + own)[clusters]
    y += 0.7 * rng.normal(size=y.shape) + 2.0
    return SemData(np.column_stack([y, x, w[clusters]]), (*names, "x", "w"), clusters=clusters)


def fitted(model, data, *, model_options=None, **options):
    return fit(model, data, FitOptions(**options, model=ModelOptions(**(model_options or {}))))


@pytest.fixture(scope="session")
def table_of_oracle():
    return read_table


@pytest.fixture(scope="session")
def number_clusters():
    return codes


@pytest.fixture(scope="session")
def make_clustered():
    return clustered


@pytest.fixture(scope="session")
def fit_levels():
    return fitted
