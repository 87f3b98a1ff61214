"""A table of text cells: what a platform's file holds, and what its reader makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from coprod_stats.instruments.model import Instrument
from coprod_stats.platforms.sidecar import Sidecar, SidecarColumn


@dataclass(frozen=True, slots=True)
class CellTable:
    """Cells as text.

    Attributes
    ----------
    lines : tuple of int
        Line of each row in the file.
    notes : tuple of str
        What was assumed while reading, for the report.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    notes: tuple[str, ...] = ()

    def column(self, name: str) -> tuple[str, ...]:
        """Return the cells of the first column of this name; raises ``ValueError`` if none is."""
        place = self.header.index(name)
        return tuple(row[place] for row in self.rows)


class Reader(Protocol):
    """Turns a platform's export into canonical columns.

    Columns are named by item ids, cells hold canonical codes, blank is "not asked". What the
    reader does not know stays in the table under its own name, so that binding sets it aside with
    a reason instead of losing it. Exports that would lose answers are refused by
    ``PlatformError`` (codes ``PLATFORM-2xx``).
    """

    def __call__(self, table: CellTable, sidecar: Sidecar, instrument: Instrument) -> CellTable:
        """Read the table of a platform's export."""
        ...


def recoded(cells: tuple[str, ...], codes: Mapping[str, str]) -> tuple[str, ...]:
    """Return canonical codes for what the platform wrote; unknown texts stay as they are."""
    return tuple(codes.get(cell.strip(), cell) for cell in cells)


def with_companion(
    cells: tuple[str, ...], companions: tuple[str, ...], entry: SidecarColumn
) -> tuple[str, ...]:
    """Put the reason for having no answer where there is none."""
    codes = dict(entry.companion_codes)
    return tuple(
        cell if cell.strip() else codes.get(reason.strip(), cell)
        for cell, reason in zip(cells, companions, strict=True)
    )


def options_chosen(
    cells: tuple[str, ...], entry: SidecarColumn, *, separator: str | None = None
) -> tuple[str, ...]:
    """Return whether one option is among the answers that each cell holds.

    Gives 1 or 0; blank where the cell is; the canonical code of missing where the cell names one.
    A part that is neither an option nor a missing code stands in the result, to be set aside.
    """
    known = dict(entry.codes)

    def chosen(cell: str) -> str:
        parts = [part.strip() for part in cell.split(separator) if part.strip()]
        missing = [known[part] for part in parts if known.get(part, "").startswith("-")]
        if missing and len(parts) == 1:
            return missing[0]
        strange = [part for part in parts if part not in known]
        if strange or missing:
            return cell
        return str(int(entry.option in parts)) if parts else ""

    return tuple(map(chosen, cells))


def holds_labels(cells: tuple[str, ...], entry: SidecarColumn, instrument: Instrument) -> bool:
    """Return whether cells of a question with one answer hold labels where codes belong."""
    scale = instrument.item(entry.item).responses
    options = () if scale is None else (*scale.options, *scale.off_scale)
    labels = {words for option in options for _, words in option.label.by_language}
    labels -= set(dict(entry.codes))
    return any(cell.strip() in labels for cell in cells)
