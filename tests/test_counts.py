import pytest

from coprod_stats.counts import counted, listed


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (counted(1, "respondent"), "1 respondent"),
        (counted(0, "respondent"), "0 respondents"),
        (counted(2, "respondent"), "2 respondents"),
        (counted(1204, "row"), "1,204 rows"),
        (counted(1, "hypothesis", "hypotheses"), "1 hypothesis"),
        (counted(3, "hypothesis", "hypotheses"), "3 hypotheses"),
        (f"1 of {counted(1, 'hypothesis is', 'hypotheses are')}", "1 of 1 hypothesis is"),
        (f"1 of {counted(2, 'hypothesis is', 'hypotheses are')}", "1 of 2 hypotheses are"),
    ],
)
def test_the_noun_agrees_with_the_number(words: str, expected: str) -> None:
    assert words == expected


def test_of_long_lists_the_first_are_named_and_the_others_counted() -> None:
    assert listed(["a", "b"], 2) == "a, b"
    assert listed(["a", "b", "c", "d"], 2) == "a, b and 2 more"
    assert listed([], 2) == ""
