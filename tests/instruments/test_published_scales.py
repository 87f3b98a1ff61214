"""Places for published scales: empty ones ask nothing, a wording makes items, a scale, values."""

from __future__ import annotations

from pathlib import Path

import pytest

from coprod_stats.instruments import check_instrument, read_instrument
from coprod_stats.instruments.shipped import shelf
from coprod_stats.instruments.source.yaml_source import read_yaml
from coprod_stats.instruments.subsets.writing import write_subset
from coprod_stats.measurement import reliability
from coprod_stats.measurement.published_values import compare_published
from coprod_stats.responses import read_responses

SURVEY = """
instrument: parks
version: 1.0.0
title: Parks
languages: [en]
constructs: constructs.yaml
modules: [bridge]
forms: {full: {title: Full}}
pages:
  - page: one
    blocks:
      - block: one
        items: [{id: USED, text: Used?, options: {1: "Yes", 2: "No"}}]
"""
CONSTRUCTS = """
source: An article.
constructs:
  USE: {family: f, label: Use, role: behaviour, section: "1", sources: none, respondent: both,
        measure: single}
"""
BRIDGE = """
module: bridge
version: 0.1.0
title: Bridge
published:
  PUBEFF:
    title: Self-efficacy
    reference: "An author (2021)."
    wording_at: In the article.
    n_items: 3
    role: willingness
    reverse: [2]
    min_answered: 2
    after: one
    when: USED == 1
    values:
      - {statistic: omega, value: 0.91, sample: British adults, source: "table 2, p. 7"}
      - {statistic: mean, value: 3.5, sample: British adults, source: "table 3, p. 8"}
      - {statistic: sd, value: 0.8, sample: British adults, source: "table 3, p. 8"}
  PUBTRU:
    title: Trust
    reference: "Others (2017)."
    wording_at: In the article.
    role: value
for:
  parks: {}
"""
WORDING = """    wording:
      stem: How far is it so that...
      items: [one thing holds, another holds, a third holds]
      options: {1: Not, 2: Little, 3: Somewhat, 4: Mostly, 5: Fully}
"""


def put(folder: Path, bridge: str) -> Path:
    (folder / "modules").mkdir(exist_ok=True)
    (folder / "modules" / "bridge.yaml").write_text(bridge, encoding="utf-8")
    (folder / "constructs.yaml").write_text(CONSTRUCTS, encoding="utf-8")
    (folder / "parks.yaml").write_text(SURVEY, encoding="utf-8")
    return folder / "parks.yaml"


def filled(wording: str = WORDING) -> str:
    return BRIDGE.replace("  PUBTRU:", f"{wording}  PUBTRU:")


def test_empty_places_ask_nothing_and_are_named(tmp_path: Path) -> None:
    path = put(tmp_path, BRIDGE)
    assert check_instrument(path) == ()
    instrument = read_instrument(path)
    assert [item.id for item in instrument.items] == ["USED"]
    assert instrument.scales == ()
    (module,) = instrument.modules
    assert module.open_places == ("PUBEFF", "PUBTRU")


def test_a_wording_makes_items_a_scale_and_values(tmp_path: Path) -> None:
    path = put(tmp_path, filled())
    assert check_instrument(path) == ()
    instrument = read_instrument(path)
    assert [item.id for item in instrument.items] == ["USED", "PUBEFF1", "PUBEFF2", "PUBEFF3"]
    assert [item.reverse for item in instrument.items] == [False, False, True, False]
    assert str(instrument.item("PUBEFF1").stem) == "How far is it so that..."
    assert instrument.item("PUBEFF3").conditions
    (scale,) = instrument.scales
    assert (scale.method, scale.min_answered, scale.role) == ("mean", 2, "willingness")
    assert [value.value for value in scale.published] == [0.91, 3.5, 0.8]
    assert scale.construct.sources == "An author (2021)."
    assert "An author (2021). (PUBEFF)" in instrument.sources
    assert instrument.modules[0].open_places == ("PUBTRU",)


@pytest.mark.parametrize(
    ("bridge", "words"),
    [
        (filled(WORDING.replace(", a third holds", "")), "has 2 of its 3 items"),
        (filled().replace("reverse: [2]", "reverse: [4]"), "reverses item 4"),
        (filled().replace("reverse: [2]", "reverse: [0]"), "reverses item 0"),
    ],
)
def test_a_scale_with_another_number_of_items_is_no_published_one(
    tmp_path: Path, bridge: str, words: str
) -> None:
    (fault,) = check_instrument(put(tmp_path, bridge))
    assert (fault.code, fault.file) == ("MODULE-006", "bridge.yaml")
    assert words in fault.found


