"""What a report says of missing answers, each sentence with its opposite case."""

import math
import re
from pathlib import Path

import pytest
from small_survey import answers, carried_out, page_of, with_answers

from coprod_stats.documents.document import Details, Figure, Paragraph, Table
from coprod_stats.report.sections.missing import REASONS, missing_blocks
from coprod_stats.responses.table import ANSWERED, KINDS, NOT_ASKED

MANY, FEW = range(0, 40), range(3)


def test_every_kind_of_missing_answer_has_a_reason() -> None:
    assert set(REASONS) == set(KINDS) - {ANSWERED, NOT_ASKED}


def test_answers_without_a_gap_are_said_to_be_complete(tmp_path: Path) -> None:
    page = page_of(carried_out(tmp_path))
    assert "No answer that was asked for is missing." in page
    assert "Missing Answers by Item" not in page
    assert "Little's test" not in page
    assert "Every single value fitted the questionnaire." in page


def test_few_missing_answers_are_counted_without_a_table(tmp_path: Path) -> None:
    page = page_of(carried_out(tmp_path, table=with_answers(answers(), "T1", -9, FEW)))
    assert re.search(r"3 of 2,000 answers that were asked for are missing \(0\.15%\)", page)
    assert "No item lacks 2% or more of its answers." in page
    assert "Missing Answers by Item" not in page
    assert "No answer that was asked for is missing" not in page


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("T1", -9, "don't know"),
        ("T1", -8, "refused"),
        ("T1", -7, "seen, unanswered"),
        ("T1", "", "blank"),
        ("DONE", 6, "off scale"),
        ("T1", 77, "rejected"),
    ],
)
def test_the_reasons_add_up_to_what_is_missing(
    column: str, value: object, reason: str, tmp_path: Path
) -> None:
    study = carried_out(tmp_path, table=with_answers(answers(), column, value, MANY))
    said, figure, folded = missing_blocks(study)
    assert isinstance(said, Paragraph)
    assert "1 of 10 items lacks 2% or more (" in "".join(map(str, said.content))
    assert isinstance(figure, Figure)
    assert f"{column} " in figure.drawing.description
    assert "20.0%" in figure.drawing.description
    assert isinstance(folded, Details)
    table = next(block for block in folded.content if isinstance(block, Table))
    heads = [column.label[0] for column in table.columns]
    assert heads == ["Item", "Asked", REASONS[reason], "Missing"]
    ((item, n_asked, n, share),) = table.groups[0].rows
    assert (item, n_asked, n) == (column, 200, 40)
    assert math.isclose(share, n / n_asked)
    off_scale = (
        "Off the scale: valid answers that are no step of the scale (“It has only just begun”)"
    )
    assert any(off_scale in str(piece) for piece in figure.note) == (reason == "off scale")


def test_rejected_values_are_counted(tmp_path: Path) -> None:
    page = page_of(carried_out(tmp_path, table=with_answers(answers(), "T1", 77, MANY)))
    assert "40 single values did not fit the questionnaire and were rejected." in page
    assert "Every single value fitted" not in page


def test_little_s_test_is_folded_with_its_caveat(tmp_path: Path) -> None:
    study = carried_out(tmp_path, table=with_answers(answers(), "T1", -9, MANY))
    folded = missing_blocks(study)[-1]
    assert isinstance(folded, Details)
    said = "".join(
        str(piece) for b in folded.content if isinstance(b, Paragraph) for piece in b.content
    )
    assert "Little's test" in said
    assert "The test has little power" in said
