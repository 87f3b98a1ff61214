"""Rows of a large CSV in UTF-8, coded from the bytes of many lines at a time.

A line without quotation marks is split wherever the delimiter stands, which arrays find for
thousands of lines at once; cells of at most two characters, as most answers are, never become texts
one by one. Every other line is parsed as CSV; so is a whole chunk in which a cell has several
lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coprod_stats.responses.coded_rows import CodedRows, RowCoding
from coprod_stats.responses.raw_table import MAX_CELL, RawRow, ResponsesError

CHUNK = 1 << 19
"""Bytes that are coded at a time, up to the end of a line."""
_QUOTE, _FEED, _RETURN = b'"\n\r'
_BATCH = 512
"""Rows that are coded at a time where they are parsed."""
_MOST_SHORT = 1024
"""Short texts that are distinguished by their bytes."""

Parse = Callable[[Iterable[str], int], Iterator[RawRow]]


def can_be_coded(content: bytes, codec: str) -> bool:
    """Return whether lines end in a line feed only, and no byte within a character is ASCII."""
    if codec not in ("utf-8", "utf-8-sig") or b"\0" in content:
        return False
    return content.count(b"\r") == content.count(b"\r\n")


def coded_lines(
    content: bytes, line: int, *, width: int, delimiter: str, parse: Parse
) -> CodedRows:
    """Code the rows of a CSV below its header.

    Parameters
    ----------
    content : bytes
        The whole file; see :func:`can_be_coded`.
    line : int
        The first line below the header, from 1.
    width : int
        Cells of the header; rows of other widths are read as well.
    delimiter : str
    parse : callable
        Yields the rows of some lines of CSV that are not blank, given the number of the first.

    Raises
    ------
    ResponsesError
        If a line is no CSV.
    """
    place = 0
    for _ in range(line - 1):
        place = _line_end(content, place)
    coding = _LineCoding(width, ord(delimiter), parse)
    while place < len(content):
        end = _line_end(content, min(place + CHUNK, len(content)))
        try:
            if end - place > 2 * CHUNK:
                raise _NotByLine
            line += coding.add(content[place:end], line)
            place = end
        except _NotByLine:
            lines = _Lines(content, place)
            rows: list[RawRow] = []
            for row in parse(lines, line):
                rows.append(row)
                if lines.place >= end:
                    break
                if len(rows) == _BATCH:
                    coding.add_rows(rows)
                    rows.clear()
            coding.add_rows(rows)
            line, place = line + lines.count, lines.place
    return CodedRows(found.block() for found in coding.of_width.values())


def _line_end(content: bytes, place: int) -> int:
    """Return the place behind the line that holds a place."""
    return content.find(b"\n", place) + 1 or len(content)


class _NotByLine(Exception):  # noqa: N818 - no error
    """A chunk with a cell of several lines, or in which many lines have to be parsed."""


class _Lines:
    """The lines of a file from a place on."""

    def __init__(self, content: bytes, place: int) -> None:
        self.content, self.place, self.count = content, place, 0

    def __iter__(self) -> Iterator[str]:
        while self.place < len(self.content):
            start, self.place = self.place, _line_end(self.content, self.place)
            self.count += 1
            yield self.content[start : self.place].decode()


class _Cells(NamedTuple):
    """Where the cells of lines without quotation marks begin and end, (width, n_lines) each."""

    starts: NDArray[np.int32]
    ends: NDArray[np.int32]


class _LineCoding:
    """The rows that are coded so far, by their number of cells."""

    def __init__(self, width: int, delimiter: int, parse: Parse) -> None:
        self.width, self.delimiter, self.parse = width, delimiter, parse
        self.of_width: dict[int, RowCoding] = {}
        self.short = _ShortTexts(width)

    def add(self, chunk: bytes, line: int) -> int:
        """Code the lines of a chunk, and return their number."""
        bytes_ = np.frombuffer(chunk + b"\0\0", np.uint8)
        ends = np.flatnonzero(bytes_[:-2] == _FEED).astype(np.int32)
        if not chunk.endswith(b"\n"):
            ends = np.append(ends, np.int32(len(chunk)))
        starts = np.append(np.int32(0), ends[:-1] + 1)
        delimiters = np.flatnonzero(bytes_ == self.delimiter).astype(np.int32)
        up_to = np.searchsorted(delimiters, ends)
        before = np.append(0, up_to[:-1])
        first = bytes_[starts]
        # a line that begins with a space, or with what may be one, can be blank
        is_plain = (first > ord(" ")) & (first < 128) & (first != self.delimiter)
        is_plain &= (up_to - before == self.width - 1) & (ends - starts <= MAX_CELL)
        is_plain[np.searchsorted(ends, np.flatnonzero(bytes_ == _QUOTE))] = False
        if 5 * np.count_nonzero(~is_plain) > len(ends):
            raise _NotByLine  # one by one they would take longer
        others = self._parsed(chunk, line, np.flatnonzero(~is_plain), starts)
        stops = ends - (bytes_[ends - 1] == _RETURN)
        between = delimiters[before[is_plain] + np.arange(self.width - 1)[:, None]]
        cells = _Cells(
            np.vstack([starts[is_plain], between + 1]),
            np.vstack([between, stops[is_plain]]),
        )
        self._add_cells(chunk, bytes_, cells, np.flatnonzero(is_plain) + line, others)
        return len(ends)

    def _parsed(
        self, chunk: bytes, line: int, places: NDArray[np.intp], starts: NDArray[np.int32]
    ) -> list[RawRow]:
        """Parse some lines of a chunk, each on its own; rows of other widths are coded."""
        rows: list[RawRow] = []
        for place in places.tolist():
            start = int(starts[place])
            text = chunk[start : _line_end(chunk, start)].decode()
            try:
                rows += self.parse([text], line + place)
            except ResponsesError as error:
                raise _NotByLine from error
        self.add_rows([row for row in rows if len(row.cells) != self.width])
        return [row for row in rows if len(row.cells) == self.width]

    def add_rows(self, rows: Sequence[RawRow]) -> None:
        """Code rows of any width."""
        for width in dict.fromkeys(len(row.cells) for row in rows):
            of_width = [row for row in rows if len(row.cells) == width]
            self.of_width.setdefault(width, RowCoding(width)).add(of_width)

    def _add_cells(
        self,
        chunk: bytes,
        bytes_: NDArray[np.uint8],
        cells: _Cells,
        lines: NDArray[np.int64],
        others: Sequence[RawRow],
    ) -> None:
        """Code lines without quotation marks, and the other rows of the same width among them."""
        of_others = np.array([row.line for row in others], dtype=np.int64)
        if not lines.size and not others:
            return
        coding = self.of_width.setdefault(self.width, RowCoding(self.width))
        order = np.argsort(np.concatenate([lines, of_others]), kind="stable")
        short = self.short.places(bytes_, cells)
        texts = chunk.decode() if chunk.isascii() else None
        columns: list[Any] = []
        for column, numbers in enumerate(coding.numbers):
            further = [row.cells[column] for row in others]
            if column in short:
                occurring = [*zip(of_others.tolist(), further, strict=True)]
                codes = self.short.codes(column, short[column], lines, occurring, numbers)
                of_further = [numbers[text] for text in further]
                columns.append(np.append(codes, of_further)[order] if others else codes)
                continue
            bounds = zip(cells.starts[column].tolist(), cells.ends[column].tolist(), strict=True)
            if texts is not None:
                found = [texts[start:end] for start, end in bounds]
            else:
                found = [chunk[start:end].decode() for start, end in bounds]
            if others:
                found += further
                found = [found[place] for place in order.tolist()]
            columns.append(found)
        coding.add_columns(np.concatenate([lines, of_others])[order], columns)


class _ShortTexts:
    """Texts of at most two ASCII characters, and their numbers in the columns of a table."""

    def __init__(self, width: int) -> None:
        self.texts: list[str] = []
        self.of_key = np.full(1 << 15, -1, dtype=np.int16)
        """The place of a text among ``texts`` by its bytes, the second one counting 256 times."""
        self.numbers = np.full((width, _MOST_SHORT), -1, dtype=np.int32)
        """The number of a text in a column, -1 where it has not occurred."""

    def places(self, bytes_: NDArray[np.uint8], cells: _Cells) -> dict[int, NDArray[np.int16]]:
        """Return the places among the texts of the cells of each column that has no other texts.

        Parameters
        ----------
        bytes_ : (n_bytes,) array
            A chunk of the file, two bytes longer than its lines.
        cells : _Cells
        """
        lengths = cells.ends - cells.starts
        keys = np.where(lengths > 0, bytes_[cells.starts], 0).astype(np.uint16)
        keys |= np.where(lengths > 1, bytes_[cells.starts + 1], 0).astype(np.uint16) << 8
        is_short = (lengths <= 2).all(axis=1) & ((keys & 0x8080) == 0).all(axis=1)
        columns = np.flatnonzero(is_short)
        places = self.of_key[keys[columns]]
        for key in np.unique(keys[columns][places < 0]).tolist():
            if len(self.texts) < _MOST_SHORT:
                self.of_key[key] = len(self.texts)
                self.texts.append((chr(key & 255) + chr(key >> 8)).rstrip("\0"))
        places = self.of_key[keys[columns]]
        known = (places >= 0).all(axis=1)
        return dict(zip(columns[known].tolist(), places[known], strict=True))

    def codes(
        self,
        column: int,
        places: NDArray[np.int16],
        lines: NDArray[np.int64],
        others: Sequence[tuple[int, str]],
        numbers: dict[str, int],
    ) -> NDArray[np.int32]:
        """Return the codes of the cells of a column; texts are numbered in the order of lines.

        Parameters
        ----------
        column : int
        places : (n_cells,) array
            From :meth:`places`.
        lines : (n_cells,) array
        others : sequence of (int, str)
            Lines and texts of further cells of the column.
        numbers : dict of str to int
            The texts of the column; one that is looked up is added.
        """
        codes: NDArray[np.int32] = self.numbers[column][places]
        lacking = np.flatnonzero(codes < 0)
        if not lacking.size:
            return codes
        new, first = np.unique(places[lacking], return_index=True)
        texts = [self.texts[place] for place in new.tolist()]
        occurring = [*zip(lines[lacking[first]].tolist(), texts, strict=True), *others]
        for _, text in sorted(occurring):
            numbers[text]
        self.numbers[column, new] = [numbers[text] for text in texts]
        return np.asarray(self.numbers[column][places])
