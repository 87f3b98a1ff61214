"""Rows of text cells in little memory: each distinct text of a column once, cells as its number.

A table of answers has few distinct texts in most columns, so that a cell takes one or two bytes,
and what must be done with texts is done once for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from coprod_stats.responses.raw_table import RawRow

_BATCH = 512
"""Rows that are coded at a time: their cells stay in the cache of the processor."""


@dataclass(frozen=True, slots=True, eq=False)
class CodedColumn:
    """A column of text cells.

    Attributes
    ----------
    codes : ndarray of unsigned int, (n_rows,)
        The place of each cell's text among ``texts``.
    texts : tuple of str
        The distinct texts; each occurs.
    """

    codes: NDArray[Any]
    texts: tuple[str, ...]

    def cells(self, rows: slice = slice(None)) -> list[str]:
        """Return the cells as text."""
        return [self.texts[code] for code in self.codes[rows].tolist()]

    def rows_with(self, texts: Iterable[str]) -> NDArray[np.intp]:
        """Return the rows whose cell is one of these texts."""
        sought = frozenset(texts)
        return np.flatnonzero(np.array([text in sought for text in self.texts])[self.codes])

    def taken(self, rows: NDArray[np.intp] | slice) -> CodedColumn:
        """Return some rows."""
        codes = self.codes[rows]
        occurs = np.bincount(codes, minlength=len(self.texts)) > 0
        texts = tuple(self.texts[code] for code in np.flatnonzero(occurs).tolist())
        return CodedColumn(_compact((np.cumsum(occurs) - 1)[codes], len(texts)), texts)


@dataclass(frozen=True, slots=True, eq=False)
class CodedBlock:
    """Rows that have the same number of cells, in the order of the file.

    Attributes
    ----------
    lines : ndarray of int, (n_rows,)
        Their lines in the file.
    columns : tuple of CodedColumn
    """

    lines: NDArray[np.int64]
    columns: tuple[CodedColumn, ...]

    def __len__(self) -> int:
        return len(self.lines)

    def __iter__(self) -> Iterator[RawRow]:
        for start in range(0, len(self), _BATCH):
            rows = slice(start, start + _BATCH)
            lines = self.lines[rows].tolist()
            cells = zip(*(column.cells(rows) for column in self.columns), strict=True)
            yield from map(RawRow, lines, cells if self.columns else [()] * len(lines))

    def row(self, place: int) -> RawRow:
        """Return one row."""
        cells = (column.texts[column.codes[place]] for column in self.columns)
        return RawRow(int(self.lines[place]), tuple(cells))

    def taken(self, rows: NDArray[np.intp] | slice) -> CodedBlock:
        """Return some rows."""
        return CodedBlock(self.lines[rows], tuple(column.taken(rows) for column in self.columns))


class CodedRows(Sequence[RawRow]):
    """Rows of a file, in a block for each number of cells.

    Attributes
    ----------
    blocks : dict of int to CodedBlock
        By number of cells; none is empty. Rows of several blocks are ordered by their lines.
    """

    def __init__(self, blocks: Iterable[CodedBlock]) -> None:
        self.blocks = {len(block.columns): block for block in blocks if len(block)}
        lines = [block.lines for block in self.blocks.values()]
        self._order = np.arange(sum(map(len, lines)))
        if len(lines) > 1:
            self._order = np.argsort(np.concatenate(lines), kind="stable")
        self._ends = np.cumsum([len(found) for found in lines])

    @classmethod
    def of(cls, rows: Iterable[RawRow]) -> CodedRows:
        """Return rows as coded; they are read one by one, and need not be kept."""
        if isinstance(rows, CodedRows):
            return rows
        codings: dict[int, RowCoding] = {}
        remaining = iter(rows)
        while batch := list(islice(remaining, _BATCH)):
            for width in {len(row.cells) for row in batch}:
                of_width = [row for row in batch if len(row.cells) == width]
                codings.setdefault(width, RowCoding(width)).add(of_width)
        return cls(coding.block() for coding in codings.values())

    def of_width(self, width: int) -> CodedBlock:
        """Return the rows that have so many cells."""
        none = CodedColumn(np.zeros(0, dtype=np.uint8), ())
        empty = CodedBlock(np.zeros(0, dtype=np.int64), (none,) * width)
        return self.blocks.get(width, empty)

    def of_other_widths(self, width: int) -> CodedRows:
        """Return the rows that have more or fewer cells."""
        return CodedRows(block for found, block in self.blocks.items() if found != width)

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[RawRow]:
        rows = [iter(block) for block in self.blocks.values()]
        if len(rows) == 1:
            return rows[0]
        return (next(rows[block]) for block in self._blocks_of(self._order).tolist())

    @overload
    def __getitem__(self, place: int) -> RawRow: ...
    @overload
    def __getitem__(self, place: slice) -> CodedRows: ...
    def __getitem__(self, place: int | slice) -> RawRow | CodedRows:
        chosen = np.atleast_1d(self._order[place])
        of_block = self._blocks_of(chosen)
        starts = [0, *self._ends.tolist()]
        parts = [
            block.taken(chosen[of_block == number] - starts[number])
            for number, block in enumerate(self.blocks.values())
        ]
        rows = CodedRows(parts)
        return rows if isinstance(place, slice) else next(iter(rows))

    def _blocks_of(self, places: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the number of the block of each place among the rows of all blocks."""
        return np.searchsorted(self._ends, places, side="right")


