"""Faults of shape are told in plain words, whatever kind of error it is and wherever it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from inline_questionnaires import SURVEY, laid_out
from pydantic import BaseModel

from coprod_stats.errors import Fault
from coprod_stats.instruments.shipped import Shelf, shelf
from coprod_stats.instruments.source.answer_form import CODES_AS_KEYS
from coprod_stats.instruments.source.constructs_form import ConstructsForm
from coprod_stats.instruments.source.module_form import ModuleForm
from coprod_stats.instruments.source.reading import read_shape
from coprod_stats.instruments.source.shape_faults import PATTERNS
from coprod_stats.instruments.source.source_form import InstrumentForm
from coprod_stats.instruments.source.yaml_source import YamlSource, parse_yaml
from coprod_stats.instruments.translations.overlay import TranslationsForm
from coprod_stats.simulation.population import PopulationForm
from coprod_stats.study.plan_grammar import plan_grammar
from coprod_stats.study.plan_reading import HypothesesFile

# the survey of all tests, and what it lacks of the grammar
WHOLE = laid_out(SURVEY) + laid_out("""
    sources: [A book]
    twin: other
    modules: [more]
    translations: {de: {status: draft, note: first}}
    missing_options: {dont_know: Unknown}
    timing: {single: 4.5}
    assigned: {ARM: {title: Arm, levels: {1: A, 2: B}, forms: [long]}}
    planned_missing: {id: SETS, title: Blocks, forms: [long], sets: {1: [A, B], 2: [A, C]}}
    exemptions: [{rule: LINT-001, at: [USED], reason: because}]
    """)
EVERY_ANSWER = """
- id: A1
  kind: number
  text: x
  number: {min: 0.5, max: 2, whole: false, slider: {low: a, high: b}}
