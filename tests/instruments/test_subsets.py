"""A questionnaire cut to some scales: all that they need stays, the rest goes, nothing breaks."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from inline_questionnaires import laid_out

from coprod_stats.instruments import check_instrument, read_instrument
from coprod_stats.instruments.checks.linting import lint
from coprod_stats.instruments.language.tree import names
from coprod_stats.instruments.question_counts import n_questions
from coprod_stats.instruments.shipped import list_modules
from coprod_stats.instruments.source.reading import InstrumentError
from coprod_stats.instruments.source.yaml_source import read_yaml
from coprod_stats.instruments.subsets.cutting import SubsetError
from coprod_stats.instruments.subsets.dependencies import Dependencies
from coprod_stats.instruments.subsets.writing import Subset, write_subset
from coprod_stats.instruments.subsets.yaml_text import yaml_text
from coprod_stats.literals import Platform
from coprod_stats.platforms import compose_form
from coprod_stats.simulation.population_reading import read_population
from coprod_stats.simulation.simulated_answers import simulate_answers

WHOLE = """
instrument: survey
version: 1.0.0
title: {en: "A survey of [ORG]", de: Eine Umfrage}
languages: [en, de]
constructs: constructs.yaml
forms: {short: {title: Short}, long: {title: Long}}
placeholders:
  ORG: {item: NAME, otherwise: the office}
  CASE: {variable: ARM, levels: {1: failed, 2: succeeded}, otherwise: ended}
assigned:
  ARM: {title: Arm, levels: {1: failure, 2: success}}
planned_missing: {id: SETS, title: Sets, forms: [long], sets: {1: [A], 2: [B], 3: [A, B]}}
exemptions:
  - {rule: LINT-006, at: [TRU1, FEAR1], reason: everybody can say}
  - {rule: LINT-015, at: [TRU1-TRU2, TRU1-FEAR1], reason: they are told apart}
  - {rule: LINT-017, at: [long], reason: opposites were not understood}
responses:
  ext5: {kind: unipolar, options: {1: Not at all, 2: A little, 3: Some, 4: Much, 5: Completely}}
  amt5: {kind: unipolar, options: {1: None, 2: A little, 3: Some, 4: Much, 5: A lot}}
pages:
  - page: first
    blocks:
      - block: use
        items:
          - {id: USED, text: Used?, options: {1: "Yes", 2: "No", 3: Otherwise}, other: 3}
          - {id: NAME, kind: text, text: What is it called?}
          - {id: MEANS, kind: multiple, text: By which means?, options: {1: Web, 2: Phone}}
          - {id: AGE, kind: number, text: Age?, number: {min: 0, max: 99}}
  - page: second
    when: USER == 1
    blocks:
      - block: trust
        stem: To what extent
        wordings: [{when: "MEANS == 9", text: How far}]
        responses: ext5
        items:
          - {id: TRU1, text: do you rely on it?}
          - {id: TRU2, text: do you doubt it?, reverse: true}
          - {id: TRU3, text: is it kind?, forms: [long], rotation: A}
          - {id: READ, text: Mark Some., attention_pass: 3}
  - page: third
    blocks:
      - block: story
        items: [{id: STORY, kind: note, text: "It [CASE]."}]
      - block: fear
        responses: amt5
        items:
          - {id: FEAR1, text: Do you fear it?, forms: [long]}
          - {id: FEAR2, text: Are you at ease?, forms: [long], rotation: B, when: "ARM == 1"}
  - page: fourth
    blocks:
      - block: years
        items:
          - id: YEARS
            kind: number
            text: For how long?
            checks: [{holds: YEARS <= AGE, message: No}]
derived:
  USER: {title: User, value: USED == 1 and answered(USED__other) == 0}
  WEB: {title: Web, value: "includes(MEANS, 1)"}
  LONG: {title: Long, value: YEARS > 3}
