"""LimeSurvey structures, filled by an evaluator of ExpressionScript and read back."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from engines import needs, node
from every_kind import Respondents, plain, respondents

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.instruments.language.expressions import parse_expression
from coprod_stats.instruments.model import TYPED_KINDS, Option
from coprod_stats.instruments.texts import Text
from coprod_stats.platforms import PlatformError, Sidecar, compose_form
from coprod_stats.platforms.limesurvey.codes import Codes
from coprod_stats.platforms.limesurvey.survey_structure import HEADER
from coprod_stats.responses.platform_reading import read_platform_export

HERE = Path(__file__).parent
REAL = HERE / "limesurvey_6_4_2"
needs_node = needs("node")


def rows_of(instrument: Instrument, **options: Any) -> list[dict[str, str]]:
    (content,) = compose_form(instrument, "limesurvey", **options).files.values()
    header, *lines = content.decode("utf-8-sig").removesuffix("\r\n").split("\r\n")
    return [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines]


def named(rows: list[dict[str, str]], kind: str, name: str) -> dict[str, str]:
    return next(row for row in rows if row["class"] == kind and row["name"] == name)


def fill(instrument: Instrument, filled: list[dict[str, Any]], folder: Path) -> dict[str, Any]:
    ((name, content),) = compose_form(instrument, "limesurvey").files.items()
    (folder / name).write_bytes(content)
    (folder / "respondents.json").write_text(json.dumps(filled), encoding="utf-8")
    done = subprocess.run(
        [str(node()), HERE / "limesurvey_engine.mjs", folder / name, folder / "respondents.json"],
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)


def code_of(heading: str) -> str:
    """Return the code by which the engine takes an answer, that of the row in ``G1[TRU1]``."""
    return heading.partition("[")[2].rstrip("]") or heading


def as_limesurvey(
    instrument: Instrument, wanted: dict[str, Any], sidecar: Sidecar
) -> dict[str, Any]:
    """State a respondent's answers by the codes of the form."""
    answers: dict[str, Any] = {}
    for item in instrument.questions:
        answer, name = wanted[item.id], item.id.replace("_", "")
        typed = item.kind in (*TYPED_KINDS, "rank", "allocate")
        entry = sidecar.of_item(item.id)[0]
        name = entry.name.partition("[")[0] if item.kind == "allocate" else code_of(entry.name)
        codes = {int(known): code for code, known in (*entry.codes, *entry.companion_codes)}
        if typed and answer in (-8, -9):
            answers[entry.companion] = codes[answer]
        elif item.kind == "multiple" and answer is not None:
            given = (answer,) if isinstance(answer, int) else answer
            answers[name] = [codes[code] for code in given]
        elif item.kind == "rank" and isinstance(answer, Mapping):
            ranked = sorted((rank, value) for value, rank in answer.items() if rank)
            answers[name] = [codes[value] for _, value in ranked]
        elif item.kind == "number" and "[" in entry.name and answer is not None:
            answers[entry.name.partition("[")[0]] = {name: answer}
        elif not typed and answer is not None:
            answers[name] = codes[answer]
        elif answer is not None:
            answers[name] = answer
    return {"assigned": {v.id: str(wanted[v.id]) for v in instrument.assigned}, "answers": answers}


def round_trip(instrument: Instrument, people: Respondents, folder: Path) -> None:
    sidecar = compose_form(instrument, "limesurvey").sidecar
    filled = [as_limesurvey(instrument, row, sidecar) for row in people.wanted]
    found = fill(instrument, filled, folder)
    assert [problems for problems in found["problems"] if problems] == []
    path = folder / "export.csv"
    path.write_text(found["csv"], encoding="utf-8", newline="")
    read = read_platform_export(path, instrument, source="limesurvey", sidecar=sidecar)
    assert read.rejected == ()
    for number, wanted in enumerate(people.canonical):
        for column, cell in wanted.items():
            value = read.answers[column].iloc[number]
            if column == "RID":
                assert value == str(number + 1)
            elif isinstance(value, str):
                assert value == cell, (number, column)
            else:
                assert plain(value) == cell, (number, column)


@needs_node
def test_answers_come_back_as_given(every_kind: Instrument, tmp_path: Path) -> None:
    round_trip(every_kind, respondents(every_kind, 50, seed=1), tmp_path)


