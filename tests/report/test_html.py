import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_report import HOSTILE, sample_report

from coprod_stats.documents.document import (
    Badge,
    CodeBlock,
    Document,
    Figure,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Table,
    code,
    emphasis,
    text,
)
from coprod_stats.documents.figures.svg import Drawing, label
from coprod_stats.documents.html import render_html

VOID = {"meta", "br", "img", "link", "hr", "input"}
SCRIPT = Path(__file__).with_name("sample_report.py")


class Page(HTMLParser):
    """Elements of a page, and whether each is closed where it should be."""

    def __init__(self, source):
        super().__init__()
        self.elements = []
        self.open = []
        self.words = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def source():
    return render_html(sample_report())


@pytest.fixture(scope="module")
def page(source):
    return Page(source)


def test_every_element_is_closed_in_order(page):
    assert page.open == []


def test_the_file_holds_no_outside_address_and_no_script(source, page):
    assert "://" not in source
    assert not re.search(r"@import|url\(", source)
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in page.elements}
    assert all("src" not in attributes for _, attributes in page.elements)
    assert not any(name.startswith("on") for _, given in page.elements for name in given)


def test_links_lead_to_places_of_the_same_page(page):
    targets = {given["id"] for _, given in page.elements if "id" in given}
    links = [given["href"] for given in page.all("a")]
    assert links
    assert all(link[0] == "#" and link[1:] in targets for link in links)


def test_ids_are_used_once_and_labels_name_them(page):
    ids = [given["id"] for _, given in page.elements if "id" in given]
    assert len(ids) == len(set(ids))
    named = " ".join(given.get("aria-labelledby", "") for _, given in page.elements).split()
    assert named
    assert set(named) <= set(ids)


def test_landmarks_and_language_are_there(page):
    tags = [tag for tag, _ in page.elements]
    assert all(tags.count(tag) == 1 for tag in ("main", "header", "nav", "h1"))
    assert page.all("html") == [{"lang": "en", "dir": "ltr"}]


def test_tables_have_captions_and_scoped_heads(page):
    assert len(page.all("caption")) == len(page.all("table"))
    assert all("scope" in given for given in page.all("th"))


def test_figures_have_names_and_descriptions(page):
    drawings = page.all("svg")
    assert all(given["role"] == "img" for given in drawings)
    tags = [tag for tag, _ in page.elements]
    assert tags.count("desc") == len(drawings)


def test_hostile_text_is_shown_as_text(source, page):
    assert "<script>" not in source
    shown = "".join(page.words)
    assert shown.count("alert('x')</script>") >= 3
    assert HOSTILE.split()[-2] == "https://example.org"
    assert "https://example.org" in shown


def test_data_are_labelled_at_the_top_and_wherever_they_appear(source):
    document = sample_report()
    assert '<aside class="notice synthetic" aria-label="Synthetic data">' in source
    tags = source.count('<span class="data-tag">Synthetic data</span>')
    assert tags == source.count("<figure ")  # one table shows no data, but the tiles do
    assert "@top-right{content:'Synthetic\\20 data'}" in source
    unlabelled = render_html(Document(document.title, document.content, subtitle=document.subtitle))
    assert 'data-tag"' not in unlabelled
    assert "notice synthetic" not in unlabelled


def test_two_renderings_under_different_hash_seeds_give_the_same_bytes(tmp_path):
    written = []
    for seed in ("1", "2"):
        path = tmp_path / f"{seed}.html"
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        subprocess.run([sys.executable, SCRIPT, path], env=environment, check=True)
        written.append(path.read_bytes())
    assert written[0] == written[1]
    assert b"\r" not in written[0]


def everywhere(words):
    """A document that says the same words wherever an author may write."""
    drawing = Drawing(10, 10, (label(0, 0, words),), words)
    return Document(
        words,
        (
            KeyFigures((KeyFigure(words, words, words),)),
            Section(
                "s",
                words,
                (
                    Paragraph(text(words, emphasis(words), code(words), Badge(words))),
                    CodeBlock(words),
                    Figure("f", text(emphasis(words)), drawing, text(words)),
                    Table("t", text(words), (), (), text(words)),
                ),
            ),
        ),
        subtitle=words,
        byline=text(words),
        data_label=words,
        data_notice=text(words),
    )


@settings(max_examples=50, deadline=None)
@given(
    st.text(max_size=30)
    | st.sampled_from(
        ["</style><script>", "'}*{display:none}", '" onload="x', "{{ 7 * 7 }}", "\x00\ud800", "]]>"]
    )
)
def test_no_text_changes_the_structure_of_the_page(words):
    calm, hostile = (
        Page(render_html(everywhere(said))) for said in ("calm" if words else "", words)
    )
    assert [tag for tag, _ in hostile.elements] == [tag for tag, _ in calm.elements]
    assert hostile.open == []


def test_unprintable_characters_are_shown_as_such():
    rendered = render_html(Document("a\x00b\ud800c", ()))
    assert "<title>a\ufffdb\ufffdc</title>" in rendered
    rendered.encode()


def test_a_report_in_another_direction_says_so():
    assert '<html lang="ar" dir="rtl">' in render_html(
        Document("t", (), language="ar", direction="rtl")
    )


def test_what_is_hidden_in_a_wide_table_does_not_widen_the_page(source):
    """Words for screen readers are placed absolutely: their box must be the one that scrolls."""
    (rule,) = re.findall(r"^\.scroll \{(.*?)\}", source, flags=re.MULTILINE | re.DOTALL)
    assert "position: relative" in rule
    assert "overflow-x: auto" in rule
    assert re.search(r"^\.unseen \{ position: absolute", source, flags=re.MULTILINE)


def test_the_heads_of_groups_stay_in_view_where_a_table_scrolls(source):
    phone = source[
        source.index("@media (max-width: 40rem)") : source.index("@media (forced-colors")
    ]
    assert 'th[scope="rowgroup"] > span { position: sticky' in phone
    assert not re.search(r'<th scope="rowgroup"[^>]*>(?!<span>)', source)


def test_a_folded_part_is_not_parted_from_its_heading_in_print(source):
    printed = source[source.index("@media print") :]
    assert re.search(r"summary[^{]*\{ break-after: avoid", printed)
