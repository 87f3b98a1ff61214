"""SPSS ``.sav`` files with labels and missing values."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from coprod_stats.errors import Fault
from coprod_stats.instruments.model import Instrument
from coprod_stats.platforms.codebooks.labelled_variables import (
    LabelledVariable,
    labelled_variables,
    own_columns,
    roster_columns,
)
from coprod_stats.platforms.codebooks.spss_names import RESERVED, spss_name
from coprod_stats.platforms.form_export import (
    FormExport,
    PlatformError,
    SidecarColumn,
    sidecar_of,
)

VARIABLE_LABEL_BYTES, VALUE_LABEL_BYTES, STRING_BYTES = 255, 120, 32_767
_ID_BYTES = 255
"""Width of an administrative text: longer ones cannot be compared or match files in SPSS."""
_CHARACTER_BYTES = 4
_N_CASES = slice(80, 84)
"""Where the header of a system file has the number of cases (PSPP Developers Guide, System File
Format, File Header Record)."""


def export(instrument: Instrument, *, languages: tuple[str, ...]) -> FormExport:
    """Write empty ``.sav`` files, for the respondents and for each roster.

    They have every column with its labels and its width.

    Raises
    ------
    PlatformError
        If two columns differ only by case, which SPSS takes for one.
    """
    language = languages[0]
    files: dict[str, bytes] = {}
    lost: dict[Fault, None] = {}
    names = ["", *(f".{roster.id}" for roster in instrument.rosters)]
    for name, table in zip(names, instrument.tables, strict=True):
        files[f"{instrument.id}{name}.sav"], more = _empty_file(table, language=language)
        lost |= dict.fromkeys(more)
    losses = tuple(lost)
    sidecar = sidecar_of(
        instrument,
        "spss",
        languages=languages[:1],
        columns=_named(own_columns(instrument, language)),
        losses=losses,
        rosters=[
            replace(roster, columns=tuple(_named(roster.columns)))
            for roster in roster_columns(instrument, language)
        ],
    )
    return FormExport(files, sidecar, losses=losses)


def _named(columns: Iterable[SidecarColumn]) -> Iterator[SidecarColumn]:
    """Return columns by the names that they have in SPSS."""
    return (replace(column, name=spss_name(column.name)) for column in columns)


def sav_file(
    instrument: Instrument, answers: pd.DataFrame, *, language: str
) -> tuple[bytes, tuple[Fault, ...]]:
    """Write answers in canonical columns as a ``.sav`` file.

    Codes -7, -8 and -9 are declared missing where the column can hold them; labels too long for
    SPSS are cut at a whole character, each with a warning.

    Parameters
    ----------
    answers : DataFrame
        Canonical columns, or none for an empty file.

    Returns
    -------
    bytes, tuple of Fault
        The file, and what SPSS could not hold.

    Raises
    ------
    PlatformError
        If two columns differ only by case, which SPSS takes for one, or a text is longer than
        32,767 bytes, which it cannot hold.
    """
    # pyreadstat takes .3 s to load
    import pyreadstat

    variables = tuple(labelled_variables(instrument, language))
    _refuse([*_same_names(variables), *_long_texts(variables, answers)])
    table = pd.DataFrame({spss_name(v.name): _column(v, answers) for v in variables})
    losses = (*_renamed(variables), *_long_labels(variables))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.sav"
        pyreadstat.write_sav(
            table,
            str(path),
            column_labels={
                spss_name(v.name): cut(v.label, VARIABLE_LABEL_BYTES) for v in variables
            },
            variable_value_labels={
                spss_name(v.name): {
                    code: cut(label, VALUE_LABEL_BYTES) for code, label in _codes(v)
                }
                for v in variables
                if v.numeric and _codes(v)
            },
            missing_ranges={
                spss_name(v.name): [code for code, _ in v.missing]
                for v in variables
                if v.numeric and v.missing
            },
        )
        return path.read_bytes(), losses


def _empty_file(instrument: Instrument, *, language: str) -> tuple[bytes, tuple[Fault, ...]]:
    """Write a file without answers, whose texts are as wide as they may be.

    The library makes a text as wide as the answers are. The file is therefore written with answers
    of the full width, which are then removed; a case has as many bytes as two have more than one.
    """
    widest = {
        v.name: "x" * _width(v) for v in labelled_variables(instrument, language) if not v.numeric
    }
    one, losses = sav_file(instrument, pd.DataFrame([widest]), language=language)
    two, _ = sav_file(instrument, pd.DataFrame([widest, widest]), language=language)
    header = bytearray(one[: 2 * len(one) - len(two)])
    header[_N_CASES] = bytes(4)
    return bytes(header), losses


def _width(variable: LabelledVariable) -> int:
    """Return the most bytes of a text in UTF-8."""
    match variable.kind:
        case "date":
            return len("2026-01-31")
        case "time":
            return len("14:30:00")
        case "administrative":
            return _ID_BYTES
        case _:
            longest = None if variable.rule is None else variable.rule.longest
            code = max(len(str(code)) for code, _ in variable.missing)
            most = STRING_BYTES if longest is None else longest * _CHARACTER_BYTES
            return min(max(most, code), STRING_BYTES)


def cut(text: str, n_bytes: int) -> str:
    """Cut a text at a number of bytes in UTF-8, never within a character."""
    return text.encode()[:n_bytes].decode(errors="ignore")


def _codes(variable: LabelledVariable) -> tuple[tuple[float, str], ...]:
    return (*variable.values, *variable.marks, *variable.missing)


def _column(variable: LabelledVariable, answers: pd.DataFrame) -> pd.Series:
    if variable.name in answers:
        column = answers[variable.name]
        return column.astype(float) if variable.numeric else column.astype(object)
    empty = [float("nan")] if variable.numeric else [""]
    kind = float if variable.numeric else object
    return pd.Series(empty * len(answers), index=answers.index, dtype=kind)


def _renamed(variables: Sequence[LabelledVariable]) -> Iterator[Fault]:
    for variable in variables:
        if variable.name in RESERVED:
            yield Fault(
                "PLATFORM-141",
                f"a word of SPSS's own language; the variable is {spss_name(variable.name)}",
                "Nothing needs to be done: it is read back under its id.",
                place=f"column {variable.name}",
            )


def _long_labels(variables: Sequence[LabelledVariable]) -> Iterator[Fault]:
    for variable in variables:
        if len(variable.label.encode()) > VARIABLE_LABEL_BYTES:
            yield _cut_fault(variable.name, variable.label, VARIABLE_LABEL_BYTES)
        for code, label in _codes(variable):
            if len(label.encode()) > VALUE_LABEL_BYTES:
                yield _cut_fault(f"{variable.name}, code {code}", label, VALUE_LABEL_BYTES)


def _cut_fault(place: str, label: str, n_bytes: int) -> Fault:
    return Fault(
        "PLATFORM-140",
        f"a label of {len(label.encode()):,} bytes is cut at {n_bytes}",
        "The other codebooks have it whole.",
        place=place,
    )


def _same_names(variables: Sequence[LabelledVariable]) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for variable in variables:
        first = seen.setdefault(variable.name.casefold(), variable.name)
        if first != variable.name:
            yield Fault(
                "PLATFORM-040",
                f"SPSS takes {first} and {variable.name} for one",
                "Rename one of them.",
                place=f"column {variable.name}",
            )


def _long_texts(variables: Sequence[LabelledVariable], answers: pd.DataFrame) -> Iterator[Fault]:
    for variable in variables:
        if variable.numeric or variable.name not in answers:
            continue
        for line, text in answers[variable.name].items():
            if len(str(text).encode()) > STRING_BYTES:
                yield Fault(
                    "PLATFORM-041",
                    f"a text of {len(str(text).encode()):,} bytes; SPSS holds {STRING_BYTES:,}",
                    "Use the CSV, which holds it whole.",
                    place=f"column {variable.name}, line {line}",
                )


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise PlatformError(faults)
