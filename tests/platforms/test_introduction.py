"""What respondents read first, and what researchers read, which reaches no form."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import pytest
from every_kind import CONSTRUCTS, SURVEY
from test_paper import text_of_pdf

from coprod_stats.instruments import Instrument, check_instrument, read_instrument
from coprod_stats.instruments.codebook import codebook
from coprod_stats.literals import Platform
from coprod_stats.platforms import FormExport, compose_form

SCREENS: tuple[Platform, ...] = ("xlsform", "limesurvey", "qualtrics", "redcap", "surveyjs")
WELCOME = {"en": "Thank you. It takes a few minutes.", "de": "Danke. Es dauert ein paar Minuten."}
INTERNAL = ("hypothesis of reciprocity", "Hypothese der Gegenseitigkeit")


def words_of(name: str, content: bytes) -> str:
    """Return all that a file of a form says, whatever wraps it."""
    if name.endswith(".pdf"):
        return " ".join(" ".join(text_of_pdf(content)).split())
    if is_zipfile(io.BytesIO(content)):
        parts = ZipFile(io.BytesIO(content))
        return "".join(parts.read(part).decode("utf-8", "replace") for part in parts.namelist())
    text = content.decode()
    return json.dumps(json.loads(text), ensure_ascii=False) if name.endswith(".json") else text


def all_words(form: FormExport) -> dict[str, str]:
    return {name: words_of(name, content) for name, content in form.files.items()}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Instrument:
    folder = tmp_path_factory.mktemp("introduction")
    written = next(line for line in SURVEY.splitlines() if line.startswith("introduction:"))
    survey = SURVEY.replace(written, f"introduction: {json.dumps(WELCOME)}")
    (folder / "constructs.yaml").write_text(CONSTRUCTS, encoding="utf-8")
    (folder / "survey.yaml").write_text(survey, encoding="utf-8")
    return read_instrument(folder / "survey.yaml").for_form("full")


@pytest.mark.parametrize("platform", SCREENS)
def test_the_introduction_is_shown_in_each_language(plain: Instrument, platform: Platform) -> None:
    for language, words in WELCOME.items():
        written = all_words(compose_form(plain, platform, languages=[language]))
        # one that is all in one file; Qualtrics has a text file beside it
        assert all(words in text for text in written.values()), (language, list(written))


def test_the_introduction_is_printed_before_the_first_question(plain: Instrument) -> None:
    written = all_words(compose_form(plain, "paper", languages=["de"]))
    printed = {name: text for name, text in written.items() if not name.endswith(".xlsx")}
    assert {name.rpartition(".")[2] for name in printed} == {"pdf", "docx"}
    first = plain.pages[0].title or plain.questions[0].text
    for name, text in printed.items():
        welcome, after = (
            "".join(words.split()) for words in (WELCOME["de"], first.in_language("de"))
        )
        # a PDF has its words one by one, a Word file its marks between them
        found = "".join(re.sub("<[^>]*>", "", text).split())
        assert found.count(welcome) == 1, name
        assert found.index(welcome) < found.index(after), name


@pytest.mark.parametrize("platform", [*SCREENS, "paper"])
def test_the_internal_description_reaches_no_form(plain: Instrument, platform: Platform) -> None:
    assert plain.about is not None
    assert all(words in str(plain.about.by_language) for words in INTERNAL)
    for name, text in all_words(compose_form(plain, platform)).items():
        assert not any(words in text for words in INTERNAL), name


@pytest.mark.parametrize("platform", SCREENS)
@pytest.mark.parametrize("name", ["citizen", "provider"])
def test_no_shipped_form_says_what_researchers_read(name: str, platform: Platform) -> None:
    instrument = read_instrument(name).for_form("core")
    sentences = [part.strip() for part in str(instrument.about).split(".") if part.strip()]
    assert len(sentences) > 2
    for file, text in all_words(compose_form(instrument, platform)).items():
        assert not [sentence for sentence in sentences if sentence in text], file


def test_researchers_find_both_in_the_codebook(plain: Instrument) -> None:
    written = str(codebook(plain, language="de"))
    assert WELCOME["de"] in written
    assert INTERNAL[1] in written


def test_an_introduction_names_only_known_placeholders(tmp_path: Path) -> None:
    path = tmp_path / "survey.yaml"
    text = SURVEY.replace("It is for [ORG]", "It is for [HOURS]")
    (tmp_path / "constructs.yaml").write_text(CONSTRUCTS, encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    found = check_instrument(path)
    assert [(fault.code, fault.place) for fault in found] == [("TEXT-001", "introduction")]


@pytest.mark.parametrize("name", ["citizen", "provider"])
def test_shipped_questionnaires_say_who_asks_and_that_it_is_voluntary(name: str) -> None:
    instrument = read_instrument(name).for_form("core")
    assert instrument.introduction is not None
    english, arabic = (instrument.introduction.in_language(code) for code in ("en", "ar"))
    for part in ("[TEAM]", "voluntary", "confidential", "no right or wrong answers", "how long"):
        assert part in english
    assert arabic != english
    assert "[TEAM]" in arabic
    assert len(english.split()) < 80
    shown = all_words(compose_form(instrument, "qualtrics", languages=["en"]))
    assert f"A research team{english.removeprefix('[TEAM]')}" in shown[f"{name}_advanced.txt"]
