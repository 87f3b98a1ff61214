"""Fixtures that every room's tests may use."""

import gc
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from coprod_stats.instruments import read_instrument
from coprod_stats.responses import Responses, read_responses

ROOT = Path(__file__).parents[1]

# tests run side by side on small matrices: threads of the linear algebra would only wait
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# no deadlines: a busy machine is no fault; the same examples every time in CI, new ones elsewhere
settings.register_profile("coprod", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("coprod")


def pytest_collection_finish() -> None:
    """Leave ten thousand collected tests out of every later collection of garbage; make few."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture
def bind(tmp_path: Path) -> Callable[[str, str], Responses]:
    """Bind answers in CSV to a questionnaire in YAML, both written out in the test."""

    def bound(questionnaire: str, answers: str) -> Responses:
        instrument, table = tmp_path / "survey.yaml", tmp_path / "answers.csv"
        instrument.write_text(questionnaire, encoding="utf-8")
        table.write_text(answers, encoding="utf-8")
        return read_responses(table, read_instrument(instrument))

    return bound


@pytest.fixture(scope="session")
def carers() -> Responses:
    """The shipped answers of family carers."""
    sample = ROOT / "sample_data" / "carers.csv"
    return read_responses(sample, read_instrument("carers"))
