"""What came or went between two versions is counted by block; what changed is told by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from inline_questionnaires import Read
from test_comparison import SURVEY

from coprod_stats.instruments import read_instrument
from coprod_stats.instruments.shipped import shelf
from coprod_stats.instruments.versions.comparison import Change, compare
from coprod_stats.instruments.versions.summary import ChangeGroup, summed_up

GERMAN = "translation: 3 texts of 3 questions {} in 'de', in trust (3)"
LABEL = "1: {en: Not at all, de: Gar nicht}"


def summary(read: Read, was: str, became: str) -> list[str]:
    older, newer = read(was), read(became)
    return [str(entry) for entry in summed_up(compare(older, newer), older, newer)]


def test_a_lost_and_a_gained_translation_are_one_line_each(read: Read) -> None:
    one = SURVEY.replace(LABEL, "1: Not at all")
    why = "respondents in this language read other words. Affects TRU."
    # the label of the scale, read in the rows of one block
    assert summary(read, SURVEY, one) == [
        f"[threatens] {GERMAN.format('lost')}: {why}",
        "[harmless] ALONE: translation (de), '1 Gar nicht' -> '': enters no score.",
    ]
    assert summary(read, one, SURVEY)[0] == f"[threatens] {GERMAN.format('gained')}: {why}"


def test_another_translation_is_told_by_its_words(read: Read) -> None:
    other = SURVEY.replace("de: Gar nicht", "de: Nie")
    lines = summary(read, SURVEY, other)
    assert len(lines) == 4
    assert "TRU1: translation (de), '1 Gar nicht' -> '1 Nie'" in lines[0]


def test_removed_and_added_questions_are_counted_by_block(read: Read) -> None:
    lines = [line for line in SURVEY.splitlines() if not line.strip().startswith("- {id: D")]
    fewer = "\n".join(line for line in lines if "id: WHY" not in line and "id: MUCH" not in line)
    found = summary(read, SURVEY, fewer)
    assert "[harmless] removed: 3 questions, in trust (3): enters no score." in found
    back = summary(read, fewer, SURVEY)
    assert "[harmless] added: 3 questions, in trust (3): enters no score." in back


def test_a_single_change_is_told_as_ever(read: Read) -> None:
    fewer = "\n".join(line for line in SURVEY.splitlines() if "id: DAY" not in line)
    older, newer = read(SURVEY), read(fewer)
    found = summed_up(compare(older, newer), older, newer)
    assert [entry for entry in found if entry.kind == "removed"] == [  # type: ignore[union-attr]
        Change("removed", "DAY", (), was="when?")
    ]


def test_a_stem_that_came_is_another_wording_and_no_translation(read: Read) -> None:
    without = SURVEY.replace("        stem: To what extent\n", "")
    older, newer = read(without), read(SURVEY)
    kinds = {change.kind for change in compare(older, newer)}
    assert "wording" in kinds
    assert "translation" not in kinds


@pytest.fixture
def bare_copy(tmp_path: Path) -> Path:
    path = tmp_path / "citizen.yaml"
    path.write_bytes((shelf("instruments") / "citizen.yaml").read_bytes())
    return path


def test_a_copy_without_its_translation_differs_in_two_lines(bare_copy: Path) -> None:
    older, newer = read_instrument("citizen"), read_instrument(bare_copy)
    changes = compare(older, newer)
    found = summed_up(changes, older, newer)
    assert len(changes) > 500
    assert [type(entry) for entry in found] == [ChangeGroup, ChangeGroup]
    grouped = [change for entry in found for change in entry.changes]  # type: ignore[union-attr]
    assert set(grouped) == set(changes)
    assert [len(str(entry)) < 500 for entry in found] == [True, True]
