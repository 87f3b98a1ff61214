"""The tasks of the comparison: models, and data drawn with stated seeds."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
PUPILS = ROOT / "tests" / "oracles" / "lavaan" / "data" / "hs1939.csv"

CFA = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
PATHS = "f5 ~ a*f1 + f2\nf6 ~ f3 + f4\nf7 ~ b*f5 + f6\nf8 ~ f7 + f1"
INDIRECT = "indirect := a*b"


def measurement(n_factors: int, n_items: int = 4) -> str:
    """Write a measurement model of simple structure."""
    return "\n".join(
        f"f{f} =~ " + " + ".join(f"y{f}_{i}" for i in range(1, n_items + 1))
        for f in range(1, n_factors + 1)
    )


SEM = f"{measurement(8)}\n{PATHS}"


@dataclass(frozen=True)
class Task:
    """One row of the table; `options` are those of ``fit_sem``."""

    id: str
    title: str
    model: str
    data: str
    options: dict[str, Any] = field(default_factory=dict)
    ladder: tuple[tuple[str, ...], ...] = ()
    repetitions: int = 5


TASKS = (
    Task("a", "ML CFA, 3 x 3, n = 301", CFA, "pupils", repetitions=30),
    Task("b", "ML SEM, 8 factors x 4, n = 1,000", SEM, "paths", repetitions=20),
    Task("c", "FIML on b, 10 % missing", SEM, "holes", {"missing": "fiml"}, repetitions=1),
    Task("d", "MLR on b", SEM, "paths", {"estimator": "MLR"}, repetitions=10),
    Task(
        "e",
        "WLSMV, 14 x 4 five-point items, n = 5,000",
        measurement(14),
        "likert",
        {"estimator": "WLSMV", "ordered": "all"},
        repetitions=1,
    ),
    Task(
        "f",
        "invariance ladder of 4 models, 3 groups",
        measurement(3),
        "groups",
        {"group": "g"},
        ladder=(
            (),
            ("loadings",),
            ("loadings", "intercepts"),
            ("loadings", "intercepts", "residuals"),
        ),
        repetitions=5,
    ),
    Task(
        "g",
        "1,000 bootstraps of an indirect effect on b",
        f"{SEM}\n{INDIRECT}",
        "paths",
        {"bootstrap": 1000, "seed": 1},
        repetitions=1,
    ),
    Task("h", "polychoric matrix, 40 items x 5,000", "", "forty", repetitions=3),
)


def write_data(folder: Path) -> dict[str, Path]:
    """Draw all tables and write them as CSV."""
    files = {"pupils": PUPILS}
    paths = _paths(1000, np.random.default_rng(11))
    names = [f"y{f}_{i}" for f in range(1, 9) for i in range(1, 5)]
    files["paths"] = _write(folder / "paths.csv", names, paths)
    holes = np.where(np.random.default_rng(12).random(paths.shape) < 0.1, np.nan, paths)
    files["holes"] = _write(folder / "holes.csv", names, holes)
    files["likert"] = _write(folder / "likert.csv", *_likert(14, 5000, 13))
    files["forty"] = _write(folder / "forty.csv", *_likert(10, 5000, 14))
    three, values = _factors(3, 900, np.random.default_rng(15))
    grouped = np.column_stack([values, np.repeat([1, 2, 3], 300)])
    files["groups"] = _write(folder / "groups.csv", [*three, "g"], grouped)
    return files


def _paths(n_obs: int, rng: np.random.Generator) -> NDArray[np.float64]:
    f = np.empty((n_obs, 8))
    f[:, :4] = rng.normal(size=(n_obs, 4)) @ np.linalg.cholesky(0.7 * np.eye(4) + 0.3).T
    noise = 0.7 * rng.normal(size=(n_obs, 4))
    f[:, 4] = 0.4 * f[:, 0] + 0.3 * f[:, 1] + noise[:, 0]
    f[:, 5] = 0.3 * f[:, 2] + 0.3 * f[:, 3] + noise[:, 1]
    f[:, 6] = 0.4 * f[:, 4] + 0.2 * f[:, 5] + noise[:, 2]
    f[:, 7] = 0.5 * f[:, 6] + 0.2 * f[:, 0] + noise[:, 3]
    return _items(f, rng)


def _items(factors: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    loadings = np.array([1.0, 0.8, 0.9, 0.7])
    signal = (factors[:, :, None] * loadings).reshape(len(factors), -1)
    return np.asarray(signal + 0.7 * rng.normal(size=signal.shape))


def _factors(
    n_factors: int, n_obs: int, rng: np.random.Generator
) -> tuple[list[str], NDArray[np.float64]]:
    root = np.linalg.cholesky(0.6 * np.eye(n_factors) + 0.4)
    values = _items(rng.normal(size=(n_obs, n_factors)) @ root.T, rng)
    return [f"y{f}_{i}" for f in range(1, n_factors + 1) for i in range(1, 5)], values


def _likert(n_factors: int, n_obs: int, seed: int) -> tuple[list[str], NDArray[np.float64]]:
    names, values = _factors(n_factors, n_obs, np.random.default_rng(seed))
    return names, np.digitize(values / values.std(axis=0), [-1.4, -0.5, 0.4, 1.3]) + 1.0


def _write(path: Path, names: list[str], values: NDArray[np.float64]) -> Path:
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        for row in values.tolist():
            writer.writerow("" if cell != cell else cell for cell in row)  # NaN
    return path
