from coprod_stats.documents.document import emphasis
from coprod_stats.report.citation import PAPER, Reference, apa_entry, bibtex_entry, software


def test_the_article_is_cited_in_apa_style():
    assert apa_entry(PAPER) == (
        "Khine, P. K., Mi, J., & Shahid, R. (2021). ",
        "A comparative analysis of co-production in public services. ",
        emphasis("Sustainability"),
        ", ",
        emphasis("13"),
        "(12), 6730",
        ".",
        " doi:10.3390/su13126730",
    )


def test_the_software_is_cited_with_its_version():
    assert apa_entry(software("0.1.0")) == (
        "The coprod-stats developers (n.d.). ",
        emphasis("coprod-stats"),
        " (Version 0.1.0) [Computer software].",
    )


def test_a_book_needs_no_container():
    book = Reference("b", ("Kline, R. B.",), "Principles", 2016)
    assert apa_entry(book) == ("Kline, R. B. (2016). ", emphasis("Principles"), ".")


def test_bibtex_escapes_and_keeps_a_group_together():
    entry = bibtex_entry(Reference("k", ("Bread & Butter",), "100% true_", 2020, pages="1–9"))
    assert entry == (
        "@misc{k,\n  author = {{Bread \\& Butter}},\n  title = {{100\\% true\\_}},\n"
        "  year = {2020},\n  pages = {1--9},\n}"
    )
    assert "@article{khine2021,\n  author = {Khine, P. K. and Mi, J." in bibtex_entry(PAPER)
    assert bibtex_entry(software("1.0")).startswith("@software{coprodstats,")
