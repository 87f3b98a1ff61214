"""Multiple choices that stand in one column, spread over the columns of their options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from coprod_stats.instruments.language.evaluation import choice_column
from coprod_stats.instruments.model import MISSING_CODES, Instrument, Item, Option
from coprod_stats.responses.answer_words import plain
from coprod_stats.responses.coded_rows import CodedRows
from coprod_stats.responses.labels import codes_by_label
from coprod_stats.responses.raw_table import RawRow, RawTable

_SEPARATORS = (";", "|", "\n", ",")


def with_choices_spread(raw: RawTable, instrument: Instrument) -> RawTable:
    """Spread each column that has the name of a multiple choice over its options.

    Google Forms and Microsoft Forms write ``Benches;Paths``, REDCap ``1,3``. Parts are codes or
    labels; a cell with a part that is neither is kept in every column, to be rejected there.
    """
    names = [name.strip().lstrip("\ufeff").casefold() for name in raw.header]
    combined = {
        names.index(item.id.casefold()): item
        for item in instrument.items
        if item.kind == "multiple"
        and item.id.casefold() in names
        and not {column.casefold() for column in item.columns} & set(names)
    }
    if not combined:
        return raw
    known = {place: _known(item, instrument) for place, item in combined.items()}
    width = len(raw.header)
    cache: dict[tuple[int, str], tuple[str, ...]] = {}

    def spread(place: int, cell: str) -> Sequence[str]:
        if place not in combined:
            return (cell,)
        if (place, cell) not in cache:
            cache[place, cell] = _ticks(cell, combined[place], known[place])
        return cache[place, cell]

    def row_spread(row: RawRow) -> RawRow:
        if len(row.cells) != width:
            return row
        cells = (one for place, cell in enumerate(row.cells) for one in spread(place, cell))
        return RawRow(row.line, tuple(cells))

    header = tuple(
        name
        for place, given in enumerate(raw.header)
        for name in (combined[place].columns if place in combined else (given,))
    )
    spread_names = ", ".join(item.id for item in combined.values())
    note = f"{spread_names}: all choices in one column, spread over the options"
    rows = CodedRows.of(map(row_spread, raw.rows))
    return replace(raw, header=header, rows=rows, notes=(*raw.notes, note))


def _known(item: Item, instrument: Instrument) -> dict[str, int]:
    options = _options(item)
    missing = {
        word: code
        for word, code in codes_by_label(item, item.id, instrument).items()
        if code in MISSING_CODES
    }
    labels = {plain(text): o.value for o in options for _, text in o.label.by_language}
    codes = {str(code): code for code in (*MISSING_CODES, *(o.value for o in options))}
    return missing | labels | codes


def _ticks(cell: str, item: Item, known: Mapping[str, int]) -> tuple[str, ...]:
    """Return 1 or 0 for each option, or what the whole cell says."""
    if not cell.strip():
        return (cell,) * len(item.columns)
    chosen = next(filter(None, (_parts(cell, known, sign) for sign in _SEPARATORS)), None)
    missing = [code for code in chosen or () if code in MISSING_CODES]
    if chosen is None or (missing and len(chosen) > 1):
        return (cell,) * len(item.columns)
    if missing:
        return (str(missing[0]),) * len(item.columns)
    return tuple(str(int(option.value in chosen)) for option in _options(item))


def _options(item: Item) -> tuple[Option, ...]:
    """Return the option of each column, whether on the scale or off it."""
    scale = item.responses
    offered = (*scale.options, *scale.off_scale) if scale is not None else ()
    by_column = {choice_column(item.id, option.value): option for option in offered}
    return tuple(by_column[column] for column in item.columns)


def _parts(cell: str, known: Mapping[str, int], separator: str) -> tuple[int, ...] | None:
    """Return the codes of all parts of a cell; a label may itself hold the separator."""
    pieces = [piece for piece in cell.split(separator) if piece.strip()]
    codes: list[int] = []
    while pieces:
        for length in range(len(pieces), 0, -1):
            code = known.get(plain(separator.join(pieces[:length])))
            if code is not None:
                codes.append(code)
                del pieces[:length]
                break
        else:
            return None
    return tuple(codes)
