"""Questionnaires as they are meant: what reading makes of a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from inline_questionnaires import CONSTRUCTS, SURVEY, Read, laid_out

from coprod_stats.instruments import read_instrument
from coprod_stats.instruments.model import InstrumentLookupError


def test_items_take_what_their_block_and_page_say(read: Read) -> None:
    survey = read(SURVEY)
    first, second, third = (survey.item(id) for id in ("TRU1", "TRU2", "TRU3"))
    assert first.in_grid
    assert str(first.stem) == "To what extent"
    assert [str(wording.text) for wording in first.stem_wordings] == ["So far"]
    assert first.offers == ("dont_know", "refused")
    assert (first.page, first.block, first.facet) == ("second", "trust", "ability")
    assert [construct.code for construct in first.measures] == ["USE"]
    assert (len(first.conditions), len(second.conditions)) == (2, 3)
    assert first.responses is second.responses
    assert third.responses is not None
    assert [option.value for option in third.responses.off_scale] == [8, 9]
    assert str(third.responses.label(9)) == "Kind to whom?"
    assert first.forms == ("short", "long")
    assert survey.item("USED").offers == ("dont_know",)
    assert survey.item("NAME").offers == ()


def test_answers_columns_and_texts(read: Read) -> None:
    survey = read(SURVEY)
    assert survey.columns == (
        "RID",
        "WGT",
        "USED",
        "NAME",
        "DUTY",
        "MEANS__1",
        "MEANS__2",
        "YEARS",
        "TRU1",
        "TRU2",
        "TRU3",
    )
    assert [item.id for item in survey.questions] == [
        "USED",
        "NAME",
        "DUTY",
        "MEANS",
        "YEARS",
        "TRU1",
        "TRU2",
        "TRU3",
    ]
    responses = survey.item("TRU1").responses
    assert responses is not None
    assert (responses.lowest, responses.highest) == (1, 5)
    assert responses.label(4).in_language("de") == "Viel"
    assert responses.label(5).in_language("de") == "Completely"
    assert str(survey.title) == "A survey"
    assert survey.administrative_column("weight") == "WGT"
    assert survey.administrative_column("unit") is None
    assert survey.scale("TRU").role == "impact"
    assert survey.scale("TR3").role == "value"
    with pytest.raises(KeyError):
        responses.label(7)


def test_a_form_keeps_what_its_own_questions_give(read: Read) -> None:
    short = read(SURVEY).for_form("short")
    assert [item.id for item in short.questions] == [
        "USED",
        "NAME",
        "MEANS",
        "YEARS",
        "TRU1",
        "TRU2",
    ]
    assert [(scale.id, scale.items) for scale in short.scales] == [("TRU", ("TRU1", "TRU2"))]
    assert [derived.id for derived in short.derived] == ["LOYAL", "KEEN"]
    assert [index.id for index in short.indices] == ["AMT"]
    assert short.classification is None
    assert [placeholder.item for placeholder in short.placeholders] == ["NAME", None]
    assert [form.id for form in short.forms] == ["short"]
    long = read(SURVEY).for_form("long")
    assert long.classification is not None
    assert [scale.id for scale in long.scales] == ["TRU", "TR3", "TR1"]


@pytest.mark.parametrize(
    ("look_up", "message"),
    [
        (lambda survey: survey.item("NO"), "instrument 'survey' has no item 'NO'; it has: USED, "),
        (lambda survey: survey.scale("NO"), "instrument 'survey' has no scale 'NO'; it has: TRU, "),
        (lambda survey: survey.for_form("no"), "has no form 'no'; it has: short, long"),
    ],
)
def test_what_is_not_there_is_named_with_what_is(read: Read, look_up, message: str) -> None:
    with pytest.raises(InstrumentLookupError) as caught:
        look_up(read(SURVEY))
    assert message in str(caught.value)


def test_reading_twice_gives_the_same(read: Read) -> None:
    assert read(SURVEY) == read(SURVEY)


def test_the_hash_follows_the_content(read: Read, folder: Path) -> None:
    before = read(SURVEY).sha256
    assert len(before) == 64
    assert read(SURVEY.replace("rely on", "trust")).sha256 != before
    constructs = folder / "constructs.yaml"
    constructs.write_text(f"# A remark only.{CONSTRUCTS}", encoding="utf-8")
    assert read(SURVEY).sha256 == before
    constructs.write_text(CONSTRUCTS.replace("label: Trust", "label: Reliance"), encoding="utf-8")
    assert read(SURVEY).sha256 != before


def test_shipped_questionnaires_are_found_by_id_and_own_files_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_instrument("citizen").id == "citizen"
    assert read_instrument("citizen.yaml").id == "citizen"
    own = laid_out(SURVEY).replace("constructs: constructs.yaml\n", "")
    own = own[: own.index("scales:")].replace(", measures: [USE]", "")
    (tmp_path / "citizen").write_text(own, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert read_instrument("citizen").id == "survey"
