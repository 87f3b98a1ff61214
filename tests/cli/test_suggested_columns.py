"""A mistyped column of a model is answered by the one that was probably meant."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from coprod_stats.errors import CoprodError
from coprod_stats.latent_models import fit_sem

MODEL = "f =~ x1 + x2 + x3"
CASES = [
    (
        {},
        "f =~ x1 + x2 + X3",
        "'X3' is neither in the data nor defined by '=~'; did you mean 'x3'?",
    ),
    ({"group": "contry"}, MODEL, "no column contry; did you mean 'country'?"),
    ({"cluster": "twon"}, MODEL, "no column twon; did you mean 'town'?"),
    ({"sampling_weights": "weigth"}, MODEL, "no column weigth; did you mean 'weight'?"),
    ({}, "f =~ x1 + x2 + x3\nf ~ zzzz", "'zzzz' is neither in the data nor defined by '=~'"),
]


@pytest.fixture
def answers() -> pd.DataFrame:
    rows = range(30)
    table = {f"x{i}": [(7 * k * i) % 11 for k in rows] for i in (1, 2, 3)}
    return pd.DataFrame(table | {"country": list("ab" * 15), "town": rows, "weight": 1.0})


@pytest.mark.parametrize(("options", "model", "message"), CASES)
def test_in_python(answers: pd.DataFrame, options: dict, model: str, message: str) -> None:
    with pytest.raises(CoprodError) as raised:
        fit_sem(model, answers, **options)
    assert str(raised.value).endswith(message)


@pytest.mark.parametrize(("options", "model", "message"), CASES)
def test_on_the_command_line(
    coprod, tmp_path: Path, answers: pd.DataFrame, options: dict, model: str, message: str
) -> None:
    answers.to_csv(tmp_path / "answers.csv", index=False)
    words = [
        word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value)
    ]
    shown = coprod("sem", model, "--data", "answers.csv", *words)
    assert shown.returncode == 1
    assert message in " ".join(shown.stderr.split())
