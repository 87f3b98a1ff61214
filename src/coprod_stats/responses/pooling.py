"""Answers from several files pooled in the columns of one questionnaire."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.counts import counted
from coprod_stats.instruments.model import Instrument
from coprod_stats.responses.binding import bind
from coprod_stats.responses.raw_table import RawRow, RawTable, ResponsesError
from coprod_stats.responses.reading import cell_texts
from coprod_stats.responses.table import Provenance, Rejected, Responses


@dataclass(frozen=True, slots=True)
class Part:
    """Answers to one version of a questionnaire, and which of their rows are used.

    Attributes
    ----------
    responses : Responses
        A whole file, bound to the version that was fielded.
    where : str
        Condition that selects the rows of the part; empty for all.
    """

    label: str
    responses: Responses
    where: str = ""


@dataclass(frozen=True, slots=True)
class PartCount:
    """Number of respondents in a part, and its file."""

    label: str
    n_respondents: int
    file: str
    sha256: str


def pool_parts(
    parts: Sequence[Part], instrument: Instrument
) -> tuple[Responses, tuple[PartCount, ...]]:
    """Pool answers in the columns of one questionnaire, one part below the other.

    Questions that a version did not ask are blank; codes that the questionnaire does not have are
    rejected with a reason, as are columns. Line numbers of the second and later files continue
    from the previous file.

    Parameters
    ----------
    parts : sequence of Part
        At least one; parts may share a file.
    instrument : Instrument
        The questionnaire in whose columns the answers are analysed.

    Raises
    ------
    ResponsesError
        If a row of a file belongs to no part, or to two.
    """
    chosen = [_rows(part) for part in parts]
    _check_rows(parts, chosen)
    starts = _starts(parts)
    tables: list[pd.DataFrame] = []
    rejected: list[Rejected] = []
    notes: list[str] = []
    counts: list[PartCount] = []
    read: set[str] = set()
    for part, keep in zip(parts, chosen, strict=True):
        source = part.responses.provenance
        start, name = starts[source.sha256], source.file
        found = _in_columns_of(part.responses.subset(keep), instrument)
        first = source.sha256 not in read
        read.add(source.sha256)
        tables.append(found.answers.set_axis(found.answers.index + start))
        own = [*_own(part.responses.rejected, found, rows=first), *_added(found, part.responses)]
        rejected += [replace(entry, line=entry.line + start) for entry in own]
        counts.append(PartCount(part.label, found.n_respondents, name, source.sha256))
        offset = f", line numbers continued from {start:,}" if start else ""
        notes.append(f"{part.label}: {counted(found.n_respondents, 'row')} of {name}{offset}")
        notes += [f"{part.label}: {note}" for note in found.provenance.notes]
    notes += _repeated(tables, instrument)
    answers = pd.concat(tables)
    together = Responses(instrument, answers, _provenance(parts, notes), tuple(rejected))
    return together, tuple(counts)


def _rows(part: Part) -> NDArray[np.bool_]:
    if not part.where:
        return np.ones(part.responses.n_respondents, dtype=bool)
    return part.responses.where(part.where)


def _check_rows(parts: Sequence[Part], chosen: Sequence[NDArray[np.bool_]]) -> None:
    """Raise if a row belongs to no part of its file, or to several."""
    claims: dict[str, pd.Series] = {}
    files: dict[str, str] = {}
    for part, keep in zip(parts, chosen, strict=True):
        taken = pd.Series(keep.astype(int), index=part.responses.answers.index)
        source = part.responses.provenance
        before = claims.get(source.sha256)
        claims[source.sha256] = taken if before is None else before.add(taken, fill_value=0)
        files[source.sha256] = source.file
    for sha256, times in claims.items():
        for wrong, what in ((times == 0, "no sample"), (times > 1, "several samples")):
            if wrong.any():
                found = counted(int(wrong.sum()), "row belongs", "rows belong")
                raise ResponsesError(
                    f"{files[sha256]}: {found} to {what}, the first on "
                    f"line {wrong.idxmax()}; every row must belong to exactly one sample"
                )


def _starts(parts: Sequence[Part]) -> dict[str, int]:
    """Return the offset of the line numbers of each file."""
    starts: dict[str, int] = {}
    end = 0
    for part in parts:
        if part.responses.provenance.sha256 not in starts:
            starts[part.responses.provenance.sha256] = end
            lines = [*part.responses.answers.index, *(e.line for e in part.responses.rejected)]
            end += max(lines, default=0)
    return starts


def _in_columns_of(responses: Responses, instrument: Instrument) -> Responses:
    own = responses.instrument
    if own.sha256 == instrument.sha256 and own.columns == instrument.columns:
        return responses
    columns = [column for column in responses.answers.columns if column in instrument.columns]
    gone = [column for column in responses.answers.columns if column not in columns]
    cells = [cell_texts(responses.answers[column]) for column in columns]
    lines = responses.answers.index.tolist()
    provenance = responses.provenance
    raw = RawTable(
        provenance.file,
        provenance.sha256,
        provenance.reading,
        tuple(columns),
        tuple(RawRow(line, row) for line, row in zip(lines, zip(*cells, strict=True), strict=True)),
    )
    found = bind(raw, instrument)
    notes = (*provenance.notes, *found.provenance.notes)
    if gone:
        notes += (f"no longer asked: {', '.join(gone)}",)
    return replace(found, provenance=replace(found.provenance, notes=notes))


def _own(rejected: Sequence[Rejected], found: Responses, *, rows: bool) -> list[Rejected]:
    """Return what was rejected in the rows of a part; whole rows only once per file."""
    lines = set(found.answers.index)
    return [entry for entry in rejected if (rows if entry.scope == "row" else entry.line in lines)]


def _added(found: Responses, before: Responses) -> list[Rejected]:
    """Return what was rejected because the later version does not have it."""
    known = set(before.rejected)
    return [entry for entry in found.rejected if entry not in known]


def _repeated(tables: Sequence[pd.DataFrame], instrument: Instrument) -> list[str]:
    column = instrument.administrative_column("respondent")
    if column is None:
        return []
    ids = pd.concat([pd.Series(table[column].unique()) for table in tables])
    ids = ids[ids != ""]
    n = int((ids.value_counts() > 1).sum())
    if not n:
        return []
    who = counted(n, "respondent is", "respondents are")
    return [f"{who} in more than one sample; their answers are not independent"]


def _provenance(parts: Sequence[Part], notes: Sequence[str]) -> Provenance:
    sources = {part.responses.provenance.sha256: part.responses.provenance for part in parts}
    if len(sources) == 1:
        (only,) = sources.values()
        return replace(only, notes=tuple(notes))
    absent = set.intersection(*(set(source.absent) for source in sources.values()))
    return Provenance(
        file=" + ".join(source.file for source in sources.values()),
        sha256=hashlib.sha256("\n".join(sources).encode()).hexdigest(),
        reading="; ".join(dict.fromkeys(source.reading for source in sources.values())),
        rows_read=sum(source.rows_read for source in sources.values()),
        absent=tuple(sorted(absent)),
        notes=tuple(notes),
    )
