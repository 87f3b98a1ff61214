"""From existing data to a first questionnaire file."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from coprod_stats.errors import Fault
from coprod_stats.responses.drafting.codebook_table import DraftError
from coprod_stats.responses.drafting.column_kinds import DraftedColumn, drafted_column
from coprod_stats.responses.drafting.described_data import DescribedData, describe
from coprod_stats.responses.drafting.draft_yaml import DraftWriter
from coprod_stats.responses.drafting.grouping import DraftedItem, blocks_of
from coprod_stats.responses.drafting.item_ids import item_ids
from coprod_stats.responses.drafting.word_answers import usual_answers

__all__ = ["DraftError", "Drafted", "draft_instrument"]


@dataclass(frozen=True, slots=True)
class Drafted:
    """A drafted questionnaire.

    Attributes
    ----------
    text : str
        The file.
    kinds : mapping of str to int
        Number of columns by the kind of item they became, or ``administrative``.
    n_scales : int
        Response scales shared by several questions.
    n_suggested : int
        Scales suggested in the file.
    n_guesses : int
        Guesses that must be confirmed.
    renamed : int
        Columns whose name is not an id, so that the file keeps it as ``original``.
    notes : tuple of str
        What was skipped.
    """

    text: str
    n_rows: int
    kinds: Counter[str]
    n_scales: int
    n_suggested: int
    n_guesses: int
    renamed: int
    notes: tuple[str, ...]


def draft_instrument(
    path: Path,
    *,
    codebook: Path | None = None,
    sheet: str | None = None,
    instrument: str | None = None,
    title: str | None = None,
    language: str = "en",
) -> Drafted:
    """Draft a questionnaire from data.

    Columns become questions with their answers, or administrative columns (ids, weights, strata,
    clusters, dates). Labels, codes and missing values come from the SPSS file or
    the codebook; what is inferred is marked as a guess.

    Parameters
    ----------
    path : Path
        CSV, XLSX, SPSS ``.sav`` or Parquet.
    codebook : Path, optional
        CSV or XLSX with the columns variable, label, values, missing, measure.
    sheet : str, optional
        Name or number of a sheet of a workbook; the first by default.
    instrument, title : str, optional
        Id and title; derived from the name of the file if omitted.
    language : str
        Code of the language of the labels.

    Raises
    ------
    ResponsesError
        If a file cannot be read as a table.
    DraftError
        If nothing can be drafted from it; all reasons are listed.
    """
    data = describe(path, codebook, sheet=sheet)
    ids = item_ids([column.name for column in data.columns])
    columns = _columns(data)
    placed = list(zip(ids, columns, strict=True))
    administrative = [(id, column) for id, column in placed if column.kind == "administrative"]
    items = [
        DraftedItem(id, column, column.source.label or column.source.name)
        for id, column in placed
        if column.kind != "administrative"
    ]
    if not items:
        beside = "".join(f"; {note}" for note in data.notes)  # such as sheets that were not read
        raise DraftError(
            [
                Fault(
                    "DRAFT-004",
                    "no column looks like a question: all are ids, weights, dates, blank or the "
                    f"same throughout{beside}",
                    "Write the questionnaire by hand.",
                    data.file,
                )
            ]
        )
    blocks = blocks_of(items)
    writer = DraftWriter(data, administrative, blocks)
    stem = path.name.partition(".")[0]
    name = instrument or identifier(stem)
    text = writer.text(instrument=name, title=title or stem, language=language)
    return Drafted(
        text,
        data.n_rows,
        Counter(column.kind for column in columns),
        len(writer.scales),
        sum(block.is_battery for block in blocks),
        writer.n_guesses,
        sum(id != column.source.name.upper() for id, column in placed),
        data.notes,
    )


def identifier(name: str) -> str:
    """Return a questionnaire id for the name of a file: lower-case letters, digits and ``_``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return (plain if plain[:1].isalpha() else f"survey_{plain}".rstrip("_"))[:40]


def _columns(data: DescribedData) -> list[DraftedColumn]:
    usual = usual_answers(data.columns)
    return [
        drafted_column(column, n_rows=data.n_rows, first=place == 0, usual=usual)
        for place, column in enumerate(data.columns)
    ]