@needs_node
@pytest.mark.slow
def test_a_thousand_respondents_come_back_as_given(every_kind: Instrument, tmp_path: Path) -> None:
    round_trip(every_kind, respondents(every_kind, 1_000, seed=2), tmp_path)


@needs_node
@pytest.mark.parametrize(
    ("name", "form", "modules"),
    [
        ("citizen", "core", ()),
        ("citizen", "full", ()),
        ("provider", "full", ()),
        ("carers", "full", ()),
        (
            "provider",
            "core",
            (
                "vignette",
                "conjoint",
                "sector_behaviours",
                "panel_wave",
                "goals_benefits_challenges_reasons",
            ),
        ),
    ],
)
def test_shipped_questionnaires_come_back_as_given(
    name: str, form: str, modules: tuple[str, ...], tmp_path: Path
) -> None:
    instrument = read_instrument(name, modules=modules).for_form(form)
    round_trip(instrument, respondents(instrument, 5, seed=3), tmp_path)


@needs_node
def test_texts_follow_answers_and_language(every_kind: Instrument, tmp_path: Path) -> None:
    answers = {"CONS": "1", "USED": "1", "MOOD": "2", "YEARS": 2, "MEANS": ["1"], "TRU1": "5"}
    named_it = {**answers, "NAME": "the park"}
    english, german = fill(
        every_kind,
        [
            {"assigned": {"ARM": "1"}, "answers": named_it},
            {"assigned": {"ARM": "2"}, "answers": answers, "language": "de"},
        ],
        tmp_path,
    )["texts"]
    assert english["MEANS"] == "How, with the park?"
    assert english["TRU2"] == "do you, who rely on the park, doubt it?"
    assert english["STORY"] == "It failed, and you felt bad."
    assert german["USED"] == "Haben Sie es benutzt?"
    assert german["page of GOALS"] == "Trust in das Amt"


@needs_node
def test_limits_are_written(every_kind: Instrument, tmp_path: Path) -> None:
    wrong = {
        "CONS": "1",
        "USED": "9",
        "YEARS": 91,
        "HOURS": -1,
        "MEANS": ["1", "dk"],
        "GOALS": ["1", "2"],
        "POINTS": {"1": 3, "2": 3},
    }
    people = [{"assigned": {}, "answers": {}}, {"assigned": {}, "answers": wrong}]
    blank, broken = fill(every_kind, people, tmp_path)["problems"]
    assert blank == ["CONS: mandatory"]
    assert broken == [
        "USED: no such answer",
        "MEANS: not alone",
        "YEARS: above the maximum",
        "HOURS: below the minimum",
        "POINTS: wrong total",
    ]


@needs_node
def test_a_derived_variable_is_calculated(every_kind: Instrument, tmp_path: Path) -> None:
    first = {"CONS": "1", "USED": "1", "YEARS": 0, "MEANS": ["1"]}
    people = [{"assigned": {}, "answers": first | {"TRU1": code}} for code in ("5", "2", "dk")]
    csv = fill(every_kind, people, tmp_path)["csv"]
    assert [line.rsplit(";", 1)[1] for line in csv.splitlines()[1:4]] == ['"1"', '"0"', '""']


def test_columns_are_those_of_a_real_structure() -> None:
    real = (REAL / "structure_header.txt").read_text("utf-8-sig").strip().split("\t")
    assert set(HEADER) <= set(real)
    assert list(HEADER[:16]) == real[:16]


def test_a_translation_repeats_the_rows_without_attributes(every_kind: Instrument) -> None:
    rows = [row for row in rows_of(every_kind) if row["class"] in ("G", "Q", "SQ", "A")]
    by_language = [[row for row in rows if row["language"] == code] for code in ("en", "de")]
    codes = [
        [(row["class"], row["name"]) for row in part if row["class"] != "G"] for part in by_language
    ]
    assert codes[0] == codes[1]
    assert [row["hidden"] for row in by_language[1] if row["type/scale"] == "*"] == ["", ""]