classification: {title: Users, classes: {web: USER == 1 and WEB == 1}}
scales:
  TRU: {title: Trust, construct: TRU, items: [TRU1, TRU2, TRU3], min_answered: 2}
  FEAR: {title: Fear, construct: FEA, items: [FEAR1, FEAR2], min_answered: 1}
  PART: {title: Part, construct: TRU, items: [TRU1, TRU2], min_answered: 1}
indices:
  USE: {title: Use, construct: USE, value: "count(WEB, YEARS > 0)"}
"""
CONSTRUCTS = """
source: "An article."
constructs:
  TRU: {family: f, label: Trust, role: impact, section: "5", sources: "[1]", respondent: both,
        measure: reflective}
  USE: {family: f, label: Use, role: behaviour, section: "3", sources: none, respondent: both,
        measure: formative index}
  FEA: {family: f, label: Fear, role: impact, section: "5", sources: none, respondent: both,
        measure: reflective}
"""
GERMAN = """
instrument: survey
language: de
texts:
  TRU1.text: {source: "do you rely on it?", translation: "verlassen Sie sich darauf?"}
  FEAR1.text: {source: "Do you fear it?", translation: "Macht es Angst?"}
  responses.amt5.options.1: {source: None, translation: Keine}
"""
POPULATION = """
population: cut
about: Invented.
rows: 50
seed: 5
paths: {QUA: {DRREL: 0.4}}
loadings: {DRREL: [0.7, 0.7, 0.7, 0.7, 0.7, 0.7], QUA: [0.8, 0.8, 0.8, 0.8, 0.8]}
shares: {ext5na: [0.1, 0.2, 0.4, 0.2, 0.1], qua5: [0.1, 0.2, 0.4, 0.2, 0.1]}
groups: {everybody: {share: 1, answers: {CONS1: {1: 1}, SCANY: {1: 1}}}}
"""


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    folder = tmp_path / "whole"
    (folder / "translations").mkdir(parents=True)
    (folder / "constructs.yaml").write_text(CONSTRUCTS, encoding="utf-8")
    (folder / "translations" / "survey.de.yaml").write_text(GERMAN, encoding="utf-8")
    (folder / "survey.yaml").write_text(
        laid_out(WHOLE.replace('"MEANS == 9"', '"includes(MEANS, 2)"')), encoding="utf-8"
    )
    assert check_instrument(folder / "survey.yaml") == ()
    return folder / "survey.yaml"


def subset(whole: Path, *scales: str, keep: tuple[str, ...] = ()) -> Subset:
    return write_subset(whole, scales, whole.parents[1] / "mine.yaml", keep=keep)


def asked(path: Path) -> list[str]:
    return [item.id for item in read_instrument(path).items]


def test_what_a_scale_needs_stays_and_says_why(whole: Path) -> None:
    found = subset(whole, "TRU")
    instrument = read_instrument(found.files[0])
    asked_now = ["USED", "USED__other", "NAME", "MEANS", "TRU1", "TRU2", "TRU3", "READ"]
    assert [item.id for item in instrument.items] == asked_now
    assert [scale.id for scale in instrument.scales] == ["TRU", "PART"]
    assert instrument.indices == ()
    assert [entry.id for entry in instrument.derived] == ["USER", "WEB"]
    assert instrument.classification is not None
    assert [variable.id for variable in instrument.assigned] == ["SETS"]
    reasons = {entry.part: entry.reason for entry in found.cut.stayed}
    assert reasons["USER"] == "the routing of page 'second'"
    assert reasons["MEANS"] == "a wording of block 'trust'"
    assert reasons["NAME"] == "[ORG], which repeats it"
    assert reasons["READ"] == "its page, which stays"
    assert reasons["PART"] == reasons["classification"] == "its parts, which all stay"
    assert "TRU1" not in reasons
    gone = found.cut.gone
    assert gone["questions"] == ("AGE", "FEAR1", "FEAR2", "YEARS")
    assert gone["notes"] == ("STORY",)
    assert gone["scales"] == ("FEAR",)
    assert gone["indices"] == ("USE",)
    assert gone["derived variables"] == ("LONG",)
    assert gone["assigned variables"] == ("ARM",)
    assert gone["response scales"] == ("amt5",)
    assert gone["classification"] == gone["forms"] == ()


def test_constructs_translations_and_exemptions_follow(whole: Path) -> None:
    found = subset(whole, "TRU")
    assert found.constructs == ("TRU",)
    assert [path.name for path in found.files] == [
        "mine.yaml",
        "mine_constructs.yaml",
        "mine.de.yaml",
    ]
    assert list(read_yaml(found.files[2]).data["texts"]) == ["TRU1.text"]
    instrument = read_instrument(found.files[0])
    assert instrument.item("TRU1").text.in_language("de") == "verlassen Sie sich darauf?"
    places = [("TRU1",), ("TRU1-TRU2",), ("long",)]
    assert [entry.places for entry in instrument.exemptions] == places
    assert not [entry for entry in lint(instrument) if entry.code == "LINT-010"]


def test_a_form_in_which_nothing_asked_for_is_asked_goes(whole: Path) -> None:
    found = subset(whole, "FEAR")
    assert found.cut.forms == ("long",)
    assert found.cut.gone["forms"] == ("short",)
    assert found.cut.gone["planned missingness"] == ()
    instrument = read_instrument(found.files[0])
    # the title repeats NAME; the story stays on its page, as the arm that it tells stays
    assert asked(found.files[0]) == ["NAME", "STORY", "FEAR1", "FEAR2"]
    assert instrument.for_form("long").questions


def test_checks_and_indices_are_followed(whole: Path) -> None:
    found = subset(whole, "USE")
    assert asked(found.files[0]) == ["NAME", "MEANS", "AGE", "YEARS"]
    assert found.cut.gone["planned missingness"] == ("SETS",)
    reasons = {entry.part: entry.reason for entry in found.cut.stayed}
    assert reasons["AGE"] == "a check of item YEARS"
    assert "LONG" in reasons


def test_more_is_kept_by_name(whole: Path) -> None:
    found = subset(whole, "TRU", keep=("fourth", "fear", "classification"))
    assert found.cut.gone["questions"] == ()
    assert set(found.cut.gone["scales"]) == set()


@pytest.mark.parametrize(
    ("scales", "keep", "message"),
    [
        (["TRUST"], [], "no scale or index 'TRUST'. Did you mean 'TRU'"),
        (["USED"], [], "no scale or index 'USED'"),
        (["TRU"], ["nowhere"], "no item, block, page or variable 'nowhere'"),
        (["TRU"], ["FEAR"], "'FEAR' is a scale or an index; name it among the scales"),
        ([], [], "no scale is named"),
    ],
)
def test_what_does_not_exist_is_refused(
    whole: Path, scales: list[str], keep: list[str], message: str
) -> None:
    with pytest.raises(SubsetError, match=message):
        write_subset(whole, scales, whole.parents[1] / "mine.yaml", keep=keep)
    assert not (whole.parents[1] / "mine.yaml").exists()


def test_nothing_is_overwritten(whole: Path) -> None:
    (whole.parents[1] / "mine_constructs.yaml").write_text("mine\n", encoding="utf-8")
    with pytest.raises(SubsetError, match=r"already contains mine_constructs\.yaml"):
        subset(whole, "TRU")
    assert not (whole.parents[1] / "mine.yaml").exists()


@pytest.mark.parametrize("seed", range(10))
def test_any_choice_of_scales_makes_a_questionnaire_without_faults(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    name = ("citizen", "provider")[seed % 2]
    modules = tuple(chance.sample(list_modules(), k=chance.choice((0, 0, 1, 2))))
    modules = tuple(m for m in modules if not check_instrument(name, modules=(m,)))
    before = read_instrument(name, modules=modules)
    scored = {scale.id: scale.items for scale in before.scales}
    scored |= {index.id: names(index.value) for index in before.indices}
    scales = chance.sample(list(scored), k=chance.choice((1, 2, 5)))
    found = write_subset(name, scales, tmp_path / "mine.yaml", modules=modules)
    assert check_instrument(found.files[0]) == ()
    after = read_instrument(found.files[0])
    left = {scale.id for scale in after.scales} | {index.id for index in after.indices}
    assert left >= set(scales)
    asked, was_asked = (
        {item.id for item in one.items if item.specifies is None} for one in (after, before)
    )
    assert asked < was_asked
    gone = found.cut.gone
    assert was_asked - asked == {*gone["questions"], *gone["notes"]}
    assert n_questions(before) - n_questions(after) == len(gone["questions"])
    for scale in after.scales:
        if scale.id in scales:
            assert scale.items == scored[scale.id]
    for form in after.forms:  # what is asked is asked of the same respondents in the same words
        for item in after.for_form(form.id).items:
            same = before.for_form(form.id).item(item.id)
            assert (item.conditions, item.text, item.wordings, item.stem) == (
                same.conditions,
                same.text,
                same.wordings,
                same.stem,
            )


@pytest.mark.parametrize("platform", ["xlsform", "limesurvey", "surveyjs", "redcap", "qualtrics"])
def test_a_subset_is_exported(tmp_path: Path, platform: Platform) -> None:
    found = write_subset("citizen", ["DRREL", "QUA"], tmp_path / "mine.yaml")
    form = compose_form(read_instrument(found.files[0]).for_form("core"), platform)
    assert form.refused == ()


def test_a_subset_is_simulated(tmp_path: Path) -> None:
    found = write_subset("citizen", ["DRREL", "QUA"], tmp_path / "mine.yaml")
    instrument = read_instrument(found.files[0]).for_form("full")
    (tmp_path / "population.yaml").write_text(POPULATION, encoding="utf-8")
    population = read_population(tmp_path / "population.yaml", instrument)
    drawn = simulate_answers(population, instrument, n_rows=50, rng=np.random.default_rng(1))
    assert drawn.answers["QUA1"].notna().sum() > 5


@pytest.mark.parametrize(
    "data",
    [
        {"a": "yes", "b": "1:30", "c": "1e5", "d": "on", "e": "~", "f": "0x1", "g": " x", "h": ""},
        {"items": [{"id": "A1", "options": {1: "Yes", 2: 'He said "no"', -7: "#"}}] * 3},
        {"text": "a: b # c\nsecond line", "long": ["word"] * 60, "none": None, "true": True},
    ],
)
def test_yaml_is_read_back_as_it_was(tmp_path: Path, data: dict[str, object]) -> None:
    path = tmp_path / "data.yaml"
    path.write_text(yaml_text(data), encoding="utf-8")
    assert read_yaml(path).data == data
    assert read_yaml(path).faults == ()


def test_a_cut_with_faults_is_refused_and_leaves_no_file(
    whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Dependencies, "needs", lambda *_: {})
    before = sorted(whole.parents[1].rglob("*"))
    with pytest.raises(InstrumentError, match=r"mine\.yaml"):
        subset(whole, "TRU", keep=("TRU1", "TRU2", "TRU3"))
    assert sorted(whole.parents[1].rglob("*")) == before


def test_what_researchers_read_of_a_part_is_about_the_part(tmp_path: Path) -> None:
    write_subset("citizen", ["ATT"], tmp_path / "mine.yaml")
    part, whole = read_instrument(tmp_path / "mine.yaml"), read_instrument("citizen")
    assert str(part.about) == (
        f"Part of the questionnaire citizen {whole.version}, which asks more. "
        f"It measures: {'; '.join(code.label for code in part.constructs)}."
    )
    assert "drivers" in str(whole.about)
    assert str(part.introduction) == str(whole.introduction)
