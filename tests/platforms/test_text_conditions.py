"""Conditions on what is written in a text: equal to words, other than these, containing them."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest
import test_limesurvey
import test_qualtrics
import test_redcap
import test_surveyjs
import test_xlsform
from every_kind import Respondents, canonical
from short_forms import cells, short_form

from coprod_stats.instruments import Instrument, InstrumentError
from coprod_stats.instruments.codebook import codebook
from coprod_stats.instruments.language.evaluation import evaluate
from coprod_stats.instruments.language.expressions import parse_expression
from coprod_stats.instruments.language.text_matching import is_match, matching_pattern
from coprod_stats.instruments.model import DONT_KNOW
from coprod_stats.instruments.preview import preview
from coprod_stats.instruments.routes import draw_routes
from coprod_stats.literals import Platform
from coprod_stats.platforms import compose_form
from coprod_stats.platforms.paper.building import paper_document
from coprod_stats.platforms.paper.versions import versions
from coprod_stats.responses import read_responses
from coprod_stats.responses.table import UnknownNameError
from coprod_stats.simulation.population import PopulationForm
from coprod_stats.simulation.simulated_answers import simulate_answers

CONDITIONS = (
    'T == "Green Park"',
    "T != 'green park'",
    'T in ("red", "007", "park")',
    'contains(T, "PARK")',
    'not contains(T, "r")',
    'T == "007"',
    'T == "L\'Été (2.5 + x*)?"',
    "contains(T, '^.+$')",
    'not answered(T) or T != "Red"',
    'S__other == "red" or T == "red"',
)
TEXTS = (
    None,
    DONT_KNOW,
    "green park",
    " GREEN PARK ",
    "Green  Park",
    "red",
    "7",
    "007",
    "park",
    "the Park, green",
    "l'été (2.5 + X*)?",
    "^.+$",
    "zwei\nZeilen, park",
)
EXPECTED = {
    0: {"green park", " GREEN PARK "},
    2: {"red", "007", "park"},
    3: {"green park", " GREEN PARK ", "Green  Park", "park", "the Park, green", TEXTS[-1]},
    5: {"007"},
    6: {"l'été (2.5 + X*)?"},
    7: {"^.+$"},
}
"""Texts for which some of the conditions hold."""


RESPONDENT = "administrative: [{id: RID, title: Respondent, role: respondent}]\n"


def asked_by(conditions: tuple[str, ...], folder: Path) -> Instrument:
    """Return a form with a text, and a question for each condition, which decides on it."""
    lines = ["- {id: T, kind: text, text: Which?, offers: [dont_know]}"]
    lines += ["- {id: S, text: And?, options: {1: One, 2: Other}, other: 2}"]
    for place, condition in enumerate(conditions):
        quoted = condition.replace("'", "''")
        lines.append(f"- {{id: Q{place}, text: So?, options: {{1: A, 2: B}}, when: '{quoted}'}}")
    head = RESPONDENT
    return short_form(folder, "\n".join(lines), head=head)


@pytest.fixture
def instrument(tmp_path: Path) -> Instrument:
    return asked_by(CONDITIONS, tmp_path)


@pytest.fixture
def people(instrument: Instrument) -> Respondents:
    answers = {f"Q{place}": 1 for place in range(len(CONDITIONS))}
    rows = [
        {**answers, "T": text, "S": 2 if place % 2 else None, "S__other": "RED" if place else None}
        for place, text in enumerate(TEXTS)
    ]
    found = [canonical(instrument, row, place) for place, row in enumerate(rows)]
    return Respondents(rows, found)


LETTERS = {
    'T == "İzmir"': {"İzmir"},
    'contains(T, "İzm")': {"İzmir", "İZMİR", "i\u0307ZM"},
    'contains(T, "mi")': {"İzmir", "İZMİR", "IZMIR", "izmir"},
    'T == "straße"': {"straße", "STRAẞE"},
    'contains(T, "RAẞ")': {"straße", "STRAẞE"},
    'T == "οδος"': {"οδος", "ΟΔΟΣ", "οδοσ"},
    'contains(T, "δοσ")': {"οδος", "ΟΔΟΣ", "οδοσ", "ΟΔΟΣ ΑΒΓ", "ΟΔΟΣΑ"},
    'T == "ﬁn"': {"ﬁn", "ﬁN"},
    'T == "ısı"': {"ısı"},
    'contains(T, "Θ1")': {"θ1", "Θ1", "\N{GREEK CAPITAL THETA SYMBOL}1"},
    'T == "\N{LATIN SMALL LETTER DZ WITH CARON}"': {"\u01c4", "\u01c5", "\u01c6"},
    'T == "\U00010428"': {"\U00010400", "\U00010428"},
}
"""Conditions on letters that have more than two forms, or as a capital another length, with the
texts that meet them."""
OTHERS = ("STRASSE", "FIN", "ISI", "isi")
TEXTS_OF_LETTERS = (*sorted(set().union(*LETTERS.values())), *OTHERS)
ON_REDCAP = tuple(condition for condition in LETTERS if "İ" not in condition)


def letters_asked(folder: Path, conditions: tuple[str, ...]) -> tuple[Instrument, Respondents]:
    """Return a form with conditions and their opposites, and who wrote each of the texts."""
    form = asked_by((*conditions, *(f"not {condition}" for condition in conditions)), folder)
    questions = {f"Q{place}": 1 for place in range(2 * len(conditions))}
    rows = [{**questions, "T": text, "S": None, "S__other": None} for text in TEXTS_OF_LETTERS]
    found = [canonical(form, row, place) for place, row in enumerate(rows)]
    return form, Respondents(rows, found)


@pytest.mark.parametrize("condition", LETTERS)
def test_letters_of_several_forms_or_of_another_length_in_lower_case(condition: str) -> None:
    given = {"T": np.ones(len(TEXTS_OF_LETTERS))}
    texts = {"T": TEXTS_OF_LETTERS}
    found = evaluate(parse_expression(condition), given, n_rows=len(TEXTS_OF_LETTERS), texts=texts)
    met = {text for text, holds in zip(TEXTS_OF_LETTERS, found, strict=True) if holds}
    assert met == LETTERS[condition]


@pytest.mark.parametrize("within", [True, False])
def test_a_regular_expression_matches_what_is_compared_as_equal(within: bool) -> None:
    letters = [chr(code) for code in range(sys.maxunicode + 1) if chr(code).swapcase() != chr(code)]
    for letter in letters:
        for text in {letter, letter.lower(), letter.upper(), letter.title(), letter.casefold()}:
            found = re.search(matching_pattern(letter, within=within), text) is not None
            assert found is is_match(text, letter, within=within), (letter, text)


@test_xlsform.needs_engine
def test_odk_knows_the_forms_of_letters(tmp_path: Path) -> None:
    test_xlsform.round_trip(*letters_asked(tmp_path, tuple(LETTERS)), tmp_path)


@test_surveyjs.needs_survey_core
def test_survey_core_knows_the_forms_of_letters(tmp_path: Path) -> None:
    test_surveyjs.round_trip(*letters_asked(tmp_path, tuple(LETTERS)), tmp_path)


@test_limesurvey.needs_node
def test_limesurvey_knows_the_forms_of_letters(tmp_path: Path) -> None:
    test_limesurvey.round_trip(*letters_asked(tmp_path, tuple(LETTERS)), tmp_path)


def test_redcap_knows_the_forms_of_letters(tmp_path: Path) -> None:
    test_redcap.round_trip(*letters_asked(tmp_path, ON_REDCAP))


def test_qualtrics_knows_the_forms_of_letters(tmp_path: Path) -> None:
    test_qualtrics.round_trip(*letters_asked(tmp_path, tuple(LETTERS)), tmp_path)


@pytest.mark.parametrize("platform", ["limesurvey", "redcap", "surveyjs"])
def test_words_of_too_many_spellings_are_refused(platform: Platform, tmp_path: Path) -> None:
    form = asked_by(('T == "σσσσ"', 'T == "σσσσσ"'), tmp_path)
    (fault,) = compose_form(form, platform).refused
    assert (fault.place, "sigma" in fault.found) == ("item Q1", True)
    assert compose_form(form, "xlsform").refused == ()


@pytest.mark.parametrize("place", EXPECTED)
def test_case_and_blanks_at_the_ends_make_no_difference(place: int) -> None:
    texts = [text if isinstance(text, str) else "" for text in TEXTS]
    given = {"T": np.array([1.0 if text else np.nan for text in texts])}
    tree = parse_expression(CONDITIONS[place])
    found = evaluate(tree, given, n_rows=len(TEXTS), texts={"T": texts})
    expected = [float(text in EXPECTED[place]) if text else np.nan for text in texts]
    np.testing.assert_array_equal(found, expected)


@test_xlsform.needs_engine
def test_odk_compares_texts_alike(
    instrument: Instrument, people: Respondents, tmp_path: Path
) -> None:
    test_xlsform.round_trip(instrument, people, tmp_path)


@test_surveyjs.needs_survey_core
def test_survey_core_compares_texts_alike(
    instrument: Instrument, people: Respondents, tmp_path: Path
) -> None:
    test_surveyjs.round_trip(instrument, people, tmp_path)


@test_limesurvey.needs_node
def test_limesurvey_compares_texts_alike(
    instrument: Instrument, people: Respondents, tmp_path: Path
) -> None:
    test_limesurvey.round_trip(instrument, people, tmp_path)


def test_redcap_compares_texts_alike(instrument: Instrument, people: Respondents) -> None:
    test_redcap.round_trip(instrument, people)


def test_qualtrics_compares_texts_alike(
    instrument: Instrument, people: Respondents, tmp_path: Path
) -> None:
    test_qualtrics.round_trip(instrument, people, tmp_path)


@pytest.mark.parametrize(
    ("platform", "words"),
    [
        ("limesurvey", "R&D"),
        ("limesurvey", "{x}"),
        ("redcap", "[x]"),
        ("redcap", "a = b"),
        ("redcap", "İ"),
    ],
)
def test_words_that_a_platform_has_for_itself_are_refused(
    platform: Platform, words: str, tmp_path: Path
) -> None:
    form = asked_by((f'T == "{words}"',), tmp_path)
    assert [fault.place for fault in compose_form(form, platform).refused] == ["item Q0"]
    assert compose_form(form, "xlsform").refused == ()


def test_preview_codebook_and_paper_say_what_a_text_is_compared_with(
    instrument: Instrument,
) -> None:
    shown = " ".join(preview(instrument).split())
    assert 'T is "Green Park"' in shown
    assert 'T is not "green park"' in shown
    assert 'T includes "PARK"' in shown
    assert "T is &#34;red&#34; or T is &#34;007&#34;" in codebook(instrument)
    (version,) = versions(instrument)
    printed = paper_document(version, "en")
    assert 'question 1 is "Green Park"' in str(printed.elements).replace("“", '"').replace("”", '"')


def test_a_check_may_compare_a_text(tmp_path: Path) -> None:
    items = """
