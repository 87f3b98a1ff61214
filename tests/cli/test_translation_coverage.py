"""A translation that is not whole is told wherever a language is named."""

from __future__ import annotations

import json
import re

import pytest

from coprod_stats.instruments import check_instrument, read_instrument
from coprod_stats.instruments.translations.coverage import translation_coverage
from coprod_stats.instruments.translations.translation import (
    TranslationRow,
    translation_rows,
    translations_text,
)
from coprod_stats.literals import Platform

PARKS = """
instrument: parks
version: 0.1.0
title: {en: Parks, de: Parks}
languages: [en, de]
offers: [dont_know]
missing_options: {dont_know: {en: Don't know, de: Weiß nicht}}
forms: {full: {title: Full}, short: {title: Short}}
placeholders: {PARK: {item: NAME, otherwise: {en: the park, de: der Park}}}
responses:
  often: {kind: frequency, options: {1: {en: Never, de: Nie}, 2: {en: Often, de: Oft}}}
pages:
  - page: one
    title: {en: Visits, de: Besuche}
    blocks:
      - block: one
        stem: {en: How often, de: Wie oft}
        responses: often
        items:
          - {id: WALK, text: {en: "do you walk?", de: "gehen Sie?"}}
          - {id: RIDE, text: {en: "do you ride?", de: "fahren Sie?"}}
      - block: two
        items:
          - {id: NAME, kind: text, text: {en: Which?, de: Welcher?}, hint: {en: One., de: Einer.}}
          - {id: YEARS, kind: number, text: {en: Since?, de: Seit?},
             number: {unit: {en: years, de: Jahre}}, forms: [full]}
"""
TEXTS = 13
VALIDATED = "translations: {de: {status: validated}}\n"
DRAFT = "the translation into 'de' is a draft, not validated"
PLATFORMS: tuple[Platform, ...] = ("xlsform", "limesurvey", "qualtrics", "surveyjs", "paper")
ONE_LANGUAGE: tuple[Platform, ...] = ("redcap", "spss", "frictionless", "ddi")


@pytest.fixture
def parks(tmp_path):
    path = tmp_path / "parks.yaml"
    path.write_text(PARKS, encoding="utf-8")
    return path


@pytest.fixture
def half(parks):
    """Remove the German of an answer, and of a question in one form only with its unit."""
    text = PARKS.replace("{en: Often, de: Oft}", "Often").replace("{en: years, de: Jahre}", "years")
    parks.write_text(text.replace("{en: Since?, de: Seit?}", "Since?"), encoding="utf-8")
    return parks


def test_every_text_that_is_shown_counts_once(parks) -> None:
    (german,) = translation_coverage(read_instrument(parks))
    assert (german.translated, german.total, german.is_complete) == (TEXTS, TEXTS, True)


def test_texts_are_counted_as_the_translators_sheet_lists_them(half) -> None:
    rows = [row for row in translation_rows(half, "de") if row.key != "missing_options.refused"]
    (german,) = translation_coverage(read_instrument(half))
    missing = sum(row.status == "missing" for row in rows)
    assert (german.total, german.translated) == (len(rows), len(rows) - missing)


def test_a_form_counts_its_own_texts(half) -> None:
    (german,) = translation_coverage(read_instrument(half).for_form("short"))
    assert (german.translated, german.total) == (TEXTS - 3, TEXTS - 2)


def test_check_and_show_tell_how_much_is_translated(coprod, half) -> None:
    told = f"{TEXTS - 3} of {TEXTS} texts are in 'de'; the others are shown in 'en'"
    check = coprod("instrument", "check", half)
    assert (check.returncode, check.stdout) == (0, "parks.yaml: no faults\n")
    assert check.stderr == f"parks.yaml: {told}\nparks.yaml: {DRAFT}\n"
    show = coprod("instrument", "show", half)
    assert f"Translation: {told}.\nT{DRAFT[1:]}.\n" in show.stdout