def test_no_text_breaks_the_table_or_is_read_as_an_expression(every_kind: Instrument) -> None:
    wild = Text((("en", "A {brace}, \"quote\", 'tick' \\ <b> & \t tab\nline"),))
    page = every_kind.pages[0]
    item = replace(page.blocks[0].items[0], text=wild)
    page = replace(page, blocks=(replace(page.blocks[0], items=(item,)),))
    rows = rows_of(replace(every_kind, pages=(page,), derived=()))
    text = named(rows, "Q", "CONS")["text"]
    assert text.startswith("A &#123;brace&#125;, &quot;quote&quot;, &#39;tick&#39; &#92; &lt;b&gt;")
    assert text.endswith("&amp;   tab<br />line")


def test_arms_are_drawn_once(every_kind: Instrument) -> None:
    assert named(rows_of(every_kind), "Q", "ARM")["text"] == (
        "{if(strlen(ARM.NAOK) == 0, rand(1, 2), ARM.NAOK)}"
    )
    levels = tuple(Option(value, Text((("en", "x"),))) for value in (1, 3, 7))
    assigned = (replace(every_kind.assigned[0], levels=levels),)
    text = named(rows_of(replace(every_kind, assigned=assigned)), "Q", "ARM")["text"]
    assert "if(rand(1, 3) == 1, 1, if(rand(1, 2) == 1, 3, rand(7, 7)))" in text


def test_conditions_demand_what_is_known(every_kind: Instrument) -> None:
    rows = rows_of(every_kind)
    assert named(rows, "Q", "NAME")["relevance"] == "(CONS.NAOK == 1) and (USED.NAOK == 1)"
    known = "(strlen(USED.NAOK) > 0 and USED.NAOK != 'dk' and USED.NAOK != 'ref')"
    assert f"({known} and (USED.NAOK != 1))" in named(rows, "SQ", "TRU1")["relevance"]
    assert named(rows, "SQ", "TRU2")["relevance"].endswith("and (YEARS.NAOK > 1)")
    assert "if(secondtrust_TRU1.NAOK != 'dk'" in named(rows, "SQ", "OFT2")["relevance"]


@pytest.mark.parametrize(
    ("condition", "written"),
    [
        ("option(GOALS, 3) == 1", "if(GOALS_1.NAOK == '3', 1, if(GOALS_2.NAOK == '3', 2, 0)) == 1"),
        ("YEARS > HOURS", "(YEARS.NAOK - HOURS.NAOK) > 0"),
        ("mean(YEARS, HOURS) >= 2", "(sum(YEARS.NAOK, HOURS.NAOK) / 2) >= 2"),
        ("abs(YEARS - 3) < 1", "abs((YEARS.NAOK - 3)) < 1"),
        ("MOOD == 0", "(strlen(MOOD.NAOK) > 0) and (MOOD.NAOK == 0)"),
        ("not includes(MEANS, 2)", "MEANS_2.NAOK != 'Y'"),
        ("answered(USED)", "strlen(USED.NAOK) > 0 and USED.NAOK != 'dk' and USED.NAOK != 'ref'"),
        ("1 == 2", "0"),
    ],
)
def test_expressions_are_written_for_limesurvey(
    every_kind: Instrument, condition: str, written: str
) -> None:
    rows = rows_of(_last_shown_if(every_kind, condition))
    assert written in named(rows, "Q", "LAST")["relevance"]


def _last_shown_if(instrument: Instrument, condition: str) -> Instrument:
    page = instrument.pages[2]
    block = page.blocks[2]
    last = replace(block.items[2], conditions=(parse_expression(condition),))
    block = replace(block, items=(*block.items[:2], last))
    page = replace(page, blocks=(*page.blocks[:2], block))
    return replace(instrument, pages=(*instrument.pages[:2], page))


def test_a_condition_on_a_column_that_nobody_is_asked_for_is_refused(
    every_kind: Instrument, tmp_path: Path
) -> None:
    export = compose_form(_last_shown_if(every_kind, "RID > 1"), "limesurvey")
    assert len(export.refused) == 1
    with pytest.raises(PlatformError, match=r"PLATFORM-050 item LAST: .*uses RID"):
        export.write(tmp_path / "form")
    assert not (tmp_path / "form").exists()


