"""Translators' sheets, the Arabic core forms, the pseudo-language, and codebooks."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from inline_questionnaires import SURVEY, laid_out

from coprod_stats.instruments import check_instrument, read_instrument
from coprod_stats.instruments.codebook import codebook
from coprod_stats.instruments.translations.translation import (
    PSEUDO_LANGUAGE,
    TranslationError,
    TranslationRow,
    pseudo_rows,
    pseudo_translation,
    read_sheet,
    status_counts,
    translation_rows,
    translations_text,
    write_sheet,
)


@pytest.fixture
def survey(folder: Path) -> Path:
    path = folder / "survey.yaml"
    text = laid_out(SURVEY).replace(
        "languages: [en, de]", f"languages: [en, de, {PSEUDO_LANGUAGE}]"
    )
    path.write_text(text, encoding="utf-8")
    return path


def put_in(survey: Path, rows: list[TranslationRow], language: str) -> None:
    path = survey.parent / "translations" / f"survey.{language}.yaml"
    path.parent.mkdir(exist_ok=True)
    text = translations_text(rows, instrument="survey", language=language, note="for tests")
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", ["citizen", "provider"])
def test_the_core_forms_are_wholly_in_arabic(name: str) -> None:
    rows = translation_rows(name, "ar", form="core")
    assert set(status_counts(rows)) == {"draft"}
    for row in rows:
        assert re.search(r"[\u0600-\u06ff]", row.translation), row.key
        assert not re.search("[A-Za-z]", re.sub(r"\[[A-Z]+\]", "", row.translation)), row.key
    core = read_instrument(name).for_form("core")
    assert {dict(item.translations)["ar"] for item in core.items} == {"draft"}
    arabic = core.translations[1]
    assert (arabic.code, arabic.status, arabic.direction) == ("ar", "draft", "rtl")
    assert str(arabic.note) == "draft, not validated"


@pytest.mark.parametrize("name", ["citizen", "provider"])
def test_answers_of_a_scale_stay_apart_in_arabic(name: str) -> None:
    for item in read_instrument(name).for_form("core").items:
        labels = (
            []
            if item.responses is None
            else [option.label.in_language("ar") for option in item.responses.options]
        )
        assert len(set(labels)) == len(labels), item.id


def test_what_is_missing_is_named() -> None:
    rows = translation_rows("citizen", "ar")
    missing = {row.key for row in rows if row.status == "missing"}
    assert "QUA4.text" in missing
    assert "QUA1.text" not in missing
    assert all(row.status == "missing" for row in translation_rows("citizen", "sw"))


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_sheet_goes_out_and_comes_back(survey: Path, tmp_path: Path, suffix: str) -> None:
    rows = list(pseudo_rows(survey))
    rows.append(TranslationRow("extra", "=1+1", "=SUM(A1), \"with\" 'quotes'\nand lines", "draft"))
    sheet = tmp_path / f"sheet{suffix}"
    write_sheet(rows, sheet)
    assert list(read_sheet(sheet)) == rows


def test_rows_without_translation_do_not_come_back(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    rows = [
        TranslationRow("a", "One", "", "missing"),
        TranslationRow("b", "Two", "Zwei", "outdated"),
    ]
    write_sheet(rows, sheet)
    assert [(row.key, row.status) for row in read_sheet(sheet)] == [("b", "draft")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "lacks the columns key, source, translation"),
        ("key,source\na,b\n", "lacks the columns translation"),
        ("key,source,translation\na,b,c\na,b,c\n", "row 3: the key is missing or duplicated"),
        ("key,source,translation\n,b,c\n", "row 2: the key is missing"),
        ("key,source,translation,status\na,b,c,done\n", "row 2: 'done' is not a status"),
    ],
)
def test_sheets_that_cannot_be_used_are_refused(tmp_path: Path, text: str, message: str) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(text, encoding="utf-8")
    with pytest.raises(TranslationError, match=re.escape(message)):
        read_sheet(sheet)


def test_a_workbook_that_is_none_is_refused(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.xlsx"
    sheet.write_text("key", encoding="utf-8")
    with pytest.raises(TranslationError, match="not a readable XLSX file"):
        read_sheet(sheet)


def test_the_pseudo_language_reaches_every_text(survey: Path) -> None:
    put_in(survey, list(pseudo_rows(survey)), PSEUDO_LANGUAGE)
    assert check_instrument(survey) == ()
    instrument = read_instrument(survey)
    for item in instrument.items:
        assert item.text.in_language(PSEUDO_LANGUAGE).startswith("⟦"), item.id
        if item.responses is not None:
            for option in item.responses.options:
                assert option.label.in_language(PSEUDO_LANGUAGE).startswith("⟦")
    assert "[ORG]" in instrument.item("TRU1").text.in_language(PSEUDO_LANGUAGE)
    assert set(status_counts(translation_rows(survey, PSEUDO_LANGUAGE))) == {"draft"}


def test_the_pseudo_language_is_longer_and_keeps_placeholders() -> None:
    found = pseudo_translation("do you rely on [ORG] in the area?")
    assert found == "⟦dö ýöü rélý öñ [ORG] íñ thé áréá? ~ ~ ~ ~ ~⟧"


def test_a_changed_text_makes_its_translation_outdated(survey: Path) -> None:
    put_in(survey, list(pseudo_rows(survey)), PSEUDO_LANGUAGE)
    text = survey.read_text(encoding="utf-8").replace("do you doubt it?", "do you mistrust it?")
    survey.write_text(text, encoding="utf-8")
    outdated = [
        row for row in translation_rows(survey, PSEUDO_LANGUAGE) if row.status == "outdated"
    ]
    assert [(row.key, row.source) for row in outdated] == [("TRU2.text", "do you mistrust it?")]
    item = read_instrument(survey).item("TRU2")
    assert item.text.in_language(PSEUDO_LANGUAGE) == "do you mistrust it?"
    assert dict(item.translations)[PSEUDO_LANGUAGE] == "outdated"


def test_a_translation_that_loses_a_placeholder_is_a_fault(survey: Path) -> None:
    rows = [TranslationRow("TRU1.text", "do you rely on [ORG]?", "verlassen?", "draft")]
    put_in(survey, rows, PSEUDO_LANGUAGE)
    assert [fault.code for fault in check_instrument(survey)] == ["TRANSLATION-002"]


class _Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links += [value for name, value in attrs if name in ("src", "href") and value]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize(("name", "form"), [("citizen", "full"), ("provider", "core")])
def test_the_codebook_has_every_column_once(name: str, form: str) -> None:
    instrument = read_instrument(name, modules=["vignette"]).for_form(form)
    text = codebook(instrument)
    tags = _Tags(text)
    assert (tags.open, tags.links) == ([], [])
    wanted = {item.id for item in instrument.questions}
    wanted |= {column.id for column in instrument.administrative}
    wanted |= {variable.id for variable in instrument.assigned}
    assert wanted <= set(tags.ids)
    assert len(set(tags.ids)) == len(tags.ids)
    assert all(column in text for column in instrument.columns)
    assert "-7" in text
    assert codebook(instrument) == text


def test_the_codebook_is_written_from_right_to_left_in_arabic() -> None:
    text = codebook(read_instrument("citizen").for_form("core"), language="ar")
    assert '<html lang="ar" dir="rtl">' in text
    assert "draft, not validated" in text
    assert "أن يمكن الاعتماد عليها" in text


def test_the_codebook_fits_a_narrow_screen_and_keeps_signs_before_numbers() -> None:
    text = codebook(read_instrument("citizen").for_form("core"), language="ar")
    assert "overflow-wrap:anywhere" in text, "a hash has no blank at which a line could end"
    assert "unicode-bidi:plaintext" in text, "from right to left, -7 would be read as 7-"


def test_the_codebook_escapes_texts(survey: Path) -> None:
    text = survey.read_text(encoding="utf-8").replace("do you doubt it?", "is <b>it</b> & that?")
    survey.write_text(text, encoding="utf-8")
    assert "is &lt;b&gt;it&lt;/b&gt; &amp; that?" in codebook(read_instrument(survey))


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-16", "\t"), ("utf-16-le", ","), ("cp1252", ";"), ("utf-8-sig", ","), ("utf-8", "\t")],
)
def test_a_sheet_is_read_in_the_encoding_that_a_spreadsheet_saved_it_in(
    tmp_path: Path, encoding, delimiter
) -> None:
    lines = [
        ["key", "source", "translation", "status"],
        ["title", "A title", "Ein schöner Titel, ja; „doch“", "draft"],
    ]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(lines)
    path = tmp_path / "sheet.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    assert read_sheet(path) == (TranslationRow("title", *lines[1][1:3], "draft"),)


def test_a_sheet_in_no_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TranslationError, match="not readable as utf-16"):
        read_sheet(path)


def test_a_sheet_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TranslationError, match="cannot be read"):
        read_sheet(tmp_path / "sheet.csv")
