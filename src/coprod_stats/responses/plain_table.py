"""A delimited file of numbers without a questionnaire, for models given as text."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from coprod_stats.responses.delimited import read_delimited
from coprod_stats.responses.raw_table import ResponsesError

_BLANK = ("", "NA")


def read_plain_table(path: str | Path) -> pd.DataFrame:
    """Read a delimited file; blank and ``NA`` cells are missing.

    Returns
    -------
    DataFrame
        Columns of numbers where every cell is one, texts otherwise.

    Raises
    ------
    ResponsesError
        If the file cannot be read, a name stands twice, or a row has the wrong length.
    """
    raw = read_delimited(Path(path), expected=())
    if len(set(raw.header)) < len(raw.header):
        twice = next(name for name in raw.header if raw.header.count(name) > 1)
        raise ResponsesError(f"{raw.file}: two columns are named '{twice}'")
    for row in raw.rows:
        if len(row.cells) != len(raw.header):
            raise ResponsesError(
                f"{raw.file}: line {row.line} has {len(row.cells)} cells, "
                f"the header {len(raw.header)}"
            )
    columns = zip(*(row.cells for row in raw.rows), strict=True) if raw.rows else ()
    table = dict(zip(raw.header, columns, strict=False))
    return pd.DataFrame(
        {name: _parsed(cells, raw.comma_is_decimal) for name, cells in table.items()}
    )


def _parsed(cells: tuple[str, ...], comma_is_decimal: bool) -> pd.Series:
    texts = pd.Series([cell.strip() for cell in cells], dtype=object)
    texts = texts.mask(texts.isin(_BLANK))
    plain = texts.str.replace(",", ".") if comma_is_decimal else texts
    numbers = pd.to_numeric(plain, errors="coerce")
    return numbers.astype(float) if numbers.notna().sum() == texts.notna().sum() else texts
