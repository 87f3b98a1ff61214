"""What the author wrote is what the respondent reads, whatever marks a platform has of its own."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pyreadstat
import pytest
import yaml
from engines import needs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from qualtrics_engine import Respondent
from test_limesurvey import fill as fill_limesurvey
from test_limesurvey import rows_of
from test_paper import text_of_pdf, text_of_word
from test_qualtrics import questions, survey_file
from test_surveyjs import fill as fill_surveyjs
from test_xlsform import fill as fill_xform
from test_xlsform import xform

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.instruments.codebook import codebook
from coprod_stats.platforms import PlatformError, compose_form

HOSTILE = (
    "Price in ${t0} or ${T0} or ${q://QID1/ChoiceTextEntryValue} or ${e://Field/P_WHO_en}",
    "{T0} {one_rows.T0} {t0} {TOKEN:FIRSTNAME} {if(1, 2, 3)} {LEFT_BRACE} {{T0}} {not} {",
    "[t0] [survey-link] [record-name] [t0](http://x) [t0][1] ![t0](x)",
    "<b>bold</b> <i>x</i> & &lt;b&gt; &#91; <script>alert(1)</script> 1 < 2 > 0 <!-- x -->",
    "*stars* and _lines_ and __more__ and C:\\*x\\* snake_case_name",
    "# a heading",
    "> 65",
    "- 5 or more",
    "left | right, 2, b",
    "=SUM(A1) or @REF or +1",
    "$e{ 1 + 1 } $x$ #let x = 1; @x <label> ~ `raw` // no comment",
    "[[Question:MC]] [[ID:T0]]",
    "'single' \"double\" both' \"",
    "ends in a backslash\\",
    "100% of %s, %1$s; {0} \\n \\u0041",
    'concat(\'a\', "b") ]]> <output value="/data/t0"/>',
)
"""Marks of one platform or another; none is a placeholder of the questionnaire."""
JOINER = "\u2060"


def survey(folder: Path, texts: tuple[str, ...]) -> Instrument:
    """Put each text into every kind of place."""
    items = [
        {"id": f"T{n}", "text": t, "hint": t, "options": {1: t, 2: "b"}}
        for n, t in enumerate(texts)
    ]
    rows = [{"id": f"R{n}", "text": t} for n, t in enumerate(texts)]
    notes = [{"id": f"N{n}", "kind": "note", "text": t} for n, t in enumerate(texts)]
    told = [{"id": f"P{n}", "kind": "note", "text": f"It is [W{n}]."} for n in range(len(texts))]
    whole = {
        "instrument": "hostile",
        "version": "1.0.0",
        "title": texts[0],
        "introduction": texts[0],
        "languages": ["en"],
        "forms": {"full": {"title": "Full"}},
        "placeholders": {f"W{n}": {"item": "NAME", "otherwise": t} for n, t in enumerate(texts)},
        "pages": [
            {
                "page": "one",
                "title": texts[0],
                "intro": texts[-1],
                "blocks": [
                    {"block": "name", "items": [{"id": "NAME", "kind": "text", "text": "Name?"}]},
                    {"block": "items", "items": items},
                    {"block": "notes", "items": notes},
                ],
            },
            {
                "page": "two",
                "blocks": [
                    {"block": "rows", "stem": texts[0], "responses": "r", "items": rows},
                    {"block": "told", "items": told},
                ],
            },
        ],
        "responses": {"r": {"kind": "frequency", "options": {1: texts[0], 2: "b", 3: "c"}}},
    }
    path = folder / "hostile.yaml"
    path.write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8")
    return read_instrument(path).for_form("full")


@pytest.fixture
def hostile(tmp_path: Path) -> Instrument:
    return survey(tmp_path, HOSTILE)


def as_read(text: str) -> str:
    """Return what a person reads: nothing invisible, no difference between blanks."""
    return " ".join(text.replace(JOINER, "").split())


def as_written(texts: tuple[str, ...] = HOSTILE) -> list[str]:
    return [as_read(text) for text in texts]


class Page(HTMLParser):
    """The text of a piece of HTML and its tags."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.text, self.tags = "", []
        self.feed(source)
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.tags.append(tag)

    def handle_comment(self, _data: str) -> None:
        self.tags.append("comment")


def html_text(source: str) -> str:
    page = Page(source)
    assert set(page.tags) <= {"br"}
    return as_read(page.text)