def test_check_tells_of_a_whole_translation_that_it_is_whole(coprod, parks) -> None:
    check = coprod("instrument", "check", parks)
    told = f"parks.yaml: {TEXTS} of {TEXTS} texts are in 'de'"
    draft = f"parks.yaml: {DRAFT}\n"
    assert (check.stdout, check.stderr) == (f"parks.yaml: no faults\n{told}\n", draft)
    parks.write_text(PARKS + VALIDATED, encoding="utf-8")
    assert coprod("instrument", "check", parks).stderr == ""


@pytest.mark.parametrize("platform", [*PLATFORMS, *ONE_LANGUAGE])
def test_every_export_tells_how_much_is_translated(coprod, half, tmp_path, platform: str) -> None:
    languages = ("--lang", "de") if platform in ONE_LANGUAGE else ()
    done = coprod("instrument", "export", half, "--to", platform, "--out", "form", *languages)
    told = f"PLATFORM-100 language 'de': {TEXTS - 3} of {TEXTS} texts are in 'de'"
    assert (done.returncode, told in done.stderr) == (0, True), done.stderr
    losses = json.loads((tmp_path / "form" / "sidecar.json").read_text(encoding="utf-8"))["losses"]
    assert [loss for loss in losses if loss.startswith(told)]


@pytest.mark.parametrize("platform", [*PLATFORMS, *ONE_LANGUAGE])
def test_an_export_of_a_whole_translation_or_of_the_original_tells_nothing(
    coprod, parks, half, platform: str
) -> None:
    original = coprod("instrument", "export", half, "--to", platform, "--out", "a", "--lang", "en")
    parks.write_text(PARKS, encoding="utf-8")
    whole = coprod("instrument", "export", parks, "--to", platform, "--out", "b")
    assert (original.returncode, whole.returncode) == (0, 0)
    assert "PLATFORM-100" not in original.stderr + whole.stderr
    assert "draft" not in original.stderr


def test_a_codebook_in_half_a_translation_tells_it(coprod, half) -> None:
    command = ("instrument", "codebook", half, "--out", "codebook.html")
    assert coprod(*command).stderr == ""
    told = coprod(*command, "--lang", "de")
    assert told.returncode == 0
    assert f"{TEXTS - 3} of {TEXTS} texts are in 'de'" in told.stderr
    assert DRAFT in told.stderr


@pytest.mark.parametrize("platform", [*PLATFORMS, *ONE_LANGUAGE])
def test_every_export_tells_of_a_draft_and_of_nothing_validated(
    coprod, parks, tmp_path, platform: str
) -> None:
    command = ("instrument", "export", parks, "--to", platform, "--lang", "de", "--out")
    done = coprod(*command, "draft")
    told = f"PLATFORM-106 language 'de': {DRAFT}."
    assert (done.returncode, told in done.stderr) == (0, True), done.stderr
    losses = json.loads((tmp_path / "draft" / "sidecar.json").read_text(encoding="utf-8"))["losses"]
    assert [loss for loss in losses if loss.startswith(told)]
    parks.write_text(PARKS + VALIDATED, encoding="utf-8")
    assert DRAFT not in coprod(*command, "validated").stderr


def _beside(folder, **status: str):
    """Write a questionnaire whose German stands in a file of its own; return the two files."""
    original = re.sub(r"\{en: ([^{}]*?), de: [^{}]*?\}", r"\1", PARKS)
    (folder / "parks.yaml").write_text(original.replace("Don't know", '"Don\'t know"'), "utf-8")
    rows = [
        TranslationRow(row.key, row.source, f"de {row.source}", status.get("of_texts", "draft"))
        for row in translation_rows(folder / "parks.yaml", "de")
    ]
    text = translations_text(rows, instrument="parks", language="de")
    file = folder / "translations" / "parks.de.yaml"
    file.parent.mkdir()
    file.write_text(text.replace("status: draft", f"status: {status.get('head', 'draft')}", 1))
    return folder / "parks.yaml", file