class _Numbers(dict[str, int]):
    """Distinct texts, numbered as they appear."""

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self)
        return number


class RowCoding:
    """Rows of one number of cells while they are coded.

    Attributes
    ----------
    numbers : list of dict of str to int
        The distinct texts of each column with their numbers; one that is looked up is added.
    """

    def __init__(self, width: int) -> None:
        self.numbers: list[dict[str, int]] = [_Numbers() for _ in range(width)]
        self.codes: list[list[NDArray[Any]]] = [[] for _ in range(width)]
        self.lines: list[NDArray[np.int64]] = []

    def add(self, rows: Sequence[RawRow]) -> None:
        """Code some rows."""
        lines = np.fromiter((row.line for row in rows), np.int64, len(rows))
        self.add_columns(lines, list(zip(*(row.cells for row in rows), strict=True)))

    def add_columns(
        self, lines: NDArray[np.int64], columns: Sequence[Sequence[str] | NDArray[Any]]
    ) -> None:
        """Code some rows by their columns, each of texts, or of their numbers."""
        self.lines.append(lines)
        for numbers, codes, cells in zip(self.numbers, self.codes, columns, strict=True):
            if isinstance(cells, np.ndarray):
                codes.append(_compact(cells, len(numbers)))
            else:
                codes.append(_numbered(cells, numbers))

    def block(self) -> CodedBlock:
        """Return the rows coded so far; no more can be added."""
        columns = []
        for numbers, codes in zip(self.numbers, self.codes, strict=True):
            columns.append(
                CodedColumn(_compact(np.concatenate(codes), len(numbers)), tuple(numbers))
            )
            codes.clear()
            numbers.clear()
        return CodedBlock(np.concatenate(self.lines), tuple(columns))


def _numbered(cells: Sequence[str], numbers: dict[str, int]) -> NDArray[Any]:
    found = list(map(numbers.__getitem__, cells))
    if len(numbers) <= 256:
        return np.frombuffer(bytes(found), np.uint8)  # three times as fast as from the list
    return np.array(found, dtype=_kind(len(numbers)))


def _kind(n_texts: int) -> np.dtype[Any]:
    """Return the smallest type that numbers so many texts."""
    return np.min_scalar_type(max(n_texts - 1, 0))


def _compact(codes: NDArray[Any], n_texts: int) -> NDArray[Any]:
    return codes.astype(_kind(n_texts), copy=False)
