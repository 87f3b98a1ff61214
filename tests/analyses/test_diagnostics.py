"""Messages of checks in the words of a report."""

from coprod_stats.analyses.diagnostics import Diagnostic

TITLES = {"QUA": "Quality", "QUA2": "Fitting", "PRF": "Performance"}
TOLD = "QUA and PRF are alike (QUA2, H07)"


def test_ids_that_are_named_become_titles_and_nothing_else() -> None:
    found = Diagnostic("X-001", True, 1.0, TOLD, variables=("PRF", "QUA", "QUA"))
    assert found.titled(TITLES.__getitem__) == "“Quality” and “Performance” are alike (QUA2, H07)."
    assert found.sentence == f"{TOLD}."


def test_without_names_the_message_is_the_sentence() -> None:
    found = Diagnostic("X-001", True, 1.0, TOLD)
    assert found.titled(TITLES.__getitem__) == found.sentence


def test_a_title_that_holds_another_id_is_left_as_it_is() -> None:
    found = Diagnostic("X-001", True, 1.0, "A and B", variables=("A", "B"))
    assert found.titled({"A": "B", "B": "A"}.__getitem__) == "“B” and “A”."
