"""The page on coverage is what the questionnaires are now."""

from coverage_page import PAGE, page


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "make documents writes it anew"