def test_an_answer_code_of_more_than_five_characters_gets_an_alias(every_kind: Instrument) -> None:
    page = every_kind.pages[0]
    item = page.blocks[0].items[0]
    options = (*item.responses.options, Option(123456, Text((("en", "Maybe"),))))
    item = replace(item, responses=replace(item.responses, options=options))
    page = replace(page, blocks=(replace(page.blocks[0], items=(item,)),))
    coded = replace(every_kind, pages=(page, *every_kind.pages[1:]))
    codes = [row["name"] for row in rows_of(coded) if row["class"] == "A"][:3]
    assert codes == ["1", "2", "c3"]
    (entry,) = compose_form(coded, "limesurvey").sidecar.of_item("CONS")
    assert dict(entry.codes) == {"1": "1", "2": "2", "c3": "123456"}


def test_codes_are_letters_and_digits_and_never_words_of_the_language(
    every_kind: Instrument,
) -> None:
    codes = Codes(every_kind)
    assert codes.companions["YEARS"].question == "YEARSNA"
    renamed = replace(every_kind.pages[2].blocks[0].items[0], id="OTHER")
    page = replace(every_kind.pages[2].blocks[0], items=(renamed,))
    pages = (replace(every_kind.pages[2], blocks=(page,)),)
    assert Codes(replace(every_kind, pages=pages)).places["OTHER"].sub == "QOTHER"
    assert [codes.free(wish) for wish in ("OR", "1st", "A_B", "A.B", "X" * 25, "X" * 22)] == [
        "QOR",
        "Q1st",
        "AB",
        "AB2",
        "X" * 20,
        "X" * 19 + "2",
    ]
    rows = rows_of(every_kind)
    names = [row["name"] for row in rows if row["class"] in ("Q", "SQ", "A")]
    assert all(re.fullmatch("[A-Za-z0-9]{1,20}", name) for name in names)
    assert all(len(row["name"]) <= 5 for row in rows if row["class"] == "A")


def test_orders_that_limesurvey_cannot_shuffle_are_stated(every_kind: Instrument) -> None:
    page = every_kind.pages[2]
    blocks = tuple(replace(block, random_order=True) for block in page.blocks)
    pages = (*every_kind.pages[:2], replace(page, blocks=blocks, random_order=True))
    export = compose_form(replace(every_kind, pages=pages), "limesurvey")
    places = [fault.place for fault in export.losses if fault.code == "PLATFORM-150"]
    assert places == ["page 'second'", "block 'shares'"]
    rows = rows_of(replace(every_kind, pages=pages))
    assert named(rows, "Q", "secondtrust")["random_order"] == "1"


def test_questions_that_stand_alone_change_places(every_kind: Instrument) -> None:
    page = every_kind.pages[1]
    block = page.blocks[0]
    block = replace(block, random_order=True, items=(block.items[0], block.items[2]))
    rows = rows_of(replace(every_kind, pages=(replace(page, blocks=(block,)),), derived=()))
    assert named(rows, "Q", "MOOD")["random_group"] == "firstuse"


def test_what_cannot_be_calculated_is_stated(every_kind: Instrument) -> None:
    derived = replace(every_kind.derived[0], value=parse_expression("RID + 1"))
    export = compose_form(replace(every_kind, derived=(derived,)), "limesurvey")
    (loss,) = (fault for fault in export.losses if fault.code == "PLATFORM-151")
    assert str(loss).startswith("PLATFORM-151 derived variable 'KEEN': not calculated")


def test_a_stem_over_single_questions_is_a_text_of_its_own(every_kind: Instrument) -> None:
    page = every_kind.pages[1]
    stem = Text((("en", "About it"),))
    items = tuple(replace(i, stem=stem) for i in page.blocks[0].items if i.kind == "number")
    block = replace(page.blocks[0], stem=stem, items=items)
    rows = rows_of(replace(every_kind, pages=(replace(page, blocks=(block,)),), derived=()))
    note = named(rows, "Q", "firstuseS")
    assert (note["type/scale"], note["text"]) == ("X", "About it")


def test_a_wording_on_a_column_that_nobody_is_asked_for_is_refused(every_kind: Instrument) -> None:
    page = every_kind.pages[2]
    block = page.blocks[0]
    tru2 = block.items[1]
    wording = replace(tru2.wordings[0], condition=parse_expression("RID == 1"))
    block = replace(block, items=(block.items[0], replace(tru2, wordings=(wording,))))
    pages = (*every_kind.pages[:2], replace(page, blocks=(block,)))
    export = compose_form(replace(every_kind, pages=pages, derived=()), "limesurvey")
    assert "PLATFORM-050 text 'do you doubt it?'" in str(export.refused[0])
