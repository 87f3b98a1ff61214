"""Conditions as platforms read them agree with the questionnaire's own logic.

Every combination of answers is tried, missing ones of each kind among them; on the engines that
take their time, every seventh.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import test_surveyjs
import test_xlsform
from engines import needs, node
from odk_exports import leaves
from qualtrics_engine import Respondent
from redcap_logic import holds
from test_two_valued_conditions import CONDITIONS

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.instruments.language.evaluation import evaluate, is_true
from coprod_stats.instruments.language.expressions import parse_expression
from coprod_stats.instruments.language.tree import Expression
from coprod_stats.instruments.texts import Text
from coprod_stats.instruments.variables import Derived
from coprod_stats.platforms import compose_form
from coprod_stats.platforms.fields import InexpressibleError
from coprod_stats.platforms.qualtrics.conditions import Translator
from coprod_stats.platforms.qualtrics.layout import Layout
from coprod_stats.platforms.qualtrics.logic import ALWAYS, logic_json
from coprod_stats.platforms.redcap.expressions import Translator as RedcapTranslator

HERE = Path(__file__).parent
SURVEY = """
instrument: states
version: 1.0.0
title: States
status: draft
languages: [en]
offers: [dont_know]
forms: {full: {title: Full}}
pages:
  - page: main
    blocks:
      - block: all
        items:
          - {id: A, text: First?, options: {0: None, 1: One, 2: Two, 3: Three}}
          - {id: B, KIND}
          - {id: M, kind: multiple, text: Which?, options: {1: One, 2: Two}}
          - {id: LAST, text: Last?, options: {1: "Yes", 2: "No"}}
