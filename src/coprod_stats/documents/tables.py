"""From the data frame of a result's ``tidy()`` or ``glance()`` to a table of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import cast

import pandas as pd

from coprod_stats.documents.document import (
    Align,
    Cell,
    Column,
    RowGroup,
    Table,
    Text,
    emphasis,
    subscript,
    text,
)
from coprod_stats.documents.errors import ReportError
from coprod_stats.documents.numbers import BOUNDED, COUNT, DECIMAL, Interval, NumberFormat, percent

INTERVAL = "interval"
"""Name of the column that shows ``conf_low`` and ``conf_high``."""


@dataclass(frozen=True, slots=True)
class Role:
    """The role of a column of a result: its head and how its numbers are printed."""

    label: Text
    number_format: NumberFormat = DECIMAL
    align: Align = "right"
    spanner: str = ""


ROLES: Mapping[str, Role] = {
    "term": Role(text("Term"), align="left"),
    "estimate": Role(text("Estimate")),
    "std_error": Role(text(emphasis("SE"))),
    "statistic": Role(text("Statistic")),
    "df": Role(text(emphasis("df")), COUNT),
    "p_value": Role(text(emphasis("p")), NumberFormat("p_value", 3)),
    "p_holm": Role(text(emphasis("p"), subscript("Holm")), NumberFormat("p_value", 3)),
    "beta": Role(text("β"), BOUNDED),
    "n_obs": Role(text(emphasis("n")), COUNT),
    "mean": Role(text(emphasis("M"))),
    "sd": Role(text(emphasis("SD"))),
    "alpha": Role(text("α"), BOUNDED),
    "omega": Role(text("ω"), BOUNDED),
    "r_squared": Role(text(emphasis("R"), "²"), BOUNDED),
    "cfi": Role(text("CFI"), NumberFormat("bounded", 3)),
    "tli": Role(text("TLI"), NumberFormat("bounded", 3)),
    "rmsea": Role(text("RMSEA"), NumberFormat("bounded", 3)),
    "srmr": Role(text("SRMR"), NumberFormat("bounded", 3)),
    "chisq": Role(text("χ²")),
    "aic": Role(text("AIC"), NumberFormat("decimal", 1)),
    "bic": Role(text("BIC"), NumberFormat("decimal", 1)),
}
"""Roles of the columns that results share; a caller may add to or replace them."""


def frame_table(
    frame: pd.DataFrame,
    *,
    anchor: str,
    title: Text,
    columns: Sequence[str],
    roles: Mapping[str, Role] | None = None,
    group_by: str = "",
    level: float = 0.95,
    note: Text = (),
    shows_data: bool = True,
) -> Table:
    """Arrange the rows of a result as a table; no number is changed, and none is starred.

    Parameters
    ----------
    frame : DataFrame
        ``tidy()`` or ``glance()`` of a result, one row of the table for each row.
    anchor : str
        Anchor of the table.
    title : tuple of inline pieces
        Title of the table.
    columns : sequence of str
        Columns to show, in order; the first heads the rows. ``"interval"`` stands for
        ``conf_low`` and ``conf_high``, printed as the column ``estimate`` is or, if that is not
        shown, as the column before.
    roles : mapping, optional
        Roles of columns that ``ROLES`` does not know or that differ here. A column without a
        role is headed by its name, with spaces for underscores.
    group_by : str
        Column whose runs of equal values become headings of row groups.
    level : float
        Level of the interval, for its head.
    note : tuple of inline pieces
        General note.
    shows_data : bool
        Whether the document's data label is shown beside the table.

    Raises
    ------
    ReportError
        If the frame lacks a column.
    """
    _check_columns(frame, [*columns, *([group_by] if group_by else [])])
    known = {**ROLES, **(roles or {})}
    if INTERVAL in columns:
        known.setdefault(INTERVAL, _interval_role(level, columns, known))
    shown = [_role(name, known, frame) for name in columns]
    table_columns = [
        Column(role.label, role.align, role.number_format, role.spanner) for role in shown
    ]
    table_columns[0] = replace(table_columns[0], align="left")
    rows = [tuple(cells) for cells in zip(*(_cells(frame, name) for name in columns), strict=True)]
    groups = _groups(rows, frame[group_by].astype(str).tolist() if group_by else [""] * len(rows))
    return Table(anchor, title, tuple(table_columns), groups, note, shows_data=shows_data)


def _check_columns(frame: pd.DataFrame, names: Sequence[str]) -> None:
    needed = [
        column
        for name in names
        for column in (("conf_low", "conf_high") if name == INTERVAL else (name,))
    ]
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        raise ReportError(f"The result has no column {', '.join(missing)}.")


def _interval_role(level: float, columns: Sequence[str], known: Mapping[str, Role]) -> Role:
    """Return the role of an interval: it is printed like its estimate."""
    before = columns[max(columns.index(INTERVAL) - 1, 0)]
    of = known.get("estimate" if "estimate" in columns else before)
    number_format = of.number_format if of else DECIMAL
    return Role(text(f"{percent(level).replace('.0%', '%')} CI"), number_format)


def _role(name: str, known: Mapping[str, Role], frame: pd.DataFrame) -> Role:
    role = known.get(name, Role(text(name.replace("_", " ").capitalize())))
    if name != INTERVAL and role.number_format == COUNT and not _whole(frame[name]):
        return replace(role, number_format=DECIMAL)
    return role


def _whole(numbers: pd.Series) -> bool:
    """Return whether no number has a fraction; degrees of freedom may have one."""
    return bool((pd.to_numeric(numbers, errors="coerce").dropna() % 1 == 0).all())


def _cells(frame: pd.DataFrame, name: str) -> list[Cell]:
    if name == INTERVAL:
        limits = zip(frame["conf_low"], frame["conf_high"], strict=True)
        return [Interval(float(low), float(high)) for low, high in limits]
    return [None if pd.isna(value) else cast("Cell", value) for value in frame[name].tolist()]


def _groups(rows: Sequence[tuple[Cell, ...]], labels: Sequence[str]) -> tuple[RowGroup, ...]:
    runs = groupby(zip(labels, rows, strict=True), key=lambda pair: pair[0])
    return tuple(
        RowGroup(tuple(row for _, row in run), text(label) if label else ()) for label, run in runs
    )