@pytest.mark.parametrize(
    ("head", "of_texts", "is_draft"),
    [
        ("draft", "draft", True),
        ("validated", "draft", False),  # a text without a status has that of the head
        ("draft", "validated", False),
    ],
)
def test_a_translation_is_a_draft_as_long_as_one_of_its_texts_is(
    tmp_path, head: str, of_texts: str, is_draft: bool
) -> None:
    questionnaire, file = _beside(tmp_path, head=head, of_texts=of_texts)
    (german,) = translation_coverage(read_instrument(questionnaire))
    assert (german.is_complete, german.is_draft) == (True, is_draft)
    text = file.read_text("utf-8").removesuffix("    status: validated\n")
    file.write_text(f"{text}    status: draft\n", "utf-8")
    (german,) = translation_coverage(read_instrument(questionnaire))
    assert german.is_draft


def test_a_copy_without_its_translations_tells_which_file_it_lacks(coprod, tmp_path) -> None:
    questionnaire, file = _beside(tmp_path)
    mine = tmp_path / "mine"
    mine.mkdir()
    copied = mine / "own.yaml"
    copied.write_bytes(questionnaire.read_bytes())
    told = (
        f"0 of {TEXTS} texts are in 'de'; the others are shown in 'en'; there is no file "
        "translations/own.de.yaml beside the questionnaire"
    )
    assert coprod("instrument", "check", copied).stderr == f"own.yaml: {told}\n"
    shown = " ".join(coprod("instrument", "show", copied).stdout.split())
    assert f"Translation: {told}." in shown
    for command in (
        ("export", copied, "--to", "surveyjs", "--out", "form"),
        ("codebook", copied, "--lang", "de", "--out", "codebook.html"),
        ("copy", copied, "--out", "copy"),
    ):
        done = coprod("instrument", *command)
        assert (done.returncode, told in done.stderr) == (0, True), done.stderr
    whole = coprod("instrument", "copy", questionnaire, "--out", "whole")
    assert (whole.returncode, whole.stderr) == (0, f"{DRAFT}\n")
    assert (tmp_path / "whole" / "translations" / file.name).exists()


def test_a_subset_tells_how_much_of_it_is_translated(coprod) -> None:
    done = coprod("instrument", "subset", "citizen", "--scales", "QUA", "--out", "mine.yaml")
    assert done.returncode == 0
    assert "texts are in 'ar'" in done.stderr
    assert "the translation into 'ar' is a draft, not validated" in done.stderr


def test_the_list_tells_which_languages_are_drafts(coprod) -> None:
    assert "en, ar (draft)\n" in coprod("instrument", "list").stdout
    listed = json.loads(coprod("instrument", "list", "--json", "-").stdout)
    found = {entry["id"]: entry["translations"] for entry in listed}
    assert found["citizen"] == {"ar": "draft"}
    assert found["carers"] == {}


def test_translations_into_another_language_than_the_file_says_are_a_fault(tmp_path) -> None:
    questionnaire, file = _beside(tmp_path)
    file.write_text(file.read_text("utf-8").replace("language: de", "language: fr"))
    (fault,) = check_instrument(questionnaire)
    assert (fault.code, fault.file, fault.line) == ("TRANSLATION-003", "parks.de.yaml", 2)
    assert fault.found == "translations into 'fr' in the file of those into 'de'"


def test_a_sheet_is_counted_against_all_texts_of_the_questionnaire(coprod, parks, tmp_path) -> None:
    sheet = tmp_path / "sheet.csv"
    assert coprod("instrument", "translate", "parks.yaml", "--lang", "fr", "-o", sheet.name)
    lines = sheet.read_text("utf-8-sig").splitlines()
    half = [f"{line.removesuffix(',,missing')},texte," for line in lines[1:5]]
    half[0] = half[0].replace("Parks", "Park")  # the original was another one
    sheet.write_text("\n".join([lines[0], *half, "gone,Gone,Parti,"]), encoding="utf-8")
    shown = coprod(
        *("instrument", "translate", "parks.yaml", "--lang", "fr"),
        *("--from", sheet.name, "-o", "parks.fr.yaml"),
    )
    assert f"{TEXTS} texts: 1 outdated, 3 draft, {TEXTS - 4} missing" in shown.stdout
    assert shown.stderr == "omitted, since the questionnaire has no such text: gone\n"
    written = (tmp_path / "parks.fr.yaml").read_text("utf-8")
    assert written.count("translation:") == 4
    assert "gone" not in written