"""
KINDS = {
    "coded": "text: Second?, options: {0: None, 1: One, 2: Two, 3: Three}",
    "number": "kind: number, text: Second?, number: {min: 0, max: 3}",
}
NUMBERS = (None, -9, 0, 1, 2, 3)
TICKS = (None, -9, (1,), (2,), (1, 2))
STATES = [{"A": a, "B": b, "M": m} for a, b, m in product(NUMBERS, NUMBERS, TICKS)]


@pytest.fixture(scope="module", params=list(KINDS))
def instrument(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Instrument:
    path = tmp_path_factory.mktemp("states") / "states.yaml"
    path.write_text(SURVEY.replace("KIND", KINDS[request.param]), encoding="utf-8")
    derived = (
        Derived("LOYAL", Text((("en", "Loyal"),)), parse_expression("A == 1 and B > 1")),
        Derived("AMOUNT", Text((("en", "Amount"),)), parse_expression("A + B")),
    )
    return replace(read_instrument(path), derived=derived)


def expected(tree: Expression, instrument: Instrument) -> list[bool]:
    def known(value: object) -> float:
        return float(value) if isinstance(value, int) and value >= 0 else np.nan

    values = {name: np.array([known(state[name]) for state in STATES]) for name in ("A", "B")}
    ticks = [state["M"] if isinstance(state["M"], tuple) else None for state in STATES]
    for option in (1, 2):
        values[f"M__{option}"] = np.array(
            [np.nan if chosen is None else float(option in chosen) for chosen in ticks]
        )
    values["M"] = np.where(np.isnan(values["M__1"]), np.nan, 1.0)
    for entry in instrument.derived:
        values[entry.id] = evaluate(entry.value, values, n_rows=len(STATES))
    return is_true(tree, values, n_rows=len(STATES)).tolist()


def with_conditions(instrument: Instrument, texts: tuple[str, ...]) -> Instrument:
    """Add a question for each condition, which decides whether it is shown."""
    page = instrument.pages[0]
    *items, last = page.blocks[0].items
    asked = [
        replace(last, id=f"LAST{number}", conditions=(parse_expression(text),))
        for number, text in enumerate(texts)
    ]
    page = replace(page, blocks=(replace(page.blocks[0], items=(*items, *asked)),))
    return replace(instrument, pages=(page,))


INEXPRESSIBLE = {"A / B > 1", "max(A, B) != 3", "min(A, B) == 1", "abs(A - B) == 1"}
"""Conditions that Qualtrics cannot state where B is a number that is typed."""


@pytest.mark.parametrize("text", [*CONDITIONS, "1 == 2"])
def test_qualtrics_reads_a_condition_alike(text: str, instrument: Instrument) -> None:
    tree = parse_expression(text)
    layout = Layout(instrument)
    number = instrument.item("B").kind == "number"
    try:
        formula = Translator(instrument, layout.places).holds([tree])
    except InexpressibleError:
        assert number
        assert text in INEXPRESSIBLE
        return
    assert not (number and text in INEXPRESSIBLE)
    (content, _) = compose_form(instrument, "qualtrics").files.values()
    survey = json.loads(content)
    if formula == ALWAYS:
        assert expected(tree, instrument) == [True] * len(STATES)
        return
    logic = logic_json(formula)
    found = []
    for state in STATES:
        given = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in state.items()
            if value is not None
        }
        if given.get("M") == -9:
            given["M"] = [-9]
        if number and given.get("B") == -9:
            given["B_NA"] = given.pop("B")
        found.append(Respondent(survey, given, {}).holds(logic))
    assert found == expected(tree, instrument)


@needs("node")
def test_limesurvey_reads_conditions_alike(instrument: Instrument, tmp_path: Path) -> None:
    number = instrument.item("B").kind == "number"
    people = []
    for state in STATES:
        codes = {name: "dk" if value == -9 else value for name, value in state.items()}
        answers = {name: str(codes[name]) for name in ("A", "B") if codes[name] is not None}
        if number and answers.get("B") == "dk":
            answers["BNA"] = answers.pop("B")
        if codes["M"] is not None:
            answers["M"] = ["dk"] if codes["M"] == "dk" else [str(c) for c in codes["M"]]
        people.append({"assigned": {}, "answers": answers})
    (tmp_path / "people.json").write_text(json.dumps(people), encoding="utf-8")
    form = compose_form(with_conditions(instrument, CONDITIONS), "limesurvey")
    ((name, content),) = form.files.items()
    (tmp_path / name).write_bytes(content)
    done = subprocess.run(
        [str(node()), HERE / "limesurvey_engine.mjs", tmp_path / name, tmp_path / "people.json"],
        capture_output=True,
        check=True,
    )
    found = json.loads(done.stdout)
    assert [p for problems in found["problems"] for p in problems] == []
    for number, text in enumerate(CONDITIONS):
        shown = [f"LAST{number}" in texts for texts in found["texts"]]
        assert shown == expected(parse_expression(text), instrument), text


@pytest.mark.parametrize("text", [*CONDITIONS, "1 == 2"])
def test_redcap_reads_a_condition_alike(text: str, instrument: Instrument) -> None:
    tree = parse_expression(text)
    logic = RedcapTranslator(instrument).holds([tree])
    companion = instrument.item("B").kind == "number"
    found = []
    for state in STATES:
        blank = {"A": (None,), "B": (None, -9) if companion else (None,)}
        record = {n.lower(): "" if state[n] in gone else str(state[n]) for n, gone in blank.items()}
        ticks = state["M"] if isinstance(state["M"], tuple) else (state["M"],)
        boxes = {1: "m___1", 2: "m___2", -9: "m____9"}
        record |= {box: str(int(code in ticks)) for code, box in boxes.items()}
        found.append(holds(logic, record))
    assert found == expected(tree, instrument)


SEVENTH = STATES[::7]


def state_of(state: dict[str, Any], instrument: Instrument) -> dict[str, Any]:
    """Return an answer to each question; to those that a condition opens always the first."""
    asked = {item.id: 1 for item in instrument.questions if item.id.startswith("LAST")}
    return asked | state


@test_xlsform.needs_engine
def test_odk_reads_conditions_alike(instrument: Instrument, tmp_path: Path) -> None:
    asked = with_conditions(instrument, CONDITIONS)
    filled = [test_xlsform.as_xforms(asked, state_of(state, asked)) for state in SEVENTH]
    form = test_xlsform.xform(compose_form(asked, "xlsform"), tmp_path)
    xmls = [leaves(found["xml"]) for found in test_xlsform.fill(form, filled)]
    for number, text in enumerate(CONDITIONS):
        shown = [bool(xml.get(f"page_main/last{number}")) for xml in xmls]
        assert shown == expected(parse_expression(text), instrument)[::7], text


@test_surveyjs.needs_survey_core
def test_survey_core_reads_conditions_alike(instrument: Instrument, tmp_path: Path) -> None:
    asked = with_conditions(instrument, CONDITIONS)
    filled = [
        test_surveyjs.as_surveyjs(asked, state_of(s, asked), n) for n, s in enumerate(SEVENTH)
    ]
    form = compose_form(asked, "surveyjs").files["survey.json"]
    results = test_surveyjs.fill(form, filled, tmp_path)["results"]
    for number, text in enumerate(CONDITIONS):
        shown = [f"LAST{number}" in result["data"] for result in results]
        assert shown == expected(parse_expression(text), instrument)[::7], text
