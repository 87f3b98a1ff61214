"""Packed tables that would unpack beyond the limit are refused by what they declare."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from coprod_stats.files.reading import LIMIT_VARIABLE
from coprod_stats.responses import ResponsesError
from coprod_stats.responses.table_files import read_table


@pytest.fixture
def constant() -> pd.DataFrame:
    return pd.DataFrame({"Q1": [1.0] * 5_000, "Q2": [2.0] * 5_000})


def written(table: pd.DataFrame, folder: Path, suffix: str) -> Path:
    path = folder / f"answers.{suffix}"
    if suffix == "parquet":
        pytest.importorskip("pyarrow")
        table.to_parquet(path, compression="zstd")
    else:
        pyreadstat.write_sav(table, str(path), compress=True)
    return path


@pytest.mark.parametrize("suffix", ["parquet", "zsav"])
def test_a_table_that_unpacks_beyond_the_limit_is_refused(
    constant, tmp_path: Path, monkeypatch, suffix
) -> None:
    path = written(constant, tmp_path, suffix)
    monkeypatch.setenv(LIMIT_VARIABLE, "19999")
    assert path.stat().st_size < 19_999
    with pytest.raises(ResponsesError, match="the unpacked table has 20,000 bytes"):
        read_table(path)
    monkeypatch.setenv(LIMIT_VARIABLE, "20000")
    assert len(read_table(path).rows) == 5_000