- {id: A2, kind: date, text: x, date: {min: 2026-01-31}, prefill: {value: 2026-01-31}}
- {id: A3, kind: text, text: x, length: {max: 9}, pattern: "[a-z]+", format: email}
- {id: A4, text: x, codes: {1: DE}, options: {1: a}, options_when: {1: A1 > 1}, other: 1}
- {id: A7, kind: single, text: x, specify: y, facet: z}
- {id: A5, kind: rank, top: 2, text: x, checks: [{holds: A1 > 1, message: no}], seconds: 3}
- {id: A6, kind: allocate, total: 9, text: x, translations: {de: draft}, attention_pass: 1}
"""
ROSTER = "{id: ROW, title: x, count: A1, most: 3, summaries: {S: {title: x, value: any(A1 > 1)}}}"


def _survey() -> Any:
    data = _read(WHOLE)
    data["pages"][0]["blocks"][0]["items"] += _read(EVERY_ANSWER)
    data["pages"][0]["roster"] = _read(ROSTER)
    return data


def _read(text: str) -> Any:
    return parse_yaml(text, file="file.yaml").data


def _shipped(where: Shelf, *path: str) -> Any:
    return _read(shelf(where).joinpath(*path).read_text("utf-8"))


def _thinned(data: Any) -> Any:
    """Return what is left of a file when each list and mapping keeps a few of its parts."""
    if isinstance(data, list):
        return [_thinned(part) for part in data[:3]]
    if isinstance(data, dict):
        parts = list(data.items())
        return {key: _thinned(part) for key, part in parts[: 40 if len(parts) < 40 else 3]}
    return data


GRAMMARS: dict[str, tuple[type[BaseModel], Any]] = {
    "questionnaire": (InstrumentForm, _survey()),
    "module": (ModuleForm, _thinned(_shipped("instruments", "modules", "bridge.yaml"))),
    "constructs": (ConstructsForm, _thinned(_shipped("instruments", "constructs.yaml"))),
    "translations": (
        TranslationsForm,
        _thinned(_shipped("instruments", "translations", "provider.ar.yaml")),
    ),
    "plan": (plan_grammar(), _shipped("analyses", "carers.yaml")),
    "headline plan": (plan_grammar(), _thinned(_shipped("analyses", "driver_impact.yaml"))),
    "hypotheses": (HypothesesFile, _thinned(_shipped("analyses", "hypotheses.yaml"))),
    "population": (PopulationForm, _thinned(_shipped("sample_data", "citizen_population.yaml"))),
}
WRONG: tuple[Any, ...] = (
    None,
    True,
    1,
    -1.5,
    1e15,
    "",
    "x y",
    "A" * 300,
    [],
    {},
    [[]],
    {"q": 1},
    {1: 2},
)
PYDANTIC = re.compile(
    r"[Ii]nput should|should (be|have|match)|valid (string|integer|number|dictionary|list|tuple)"
    r"|instance of|[Vv]alue error|\w+Form\b|\bextra inputs|pydantic|validation|\btuple\b|\bdict"
    r"|\bNone\b|\bTrue\b|\bFalse\b|_type\b|\^|_tag|discriminator"
)


def faults_of(form: type[BaseModel], data: Any) -> tuple[Fault, ...]:
    return read_shape(form, YamlSource("file.yaml", data, {}, ""))[1]


def _mutations(data: Any) -> Iterator[Any]:
    """Replace each value by each wrong one, and rename and remove each key; undone afterwards."""
    if not isinstance(data, dict | list):
        return
    for step in list(data) if isinstance(data, dict) else range(len(data)):
        kept = data[step]
        for wrong in WRONG:
            data[step] = wrong
            yield
        data[step] = kept
        yield from _mutations(kept)
        if isinstance(data, dict):
            whole = dict(data)
            for key in ("", 777, "no such-key", "A" * 50):
                data |= {key: kept}
                yield
                del data[key]
            del data[step]
            yield
            data.clear()
            data |= whole


@pytest.mark.parametrize("grammar", GRAMMARS)
def test_no_fault_anywhere_speaks_of_types(grammar: str) -> None:
    form, data = GRAMMARS[grammar]
    assert faults_of(form, data) == ()
    told: dict[str, None] = {}
    n_mutations = 0
    for wrong in WRONG:
        told |= dict.fromkeys(map(str, faults_of(form, wrong)))
    for _ in _mutations(data):
        n_mutations += 1
        told |= dict.fromkeys(map(str, faults_of(form, data)))
    assert faults_of(form, data) == ()
    assert n_mutations > 100
    assert not [fault for fault in told if PYDANTIC.search(fault)]
    assert not [fault for fault in told if "does not belong here" in fault]


def test_every_pattern_of_the_grammars_has_words_and_an_example() -> None:
    patterns: set[str] = set()

    def gather(schema: Any) -> None:
        if isinstance(schema, dict):
            if isinstance(pattern := schema.get("pattern"), str):
                patterns.add(pattern)
            schema = list(schema.values())
        for part in schema if isinstance(schema, list) else ():
            gather(part)

    for form, _ in GRAMMARS.values():
        gather(form.model_json_schema())
    codes = CODES_AS_KEYS["propertyNames"]["pattern"]  # whole numbers; the schema's keys are texts
    assert patterns - {codes} == PATTERNS.keys()
    for pattern, (_, example) in PATTERNS.items():
        assert re.fullmatch(pattern, example)


@pytest.mark.parametrize(
    ("where", "value", "told"),
    [
        (
            ("titel",),
            "x",
            "is not known here. Did you mean 'title'? Remove it or correct its name.",
        ),
        (
            ("title",),
            3,
            "the number 3 stands where a text or a mapping of keys to values belongs. "
            'If it is a text, put it in quotes: "3".',
        ),
        (("title",), None, "nothing stands where a text or a mapping of keys to values belongs."),
        (("title",), "", "the text is empty. Write a text, or remove the key."),
        (
            ("title", "de"),
            1.5,
            'the number 1.5 stands where a text belongs. If it is a text, put it in quotes: "1.5".',
        ),
        (("version",), "1", "the text '1' is not a version of three numbers"),
        (
            ("status",),
            "pilot",
            "the text 'pilot' is none of 'draft', 'piloted' or 'validated'. Did "
            "you mean 'piloted'? Choose one of them.",
        ),
        (("languages",), [], "it is empty. Add entries: at least 1."),
        (
            ("languages",),
            "en",
            "the text 'en' stands where a list belongs. Write one entry per line, each after '- '.",
        ),
        (
            ("languages", 0),
            "English",
            "the text 'English' is not the code of a language. Write one such as en.",
        ),
        (
            ("forms", "short", "minutes_at_most"),
            0,
            "0 is not greater than 0. Write a number greater than 0.",
        ),
        (("forms", "short", "minutes_at_most"), 5000, "5000 is more than 1000."),
        (("forms", "Short"), {"title": "x"}, "the key 'Short' is not a name of small letters"),
        (
            ("scales", "TRU", "min_answered"),
            "one",
            "the text 'one' stands where a whole number "
            "belongs. Write a whole number, such as 3, without quotes.",
        ),
        (("scales", "TRU", "min_answered"), 1.5, "the number 1.5 stands where a whole number"),
        (("scales", "TRU", "min_answered"), 0, "0 is less than 1. Write a number of at least 1."),
        (
            ("pages", 0, "random_order"),
            "yes",
            "the text 'yes' stands where true or false belongs. "
            "Write true or false, without quotes.",
        ),
        (("responses", "ext5", "options", "one"), "x", "the key 'one' is not a whole number."),
        (("responses", "ext5", "points"), [1, 2, 3], "it has 3 entries. Use at most 2."),
        (
            ("pages", 0, "blocks", 0, "items", 0, "prefill"),
            1,
            "the number 1 stands where a mapping "
            "of keys to values belongs. Write one 'key: value' per line, indented; it may have the "
            "keys value, answer, parameter, read_only.",
        ),
        (
            ("pages", 0, "blocks", 0, "items", 0, "pattern"),
            "a" * 201,
            "a text of 201 characters. Use at most 200.",
        ),
        (
            ("pages", 0, "blocks", 0, "items", 0, "id"),
            7,
            'the number 7 stands where a text belongs. If it is a text, put it in quotes: "7".',
        ),
    ],
)
def test_a_fault_says_what_stands_there_and_what_belongs_there(
    where: tuple[str | int, ...], value: Any, told: str
) -> None:
    data = inside = _survey()
    for step in where[:-1]:
        inside = inside[step]
    inside[where[-1]] = value
    (fault,) = faults_of(InstrumentForm, data)
    assert fault.place == ".".join(map(str, where))
    assert told in str(fault)


def test_a_plan_and_a_hypothesis_tell_their_own_rules() -> None:
    form, plan = GRAMMARS["plan"]
    analysis = plan["analyses"][0]["analysis"]
    plan["analyses"][0]["analysis"] = analysis[:-1]
    (fault,) = faults_of(form, plan)
    plan["analyses"][0]["analysis"] = analysis
    assert f"Did you mean '{analysis}'? Choose one of them." in fault.remedy
    form, file = GRAMMARS["hypotheses"]
    kept = dict(file["hypotheses"][0])
    file["hypotheses"][0] |= {"kind": "main", "through": ["QUA"]}
    (fault,) = faults_of(form, file)
    file["hypotheses"][0] = kept
    assert fault.found == "a hypothesis with 'through' is of the kind mediator"
