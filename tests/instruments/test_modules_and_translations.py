"""Modules put into a questionnaire, and translations in files of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from inline_questionnaires import laid_out

from coprod_stats.instruments import InstrumentError, check_instrument, read_instrument
from coprod_stats.instruments.texts import direction

BASE = """
instrument: survey
version: 1.0.0
title: A survey
languages: [en, ar]
forms: {core: {title: Core}}
responses:
  ext5: {kind: unipolar, options: {1: Not at all, 5: Completely}}
pages:
  - page: first
    title: First
    blocks:
      - block: one
        stem: To what extent
        responses: ext5
        items:
          - {id: A1, text: do you agree?}
          - {id: A2, text: do you like it?}
          - {id: A3, text: {en: do you see it?, ar: هل تراه؟}}
  - page: last
    blocks:
      - block: two
        items:
          - {id: Z1, kind: text, text: Anything else?}
"""
MODULE = """
module: extra
version: 0.1.0
title: Extra
shared:
  responses:
    ext5: {kind: unipolar, options: {1: Not at all, 5: Completely}}
    yes2: {kind: categorical, options: {1: "Yes", 2: "No"}}
  assigned:
    ARM: {title: Arm, levels: {1: one, 2: two}}
  administrative:
    - {id: GOT, title: Got}
for:
  survey:
    pages:
      - page: extra
        after: first
        blocks:
          - block: extra
            items: [{id: E1, text: Extra?, responses: yes2, when: ARM == 1}]
      - page: more
        after: first
        blocks:
          - block: more
            items: [{id: E2, text: More?, responses: yes2}]
      - page: end
        blocks:
          - block: end
            items: [{id: E3, text: End?, responses: no2}]
"""
ARABIC = """
instrument: survey
language: ar
note: "draft, not validated"
texts:
  title: {source: A survey, translation: استبيان}
  A1.text: {source: do you agree?, translation: هل توافق؟, status: validated}
  A2.text: {source: did you like it?, translation: هل أعجبك؟}
  responses.ext5.options.1: {source: Not at all, translation: إطلاقا}
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    path = tmp_path / "survey.yaml"
    path.write_text(laid_out(BASE), encoding="utf-8")
    (tmp_path / "modules").mkdir()
    (tmp_path / "translations").mkdir()
    return path


def write_module(base: Path, text: str) -> None:
    (base.parent / "modules" / "extra.yaml").write_text(laid_out(text), encoding="utf-8")


def write_arabic(base: Path, text: str = ARABIC) -> None:
    path = base.parent / "translations" / "survey.ar.yaml"
    path.write_text(laid_out(text), encoding="utf-8")


def test_a_module_is_put_in_behind_its_page(base: Path) -> None:
    write_module(base, MODULE.replace("no2", "yes2"))
    survey = read_instrument(base, modules=["extra"])
    assert [page.id for page in survey.pages] == ["first", "extra", "more", "last", "end"]
    assert [variable.id for variable in survey.assigned] == ["ARM"]
    assert survey.columns[:2] == ("GOT", "ARM")
    assert [(module.id, module.version) for module in survey.modules] == [("extra", "0.1.0")]
    assert survey.sha256 != read_instrument(base).sha256


def test_a_questionnaire_can_name_its_modules(base: Path) -> None:
    write_module(base, MODULE.replace("no2", "yes2"))
    base.write_text(base.read_text(encoding="utf-8") + "modules: [extra]\n", encoding="utf-8")
    assert "E1" in {item.id for item in read_instrument(base, modules=["extra"]).items}


def test_a_fault_in_a_module_knows_its_file_and_line(base: Path) -> None:
    write_module(base, MODULE)
    (fault,) = check_instrument(base, modules=["extra"])
    line = next(
        number for number, text in enumerate(laid_out(MODULE).splitlines(), 1) if "no2" in text
    )
    assert (fault.code, fault.file, fault.line) == ("ITEM-002", "extra.yaml", line)


def test_lines_of_the_questionnaire_stay_right_behind_a_module(base: Path) -> None:
    write_module(base, MODULE.replace("no2", "yes2"))
    text = base.read_text(encoding="utf-8").replace("kind: text", "responses: nix")
    base.write_text(text, encoding="utf-8")
    (fault,) = check_instrument(base, modules=["extra"])
    line = next(number for number, words in enumerate(text.splitlines(), 1) if "nix" in words)
    assert (fault.code, fault.file, fault.line) == ("ITEM-002", "survey.yaml", line)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("survey:", "other:", "MODULE-002"),
        ("after: first", "after: zeroth", "MODULE-003"),
        ("1: Not at all", "1: Never", "MODULE-004"),
        ("module:", "modul:", "SHAPE-001"),
    ],
)
def test_modules_that_do_not_fit_are_refused(base: Path, old: str, new: str, code: str) -> None:
    write_module(base, MODULE.replace("no2", "yes2").replace(old, new, 1))
    faults = check_instrument(base, modules=["extra"])
    assert {fault.code for fault in faults} == {code}
    assert {fault.file for fault in faults} == {"extra.yaml"}


def test_a_module_that_is_not_there_is_refused(base: Path) -> None:
    with pytest.raises(InstrumentError, match="MODULE-001"):
        read_instrument(base, modules=["nix"])


def test_translations_are_put_in_where_their_source_is_unchanged(base: Path) -> None:
    write_arabic(base)
    survey = read_instrument(base)
    assert survey.title.in_language("ar") == "استبيان"
    assert survey.item("A1").text.in_language("ar") == "هل توافق؟"
    assert survey.item("A2").text.in_language("ar") == "do you like it?"
    scale = survey.item("A1").responses
    assert scale is not None
    assert scale.label(1).in_language("ar") == "إطلاقا"
    assert {item.id: dict(item.translations)["ar"] for item in survey.items} == {
        "A1": "validated",
        "A2": "outdated",
        "A3": "draft",
        "Z1": "missing",
    }


def test_a_language_says_how_far_it_has_got_and_which_way_it_runs(base: Path) -> None:
    write_arabic(base)
    english, arabic = read_instrument(base).translations
    assert (english.status, english.direction) == ("original", "ltr")
    assert (arabic.status, arabic.direction) == ("draft", "rtl")
    assert str(arabic.note) == "draft, not validated"
    assert direction("ar-EG") == "rtl"


def test_a_translation_of_nothing_is_a_fault(base: Path) -> None:
    write_arabic(base, ARABIC.replace("A1.text", "A9.text"))
    (fault,) = check_instrument(base)
    assert (fault.code, fault.file) == ("TRANSLATION-001", "survey.ar.yaml")


def test_a_misshapen_file_of_translations_is_a_fault(base: Path) -> None:
    write_arabic(base, ARABIC.replace("language: ar", "langauge: ar"))
    assert {fault.code for fault in check_instrument(base)} == {"SHAPE-001"}
