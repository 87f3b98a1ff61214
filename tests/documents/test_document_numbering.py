import pytest

from coprod_stats.documents.document import (
    CrossReference,
    Details,
    Document,
    Figure,
    Notice,
    Paragraph,
    Section,
    Table,
    text,
)
from coprod_stats.documents.errors import ReportError
from coprod_stats.documents.figures.svg import Drawing
from coprod_stats.documents.numbering import number_document

DRAWING = Drawing(10, 10, (), "nothing")


def table(anchor):
    return Table(anchor, text("t"), (), ())


def test_tables_figures_and_sections_are_numbered_in_order_of_appearance():
    document = Document(
        "t",
        (
            table("first"),
            Section(
                "one",
                "One",
                (
                    Section("one-a", "A", (Figure("picture", text("f"), DRAWING),)),
                    Section("one-b", "B", (Details(text("s"), (table("second"),)),)),
                ),
            ),
            Section("two", "Two", (Notice((table("third"),)),)),
        ),
    )
    numbering = number_document(document)
    assert numbering.numbers == {
        "first": "1",
        "one": "1",
        "one-a": "1.1",
        "picture": "1",
        "one-b": "1.2",
        "second": "2",
        "two": "2",
        "third": "3",
    }
    assert numbering.labels["third"] == "Table\N{NO-BREAK SPACE}3"
    assert [(entry.number, entry.level) for entry in numbering.contents] == [
        ("1", 1),
        ("1.1", 2),
        ("1.2", 2),
        ("2", 1),
    ]


@pytest.mark.parametrize("anchor", ["", "Upper", "a b", "1st", "a--b", 'x"onload="'])
def test_a_badly_formed_anchor_is_refused(anchor):
    with pytest.raises(ReportError, match="must be lower-case letters"):
        number_document(Document("t", (table(anchor),)))


def test_an_anchor_used_twice_is_refused():
    with pytest.raises(ReportError, match="'same' is used twice"):
        number_document(Document("t", (table("same"), Section("same", "S", ()))))


def test_a_cross_reference_that_leads_nowhere_is_refused_wherever_it_stands():
    deep = Notice((Details(text(), (Paragraph(text("see ", CrossReference("gone"))),)),))
    with pytest.raises(ReportError, match="without a target: gone"):
        number_document(Document("t", (Section("s", "S", (deep,)),)))


def test_sections_deeper_than_three_are_refused():
    section = Section("d4", "Deep", ())
    for level in (3, 2, 1):
        section = Section(f"d{level}", "S", (section,))
    with pytest.raises(ReportError, match="'Deep' is nested too deeply"):
        number_document(Document("t", (section,)))
