"""Rules for scales, classes and tested paths: their accuracy on a bank of designs."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from design_cases import design, paths

from coprod_stats.instruments import read_instrument
from coprod_stats.instruments.checks.claimed_paths import items_of
from coprod_stats.instruments.checks.lint_rules import RULES
from coprod_stats.instruments.checks.linting import lint
from coprod_stats.instruments.checks.meanings import Meanings, word_overlap
from coprod_stats.instruments.constructs import Meaning
from coprod_stats.instruments.source.yaml_source import read_yaml

BANK: list[dict[str, Any]] = read_yaml(Path(__file__).parent / "design_bank.yaml").data["cases"]
DESIGN_RULES = [f"LINT-0{number}" for number in (15, 17, 18, 19, 20, 21, 22, 24, 25)]


def test_precision_and_recall_on_the_bank_of_designs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counts: Counter[tuple[str, bool, bool]] = Counter()
    wrongly_judged = []
    for number, case in enumerate(BANK):
        folder = tmp_path / str(number)
        folder.mkdir()
        found = {entry.code for entry in lint(design(case, folder), paths=paths(case))}
        counts[case["rule"], case["wrong"], case["rule"] in found] += 1
        if case["wrong"] != (case["rule"] in found):
            wrongly_judged.append(case)
    assert sorted({code for code, _, _ in counts}) == DESIGN_RULES
    lines = []
    for code in DESIGN_RULES:
        hits, misses = counts[code, True, True], counts[code, True, False]
        alarms, sound = counts[code, False, True], counts[code, False, False]
        assert hits + misses >= 4, code
        assert sound + alarms >= 4, code
        precision, recall = hits / (hits + alarms), hits / (hits + misses)
        lines.append(f"{code} {RULES[code][0]}: precision {precision:.2f}, recall {recall:.2f}")
        assert precision >= 0.9, (code, wrongly_judged)
        assert recall >= 0.8, (code, wrongly_judged)
    with capsys.disabled():
        sys.stdout.write("\n".join(["", *lines, ""]))


CASE = {
    "scales": {"A": ["A1", "A2", "A3"], "B": ["B1", "B2", "B3"]},
    "meanings": {"m": ["A1", "B3"], "n": ["A2", "A3"], "o": ["B1"]},
    "roles": {"A": "determinant"},
    "asked": {"A": "USED == 1"},
    "paths": ["H1 main A B short", "H2 main A B short"],
}


def test_a_finding_says_which_hypotheses_need_what_and_what_to_do(tmp_path: Path) -> None:
    found = {(e.code, e.place): e.found for e in lint(design(CASE, tmp_path), paths=paths(CASE))}
    pair = found["LINT-015", "A1-B3"]
    assert pair.startswith("closeness 1 across H1, H2: both ask about m; reword one of them")
    assert "the table of meanings does not say what it asks" in found["LINT-015", "B2"]
    assert found["LINT-019", "A"].endswith("a wording for those who did not take part")
    assert "of those who are asked B are asked A, as H1, H2 needs" in found["LINT-019", "A"]


def test_a_pair_is_exempted_by_its_name_and_a_stale_exemption_is_found(tmp_path: Path) -> None:
    design(CASE, tmp_path)
    file = tmp_path / "design.yaml"
    exempted = (
        "exemptions:\n"
        "  - {rule: LINT-015, at: [A1-B3], reason: the other wording was not understood}\n"
        "  - {rule: LINT-015, at: [A2-B1], reason: none}\n"
    )
    file.write_text(file.read_text(encoding="utf-8") + exempted, encoding="utf-8")
    instrument = read_instrument(file)
    found = {(e.code, e.place): e for e in lint(instrument, paths=paths(CASE))}
    assert found["LINT-015", "A1-B3"].exempted == "the other wording was not understood"
    assert found["LINT-011", "A2-B1"].found == "nothing here breaks LINT-015"
    # without knowing what is claimed, it cannot be known whether an exemption is stale
    assert not [entry for entry in lint(instrument) if entry.code == "LINT-011"]
    some = lint(instrument, paths=paths(CASE), all_claims=False)
    assert not [entry for entry in some if entry.code == "LINT-011"]


def test_meanings_count_and_words_stand_in() -> None:
    table = Meanings(
        [Meaning("m", "tools", ("A1", "B1")), Meaning("n", "keys", ("C1",), near=("m",))]
    )
    assert table.closeness("A1", "B1", ("x", "y")).value == 1.0
    assert table.closeness("A1", "C1", ("x", "y")).value == 0.5
    assert table.closeness("C1", "B1", ("x", "y")).shared == "keys is near to tools"
    assert table.closeness("A1", "Z1", ("borrowing keys", "are keys borrowed?")).value == 1.0
    assert table.closeness("A1", "Z1", ("borrowing keys", "a warm room")).value == 0.0
    assert word_overlap("do the staff", "do the staff").value == 0.0


@pytest.mark.parametrize("code", [*RULES])
def test_every_rule_has_a_source(code: str) -> None:
    name, source = RULES[code]
    assert len(name) > 5
    assert any(character.isdigit() for character in source) or source.startswith("own rule")


@pytest.mark.parametrize("code", ["QUA", "CAP", "FCSUC"])
def test_a_construct_is_found_whatever_its_scales_are_called(code: str) -> None:
    """Hypotheses name the article's constructs; a questionnaire of one's own names its scales."""
    own = read_instrument("citizen").for_form("core")
    scales = tuple(replace(scale, id=f"MY{scale.id}") for scale in own.scales)
    indices = tuple(replace(index, id=f"MY{index.id}") for index in own.indices)
    renamed = replace(own, scales=scales, indices=indices)
    found = [item.id for item in items_of(renamed, code)]
    expected = {
        "QUA": ["QUA1", "QUA2", "QUA7", "QUA6"],
        "CAP": ["CAP1", "CAP2", "CAP6", "CAP7"],
        "FCSUC": ["SUCRUN", "SUCSTP", "SUCU"],
    }
    assert found == expected[code]