@needs("node", "xforms-engine", "pyxform")
def test_odk_shows_what_was_written(hostile: Instrument, tmp_path: Path) -> None:
    form = xform(compose_form(hostile, "xlsform"), tmp_path)
    (shown,) = fill_xform(form, [{"assigned": {}, "answers": []}])
    for n, text in enumerate(as_written()):
        for name in (f"t{n}", f"r{n}", f"n{n}"):
            label, *others = shown["styles"][name]
            assert as_read(label["text"]) == text, name
            assert label["elements"] == []
            if name.startswith("t"):
                hint, _, second = others
                assert (as_read(hint["text"]), hint["elements"]) == (text, [])
                assert (as_read(shown["options"][name][0]), second["text"]) == (text, "b")
        assert as_read(shown["labels"][f"p{n}"]) == f"It is {text}."
    assert as_read(shown["styles"]["page_one"][0]["text"]) == as_written()[0]


@needs("node", "survey-core")
def test_surveyjs_shows_what_was_written(hostile: Instrument, tmp_path: Path) -> None:
    form = compose_form(hostile, "surveyjs").files["survey.json"]
    answers = [[f"T{n}", 1] for n in range(len(HOSTILE))]
    found = fill_surveyjs(form, [{"before": {}, "answers": answers}], tmp_path)
    assert found["jsonErrors"] == []
    (result,) = found["results"]
    shown, notes = result["shown"], result["notes"]
    for n, text in enumerate(as_written()):
        assert [*map(as_read, shown[f"T{n}"])] == [text, text, text, "b"]
        assert as_read(result["rows"][f"R{n}"]) == text
        assert html_text(notes[f"N{n}"]) == text
        assert html_text(notes[f"P{n}"]) == f"It is {text}."
    assert [*map(as_read, shown["page_one"])] == [as_written()[0], as_written()[-1]]


@needs("node")
def test_limesurvey_shows_what_was_written(hostile: Instrument, tmp_path: Path) -> None:
    found = fill_limesurvey(hostile, [{"assigned": {}, "answers": {}}], tmp_path)
    assert [problems for problems in found["problems"] if problems] == []
    (shown,) = found["texts"]
    answers = [row["text"] for row in rows_of(hostile) if row["class"] == "A"]
    helps = [row["help"] for row in rows_of(hostile) if row["class"] == "Q" and row["help"]]
    for n, text in enumerate(as_written()):
        assert [as_read(shown[f"{kind}{n}"]) for kind in "TRN"] == [text] * 3
        assert as_read(shown[f"P{n}"]) == f"It is {text}."
        assert text in [*map(html_text, answers)]
        assert text in [*map(html_text, helps)]
    assert not re.search(r"[{}]", "".join((*answers, *helps)))
    rows = [row["text"] for row in rows_of(hostile) if row["class"] == "SQ"]
    assert "|" not in "".join(rows)


def test_qualtrics_shows_what_was_written(hostile: Instrument) -> None:
    file = survey_file(hostile)
    shown, written = Respondent(file, {}, {}).texts, questions(file)
    for n, text in enumerate(as_written()):
        assert as_read(shown[f"T{n}"]) == f"{text} {text}"  # with its hint
        assert as_read(shown[f"N{n}"]) == text
        assert as_read(shown[f"P{n}"]) == f"It is {text}."
        label = written[f"T{n}"]["Choices"]["1"]["Display"]
        assert html_text(label) == text
        assert not re.search(r"\$e?\{", label)
    advanced = compose_form(hostile, "qualtrics").files["hostile_advanced.txt"].decode()
    tags = re.findall(r"\[\[\w+", advanced)
    assert tags.count("[[Question") == len(written)
    assert tags.count("[[ID") == len(written)


OWN_PIPES = re.compile(r"\[(?:p_w\d+)\]")
REDCAP_PIPE = re.compile(r"\[[A-Za-z][^\[\]]*\]|\{[A-Za-z][^{}]*\}")


def redcap_rows(instrument: Instrument) -> dict[str, dict[str, str]]:
    (content,) = compose_form(instrument, "redcap").files.values()
    rows = csv.DictReader(io.StringIO(content.decode(), newline=""))
    return {row["Variable / Field Name"]: row for row in rows}


def redcap_text(label: str) -> str:
    assert not REDCAP_PIPE.search(OWN_PIPES.sub("", label))
    return html_text(label)


def assert_redcap_shows(rows: dict[str, dict[str, str]], texts: tuple[str, ...]) -> None:
    for n, text in enumerate(as_written(texts)):
        item = rows[f"t{n}"]
        assert redcap_text(item["Field Label"]) == text
        assert redcap_text(item["Field Note"]) == text
        first, second = item["Choices, Calculations, OR Slider Labels"].split(" | ")
        assert redcap_text(first.removeprefix("1, ")) == text
        assert second == "2, b"
        assert redcap_text(rows[f"n{n}"]["Field Label"]) == text
        assert rows[f"p{n}"]["Field Label"] == f"It is [p_w{n}]."
        composed = rows[f"p_w{n}"]["Field Annotation"]
        assert not REDCAP_PIPE.search(composed.replace("[name]", ""))
        plain = as_read(composed).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
        assert text in plain


