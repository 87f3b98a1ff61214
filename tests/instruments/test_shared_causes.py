"""One cause is one fault: what is cut by hand is named once, with all that used it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from inline_questionnaires import Check

from coprod_stats.errors import Fault
from coprod_stats.instruments import check_instrument
from coprod_stats.instruments.checks.shared_causes import with_shared_causes
from coprod_stats.instruments.shipped import shelf
from coprod_stats.instruments.source.yaml_source import read_yaml

ROUTED = """
instrument: survey
version: 1.0.0
title: A survey
languages: [en]
forms: {short: {title: Short}, long: {title: Long}}
responses:
  ext5: {kind: unipolar, options: {1: Not at all, 2: A little, 3: Some, 4: Much, 5: Completely}}
pages:
  - page: first
    blocks:
      - block: use
        items:
          - {id: USED, text: Have you used it?, options: {1: "Yes", 2: "No"}, forms: [long]}
          - {id: OFTEN, text: Often?, responses: ext5}
  - page: second
    when: USED == 1
    blocks:
      - block: trust
        responses: ext5
        items: [ITEMS]
"""


def of_items(number: int) -> str:
    items = ", ".join(f"{{id: T{place}, text: Trust {place}?}}" for place in range(number))
    return ROUTED.replace("ITEMS", items)


@pytest.mark.parametrize("number", [1, 2, 40])
def test_a_filter_that_a_form_does_not_ask_is_one_fault(check: Check, number: int) -> None:
    (fault,) = check(of_items(number))
    assert (fault.code, fault.place) == ("FORM-002", "item T0")
    assert fault.found.startswith("depends on USED, which the form 'short' does not ask")
    assert ("item T1 (line" in fault.found) == (number > 1)
    assert fault.found.endswith("and 34 more") == (number == 40)


def test_two_filters_are_two_faults(check: Check) -> None:
    text = of_items(9).replace("text: Often?", "text: Often?, forms: [long]")
    text = text.replace("- block: trust", "- block: trust\n        when: OFTEN > 2")
    assert [fault.found.split(",")[0] for fault in check(text)] == [
        "depends on OFTEN",
        "depends on USED",
    ]


def test_a_missing_name_is_one_fault_whatever_uses_it(check: Check) -> None:
    text = of_items(3).replace("id: OFTEN, text: Often?", "id: SELDOM, text: Seldom?")
    text = text.replace("{id: USED", "{id: ONCE").replace("text: Trust 1?", "text: '[WHAT]?'")
    text = text.replace("text: Trust 0?", "text: Trust 0?, prefill: {answer: OFTEN}")
    text += (
        "placeholders: {WHAT: {item: OFTEN, otherwise: it}}\n"
        "derived:\n"
        "  OFTENER: {title: Oftener, value: OFTEN > 3}\n"
        "  USER: {title: User, value: 'USED == 1 or includes(USED, 2)'}\n"
    )
    used, often = check(text)
    assert (used.code, used.place) == ("EXPR-002", "page 'second'")
    assert "'USED'; the same holds for derived variable 'USER' (line" in used.found
    assert (often.code, often.place) == ("EXPR-002", "derived variable 'OFTENER'")
    assert "placeholder [WHAT]" in often.found
    assert "item T0 (line" in often.found


def test_slips_are_reported_each_at_its_line_until_there_are_too_many() -> None:
    def faults(number: int) -> list[Fault]:
        return [
            Fault("FORM-001", "there is no form 'x'", "Use y.", "a.yaml", n, f"item {n}")
            for n in range(number)
        ]

    assert with_shared_causes(faults(5)) == tuple(faults(5))
    (fault,) = with_shared_causes(faults(6))
    assert fault.found.count("item") == 5


def test_other_faults_and_other_files_stay_apart() -> None:
    alike = [
        Fault("ITEM-004", "has no answers", "Add them.", "a.yaml", 1, "item A"),
        Fault("ITEM-004", "has no answers", "Add them.", "a.yaml", 2, "item B"),
        Fault("FORM-002", "depends on A", "Ask both.", "a.yaml", 1, "item A"),
        Fault("FORM-002", "depends on A", "Ask both.", "b.yaml", 1, "item A"),
    ]
    assert with_shared_causes(alike) == tuple(alike)


def cut(folder: Path, *, scales: bool) -> tuple[Fault, ...]:
    """Cut the citizens' questionnaire by hand to the items of three scales."""
    shipped = shelf("instruments")
    whole: dict[str, Any] = read_yaml(shipped / "citizen.yaml").data
    keep = ["DRREL", "QUA", "PRF"]
    items = {id for scale in keep for id in whole["scales"][scale]["items"]}
    for page in whole["pages"]:
        for block in page["blocks"]:
            block["items"] = [item for item in block["items"] if item["id"] in items]
        page["blocks"] = [block for block in page["blocks"] if block["items"]]
    whole["pages"] = [page for page in whole["pages"] if page["blocks"]]
    if scales:
        whole["scales"] = {id: whole["scales"][id] for id in keep}
    translations = folder / "translations"
    translations.mkdir()
    beside = shipped / "translations" / "citizen.ar.yaml"
    (translations / beside.name).write_bytes(beside.read_bytes())
    (folder / "citizen.yaml").write_text(yaml.safe_dump(whole, sort_keys=False), encoding="utf-8")
    return check_instrument(folder / "citizen.yaml")


def test_a_questionnaire_cut_by_hand_has_a_fault_for_each_cause(tmp_path: Path) -> None:
    # before causes were joined: 510 faults, of which 249 named items of scales that were cut
    found = cut(tmp_path, scales=False)
    assert 0 < len(found) < 50
    assert len({(fault.code, fault.found) for fault in found}) == len(found)
    strays = [fault for fault in found if fault.code == "TRANSLATION-001"]
    assert [fault.file for fault in strays] == ["citizen.ar.yaml"]


def test_fewer_causes_are_left_once_the_scales_are_cut_too(tmp_path: Path) -> None:
    assert not [fault for fault in cut(tmp_path, scales=True) if fault.code == "SCALE-001"]