- {id: T, kind: text, text: Which?}
- {id: U, kind: text, text: Again?, checks: [{holds: 'U != "none" or T == "none"', message: No}]}
"""
    path = tmp_path / "answers.csv"
    path.write_text("T,U\nPark,None\nnone,NONE\n,none\n", encoding="utf-8")
    found = read_responses(path, short_form(tmp_path, items))
    assert cells(found, "U") == [(None,), ("NONE",), ("none",)]


def test_a_plan_may_choose_respondents_by_a_text(instrument: Instrument, tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("T,S\npark,1\nPark ,1\n-9,1\nelsewhere,1\n", encoding="utf-8")
    found = read_responses(path, instrument)
    assert found.where('T == "PARK"').tolist() == [True, True, False, False]
    assert found.where('T != "PARK"').tolist() == [False, False, False, True]
    with pytest.raises(UnknownNameError, match="'S' holds no text"):
        found.where('S == "1"')


def test_routes_by_a_text_are_both_met_and_missed(instrument: Instrument) -> None:
    asked = draw_routes(instrument, n_respondents=200, rng=np.random.default_rng(1)).asked
    shown = [i.id.startswith("Q") for i in instrument.questions]
    shares = asked[:, shown].mean(axis=0)
    assert (shares > 0).all()
    assert (shares < 1).all()


def test_simulated_respondents_write_what_conditions_ask_for(tmp_path: Path) -> None:
    form = asked_by(('T == "red"', 'contains(T, "park")', 'T != "red"'), tmp_path)
    stated = {"population": "p", "about": "Invented.", "rows": 300, "seed": 1, "shares": {}}
    stated |= {"paths": {}, "loadings": {}, "groups": {"all": {"share": 1.0}}}
    population = PopulationForm.model_validate(stated)
    drawn = simulate_answers(population, form, n_rows=300, rng=np.random.default_rng(1)).answers
    assert set(drawn["T"]) == {"red", "park", "something else"}
    asked = [set(drawn.loc[drawn[f"Q{place}"].notna(), "T"]) for place in range(3)]
    assert asked == [{"red"}, {"park"}, {"park", "something else"}]


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ('A == "1"', "EXPR-007"),
        ('contains(D, "2026")', "EXPR-007"),
        ('L != "DE"', "EXPR-007"),
        ("K > 1", "EXPR-004"),
        ('K > "a"', "EXPR-001"),
        ('K == ""', "EXPR-001"),
        ('K == " a"', "EXPR-001"),
        ('"a" == K', "EXPR-001"),
        ('K + 1 == "a"', "EXPR-001"),
        ('K == "a', "EXPR-001"),
        ('K in ("a", 1)', "EXPR-001"),
        ("contains(K, 1)", "EXPR-001"),
        ('contains("a", K)', "EXPR-001"),
        ('X == "a"', "EXPR-002"),
    ],
)
def test_a_comparison_that_has_no_text_or_no_words_is_a_fault(
    condition: str, code: str, tmp_path: Path
) -> None:
    items = f"""
- {{id: A, kind: number, text: A}}
- {{id: D, kind: date, text: D}}
- {{id: K, kind: text, text: K}}
- {{id: L, text: L, options: {{1: Germany, 2: Austria}}, codes: {{1: DE, 2: AT}}}}
- {{id: Z, kind: text, text: Z, when: '{condition}'}}
"""
    with pytest.raises(InstrumentError) as caught:
        short_form(tmp_path, items)
    assert [fault.code for fault in caught.value.faults] == [code]


def test_letters_of_an_option_are_told_apart_from_a_text(tmp_path: Path) -> None:
    items = """
- {id: L, text: L, options: {1: Germany, 2: Austria}, codes: {1: DE, 2: AT}}
- {id: Z, kind: text, text: Z, when: 'L == "AT"'}
"""
    with pytest.raises(InstrumentError, match="Compare it with 'L == 2'"):
        short_form(tmp_path, items)