def test_redcap_shows_what_was_written(hostile: Instrument) -> None:
    assert_redcap_shows(redcap_rows(hostile), HOSTILE)


def test_printed_forms_show_what_was_written(hostile: Instrument) -> None:
    files = compose_form(hostile, "paper").files
    pdf = next(content for name, content in files.items() if name.endswith(".pdf"))
    word = next(content for name, content in files.items() if name.endswith(".docx"))
    printed, typed = "".join(text_of_pdf(pdf)), text_of_word(word)
    for text in HOSTILE:
        bare = "".join(text.split())
        assert typed.count(bare) >= 5
        assert printed.count(bare) >= 4


def test_codebooks_say_what_was_written(hostile: Instrument, tmp_path: Path) -> None:
    (ddi,) = compose_form(hostile, "ddi").files.values()
    labels = [as_read(node.text or "") for node in ElementTree.fromstring(ddi).iter() if node.text]
    package = json.loads(next(iter(compose_form(hostile, "frictionless").files.values())))
    titles = [as_read(field["title"]) for field in package["resources"][0]["schema"]["fields"]]
    path = tmp_path / "hostile.sav"
    path.write_bytes(next(iter(compose_form(hostile, "spss").files.values())))
    _, meta = pyreadstat.read_sav(path, metadataonly=True)
    page = html.unescape(codebook(hostile))
    assert "<script>" not in codebook(hostile)
    for n, text in enumerate(as_written()):
        assert text in labels
        assert text in titles
        assert as_read(meta.column_names_to_labels[f"T{n}"]) == text
        assert as_read(meta.variable_value_labels[f"T{n}"][1.0]) == text
        assert text in as_read(page)


def test_a_text_that_no_cell_holds_is_refused_rather_than_cut(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match=r"PLATFORM-005 sheet '\w+'.* a cell of a workbook"):
        compose_form(survey(tmp_path, ("${a}" * 4_000,)), "xlsform")


PIECES = st.sampled_from(
    (
        *(
            "${",
            "}",
            "{",
            "[",
            "]",
            "(",
            ")",
            "<",
            ">",
            "b",
            "t0",
            "T0",
            "/",
            "&",
            "lt;",
            "|",
            ", ",
        ),
        *("'", '"', "\\", "*", "_", "#", "-", " ", "\n", "$", "$e{", "=", "ü", "ع", "q://QID1/x"),
        *("`", ":"),
    )
)
TEXTS = (
    st.lists(PIECES, min_size=1, max_size=12)
    .map("".join)
    .filter(lambda text: text.strip() and not re.search(r"\[[A-Z][A-Z0-9]*\]", text))
)
several = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@several
@given(st.lists(TEXTS, min_size=3, max_size=3).map(tuple))
def test_any_text_is_shown_by_redcap(tmp_path: Path, texts: tuple[str, ...]) -> None:
    assert_redcap_shows(redcap_rows(survey(tmp_path, texts)), texts)


@several
@given(st.lists(TEXTS, min_size=3, max_size=3).map(tuple))
def test_any_text_is_shown_by_qualtrics(tmp_path: Path, texts: tuple[str, ...]) -> None:
    shown = Respondent(survey_file(survey(tmp_path, texts)), {}, {}).texts
    assert [as_read(shown[f"N{n}"]) for n in range(3)] == as_written(texts)
    assert [as_read(shown[f"P{n}"]) for n in range(3)] == [
        as_read(f"It is {text}.") for text in texts
    ]


@needs("pyxform")
@several
@given(st.lists(TEXTS, min_size=3, max_size=3).map(tuple))
def test_any_text_makes_a_form_of_odk(tmp_path: Path, texts: tuple[str, ...]) -> None:
    form = xform(compose_form(survey(tmp_path, texts), "xlsform"), tmp_path)
    content = form.read_text(encoding="utf-8")
    outputs = set(re.findall(r"<output value=\" ?([^ \"]+) ?\"/>", content))
    assert outputs <= {
        "/data/dollar_sign",
        "/data/grave_accent",
        *(f"/data/insert_w{n}_en" for n in range(3)),
    }
    space = "{http://www.w3.org/2002/xforms}"
    for entry in ElementTree.fromstring(content).iter(f"{space}text"):
        if (found := re.fullmatch(r"/data/page_one/n(\d):label", entry.attrib["id"])) is None:
            continue
        value = entry.find(f"{space}value")
        assert value is not None
        signs = {"/data/dollar_sign": "$", "/data/grave_accent": "`"}
        parts = [f"{signs[out.attrib['value'].strip()]}{out.tail or ''}" for out in value]
        shown = re.sub(r"\\([\\*_#])", r"\1", "".join([value.text or "", *parts]))
        assert as_read(shown).replace("\\", "") == as_written(texts)[int(found[1])].replace(
            "\\", ""
        )
