import math

import pandas as pd
import pytest

from coprod_stats.documents.document import (
    Column,
    Footnote,
    Marked,
    RowGroup,
    Table,
    emphasis,
    text,
)
from coprod_stats.documents.errors import ReportError
from coprod_stats.documents.numbers import BOUNDED, COUNT, Interval
from coprod_stats.documents.table_layout import PrintedCell, lay_out
from coprod_stats.documents.tables import Role, frame_table


def printed(table):
    return [
        ["".join(map(str, cell.content)) for cell in row]
        for group in lay_out(table).groups
        for row in group.rows
    ]


def test_cells_are_printed_by_the_format_of_their_column():
    columns = (
        Column(text("x"), "left"),
        Column(text("b")),
        Column(text("r"), number_format=BOUNDED),
        Column(text("n"), number_format=COUNT),
    )
    rows = (
        ("one", 1, 0.5, 1200),
        ("two", None, Interval(0.1, 0.25), "fixed"),
        ("three", math.nan, text("a ", "b"), -3),
    )
    assert printed(Table("t", text(), columns, (RowGroup(rows),))) == [
        ["one", "1.00", ".50", "1,200"],
        ["two", "—", "[.10, .25]", "fixed"],
        ["three", "—", "a b", "−3"],
    ]


def test_footnotes_get_letters_in_their_order():
    table = Table(
        "t",
        text(),
        (Column(text("x"), footnotes=("late",)),),
        (RowGroup(((Marked(1.0, ("early", "late")),),)),),
        footnotes=(Footnote("early", text("E")), Footnote("late", text("L"))),
    )
    laid_out = lay_out(table)
    assert laid_out.heads[0].marks == "b"
    assert laid_out.groups[0].rows[0][0] == PrintedCell(("1.00",), "a, b", "right")
    assert laid_out.footnotes == (("a", ("E",)), ("b", ("L",)))


def test_neighbouring_columns_share_a_spanner():
    columns = tuple(Column(text("x"), spanner=spanner) for spanner in ("", "A", "A", "", "B"))
    spanners = lay_out(Table("t", text(), columns, ())).spanners
    assert [(cell.content, cell.span) for cell in spanners] == [
        ((), 1),
        (("A",), 2),
        ((), 1),
        (("B",), 1),
    ]
    assert lay_out(Table("t", text(), (Column(text("x")),), ())).spanners == ()


def test_a_row_of_the_wrong_length_is_refused():
    table = Table("t", text(), (Column(text("x")),), (RowGroup(((1, 2),)),))
    with pytest.raises(ReportError, match="'t' has 1 column, a row has 2 cells"):
        lay_out(table)


def test_an_unknown_footnote_is_refused():
    table = Table("t", text(), (Column(text("x"), footnotes=("gone",)),), ())
    with pytest.raises(ReportError, match="no footnote gone"):
        lay_out(table)


def test_more_footnotes_than_letters_are_refused():
    notes = tuple(Footnote(f"k{index}", text()) for index in range(27))
    with pytest.raises(ReportError, match="more footnotes than there are letters"):
        lay_out(Table("t", text(), (), (), footnotes=notes))


@pytest.fixture
def tidy():
    return pd.DataFrame(
        {
            "term": ["a", "b"],
            "estimate": [0.51234, -0.2],
            "std_error": [0.1, math.nan],
            "df": [1203.0, 2.0],
            "p_value": [0.0002, 0.04],
            "conf_low": [0.3, math.nan],
            "conf_high": [0.7, math.nan],
            "half_life": [1.5, 2.5],
            "kind": ["u", "v"],
        }
    )


def test_a_tidy_frame_becomes_a_table_in_apa_style(tidy):
    table = frame_table(
        tidy,
        anchor="t",
        title=text("T"),
        columns=["term", "estimate", "std_error", "df", "interval", "p_value", "half_life"],
        roles={"estimate": Role(text("β"), BOUNDED)},
    )
    assert [column.label for column in table.columns] == [
        text("Term"),
        text("β"),
        text(emphasis("SE")),
        text(emphasis("df")),
        text("95% CI"),
        text(emphasis("p")),
        text("Half life"),
    ]
    assert printed(table) == [
        ["a", ".51", "0.10", "1,203", "[.30, .70]", "< .001", "1.50"],
        ["b", "−.20", "—", "2", "—", ".040", "2.50"],
    ]


def test_runs_of_a_column_become_groups(tidy):
    table = frame_table(
        tidy, anchor="t", title=text("T"), columns=["term", "estimate"], group_by="kind"
    )
    assert [(group.label, len(group.rows)) for group in table.groups] == [(("u",), 1), (("v",), 1)]


@pytest.mark.parametrize(("level", "head"), [(0.9, "90% CI"), (0.995, "99.5% CI")])
def test_the_head_of_an_interval_says_its_level(tidy, level, head):
    table = frame_table(
        tidy, anchor="t", title=text("T"), columns=["term", "interval"], level=level
    )
    assert table.columns[1].label == (head,)


def test_an_interval_is_printed_as_the_column_before_if_there_is_no_estimate(tidy):
    table = frame_table(
        tidy.rename(columns={"estimate": "alpha"}),
        anchor="t",
        title=text("T"),
        columns=["term", "std_error", "alpha", "interval"],
    )
    assert printed(table)[0] == ["a", "0.10", ".51", "[.30, .70]"]


def test_fractional_degrees_of_freedom_are_not_cut_off(tidy):
    tidy["df"] = [12.34, 7.0]
    table = frame_table(tidy, anchor="t", title=text("T"), columns=["term", "df"])
    assert printed(table) == [["a", "12.34"], ["b", "7.00"]]


def test_a_column_that_is_not_there_is_refused(tidy):
    with pytest.raises(ReportError, match="no column conf_high"):
        frame_table(
            tidy.drop(columns="conf_high"), anchor="t", title=text("T"), columns=["interval"]
        )
