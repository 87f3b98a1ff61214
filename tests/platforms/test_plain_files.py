"""Answers written as plain files and read back: every kind of item, every kind of missing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from every_kind import respondents, table

from coprod_stats.instruments import Instrument
from coprod_stats.literals import FileFormat
from coprod_stats.platforms.codebooks.spss import sav_file
from coprod_stats.responses import read_responses, write_canonical

FORMATS: tuple[FileFormat, ...] = ("csv", "spreadsheet", "xlsx", "sav", "parquet")


def written(instrument: Instrument, answers: pd.DataFrame, source: FileFormat, path: Path) -> Path:
    if source == "parquet":
        pytest.importorskip("pyarrow")
    path = path / f"answers.{'csv' if source == 'spreadsheet' else source}"
    if source == "sav":
        content, losses = sav_file(instrument, answers, language="en")
        assert losses == ()
        path.write_bytes(content)
    else:
        write_canonical(answers, path, for_spreadsheet=source == "spreadsheet")
    return path


def of_respondents(instrument: Instrument, n: int) -> pd.DataFrame:
    answers = table(instrument, respondents(instrument, n, seed=n))
    kinds = Counter(answers.apply(pd.to_numeric, errors="coerce").stack())
    assert min(kinds[code] for code in (-7, -8, -9)) > 0
    assert answers.isna().any(axis=None)
    return answers


def round_trip(
    instrument: Instrument, answers: pd.DataFrame, source: FileFormat, folder: Path
) -> None:
    path = written(instrument, answers, source, folder)
    found = read_responses(path, instrument, source=source)
    assert found.rejected == ()
    pd.testing.assert_frame_equal(
        found.answers.reset_index(drop=True),
        answers[list(found.answers.columns)],
        check_dtype=False,
    )


@pytest.mark.parametrize("source", FORMATS)
def test_answers_come_back_as_given(
    every_kind: Instrument, source: FileFormat, tmp_path: Path
) -> None:
    round_trip(every_kind, of_respondents(every_kind, 50), source, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("source", FORMATS)
def test_a_thousand_respondents_come_back_as_given(
    every_kind: Instrument, source: FileFormat, tmp_path: Path
) -> None:
    round_trip(every_kind, of_respondents(every_kind, 1_000), source, tmp_path)
