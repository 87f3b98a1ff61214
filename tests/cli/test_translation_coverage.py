"""A translation that is not whole is told wherever a language is named."""

from __future__ import annotations

import json

import pytest

from coprod_stats.instruments import read_instrument
from coprod_stats.instruments.translations.coverage import translation_coverage
from coprod_stats.instruments.translations.translation import translation_rows
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
    assert check.stderr == f"parks.yaml: {told}\n"
    show = coprod("instrument", "show", half)
    assert f"Translation: {told}." in show.stdout


def test_check_tells_of_a_whole_translation_that_it_is_whole(coprod, parks) -> None:
    check = coprod("instrument", "check", parks)
    told = f"parks.yaml: {TEXTS} of {TEXTS} texts are in 'de'"
    assert (check.stdout, check.stderr) == (f"parks.yaml: no faults\n{told}\n", "")


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


def test_a_codebook_in_half_a_translation_tells_it(coprod, half) -> None:
    command = ("instrument", "codebook", half, "--out", "codebook.html")
    assert coprod(*command).stderr == ""
    told = coprod(*command, "--lang", "de")
    assert told.returncode == 0
    assert f"{TEXTS - 3} of {TEXTS} texts are in 'de'" in told.stderr
