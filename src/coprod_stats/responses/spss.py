"""SPSS ``.sav`` files, with the value labels that they carry."""

from __future__ import annotations

from pathlib import Path

from coprod_stats.responses.raw_table import RawRow, RawTable, ResponsesError, read_bytes


def read_spss(path: Path) -> RawTable:
    """Read an SPSS file; user-missing codes stay codes, system-missing is blank.

    Raises
    ------
    ResponsesError
        If the file is no SPSS system file.
    """
    # pyreadstat takes .3 s to load
    import pyreadstat

    _, sha256 = read_bytes(path)
    try:
        columns, meta = pyreadstat.read_sav(
            str(path), user_missing=True, output_format="dict", disable_datetime_conversion=True
        )
    except (
        pyreadstat.ReadstatError,
        pyreadstat.PyreadstatError,
        UnicodeError,
        ValueError,
    ) as error:
        raise ResponsesError(f"{path.name}: not a readable SPSS file: {error}") from error
    names = tuple(meta.column_names)
    cells = zip(*([_text(value) for value in columns[name]] for name in names), strict=True)
    return RawTable(
        file=path.name,
        sha256=sha256,
        reading=f"SPSS, {meta.file_encoding or 'utf-8'}",
        header=names,
        rows=tuple(RawRow(line, row) for line, row in enumerate(cells, start=2)),
        labels=tuple(
            (name, tuple((_text(code), str(label)) for code, label in sorted(labels.items())))
            for name, labels in meta.variable_value_labels.items()
        ),
    )


def _text(value: object) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