@pytest.mark.parametrize(
    ("was", "given", "words"),
    [
        (
            "omega, value: 0.91",
            "alpha, value: 1.9",
            "alpha 1.9, but it is at most 1",
        ),
        (
            "omega, value: 0.91",
            "omega, value: -0.2",
            "omega -0.2, but it is at least 0 and at most",
        ),
        ("sd, value: 0.8", "sd, value: -2.0", "sd -2, but it is at least 0 and at most 2.8"),
        ("sd, value: 0.8", "sd, value: 3.0", "sd 3, but it is at least 0 and at most 2.8"),
        ("mean, value: 3.5", "mean, value: 99.0", "mean 99, but it is at least 1 and at most 5"),
    ],
)
def test_a_published_value_that_no_scale_can_have_is_a_fault(
    tmp_path: Path, was: str, given: str, words: str
) -> None:
    (fault,) = check_instrument(put(tmp_path, filled().replace(was, given)))
    assert (fault.code, fault.file) == ("MODULE-007", "bridge.yaml")
    assert words in fault.found


def test_a_published_mean_of_sums_is_held_to_the_sums(tmp_path: Path) -> None:
    sums = filled().replace("role: willingness", "role: willingness\n    method: sum")
    (fault,) = check_instrument(put(tmp_path, sums.replace("value: 3.5", "value: 2.5")))
    assert "mean 2.5, but it is at least 3 and at most 15" in fault.found
    assert check_instrument(put(tmp_path, sums.replace("value: 3.5", "value: 11.5"))) == ()


def test_answers_are_compared_with_the_published_values(tmp_path: Path) -> None:
    path = put(tmp_path, filled())
    rows = ["USED,PUBEFF1,PUBEFF2,PUBEFF3"]
    scores = []
    for place in range(200):
        level = 1 + place % 5
        second = 6 - min(5, level + place // 5 % 2)
        third = max(1, level - place // 10 % 3)
        rows.append(f"1,{level},{second},{third}")
        scores.append((level + 6 - second + third) / 3)
    (tmp_path / "answers.csv").write_text("\n".join(rows), encoding="utf-8")
    responses = read_responses(tmp_path / "answers.csv", read_instrument(path).for_form("full"))
    found = reliability(responses)
    table = compare_published(responses, found).tidy().set_index("statistic_name")
    omega = next(one for one in found["PUBEFF"].coefficients if one.term == "omega")
    assert table.loc["omega", "estimate"] == omega.estimate
    assert table.loc["mean", "estimate"] == pytest.approx(sum(scores) / 200)
    assert table.loc["mean", "verdict"] == "outside the interval"
    assert table.loc["sd", "verdict"] == "no interval"
    text = str(compare_published(responses, found))
    assert "published 0.91 (British adults; table 2, p. 7)" in text


def test_a_value_within_the_interval_is_called_so(tmp_path: Path) -> None:
    path = put(tmp_path, filled().replace("value: 3.5", "value: 2.9"))
    rows = ["USED,PUBEFF1,PUBEFF2,PUBEFF3"]
    rows += [f"1,{1 + p % 5},{5 - p % 5},{1 + (p + p // 5) % 5}" for p in range(100)]
    (tmp_path / "answers.csv").write_text("\n".join(rows), encoding="utf-8")
    responses = read_responses(tmp_path / "answers.csv", read_instrument(path).for_form("full"))
    table = compare_published(responses, reliability(responses)).tidy()
    assert table.set_index("statistic_name").loc["mean", "verdict"] == "within the interval"


def test_scales_without_published_values_are_compared_with_nothing(tmp_path: Path) -> None:
    instrument = read_instrument("carers").for_form("full")
    responses = read_responses(shelf("sample_data") / "carers.csv", instrument)
    found = compare_published(responses, reliability(responses))
    assert (str(found), len(found.tidy()), found.glance()["n_values"][0]) == ("", 0, 0)


def test_a_subset_keeps_what_a_published_scale_measures(tmp_path: Path) -> None:
    path = put(tmp_path, filled())
    found = write_subset(path, ["PUBEFF"], tmp_path / "mine.yaml")
    assert check_instrument(found.files[0]) == ()
    assert read_instrument(found.files[0]).scale("PUBEFF").construct.code == "PUBEFF"


def test_a_subset_has_a_file_of_constructs_where_published_scales_alone_have_any(
    tmp_path: Path,
) -> None:
    path = put(tmp_path, filled())
    path.write_text(SURVEY.replace("constructs: constructs.yaml\n", ""), encoding="utf-8")
    assert check_instrument(path) == ()
    found = write_subset(path, ["PUBEFF"], tmp_path / "mine.yaml")
    assert found.constructs == ("PUBEFF",)
    assert read_yaml(found.files[1]).data["source"] == "An author (2021)."
    assert read_instrument(found.files[0]).scale("PUBEFF").construct.code == "PUBEFF"


def test_the_shipped_bridge_has_references_and_no_wording() -> None:
    entries = read_yaml(shelf("instruments") / "modules" / "bridge.yaml").data["published"]
    assert len(entries) == 3
    for entry in entries.values():
        assert "wording" not in entry
        assert "https://doi.org/" in entry["reference"]
        assert len(entry["wording_at"]) > 30
        for value in entry["values"]:
            assert value["source"]
    assert check_instrument("citizen", modules=["bridge"]) == ()
    assert len(read_instrument("citizen", modules=["bridge"]).items) == len(
        read_instrument("citizen").items
    )
